"""How many alerts the rules make: a simulated clinic with known truth.

Forty patients by default, each active on about 40 % of days, judged every day for some weeks by
the real rules, episodes and plans; a therapist acknowledges each alert the next working day.
Some patients truly change: they stop, their pain rises, or their range falls. An alert is true
if it is of the kind of that patient's change and opens after it; so is one about speed for a
patient whose habit is beyond the limit, and one that tells of an event (unwell, a fall, a home
that is silent for days). Sessions, pain and ranges are drawn with noise around each patient's
own habit; no person's data is in it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from therapy.plan.plan import Plan, PlanItem

from .adherence import DayHistory, ItemDone
from .alerts import Acknowledgement, Alert, acknowledged, updated
from .change import Assessment, Context
from .evidence import Picture, SessionFacts
from .rules import evidence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AlertLoad", "simulate_load"]

START: Final = date(2024, 1, 1)
NS_PER_DAY: Final = 86_400_000_000_000
WARM_UP_DAYS: Final = 28
CONTEXT: Final = Context("arm-abduction", "right", "seated", "upper-arm-right", "gravity")
PAIN_RISE: Final = 3.0
RANGE_FALL_DEG: Final = 25.0
ASSESSMENT_ERROR_DEG: Final = 4.0
PAIN_NOISE: Final = 0.8
UNWELL_CHANCE: Final = 0.003
FALL_CHANCE: Final = 0.003
SILENCE_CHANCE: Final = 0.01

Truth: TypeAlias = Literal["few days", "pain", "range"]
_TRUTHS: Final[tuple[Truth, ...]] = get_args(Truth)
_EVENTS: Final = ("unwell", "fall", "data")
"""Kinds that tell of an event which did happen; they are never false."""


@dataclass(frozen=True, slots=True)
class AlertLoad:
    """What a simulated clinic saw.

    Attributes:
        patients, weeks: its size, after the warm-up.
        active_share: of all patient-days without a change.
        per_week: alerts opened a week, true and false, in the whole clinic.
        false_per_week: of them, those without a change behind them.
        changes: patients that truly changed.
        missed: of them, those no alert of the kind told of until the end.
        delay_days: median from the change to its alert.
        by_kind: alerts opened, by kind.
    """

    patients: int
    weeks: float
    active_share: float
    per_week: float
    false_per_week: float
    changes: int
    missed: int
    delay_days: float | None
    by_kind: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Patient:
    plan: Plan
    share: float
    pain: float
    range_deg: float
    fast: float
    changed: date
    truth: Truth | None = None
    silent_days: int = 0
    history: dict[date, DayHistory] = field(default_factory=dict)
    sessions: list[SessionFacts] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    alerts: tuple[Alert, ...] = ()

    def is_true(self, alert: Alert) -> bool:
        if alert.kind in _EVENTS:
            return True
        if alert.kind == "speed":
            return self.fast > self.plan.limits.fast_share
        return self.tells_of_change(alert)

    def tells_of_change(self, alert: Alert) -> bool:
        return alert.kind == self.truth and alert.opened > self.changed


def simulate_load(
    *,
    patients: int = 40,
    weeks: int = 26,
    active_share: float = 0.4,
    goal_days_a_week: int = 3,
    changing_share: float = 0.25,
    seed: int = 1,
) -> AlertLoad:
    """Let a clinic run for `weeks` after four weeks of warm-up.

    Args:
        patients: in the clinic.
        weeks: to judge.
        active_share: mean share of active days; each patient's own differs.
        goal_days_a_week: agreed with each patient.
        changing_share: of patients that truly change, at some day of the first two thirds.
        seed: of all randomness.
    """
    rng = np.random.default_rng(seed)
    people = [_new(rng, f"simulated-{i}", active_share, goal_days_a_week) for i in range(patients)]
    for person in people:
        if rng.random() < changing_share:
            person.truth = _TRUTHS[rng.integers(len(_TRUTHS))]
        person.changed += timedelta(days=int(rng.integers(14, 14 * weeks // 3)))
    days = [START + timedelta(days=i) for i in range(WARM_UP_DAYS + 7 * weeks)]
    for day in days:
        for person in people:
            _live(rng, person, day)
            _judge(person, day + timedelta(days=1))
    return _summed(people, weeks)


def _new(rng: np.random.Generator, name: str, share: float, goal: int) -> _Patient:
    plan = Plan(
        patient=name,
        version=1,
        valid_from=START,
        agreed_days_a_week=goal,
        items=(PlanItem(id="a", exercise="arm-abduction", side="right"),),
    )
    return _Patient(
        plan=plan,
        share=float(rng.beta(20 * share, 20 * (1 - share))),
        pain=float(rng.uniform(0, 2.5)),
        range_deg=float(rng.uniform(90, 150)),
        fast=float(rng.beta(1.5, 10)),
        changed=START + timedelta(days=WARM_UP_DAYS),
    )


def _live(rng: np.random.Generator, person: _Patient, day: date) -> None:
    changed = person.truth if day >= person.changed else None
    if person.silent_days == 0 and rng.random() < SILENCE_CHANCE:
        person.silent_days = int(rng.integers(1, 7))
    if person.silent_days > 0:
        person.silent_days -= 1
        person.history[day] = DayHistory(heard=False)
        return
    share = 0.02 if changed == "few days" else person.share
    if rng.random() >= share:
        person.history[day] = DayHistory()
        return
    pain = person.pain + (PAIN_RISE if changed == "pain" else 0.0) + rng.normal(0, PAIN_NOISE)
    felt = int(np.clip(round(pain), 0, 10))
    by_pain = felt >= person.plan.limits.pain_stop
    done = int(rng.integers(6, 12)) if by_pain else int(rng.integers(12, 19))
    fast = int(rng.binomial(done, person.fast))
    person.history[day] = DayHistory(measured=(ItemDone("a", done),))
    person.sessions.append(
        SessionFacts(
            day,
            t_ns=day.toordinal() * NS_PER_DAY,
            unwell=rng.random() < UNWELL_CHANCE,
            fallen=rng.random() < FALL_CHANCE,
            ended_by_pain=by_pain,
            pain_after=felt,
            repetitions=done,
            too_fast=fast,
        )
    )
    if not any(a.day > day - timedelta(days=7) for a in person.assessments):
        fall_deg = RANGE_FALL_DEG if changed == "range" else 0.0
        value_deg = person.range_deg - fall_deg + rng.normal(0, ASSESSMENT_ERROR_DEG)
        person.assessments.append(Assessment(day, CONTEXT, (float(value_deg),) * 3))


def _judge(person: _Patient, day: date) -> None:
    picture = Picture(
        plan=person.plan,
        day=day,
        history=person.history,
        sessions=person.sessions[-30:],
        assessments=person.assessments,
    )
    alerts = person.alerts
    for alert in alerts:
        if alert.acknowledgement is None and day.weekday() < 5 and alert.opened < day:
            told = Acknowledgement(by="therapist", day=day, action="called")
            alerts = acknowledged(alerts, alert.kind, alert.number, told)
    if day >= START + timedelta(days=WARM_UP_DAYS):
        alerts = updated(alerts, evidence_of(picture), patient=person.plan.patient, day=day)
    person.alerts = alerts


def _summed(people: Sequence[_Patient], weeks: int) -> AlertLoad:
    alerts = [(person, alert) for person in people for alert in person.alerts]
    false = sum(not person.is_true(alert) for person, alert in alerts)
    delays = []
    missed = 0
    changing = [p for p in people if p.truth is not None]
    for person in changing:
        true = [alert.opened for alert in person.alerts if person.tells_of_change(alert)]
        if true:
            delays.append((min(true) - person.changed).days)
        else:
            missed += 1
    by_kind: dict[str, int] = {}
    for _, alert in alerts:
        by_kind[alert.kind] = by_kind.get(alert.kind, 0) + 1
    usual = [
        bool(known.measured)
        for person in people
        for day, known in person.history.items()
        if known.heard and (person.truth is None or day < person.changed)
    ]
    return AlertLoad(
        patients=len(people),
        weeks=weeks,
        active_share=statistics.fmean(usual),
        per_week=len(alerts) / weeks,
        false_per_week=false / weeks,
        changes=len(changing),
        missed=missed,
        delay_days=statistics.median(delays) if delays else None,
        by_kind=by_kind,
    )
