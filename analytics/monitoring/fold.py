"""The clinic's figures: facts in, figures out, in whatever order the facts come.

Steps:

1. `take` adds a fact to the set of its patient and notes the earliest day that it changes.
2. `look` computes again, for each patient with something new or a new day, from the Monday of
   that day on: the schedule counts by weeks, and every later window may reach back to it. What
   lies before stays as it was computed.
3. Alerts are drawn from all days' evidence (`alert`), the state and the worklist from those.

Nothing here is kept: dropped and folded again from the same facts it gives the same figures.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from telemetry.messages.care import (
    DaysExcused,
    Discharged,
    DoneCorrected,
    Enrolled,
    SessionDayCorrected,
    TreatmentPaused,
)
from telemetry.messages.events import SessionOpened
from therapy.plan.plan import Plan

from .alert import episodes
from .around.after_discharge import harms_untreated, still_to_see
from .day import days_between, history_of, monday_of, set_aside
from .day_judge import DayJudge
from .facts import NEVER_NS, Fact, PatientFacts, SessionFile, utc_day
from .figures import PatientFigures
from .plan_versions import VersionView, as_in_force, day_at, versions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from telemetry.messages.care import PlanPublished
    from telemetry.messages.results import AdherenceResult

    from .adherence import DayHistory
    from .alert import Alert, AlertKind, Evidence
    from .around.after_discharge import Harm
    from .change import Assessment
    from .evidence import SessionFacts
    from .figures import PatientState

__all__ = ["Fold"]

NS_PER_DAY: Final = 86_400_000_000_000
FACTS_A_PATIENT: Final = 100_000
"""Ten years of sessions, every day."""
EARLY_A_HOME: Final = 2_000
"""Facts that wait for their session's opening: a home sends in order, so few do."""


@dataclass(slots=True)
class _Folded:
    """One patient's facts, and what was computed of them."""

    facts: PatientFacts
    dirty: date | None = None
    stale: bool = True
    computed_to: date | None = None
    days: dict[date, AdherenceResult] = field(default_factory=dict)
    evidence: dict[date, tuple[Evidence, ...]] = field(default_factory=dict)
    figures: PatientFigures | None = None
    plans: dict[int, Plan] = field(default_factory=dict)
    untreated: list[tuple[date, date]] = field(default_factory=list)
    harms: tuple[Harm, ...] = ()
    holds: tuple[int, int] = (0, 0)
    """From which moment to which no figure changes by itself, but for the day."""
    set_aside: frozenset[tuple[str, str]] = frozenset()
    of_sessions: int = 0


@dataclass(frozen=True, slots=True)
class _Kept:
    """One patient's part of a fold."""

    folded: _Folded
    keys: list[tuple[str, str]]
    own: dict[str, list[Fact]]


