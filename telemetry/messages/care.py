"""What a clinic does and hears of its patients beside their sessions: records of its own journal.

They are facts, never figures: each says that something happened, and none is changed later. What
they make of a day, an alert or the worklist is computed from all of them, whatever their order.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, TypeAdapter, model_validator

from telemetry.identity import Name, UlidText

from .around.agreements import CarerTold, ConsentTold
from .around.care_body import CareBody, Who
from .around.episode import (
    EpisodeNoted,
    HandedOver,
    SensorsReturned,
    StandingUnlocked,
    TakenOver,
)
from .around.harm import AdverseEventNoted, AdverseEventWithdrawn
from .around.letters import MessageTaken, MessageWithdrawn, MessageWritten
from .around.scores import QuestionnaireAnswered, QuestionnaireWithdrawn
from .around.take_curve import TakeRecorded
from .bounds import Int64
from .newer import Decoded, read_known

__all__ = [
    "AlertSeen",
    "AlertShown",
    "CareRecord",
    "DaysExcused",
    "Discharged",
    "DoneCorrected",
    "Enrolled",
    "HomeHeard",
    "PlanAnswered",
    "PlanPublished",
    "PlanSigned",
    "TreatmentPaused",
    "decode_care",
    "encode_care",
    "read_care",
]

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Enrolled(CareBody):
    """The patient's home was let in, at this site."""

    type: Literal["care.enrolled"] = "care.enrolled"
    site: Name
    simulated: bool = False


class Discharged(CareBody):
    """The patient is no longer treated here; enrolling again ends that.

    `keeps_doing` is what the person goes on doing, in their own words.
    """

    type: Literal["care.discharged"] = "care.discharged"
    by: Who
    summary: str = Field(default="", max_length=1000)
    keeps_doing: str = Field(default="", max_length=600)


class TreatmentPaused(CareBody):
    """Treatment rests from a day on, or goes on again on it (`resumed`); of two the later counts.

    What is done meanwhile counts all the same; nothing is missed.
    """

    type: Literal["care.treatment-paused"] = "care.treatment-paused"
    since: date
    by: Who
    why: str = Field(default="", max_length=300)
    resumed: bool = False


class PlanSigned(CareBody):
    """A clinician answers for a version: who, and of which content.

    `template` is that which it was started from, `cleared` names what was ticked before.
    """

    type: Literal["care.plan-signed"] = "care.plan-signed"
    version: int = Field(ge=1)
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    by: Who
    template: Name | None = None
    cleared: Annotated[tuple[Name, ...], Field(max_length=30)] = ()


class PlanPublished(CareBody):
    """A version was sent to the patient's home; `plan` is its canonical JSON."""

    type: Literal["care.plan-published"] = "care.plan-published"
    site: Name
    version: int = Field(ge=1)
    plan: dict[str, Any]


class PlanAnswered(CareBody):
    """The home has taken a version, or refused it; `home_ns` is when, by its clock.

    `note` says why, `note_it` in Italian; empty from a home that tells it in English alone.
    """

    type: Literal["care.plan-answered"] = "care.plan-answered"
    version: int = Field(ge=1)
    state: Literal["taken", "refused"]
    home_ns: Int64
    note: str = Field(default="", max_length=300)
    note_it: str = Field(default="", max_length=300)


class HomeHeard(CareBody):
    """The home told that it is there; written once a day, and each later word counts anew."""

    type: Literal["care.home-heard"] = "care.home-heard"


class DaysExcused(CareBody):
    """The clinician excused days, or took that back (`lifted`); of two the later one counts."""

    type: Literal["care.days-excused"] = "care.days-excused"
    first: date
    last: date
    by: Who
    why: Literal["illness", "holiday", "appointment", "technical", "other"] = "other"
    lifted: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last day {self.last} is before the first, {self.first}")
        return self


class DoneCorrected(CareBody):
    """The clinician says how much of an item was done on a day; of two the later one counts.

    `amount` in the unit of the item's dose; None takes an earlier correction back.
    """

    type: Literal["care.done-corrected"] = "care.done-corrected"
    day: date
    item: str = Field(max_length=40)
    amount: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None
    by: Who
    note: str = Field(default="", max_length=500)


class SessionDayCorrected(CareBody):
    """The clinician says on which day a session was, where its box's clock was wrong.

    `day` None takes an earlier correction back; of two the later one counts.
    """

    type: Literal["care.session-day-corrected"] = "care.session-day-corrected"
    home: UlidText
    session: UlidText
    day: date | None
    by: Who
    note: str = Field(default="", max_length=500)


class AlertShown(CareBody):
    """An alert stood in the worklist with this evidence; `digest` is the evidence's."""

    type: Literal["care.alert-shown"] = "care.alert-shown"
    kind: str = Field(max_length=40)
    opened: date
    digest: Digest


class AlertSeen(CareBody):
    """Somebody looked at an alert and says what was done.

    Attributes:
        kind, opened: which one: the rule, and the first day of its evidence.
        digest: of the evidence that was on the page; None where that is not known.
        events: of an alert of events, names of those it told of then; None: it is not said.
        by: pseudonym or role of who did.
        day: when, in the plan's time zone.
        action: what was done.
        snooze_until: no alert of the kind needs a look before this day.
    """

    type: Literal["care.alert-seen"] = "care.alert-seen"
    kind: str = Field(max_length=40)
    opened: date
    digest: Digest | None = None
    events: (
        Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=5000)] | None
    ) = None
    by: Who
    day: date
    action: Literal["called", "visit", "plan changed", "watching", "no action", "other"]
    note: str = Field(default="", max_length=500)
    snooze_until: date | None = None


CareRecord: TypeAlias = Annotated[
    Enrolled
    | Discharged
    | PlanPublished
    | PlanSigned
    | PlanAnswered
    | TreatmentPaused
    | HomeHeard
    | DaysExcused
    | DoneCorrected
    | SessionDayCorrected
    | AlertShown
    | AlertSeen
    | MessageWritten
    | MessageWithdrawn
    | MessageTaken
    | EpisodeNoted
    | SensorsReturned
    | StandingUnlocked
    | HandedOver
    | TakenOver
    | AdverseEventNoted
    | AdverseEventWithdrawn
    | ConsentTold
    | CarerTold
    | QuestionnaireAnswered
    | QuestionnaireWithdrawn
    | TakeRecorded,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[CareRecord] = TypeAdapter(CareRecord)


def encode_care(record: CareRecord) -> bytes:
    """One record as JSON."""
    return _ADAPTER.dump_json(record)


def decode_care(payload: bytes) -> CareRecord:
    """Read what `encode_care` wrote.

    Raises:
        NewerVersion: of a type that is not known here.
        DecodeError: not JSON, or a field missing or wrong.
    """
    return read_care(payload).content


def read_care(payload: bytes) -> Decoded[CareRecord]:
    """As `decode_care`, and whether all of it was read.

    Raises:
        NewerVersion, DecodeError: as there.
    """
    return read_known(_ADAPTER, payload, "care record")
