"""A cohort's persons, as the clinic's own fold judges their days.

Steps:

1. Facts of all places go into one fold, so that a person is one however many sites, homes and
   copies there are; results are those of the cohort's rows, none that was recorded beside them.
   Only a session that has no such result yet, or a fault, counts in its day with what was recorded:
   days left out are days of therapy, and who is left with the others seems to have stopped.
2. A journal of a clinic tells when a home was last heard of, so that silence is no missed day. An
   archive or an export does not: there a person who stopped and a home that fell silent look alike,
   and days count up to the last one on which anybody of that place trained. That is told.
3. Follow-up ends with the discharge, with the plan, with the home's last word or with the data.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from ingest.journal.archive import ArchiveReader
from research.cohorts.cohort_patient import CohortPatient, RangeSeen
from research.cohorts.cohort_report import Cohort
from ripresa.care.care_journal import fact_of
from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import DecodeError
from telemetry.messages.care import Enrolled, HomeHeard
from telemetry.messages.results import SessionResult
from therapy.plan.plan import plan_in_force

from .cohort_places import cohort_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analytics.monitoring.figures import PatientFigures
    from research.cohorts.analysed_session import AnalysedSession
    from research.cohorts.cohort_patient import FollowUpEnd
    from ripresa.recordings.session_source import AnyReader
    from therapy.plan.plan import Plan

    from .cohort_places import CohortPlace, CohortSession
    from .cohort_run import CohortFolder

__all__ = ["cohort_of"]

LAST: Final = 1 << 62
"""Behind every record of a journal: a row's result is the one that counts."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A place as it was folded: whose sessions it has, and when it ends."""

    place: CohortPlace
    patients: frozenset[str]
    sites: frozenset[str]
    last_ns: int
    heard: bool
    as_recorded: int
    without_result: int


def cohort_of(folder: CohortFolder, *, until: date | None = None, apart: bool = False) -> Cohort:
    """The persons of an analysed cohort.

    Args:
        folder: that holds the rows.
        until: the last day to look at; None: that of the newest record.
        apart: a pseudonym that several places give is another person in each.

    Raises:
        ConfigurationError: nothing was analysed there, or a place is gone.
        StoreError: a place cannot be read.
    """
    places = cohort_places(folder.places)
    names = {one.name for place in places for one in place.sessions}
    rows = [row for row in folder.rows() if row.name in names]
    lacking = names - {row.name for row in rows if row.result is not None}
    groups = [[place] for place in places] if apart else [places]
    patients: list[CohortPatient] = []
    read: list[_Read] = []
    for group in groups:
        of_group = {one.name for place in group for one in place.sessions}
        chosen = [row for row in rows if row.name in of_group]
        fold = Fold(_local_plan(group))
        told = [_take(fold, place, lacking) for place in group]
        _take_results(fold, chosen)
        patients += _patients(fold, told, chosen, until)
        read += told
    notes = list(_notes(read, rows, len(names), apart=apart))
    return Cohort(
        patients=tuple(patients),
        sessions=tuple(rows),
        places=tuple(str(place.source.path) for place in places),
        notes=tuple(notes),
    )


def _take(fold: Fold, place: CohortPlace, lacking: set[str]) -> _Read:
    """All facts of a place; results are the cohort's own but for sessions that lack one."""
    mine = {(one.summary.home, one.summary.session) for one in place.sessions}
    patients = {one.summary.patient for one in place.sessions}
    unused = place.unused
    sites: set[str] = set()
    last_ns, heard = 0, False
    with place.source.reading() as reader:
        if isinstance(reader, ArchiveReader):
            for fact in _journal_facts(reader):
                body = fact.body
                patient = getattr(body, "patient", None)
                if fact.session is None:
                    if patient in unused:
                        continue
                    patients |= {body.patient} if isinstance(body, Enrolled) else set()
                elif (fact.origin.home, fact.session) not in mine:
                    continue
                heard |= isinstance(body, HomeHeard)
                sites |= {body.site} if hasattr(body, "site") else set()
                last_ns = max(last_ns, body.t_ns if hasattr(body, "t_ns") else 0)
                fold.take(fact)
        else:
            for one in place.sessions:
                home, session = one.summary.home, one.summary.session
                for number, event in enumerate(reader.events(session, home=home)):
                    origin = FactOrigin(own=False, home=home or "", position=number)
                    sites |= {event.site} if hasattr(event, "site") else set()
                    last_ns = max(last_ns, event.t_ns)
                    fold.take(Fact(origin, event, session))
        bare = [one for one in place.sessions if one.name in lacking]
        known = sum(_take_recorded(fold, reader, one) for one in bare)
    without = len(bare) - known
    return _Read(
        place, frozenset(patients), frozenset(sites), last_ns, heard, known, without_result=without
    )


def _take_recorded(fold: Fold, reader: AnyReader, one: CohortSession) -> bool:
    """The recorded result that counts of a session, for its day; whether there is one."""
    session, home = one.summary.session, one.summary.home
    counting = [
        result
        for result in reader.results(session, home=home)
        if isinstance(result, SessionResult) and not result.provisional
    ]
    for result in counting[-1:]:
        fold.take(Fact(FactOrigin(own=False, home=home or "", position=LAST), result, session))
    return bool(counting)


def _journal_facts(reader: ArchiveReader) -> Iterator[Fact]:
    after = 0
    while page := reader.told(after):
        after = page[-1].seq
        for arrival in page:
            try:
                fact = fact_of(arrival, reader.home)
            except DecodeError:
                continue
            if fact is not None and not isinstance(fact.body, SessionResult):
                yield fact


