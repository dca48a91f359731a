"""How the clinic's figures do on a clinic whose truth is known, and what they cost.

The simulated clinic is looked at once a day, with what has reached it by then, as its people do:
whatever stood in the worklist on any day counts, what is late or later takes nothing back. A
therapist writes down on the next working day that an alert was seen.

An alert is false where nothing of its kind truly happened: events (fall, unwell, medicine) on
their day; a change (few days, pain, range) from its day on; a silent home and a patient who never
starts while that lasts. Few active days are true, too, of a patient whose own share of days lies
below 75 % of the agreed goal, and too fast repetitions of one whose habit is beyond the plan's
limit. In a quiet month, where nothing happens and everybody does what was agreed, every alert is
false. A truth is missed that stood in the worklist neither on its day (events, a silent home,
never starting: on the first day that it could be known) nor, of a change, within 28 days with at
least three sessions in them; changes with less time left are not counted.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analytics.monitoring.alert import EVENT_KINDS
from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import QUIET
from telemetry.messages.care import AlertSeen
from telemetry.messages.events import decode_event
from telemetry.messages.record import RecordKind
from telemetry.messages.results import SessionResult, decode_result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics.monitoring.alert import Alert
    from research.virtual_clinic.virtual_clinic import Reached, SimulatedClinic
    from research.virtual_clinic.virtual_patient import Truth, VirtualPatient

__all__ = ["Watched", "bench_clinic", "facts_of_reached", "watched"]

LAST: Final = date(2025, 12, 1)
SEEDS: Final = (1, 2, 3)
CHANGES: Final = ("few days", "pain", "range")
CHANGE_PATIENCE_DAYS: Final = 28
LEAST_SESSIONS: Final = 3
QUIET_WEEKS: Final = 5
FEW_OF_GOAL: Final = 0.75
DAYS_A_MONTH: Final = 30.4
YEARS: Final = 2
S_NS: Final = 1_000_000_000


@dataclass(slots=True)
class Watched:
    """What stood in the worklist, and since when: by patient, kind and first day of evidence."""

    shown: dict[tuple[str, str, date], date] = field(default_factory=dict)
    sessions: dict[str, list[date]] = field(default_factory=dict)
    known: dict[tuple[str, date], date] = field(default_factory=dict)
    """Of each patient's session day, when it reached the clinic."""


def bench_clinic() -> dict[str, float]:
    """The figures of issue and documentation, flat."""
    weeks, patients = 12, 40
    alerts = false = missed = countable = 0
    kinds: dict[str, int] = {}
    for seed in SEEDS:
        clinic = simulate(patients=patients, weeks=weeks, seed=seed, last=LAST, motion_every=0)
        seen = watched(clinic)
        people = {p.name: p for p in clinic.patients}
        wrong = [key for key in seen.shown if not _is_true(key, clinic.truths, people)]
        alerts += len(seen.shown)
        false += len(wrong)
        for _, kind, _ in wrong:
            kinds[f"false.{kind}"] = kinds.get(f"false.{kind}", 0) + 1
        due = [t for t in clinic.truths if _countable(t, clinic, seen)]
        lost = [t for t in due if not _told(t, seen)]
        countable += len(due)
        missed += len(lost)
        for truth in lost:
            kinds[f"missed.{truth.kind}"] = kinds.get(f"missed.{truth.kind}", 0) + 1
    quiet = [
        simulate(
            patients=patients, weeks=QUIET_WEEKS, seed=s, last=LAST, rates=QUIET, motion_every=0
        )
        for s in SEEDS
    ]
    months = len(SEEDS) * patients * 7 * weeks / DAYS_A_MONTH
    return {
        "alerts_per_week": alerts / (len(SEEDS) * weeks),
        "false_per_patient_month": false / months,
        "missed_percent": 100 * missed / max(1, countable),
        "true_events": countable,
        "quiet_month_alerts": sum(len(watched(clinic).shown) for clinic in quiet),
        **{name: float(n) for name, n in sorted(kinds.items())},
        **_costs(patients, weeks),
    }


def _quiet(patients: int, seed: int) -> SimulatedClinic:
    return simulate(
        patients=patients, weeks=QUIET_WEEKS, seed=seed, last=LAST, rates=QUIET, motion_every=0
    )


def watched(clinic: SimulatedClinic) -> Watched:
    """Look at a simulated clinic once a day, as its people do."""
    fold = Fold()
    found = Watched()
    origin = _Origins()
    waiting: list[tuple[date, Alert]] = []
    reached = list(clinic.reached)
    at = 0
    day = clinic.first
    while day <= clinic.last + timedelta(days=1):
        # Once in the night, so that a day is looked at when it is over in every zone but the
        # westernmost, and once late in the evening for what happened on it.
        now_ns = _ns(day, 23)
        while at < len(reached) and reached[at].t_ns <= now_ns:
            for fact in facts_of_reached(reached[at], origin):
                fold.take(fact)
            _note(found, reached[at], day)
            at += 1
        for fact in _looks(waiting, day, origin):
            fold.take(fact)
        fold.look(now_ns)
        for figures in fold.all_figures():
            for alert in figures.waiting:
                key = (alert.patient, alert.kind, alert.opened)
                if key not in found.shown:
                    found.shown[key] = day
                    waiting.append((day, alert))
        day += timedelta(days=1)
    return found


