"""The events of a therapy session, in the order in which its one writer records them.

Every event carries the session, its number in the session (0, 1, 2, ... without holes) and
the host time. Types are named as in the therapy's vocabulary: `session.opened` and so on.
Where an event bounds motion, it says so by sample index (`spans`), never by time: so the
signal core gives the same bytes however the two arrive.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter

from telemetry.body import Side
from telemetry.identity import Name, Pseudonym, UlidText

from .bounds import STRICT, Count, Day, Int64
from .newer import Decoded, read_known

__all__ = [
    "AssessmentEnded",
    "AssessmentStarted",
    "BreathlessnessReported",
    "CheckAnswered",
    "CloseReason",
    "EffortReported",
    "ExerciseEnded",
    "ExerciseReported",
    "ExerciseStarted",
    "HeartMeasured",
    "HingeCalibration",
    "PainReported",
    "PromptShown",
    "RangeCalibrated",
    "RestEnded",
    "RestStarted",
    "SegmentCalibrated",
    "SessionClosed",
    "SessionEvent",
    "SessionOpened",
    "StopReason",
    "SuspectedFall",
    "UnwellReported",
    "Worn",
    "decode_event",
    "encode_event",
    "read_event",
]

Pain = Annotated[int, Field(ge=0, le=10)]
"""Numeric rating scale, 0 to 10."""

Scale = Annotated[float, Field(ge=0, le=10)]
"""Effort or breathlessness, 0 to 10, each number with a word of our own beside it."""

Finite = Annotated[float, Field(allow_inf_nan=False)]


def _of_length_one(vector: tuple[float, float, float]) -> tuple[float, float, float]:
    length = math.hypot(*vector)
    if abs(length - 1) > UNIT_WITHIN:
        raise ValueError(f"a unit vector is wanted, not one of length {length:.3f}")
    return vector


UNIT_WITHIN = 1e-3
"""How far from 1 the length of an axis may be, as rounded texts have it."""

UnitVector = Annotated[tuple[Finite, Finite, Finite], AfterValidator(_of_length_one)]
"""[3], of length 1."""


class StopReason(StrEnum):
    """Why an exercise ended."""

    DONE = "done"
    PAIN = "pain"
    TIRED = "tired"
    UNWELL = "unwell"
    TIME = "time"
    LOST_SENSOR = "lost sensor"
    OTHER = "other"


class CloseReason(StrEnum):
    """Why a session ended."""

    DONE = "done"
    PAIN = "pain"
    TIRED = "tired"
    UNWELL = "unwell"
    TIME = "time"
    INTERRUPTED = "interrupted"
    OTHER = "other"


class _Frozen(BaseModel):
    model_config = STRICT


class Worn(_Frozen):
    """One wearable of the session."""

    wearable: Name
    model: str
    placement: str


class _Event(_Frozen):
    session: UlidText
    number: Count
    t_ns: Int64


class SessionOpened(_Event):
    """Therapy was opened; the session belongs to this day in the plan's time zone.

    `clock_synchronised` is whether a time service kept the box's clock then; None: not told.
    """

    type: Literal["session.opened"] = "session.opened"
    patient: Pseudonym
    site: Name
    plan_version: Count
    day: Day
    posture: str
    wearables: tuple[Worn, ...] = ()
    replay_of: str | None = None
    clock_synchronised: bool | None = None


class CheckAnswered(_Event):
    """One question of the check-in or check-out was answered or skipped (None)."""

    type: Literal["check.answered"] = "check.answered"
    at: Literal["in", "out"]
    question: str
    answer: bool | Int64 | str | None
    answered_by: Literal["patient", "helper", "demo"] = "patient"


class HingeCalibration(BaseModel):
    """How the two sensors of a joint lie: what a segment calibration measured.

    Attributes:
        proximal, distal: the placements, the one nearer to the trunk first.
        proximal_axis, distal_axis: the joint's axis as a unit vector in each sensor, flexion
            positive.
        zero_rad: the in-plane angle that reads 0; None: only the size of a movement can be told.
    """

    model_config = STRICT

    proximal: str
    distal: str
    proximal_axis: UnitVector
    distal_axis: UnitVector
    zero_rad: Finite | None = None


class SegmentCalibrated(_Event):
    """How a sensor lies on its segment is known now, by this level of the ladder.

    Attributes:
        placement: the sensor; of a joint the distal one.
        passed: whether the level can be used; `note` says why not, in plain words.
        axis: the segment's long axis, away from the trunk, as a unit vector in the sensor; None:
            as the sensor is marked.
        hinge: of a joint, what was measured of its two sensors.
    """

    type: Literal["segment.calibrated"] = "segment.calibrated"
    placement: str
    level: Literal["gravity", "stored", "functional", "none"]
    passed: bool = True
    note: str = ""
    axis: UnitVector | None = None
    hinge: HingeCalibration | None = None


class RangeCalibrated(_Event):
    """Today's pain-free range, which scales the game."""

    type: Literal["range.calibrated"] = "range.calibrated"
    item: str
    peaks_deg: tuple[float, ...]
    target_deg: float | None
    limit_deg: float | None
    source: Literal["calibration repetitions", "first repetitions of the recording", "clinician"]


