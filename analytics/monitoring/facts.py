"""What is known of a patient, as a set: whatever order facts come in, the set is the same.

A fact is known by its origin, the place of its record in its journal; the same one again adds
nothing. Sessions keep of their events those that tell something here, by number, and of their
results the one that counts, without what no figure needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from telemetry.messages.care import (
    AlertSeen,
    AlertShown,
    CareRecord,
    DaysExcused,
    Discharged,
    DoneCorrected,
    Enrolled,
    HomeHeard,
    PlanAnswered,
    PlanPublished,
    PlanSigned,
    SessionDayCorrected,
    TreatmentPaused,
)
from telemetry.messages.events import (
    CheckAnswered,
    ExerciseEnded,
    ExerciseReported,
    PainReported,
    SegmentCalibrated,
    SessionClosed,
    SessionEvent,
    SessionOpened,
    SuspectedFall,
    UnwellReported,
)
from telemetry.messages.results import SessionResult
from therapy.plan.plan import noon_ns

from .around.around import AROUND, around_of, is_beside
from .change import assessments_of
from .done import ItemDone, items_of, items_reported, seen_in
from .evidence import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from therapy.plan.plan import Plan

    from .around.around import Around
    from .change import Assessment
    from .done import ItemSeen
    from .evidence import SessionFacts

__all__ = ["NEVER_NS", "Fact", "FactOrigin", "PatientFacts", "SessionFile", "utc_day"]

_TELLING: Final = (
    SessionOpened,
    CheckAnswered,
    SegmentCalibrated,
    ExerciseEnded,
    ExerciseReported,
    PainReported,
    SuspectedFall,
    UnwellReported,
    SessionClosed,
)

_CARE: Final = (
    Enrolled,
    Discharged,
    PlanPublished,
    PlanSigned,
    PlanAnswered,
    TreatmentPaused,
    DaysExcused,
    DoneCorrected,
    SessionDayCorrected,
    AlertShown,
    AlertSeen,
    *AROUND,
)
_R = TypeVar("_R")
NEVER_NS: Final = 1 << 63


def utc_day(t_ns: int) -> date:
    """The day that a moment belongs to in UTC."""
    return datetime.fromtimestamp(t_ns / 1e9, UTC).date()


class FactOrigin(NamedTuple):
    """Where a fact is recorded; of two results of a session the clinic's own, then later, counts.

    `own`: the journal is the clinic's, not a home's.
    """

    own: bool
    home: str
    position: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One record, read; `session` where it is of one."""

    origin: FactOrigin
    body: SessionEvent | SessionResult | CareRecord
    session: str | None = None


@dataclass(slots=True)
class _Result:
    """Of a result, what figures need."""

    origin: FactOrigin
    seen: tuple[ItemSeen, ...]
    assessed: SessionResult | None


