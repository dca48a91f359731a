"""Who counts repetitions: the product's own core, and a plain peak finder as a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analytics.calibration.segments import SEGMENT_AXES
from analytics.exercise.found import found_in
from analytics.exercise.observation import Observation, count_only
from analytics.movement.repetition import rhythm
from analytics.signals.oriented_stream import StreamTrack
from telemetry.messages.motion import MotionBatch, StreamOpened
from therapy.exercises.observable import Quantity, Unobservable, observable_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .repetition_cases import SensorRecording

__all__ = ["RepetitionSpans", "acceleration_peaks", "ripresa_core"]

RepetitionSpans = list[tuple[int, int]]
"""First and last sample of each repetition found."""

_STREAM = "00000000000000000000000000"
_BATCH = 100


def ripresa_core(
    sensors: Mapping[str, SensorRecording], rate_hz: float, exercise: str | None
) -> RepetitionSpans:
    """The core's path over a recording: conditioning, VQF, movement, repetitions.

    Where several sensors are worn, each is looked at, and that one counts which has the most rhythm
    and whose repetitions are most alike.
    """
    best, spans = -1.0, RepetitionSpans()
    for placement, sensor in sensors.items():
        track = StreamTrack(_opened(placement, rate_hz, sensor), live=False)
        for batch in _batches(sensor, rate_hz):
            track.push(batch)
        frames = track.frames(0, len(sensor))
        found = found_in(_observation(placement, exercise, sensor), frames, track.frame_rate_hz)
        score = rhythm(found.values, found.excursions) * (1 + max(0.0, found.alike or 0.0))
        if score > best:
            best = score
            index = frames.index.item
            spans = [(index(e.start), index(e.end)) for e in found.excursions]
    return spans


def acceleration_peaks(
    sensors: Mapping[str, SensorRecording], rate_hz: float, exercise: str | None
) -> RepetitionSpans:
    """Prominent peaks of the low-passed acceleration along its main axis; known to be worse.

    The sensor whose acceleration varies most is taken; a repetition reaches half-way down.
    """
    from scipy.signal import butter, find_peaks, peak_widths, sosfiltfilt  # noqa: PLC0415

    del exercise
    sensor = max(sensors.values(), key=lambda s: float(s.acc.var(axis=0).sum()))
    centred = sensor.acc - sensor.acc.mean(axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    low = sosfiltfilt(butter(2, 1.5, fs=rate_hz, output="sos"), centred @ axis)
    if low[0] > low.mean():
        low = -low
    spread = float(np.quantile(low, 0.95) - np.quantile(low, 0.05))
    peaks, _ = find_peaks(low, prominence=0.4 * spread)
    _, _, left, right = peak_widths(low, peaks, rel_height=0.5)
    return [(int(a), int(b)) for a, b in zip(left, right, strict=True)]


def _observation(placement: str, exercise: str | None, sensor: SensorRecording) -> Observation:
    """As the therapy's table sees it, standing; count only where there is no such row."""
    axis = SEGMENT_AXES.get(placement)
    if exercise is None or axis is None:
        return count_only(_STREAM, "unknown exercise or placement")
    seen = observable_of(exercise, "standing", (placement,), gyroscopes=sensor.gyroscope)
    if isinstance(seen, Unobservable) or seen.quantity is not Quantity.ELEVATION:
        return count_only(_STREAM, "not in the table")
    return Observation(stream=_STREAM, axis=axis, what=seen.what.en)


def _opened(placement: str, rate_hz: float, sensor: SensorRecording) -> StreamOpened:
    return StreamOpened(
        stream=_STREAM,
        wearable="recorded",
        model="recorded",
        placement=placement,
        rate_hz=rate_hz,
        opened_ns=0,
        gyroscope=sensor.gyroscope,
    )


def _batches(sensor: SensorRecording, rate_hz: float) -> Iterator[MotionBatch]:
    for first in range(0, len(sensor), _BATCH):
        part = sensor.part(first, first + _BATCH)
        n = len(part)
        yield MotionBatch(
            stream=_STREAM,
            first_index=first,
            t0_ns=round(first * 1e6 / rate_hz) * 1000,
            dt_us=np.round(np.arange(n) * 1e6 / rate_hz).astype(np.int32),
            lag_us=np.zeros(n, np.int32),
            acc=part.acc.astype(np.float32),
            gyr=part.gyr.astype(np.float32) if sensor.gyroscope else None,
        )
