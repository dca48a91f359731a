"""One session of a cohort through the core: a function of its own, to be run in any process.

Whatever goes wrong with a session is its row's fault, never the cohort's end.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics import offline
from analytics.core import CORE_VERSION
from analytics.exercise.observing import observe_by
from research.cohorts.analysed_session import AnalysedSession, InputHash
from ripresa.session.parts import streams_of
from ripresa.session.reanalysis import absent_samples, covered, plan_of_session, spanned
from telemetry.errors import RipresaError, StoreError
from telemetry.messages.events import SessionOpened
from telemetry.messages.results import SessionResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamGap, StreamItem
    from telemetry.seams import SessionReader

    from .cohort_places import CohortSession

__all__ = ["AnalysisJob", "analysed", "analysed_from", "analysis_fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisJob:
    """What a process is told of one session.

    Attributes:
        session: which, and where.
        known_hash: of its input when this core analysed it last; None: it did not.
        recorded: take the recorded result where the motion is not kept any more.
        mark: a file that is there while it is analysed, so that who ended a process is known;
            None: whoever runs it knows.
    """

    session: CohortSession
    known_hash: str | None = None
    recorded: bool = False
    mark: Path | None = None


def analysed(job: AnalysisJob) -> AnalysedSession | None:
    """A session's row; None where its input is as it was when it was analysed last."""
    with nullcontext() if job.mark is None else _marked(job.mark):
        try:
            with job.session.source.reading() as reader:
                return analysed_from(reader, job)
        except RipresaError as e:
            return analysis_fault(job, str(e))
        except MemoryError:
            return analysis_fault(job, "its analysis needs more memory than there is")
        except Exception as e:  # noqa: BLE001 - one session's fault must not end the others
            return analysis_fault(job, f"a fault of Ripresa's own ({type(e).__name__}: {e})")


def analysed_from(reader: SessionReader, job: AnalysisJob) -> AnalysedSession | None:
    """As `analysed`, from an open reader.

    Raises:
        RipresaError: it cannot be analysed; says why.
    """
    summary, plans = job.session.summary, job.session.source.plans
    events = reader.events(summary.session, home=summary.home)
    plan = plan_of_session(summary.session, events, plans)
    try:
        if job.known_hash is not None and job.known_hash == _hash_of(reader, job, events):
            return None
        watch = InputHash(events, plan)
        spans = spanned(events)
        stored: dict[str, list[StreamGap]] = {stream: [] for stream in spans}
        streams = (
            _noting(
                watch.watching(reader.stream_items(stream, home=summary.home)),
                stored.setdefault(stream, []),
                spans.get(stream, (0, 0)),
            )
            for stream in streams_of(events)
        )
        result = offline.run(
            summary.session, events, streams, observe_by(plan), plan_version=plan.version
        )
        absent = sum(absent_samples(s, stored[s], *spans[s]) for s in spans)
        if absent:
            raise StoreError(  # noqa: TRY301 - handled as what a store raises
                f"{absent} samples that it recorded are not kept here any more: bring the archive "
                "back, or take recorded results where they are missing (--recorded)"
            )
    except StoreError:
        row = _as_recorded(reader, job, events) if job.recorded else None
        if row is None:
            raise
        return row
    return _row(job, events, result, watch.hexdigest())


def analysis_fault(job: AnalysisJob, why: str) -> AnalysedSession:
    """The row of a session that could not be analysed; nothing is read for it."""
    summary = job.session.summary
    return AnalysedSession(
        session=summary.session,
        home=summary.home,
        patient=summary.patient,
        site=None,
        day=summary.day,
        core_version=CORE_VERSION,
        input_hash=None,
        result=None,
        fault=why,
    )


def _hash_of(reader: SessionReader, job: AnalysisJob, events: Sequence[SessionEvent]) -> str:
    """The input's hash by reading alone, which costs a small part of an analysis."""
    summary = job.session.summary
    watch = InputHash(events, plan_of_session(summary.session, events, job.session.source.plans))
    for stream in streams_of(events):
        for _ in watch.watching(reader.stream_items(stream, home=summary.home)):
            pass
    return watch.hexdigest()


def _noting(
    items: Iterable[StreamItem], stored: list[StreamGap], span: tuple[int, int]
) -> Iterator[StreamItem]:
    """The same items; what of the span they cover is noted, to be added up afterwards."""
    for item in items:
        stored += covered([item], *span)
        yield item


def _as_recorded(
    reader: SessionReader, job: AnalysisJob, events: Sequence[SessionEvent]
) -> AnalysedSession | None:
    """The recorded result that counts; None where there is none."""
    summary = job.session.summary
    counting = [
        r
        for r in reader.results(summary.session, home=summary.home)
        if isinstance(r, SessionResult) and not r.provisional
    ]
    if not counting:
        return None
    plan = plan_of_session(summary.session, events, job.session.source.plans)
    row = _row(job, events, counting[-1], InputHash(events, plan).hexdigest())
    return row.model_copy(update={"source": "recorded", "core_version": counting[-1].core_version})


def _row(
    job: AnalysisJob, events: Sequence[SessionEvent], result: SessionResult, input_hash: str
) -> AnalysedSession:
    summary = job.session.summary
    return AnalysedSession(
        session=summary.session,
        home=summary.home,
        patient=summary.patient,
        site=_site(events),
        day=summary.day,
        core_version=result.core_version,
        input_hash=input_hash,
        result=result,
    )


def _site(events: Sequence[SessionEvent]) -> str | None:
    return next((e.site for e in events if isinstance(e, SessionOpened)), None)


class _marked:  # noqa: N801 - reads as what it does
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()

    def __exit__(self, *exc: object) -> None:
        self.path.unlink(missing_ok=True)
