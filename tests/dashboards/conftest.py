"""A journal in memory, and a session that plays itself, for the pages."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from telemetry.messages import events as ev
from telemetry.messages.live import ControlBatch, RepetitionCounted, encode_live
from telemetry.messages.results import (
    ActivePeak,
    AdherenceResult,
    Attempt,
    DoubtNote,
    ItemResult,
    OtherMovement,
    RangeOfMotion,
    Repetition,
    SessionResult,
)
from telemetry.seams import SessionSummary
from telemetry.transport.topics import HomeTopics
from therapy.plan.plan_file import sample_plan

SESSION = "01J00000000000000000000001"
STREAM = "01J00000000000000000000000"
PATIENT = "demo-patient"
T0_NS = 1_790_000_000_000_000_000
DAY = "2026-09-21"
WHAT = "forearm elevation, elbow straight"


@dataclass
class MemoryReader:
    """A `SessionIndex` over lists."""

    kept_events: dict[str, list] = field(default_factory=dict)
    kept_results: dict[str, list] = field(default_factory=dict)

    def sessions(self, *, patient=None):
        found = []
        for session, events in self.kept_events.items():
            opened = events[0]
            closed = events[-1] if events[-1].type == "session.closed" else None
            if patient in (None, opened.patient):
                found.append(
                    SessionSummary(
                        session=session,
                        patient=opened.patient,
                        day=opened.day,
                        opened_ns=opened.t_ns,
                        closed_ns=closed and closed.t_ns,
                        reason=closed and closed.reason.value,
                    )
                )
        return sorted(found, key=lambda s: s.opened_ns)

    def newest_sessions(self, *, limit, patient=None, before=None):
        found = sorted(self.sessions(patient=patient), key=lambda s: s.session, reverse=True)
        return [s for s in found if before is None or s.session < before[0]][:limit]

    def session(self, session, *, home=None):
        named = (s for s in self.sessions() if s.session == session)
        return next((s for s in named if home in (None, s.home)), None)

    def events(self, session, **_home):
        return list(self.kept_events.get(session, []))

    def results(self, session, **_home):
        return list(self.kept_results.get(session, []))

    def stream_items(self, _stream, **_home):
        return iter(())


def script(session=SESSION, *, t0_ns=T0_NS, day=DAY, patient=PATIENT, exercise="arm-abduction"):
    """A session's events: check-in, one exercise of 20 repetitions, check-out."""
    item = {"arm-abduction": "abduction", "pendulum": "pendulum"}[exercise]
    bodies = [
        (
            0,
            ev.SessionOpened,
            {
                "patient": patient,
                "site": "clinic",
                "plan_version": 1,
                "day": day,
                "posture": "standing",
                "wearables": (
                    ev.Worn(wearable="dot-1", model="movella-dot", placement="wrist-right"),
                ),
            },
        ),
        (1, ev.CheckAnswered, {"at": "in", "question": "pain", "answer": 3}),
        (2, ev.CheckAnswered, {"at": "in", "question": "unwell", "answer": False}),
        (3, ev.SegmentCalibrated, {"placement": "wrist-right", "level": "gravity"}),
        (
            4,
            ev.ExerciseStarted,
            {"item": item, "exercise": exercise, "side": "right", "spans": {STREAM: 0}},
        ),
        (
            14,
            ev.RangeCalibrated,
            {
                "item": item,
                "peaks_deg": (141.0, 144.0, 143.0),
                "target_deg": 143.0,
                "limit_deg": 170.0,
                "source": "first repetitions of the recording",
            },
        ),
        (
            84,
            ev.ExerciseEnded,
            {"item": item, "spans": {STREAM: 4800}, "reason": ev.StopReason.DONE},
        ),
        (85, ev.CheckAnswered, {"at": "out", "question": "pain", "answer": 2}),
        (86, ev.EffortReported, {"effort": 3.0, "at": "after"}),
        (87, ev.SessionClosed, {"reason": ev.CloseReason.DONE}),
    ]
    return [
        kind(session=session, number=n, t_ns=t0_ns + s * 10**9, **body)
        for n, (s, kind, body) in enumerate(bodies)
    ]


WITH_BANDS = {
    "start_deg": 20.4,
    "range_low_deg": 130.0,
    "range_high_deg": 154.0,
    "peak_low_deg": 140.0,
    "peak_high_deg": 168.0,
}


