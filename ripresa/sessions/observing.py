"""Between the plan's words and the core's numbers: how an exercise item is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.exercise.observation import Observation, Phase, PhaseLimits
from analytics.exercise.seeing import observation_of
from therapy.exercises.observable import observable_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.calibration.segments import KnownSegments
    from analytics.exercise.observation import Observe
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted
    from telemetry.messages.motion import StreamOpened
    from therapy.exercises.dose import Phase as PlannedPhase
    from therapy.plan.plan import Plan, PlanItem

__all__ = ["observe_by"]


def observe_by(plan: Plan) -> Observe:
    """How the items of one plan are seen, by the therapy's table of observables."""

    def observe(
        started: ExerciseStarted | AssessmentStarted,
        opened: Mapping[str, StreamOpened],
        known: KnownSegments,
    ) -> Observation | None:
        if not opened:
            return None
        item = plan.item(started.item)
        streams = {o.placement: stream for stream, o in sorted(opened.items())}
        seen = observable_of(
            item.exercise,
            item.in_posture,
            streams,
            gyroscopes=all(o.gyroscope for o in opened.values()),
        )
        return observation_of(
            seen,
            streams,
            fallback=_nearest(item, streams),
            posture=item.in_posture,
            limit_deg=item.limit_deg,
            phases=_phases(item),
            known=known,
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
