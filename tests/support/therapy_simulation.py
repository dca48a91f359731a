"""Simulated people who go through sessions: ordinary ones, and hostile ones with nonsense."""

from __future__ import annotations

import random
from dataclasses import dataclass

from pydantic import ValidationError

from asking import request_of
from builders import SESSION, T0_NS
from telemetry.messages.live import RepetitionCounted, SensorSilent
from telemetry.messages.requests import CalibrateSegment, RequestEnvelope
from therapy.session.agenda import agenda_of
from therapy.session.alignment import AlignmentPhase, SegmentFound
from therapy.session.screens import screen_of
from therapy.session.session import advance, open_session
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import FallSuspected, Moment, SessionStage, SessionState, Tick
from therapy.wording import Wording
from therapy_builders import STREAM, WRIST, item, plan

SESSIONS = 2500
STEPS = 60
LIMITS = (
    {},
    {"pain_stop": 8, "pain_amber": 7},
    {"pain_stop": 3, "pain_amber": 2, "pain_rise": 1},
    {"effort_stop": 4, "session_cap_min": 3, "dose_cap": 1},
    {"cleared_for_standing": True, "lost_s": 5},
)
ITEMS = (
    item(posture="seated", clinician_range_deg=90),
    item(id="raise", exercise="forward-arm-raise", posture="seated", assessment="every day"),
    item(id="rise", exercise="sit-to-stand", placements=[], limit_deg=None),
    item(id="march", exercise="seated-march", placements=[], limit_deg=None, dose={"minutes": 1}),
    item(id="swing", exercise="pendulum", limit_deg=None, posture="standing"),
)
WHATS = (
    "check.answered",
    "segment.calibrated",
    "exercise.started",
    "exercise.ended",
    "assessment.started",
    "assessment.ended",
    "range.calibrated",
    "pain.reported",
    "effort.reported",
    "unwell.reported",
    "prompt.shown",
    "session.closed",
)
FIELDS = {
    kind.model_fields["what"].default: kind.model_fields.keys()
    for kind in RequestEnvelope.__subclasses__()
}


@dataclass(frozen=True)
class Step:
    before: SessionState
    what: object
    moment: Moment
    after: SessionState
    events: tuple
    refused: str | None

    @property
    def target_before_deg(self) -> float:
        today = self.before.today
        return (today.target_deg or 0.0) if today else 0.0


def random_value(rng: random.Random, *, hostile: bool) -> dict:
    junk = [None, -1, 99, "x", True, 3.5, float("inf")]

    def pick(*good):
        return rng.choice(junk) if hostile and rng.random() < 0.4 else rng.choice(good)

    return {
        "answer": pick(False, False, True, 0, 1, 3, 5, 7),
        "pain": pick(0, 1, 2, 3, 4, 5, 6, 9),
        "effort": pick(1, 3, 5, 6, 8),
        "passed": pick(True, True, False),
        "reason": pick("done", "done", "done", "pain", "tired", "time", "other"),
        "source": pick("clinician", "x"),
        "retest": pick(True, False),
        "mechanism": pick("praise", "goal"),
        "variant": pick("a", "b"),
    }


def fitting(state: SessionState, rng: random.Random) -> str:
    """What an ordinary screen would send now."""
    name = type(screen_of(state)).__name__
    usual = {
        "Ask": "check.answered",
        "AlignSensor": "segment.calibrated",
        "Ready": "exercise.started",
        "ReadyToAssess": "assessment.started",
        "Play": "exercise.ended",
    }
    asked = rng.random()
    if asked < 0.04:
        return "pain.reported"
    if asked < 0.06:
        return "effort.reported"
    if name == "Play" and asked < 0.9:
        return ""
    return usual.get(name, "")


