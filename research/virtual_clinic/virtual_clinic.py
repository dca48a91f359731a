"""A clinic of virtual patients over some weeks: what reaches it, in the order in which it does."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from telemetry.messages.care import (
    DaysExcused,
    Enrolled,
    HomeHeard,
    PlanAnswered,
    PlanPublished,
)

from .virtual_patient import Rates, drawn_patient
from .virtual_session import live_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telemetry.messages.care import CareRecord
    from telemetry.messages.record import NewRecord

    from .virtual_patient import Truth, VirtualPatient

__all__ = ["SITE", "Reached", "SimulatedClinic", "simulate"]

SITE: Final = "simulated"
ASSESS_EVERY_DAYS: Final = 7
S_NS: Final = 1_000_000_000
BOOT_NS: Final = 60 * S_NS


@dataclass(frozen=True, slots=True)
class Reached:
    """What reaches the clinic at one moment: a home's records, or one of its own."""

    t_ns: int
    patient: str
    records: tuple[NewRecord, ...] = ()
    care: CareRecord | None = None


@dataclass(frozen=True, slots=True)
class SimulatedClinic:
    """What a simulated clinic gets, by time, and the truth behind it."""

    first: date
    last: date
    patients: tuple[VirtualPatient, ...]
    reached: tuple[Reached, ...]
    truths: tuple[Truth, ...]


def simulate(
    *,
    patients: int = 40,
    weeks: int = 12,
    seed: int = 1,
    last: date,
    rates: Rates | None = None,
    motion_every: int = 50,
) -> SimulatedClinic:
    """Let a clinic run for some weeks; the same arguments give the same clinic.

    Args:
        patients: enrolled in the first week.
        weeks: up to and with `last`.
        seed: of all chance; each patient has a chance of their own.
        last: its last day.
        rates: how often things happen; None: the defaults.
        motion_every: of so many sessions of the clinic one has raw motion; 0: none has.
    """
    known = rates or Rates()
    days = 7 * weeks
    first = last - timedelta(days=days - 1)
    people = []
    reached: list[Reached] = []
    # Counted over all patients: few have so many sessions of their own.
    sessions = itertools.count(1)

    def moved() -> bool:
        return motion_every > 0 and next(sessions) % motion_every == 0

    for number in range(patients):
        rng = np.random.default_rng((seed, number))
        person = drawn_patient(rng, number, first, days, known)
        people.append(person)
        reached += _lived(rng, person, last, known, moved)
    reached.sort(key=lambda r: (r.t_ns, r.patient))
    end_ns = _at(last + timedelta(days=1), 3)
    return SimulatedClinic(
        first=first,
        last=last,
        patients=tuple(people),
        reached=tuple(r for r in reached if r.t_ns <= end_ns),
        truths=tuple(t for p in people for t in p.truths if t.day <= last),
    )


def _lived(
    rng: np.random.Generator,
    patient: VirtualPatient,
    last: date,
    rates: Rates,
    moved: Callable[[], bool],
) -> Iterator[Reached]:
    yield from _administration(patient, last)
    assessed = date.min
    sessions = 0
    day = patient.enrolled + timedelta(days=int(rng.integers(0, 2)))
    willing = _steadily(rng, patient) if rates.steady else _by_chance(rng, patient)
    while day <= last:
        away = patient.holiday is not None and patient.holiday.covers(day)
        trains = patient.starts and not away and willing(day)
        back = patient.back(day)
        if trains or (sessions == 0 and patient.starts and day >= patient.enrolled + timedelta(2)):
            assess = (day - assessed).days >= ASSESS_EVERY_DAYS
            lived = live_session(rng, patient, day, rates, assess=assess, motion=moved())
            assessed = day if assess else assessed
            sessions += 1
            if back is not None:
                late_ns = _at(back, 20) if back > day else 0
                t_ns = max(lived.closed_ns + BOOT_NS, late_ns)
                yield Reached(t_ns, patient.name, records=lived.records)
        if back == day:
            heard_ns = _at(day, 21)
            yield Reached(
                heard_ns, patient.name, care=HomeHeard(patient=patient.name, t_ns=heard_ns)
            )
        day += timedelta(days=1)


def _by_chance(rng: np.random.Generator, patient: VirtualPatient) -> Callable[[date], bool]:
    """Each day by itself, with the patient's share; nearly none once activity has stopped."""

    def willing(day: date) -> bool:
        stopped = patient.change == "few days" and day >= patient.changed
        return rng.random() < (0.02 if stopped else patient.share)

    return willing


def _steadily(rng: np.random.Generator, patient: VirtualPatient) -> Callable[[date], bool]:
    """As many days of each week as were agreed."""
    weeks: dict[date, set[int]] = {}

    def willing(day: date) -> bool:
        monday = day - timedelta(days=day.weekday())
        if monday not in weeks:
            weeks[monday] = set(rng.permutation(7)[: patient.goal].tolist())
        return day.weekday() in weeks[monday]

    return willing


def _administration(patient: VirtualPatient, last: date) -> Iterator[Reached]:
    """Enrolment, plans and their answers, excused days."""
    name = patient.name
    enrolled_ns = _at(patient.enrolled, 8)
    yield Reached(
        enrolled_ns,
        name,
        care=Enrolled(patient=name, t_ns=enrolled_ns, site=SITE, simulated=True),
    )
    for sent, plan in patient.plans:
        sent_ns = _at(sent, 9)
        body = plan.model_dump(mode="json")
        published = PlanPublished(
            patient=name, t_ns=sent_ns, site=SITE, version=plan.version, plan=body
        )
        yield Reached(sent_ns, name, care=published)
        taken = patient.back(sent)
        if taken is not None and taken <= last:
            t_ns = _at(taken, 10)
            answer = PlanAnswered(
                patient=name, t_ns=t_ns, version=plan.version, state="taken", home_ns=t_ns
            )
            yield Reached(t_ns, name, care=answer)
    if patient.holiday is not None:
        t_ns = _at(patient.holiday.first, 7)
        excused = DaysExcused(
            patient=name,
            t_ns=t_ns,
            first=patient.holiday.first,
            last=patient.holiday.last,
            by="simulated",
            why="holiday",
        )
        yield Reached(t_ns, name, care=excused)


def _at(day: date, hour: int) -> int:
    return round(datetime.combine(day, time(hour), UTC).timestamp()) * S_NS
