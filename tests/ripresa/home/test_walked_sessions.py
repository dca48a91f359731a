"""The journey from a home's journal: any session in which the person did anything."""

import pytest

from games.journey.scene_walk import scene_variant
from games.scenes.scene import SCENES
from ingest.journal.journal import Journal
from journals import event_record, session_closed, session_opened
from ripresa.home.way.walked_sessions import per_week_of, walked_sessions
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from telemetry.messages.events import (
    CheckAnswered,
    CloseReason,
    HeartMeasured,
    PainReported,
    PromptShown,
    UnwellReported,
)
from therapy_builders import item, plan

T0_NS = 1_700_000_000_000_000_000
PLAN = plan(item(schedule={"times_per_week": 3}))


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "journal.sqlite", ManualClock(T0_NS)) as opened:
        yield opened


class Writing:
    """Writes sessions of one patient, a day each."""

    def __init__(self, journal):
        self._journal, self._clock, self._t_ns = journal, ManualClock(T0_NS), T0_NS

    def session(self, day, *events, reason=CloseReason.DONE, version=1):
        session = new_ulid(self._clock)
        self._t_ns += 10**12
        common = {"session": session, "t_ns": self._t_ns}
        opened = session_opened(
            session, patient="p-1", day=day, plan_version=version, t_ns=common["t_ns"]
        )
        told = [
            kind(**common, number=n, **fields) for n, (kind, fields) in enumerate(events, start=1)
        ]
        closed = session_closed(
            session, number=len(told) + 1, t_ns=common["t_ns"] + 1, reason=reason
        )
        self._journal.append_now([event_record(e) for e in (opened, *told, closed)])
        return session


ANSWERED = (CheckAnswered, {"at": "in", "question": "unwell", "answer": False})
SHOWN = (
    PromptShown,
    {"mechanism": "scene", "variant": scene_variant(SCENES[7]), "language": "it"},
)


def test_how_a_session_ended_plays_no_part(journal):
    writing = Writing(journal)
    writing.session("2026-03-02", ANSWERED, SHOWN)
    writing.session("2026-03-04", (PainReported, {"pain": 8}), reason=CloseReason.PAIN)
    writing.session("2026-03-06", (UnwellReported, {}), reason=CloseReason.UNWELL)
    writing.session("2026-03-07", ANSWERED, reason=CloseReason.INTERRUPTED)
    walked = walked_sessions(journal, [PLAN])
    assert [w.day.day for w in walked] == [2, 4, 6, 7]
    assert [w.scene for w in walked] == [SCENES[7], None, None, None]
    assert {w.per_week for w in walked} == {3}


def test_what_was_only_opened_is_no_session_walked(journal):
    heart = (HeartMeasured, {"wearable": "strap", "rate_bpm": 70})
    Writing(journal).session("2026-03-02", SHOWN, heart, reason=CloseReason.INTERRUPTED)
    assert not walked_sessions(journal, [PLAN])


def test_the_session_that_is_on_is_left_out_and_the_last_choice_of_several_counts(journal):
    def chose(plant):
        return PromptShown, {"mechanism": "plant", "variant": plant, "language": "it"}

    writing = Writing(journal)
    writing.session("2026-03-02", ANSWERED, chose("rose"), chose("iris"))
    on = writing.session("2026-03-04", ANSWERED)
    assert [w.plant for w in walked_sessions(journal, [PLAN], but=on)] == ["iris"]


def test_each_session_counts_by_the_plan_it_was_opened_with(journal):
    five = plan(item(schedule={"times_per_week": 5})).model_copy(update={"version": 2})
    writing = Writing(journal)
    for day, version in (("2026-03-02", 1), ("2026-03-09", 2), ("2026-03-16", 7)):
        writing.session(day, ANSWERED, version=version)
    assert [w.per_week for w in walked_sessions(journal, [PLAN, five])] == [3, 5, 5]
    assert per_week_of(PLAN) == 3