def gated(found):
    """The same results with all that the gate tells beside a figure."""
    (item,) = found.items
    told = item.model_copy(
        update={
            "active_peak": ActivePeak(
                what=WHAT, peak_deg=168.2, start_deg=20.4, band_low_deg=161.0, band_high_deg=175.0
            ),
            "range_of_motion": item.range_of_motion.model_copy(
                update={"band_low_deg": 134.0, "band_high_deg": 149.0}
            ),
            "attempts": (Attempt(start_s=90.0, end_s=92.0, range_deg=30.0),) * 2,
            "other_movement": (OtherMovement(start_s=100.0, end_s=125.0),),
            "count_low": 19,
            "count_high": 21,
            "alike": 0.91,
            "judged": False,
            "repetitions": (
                item.repetitions[0].model_copy(update={"technical": ("gap",), **WITH_BANDS}),
                *item.repetitions[1:],
            ),
        }
    )
    return found.model_copy(update={"items": (told,)})


def refused(found):
    """The same results without any figure of an angle, and why."""
    (item,) = found.items
    note = DoubtNote(kind="sensor askew", it="sensore messo storto", en="sensor worn askew")
    bare = {"range_deg": None, "peak_deg": None}
    told = item.model_copy(
        update={
            "range_of_motion": None,
            "not_observable": note.en,
            "doubts": (note,),
            "repetitions": tuple(r.model_copy(update=bare) for r in item.repetitions),
        }
    )
    return found.model_copy(update={"items": (told,)})


def results(session=SESSION, *, day=DAY, patient=PATIENT, median=142.0, provisional=False):
    """What the core found in it: 20 repetitions of about `median` degrees."""
    ranges = [median + 6 * math.sin(2.4 * n) for n in range(20)]
    repetitions = tuple(
        Repetition(
            number=n + 1,
            start_index=n * 240,
            peak_index=n * 240 + 120,
            end_index=n * 240 + 230,
            start_s=n * 4.0,
            end_s=n * 4.0 + 3.8,
            range_deg=deg,
            peak_deg=deg + 12,
            up_s=1.6,
            hold_s=0.6,
            down_s=1.6,
            flags=("too fast",) if n == 7 else (),
        )
        for n, deg in enumerate(ranges)
    )
    item = ItemResult(
        item="abduction",
        exercise="arm-abduction",
        side="right",
        stream=STREAM,
        rate_hz=60,
        repetitions=repetitions,
        range_of_motion=RangeOfMotion(
            what=WHAT, median_deg=median, p10_deg=median - 5, p90_deg=median + 6
        ),
    )
    return [
        SessionResult(
            session=session,
            core_version="1",
            plan_version=1,
            provisional=provisional,
            items=(item,),
        ),
        AdherenceResult(
            session=session,
            patient=patient,
            day=day,
            plan_version=1,
            state="measured",
            sessions=1.0,
            dose=0.5,
            range=0.95,
        ),
    ]


def control(t_s, *, n=2, rate_hz=60.0, session=SESSION, observable=True):
    """A live batch at `t_s`: an arm that goes up and down every 4 s."""
    times = [t_s + i / rate_hz for i in range(n)]
    angle = [12 + 70 * (1 - math.cos(math.tau * t / 4)) for t in times]
    t0_ns = T0_NS + round(times[0] * 1e6) * 1000
    return ControlBatch(
        session=session,
        item="abduction",
        t0_ns=t0_ns,
        dt_us=tuple(round((t - times[0]) * 1e6) for t in times),
        control=tuple((a - 12) / 140 for a in angle),
        angle_deg=tuple(angle) if observable else None,
        limit=1.2,
        calibrated=t_s > 14,
    )


def repetition(number, *, session=SESSION, range_deg=142.0):
    """One repetition counted live."""
    return RepetitionCounted(
        session=session,
        item="abduction",
        number=number,
        t_ns=T0_NS + (4 + 4 * number) * 10**9,
        range_deg=range_deg,
        peak_deg=range_deg and range_deg + 12,
        reached=1.0,
    )


def plan_of(_patient, _version):
    """The sample plan, whoever asks."""
    return sample_plan()


@pytest.fixture
def pretend():
    """All of the above by name, as test modules cannot import each other."""
    return SimpleNamespace(
        MemoryReader=MemoryReader,
        script=script,
        results=results,
        gated=gated,
        refused=refused,
        control=control,
        repetition=repetition,
        plan_of=plan_of,
        encode_live=encode_live,
        topics=HomeTopics("clinic", PATIENT),
        session=SESSION,
        patient=PATIENT,
        what=WHAT,
        t0_ns=T0_NS,
        day=DAY,
    )
