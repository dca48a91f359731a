"""A session is known by its home and its name; what a clinic writes says whose it is about."""

import json

import pytest

from builders import SESSION, STREAM, T0_NS, batch, opened
from ingest.journal.archive import ArchiveReader, archive_closed
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ingest.journal.retention import drop_archived
from journals import (
    HOME,
    event_record,
    item_record,
    receive,
    result_record,
    session_closed,
    session_opened,
    session_result,
    whole_session,
)
from telemetry.clock import ManualClock
from telemetry.errors import AmbiguousName, StoreError
from telemetry.messages.events import PainReported
from telemetry.messages.motion import MotionBatch
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import AdherenceResult, SessionResult

OTHER = "01J0000000000000000000TH3R"


def pain(level, number=2):
    return event_record(PainReported(session=SESSION, number=number, t_ns=7, pain=level))


def pains(journal, home):
    return [e.pain for e in journal.events(SESSION, home=home) if isinstance(e, PainReported)]


def two_homes_with_one_name(clinic):
    receive(clinic, [event_record(session_opened()), pain(1)])
    receive(clinic, [event_record(session_opened(patient="p-02")), pain(9)], OTHER, "p-02")


def test_two_homes_may_call_a_session_the_same_and_stay_apart(clinic):
    two_homes_with_one_name(clinic)
    assert {s.patient: s.home for s in clinic.sessions()} == {"p-01": HOME, "p-02": OTHER}
    assert pains(clinic, HOME) == [1]
    assert pains(clinic, OTHER) == [9]


@pytest.mark.parametrize(
    "read",
    [
        lambda clinic: clinic.events(SESSION),
        lambda clinic: clinic.results(SESSION),
        lambda clinic: clinic.streams(SESSION),
        lambda clinic: clinic.session(SESSION),
        lambda clinic: list(clinic.stream_items(STREAM)),
        lambda clinic: clinic.stream_opened(STREAM),
    ],
)
def test_where_nobody_says_whose_none_is_read_for_another(clinic, read):
    receive(clinic, whole_session())
    theirs = [event_record(session_opened(patient="p-02")), item_record(opened())]
    receive(clinic, theirs, OTHER, "p-02")
    with pytest.raises(AmbiguousName, match=f"2 homes have a .* {HOME}, {OTHER}"):
        read(clinic)


def test_one_who_knows_a_session_adds_nothing_to_it(clinic):
    receive(clinic, whole_session())
    receive(clinic, [pain(10, 4), result_record(session_result(core_version="x"))], OTHER, "p-02")
    receive(clinic, [item_record(batch(20, first_index=100))], OTHER, "p-02")
    receive(clinic, [event_record(session_closed(number=5, t_ns=1))], OTHER, "p-02")
    assert pains(clinic, HOME) == [2]
    assert {r.core_version for r in clinic.results(SESSION, home=HOME)} == {"1", "live"}
    of_home = clinic.stream_items(STREAM, home=HOME)
    assert max(i.next_index for i in of_home if hasattr(i, "gyr")) == 100
    assert clinic.session(SESSION, home=HOME).closed_ns != 1


def test_a_stream_of_one_name_from_two_homes_stays_apart(clinic):
    receive(clinic, [item_record(opened()), item_record(batch(5))])
    receive(clinic, [item_record(batch(9, first_index=5))], OTHER, "p-02")
    assert sum(len(i) for i in clinic.stream_items(STREAM, home=HOME) if hasattr(i, "gyr")) == 5
    assert sum(len(i) for i in clinic.stream_items(STREAM, home=OTHER)) == 9
    assert clinic.stream_opened(STREAM, home=OTHER) is None


def test_what_the_clinic_finds_in_a_session_is_about_its_home_and_comes_last(clinic):
    two_homes_with_one_name(clinic)
    later = session_result(core_version="2")
    clinic.append_now([NewRecord(**{**fields(result_record(later)), "subject": OTHER})])
    assert clinic.results(SESSION, home=HOME) == []
    assert clinic.results(SESSION, home=OTHER) == [later]
    arrived = clinic.arrivals(0, kinds=[RecordKind.RESULT])[0].record
    assert (arrived.home, arrived.subject) == (clinic.home, OTHER)


def test_a_result_without_a_subject_is_about_the_session_that_is_known(clinic):
    receive(clinic, whole_session())
    clinic.append_now([result_record(session_result(core_version="2"))])
    found = [r.core_version for r in clinic.results(SESSION, home=HOME)]
    assert found == ["1", "live", "2"]


def test_a_subject_that_is_not_known_is_refused(clinic):
    record = NewRecord(**{**fields(result_record(session_result())), "subject": OTHER})
    with pytest.raises(StoreError, match="not known here"):
        clinic.append_now([record])


