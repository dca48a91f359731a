"""One virtual patient: how they are, what will happen to them, and what of that an alert owes.

Rates are drawn once a patient from `Rates`, whose defaults are those of `docs/clinic.md`; another
set is another clinic. `truths` says what truly happens, in the patient's own days:

    fall, unwell, medicine   told in a session of that day
    start                    three days after the plan was sent, and no session yet
    data                     three whole days after the home was last heard of
    few days                 activity stops: from that day on 2 % of days
    pain                     pain after sessions is higher by 3 of 10 from that day on
    range                    assessments reach 25° less from that day on
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from therapy.exercises.dose import Dose
from therapy.plan.plan import Plan
from therapy.plan.plan_item import PlanItem

if TYPE_CHECKING:
    import numpy as np

__all__ = ["QUIET", "Rates", "Spell", "Truth", "VirtualPatient", "drawn_patient"]

Change: TypeAlias = Literal["few days", "pain", "range"]
CHANGES: Final[tuple[Change, ...]] = ("few days", "pain", "range")
ZONES: Final = ("Europe/London", "America/New_York", "Australia/Sydney")
HOME_ZONE: Final = "Europe/Rome"
HASTE: Final = 1.5
"""Shape of how much the habit of hurrying differs between patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often things happen.

    Attributes:
        active_share: mean share of days with a session; each patient's own differs.
        steady: every week has as many days with a session as were agreed, whichever they are;
            else each day is drawn by itself, with the patient's own share.
        hasty: mean share of repetitions that are too fast; each patient's own differs.
        goal_days_a_week: agreed with each patient.
        never_start: share of patients; half of their homes never connect.
        changing: share of patients that truly change, see the module.
        elsewhere: share of patients in another time zone.
        new_plan: share of patients whose plan changes once.
        holiday: share of patients with a holiday that the clinic excuses.
        offline, fall, unwell, medicine, broken, late: chances, of a spell without network a day,
            and of each of the others a session.
    """

    active_share: float = 0.4
    steady: bool = False
    hasty: float = 1 / 9
    goal_days_a_week: int = 3
    never_start: float = 0.05
    changing: float = 0.25
    elsewhere: float = 0.15
    new_plan: float = 0.4
    holiday: float = 0.3
    offline: float = 0.004
    fall: float = 0.003
    unwell: float = 0.003
    medicine: float = 0.003
    broken: float = 0.01
    late: float = 0.05


QUIET: Final = Rates(
    steady=True,
    hasty=0.02,
    never_start=0,
    changing=0,
    offline=0,
    fall=0,
    unwell=0,
    medicine=0,
    broken=0,
)
"""Nothing happens, and everybody trains on the three days a week that were agreed: a quiet month.