class Fold:
    """Folds facts into figures.

    Args:
        local_plan: a version that was never published and that a session was opened with, from
            the plans at hand; None where it is not.
        placement_of: where a stream's wearable was worn, by stream and home.
    """

    def __init__(
        self,
        local_plan: Callable[[str, int], Plan | None] = lambda _patient, _version: None,
        placement_of: Callable[[str, str], str | None] = lambda _stream, _home: None,
    ) -> None:
        self._local_plan = local_plan
        self._placement_of = placement_of
        self._patients: dict[str, _Folded] = {}
        self._early: dict[tuple[str, str], list[Fact]] = {}
        self._own: dict[str, list[Fact]] = {}
        self._owner: dict[tuple[str, str], str] = {}
        self._keys: dict[str, list[tuple[str, str]]] = {}
        self._published: dict[tuple[str, int], tuple[PlanPublished, Plan]] = {}
        self._local: dict[tuple[str, int], Plan] = {}
        self._early_of: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        """Of each home, facts beyond what anybody's memory holds: no honest one has so many."""

    def take(self, fact: Fact) -> None:
        """Add a fact; the same one again changes nothing."""
        if fact.session is not None:
            self._take_of_session(fact, fact.session)
            return
        patient = getattr(fact.body, "patient", None)
        if patient is not None:
            folded = self._of(patient)
            if folded.facts.take(fact):
                folded.stale = True
                self._note(folded, self._first_day(fact))
                if isinstance(fact.body, SessionDayCorrected):
                    self._correct(folded, (fact.body.home, fact.body.session))

    def changed(self) -> set[tuple[str, date]]:
        """Of each patient with something new the earliest day that it changes."""
        return {(p, f.dirty) for p, f in self._patients.items() if f.dirty is not None}

    def patients(self) -> list[str]:
        """Everybody of whom something is known."""
        return sorted(self._patients)

    def facts(self, patient: str) -> PatientFacts | None:
        """What is known of a patient."""
        folded = self._patients.get(patient)
        return None if folded is None else folded.facts

    def figures(self, patient: str) -> PatientFigures | None:
        """A patient's figures as of the last look; None where there are none."""
        folded = self._patients.get(patient)
        return None if folded is None else folded.figures

    def all_figures(self) -> list[PatientFigures]:
        """Everybody's figures as of the last look."""
        return [f for p in self.patients() if (f := self.figures(p)) is not None]

    def waiting(self) -> set[tuple[str, str]]:
        """Sessions, by home and ULID, of which something came before their opening."""
        owned = {session for _, session in self._owner}
        return set(self._early) | {("", session) for session in self._own if session not in owned}

    def kept(self, patient: str) -> object:
        """All that was computed and taken of a patient, to be put back into another fold."""
        keys = [key for key, owner in self._owner.items() if owner == patient]
        own = {session: self._own[session] for _, session in keys if session in self._own}
        return _Kept(self._patients[patient], keys, own)

    def put_back(self, patient: str, state: object) -> None:
        """What `kept` gave.

        Raises:
            TypeError: it is something else.
        """
        if not isinstance(state, _Kept):
            raise TypeError("not what a fold has kept")
        self._patients[patient] = state.folded
        for key in state.keys:
            self._owner[key] = patient
            self._keys.setdefault(key[1], []).append(key)
        self._own.update(state.own)

    def forget(self, patient: str) -> None:
        """Drop all that is known of a patient."""
        self._patients.pop(patient, None)
        for keys in (self._published, self._local):
            for key in [k for k in keys if k[0] == patient]:
                del keys[key]
        for session in [s for s, owner in self._owner.items() if owner == patient]:
            del self._owner[session]
            self._keys.pop(session[1], None)
            self._own.pop(session[1], None)

    def look(self, now_ns: int, go_on: Callable[[], None] = lambda: None) -> set[str]:
        """Compute what has changed up to now; returns whose figures were computed.

        `go_on` is called before each patient; what it raises ends the look there.
        """
        looked = set()
        for patient, folded in self._patients.items():
            go_on()
            if self._look_at(folded, now_ns):
                looked.add(patient)
        return looked

    def _of(self, patient: str) -> _Folded:
        return self._patients.setdefault(patient, _Folded(PatientFacts(patient)))

    def _take_of_session(self, fact: Fact, session: str) -> None:
        """Add a fact of a session; what comes before its opening waits for that.

        A session is known by home and ULID. What the clinic itself found later, in its own
        records, is of every home's session of that ULID.
        """
        key = (fact.origin.home, session)
        if isinstance(fact.body, SessionOpened) and key not in self._owner:
            self._owner[key] = fact.body.patient
            self._keys.setdefault(session, []).append(key)
            early = self._early.pop(key, [])
            self._early_of[fact.origin.home] -= len(early)
            waited = [*early, *self._own.get(session, ())]
            self._add(key, [fact, *waited])
        elif key in self._owner:
            self._add(key, [fact])
        elif fact.origin.own:
            self._own.setdefault(session, []).append(fact)
            for known in self._keys.get(session, ()):
                self._add(known, [fact])
        elif self._early_of[fact.origin.home] < EARLY_A_HOME:
            self._early_of[fact.origin.home] += 1
            self._early.setdefault(key, []).append(fact)
        else:
            self.left_out[fact.origin.home] += 1

    def _add(self, key: tuple[str, str], facts: Iterable[Fact]) -> None:
        folded = self._of(self._owner[key])
        file = folded.facts.sessions.get(key)
        if file is None:
            file = folded.facts.sessions[key] = SessionFile(*key)
            file.correct(folded.facts.session_days().get(key))
        taken, day = 0, file.day
        for fact in facts:
            if folded.of_sessions >= FACTS_A_PATIENT:
                self.left_out[fact.origin.home] += 1
            elif file.take(fact):
                taken += 1
                folded.of_sessions += 1
        if taken:
            folded.stale = True
            self._note(folded, day)
            self._note(folded, file.day)

    def _correct(self, folded: _Folded, key: tuple[str, str]) -> None:
        """Move a session that is known to the day that the clinician says."""
        file = folded.facts.sessions.get(key)
        if file is not None:
            self._note(folded, file.day)
            file.correct(folded.facts.session_days().get(key))
            self._note(folded, file.day)

    @staticmethod
    def _note(folded: _Folded, day: date | None) -> None:
        if day is not None and (folded.dirty is None or day < folded.dirty):
            folded.dirty = day

    @staticmethod
    def _first_day(fact: Fact) -> date | None:
        """The earliest day whose figures a care record can change, by itself."""
        match fact.body:
            case DaysExcused(first=day) | DoneCorrected(day=day) | TreatmentPaused(since=day):
                return day
            case Discharged(t_ns=t_ns) | Enrolled(t_ns=t_ns):
                # The day in UTC may be one later than the plan's.
                return utc_day(t_ns) - timedelta(days=1)
            case _:
                return None

    @staticmethod
    def _holds(folded: _Folded, now_ns: int) -> bool:
        if folded.stale or folded.figures is None:
            return False
        same_day = day_at(folded.figures.versions, now_ns) == folded.computed_to
        return same_day and folded.holds[0] <= now_ns < folded.holds[1]

    def _look_at(self, folded: _Folded, now_ns: int) -> bool:
        if self._holds(folded, now_ns):
            return False
        facts = folded.facts
        all_plans = self._plans(folded)
        aside = set_aside(facts.sessions.values(), now_ns)
        keys = frozenset((told.home, told.session) for told in aside)
        if keys != folded.set_aside:
            folded.set_aside, folded.computed_to = keys, None
        versions = versions_of(
            all_plans.values(),
            published=facts.published(),
            signed=facts.signed(),
            answers=facts.answers(),
            opened_with=facts.opened_with(all_plans, but=keys),
            now_ns=now_ns,
        )
        today = day_at(versions, now_ns)
        plans = as_in_force(versions)
        heard_ns, until_ns = _heard_ns(facts, all_plans, now_ns, keys)
        heard = None if heard_ns is None else day_at(versions, heard_ns)
        sessions, assessments = self._sessions(facts, all_plans, keys)
        days = [s.day for s in sessions]
        untreated = facts.untreated(lambda t_ns: day_at(versions, t_ns))
        around = facts.around(lambda t_ns: day_at(versions, t_ns))
        harms = harms_untreated(
            around.harms, facts.untreated_ns(), lambda t_ns: day_at(versions, t_ns)
        )
        for day, _ in {*set(untreated) ^ set(folded.untreated), *set(harms) ^ set(folded.harms)}:
            self._note(folded, day)
        folded.untreated, folded.harms = untreated, harms
        first = min(
            [d for v in versions for d in (v.published, v.effective) if d is not None]
            + [*days, *(day for day, _ in harms)],
            default=today,
        )
        since = self._since(folded, versions, heard, first, today)
        history = history_of(facts, all_plans, first, today, heard, untreated=untreated)
        undated = [f for key in sorted(keys) if (f := facts.sessions[key].facts) is not None]
        judge = DayJudge(
            facts.patient,
            versions,
            plans,
            history,
            sessions,
            assessments,
            today,
            undated,
            tuple(back for _, back in untreated if back <= today),
            harms,
        )
        for table in (folded.days, folded.evidence):
            for day in [d for d in table if d >= since or d < first or d > today]:
                del table[day]
        for day in days_between(max(since, first), today):
            if any(a < day < b for a, b in untreated):
                told = judge.evidence_untreated(day)
            else:
                judged = judge.day(day)
                if judged is not None:
                    folded.days[day] = judged
                told = judge.evidence(day)
            if told:
                folded.evidence[day] = told
        folded.computed_to, folded.dirty, folded.stale = today, None, False
        # With its midnight UTC lets the days be that were ahead.
        midnight_ns = (now_ns // NS_PER_DAY + 1) * NS_PER_DAY
        folded.holds = now_ns, min(until_ns, midnight_ns) if aside else until_ns
        evidence = ((day, e) for day in sorted(folded.evidence) for e in folded.evidence[day])
        looks = tuple(facts.seen())
        alerts = episodes(facts.patient, evidence, looks, today=today)
        folded.figures = PatientFigures(
            patient=facts.patient,
            site=facts.site,
            state=_state(facts, versions, history, alerts, today),
            today=today,
            versions=versions,
            plans=plans,
            days=dict(folded.days),
            sessions=tuple(sessions),
            assessments=tuple(sorted(assessments, key=lambda a: a.day)),
            alerts=alerts,
            first_session=min(days, default=None),
            last_session=max(days, default=None),
            heard=heard,
            heard_ns=heard_ns,
            enrolled_ns=facts.enrolled_ns,
            set_aside=aside,
            looks=looks,
            corrected=folded.facts.corrections(),
            around=around,
            after_discharge=_after_discharge(facts, untreated, alerts, sessions),
        )
        return True

    def _plans(self, folded: _Folded) -> dict[int, Plan]:
        """Every version that is known: published ones, and those that sessions name."""
        facts, patient = folded.facts, folded.facts.patient
        found = {}
        for version, record in facts.published().items():
            known = self._published.get((patient, version))
            if known is None or known[0] is not record:
                known = record, Plan.model_validate(record.plan)
                self._published[patient, version] = known
            found[version] = known[1]
        for version in (facts.versions_opened() | facts.signed().keys()) - found.keys():
            local = self._local.get((patient, version)) or self._local_plan(patient, version)
            if local is not None:
                self._local[patient, version] = local
                found[version] = local
        versions = found.keys() | folded.plans.keys()
        other = {v for v in versions if found.get(v) != folded.plans.get(v)}
        for file in facts.sessions.values() if other else ():
            if file.opened is not None and file.opened.plan_version in other:
                self._note(folded, file.day)
        folded.plans = found
        return found

    @staticmethod
    def _since(
        folded: _Folded,
        versions: Sequence[VersionView],
        heard: date | None,
        first: date,
        today: date,
    ) -> date:
        """The day from which on is computed again: the Monday of the first that may differ."""
        known = folded.figures
        if folded.computed_to is None or known is None:
            return first
        changed = [folded.computed_to, today]
        if folded.dirty is not None:
            changed.append(folded.dirty)
        differing = {_bearing(v) for v in known.versions} ^ {_bearing(v) for v in versions}
        changed += [day for v in differing for day in v[2:] if day is not None]
        if known.heard != heard:
            changed.append(min(known.heard or first, heard or first))
        return max(first, monday_of(min(changed)))

    def _sessions(
        self, facts: PatientFacts, plans: Mapping[int, Plan], but: Collection[tuple[str, str]]
    ) -> tuple[list[SessionFacts], list[Assessment]]:
        files = facts.sessions.items()
        found = [s for key, s in files if s.facts is not None and key not in but]
        found.sort(key=lambda s: (s.facts.t_ns if s.facts else 0, s.home, s.session))
        assessments = [
            a
            for s in found
            for a in s.assessments(
                self._placement_of, plans.get(s.opened.plan_version) if s.opened else None
            )
        ]
        return [s.facts for s in found if s.facts is not None], assessments


def _heard_ns(
    facts: PatientFacts,
    plans: Mapping[int, Plan],
    now_ns: int,
    but: Collection[tuple[str, str]],
) -> tuple[int | None, int]:
    """When the home was last heard of, and the next moment at which a clock that is ahead says so.

    What is still to come by a home's clock tells of now no more than what went before.
    """
    by_homes: list[int] = []
    for key, session in facts.sessions.items():
        if key not in but and session.opened is not None:
            by_homes += session.moments(plans.get(session.opened.plan_version))
    told = [answer.t_ns for answer in facts.answers()]
    told += [facts.heard_ns] if facts.heard_ns else []
    told += [t_ns for t_ns in by_homes if t_ns <= now_ns]
    return max(told, default=None), min((t for t in by_homes if t > now_ns), default=NEVER_NS)


def _after_discharge(
    facts: PatientFacts,
    untreated: Sequence[tuple[date, date]],
    alerts: Sequence[Alert],
    sessions: Sequence[SessionFacts],
) -> frozenset[tuple[AlertKind, date]]:
    """Which alerts of somebody who is discharged nobody can have looked at; empty: is treated."""
    moments = facts.untreated_ns()
    if not moments or moments[-1][1] != NEVER_NS:
        return frozenset()
    return still_to_see(alerts, (untreated[-1][0], moments[-1][0]), sessions, facts.shown())


def _state(
    facts: PatientFacts,
    versions: Sequence[VersionView],
    history: Mapping[date, DayHistory],
    alerts: Sequence[Alert],
    today: date,
) -> PatientState:
    states = {v.state for v in versions}
    # What a home refused is over once another version is on its way.
    newest = next((v.state for v in reversed(versions) if v.published is not None), None)
    found: list[tuple[bool, PatientState]] = [
        (isinstance(facts.enrolment, Discharged), "discharged"),
        (facts.paused(today) or (today in history and history[today].excused), "paused"),
        (any(a.kind == "data" and a.open for a in alerts), "silent"),
        (bool(facts.sessions), "started"),
        (bool(states & {"taken", "superseded"}), "plan taken"),
        (newest == "refused", "plan refused"),
        (newest == "published", "plan sent"),
    ]
    return next((state for so, state in found if so), "enrolled")


def _bearing(
    view: VersionView,
) -> tuple[str, date | None, date | None, date | None, date | None]:
    """What of a version bears on figures."""
    digest = view.plan.digest()
    return digest, view.refused, view.published, view.taken, view.effective