class AssessmentStarted(_Event):
    """Untargeted repetitions begin; `spans` maps each stream to its first sample index."""

    type: Literal["assessment.started"] = "assessment.started"
    item: str
    exercise: str
    side: Side
    spans: dict[str, Count]


class AssessmentEnded(_Event):
    """They ended; `spans` maps each stream to the index after its last sample."""

    type: Literal["assessment.ended"] = "assessment.ended"
    item: str
    spans: dict[str, Count]
    reason: StopReason = StopReason.DONE


class ExerciseStarted(_Event):
    """An exercise item begins; `spans` maps each stream to its first sample index."""

    type: Literal["exercise.started"] = "exercise.started"
    item: str
    exercise: str
    side: Side
    assisted: bool = False
    spans: dict[str, Count]


class ExerciseEnded(_Event):
    """An exercise item ended; `spans` maps each stream to the index after its last sample."""

    type: Literal["exercise.ended"] = "exercise.ended"
    item: str
    spans: dict[str, Count]
    reason: StopReason


class RestStarted(_Event):
    """A rest, a pause or a question over an exercise begins: what moves in it is none of the set.

    `spans` maps each stream to the index of its next sample; a rest that does not end by an event
    ends with its item.
    """

    type: Literal["rest.started"] = "rest.started"
    item: str
    spans: dict[str, Count]


class RestEnded(_Event):
    """It is over; `spans` maps each stream to the index of its next sample."""

    type: Literal["rest.ended"] = "rest.ended"
    item: str
    spans: dict[str, Count]


class ExerciseReported(_Event):
    """What was told of an item that no sensor saw: self-reported, never measured.

    One comes with each repetition, so that nothing is lost where a session breaks off; the amounts
    of an item add up.

    Attributes:
        amount: since the one before, in the unit of the item's dose.
        how: the person moved the game by keys, and these repetitions were counted.
    """

    type: Literal["exercise.reported"] = "exercise.reported"
    item: str
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: Literal["repetitions", "minutes", "holds"]
    how: Literal["keys"] = "keys"


class PainReported(_Event):
    """Pain, 0 to 10."""

    type: Literal["pain.reported"] = "pain.reported"
    pain: Pain


class EffortReported(_Event):
    """Perceived effort, 0 to 10."""

    type: Literal["effort.reported"] = "effort.reported"
    effort: Scale
    at: Literal["before", "mid", "after"]


class BreathlessnessReported(_Event):
    """Breathlessness, 0 to 10, apart from effort."""

    type: Literal["breathlessness.reported"] = "breathlessness.reported"
    breathlessness: Scale
    at: Literal["before", "mid", "after"]


class UnwellReported(_Event):
    """Somebody pressed "I feel unwell"; the session ends."""

    type: Literal["unwell.reported"] = "unwell.reported"


class SuspectedFall(_Event):
    """Motion looked like a fall, and the person is asked; the answer is an event of its own.

    Attributes:
        placement: of the wearable that felt it; empty where it is not known.
    """

    type: Literal["fall.suspected"] = "fall.suspected"
    placement: str = ""


class PromptShown(_Event):
    """A persuasive prompt was shown, with its variant, so that its effect can be tested.

    Attributes:
        message: of the therapist's, the one that the person said to have read.
    """

    type: Literal["prompt.shown"] = "prompt.shown"
    mechanism: str
    variant: str
    language: Literal["it", "en"]
    message: UlidText | None = None


class HeartMeasured(_Event):
    """A heart rate as a worn sensor told it; medicines falsify it, so it controls nothing.

    Attributes:
        rate_bpm: beats a minute; None: it says that it takes none now.
        contact: skin contact; None where the sensor cannot tell.
    """

    type: Literal["heart.measured"] = "heart.measured"
    wearable: Name
    rate_bpm: int | None = Field(default=None, ge=1, le=300)
    contact: bool | None = None


class SessionClosed(_Event):
    """The session's last event."""

    type: Literal["session.closed"] = "session.closed"
    reason: CloseReason


SessionEvent: TypeAlias = Annotated[
    SessionOpened
    | CheckAnswered
    | SegmentCalibrated
    | RangeCalibrated
    | AssessmentStarted
    | AssessmentEnded
    | ExerciseStarted
    | ExerciseEnded
    | ExerciseReported
    | RestStarted
    | RestEnded
    | PainReported
    | EffortReported
    | BreathlessnessReported
    | UnwellReported
    | SuspectedFall
    | PromptShown
    | HeartMeasured
    | SessionClosed,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[SessionEvent] = TypeAdapter(SessionEvent)


def encode_event(event: SessionEvent) -> bytes:
    """One event as JSON."""
    return _ADAPTER.dump_json(event)


def decode_event(payload: bytes) -> SessionEvent:
    """Read what `encode_event` wrote; fields that only a newer program knows are left out.

    Raises:
        NewerVersion: of a type that is not known here.
        DecodeError: not JSON, or a field missing or out of range.
    """
    return read_event(payload).content


def read_event(payload: bytes) -> Decoded[SessionEvent]:
    """As `decode_event`, and whether all of it was read.

    Raises:
        NewerVersion, DecodeError: as there.
    """
    return read_known(_ADAPTER, payload, "session event")
