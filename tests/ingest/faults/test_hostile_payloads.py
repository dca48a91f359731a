"""Every hostile payload is a message or a dead letter, and none raises."""

import random

from ingest.faults.hostile_payloads import HostilePayloads
from ingest.journal.upkeep import check
from ingest.transfer.intake import open_parcel, store_parcels
from journals import HOME, receive, whole_session


def test_ten_thousand_of_them_are_stored_set_aside_or_refused_and_change_nothing_of_others(clinic):
    receive(clinic, whole_session())
    before = clinic.rows("SELECT position, subject, body FROM record ORDER BY seq")
    streams = clinic.streams(clinic.sessions()[0].session)
    victims = {
        "patient": ["p-01"],
        "home": [HOME],
        "session": [clinic.sessions()[0].session],
        "stream": streams,
    }
    source = HostilePayloads(random.Random(5), "clinic", "p-66", "box", victims)
    for _ in range(100):
        shots = [source.shot() for _ in range(100)]
        parcels = [open_parcel(s.topic, s.payload) for s in shots if s.topic.endswith("record")]
        store_parcels(clinic, parcels, now_ns=0)
    after = clinic.rows(
        "SELECT position, subject, body FROM record WHERE subject = "
        "(SELECT id FROM home WHERE ulid = ?) ORDER BY seq",
        (HOME,),
    )
    assert after == before
    assert check(clinic.path) == []
    assert clinic.last_seq() > len(before) + 50, "some are sound, and stored as the sender's own"
    numbered = clinic.rows("SELECT count(*) FROM dead_letter WHERE position IS NOT NULL")[0][0]
    gone = clinic.rows("SELECT count(*) FROM forgone")[0][0]
    assert numbered + gone > 100, "many are refused only once they are looked into"
