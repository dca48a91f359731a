"""The figures of each repetition: its angles, phases, speed and smoothness, and its flags."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analytics.movement.control import is_too_small, reference_range
from analytics.movement.smoothness import sparcs
from analytics.movement.strokes import (
    TREMBLING_DEG,
    UNSEEN_SHARE,
    Strokes,
    ends_of,
    strokes_of,
)
from analytics.signals.smoothing import smoothed
from telemetry.messages.results import Repetition

from .found import restarts_of
from .observation import Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.movement.repetition import Excursion
    from analytics.signals.arrays import Array
    from analytics.signals.oriented_stream import Frames, StreamTrack

    from .found import FoundRepetitions
    from .range_band import ItemBands

__all__ = ["repetition_figures"]

MOST_FILLED: Final = 0.2
"""Share of a stroke's frames that may be filled in if its smoothness is told."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the figures of all repetitions of an item are taken from."""

    found: FoundRepetitions
    bands: ItemBands
    track: StreamTrack
    frames: Frames
    from_index: int
    speed: Array
    smooth_speed: Array
    reference_deg: float
    trembling: bool


def repetition_figures(
    found: FoundRepetitions,
    bands: ItemBands,
    track: StreamTrack,
    frames: Frames,
    from_index: int,
) -> tuple[Repetition, ...]:
    """The repetitions of an item, numbered from 1.

    Args:
        found: with the excursions, in numbers of the frames.
        bands: of the item's figures.
        track: of the observed stream.
        frames: in which they were found.
        from_index: the item's first sample.
    """
    if not found.excursions:
        return ()
    speed = frames.speed
    seen = _Seen(
        found,
        bands,
        track,
        frames,
        from_index,
        speed,
        smoothed(speed, track.frame_rate_hz, restarts_of(frames)),
        reference_range(found.excursions),
        bands.shaking_deg > TREMBLING_DEG,
    )
    smooth = _smoothness(
        seen, [s for e in found.excursions for s in ((e.start, e.hold_from), (e.hold_to, e.end))]
    )
    return tuple(
        _repetition(seen, number, e, (smooth[2 * number - 2], smooth[2 * number - 1]))
        for number, e in enumerate(found.excursions, 1)
    )


def _repetition(
    seen: _Seen, number: int, e: Excursion, smooth: tuple[float | None, float | None]
) -> Repetition:
    track, frames, observation = seen.track, seen.frames, seen.found.observation
    index, rate_hz = frames.index.item, track.opened.rate_hz
    start, end = index(e.start), index(e.end)
    phases = strokes_of(e, seen.smooth_speed)
    gyroscope = track.opened.gyroscope
    return Repetition(
        number=number,
        start_index=start,
        peak_index=index(e.peak),
        end_index=end,
        start_s=round((start - seen.from_index) / rate_hz, 4),
        end_s=round((end - seen.from_index) / rate_hz, 4),
        **(_angles(seen, e) if observation.method is not Method.COUNT else _NO_ANGLES),
        up_s=round(phases.up / track.frame_rate_hz, 4),
        hold_s=round(phases.hold / track.frame_rate_hz, 4),
        down_s=round(phases.down / track.frame_rate_hz, 4),
        peak_velocity_deg_s=round(math.degrees(seen.smooth_speed[e.start : e.end + 1].max()), 2)
        if gyroscope
        else None,
        sparc=smooth[0],
        sparc_down=smooth[1],
        flags=tuple(_flags(seen, e, phases)),
        technical=tuple(_technical(frames, e)),
    )


_NO_ANGLES: Final[dict[str, float | None]] = {"range_deg": None, "peak_deg": None}


def _angles(seen: _Seen, e: Excursion) -> dict[str, float | None]:
    """Excursion, peak and start, each with its band; a peak only where the zero is known."""
    raw, bands = seen.found.raw, seen.bands
    if _begun_before(e):
        return _NO_ANGLES
    ends = e.low, e.high
    if raw is not None:
        ends = ends_of(raw, e, seen.track.frame_rate_hz, trembling=seen.trembling)
    beside_deg = bands.of_repetition(ends[1] - ends[0])
    size = bands.range_figure(ends[1] - ends[0], beside_deg)
    told: dict[str, float | None] = {
        "range_deg": round(size.value, 2),
        "range_low_deg": round(size.low, 2),
        "range_high_deg": round(size.high, 2),
        "peak_deg": None,
    }
    if seen.found.observation.zeroed:
        peak = bands.peak_figure(ends[1], beside_deg)
        told |= {
            "peak_deg": round(peak.value, 2),
            "start_deg": round(ends[0], 2),
            "peak_low_deg": round(peak.low, 2),
            "peak_high_deg": round(peak.high, 2),
        }
    return told


def _begun_before(e: Excursion) -> bool:
    """Whether the item's beginning cut the way up: how far it went is not known."""
    return not e.finished and e.start == e.valley == 0 and e.returned


def _smoothness(seen: _Seen, strokes: Sequence[tuple[int, int]]) -> list[float | None]:
    """SPARC of each stroke between two frames; None where too much of it was filled in."""
    speeds = []
    for start, stop in strokes:
        # Drawn out to where it began and ended: cut off at its slow ends a stroke looks jerky.
        unseen = round(UNSEEN_SHARE * (stop - start))
        stroke = slice(max(0, start - unseen), stop + unseen + 1)
        filled = seen.frames.interpolated[stroke]
        told = len(filled) and filled.sum() <= MOST_FILLED * len(filled)
        speeds.append(seen.speed[stroke if told else slice(0)])
    return sparcs(speeds, seen.track.frame_rate_hz)


def _flags(seen: _Seen, e: Excursion, phases: Strokes) -> list[str]:
    """How the person moved, judged on what was received."""
    tempo, frame_s = seen.found.observation.tempo, 1 / seen.track.frame_rate_hz
    broken = seen.frames.restarted[e.start + 1 : e.end + 1].any()
    flags = []
    if tempo is not None and not broken:
        flags = tempo.flags(phases.up * frame_s, phases.hold * frame_s, phases.down * frame_s)
    if is_too_small(e, seen.reference_deg):
        flags.append("too small")
    if not e.finished:
        flags.append("unfinished")
    return flags


def _technical(frames: Frames, e: Excursion) -> list[str]:
    """What was received of it."""
    told = []
    if frames.interpolated[e.start : e.end + 1].any():
        told.append("interpolated")
    if frames.restarted[e.start + 1 : e.end + 1].any():
        told.append("gap")
    return told
