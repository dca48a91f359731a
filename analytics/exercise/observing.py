"""From the plan and the therapy's table of observables to how the core looks at an item."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from analytics.calibration.segments import SEGMENT_AXES, KnownSegments
from analytics.observability.doubt import DoubtKind, doubt
from therapy.exercises.observable import (
    ARM_APART,
    Observable,
    Quantity,
    Unobservable,
    observable_of,
    site_of,
)

from .observation import Hinge, Method, Observation, count_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.messages.events import AssessmentStarted, ExerciseStarted
    from telemetry.messages.motion import StreamOpened
    from therapy.exercises.dose import Tempo
    from therapy.exercises.observable import Row
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

    from .observation import Observe

__all__ = ["observation_of", "observe_by"]

_SWEPT: Final = frozenset({Quantity.ROTATION, Quantity.ROLL, Quantity.PITCH, Quantity.AMPLITUDE})
_WITHOUT_ANGLE: Final = {
    Quantity.RISE_TIME: Method.COUNT,
    Quantity.TIME_UP: Method.COUNT,
    Quantity.SWAY: Method.STANCE,
    Quantity.STANDS: Method.CHAIR_TEST,
    Quantity.CADENCE: Method.WALK,
}
_STRAIGHTENING: Final = {"knee-extension": 90.0, "wrist-lift": 0.0}
"""Exercises that straighten a joint, and how far from flexion's zero they count from."""
_HELD_TO_GRAVITY: Final = frozenset({Method.ELEVATION, Method.SWEPT})
_FROM_HANGING: Final = frozenset(
    {"arm-abduction", "forward-arm-raise", "hip-abduction", "knee-extension"}
)
"""Exercises that begin with the limb hanging down, of who sits or stands."""
_NOTHING_KNOWN: Final = KnownSegments()


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
            tempo=item.paced,
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


def observation_of(
    seen: Observable | Unobservable,
    streams: Mapping[str, str],
    *,
    fallback: str,
    posture: str,
    limit_deg: float | None = None,
    tempo: Tempo | None = None,
    known: KnownSegments = _NOTHING_KNOWN,
) -> Observation:
    """How the core sees an item of which the table says `seen`.

    A forearm's, upper arm's or shank's elevation is taken against gravity along the sensor's
    marked axis; of a lying person, and for tilt, roll and rotation, the angle is what gravity
    sweeps from where the item begins; between two segments it is the joint's flexion. An
    elevation against the trunk is not computed as one number: the arm's own elevation is given
    with the trunk's lean beside it.

    Args:
        seen: of `therapy.exercises.observable.observable_of`.
        streams: by placement.
        fallback: stream to count in where there is no angle.
        posture: seated, standing or supine.
        limit_deg: the clinician's limit.
        tempo: as prescribed, with its bounds.
        known: what segment calibration told, else sensors lie as they are marked and a joint's
            axes are found from its movement.
    """
    if isinstance(seen, Unobservable):
        reason = doubt(DoubtKind.UNSEEN, (fallback,), 0, 0, seen.reason)
        return count_only(fallback, seen.reason.en, doubts=(reason,))
    own = streams[seen.placements[0]]
    carrying = seen.placements[:2] if seen.quantity is Quantity.FLEXION else seen.placements[:1]
    if seen.in_degrees and not known.failed.isdisjoint(carrying):
        reason = doubt(DoubtKind.CALIBRATION, (own,), 0, 0)
        rest = count_only(own, reason.reason.en, doubts=(reason,))
        return replace(rest, tempo=tempo, also=seen.row.also)
    others = {site_of(p): streams[p] for p in seen.placements[1:]}
    axis = known.axes.get(seen.placements[0], SEGMENT_AXES.get(seen.placements[0]))
    method, what, why, hinge = Method.COUNT, seen.what.en, None, None
    match seen.quantity:
        case Quantity.FLEXION:
            method = Method.FLEXION
            hinge = _hinge(seen.row, seen.placements, streams, known)
        case Quantity.ELEVATION | Quantity.RELATIVE_ELEVATION if posture != "supine" and axis:
            method = Method.ELEVATION
            if seen.quantity is Quantity.RELATIVE_ELEVATION:
                what = ARM_APART.en
        case quantity if quantity in _WITHOUT_ANGLE:
            method = _WITHOUT_ANGLE[quantity]
            why = None if seen.row.no_angle is None else seen.row.no_angle.en
        case quantity if quantity in _SWEPT or posture == "supine":
            method = Method.SWEPT
        case _:
            why = f"{what}: not known how a sensor lies at {seen.placements[0]}"
    amplitude = ("decrement",) if seen.quantity is Quantity.AMPLITUDE else ()
    timed = (str(seen.quantity),) if not seen.in_degrees else ()
    return Observation(
        stream=own,
        axis=axis if method is Method.ELEVATION else None,
        axis_measured=method is Method.ELEVATION and seen.placements[0] in known.axes,
        from_hanging=method in _HELD_TO_GRAVITY and seen.row.exercise in _FROM_HANGING,
        what=what,
        not_observable=why,
        limit_deg=limit_deg,
        tempo=tempo,
        method=method,
        hinge=hinge,
        trunk=others.get("sternum"),
        also=tuple(dict.fromkeys((*seen.row.also, *amplitude, *timed))),
        least_deg=_LEAST_DEG.get(seen.quantity, 0.0),
        told_from_deg=_told_from_deg(seen, known),
    )


_LEAST_DEG: Final[Mapping[Quantity, float]] = {Quantity.TIME_UP: 12.0, Quantity.RISE_TIME: 35.0}
"""Where only a time is told, nothing else tells that the sensor is on the segment.

A heel that rises by 4 cm tips the foot by 12°; simulated ones rise by 19° and more, and a sensor on
the shank, the thigh or the trunk turns by 11° or less meanwhile (median of a set). A thigh that
comes up from a raised seat turns by 50°.
"""


_TOLD_FROM_DEG: Final[Mapping[str, float]] = {"bridge": 20.0}
"""Where a sensor one segment further on turns less and nothing else tells the two apart.

In a bridge the feet stay where they are, and the shank turns by a third of the thigh's lift.
Its angle is what gravity sweeps, and asks for no marking.
"""


def _told_from_deg(seen: Observable, known: KnownSegments) -> float:
    """None where a calibration of the session measured how the sensor lies on its segment."""
    calibrated = seen.placements[0] in known.axes
    return 0.0 if calibrated else _TOLD_FROM_DEG.get(seen.row.exercise, 0.0)


def _hinge(
    row: Row, placements: tuple[str, ...], streams: Mapping[str, str], known: KnownSegments
) -> Hinge:
    distal, proximal = placements[:2]
    calibrated = known.hinges.get((proximal, distal))
    if calibrated is None:
        return Hinge(streams[proximal])
    return Hinge(
        streams[proximal],
        calibrated.axes,
        calibrated.zero_rad,
        calibrated.level,
        _STRAIGHTENING.get(row.exercise),
    )
