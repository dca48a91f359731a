"""What a game or a screen asks of the session service, the only writer of a session's events.

Each request is named by its `what`, as the event that it leads to. `request` is a ULID: a
repeated one does nothing. Whoever builds a request leaves it and the session to the link that
sends it, see `stamped`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from telemetry.errors import DecodeError
from telemetry.identity import Name, UlidText

from .events import Pain, Scale, StopReason
from .newer import first_problem

__all__ = [
    "AnswerCheck",
    "CalibrateRange",
    "CalibrateSegment",
    "CloseSession",
    "EndAssessment",
    "EndExercise",
    "GoBack",
    "NoteHeartRate",
    "NotePrompt",
    "OpenSession",
    "ReportBreathlessness",
    "ReportEffort",
    "ReportPain",
    "ReportRest",
    "ReportUnwell",
    "Request",
    "RequestEnvelope",
    "StartAssessment",
    "StartExercise",
    "decode_request",
    "encode_request",
]


class RequestEnvelope(BaseModel):
    """What every request carries; `session` None asks whichever is open."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    request: UlidText | None = None
    session: UlidText | None = None

    def stamped(self, request: str, session: str | None) -> Self:
        """The same request with its ULID, of a session."""
        return self.model_copy(update={"request": request, "session": session})


class ReportPain(RequestEnvelope):
    """Pain now, 0 to 10."""

    what: Literal["pain.reported"] = "pain.reported"
    pain: Pain


class ReportEffort(RequestEnvelope):
    """Effort now; None: asked, and skipped."""

    what: Literal["effort.reported"] = "effort.reported"
    effort: Scale | None
    at: Literal["before", "mid", "after"] = "mid"


class ReportBreathlessness(RequestEnvelope):
    """Breathlessness now; None: asked, and skipped."""

    what: Literal["breathlessness.reported"] = "breathlessness.reported"
    breathlessness: Scale | None
    at: Literal["before", "mid", "after"] = "mid"


class GoBack(RequestEnvelope):
    """Ask the question before once more; what it was answered is corrected by a new answer."""

    what: Literal["check.back"] = "check.back"


class ReportUnwell(RequestEnvelope):
    """The person feels unwell: the session ends."""

    what: Literal["unwell.reported"] = "unwell.reported"


class AnswerCheck(RequestEnvelope):
    """The answer to the open question; None skips it.

    Attributes:
        question: which one is meant; None: the open one.
        answered_by: who answered.
    """

    what: Literal["check.answered"] = "check.answered"
    question: str | None = None
    answer: bool | int | float | str | None = None
    answered_by: Literal["patient", "helper", "demo"] = "patient"


class CalibrateSegment(RequestEnvelope):
    """How the calibration of a sensor goes on.

    Attributes:
        placement: which sensor is meant; None: the one at hand.
        ask: where the home measures: begin, or leave this level out.
        passed, note: elsewhere: how it went.
    """

    what: Literal["segment.calibrated"] = "segment.calibrated"
    placement: str | None = None
    ask: Literal["begin", "cannot"] | None = None
    passed: bool = True
    note: str = ""


class CalibrateRange(RequestEnvelope):
    """Take the clinician's range, since the person cannot do the calibration, or find it anew."""

    what: Literal["range.calibrated"] = "range.calibrated"
    source: Literal["clinician"] | None = None
    retest: bool = False


class StartExercise(RequestEnvelope):
    """Open an item; None: the one at hand."""

    what: Literal["exercise.started"] = "exercise.started"
    item: str | None = None


class EndExercise(RequestEnvelope):
    """End the open item."""

    what: Literal["exercise.ended"] = "exercise.ended"
    reason: StopReason = StopReason.DONE


class ReportRest(RequestEnvelope):
    """A rest or a pause of the open item has begun, or is over: what moves in it is no dose."""

    what: Literal["exercise.resting"] = "exercise.resting"
    resting: bool = True


class StartAssessment(RequestEnvelope):
    """Begin the untargeted repetitions."""

    what: Literal["assessment.started"] = "assessment.started"


class EndAssessment(RequestEnvelope):
    """End them, or leave them out."""

    what: Literal["assessment.ended"] = "assessment.ended"
    reason: StopReason = StopReason.DONE


class NotePrompt(RequestEnvelope):
    """A persuasive prompt was shown; `language` None: the plan's.

    `message` is the therapist's that the person says to have read.
    """

    what: Literal["prompt.shown"] = "prompt.shown"
    mechanism: str
    variant: str
    language: Literal["it", "en"] | None = None
    message: UlidText | None = None


class NoteHeartRate(RequestEnvelope):
    """A worn sensor told a heart rate, or that it takes none now."""

    what: Literal["heart.measured"] = "heart.measured"
    wearable: Name
    rate_bpm: int | None = Field(default=None, ge=1, le=300)
    contact: bool | None = None


class OpenSession(RequestEnvelope):
    """Open therapy; `five_minutes`: the short version of a hard day."""

    what: Literal["session.opened"] = "session.opened"
    five_minutes: bool = False


class CloseSession(RequestEnvelope):
    """Once for the check-out, twice to leave at once."""

    what: Literal["session.closed"] = "session.closed"


Request: TypeAlias = Annotated[
    ReportPain
    | ReportEffort
    | ReportBreathlessness
    | ReportUnwell
    | AnswerCheck
    | GoBack
    | CalibrateSegment
    | CalibrateRange
    | StartExercise
    | EndExercise
    | ReportRest
    | StartAssessment
    | EndAssessment
    | NotePrompt
    | NoteHeartRate
    | OpenSession
    | CloseSession,
    Field(discriminator="what"),
]

_ADAPTER: TypeAdapter[Request] = TypeAdapter(Request)


def encode_request(request: Request) -> bytes:
    """One request as JSON.

    Raises:
        ValueError: it carries no ULID.
    """
    if request.request is None:
        raise ValueError(f"request {request.what} carries no ULID: stamp it first")
    return _ADAPTER.dump_json(request)


def decode_request(payload: bytes) -> Request:
    """Read what `encode_request` wrote.

    Raises:
        DecodeError: not JSON, an unknown `what`, no ULID, or a field that is missing, unknown or
            out of range.
    """
    try:
        request = _ADAPTER.validate_json(payload)
    except ValidationError as e:
        raise DecodeError("request", first_problem(e)) from e
    if request.request is None:
        raise DecodeError("request", "request: a ULID is wanted")
    return request
