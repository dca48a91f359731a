"""Facts of a clinic for tests: a patient's plan, sessions, and what the clinic says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from journals import event_record, result_record
from ripresa.care.care_journal import care_record
from telemetry.messages import care
from telemetry.messages import events as ev
from telemetry.messages.results import ItemResult, Repetition, SessionResult
from therapy_builders import plan

if TYPE_CHECKING:
    from therapy.plan.plan import Plan

ROME = ZoneInfo("Europe/Rome")
STREAM = "01J0000000000000000000000S"
MONDAY = date(2023, 11, 13)
ENROLLED = MONDAY - timedelta(days=40)
PATIENT = "p-1"


def at(day: date, clock: str = "12:00", zone: ZoneInfo = ROME) -> int:
    """A moment in nanoseconds."""
    local = datetime.combine(day, time.fromisoformat(clock), zone)
    return round(local.timestamp()) * 1_000_000_000


def days_before(n: int) -> date:
    return MONDAY - timedelta(days=n)


def repetitions(n: int, peak_deg: float = 140.0) -> tuple[Repetition, ...]:
    return tuple(
        Repetition(
            number=i + 1,
            start_index=60 * i,
            peak_index=60 * i + 30,
            end_index=60 * i + 59,
            start_s=float(i),
            end_s=i + 0.99,
            range_deg=120.0,
            peak_deg=peak_deg,
            up_s=2.0,
            hold_s=1.0,
            down_s=2.0,
        )
        for i in range(n)
    )


@dataclass
class PatientStory:
    """Collects facts; each goes to its own place in its journal."""

    patient: str = PATIENT
    home: str = "01J000000000000000000000HH"
    facts: list[Fact] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self._sessions = 0

    def own(self, body: object) -> None:
        """A record of the clinic's own journal."""
        self._count += 1
        self.facts.append(Fact(FactOrigin(own=True, home="clinic", position=self._count), body))

    def enrolled(self, day: date = ENROLLED) -> PatientStory:
        self.own(care.Enrolled(patient=self.patient, t_ns=at(day, "09:00"), site="clinic"))
        return self

    def published(self, of: Plan | None = None, day: date = ENROLLED) -> PatientStory:
        of = plan(valid_from="2023-01-01") if of is None else of
        self.own(
            care.PlanPublished(
                patient=self.patient,
                t_ns=at(day, "10:00"),
                site="clinic",
                version=of.version,
                plan=of.model_dump(mode="json"),
            )
        )
        return self

    def answered(
        self, day: date = ENROLLED, version: int = 1, state: str = "taken"
    ) -> PatientStory:
        t_ns = at(day, "11:00")
        self.own(
            care.PlanAnswered(
                patient=self.patient, t_ns=t_ns, version=version, state=state, home_ns=t_ns
            )
        )
        return self

    def heard(self, day: date) -> PatientStory:
        self.own(care.HomeHeard(patient=self.patient, t_ns=at(day, "23:00")))
        return self

    def excused(self, first: date, last: date, **more) -> PatientStory:
        t_ns = at(last, "15:00")
        fields = {"patient": self.patient, "t_ns": t_ns, "by": "pt-1"}
        self.own(care.DaysExcused(**(fields | {"first": first, "last": last} | more)))
        return self

    def seen(self, kind: str, opened: date, **more) -> PatientStory:
        fields = {"patient": self.patient, "t_ns": at(opened, "18:00"), "by": "pt-1"}
        fields |= {"kind": kind, "opened": opened, "day": opened, "action": "called"}
        self.own(care.AlertSeen(**(fields | more)))
        return self

    def session(
        self,
        day: date,
        done: int = 20,
        *,
        clock: str = "12:00",
        version: int = 1,
        answers: dict[str, bool | int] | None = None,
        unwell: bool = False,
        reason: ev.CloseReason = ev.CloseReason.DONE,
        assessed_deg: float | None = None,
        pain: int | None = 1,
        zone: ZoneInfo = ROME,
        of: Plan | None = None,
    ) -> str:
        """A session of the day, with a result where something was done; returns its ULID."""
        self._sessions += 1
        session = f"01K{sum(self.patient.encode()):010d}{self._sessions:013d}"
        t_ns = at(day, clock, zone)
        on = (of or plan()).day_of(t_ns)
        head = {"session": session, "t_ns": t_ns}
        told = [
            ev.SessionOpened(
                **head,
                number=0,
                patient=self.patient,
                site="clinic",
                plan_version=version,
                day=on.isoformat(),
                posture="standing",
                wearables=(ev.Worn(wearable="d", model="m", placement="wrist-right"),),
            )
        ]

        def add(kind, **more):
            told.append(kind(**head, number=len(told), **more))

        for question, answer in (answers or {}).items():
            add(ev.CheckAnswered, at="in", question=question, answer=answer)
        if unwell:
            add(ev.UnwellReported)
        if done or assessed_deg:
            add(
                ev.ExerciseStarted,
                item="abduction",
                exercise="arm-abduction",
                side="right",
                spans={STREAM: 0},
            )
            add(
                ev.ExerciseEnded,
                item="abduction",
                spans={STREAM: 60 * max(done, 3)},
                reason=ev.StopReason.DONE,
            )
        if pain is not None:
            add(ev.CheckAnswered, at="out", question="pain", answer=pain)
        add(ev.SessionClosed, reason=reason)
        items = []
        common = {"item": "abduction", "exercise": "arm-abduction", "side": "right"}
        common |= {"stream": STREAM, "rate_hz": 60, "range_of_motion": None}
        if done:
            items.append(ItemResult(**common, repetitions=repetitions(done)))
        if assessed_deg:
            rom = {"what": "w", "median_deg": assessed_deg, "p10_deg": 1.0, "p90_deg": 2.0}
            more = {"assessment": True, "range_of_motion": rom}
            items.append(
                ItemResult(**(common | more), repetitions=repetitions(3, peak_deg=assessed_deg))
            )
        result = SessionResult(
            session=session, core_version="1", plan_version=version, provisional=False, items=items
        )
        for body in (*told, result):
            self._count += 1
            origin = FactOrigin(own=False, home=self.home, position=self._count)
            self.facts.append(Fact(origin, body, session))
        return session


def folded(facts, now_ns: int = at(MONDAY)) -> Fold:
    fold = Fold()
    for fact in facts:
        fold.take(fact)
    fold.look(now_ns)
    return fold


def figures(story: PatientStory, now_ns: int = at(MONDAY)):
    return folded(story.facts, now_ns).figures(story.patient)


def started(**more) -> PatientStory:
    """Somebody whose home has taken the first version."""
    return PatientStory(**more).enrolled().published().answered()


def states(shown, *days):
    """What these days came to; None where a day is judged not at all."""
    return [shown.days[day].state if day in shown.days else None for day in days]


def appended(journal, facts):
    """Facts as a clinic's journal would hold them."""
    records = []
    for fact in facts:
        body = fact.body
        if isinstance(body, SessionResult):
            records.append(result_record(body))
        else:
            records.append(care_record(body) if fact.session is None else event_record(body))
    journal.append_now(records)