def occurrence(state: SessionState, rng: random.Random, n: int, now_ns: int, *, hostile: bool):
    if (
        state.measured
        and state.alignments
        and state.stage is SessionStage.ALIGN
        and rng.random() < 0.7
    ):
        return calibration(state, rng, n)
    wish = wished(state, rng, n, hostile=hostile)
    if wish is not None:
        return wish
    roll = rng.random()
    if roll < 0.01:
        return FallSuspected()
    if roll < 0.1:
        return SensorSilent(session=SESSION, stream=STREAM, silent=rng.random() < 0.4)
    if roll < 0.3 or not state.agenda:
        return Tick(now_ns if rng.random() < 0.8 else None)
    return RepetitionCounted(
        session=SESSION,
        item=state.current.item.id if rng.random() < 0.97 else "other",
        number=n if rng.random() < 0.97 else 0,
        t_ns=now_ns,
        range_deg=None,
        peak_deg=rng.choice([None, rng.uniform(-20, 400), rng.uniform(60, 170)]),
        reached=rng.uniform(0, 3),
        too_fast=rng.random() < 0.2,
        flags=("lean",) if rng.random() < 0.1 else (),
    )


def wished(state: SessionState, rng: random.Random, n: int, *, hostile: bool):
    """A request, where one is made now and a link lets it through."""
    what = rng.choice(WHATS) if hostile and rng.random() < 0.35 else fitting(state, rng)
    if what == "unwell.reported" and rng.random() < 0.8:
        what = ""
    if not what or rng.random() >= 0.95:
        return None
    value = random_value(rng, hostile=hostile)
    if what == "check.answered" and state.interrupting is not None:
        value["answer"] = rng.random() < 0.5
    elif what == "check.answered" and not hostile and state.asking:
        kind = state.asking[0].kind
        value["answer"] = {"yes or no": False, "choice": "other"}.get(kind, rng.randint(0, 3))
    try:
        wish = request_of(what, **{k: v for k, v in value.items() if k in FIELDS[what]})
    except ValidationError:
        return None
    return wish.stamped(f"01J{n:023d}", None)


def calibration(state: SessionState, rng: random.Random, n: int):
    """What a home that measures, or its screen, has to say of a calibration."""
    if state.measuring.phase is AlignmentPhase.WAITING:
        ask = rng.choice(["begin", "begin", "begin", "cannot", None])
        return CalibrateSegment(ask=ask).stamped(f"01J{n:023d}", None)
    return SegmentFound(
        attempt=state.measuring.attempt - (rng.random() < 0.1),
        placement=state.alignments[0].placement,
        passed=rng.random() < 0.6,
        note=Wording("Ripeta.", "Again."),
        blameless=rng.random() < 0.2,
        axis=(1.0, 0.0, 0.0),
    )


def simulate(seed: int) -> list[Step]:
    rng = random.Random(seed)
    hostile = seed % 2 == 1
    chosen = rng.sample(ITEMS, rng.randint(1, 3))
    asked = plan(*chosen, limits=rng.choice(LIMITS))
    now_ns = T0_NS
    opened = open_session(
        SessionSettings(
            plan=asked,
            site="s",
            agenda=agenda_of(asked, asked.day_of(now_ns)),
            worn=(WRIST,),
            measured=seed % 3 == 0,
            next_morning=rng.random() < 0.3,
            range_source=rng.choice(
                ["calibration repetitions", "first repetitions of the recording"]
            ),
        ),
        session=SESSION,
        moment=Moment(now_ns, {STREAM: 0}),
    )
    first = Moment(now_ns)
    steps = [Step(opened.state, None, first, opened.state, opened.events, None)]
    state = opened.state
    for n in range(1, STEPS):
        now_ns += round(rng.choice([0.1, 1, 3, 3, 8, 30, 400 if hostile else 8]) * 1e9)
        what = occurrence(state, rng, n, now_ns, hostile=hostile)
        moment = Moment(now_ns, {STREAM: n * 60})
        step = advance(state, what, moment)
        steps.append(Step(state, what, moment, step.state, step.events, step.refused))
        state = step.state
        if state.closed and rng.random() < 0.5:
            break
    return steps