@dataclass(slots=True)
class SessionFile:
    """One session as far as it is known."""

    home: str
    session: str
    events: dict[int, SessionEvent] = field(default_factory=dict)
    """By number; of two with one number the one that stands first in its journal."""
    corrected: date | None = None
    """The day that a clinician has set, where the home's clock was wrong."""
    beside: dict[int, SessionEvent] = field(default_factory=dict)
    """Likewise, those that tell of what stands around the plan."""
    _places: dict[int, int] = field(default_factory=dict)
    _result: _Result | None = None
    _facts: SessionFacts | None = None

    def take(self, fact: Fact) -> bool:
        """Add an event or a result; False where it tells nothing that was not known."""
        body = fact.body
        if isinstance(body, SessionResult):
            known = self._result
            if body.provisional or (known is not None and fact.origin <= known.origin):
                return False
            assessed = tuple(item for item in body.items if item.assessment)
            self._result = _Result(
                fact.origin,
                seen_in(body),
                body.model_copy(update={"items": assessed}) if assessed else None,
            )
        elif (isinstance(body, _TELLING) or is_beside(body)) and self._stands_first(
            body.number, fact.origin
        ):
            beside = self.beside.pop(body.number, None)
            told = self.events.pop(body.number, beside)
            if isinstance(body, _TELLING):
                self.events[body.number] = body
            if is_beside(body):
                self.beside[body.number] = body
            self._places[body.number] = fact.origin.position
            if told == body:
                return False
        else:
            return False
        self._facts = None
        return True

    def _stands_first(self, number: int, origin: FactOrigin) -> bool:
        return number not in self._places or origin.position < self._places[number]

    @property
    def ordered(self) -> list[SessionEvent]:
        """Its events in order."""
        return [self.events[number] for number in sorted(self.events)]

    @property
    def opened(self) -> SessionOpened | None:
        """Its first event; None while it has not come."""
        found = self.events.get(0)
        return found if isinstance(found, SessionOpened) else None

    @property
    def day(self) -> date | None:
        """The day it belongs to; None while that is not known."""
        return self.corrected or self.stamped

    @property
    def stamped(self) -> date | None:
        """The day that its home's clock told."""
        return None if self.opened is None else date.fromisoformat(self.opened.day)

    def correct(self, day: date | None) -> None:
        """Let it belong to another day; None: to the one that was told."""
        if day != self.corrected:
            self.corrected = day
            self._facts = None

    def moments(self, plan: Plan | None) -> list[int]:
        """When its events were; of a day that was set, no more is known than its noon.

        Args:
            plan: tells the time zone of that noon; None: UTC.
        """
        if self.corrected is not None:
            return [noon_ns(self.corrected, "UTC" if plan is None else plan.time_zone)]
        return [event.t_ns for event in self.events.values()]

    @property
    def judged(self) -> bool:
        """Whether the core's result that counts is there."""
        return self._result is not None

    @property
    def facts(self) -> SessionFacts | None:
        """What the rules read of it."""
        if self._facts is None:
            seen = () if self._result is None else self._result.seen
            found = facts_of(self.ordered, seen=seen)
            if found is not None and self.corrected is not None:
                found = replace(found, day=self.corrected)
            self._facts = found
        return self._facts

    def done(self, plan: Plan) -> tuple[ItemDone, ...]:
        """What was measured, by item of the plan that it was opened with."""
        return () if self._result is None else items_of(plan, self._result.seen)

    def done_unplanned(self) -> tuple[ItemDone, ...]:
        """Items that were seen, by a version that is not at hand: of their amounts nothing."""
        seen = () if self._result is None else self._result.seen
        return tuple(ItemDone(item, None) for item in dict.fromkeys(s.item for s in seen))

    def reported(self) -> tuple[ItemDone, ...]:
        """What was told of it where no sensor was worn."""
        return items_reported(self.ordered)

    def unread_items(self) -> tuple[str, ...]:
        """Items that were exercised and of which no result has come, or none tells anything.

        A result leaves out an item whose streams it has nothing of.
        """
        told = {e.item for e in self.events.values() if isinstance(e, ExerciseReported)}
        told |= {s.item for s in (() if self._result is None else self._result.seen)}
        ended = (e.item for e in self.events.values() if isinstance(e, ExerciseEnded))
        return tuple(dict.fromkeys(item for item in ended if item not in told))

    def assessments(
        self, placement_of: Callable[[str, str], str | None], plan: Plan | None = None
    ) -> tuple[Assessment, ...]:
        """Its assessments, each in its context.

        Args:
            placement_of: where a stream's wearable was worn, by stream and home; asked for
                where there were several.
            plan: that it was opened with, for the posture of each item; None: all are in the
                session's, which is that of its first item.
        """
        opened, result = self.opened, self._result
        if opened is None or result is None or result.assessed is None:
            return ()
        streams = {item.stream for item in result.assessed.items}
        if len(opened.wearables) == 1:
            placements = dict.fromkeys(streams, opened.wearables[0].placement)
        else:
            placements = {s: p for s in streams if (p := placement_of(s, self.home)) is not None}
        levels = {
            event.placement: event.level
            for event in self.ordered
            if isinstance(event, SegmentCalibrated) and event.passed
        }
        return assessments_of(
            result.assessed,
            day=self.corrected or date.fromisoformat(opened.day),
            posture=opened.posture,
            postures={} if plan is None else {i.id: i.in_posture for i in plan.items},
            placements=placements,
            levels=levels,
        )


