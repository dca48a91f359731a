"""One patient's days judged one by one: what each came to, and what the rules say on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from therapy.plan.plan import plan_in_force

from .alert import Evidence
from .around.after_discharge import evidence_of_harm, evidence_untreated
from .day import judged_day
from .evidence import Picture
from .rules import events_of, evidence_of, undated_events
from .starting import starting_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telemetry.messages.results import AdherenceResult
    from therapy.plan.plan import Plan

    from .adherence import DayHistory
    from .around.after_discharge import Harm
    from .change import Assessment
    from .evidence import SessionFacts
    from .plan_versions import VersionView

__all__ = ["DayJudge"]

PICTURE_DAYS: Final = 28


@dataclass(slots=True)
class DayJudge:
    """One patient's days, judged one by one."""

    patient: str
    versions: Sequence[VersionView]
    plans: Sequence[Plan]
    history: Mapping[date, DayHistory]
    sessions: list[SessionFacts]
    assessments: list[Assessment]
    today: date
    aside: Sequence[SessionFacts] = ()
    """Sessions whose day cannot be."""
    back: Sequence[date] = ()
    """Days on which the patient was enrolled again after a discharge."""
    harms: Sequence[Harm] = ()
    """Adverse events that were written down while nobody treated the patient."""
    _days: list[date] = field(init=False)
    _assessed: list[date] = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = sorted(self.sessions, key=lambda s: (s.day, s.t_ns))
        self.assessments = sorted(self.assessments, key=lambda a: a.day)
        self._days = [s.day for s in self.sessions]
        self._assessed = [a.day for a in self.assessments]

    def day(self, day: date) -> AdherenceResult | None:
        """What the day came to."""
        return judged_day(
            self.patient, self.versions, self.plans, self.history, day, today=self.today
        )

    def evidence(self, day: date) -> tuple[Evidence, ...]:
        """What the rules say on the day, cleared ones left out."""
        first = self._days[0] if self._days else None
        back = max((d for d in self.back if d <= day), default=None)
        found = list(starting_evidence(self.versions, first, day, back=back))
        found += evidence_of_harm(day, self.harms)
        found += undated_events(self._undated(day))
        recent = self._recent(day)
        plan = plan_in_force(self.plans, day)
        if plan is None:
            found += events_of(day, recent)
            return tuple(e for e in found if e.state != "cleared")
        known = bisect_right(self._assessed, day)
        picture = Picture(
            plan=plan,
            plans=self.plans,
            day=day,
            history=self.history,
            sessions=recent,
            assessments=self.assessments[:known],
        )
        found += evidence_of(picture)
        if any(e.kind == "start" for e in found):
            # Who has never started is told once, not as few days and a silent home beside.
            found = [e for e in found if e.kind not in ("few days", "data")]
        return tuple(_kept(e, last=day == self.today) for e in found if e.state != "cleared")

    def evidence_untreated(self, day: date) -> tuple[Evidence, ...]:
        """What must be seen of a day on which nobody treated the patient."""
        of_sessions = evidence_untreated(day, self._recent(day), self._undated(day))
        return (*of_sessions, *evidence_of_harm(day, self.harms))

    def _recent(self, day: date) -> list[SessionFacts]:
        begin = bisect_left(self._days, day - timedelta(days=PICTURE_DAYS))
        return self.sessions[begin : bisect_right(self._days, day)]

    def _undated(self, day: date) -> list[SessionFacts]:
        """Today those whose day cannot be, or is still to come."""
        if day != self.today:
            return []
        return [*self.aside, *self.sessions[bisect_right(self._days, day) :]]


def _kept(evidence: Evidence, *, last: bool) -> Evidence:
    """What is kept of a day's evidence: of one that is held, its words only today."""
    if evidence.state == "raised" or last:
        return evidence
    return _HELD.setdefault(evidence.kind, Evidence(evidence.kind, "held"))


_HELD: Final[dict[str, Evidence]] = {}
