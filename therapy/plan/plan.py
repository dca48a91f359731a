"""The therapy plan: what one pseudonymous patient is asked to do, how much, and within what limits.

A plan is a version: it is never changed, a new version takes over from its `valid_from` on.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Hashable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, Self, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from telemetry.body import Side
from telemetry.errors import ConfigurationError
from telemetry.identity import Name, Pseudonym
from telemetry.messages.events import HingeCalibration
from therapy.exercises.joint import Joint, joint_between
from therapy.wording import Language, ToldError, Wording

from .limits import Limits
from .persuasion import Persuasion
from .plan_item import PlanItem
from .schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "CheckIn",
    "NeutralAngle",
    "Plan",
    "StopQuestion",
    "names_twice",
    "noon_ns",
    "plan_in_force",
]

_T = TypeVar("_T", bound=Hashable)

Limb: TypeAlias = Literal["arm-left", "arm-right", "leg-left", "leg-right"]

NS_PER_S = 1_000_000_000
DAY_ENDS = time(3)
LATEST_DAY_ENDS = time(12)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NeutralAngle(_Frozen):
    """What a clinician measured of a joint in its neutral pose: with a 25° contracture, 25."""

    joint: Joint
    side: Side
    angle_deg: float = Field(ge=-30, le=150)


class StopQuestion(_Frozen):
    """A question of the check-in that keeps exercise for another day when told, or skipped.

    Attributes:
        id: names it in events, as `stop.<id>`.
        it, en: the question, to be answered by yes or no.
    """

    id: Name
    it: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class CheckIn(_Frozen):
    """Which questions open a session; a plan may skip any.

    Attributes:
        pain_elsewhere: pain outside the parts to be exercised.
        breathlessness: apart from effort, for lung and heart; at check-out, too.
    """

    unwell: bool = True
    fallen: bool = True
    medicine: bool = True
    pain: bool = True
    next_morning: bool = True
    effort: bool = True
    pain_elsewhere: bool = True
    breathlessness: bool = False


class Plan(_Frozen):
    """One version of one patient's plan.

    Attributes:
        patient: a pseudonym; the key to the person lies apart.
        version: counts up; a past day is judged by the version in force on it.
        valid_from: first day of this version, in `time_zone`.
        valid_to: last day; None: until the next version.
        time_zone: a session belongs to the day it opened, here.
        day_ends: by the clock there: until then it is still the evening before.
        language: of all texts.
        agreed_days_a_week: active days that patient and therapist agreed on as the goal; alerts
            are judged against it. None: the days that the schedules ask for.
        framing: `maintain` for a progressive disease: keeping is the success.
        goal: the person's own words.
        when_and_where: the person's own plan, e.g. "after coffee, in the kitchen".
        helper: whether someone helps at home.
        calibration: highest level of the ladder to try.
        neutral_pose: whether "neutral" may serve as zero; forbidden by spasticity and contracture.
        neutral_angles: what a clinician measured of joints in their neutral pose; there it
            serves as zero all the same.
        calibrations: of joints' two sensors, stored by the clinic: `ripresa session calibrations`.
        unaffected: limbs that are known to be well, beside which the other one may be read.
        stop_questions: red flags that are asked at check-in.
        unwell_text: the clinic's approved text after "I feel unwell"; None: the built-in one.
    """

    patient: Pseudonym
    version: int = Field(ge=1)
    valid_from: date
    valid_to: date | None = None
    time_zone: str = "Europe/Rome"
    day_ends: time = DAY_ENDS
    language: Language = "it"
    agreed_days_a_week: int | None = Field(default=None, ge=1, le=7)
    framing: Literal["improve", "maintain"] = "improve"
    goal: str = Field(default="", max_length=300)
    when_and_where: str = Field(default="", max_length=300)
    helper: bool = False
    calibration: Literal["gravity", "stored", "functional"] = "gravity"
    neutral_pose: bool = True
    neutral_angles: tuple[NeutralAngle, ...] = ()
    calibrations: tuple[HingeCalibration, ...] = ()
    unaffected: tuple[Limb, ...] = ()
    unwell_text: str | None = Field(default=None, max_length=600)
    limits: Limits = Limits()
    check_in: CheckIn = CheckIn()
    stop_questions: tuple[StopQuestion, ...] = ()
    persuasion: Persuasion = Persuasion()
    items: tuple[PlanItem, ...]

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError) as e:
            raise ToldError(
                f"fuso orario sconosciuto: {name!r}; per esempio Europe/Rome",
                f"unknown time zone {name!r}: give e.g. 'Europe/Rome'",
            ) from e
        return name

    @field_validator("day_ends")
    @classmethod
    def _at_night(cls, ends: time) -> time:
        if ends.tzinfo is not None or ends > LATEST_DAY_ENDS:
            raise ToldError(
                f"un giorno non finisce alle {ends}: dia un'ora della notte, al più "
                f"{LATEST_DAY_ENDS}",
                f"a day cannot end at {ends}: give a time of the night, at most {LATEST_DAY_ENDS}",
            )
        return ends

    @field_validator("neutral_angles")
    @classmethod
    def _measured_once(cls, measured: tuple[NeutralAngle, ...]) -> tuple[NeutralAngle, ...]:
        for joint, side in twice((m.joint, m.side) for m in measured):
            raise ToldError(
                f"{joint}, {side}: due angoli; ne lasci uno",
                f"the {side} {joint} has two angles: leave one",
            )
        return measured

    @field_validator("stop_questions")
    @classmethod
    def _asked_once(cls, asked: tuple[StopQuestion, ...]) -> tuple[StopQuestion, ...]:
        for stop in twice(question.id for question in asked):
            raise ToldError(
                f"la domanda di stop {stop!r} c'è due volte: ne lasci una",
                f"the stop question {stop!r} is there twice: leave one",
            )
        return asked

    @field_validator("calibrations")
    @classmethod
    def _of_joints(cls, stored: tuple[HingeCalibration, ...]) -> tuple[HingeCalibration, ...]:
        for calibration in stored:
            if joint_between(calibration.proximal, calibration.distal) is None:
                raise ToldError(
                    f"{calibration.proximal!r} e {calibration.distal!r} non stanno ai due lati "
                    "di un'articolazione",
                    f"{calibration.proximal!r} and {calibration.distal!r} are not on either side "
                    "of one joint: give e.g. 'upper-arm-right' and 'forearm-right'",
                )
        for proximal, distal in twice((c.proximal, c.distal) for c in stored):
            raise ToldError(
                f"{proximal!r} e {distal!r} hanno due calibrazioni: ne lasci una",
                f"{proximal!r} and {distal!r} have two calibrations: leave one",
            )
        return stored

    @field_validator("valid_to")
    @classmethod
    def _in_order(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if last is not None and first is not None and last < first:
            raise ToldError(
                f"{last} viene prima dell'inizio, {first}: dia un giorno più tardi",
                f"{last} is before valid_from {first}: give a later day",
            )
        return last

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if not self.items:
            raise ToldError(
                "il piano non ha esercizi: ne aggiunga almeno uno",
                "the plan has no items: add at least one [[items]]",
            )
        twice = names_twice([item.id for item in self.items])
        if twice:
            raise ToldError(twice.it, twice.en)
        return self

    def item(self, item_id: str) -> PlanItem:
        """One of its items.

        Raises:
            ConfigurationError: there is none of that id.
        """
        for item in self.items:
            if item.id == item_id:
                return item
        raise ConfigurationError(
            f"plan {self.patient} version {self.version} has no item {item_id!r}: "
            f"it has {', '.join(i.id for i in self.items)}"
        )

    def day_of(self, t_ns: int) -> date:
        """The day, in the plan's time zone, that an instant belongs to.

        The clock on the wall decides, so a day is an hour longer or shorter where it changes.
        """
        seconds = t_ns // NS_PER_S
        local = datetime.fromtimestamp(seconds, ZoneInfo(self.time_zone))
        return local.date() - timedelta(days=local.time() < self.day_ends)

    def covers(self, day: date) -> bool:
        """Whether `day` lies in this version's own dates."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def suggests(self, day: date) -> bool:
        """Whether any exercise is to be suggested on `day`: for reminders and streaks."""
        schedules = (self.schedule_of(item) for item in self.items)
        return self.covers(day) and any(schedule.suggests(day) for schedule in schedules)

    def schedule_of(self, item: PlanItem) -> Schedule:
        """When an item is due; every day unless it says else."""
        return item.schedule or EVERY_DAY

    @property
    def goal_days_a_week(self) -> int:
        """Active days a week that were agreed on, else those that the schedules ask for."""
        if self.agreed_days_a_week is not None:
            return self.agreed_days_a_week
        schedules = [self.schedule_of(item) for item in self.items]
        fixed = {day for schedule in schedules for day in schedule.weekdays or ()}
        return max(len(fixed), *(schedule.per_week for schedule in schedules))

    def canonical_json(self) -> str:
        """The same bytes for the same plan, whatever file it came from."""
        body = self.model_dump(mode="json", exclude_none=True)
        for later in ("neutral_angles", "calibrations", "unaffected", "stop_questions"):
            if not body[later]:
                del body[later]  # a plan that says nothing of it is the one that it always was
        if self.day_ends == DAY_ENDS:
            del body["day_ends"]
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


EVERY_DAY = Schedule(times_per_week=7)


def noon_ns(day: date, time_zone: str) -> int:
    """A moment of which every `day_ends` says that it belongs to a day, there."""
    local = datetime.combine(day, time(12), ZoneInfo(time_zone))
    return round(local.timestamp()) * NS_PER_S


def plan_in_force(plans: Sequence[Plan], day: date) -> Plan | None:
    """The version that `day` is judged by: the highest of those that cover it."""
    covering = [plan for plan in plans if plan.covers(day)]
    return max(covering, key=lambda plan: plan.version, default=None)


def twice(names: Iterable[_T]) -> list[_T]:
    """Those that come more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def names_twice(ids: Sequence[str]) -> Wording | None:
    """What is wrong where items share an id; None where each has its own."""
    shared = sorted({i for i in ids if ids.count(i) > 1})
    if not shared:
        return None
    names = ", ".join(shared)
    return Wording(
        f"più esercizi hanno lo stesso nome, {names}: ne dia uno a ciascuno",
        f"items share the id {names}: give each item its own",
    )
