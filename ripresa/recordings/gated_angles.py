"""Which of the angles that were told live stand after the session's close.

Live angles are provisional: whether the sensors lay on one joint, lived, and agreed is judged over
the whole item. So an item whose closing result has no angle has none in a table or an export
either, whatever was shown while it went on.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
)
from telemetry.messages.motion import MotionBatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telemetry.messages.results import ItemResult, SessionResult


__all__ = ["ItemSpan", "item_spans", "taken_back"]

_Start: TypeAlias = ExerciseStarted | AssessmentStarted
_End: TypeAlias = ExerciseEnded | AssessmentEnded
_Bound: TypeAlias = _Start | _End


@dataclass(frozen=True, slots=True)
class ItemSpan:
    """When an item's samples were taken: host time of the first and of the last, nanoseconds.

    `to_ns` is infinite where it never ended.
    """

    item: str
    assessment: bool
    from_ns: float
    to_ns: float

    def holds(self, t_ns: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_ns <= t_ns <= self.to_ns


def item_spans(happenings: Iterable[tuple[float, object]]) -> list[ItemSpan]:
    """The spans of a session's items, in the order in which they began.

    Args:
        happenings: of a timeline.
    """
    bounds: list[_Bound] = []
    batches: dict[str, list[MotionBatch]] = defaultdict(list)
    for _, what in happenings:
        if isinstance(what, MotionBatch):
            batches[what.stream].append(what)
        elif isinstance(what, _Bound):
            bounds.append(what)
    return [
        _span(event, _end_of(event, bounds[number:]), batches)
        for number, event in enumerate(bounds)
        if isinstance(event, _Start)
    ]


def _end_of(start: _Start, later: Iterable[_Bound]) -> _End | None:
    ends = AssessmentEnded if isinstance(start, AssessmentStarted) else ExerciseEnded
    return next((e for e in later if isinstance(e, ends) and e.item == start.item), None)


def _span(
    start: _Start, end: _End | None, batches: Mapping[str, Sequence[MotionBatch]]
) -> ItemSpan:
    begins = [_taken_ns(batches.get(s, ()), i) for s, i in start.spans.items()]
    ends = [_taken_ns(batches.get(s, ()), i - 1) for s, i in (end.spans if end else {}).items()]
    return ItemSpan(
        item=start.item,
        assessment=isinstance(start, AssessmentStarted),
        from_ns=min((at for at in begins if at is not None), default=-math.inf),
        to_ns=max((at for at in ends if at is not None), default=math.inf),
    )


def taken_back(
    spans: Sequence[ItemSpan], results: Iterable[SessionResult | None]
) -> list[tuple[ItemSpan, str]]:
    """The spans whose angles a result does not let stand, each with the reason.

    Args:
        spans: of a session's items.
        results: of its close; any of them may refuse.
    """
    found: dict[ItemSpan, str] = {}
    for result in results:
        rows: dict[tuple[str, bool], list[ItemResult]] = defaultdict(list)
        for row in () if result is None else result.items:
            rows[row.item, row.assessment].append(row)
        for key in rows:
            found |= dict(_refused(spans, key, rows))
    return list(found.items())


def _refused(
    spans: Sequence[ItemSpan],
    key: tuple[str, bool],
    rows: Mapping[tuple[str, bool], Sequence[ItemResult]],
) -> Iterable[tuple[ItemSpan, str]]:
    mine = [span for span in spans if (span.item, span.assessment) == key]
    reasons = [row.not_observable for row in rows[key]]
    if len(reasons) != len(mine):
        # What was seen by no stream has no row, so nobody knows which of them a reason is of.
        first = next((why for why in reasons if why is not None), None)
        reasons = [first] * len(mine)
    return [(span, why) for span, why in zip(mine, reasons, strict=True) if why is not None]


def _taken_ns(batches: Sequence[MotionBatch], index: int) -> int | None:
    """When sample `index` was taken, or else the next one that is there, or the last."""
    for batch in batches:
        if batch.next_index > index:
            return int(batch.t_ns[max(0, index - batch.first_index)])
    return int(batches[-1].t_ns[-1]) if batches else None
