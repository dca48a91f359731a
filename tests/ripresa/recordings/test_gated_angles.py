"""An angle that the session's close takes back stands in no table and no export."""

from __future__ import annotations

import math

import pytest

import ripresa
from builders import SESSION, STREAM, T0_NS, batch
from ingest.journal.journal import Journal
from journals import event_record, item_record
from research.session_cases.right_placements import people
from research.session_cases.wrong_placements import wrong
from ripresa.recordings.exporting import write_sessions
from ripresa.recordings.gated_angles import ItemSpan, item_spans, taken_back
from ripresa.recordings.session_source import session_source
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import SystemClock
from telemetry.errors import NotObservable
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
    StopReason,
)
from telemetry.messages.results import ItemResult, SessionResult


def kept_case(folder, recording):
    """A simulated session in a journal, with its plan where it is looked for."""
    path = folder / "clinic" / "journal.sqlite"
    PlanFolder(folder / "plans").add(recording.plan)
    opened, *rest = recording.events
    with Journal.open(path, SystemClock()) as journal:
        journal.append_now([event_record(opened)])
        for stream in recording.streams:
            journal.append_now([item_record(i, session=recording.session) for i in stream])
        journal.append_now([event_record(event) for event in rest])
    return path


def of_kind(specs, word):
    return next(spec for spec in specs if word in spec.name).make().recording


@pytest.mark.parametrize("to", ["opensim", "bids", "parquet"])
def test_a_sensor_on_the_table_leaves_no_angle_and_the_reason_is_told(tmp_path, to):
    recording = of_kind(wrong(range(1)), "on the table-knee-calibrated")
    path = kept_case(tmp_path, recording)
    session = ripresa.load_session(recording.session, path)
    assert any(getattr(m, "angle_deg", None) for m in session.live_messages), "it was shown live"
    with pytest.raises(NotObservable, match="as if nobody wore it"):
        session.angle()
    told, source = [], session_source(path)
    _, written = write_sessions(
        source, ripresa.sessions(path), to, tmp_path / "out", said=told.append
    )
    assert not [p for p in written if "angle" in p.name or "core" in p.name or p.suffix == ".mot"]
    assert "as if nobody wore it" in "\n".join(told)


def test_a_sensor_in_its_place_keeps_its_angle(tmp_path):
    recording = of_kind(people(range(1)), "knee")
    session = ripresa.load_session(recording.session, kept_case(tmp_path, recording))
    assert session.angle().angle_deg.max() > 40


def events(*bounds):
    """Starts and ends of item `bend`: kind and sample index."""
    made = {
        "assessment": (AssessmentStarted, AssessmentEnded),
        "exercise": (ExerciseStarted, ExerciseEnded),
    }
    for number, (kind, from_index, to_index) in enumerate(bounds):
        head = {"session": SESSION, "t_ns": T0_NS, "item": "bend"}
        start, end = made[kind]
        more = {"exercise": "elbow-bend", "side": "right", "spans": {STREAM: from_index}}
        yield 0.0, start(**head, number=2 * number, **more)
        if to_index is not None:
            why = {"reason": StopReason.DONE}
            yield 0.0, end(**head, number=2 * number + 1, spans={STREAM: to_index}, **why)


def result(*reasons):
    rows = tuple(
        ItemResult(
            item="bend",
            exercise="elbow-bend",
            side="right",
            stream=STREAM,
            rate_hz=60.0,
            assessment=kind == "assessment",
            repetitions=(),
            range_of_motion=None,
            not_observable=why,
        )
        for kind, why in reasons
    )
    return SessionResult(
        session=SESSION, core_version="9", plan_version=1, provisional=False, items=rows
    )


def spans_of(*bounds):
    return item_spans([*events(*bounds), (0.0, batch(600))])


def test_what_is_refused_is_the_item_that_was_refused_alone():
    spans = spans_of(("assessment", 0, 60), ("exercise", 120, 300), ("exercise", 360, None))
    at_ns = [T0_NS + round(n * 1e9 / 60 / 1000) * 1000 for n in (0, 59, 120, 299)]
    assert [(s.from_ns, s.to_ns) for s in spans[:2]] == [tuple(at_ns[:2]), tuple(at_ns[2:])]
    assert spans[2].to_ns == math.inf
    told = result(("assessment", "askew"), ("exercise", None), ("exercise", "unworn"))
    assert taken_back(spans, [None, told]) == [(spans[0], "askew"), (spans[2], "unworn")]


def test_where_nobody_knows_which_one_a_reason_is_of_none_of_them_stands():
    spans = spans_of(("exercise", 0, 60), ("exercise", 120, 300))
    told = result(("exercise", "askew"))
    assert [why for _, why in taken_back(spans, [told])] == ["askew", "askew"]
    assert taken_back(spans, [result(("exercise", None))]) == []


def test_an_item_without_a_sample_has_a_span_that_holds_everything():
    (span,) = item_spans(events(("exercise", 0, 60)))
    assert span == ItemSpan("bend", assessment=False, from_ns=-math.inf, to_ns=math.inf)
    assert span.holds(T0_NS)
