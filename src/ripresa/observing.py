"""Between the plan's words and the core's numbers: how an exercise item is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.observation import (
    SEGMENT_AXES,
    Observation,
    Phase,
    PhaseLimits,
    count_only,
)
from therapy.observable import Quantity, Unobservable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.observation import Observe
    from telemetry.events import AssessmentStarted, ExerciseStarted
    from telemetry.motion import StreamOpened
    from therapy.dose import Phase as PlannedPhase
    from therapy.plan import Plan, PlanItem

__all__ = ["observe_by"]


def observe_by(plan: Plan) -> Observe:
    """How the items of one plan are seen, by the therapy's table of observables.

    A quantity that the core does not compute on its live path is counted only, and says so.
    """

    def observe(
        started: ExerciseStarted | AssessmentStarted, opened: Mapping[str, StreamOpened]
    ) -> Observation | None:
        if not opened:
            return None
        item = plan.item(started.item)
        streams = {o.placement: stream for stream, o in sorted(opened.items())}
        seen = item.sees(tuple(streams))
        if isinstance(seen, Unobservable):
            return count_only(_nearest(item, streams), seen.reason.en)
        placement = seen.placements[0]
        axis = SEGMENT_AXES.get(placement)
        if seen.quantity is not Quantity.ELEVATION or axis is None:
            reason = f"{seen.what.en}: not computed for {placement}, counted only"
            return count_only(streams[placement], reason)
        return Observation(
            stream=streams[placement],
            axis=axis,
            what=seen.what.en,
            limit_deg=item.limit_deg,
            phases=_phases(item),
        )

    return observe


def _nearest(item: PlanItem, streams: Mapping[str, str]) -> str:
    """The stream that counts: at the exercise's best site that is worn, on its side."""
    for site in (*item.known.sites, *item.known.second_sites):
        for placement in (f"{site}-{item.side}", site):
            if placement in streams:
                return streams[placement]
    return next(iter(streams.values()))


def _phases(item: PlanItem) -> PhaseLimits:
    tempo = item.paced
    return PhaseLimits(_bounds(tempo.up), _bounds(tempo.hold), _bounds(tempo.down))


def _bounds(planned: PlannedPhase) -> Phase:
    return Phase(planned.min_s, planned.max_s)