def fields(record):
    return {name: getattr(record, name) for name in record.__slots__}


def day(patient, on, **more):
    return AdherenceResult(patient=patient, day=on, plan_version=1, state="measured", **more)


def test_care_is_found_by_patient_and_the_newest_of_a_key_counts(clinic):
    records = [day("p-1", f"2026-01-{i:02}") for i in range(1, 20)]
    records += [day("p-10", "2026-01-01"), day("p-1", "2026-01-03", dose=0.5)]
    clinic.append_now([result_record(r) for r in records])
    found = [json.loads(b) for b in clinic.care_records("adherence.result", "p-1")]
    assert len(found) == 19
    assert found[-1]["dose"] == 0.5
    assert len(clinic.care_records("adherence.result")) == 20
    assert clinic.care_records("alert.note", "p-1") == []


def newer(record, **more):
    body = json.dumps(json.loads(record.body) | more).encode()
    return NewRecord(**{**fields(record), "body": body})


def test_unknown_fields_are_held_and_the_known_ones_are_read(clinic):
    start = newer(event_record(session_opened()), mood="fine", hall={"a": 1})
    deep = newer(result_record(session_result()), items=[])
    receive(clinic, [start, newer(pain(3), place="arm"), deep])
    assert [s.session for s in clinic.sessions()] == [SESSION]
    assert pains(clinic, HOME) == [3]
    assert clinic.held() == 2
    assert clinic.records(0, home=HOME)[1].body == newer(pain(3), place="arm").body


def test_an_unknown_field_deep_inside_is_held_too(clinic):
    record = result_record(session_result())
    body = json.loads(record.body)
    body["items"][0]["repetitions"][0]["jerk"] = 1.5
    receive(clinic, [newer(record, items=body["items"])])
    assert clinic.held() == 1
    assert isinstance(clinic.results(SESSION, home=HOME)[0], SessionResult)


def test_an_unknown_type_is_held_and_read_once_the_program_knows_it(tmp_path):
    path = tmp_path / "clinic.db"
    with Journal.open(path, ManualClock()) as clinic:
        receive(clinic, [event_record(session_opened()), newer(pain(5), type="pain.felt")])
        before = clinic.last_seq()
        assert clinic.held() == 1
        assert pains(clinic, HOME) == []
        assert [a.seq for a in clinic.arrivals(0)] == [before - 1]
        with clinic.writing() as db:
            db.execute("UPDATE record SET body = ? WHERE held = 2", (pain(5).body,))
    with Journal.open(path, ManualClock()) as clinic:  # as if the type were known by now
        assert clinic.held() == 0
        assert pains(clinic, HOME) == [5]
        assert [a.seq for a in clinic.arrivals(before)] == [before + 1], "followers meet it now"
        assert clinic.committed(HOME) == 2


def test_an_unknown_type_that_names_another_session_is_no_record_of_it(clinic):
    record = NewRecord(**{**fields(newer(pain(5), type="pain.felt")), "session": OTHER})
    with pytest.raises(StoreError, match="holds one of"):
        clinic.append_now([record])


def test_a_reader_of_another_process_reads_the_same(clinic):
    two_homes_with_one_name(clinic)
    with JournalReader(clinic.path) as reader:
        assert pains(reader, OTHER) == [9]


@pytest.mark.parametrize("order", [(HOME, OTHER), (OTHER, HOME)])
async def test_two_homes_of_a_patient_with_one_name_lie_apart_in_the_archive(
    clinic, tmp_path, order
):
    late, archive = T0_NS + 10**13, tmp_path / "archive"
    for home in order:
        samples = 100 if home == HOME else 40
        receive(clinic, [event_record(session_opened()), pain(1 if home == HOME else 9)], home)
        receive(clinic, [item_record(opened()), item_record(batch(samples))], home)
        receive(clinic, [event_record(session_closed(number=3))], home)
        archive_closed(clinic, archive, now_ns=late, settle_ns=0)
    receive(clinic, [item_record(batch(7, first_index=40))], OTHER)
    archive_closed(clinic, archive, now_ns=late, settle_ns=0)
    drop_archived(clinic, late)
    with ArchiveReader(clinic.path, archive) as reader:
        for home, samples in ((HOME, 100), (OTHER, 47)):
            items = reader.stream_items(STREAM, home=home)
            assert sum(len(i) for i in items if isinstance(i, MotionBatch)) == samples
    told = [json.loads(path.read_bytes()) for path in archive.glob("p-01/sessions/*.json")]
    assert {one["home"]: one["events"][1]["pain"] for one in told} == {HOME: 1, OTHER: 9}
    assert len(list(archive.glob("p-01/streams/*.parquet"))) == 2
