"""Where a cohort's sessions are analysed: in this process, over this machine's, on a cluster.

Where this process may be forked, another one costs little. Elsewhere (other systems, a notebook's
threads) `joblib` starts them anew, each for a second of CPU, so that a few short sessions start
few: one for each `WORTH_S` of estimated work, and two at least, since a second keeps a session that
ends its process from ending the run.

A process that dies takes its session with it and no other: on one machine the sessions that were at
work are tried again one by one, each in a process of its own; Dask gives up a task that has ended
several workers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import ConfigurationError, TransportError

from .forked_pool import may_fork, over_forks
from .session_analysis import analysed, analysis_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from research.cohorts.analysed_session import AnalysedSession

    from .session_analysis import AnalysisJob

__all__ = ["over_cluster", "over_processes", "worthwhile"]

DIED: Final = "its analysis ended the process it ran in: too little memory, or a fault of a library"
CONNECT_S: Final = 10
CPU_SHARE: Final = 5e-4
"""CPU time of a session of six sensors by its length; fewer sensors cost less."""
WORTH_S: Final = 11.0
"""Of work, for which a process's own second is less than a tenth."""
UNKNOWN_S: Final = 1800.0


def over_processes(
    jobs: Sequence[AnalysisJob], workers: int
) -> Iterator[tuple[AnalysisJob, AnalysedSession | None]]:
    """Analyse over the processes of one machine; gives rows as they come.

    Args:
        jobs: each with a mark.
        workers: how many at once; one works in this process.
    """
    # Who was at work when a run ended without a word may be why it did: alone, and last.
    suspects = [job for job in jobs if job.mark is not None and job.mark.exists()]
    waiting = {id(job): job for job in jobs if job not in suspects}
    while waiting:
        for done in _batch(list(waiting.values()), workers):
            if done is None:
                at_work = [j for j in waiting.values() if j.mark is not None and j.mark.exists()]
                suspects += at_work or list(waiting.values())[:1]
                waiting = {key: j for key, j in waiting.items() if j not in suspects}
                break
            job, row = done
            # What came back was pickled: the place tells which it was.
            del waiting[id(job)]
            yield job, row
        else:
            break
    for job in suspects:
        (done,) = _batch([job], 2, least=2)
        if done is None and job.mark is not None:
            job.mark.unlink(missing_ok=True)
        yield done or (job, analysis_fault(job, DIED))


def _batch(
    jobs: Sequence[AnalysisJob], workers: int, *, least: int = 1
) -> Iterator[tuple[AnalysisJob, AnalysedSession | None] | None]:
    """Rows as they come; None, and no more, where a process died."""
    count = max(least, min(workers, len(jobs)))
    if count == 1:
        return ((job, analysed(job)) for job in jobs)
    if may_fork():
        return over_forks(analysed, jobs, count)
    return _started_anew(jobs, max(least, worthwhile(jobs, workers)))


def _started_anew(
    jobs: Sequence[AnalysisJob], count: int
) -> Iterator[tuple[AnalysisJob, AnalysedSession | None] | None]:
    from joblib import Parallel, delayed  # noqa: PLC0415 - of an extra
    from joblib.externals.loky.process_executor import TerminatedWorkerError  # noqa: PLC0415

    pool = Parallel(n_jobs=count, batch_size=1, return_as="generator_unordered")
    try:
        for place, row in pool(delayed(_numbered)(i, job) for i, job in enumerate(jobs)):
            yield jobs[place], row
    except TerminatedWorkerError:
        yield None


def _numbered(place: int, job: AnalysisJob) -> tuple[int, AnalysedSession | None]:
    return place, analysed(job)


def worthwhile(jobs: Sequence[AnalysisJob], workers: int) -> int:
    """How many processes the work is worth, of so many."""
    lasted = sum(
        UNKNOWN_S if s.closed_ns is None else (s.closed_ns - s.opened_ns) / 1e9
        for s in (job.session.summary for job in jobs)
    )
    worth = math.ceil(lasted * CPU_SHARE / WORTH_S)
    return max(1, min(workers, len(jobs), max(2, worth)))


def over_cluster(
    jobs: Sequence[AnalysisJob], scheduler: str
) -> Iterator[tuple[AnalysisJob, AnalysedSession | None]]:
    """Analyse on a Dask cluster, whose workers see the same folders by the same names.

    Args:
        jobs: the sessions.
        scheduler: its address, such as `tcp://10.0.0.5:8786`.

    Raises:
        ConfigurationError: Dask's `distributed` is not installed.
        TransportError: no scheduler there, or it has no workers.
    """
    try:
        from distributed import Client, as_completed  # noqa: PLC0415 - of an extra
    except ModuleNotFoundError as e:
        raise ConfigurationError(
            "a cluster needs Dask's `distributed`, which is not installed: "
            "pip install 'ripresa[cluster]'; without --scheduler this machine's processes are used"
        ) from e
    try:
        client = Client(scheduler, timeout=CONNECT_S)
    except (OSError, ValueError) as e:
        raise TransportError(f"no Dask scheduler at {scheduler}: {e}") from e
    with client:
        if not client.scheduler_info()["workers"]:
            raise TransportError(f"the Dask scheduler at {scheduler} has no workers: start some")
        futures: dict[Any, AnalysisJob] = {
            client.submit(analysed, job, pure=False, key=f"ripresa-{job.session.name}"): job
            for job in jobs
        }
        for future in as_completed(list(futures)):
            job = futures[future]
            error = future.exception()
            yield job, future.result() if error is None else _lost(job, error)


def _lost(job: AnalysisJob, error: BaseException) -> AnalysedSession:
    why = DIED if type(error).__name__ == "KilledWorker" else f"lost on the cluster ({error})"
    return analysis_fault(job, why)