@dataclass(slots=True)
class PatientFacts:
    """All that is known of one patient."""

    patient: str
    sessions: dict[tuple[str, str], SessionFile] = field(default_factory=dict)
    heard_ns: int = 0
    _care: dict[FactOrigin, CareRecord] = field(default_factory=dict)

    def take(self, fact: Fact) -> bool:
        """Add a care record; False where it tells nothing that was not known."""
        body = fact.body
        if isinstance(body, HomeHeard):
            newer = body.t_ns > self.heard_ns
            self.heard_ns = max(self.heard_ns, body.t_ns)
            return newer
        if fact.origin in self._care or not isinstance(body, _CARE):
            return False
        self._care[fact.origin] = body
        return True

    def published(self) -> dict[int, PlanPublished]:
        """The first publication of each version."""
        found: dict[int, PlanPublished] = {}
        for record in sorted(self._of(PlanPublished), key=lambda r: r.t_ns):
            found.setdefault(record.version, record)
        return found

    def signed(self) -> dict[int, PlanSigned]:
        """The first signature under each version."""
        found: dict[int, PlanSigned] = {}
        for record in sorted(self._of(PlanSigned), key=lambda r: r.t_ns):
            found.setdefault(record.version, record)
        return found

    def answers(self) -> list[PlanAnswered]:
        """What the home said of plans."""
        return list(self._of(PlanAnswered))

    def opened_with(
        self, plans: Mapping[int, Plan], but: Collection[tuple[str, str]] = ()
    ) -> dict[int, tuple[int, int]]:
        """Of each version, when the first session was opened with it, and the last.

        By a clock that nobody kept, none was opened before its version was sent.

        Args:
            plans: by version, for the zone of a day that was set.
            but: sessions that count nowhere.
        """
        found: dict[int, tuple[int, int]] = {}
        sent = self.published()
        for key, session in self.sessions.items():
            if (opened := session.opened) is None or key in but:
                continue
            version = opened.plan_version
            t_ns = opened.t_ns
            if session.corrected is not None:
                (t_ns,) = session.moments(plans.get(version))
            elif opened.clock_synchronised is False and version in sent:
                t_ns = max(t_ns, sent[version].t_ns)
            first, last = found.get(version, (t_ns, t_ns))
            found[version] = min(first, t_ns), max(last, t_ns)
        return found

    def versions_opened(self) -> set[int]:
        """Versions that a session names."""
        return {s.opened.plan_version for s in self.sessions.values() if s.opened is not None}

    def paused(self, day: date) -> bool:
        """Whether treatment rests on a day: the last word on it, or on a day before, counts."""
        said = [(r.since, r.t_ns, r.resumed) for r in self._of(TreatmentPaused) if r.since <= day]
        return bool(said) and not max(said)[2]

    def pauses(self) -> list[TreatmentPaused]:
        """Everything said of pauses."""
        return list(self._of(TreatmentPaused))

    def untreated(self, day_of: Callable[[int], date]) -> list[tuple[date, date]]:
        """Between which days nobody is treated: a discharge and the next enrolment.

        Both still count themselves; after the last discharge it lasts for ever.

        Args:
            day_of: the day that a moment belongs to.
        """
        return [
            (day_of(left), date.max if back == NEVER_NS else day_of(back))
            for left, back in self.untreated_ns()
        ]

    def untreated_ns(self) -> list[tuple[int, int]]:
        """The moments of each such discharge and enrolment; `NEVER_NS`: of none yet."""
        words = sorted(
            (body.t_ns, origin, isinstance(body, Discharged))
            for origin, body in self._care.items()
            if isinstance(body, Enrolled | Discharged)
        )
        without: list[tuple[int, int]] = []
        left: int | None = None
        for t_ns, _, discharged in words:
            if discharged and left is None:
                left = t_ns
            elif not discharged and left is not None:
                without.append((left, t_ns))
                left = None
        if left is not None:
            without.append((left, NEVER_NS))
        return without

    def excused(self, day: date) -> bool:
        """Whether the clinician excused a day, and did not take that back."""
        about = sorted(
            (r for r in self._of(DaysExcused) if r.first <= day <= r.last), key=lambda r: r.t_ns
        )
        return bool(about) and not about[-1].lifted

    def excused_spans(self) -> list[DaysExcused]:
        """Everything said of excused days."""
        return list(self._of(DaysExcused))

    def corrections(self) -> dict[date, dict[str, float]]:
        """By day and item, what the clinician says was done."""
        newest: dict[tuple[date, str], DoneCorrected] = {}
        for record in sorted(self._of(DoneCorrected), key=lambda r: r.t_ns):
            newest[record.day, record.item] = record
        found: dict[date, dict[str, float]] = {}
        for (day, item), record in newest.items():
            if record.amount is not None:
                found.setdefault(day, {})[item] = record.amount
        return found

    def session_days(self) -> dict[tuple[str, str], date | None]:
        """By (home, session), on which day the clinician says it was."""
        ordered = sorted(self._of(SessionDayCorrected), key=lambda r: r.t_ns)
        return {(record.home, record.session): record.day for record in ordered}

    def seen(self) -> list[AlertSeen]:
        """Who looked at which alert."""
        return list(self._of(AlertSeen))

    def shown(self) -> list[AlertShown]:
        """Which alerts stood in the worklist, with which evidence."""
        return list(self._of(AlertShown))

    def around(self, day_of: Callable[[int], date] = utc_day) -> Around:
        """What stands around the plan.

        Args:
            day_of: the day that a moment belongs to; only who has taken over hangs on it.
        """
        files = (file for _, file in sorted(self.sessions.items(), key=lambda pair: pair[0]))
        return around_of(
            [record for _, record in sorted(self._care.items(), key=lambda pair: pair[0])],
            [(file.day, [file.beside[n] for n in sorted(file.beside)]) for file in files],
            day_of,
        )

    @property
    def enrolment(self) -> Enrolled | Discharged | None:
        """The last word on whether the patient is treated here; None: there is none."""
        words = [
            (body.t_ns, origin, body)
            for origin, body in self._care.items()
            if isinstance(body, Enrolled | Discharged)
        ]
        return max(words, key=lambda w: w[:2])[2] if words else None

    @property
    def enrolled_ns(self) -> int | None:
        """When the patient was first enrolled."""
        return min((r.t_ns for r in self._of(Enrolled)), default=None)

    @property
    def site(self) -> str | None:
        """The site of the last enrolment; without one of the last publication, else session.

        A home says where it is by its own clock, and may go on for a while at the site before.
        """
        told: list[list[tuple[int, str]]] = [
            [(r.t_ns, r.site) for r in self._of(Enrolled)],
            [(r.t_ns, r.site) for r in self._of(PlanPublished)],
            [(o.t_ns, o.site) for s in self.sessions.values() if (o := s.opened)],
        ]
        return next((max(words)[1] for words in told if words), None)

    def _of(self, kind: type[_R]) -> Iterator[_R]:
        """Records of a kind, in the order of their places: of two at one time the later counts."""
        found = [(o, r) for o, r in self._care.items() if isinstance(r, kind)]
        return (record for _, record in sorted(found, key=lambda pair: pair[0]))
