"""A cohort's report: four figures, each with what it was made of and by what."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .adherence_curve import DRAWS, adherence_curve
from .drop_out import GAP_DAYS, drop_outs, followed
from .range_change import LEAST_PATIENTS, range_slope
from .range_course import range_courses

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .adherence_curve import AdherenceWeek
    from .analysed_session import AnalysedSession
    from .cohort_patient import CohortPatient
    from .drop_out import DropOuts
    from .range_change import RangeSlope
    from .range_course import RangeCourse

__all__ = ["Cohort", "CohortReport", "ReportWish", "cohort_report", "report_json"]


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What can be chosen of a report.

    Attributes:
        gap_days: without therapy, from which on somebody has dropped out.
        seed: of the bootstrap.
    """

    gap_days: int = GAP_DAYS
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Everybody, and the sessions that the figures rest on.

    Attributes:
        patients: each person once.
        sessions: analysed, those with a fault included.
        places: where they were read, by their names.
        notes: what a reader must know of how it came together.
    """

    patients: tuple[CohortPatient, ...]
    sessions: tuple[AnalysedSession, ...]
    places: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortReport:
    """The four figures, and the head and provenance that stand beside them."""

    head: dict[str, Any]
    adherence: tuple[AdherenceWeek, ...]
    ranges: tuple[RangeCourse, ...]
    drop_out: DropOuts
    silent_as_drop_out: DropOuts
    change: tuple[RangeSlope, ...]
    provenance: dict[str, dict[str, Any]]


def cohort_report(cohort: Cohort, wish: ReportWish | None = None) -> CohortReport:
    """All figures of a cohort; the same cohort and wish give the same report."""
    wish = wish or ReportWish()
    people = cohort.patients
    courses = range_courses(people, seed=wish.seed)
    lost = followed(people, gap_days=wish.gap_days, silent_drop_out=True)
    days = {"days_hash": _days_hash(people)}
    drawn = {"bootstrap_draws": DRAWS, "seed": wish.seed}
    return CohortReport(
        head=_head(cohort),
        adherence=tuple(adherence_curve(people, seed=wish.seed)),
        ranges=tuple(courses),
        drop_out=drop_outs(followed(people, gap_days=wish.gap_days)),
        silent_as_drop_out=drop_outs(lost),
        change=tuple(range_slope(course) for course in courses),
        provenance={
            "adherence": _provenance(cohort, {"week_from": "first asked day"} | drawn) | days,
            "range": _provenance(cohort, {"of_a_week": "median, sides apart"} | drawn),
            "drop_out": _provenance(cohort, {"gap_days": wish.gap_days}, "statsmodels") | days,
            "change": _provenance(
                cohort,
                {"model": "deg ~ week, MixedLM, REML", "least_patients": LEAST_PATIENTS},
                "statsmodels",
            ),
        },
    )


def report_json(report: CohortReport) -> str:
    """The report as JSON; a limb's weeks, which only models need, are left out."""
    ranges = [
        {name: value for name, value in asdict(course).items() if name != "limbs"}
        for course in report.ranges
    ]
    body = {
        **report.head,
        "figures": {
            "adherence": {
                "provenance": report.provenance["adherence"],
                "weeks": [asdict(week) for week in report.adherence],
            },
            "range": {"provenance": report.provenance["range"], "courses": ranges},
            "drop_out": {
                "provenance": report.provenance["drop_out"],
                **asdict(report.drop_out),
                "silent_as_drop_out": asdict(report.silent_as_drop_out),
            },
            "change": {
                "provenance": report.provenance["change"],
                "models": [asdict(slope) for slope in report.change],
            },
        },
        "note": "Research software, not a medical device.",
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _head(cohort: Cohort) -> dict[str, Any]:
    sites = sorted({site for patient in cohort.patients for site in patient.sites})
    faults = [s for s in cohort.sessions if s.fault is not None]
    return {
        "patients": len(cohort.patients),
        "sites": sites,
        "places": list(cohort.places),
        "sessions": len(cohort.sessions),
        "analysed": sum(s.fault is None and s.source == "analysed" for s in cohort.sessions),
        "as_recorded": sum(s.fault is None and s.source == "recorded" for s in cohort.sessions),
        "faults": [{"session": s.session, "home": s.home, "why": s.fault} for s in faults],
        "notes": [*cohort.notes, *_of_several_cores(cohort)],
    }


def _of_several_cores(cohort: Cohort) -> list[str]:
    """A note where results are of several core versions, whose figures may differ by that alone."""
    used = Counter(s.core_version for s in cohort.sessions if s.result is not None)
    if len(used) < 2:
        return []
    told = ", ".join(f"{version} ({n} sessions)" for version, n in sorted(used.items()))
    note = f"results are of core versions {told}: a change between them may be the core's; "
    return [note + "analyse again where the motion is kept"]


def _provenance(
    cohort: Cohort, parameters: dict[str, Any], library: str | None = None
) -> dict[str, Any]:
    used = [s for s in cohort.sessions if s.result is not None]
    made_by = {name: _version(name) for name in ("ripresa", *([library] if library else []))}
    return {
        "core_versions": dict(sorted(Counter(s.core_version for s in used).items())),
        "made_by": made_by,
        "parameters": parameters,
        "sessions": len(used),
        "input_hash": _hash(sorted(str(s.input_hash) for s in used)),
    }


def _days_hash(patients: Sequence[CohortPatient]) -> str:
    """Of what every day was judged to be: that rests on plans and the clinic's records as well."""
    lines = [
        f"{patient.patient} {day} {judged.state} {judged.dose}"
        for patient in patients
        for day, judged in sorted(patient.days.items())
    ]
    return _hash(lines)


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