def _take_results(fold: Fold, rows: Sequence[AnalysedSession]) -> None:
    for row in rows:
        if row.result is not None:
            origin = FactOrigin(own=False, home=row.home or "", position=LAST)
            fold.take(Fact(origin, row.result, row.session))


def _patients(
    fold: Fold, read: Sequence[_Read], rows: Sequence[AnalysedSession], until: date | None
) -> Iterator[CohortPatient]:
    cut_ns = max((one.last_ns for one in read), default=0)
    if until is not None:
        # At the next noon the day is over in every time zone.
        noon = datetime(until.year, until.month, until.day, 12, tzinfo=UTC) + timedelta(days=1)
        cut_ns = round(noon.timestamp()) * 1_000_000_000
    for one in read:
        # Where nobody noted when homes were heard, the place's own end stands for it.
        for patient in () if one.heard else one.patients:
            t_ns = cut_ns if until is not None else one.last_ns
            origin = FactOrigin(own=True, home="", position=LAST)
            fold.take(Fact(origin, HomeHeard(patient=patient, t_ns=t_ns)))
    fold.look(cut_ns)
    of_person = defaultdict(list)
    for row in rows:
        of_person[row.patient].append(row)
    for figures in fold.all_figures():
        mine = of_person.get(figures.patient, [])
        last, ended = _follow_up(fold, figures)
        if until is not None and last > until:
            last, ended = until, "data end"
        yield CohortPatient(
            patient=figures.patient,
            sites=tuple(sorted({row.site for row in mine if row.site is not None})),
            days={day: judged for day, judged in figures.days.items() if day <= last},
            last_day=last,
            ended=ended,
            ranges=tuple(r for row in mine for r in _ranges(row) if r.day <= last),
        )


def _follow_up(fold: Fold, figures: PatientFigures) -> tuple[date, FollowUpEnd]:
    """The last day of which something is known, and why none after it is."""
    # Today is not over: it counts where something was done, and else is not missed yet.
    over = figures.today - timedelta(days=figures.today not in figures.days)
    ends: list[tuple[date, FollowUpEnd]] = [(over, "data end")]
    heard = figures.heard or min(figures.days, default=over)
    if heard < figures.today - timedelta(days=1):
        ends.append((heard, "home silent"))
    facts = fold.facts(figures.patient)
    if figures.state == "discharged" and facts is not None:
        zone = figures.plans[-1].day_of if figures.plans else _utc_day
        spans = facts.untreated(zone)
        ends += [(first, "discharged") for first, back in spans if back > figures.today]
    if figures.plans and plan_in_force(figures.plans, figures.today) is None:
        last = max((p.valid_to for p in figures.plans if p.valid_to is not None), default=None)
        ends += [] if last is None else [(last, "plan over")]
    return min(ends, key=lambda end: end[0])


def _utc_day(t_ns: int) -> date:
    return datetime.fromtimestamp(t_ns // 1_000_000_000, UTC).date()


def _ranges(row: AnalysedSession) -> Iterator[RangeSeen]:
    for item in () if row.result is None else row.result.items:
        rom = item.range_of_motion
        banded = rom is not None and rom.band_low_deg is not None and rom.band_high_deg is not None
        yield RangeSeen(
            day=date.fromisoformat(row.day),
            exercise=item.exercise,
            side=item.side,
            what="" if rom is None else rom.what,
            kind="assessment" if item.assessment else "exercise",
            deg=None if rom is None else rom.median_deg,
            half_width_deg=(
                ((rom.band_high_deg or 0) - (rom.band_low_deg or 0)) / 2 if rom and banded else None
            ),
        )


def _local_plan(places: Sequence[CohortPlace]) -> Callable[[str, int], Plan | None]:
    folders = [PlanFolder(place.source.plans) for place in places]

    def plan(patient: str, version: int) -> Plan | None:
        found = (folder.version(patient, version) for folder in folders)
        return next((one for one in found if one is not None), None)

    return plan


def _notes(
    read: Sequence[_Read], rows: Sequence[AnalysedSession], sessions: int, *, apart: bool
) -> Iterator[str]:
    if len(rows) < sessions:
        yield f"{sessions - len(rows)} sessions are not analysed yet: run `cohort analyse` again"
    if recorded := sum(one.as_recorded for one in read):
        yield (
            f"{recorded} sessions were not analysed: their days count by the results recorded with "
            "them, their ranges are left out"
        )
    if without := sum(one.without_result for one in read):
        yield (
            f"{without} sessions have no result: their days are unknown, so that adherence may "
            "come out too low and drop-out too early"
        )
    if restricted := len({patient for one in read for patient in one.place.unused}):
        yield f"{restricted} persons restrict the use, or agree to no research: left out"
    unheard = {patient for one in read if not one.heard for patient in one.patients}
    if unheard:
        yield (
            f"{len(unheard)} persons come from places without a clinic's own records: there a "
            "home that fell silent looks like a person who stopped"
        )
    where: dict[str, list[_Read]] = defaultdict(list)
    for one in read:
        for patient in one.patients:
            where[patient].append(one)
    shared = [p for p, ones in where.items() if len({one.sites for one in ones}) > 1]
    if shared and not apart:
        yield (
            f"{len(shared)} pseudonyms come from several places with other sites, such as "
            f"{min(shared)}: each is counted as one person; --apart if they are not"
        )
