"""What a page may say around a plan: one model a form, each bounded as its record is.

`by` counts only where nobody signs in: else it is the name that the session has.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from telemetry.identity import UlidText
from telemetry.messages.around.agreements import Agreement, CarerRole, CarerTold, ConsentTold
from telemetry.messages.around.care_body import CareBody
from telemetry.messages.around.episode import EpisodeNoted, HandedOver, SensorsReturned, TakenOver
from telemetry.messages.around.harm import (
    AdverseEventNoted,
    AdverseEventWithdrawn,
    Relation,
    Severity,
)
from telemetry.messages.around.letters import LETTER_LENGTH
from telemetry.messages.around.scores import QuestionnaireAnswered, QuestionnaireWithdrawn
from telemetry.messages.care import DaysExcused, Discharged, DoneCorrected

if TYPE_CHECKING:
    from telemetry.messages.care import CareRecord

__all__ = [
    "AdverseForm",
    "AdverseWithdrawnForm",
    "CarerForm",
    "ConsentForm",
    "CorrectForm",
    "DischargeForm",
    "EpisodeForm",
    "ExcuseForm",
    "FactForm",
    "HandOverForm",
    "LetterForm",
    "Line",
    "QuestionnaireForm",
    "QuestionnaireWithdrawnForm",
    "ReopenForm",
    "SendTakeForm",
    "SensorsForm",
    "SignedForm",
    "TakeForm",
    "TakeOverForm",
    "UnlockForm",
]

Line = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Text without what no keyboard writes."""


class SignedForm(BaseModel):
    """What every form says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Line | None = Field(default=None, min_length=1, max_length=60)


class FactForm(SignedForm):
    """A form that becomes one care record.

    Attributes:
        makes: what record; it has the form's fields.
        names: its field that takes a new ULID where the form gives none; None: it has none.
    """

    makes: ClassVar[type[CareBody]]
    names: ClassVar[str | None] = None

    def record(self, patient: str, t_ns: int, by: str, name: str) -> CareRecord:
        """The record.

        Args:
            patient: about whom.
            t_ns: when.
            by: who said it.
            name: a new ULID.
        """
        fields = {key: getattr(self, key) for key in type(self).model_fields if key != "seen_ms"}
        if self.names is not None:
            fields[self.names] = fields.get(self.names) or name
        told = self.makes(**fields | {"patient": patient, "t_ns": t_ns, "by": by})
        return cast("CareRecord", told)


class LetterForm(SignedForm):
    """A message to the next session."""

    text: Line = Field(min_length=1, max_length=LETTER_LENGTH)


class UnlockForm(SignedForm):
    """Standing after a fall: allowed again, or that is taken back.

    `seen_ms`: the last fall that whoever decides had before them.
    """

    lifted: bool = False
    seen_ms: float | None = Field(default=None, allow_inf_nan=False)


class TakeForm(SignedForm):
    """The exercise item of the plan whose take is meant."""

    item: Line = Field(min_length=1, max_length=40)


class SendTakeForm(TakeForm):
    """The session that a take is made of, and the item in it."""

    session: UlidText
    own_item: Line = Field(min_length=1, max_length=40)


class EpisodeForm(FactForm):
    """Referral, precautions, review date, in place of what was noted of them before.

    `seen_ms`: when that was noted which whoever writes had before them; 0: nothing was.
    """

    makes: ClassVar[type[CareBody]] = EpisodeNoted

    referral: Line = Field(default="", max_length=300)
    precautions: Line = Field(default="", max_length=600)
    review: date | None = None
    seen_ms: float | None = Field(default=None, allow_inf_nan=False)


class DischargeForm(FactForm):
    """Treatment ends here."""

    makes: ClassVar[type[CareBody]] = Discharged

    summary: Line = Field(default="", max_length=1000)
    keeps_doing: Line = Field(default="", max_length=600)


class ReopenForm(SignedForm):
    """Treatment goes on after all."""


class SensorsForm(FactForm):
    """The wearables came back, or did not."""

    makes: ClassVar[type[CareBody]] = SensorsReturned

    returned: bool
    note: Line = Field(default="", max_length=300)


class ExcuseForm(FactForm):
    """Days are excused, or are not any more."""

    makes: ClassVar[type[CareBody]] = DaysExcused

    first: date
    last: date
    why: Literal["illness", "holiday", "appointment", "technical", "other"]
    lifted: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last day {self.last} is before the first, {self.first}")
        return self


class CorrectForm(FactForm):
    """How much of an item was done on a day; None takes an earlier word back."""

    makes: ClassVar[type[CareBody]] = DoneCorrected

    day: date
    item: Line = Field(min_length=1, max_length=40)
    amount: float | None = Field(default=None, ge=0, le=10_000, allow_inf_nan=False)
    note: Line = Field(min_length=1, max_length=500)


class AdverseForm(FactForm):
    """Something happened to the person; `event` where one is written down anew."""

    makes: ClassVar[type[CareBody]] = AdverseEventNoted
    names: ClassVar[str | None] = "event"

    day: date
    what: Line = Field(min_length=1, max_length=500)
    severity: Severity
    relation: Relation
    event: UlidText | None = None


class AdverseWithdrawnForm(FactForm):
    """It was none."""

    makes: ClassVar[type[CareBody]] = AdverseEventWithdrawn

    event: UlidText
    why: Line = Field(min_length=1, max_length=300)


class HandOverForm(FactForm):
    """Somebody stands in for a while, or that is taken back."""

    makes: ClassVar[type[CareBody]] = HandedOver

    to: Line = Field(min_length=1, max_length=60)
    first: date
    last: date | None = None
    note: Line = Field(default="", max_length=300)
    lifted: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"last day {self.last} is before the first, {self.first}")
        return self


class TakeOverForm(FactForm):
    """Whoever stands in has taken over."""

    makes: ClassVar[type[CareBody]] = TakenOver


class CarerForm(FactForm):
    """Somebody helps at home; `carer` where one is told of anew."""

    makes: ClassVar[type[CareBody]] = CarerTold
    names: ClassVar[str | None] = "carer"

    role: CarerRole
    agreed: bool
    day: date
    note: Line = Field(default="", max_length=200)
    carer: UlidText | None = None
    lifted: bool = False


class ConsentForm(FactForm):
    """One consent was given or withdrawn."""

    makes: ClassVar[type[CareBody]] = ConsentTold

    what: Agreement
    given: bool
    day: date


class QuestionnaireForm(FactForm):
    """A questionnaire was filled in."""

    makes: ClassVar[type[CareBody]] = QuestionnaireAnswered
    names: ClassVar[str | None] = "filled"

    instrument: Line = Field(min_length=1, max_length=40)
    day: date
    answers: tuple[Annotated[int, Field(ge=-10, le=100)] | None, ...] = Field(
        min_length=1, max_length=40
    )


class QuestionnaireWithdrawnForm(FactForm):
    """It does not count."""

    makes: ClassVar[type[CareBody]] = QuestionnaireWithdrawn

    filled: UlidText