class _Origins:
    """Numbers records as journals would."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def next(self, home: str, *, own: bool) -> FactOrigin:
        self._next[home] = self._next.get(home, 0) + 1
        return FactOrigin(own=own, home=home, position=self._next[home])


def facts_of_reached(reached: Reached, origins: _Origins) -> Iterator[Fact]:
    """What reached a clinic, as the fold takes it."""
    if reached.care is not None:
        yield Fact(origins.next("clinic", own=True), reached.care)
    for record in reached.records:
        origin = origins.next(reached.patient, own=False)
        if record.kind is RecordKind.EVENT:
            yield Fact(origin, decode_event(record.body), record.session)
        elif record.kind is RecordKind.RESULT:
            result = decode_result(record.body)
            if isinstance(result, SessionResult):
                yield Fact(origin, result, record.session)


def _looks(waiting: list[tuple[date, Alert]], day: date, origins: _Origins) -> Iterator[Fact]:
    """On a working day a therapist looks at all that stood there the day before."""
    if day.weekday() > 4:
        return
    for shown, alert in list(waiting):
        if shown < day:
            waiting.remove((shown, alert))
            yield Fact(
                origins.next("clinic", own=True),
                AlertSeen(
                    patient=alert.patient,
                    t_ns=_ns(day, 9),
                    kind=alert.kind,
                    opened=alert.opened,
                    digest=alert.digest,
                    events=alert.events or None,
                    by="therapist",
                    day=day,
                    action="called",
                ),
            )


def _note(found: Watched, reached: Reached, day: date) -> None:
    for record in reached.records:
        if record.kind is RecordKind.EVENT:
            event = decode_event(record.body)
            if event.type == "session.opened":
                on = date.fromisoformat(event.day)
                found.sessions.setdefault(reached.patient, []).append(on)
                found.known[reached.patient, on] = day
            return


def _is_true(
    key: tuple[str, str, date], truths: tuple[Truth, ...], people: dict[str, VirtualPatient]
) -> bool:
    name, kind, opened = key
    patient = people[name]
    mine = [t for t in truths if t.patient == name and t.kind == kind]
    if kind in EVENT_KINDS:
        return any(t.day == opened for t in mine)
    if kind == "speed":
        return patient.fast > patient.plans[0][1].limits.fast_share
    if kind == "few days" and patient.share < FEW_OF_GOAL * patient.goal / 7:
        return True
    if kind in ("start", "plan"):
        return not patient.starts or patient.is_offline(opened)
    if kind == "data":
        return patient.is_offline(opened - timedelta(days=1))
    return any(t.day <= opened for t in mine)


def _countable(truth: Truth, clinic: SimulatedClinic, seen: Watched) -> bool:
    """Whether there was time, and something to see, before the end."""
    if truth.kind in EVENT_KINDS:
        return (truth.patient, truth.day) in seen.known
    if truth.kind not in CHANGES:
        return True
    until = truth.day + timedelta(days=CHANGE_PATIENCE_DAYS)
    if until > clinic.last:
        return False
    after = [d for d in seen.sessions.get(truth.patient, ()) if truth.day <= d <= until]
    return truth.kind == "few days" or len(set(after)) >= LEAST_SESSIONS


def _told(truth: Truth, seen: Watched) -> bool:
    mine = {
        opened: shown
        for (name, kind, opened), shown in seen.shown.items()
        if (name, kind) == (truth.patient, truth.kind)
    }
    if truth.kind in EVENT_KINDS:
        known = seen.known[truth.patient, truth.day]
        return mine.get(truth.day, date.max) <= known
    if truth.kind in CHANGES:
        until = truth.day + timedelta(days=CHANGE_PATIENCE_DAYS)
        return any(truth.day <= shown <= until for shown in mine.values()) or any(
            opened <= truth.day for opened in mine
        )
    # The day after is the first on which a whole day without news is over in every zone.
    return any(shown <= truth.day + timedelta(days=1) for shown in mine.values())


def _costs(patients: int, weeks: int) -> dict[str, float]:
    """Seconds to simulate and write a clinic, and to judge one after years of history."""
    with tempfile.TemporaryDirectory(prefix="ripresa-clinic-") as folder:
        started = time.perf_counter()
        write_clinic(simulate(patients=patients, weeks=weeks, last=LAST), Path(folder) / "clinic")
        simulated_s = time.perf_counter() - started
    clinic = simulate(patients=patients, weeks=52 * YEARS, last=LAST, motion_every=0)
    origins = _Origins()
    before = [r for r in clinic.reached if r.t_ns <= _ns(LAST, 0)]
    today = [r for r in clinic.reached if r.t_ns > _ns(LAST, 0)]
    fold = Fold()
    started = time.process_time()
    for reached in before:
        for fact in facts_of_reached(reached, origins):
            fold.take(fact)
    fold.look(_ns(LAST, 0))
    whole_s = time.process_time() - started
    started = time.process_time()
    for reached in today:
        for fact in facts_of_reached(reached, origins):
            fold.take(fact)
    fold.look(_ns(LAST + timedelta(days=1), 4))
    return {
        "simulate_seconds": simulated_s,
        "judge_one_day_cpu_seconds": time.process_time() - started,
        "judge_from_nothing_cpu_seconds": whole_s,
    }


def _ns(day: date, hour: int) -> int:
    return round(datetime.combine(day, clock_time(hour), UTC).timestamp()) * S_NS
