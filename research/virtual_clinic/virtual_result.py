"""The results of a virtual session: the core's own of its raw motion, or the same from its truth.

Running the core over every session of a clinic would take minutes, so most sessions record no raw
motion, and their results are written down from the repetitions that were done, with the bands that
the core gives a sensor worn as it is marked. Both are of one truth: a test holds what is written
down to what the core finds.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics import offline
from analytics.exercise.observing import observe_by
from analytics.exercise.uncertainty import (
    MARKED_ASKEW_DEG,
    segment_peak_band,
    segment_range_band,
)
from analytics.movement.askewness import askewness_of_rise
from analytics.observability.doubt import REASONS, DoubtKind
from telemetry.messages.results import (
    ActivePeak,
    Conditioning,
    DoubtNote,
    ItemResult,
    RangeOfMotion,
    Repetition,
    SessionResult,
)
from therapy.exercises.observable import Unobservable, observable_of

from .virtual_movement import RATE_HZ, REST_DEG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.exercise.uncertainty import RangeBand
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

    from .virtual_movement import Stroke

__all__ = [
    "CORE_OF_TRUTH",
    "item_of_truth",
    "lost_item",
    "result_of_motion",
    "result_of_truth",
]

CORE_OF_TRUTH: Final = "simulated"
"""The core version of a result that no core has computed."""
FASTEST_OF_MEAN: Final = 1.875
"""Of a minimum-jerk stroke (Flash and Hogan 1985)."""
ALIKE: Final = 0.97


def result_of_motion(
    session: str, events: Sequence[SessionEvent], stream: Sequence[StreamItem], plan: Plan
) -> SessionResult:
    """What the core finds in a session's raw motion."""
    return offline.run(session, events, [stream], observe_by(plan), plan_version=plan.version)


def result_of_truth(session: str, items: Sequence[ItemResult], plan: Plan) -> SessionResult:
    """The same of a session without raw motion."""
    return SessionResult(
        session=session,
        core_version=CORE_OF_TRUTH,
        plan_version=plan.version,
        provisional=False,
        items=tuple(items),
    )


def item_of_truth(
    item: PlanItem,
    stream: str,
    placement: str,
    strokes: Sequence[Stroke],
    span: tuple[int, int],
    *,
    assessment: bool = False,
) -> ItemResult:
    """An item's result, from the repetitions that were done in it.

    Args:
        item: of the plan.
        stream: that saw it.
        placement: where its sensor was worn.
        strokes: the repetitions, in order.
        span: the item's first sample, and that after its last.
        assessment: they were untargeted.
    """
    found = tuple(_repetition(n, s, item, span[0]) for n, s in enumerate(strokes, 1))
    moving = found[-1].end_s - found[0].start_s if found else None
    return ItemResult(
        item=item.id,
        exercise=item.exercise,
        side=item.side,
        stream=stream,
        rate_hz=RATE_HZ,
        assessment=assessment,
        repetitions=found,
        range_of_motion=_range(item, placement, strokes) if found else None,
        active_peak=_peak(item, placement, strokes) if found else None,
        count_low=len(found),
        count_high=len(found),
        alike=ALIKE if len(found) > 2 else None,
        moving_s=None if moving is None else round(moving, 4),
        donning_sigma_deg=MARKED_ASKEW_DEG,
        conditioning=Conditioning(samples=span[1] - span[0]),
    )


def lost_item(item: PlanItem, stream: str) -> ItemResult:
    """The same of an item of which the sensor was lost before it began."""
    why = REASONS[DoubtKind.NOTHING]
    return ItemResult(
        item=item.id,
        exercise=item.exercise,
        side=item.side,
        stream=stream,
        rate_hz=RATE_HZ,
        repetitions=(),
        range_of_motion=None,
        not_observable=why.en,
        doubts=(DoubtNote(kind=DoubtKind.NOTHING, it=why.it, en=why.en),),
        judged=False,
    )


def _repetition(number: int, stroke: Stroke, item: PlanItem, first: int) -> Repetition:
    band = _band(stroke.rise_deg, stroke.peak_deg)
    half = segment_peak_band()
    phases = stroke.up_s, stroke.hold_s, stroke.down_s
    return Repetition(
        number=number,
        start_index=stroke.begin,
        peak_index=stroke.top,
        end_index=stroke.end,
        start_s=round((stroke.begin - first) / RATE_HZ, 4),
        end_s=round((stroke.end - first) / RATE_HZ, 4),
        range_deg=round(stroke.rise_deg, 2),
        range_low_deg=round(band.low_deg, 2),
        range_high_deg=round(band.high_deg, 2),
        peak_deg=round(stroke.peak_deg, 2),
        peak_low_deg=round(stroke.peak_deg - half, 2),
        peak_high_deg=round(stroke.peak_deg + half, 2),
        start_deg=REST_DEG,
        up_s=stroke.up_s,
        hold_s=stroke.hold_s,
        down_s=stroke.down_s,
        peak_velocity_deg_s=round(FASTEST_OF_MEAN * stroke.rise_deg / min(phases[0], phases[2]), 2),
        flags=tuple(item.paced.flags(*phases)),
    )


def _band(rise_deg: float, peak_deg: float) -> RangeBand:
    askew = askewness_of_rise(REST_DEG, float(round(peak_deg)), MARKED_ASKEW_DEG)
    return segment_range_band(rise_deg, askew=askew)


def _range(item: PlanItem, placement: str, strokes: Sequence[Stroke]) -> RangeOfMotion:
    rises = [stroke.rise_deg for stroke in strokes]
    p10, median, p90 = (float(v) for v in np.percentile(rises, (10, 50, 90)))
    top = statistics.median(stroke.peak_deg for stroke in strokes)
    band = _band(median, top)
    return RangeOfMotion(
        what=_what(item, placement),
        median_deg=round(median, 2),
        p10_deg=round(p10, 2),
        p90_deg=round(p90, 2),
        band_low_deg=round(band.low_deg, 2),
        band_high_deg=round(band.high_deg, 2),
    )


def _peak(item: PlanItem, placement: str, strokes: Sequence[Stroke]) -> ActivePeak:
    peak = statistics.median(stroke.peak_deg for stroke in strokes)
    half = segment_peak_band()
    return ActivePeak(
        what=_what(item, placement),
        peak_deg=round(peak, 2),
        start_deg=REST_DEG,
        band_low_deg=round(peak - half, 2),
        band_high_deg=round(peak + half, 2),
    )


def _what(item: PlanItem, placement: str) -> str:
    seen = observable_of(item.exercise, item.in_posture, (placement,), gyroscopes=True)
    return seen.reason.en if isinstance(seen, Unobservable) else seen.what.en