Plans still change, holidays are excused, homes lie in other zones and sessions after midnight.
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that truly happened to a patient, on a day of theirs."""

    patient: str
    kind: str
    day: date


@dataclass(frozen=True, slots=True)
class Spell:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= self.last


@dataclass(slots=True, kw_only=True)
class VirtualPatient:
    """How a patient is, and what will happen.

    Attributes:
        share: of days with a session.
        hour: of the day at which they usually train.
        pain, range_deg, fast: usual pain after, assessed range, share of too fast repetitions.
        connects: whether the home ever does.
        starts: whether there is ever a session.
        offline: spells in which the home works and nothing reaches the clinic.
        plans: versions, each with the day on which it is sent.
    """

    name: str
    enrolled: date
    share: float
    hour: float
    pain: float
    range_deg: float
    fast: float
    goal: int
    plans: tuple[tuple[date, Plan], ...]
    connects: bool = True
    starts: bool = True
    change: Change | None = None
    changed: date = date.max
    holiday: Spell | None = None
    offline: tuple[Spell, ...] = ()
    truths: list[Truth] = field(default_factory=list)

    def is_offline(self, day: date) -> bool:
        """Whether nothing reaches the clinic on that day."""
        return not self.connects or any(spell.covers(day) for spell in self.offline)

    def back(self, day: date) -> date | None:
        """The first day from `day` on that reaches the clinic; None: none does."""
        if not self.connects:
            return None
        while self.is_offline(day):
            day += timedelta(days=1)
        return day

    def plan_on(self, day: date) -> Plan:
        """The version that the home works by."""
        known = [p for sent, p in self.plans if self._taken(sent) <= day and p.valid_from <= day]
        return known[-1] if known else self.plans[0][1]

    def _taken(self, sent: date) -> date:
        return self.back(sent) or date.max


def drawn_patient(
    rng: np.random.Generator, number: int, first: date, days: int, rates: Rates
) -> VirtualPatient:
    """Draw a patient who is enrolled in the first week, and what will happen in `days` days."""
    name = f"sim-{number:03d}"
    enrolled = first + timedelta(days=int(rng.integers(0, 5)))
    zone = str(rng.choice(ZONES)) if rng.random() < rates.elsewhere else HOME_ZONE
    starts = rng.random() >= rates.never_start
    patient = VirtualPatient(
        name=name,
        enrolled=enrolled,
        share=_share(rng, rates),
        hour=float(rng.uniform(9, 20)),
        pain=float(rng.uniform(0, 2.5)),
        range_deg=float(rng.uniform(90, 150)),
        fast=float(rng.beta(HASTE, HASTE * (1 - rates.hasty) / rates.hasty)),
        goal=rates.goal_days_a_week,
        plans=((enrolled, _plan(name, 1, enrolled, zone=zone, dose=20, rates=rates)),),
        connects=starts or rng.random() < 0.5,
        starts=starts,
    )
    if rng.random() < rates.changing and starts:
        patient.change = CHANGES[int(rng.integers(len(CHANGES)))]
        patient.changed = first + timedelta(days=int(rng.integers(28, max(29, 2 * days // 3))))
        patient.truths.append(Truth(name, patient.change, patient.changed))
    if rng.random() < rates.new_plan:
        sent = first + timedelta(days=int(rng.integers(14, max(15, days - 7))))
        dose = int(rng.choice((10, 15, 30)))
        later = _plan(name, 2, sent + timedelta(days=1), zone=zone, dose=dose, rates=rates)
        patient.plans = (*patient.plans, (sent, later))
    if rng.random() < rates.holiday:
        begin = first + timedelta(days=int(rng.integers(10, max(11, days - 10))))
        patient.holiday = Spell(begin, begin + timedelta(days=int(rng.integers(4, 10))))
    patient.offline = tuple(_offline(rng, enrolled, first, days, rates)) if starts else ()
    _owed(patient, first + timedelta(days=days - 1))
    return patient


def _plan(name: str, version: int, since: date, *, zone: str, dose: int, rates: Rates) -> Plan:
    return Plan(
        patient=name,
        version=version,
        valid_from=since,
        time_zone=zone,
        agreed_days_a_week=rates.goal_days_a_week,
        items=(
            PlanItem(
                id="raise",
                exercise="arm-abduction",
                side="right",
                placements=("wrist-right",),
                dose=Dose(sets=1, repetitions=dose),
                target_deg=120,
            ),
            PlanItem(
                id="bend",
                exercise="elbow-bend",
                side="right",
                placements=("wrist-right",),
                dose=Dose(sets=1, repetitions=dose),
            ),
        ),
    )


def _share(rng: np.random.Generator, rates: Rates) -> float:
    if rates.steady:
        return rates.goal_days_a_week / 7
    return float(rng.beta(20 * rates.active_share, 20 * (1 - rates.active_share)))


def _offline(
    rng: np.random.Generator, enrolled: date, first: date, days: int, rates: Rates
) -> list[Spell]:
    found: list[Spell] = []
    day = enrolled + timedelta(days=7)
    while day < first + timedelta(days=days):
        if rng.random() < rates.offline:
            spell = Spell(day, day + timedelta(days=int(rng.integers(0, 9))))
            found.append(spell)
            day = spell.last + timedelta(days=2)
        day += timedelta(days=1)
    return found


def _owed(patient: VirtualPatient, last: date) -> None:
    """Note what follows from when the home is heard, and whether there is ever a session."""
    if not patient.starts:
        day = patient.enrolled + timedelta(days=3)
        if day <= last:
            patient.truths.append(Truth(patient.name, "start", day))
    for spell in patient.offline:
        day = spell.first + timedelta(days=3)
        excused = patient.holiday is not None and patient.holiday.covers(spell.first)
        if spell.last >= day and day <= last and not excused:
            patient.truths.append(Truth(patient.name, "data", day))
