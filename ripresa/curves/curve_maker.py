"""Works out the angle of a recorded session, as the core saw it, for every item that tells a range.

Steps:

1. The core runs over the session's recorded streams as it did while it was played, and says the
   angle of each sample where an angle may be told.
2. Items of which the result tells no range are left out: what did not pass the gate is not drawn.
3. Each item and assessment is cut out between the sample indices that its events name, its seconds
   counted from its first sample, and thinned to the lowest and highest of each step.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.core import Core
from analytics.exercise.observing import observe_by
from dashboards.curves.session_curve import ItemCurve, SessionCurve, item_curve
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
    SessionOpened,
)
from telemetry.messages.live import ControlBatch
from telemetry.messages.results import SessionResult, results_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ingest.influx.record_context import RecordContext
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import ItemResult
    from therapy.plan.plan import Plan

__all__ = ["MOST_STEPS", "STEPS", "CurveMaker", "recorded_batches"]

NS_PER_S: Final = 1_000_000_000
STEPS: Final = 600
"""Of one item: about the pixels that a page gives it."""
MOST_STEPS: Final = 2400
"""Of a whole session, so that its page stays small."""
LEAST_STEPS: Final = 60


class CurveMaker:
    """Makes curves from recorded streams.

    Args:
        context: a session's events, results and streams, of the archive too.
        plan: a version of a patient's plan; None where it is not at hand: no curve then.
    """

    def __init__(self, context: RecordContext, plan: Callable[[str, int], Plan | None]) -> None:
        self._context = context
        self._plan = plan

    def counting(self, session: str, home: str) -> SessionResult | None:
        """The result of a session that counts; None before there is one."""
        results = self._context.results(session, home)
        counted = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
        return counted[-1] if counted else None

    def curve(self, session: str, home: str) -> SessionCurve:
        """The session's curve, or why there is none.

        Raises:
            StoreBusy, StoreError: journal or archive cannot be read.
        """
        result = self.counting(session, home)
        if result is None:
            return SessionCurve(of="", state="no result")
        of = results_hash(result)
        events = self._context.events(session, home)
        opened = next((e for e in events if isinstance(e, SessionOpened)), None)
        plan = None if opened is None else self._plan(opened.patient, result.plan_version)
        if plan is None:
            return SessionCurve(of=of, state="no plan")
        # An item and its assessment are one curve: where either is withheld, all of it is.
        withheld = {i.item for i in result.items if i.range_of_motion is None}
        told = [i for i in result.items if i.item not in withheld]
        spans = {key: span for i in told if (span := self._span(key := _key(i), i, events, home))}
        samples = self._samples(session, home, plan, events, set(spans))
        steps = max(LEAST_STEPS, min(STEPS, MOST_STEPS // max(1, len(spans))))
        found = self._cut(spans, samples, steps)
        # An item of which no sample is left has no curve, and is not drawn as one that was still.
        there = tuple(c for c in found if any(v is not None for v in c.low_deg))
        state = "there" if there or not told else "no motion"
        return SessionCurve(of=of, state=state, items=there)

    def _span(
        self, key: tuple[str, bool], item: ItemResult, events: Sequence[SessionEvent], home: str
    ) -> tuple[int, int] | None:
        """Host times of an item's first sample and of the one after its last."""
        begins, ends = (
            (AssessmentStarted, AssessmentEnded) if key[1] else (ExerciseStarted, ExerciseEnded)
        )
        first = [e for e in events if isinstance(e, begins) and e.item == item.item]
        last = [e for e in events if isinstance(e, ends) and e.item == item.item]
        if not first or not last:
            return None
        indices = (first[-1].spans.get(item.stream), last[-1].spans.get(item.stream))
        if indices[0] is None or indices[1] is None:
            return None
        start_ns = self._context.sample_ns(item.stream, home, indices[0])
        stop_ns = self._context.sample_ns(item.stream, home, max(indices[0], indices[1] - 1))
        if start_ns is None:
            return None
        seconds = (indices[1] - indices[0]) / item.rate_hz
        return start_ns, stop_ns or start_ns + round(seconds * NS_PER_S)

    def _samples(
        self,
        session: str,
        home: str,
        plan: Plan,
        events: Sequence[SessionEvent],
        keys: set[tuple[str, bool]],
    ) -> dict[str, tuple[list[np.ndarray], list[np.ndarray]]]:
        wanted = {item for item, _ in keys}
        found: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = defaultdict(lambda: ([], []))
        if not wanted:
            return found
        for batch in recorded_batches(self._context, session, home, plan, events):
            if batch.item in wanted:
                times, angles = found[batch.item or ""]
                times.append(batch.t0_ns + np.asarray(batch.dt_us, np.int64) * 1000)
                angles.append(
                    np.full(len(batch.dt_us), np.nan)
                    if batch.angle_deg is None
                    else np.asarray(batch.angle_deg, np.float64)
                )
        return found

    @staticmethod
    def _cut(
        spans: dict[tuple[str, bool], tuple[int, int]],
        samples: dict[str, tuple[list[np.ndarray], list[np.ndarray]]],
        steps: int,
    ) -> Iterator[ItemCurve]:
        for key, (start_ns, stop_ns) in spans.items():
            times, angles = samples.get(key[0], ([], []))
            if not times or stop_ns <= start_ns:
                continue
            t_ns, angle = np.concatenate(times), np.concatenate(angles)
            if not key[1]:
                # Its assessment has a curve of its own.
                inner = spans.get((key[0], True))
                if inner is not None:
                    angle = np.where((t_ns >= inner[0]) & (t_ns <= inner[1]), np.nan, angle)
            t_s = (t_ns - start_ns) / NS_PER_S
            yield item_curve(key, t_s, angle, seconds=(stop_ns - start_ns) / NS_PER_S, steps=steps)


def recorded_batches(
    context: RecordContext,
    session: str,
    home: str,
    plan: Plan,
    events: Sequence[SessionEvent],
) -> Iterator[ControlBatch]:
    """The movement as the core shows it, from the recorded streams."""
    core = Core(session, observe_by(plan))
    for event in events:
        core.take_event(event)
    for stream in context.streams(session, home):
        for item in context.stream_items(stream, home):
            for message in core.take(item):
                if isinstance(message, ControlBatch):
                    yield message


def _key(item: ItemResult) -> tuple[str, bool]:
    return item.item, item.assessment
