"""A patient's data can be taken out, stopped, kept unused, and erased without a trace."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
from datetime import date

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from builders import SESSION, STREAM, batch, opened
from ingest.cli.rights_cli import app
from ingest.influx.followers import influx_followers
from ingest.influx.server import InfluxSettings, MemoryLines
from ingest.journal.archive import archive_closed
from ingest.journal.journal import Journal
from ingest.journal.upkeep import check
from ingest.rights.audit import AuditKey, audit_entries, broken_links, note
from ingest.rights.consent import Consent, ConsentState, set_consent
from ingest.rights.erasure import (
    carry_out,
    erase_from_journal,
    erase_home,
    pending_erasures,
    steps_here,
    traces,
)
from ingest.rights.patient_export import export_patient
from ingest.transfer.dead_letters import dead_letters
from ingest.transfer.intake import open_parcel, store_parcels
from ingest.transfer.receiver import Receiver
from ingest.transfer.uplink import Uplink
from journals import (
    ended,
    event_record,
    item_record,
    newly_numbered,
    result_record,
    session_closed,
    session_opened,
)
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import ConfigurationError, StoreError, StoreFull
from telemetry.messages.around.agreements import CarerTold
from telemetry.messages.around.episode import EpisodeNoted
from telemetry.messages.around.harm import AdverseEventNoted
from telemetry.messages.around.letters import MessageWritten
from telemetry.messages.care import encode_care
from telemetry.messages.codec import decode_item
from telemetry.messages.record import NewRecord, Record, RecordKind, encode_block
from telemetry.messages.results import AdherenceResult
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

KEY = AuditKey(b"k" * 32)
HOMES = {"p-01": "01J0000000000000000000H0M1", "p-02": "01J0000000000000000000H0M2"}
OTHER_SESSION = "01J00000000000000000000009"
OTHER_STREAM = "01J00000000000000000000008"


def records_of(patient, session, stream):
    return [
        event_record(session_opened(session, patient=patient)),
        item_record(opened(stream), session=session),
        *(
            item_record(batch(50, stream=stream, first_index=50 * i), session=session)
            for i in range(4)
        ),
        item_record(ended(200, stream), session=session),
        event_record(session_closed(session)),
    ]


def arrive(clinic, patient, records, **more):
    home = HOMES[patient]
    numbered = newly_numbered(clinic, home, records)
    parcel = open_parcel(HomeTopics("clinic", patient).record, encode_block(numbered))
    return store_parcels(clinic, [parcel], now_ns=1, **more)


@pytest.fixture
def places(tmp_path):
    return {name: tmp_path / name for name in ("archive", "exports", "plans", "drafts")}


@pytest.fixture
def filled(clinic, places):
    """Two patients, archived, with dead letters, days judged, plans and an export."""
    arrive(clinic, "p-01", records_of("p-01", SESSION, STREAM))
    arrive(clinic, "p-02", records_of("p-02", OTHER_SESSION, OTHER_STREAM))
    for patient in HOMES:
        day = AdherenceResult(patient=patient, day="2023-11-15", plan_version=1, state="missed")
        clinic.append_now([result_record(day)])
        letter = open_parcel(HomeTopics("clinic", patient).record, f"junk {patient}".encode())
        store_parcels(clinic, [letter], now_ns=0)
        places["plans"].mkdir(exist_ok=True)
        (places["plans"] / f"{patient}.1.json").write_text(json.dumps({"patient": patient}))
        places["drafts"].mkdir(exist_ok=True)
        (places["drafts"] / f"{patient}.json").write_text(json.dumps({"patient": patient}))
    archive_closed(clinic, places["archive"], now_ns=1 << 62, settle_ns=0)
    return clinic


def erase(clinic, places, patient="p-01"):
    folders = list(places.values())
    erased = erase_from_journal(
        clinic,
        KEY,
        patient,
        folders=folders,
        actor="dr-a",
        ground="asked by the patient",
        now_ns=5,
    )
    assert carry_out(clinic, patient, steps_here(clinic, patient, folders)) == {}
    assert pending_erasures(clinic) == {}
    return erased


def test_an_export_holds_everything_of_one_patient_and_nothing_of_another(filled, places, tmp_path):
    target = tmp_path / "out"
    export_patient(
        filled,
        KEY,
        "p-01",
        archive=places["archive"],
        plans=places["plans"],
        drafts=places["drafts"],
        target=target,
        actor="dr-a",
        now_ns=1,
    )
    session = json.loads((target / "sessions" / f"{SESSION}.json").read_text())
    assert [e["type"] for e in session["events"]] == ["session.opened", "session.closed"]
    assert pq.read_table(target / "streams" / f"{STREAM}.parquet").num_rows == 200
    clinic = json.loads((target / "clinic.json").read_text())
    assert [a["day"] for a in clinic["adherence"]] == ["2023-11-15"]
    assert clinic["audit"][0]["action"] == "export"
    assert (target / "plans" / "p-01.1.json").exists()
    assert [path.name for path in (target / "drafts").iterdir()] == ["p-01.json"]
    assert traces([target], [b"p-02", OTHER_STREAM.encode(), OTHER_SESSION.encode()]) == []
    with pytest.raises(StoreError, match="new folder"):
        export_patient(
            filled,
            KEY,
            "p-01",
            archive=places["archive"],
            plans=places["plans"],
            drafts=places["drafts"],
            target=target,
            actor="dr-a",
            now_ns=1,
        )


def test_after_an_erasure_no_byte_of_the_patient_is_left(filled, places, tmp_path):
    before = traces([tmp_path], [b"p-01"])
    assert any(path.name.startswith("clinic.db") for path in before)
    erased = erase(filled, places)
    assert erased.records == 9
    assert erased.sessions == 1
    assert {SESSION.encode(), STREAM.encode(), HOMES["p-01"].encode()} < set(erased.needles)
    assert traces([tmp_path], erased.needles) == []
    filled.close()
    assert traces([tmp_path], erased.needles) == []


HEAD = {"patient": "p-01", "t_ns": 4, "by": "dr-a"}
MONDAY = date(2023, 11, 13)
AROUND = (
    EpisodeNoted(**HEAD, precautions="said of the episode"),
    AdverseEventNoted(
        **HEAD,
        event=SESSION,
        day=MONDAY,
        what="said of harm",
        severity="mild",
        relation="unrelated",
    ),
    CarerTold(
        **HEAD, carer=SESSION, role="family", agreed=True, day=MONDAY, note="said of a carer"
    ),
    MessageWritten(**HEAD, message=SESSION, text="said in a message"),
)


def test_what_stands_around_a_plan_is_exported_and_erased(filled, places, tmp_path):
    said = [next(v for v in vars(one).values() if str(v).startswith("said ")) for one in AROUND]
    filled.append_now(
        [NewRecord(t_ns=4, kind=RecordKind.CARE, body=encode_care(one)) for one in AROUND]
    )
    target = tmp_path / "out"
    export_patient(
        filled,
        KEY,
        "p-01",
        archive=places["archive"],
        plans=places["plans"],
        drafts=places["drafts"],
        target=target,
        actor="dr-a",
        now_ns=1,
    )
    told = (target / "clinic.json").read_text()
    assert [words for words in said if words not in told] == []
    shutil.rmtree(target)  # what was handed out is the person's own
    erase(filled, places)
    filled.close()
    assert traces([tmp_path], [words.encode() for words in said]) == []


def test_an_erasure_leaves_the_other_patient_whole(filled, places):
    kept = filled.records(0, home=HOMES["p-02"])
    erase(filled, places)
    assert filled.records(0, home=HOMES["p-02"]) == kept
    assert [s.patient for s in filled.sessions()] == ["p-02"]
    assert (places["archive"] / "p-02" / "streams" / f"{OTHER_STREAM}.parquet").exists()
    assert len(filled.rows("SELECT 1 FROM dead_letter")) == 1
    assert erase(filled, places).records == 0, "a second time is harmless"


def test_late_uploads_do_not_bring_an_erased_patient_back(filled, places, tmp_path):
    consent = Consent(filled, KEY)
    erase(filled, places)
    outcome = arrive(filled, "p-01", records_of("p-01", SESSION, STREAM), barred=consent.barred)
    assert list(outcome.committed.values()) == [8], "acknowledged, so that the home stops sending"
    assert traces([tmp_path], [b"p-01", STREAM.encode()]) == []
    assert consent.erased("p-01")
    assert not consent.barred(HOMES["p-02"], "p-02")


async def test_an_erased_patients_home_sends_and_nothing_stays(tmp_path):
    clock, bus = SystemClock(), LocalBus()
    with (
        Journal.open(tmp_path / "home" / "journal.sqlite", clock) as home,
        Journal.open(tmp_path / "clinic" / "journal.sqlite", clock) as clinic,
    ):
        topics = HomeTopics("clinic", "p-01")
        receiver = Receiver(bus, clinic, clock, barred=Consent(clinic, KEY).barred)
        uplink = Uplink(bus, home, topics, clock)
        tasks = [asyncio.create_task(part.run()) for part in (receiver, uplink)]
        await home.append(records_of("p-01", SESSION, STREAM))
        await uplink.caught_up()
        erased = await asyncio.to_thread(
            erase,
            clinic,
            {},
        )
        await home.append([item_record(batch(50, first_index=200))])
        await uplink.caught_up()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert traces([tmp_path / "clinic"], erased.needles) == []
    assert traces([tmp_path / "home"], erased.needles)
    assert erase_home(tmp_path / "home") >= 1
    assert traces([tmp_path], erased.needles) == []


def test_withdrawal_stops_collecting_and_keeps_what_is_there(filled):
    consent, home = Consent(filled, KEY), HOMES["p-01"]
    before = filled.records(0, home=home)
    more = {"on": True, "actor": "dr-a", "now_ns": 1, "ground": "asked"}
    set_consent(filled, KEY, "p-01", ConsentState.WITHDRAWN, **more)
    outcome = arrive(filled, "p-01", [item_record(batch(5))] * 2, barred=consent.barred)
    assert list(outcome.committed.values()) == [10], "the home is told that it need not send it"
    assert filled.records(0, home=home) == before
    assert len(filled.sessions(patient="p-01")) == 1
    set_consent(filled, KEY, "p-01", ConsentState.WITHDRAWN, **(more | {"on": False}))
    arrive(filled, "p-01", [item_record(batch(7, first_index=500))], barred=consent.barred)
    after = filled.records(0, home=home)
    assert [r.position for r in after] == [*range(1, 9), 11], "what came meanwhile stays outside"
    assert check(filled.path) == []


def test_without_consent_to_motion_gaps_stand_where_it_came_and_the_rest_is_kept(filled):
    consent, home = Consent(filled, KEY), HOMES["p-01"]
    more = {"on": True, "actor": "dr-a", "now_ns": 1, "ground": "asked"}
    before = len(filled.records(0, home=home))
    set_consent(filled, KEY, "p-01", ConsentState.NO_MOTION, **more)
    sent = records_of("p-01", OTHER_SESSION, OTHER_STREAM)
    spoilt = NewRecord(t_ns=1, kind=RecordKind.MOTION, body=b"raw-secret", stream=OTHER_STREAM)
    outcome = arrive(filled, "p-01", [*sent, spoilt], barred=consent.barred)
    assert list(outcome.committed.values()) == [before + len(sent) + 1]
    came = filled.records(before, home=home)
    assert RecordKind.MOTION not in {r.kind for r in came}
    gaps = [decode_item(r.body) for r in came if r.kind is RecordKind.DROPPED]
    assert [(g.first_index, g.count, g.reason) for g in gaps] == [
        (50 * i, 50, "not agreed") for i in range(4)
    ]
    assert len(filled.sessions(patient="p-01")) == 2
    assert b"raw-secret" not in filled.path.read_bytes()
    assert check(filled.path) == []
    # Sent again as it was, after the consent was given again: what came meanwhile stays outside.
    set_consent(filled, KEY, "p-01", ConsentState.NO_MOTION, **(more | {"on": False}))
    again = [
        Record(
            home=home,
            position=before + 1 + n,
            t_ns=r.t_ns,
            kind=r.kind,
            body=r.body,
            session=r.session,
            stream=r.stream,
        )
        for n, r in enumerate(sent)
    ]
    parcel = open_parcel(HomeTopics("clinic", "p-01").record, encode_block(again))
    assert store_parcels(filled, [parcel], now_ns=2, barred=consent.barred).counts == {
        "duplicates": len(sent)
    }
    assert filled.records(before, home=home) == came


def test_a_message_that_cannot_be_read_is_not_kept_without_consent_to_motion(filled):
    consent = Consent(filled, KEY)
    more = {"on": True, "actor": "dr-a", "now_ns": 1, "ground": "asked"}
    set_consent(filled, KEY, "p-01", ConsentState.NO_MOTION, **more)
    before = dead_letters(filled)
    parcel = open_parcel(HomeTopics("clinic", "p-01").record, b"raw-secret")
    store_parcels(filled, [parcel], now_ns=2, barred=consent.barred)
    assert dead_letters(filled) == before


async def test_restricted_data_stays_and_does_not_reach_the_database(filled):
    more = {"on": True, "actor": "dr-a", "now_ns": 1, "ground": "asked"}
    set_consent(filled, KEY, "p-01", ConsentState.RESTRICTED, **more)
    settings = InfluxSettings(url="", token="-", org="-", motion_days=None)  # noqa: S106
    memory, consent = MemoryLines(), Consent(filled, KEY)
    for follower in influx_followers(
        filled, memory, settings, ManualClock(), restricted=consent.restricted
    ):
        await follower.catch_up()
    written = b"\n".join(text for lines in memory.lines.values() for text in lines)
    assert b"p-02" in written
    assert b"p-01" not in written
    assert len(filled.sessions(patient="p-01")) == 1


def test_the_audit_chain_survives_an_erasure_and_shows_any_change(filled, places):
    for number in range(3):
        with filled.writing() as db:
            note(db, KEY, t_ns=number, actor="dr-a", action="read", patient="p-02")
    erase(filled, places)
    assert broken_links(filled, KEY) == []
    assert [e.action for e in audit_entries(filled, key=KEY, patient="p-01")] == ["erase"]
    assert len(audit_entries(filled)) == 4
    db = sqlite3.connect(filled.path)
    db.execute("UPDATE audit SET actor = 'dr-b' WHERE number = 2")
    db.commit()
    assert broken_links(filled, KEY) == [2]
    db.execute("DELETE FROM audit WHERE number = 2")
    db.commit()
    db.close()
    assert broken_links(filled, KEY) == [3]
    assert broken_links(filled, AuditKey(b"x" * 32)) == [1, 3, 4]


def test_an_audit_entry_never_names_the_patient(clinic):
    with pytest.raises(ValueError, match="must not name"), clinic.writing() as db:
        note(db, KEY, t_ns=0, actor="a", action="erase", patient="p-01", detail="for p-01")
    assert audit_entries(clinic) == []


@pytest.mark.parametrize("detail", ["version p-012", "as sp-01 asked", "see p-01-b"])
def test_a_deed_is_not_refused_for_another_name_that_holds_the_patients(clinic, detail):
    with clinic.writing() as db:
        note(db, KEY, t_ns=0, actor="a", action="erase", patient="p-01", detail=detail)
    assert len(audit_entries(clinic)) == 1


def test_an_audit_key_is_made_once_and_a_spoiled_one_is_named(tmp_path):
    path = tmp_path / "keys" / "audit.key"
    assert AuditKey.at(path) == AuditKey.at(path)
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert path.read_text().strip() not in repr(AuditKey.at(path))
    path.write_text("nonsense")
    with pytest.raises(ConfigurationError, match="audit key"):
        AuditKey.at(path)


def test_the_commands_erase_and_say_that_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    monkeypatch.delenv("RIPRESA_INFLUX_URL", raising=False)
    with Journal.open(tmp_path / "clinic" / "journal.sqlite", ManualClock()) as journal:
        arrive(journal, "p-01", records_of("p-01", SESSION, STREAM))

    def run(*arguments, code=0):
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    assert "4 files" in run("export", "p-01")
    run("withdraw", "p-01")
    run("restrict", "p-01", "--lift")
    assert "Aborted" in run("erase", "p-01", "--ground", "asked", code=1)
    output = run("erase", "p-01", "--ground", "asked", "--yes")
    assert "no byte of it" in output
    assert traces([tmp_path], [b"p-01", STREAM.encode()]) == []
    shown = run("audit", "p-01")
    assert "erase" in shown
    assert "chain whole" in shown


def test_who_shares_a_sessions_name_or_a_beginning_of_the_pseudonym_loses_nothing(clinic):
    arrive(clinic, "p-02", records_of("p-02", SESSION, STREAM))
    arrive(clinic, "p-01", records_of("p-01", SESSION, STREAM))
    longer = HomeTopics("clinic", "p-010").record
    store_parcels(clinic, [open_parcel(longer, b"junk of p-010")], now_ns=0)
    days = [
        AdherenceResult(patient=p, day="2023-11-15", plan_version=1, state="missed")
        for p in ("p-01", "p-02", "p-010")
    ]
    clinic.append_now([result_record(day) for day in days])
    before = clinic.rows("SELECT position, body FROM record WHERE home = 2 ORDER BY seq")
    erased = erase(clinic, {})
    after = clinic.rows("SELECT position, body FROM record WHERE home = 2 ORDER BY seq")
    assert after == before
    assert len(before) == 8
    assert [s.patient for s in clinic.sessions()] == ["p-02"]
    assert len(dead_letters(clinic)) == 1
    assert len(clinic.care_records("adherence.result")) == 2
    assert check(clinic.path) == []
    own = [n for n in erased.needles if n not in (SESSION.encode(), STREAM.encode())]
    assert traces([clinic.path.parent], own, [b"p-010", b"p-02"]) == []


def test_a_step_that_fails_stops_no_other_and_is_tried_again(filled, places):
    done = []

    def full():
        raise StoreError("no room")

    folders = list(places.values())
    erase_from_journal(filled, KEY, "p-01", folders=folders, actor="dr-a", ground="asked", now_ns=5)
    here = steps_here(filled, "p-01", folders)
    failed = carry_out(filled, "p-01", {**here, "a": full, "b": lambda: done.append("b")})
    assert failed == {"a": "no room"}
    assert pending_erasures(filled) == {"p-01": ["clinic"]}
    again = {"a": lambda: done.append("a"), "b": lambda: done.append("twice")}
    assert carry_out(filled, "p-01", again) == {}
    assert done == ["b", "a"]
    assert pending_erasures(filled) == {}
    assert traces([filled.path.parent], [b"p-01"]) == []


def test_whatever_a_step_raises_stops_no_other_and_is_told(filled, places):
    folders = list(places.values())
    erase_from_journal(filled, KEY, "p-01", folders=folders, actor="dr-a", ground="asked", now_ns=5)
    done = []

    def denied():
        raise PermissionError(13, "denied")

    steps = {"a": denied, "b": lambda: done.append("b")}
    failed = carry_out(filled, "p-01", steps)
    assert list(failed) == ["a"]
    assert "denied" in failed["a"]
    assert done == ["b"]


def test_a_disk_that_is_full_at_the_last_step_is_told_as_that(filled, places, monkeypatch):
    folders = list(places.values())
    erase_from_journal(filled, KEY, "p-01", folders=folders, actor="dr-a", ground="asked", now_ns=5)
    writing = Journal.writing

    @contextlib.contextmanager
    def full(journal):
        with writing(journal) as db:
            yield db
            if db.execute("SELECT count(*) FROM erasure").fetchone() == (0,):
                raise StoreFull("no room for journal")

    monkeypatch.setattr(Journal, "writing", full)
    assert carry_out(filled, "p-01", {}) == {"the note of it": "no room for journal"}
    assert pending_erasures(filled) == {"p-01": ["clinic"]}, "each start tries again"
    monkeypatch.undo()
    assert carry_out(filled, "p-01", {}) == {}


def test_of_two_homes_with_one_session_name_an_export_holds_both(clinic, places, tmp_path):
    for home in ("01J0000000000000000000H0M1", "01J0000000000000000000H0M2"):
        numbered = newly_numbered(clinic, home, records_of("p-01", SESSION, STREAM))
        parcel = open_parcel(HomeTopics("clinic", "p-01").record, encode_block(numbered))
        store_parcels(clinic, [parcel], now_ns=1)
    told = {name: places[name] for name in ("archive", "plans", "drafts")}
    told |= {"actor": "dr-a", "now_ns": 1}
    export_patient(clinic, KEY, "p-01", target=tmp_path / "out", **told)
    assert len(list((tmp_path / "out" / "sessions").iterdir())) == 2
    assert len(list((tmp_path / "out" / "streams").iterdir())) == 2


def test_on_a_full_disk_nothing_is_erased_and_that_is_said(filled, places, monkeypatch):
    records = filled.rows("SELECT count(*) FROM record")
    writing = Journal.writing

    @contextlib.contextmanager
    def full(journal):
        with writing(journal) as db:
            yield db
            raise StoreFull("no room for journal: nothing was stored, it will be tried again")

    monkeypatch.setattr(Journal, "writing", full)
    told = {"folders": list(places.values()), "actor": "dr-a", "ground": "asked", "now_ns": 5}
    with pytest.raises(StoreFull, match="nothing was erased"):
        erase_from_journal(filled, KEY, "p-01", **told)
    monkeypatch.undo()
    assert filled.rows("SELECT count(*) FROM record") == records
    assert pending_erasures(filled) == {}
    assert not Consent(filled, KEY).erased("p-01")
