"""Who answers or refuses: the product's recorded run, and one that always answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import find_peaks, peak_prominences

from research.session_cases.published import Published
from telemetry.messages.motion import MotionBatch, StreamOpened

if TYPE_CHECKING:
    from analytics.signals.arrays import Array
    from research.session_cases.session_case import SessionRecording

__all__ = ["always_answers"]

ASSUMED_BAND_DEG = 8.0


def always_answers(recording: SessionRecording) -> Published:
    """The integrated rate about the observed sensor's main axis, in a band that it assumes.

    It looks at one sensor only and never refuses: what a figure without a gate is worth.
    """
    rates, rate_hz = _rates(recording)
    centred = rates - np.median(rates, axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    angle = np.degrees(np.cumsum(centred @ axis)) / rate_hz
    angle -= np.linspace(angle[0], angle[-1], len(angle))
    if -angle.min() > angle.max():
        angle = -angle
    least = 0.4 * float(np.quantile(angle, 0.95) - np.quantile(angle, 0.05))
    peaks, _ = find_peaks(angle, prominence=max(least, 1.0))
    if not len(peaks):
        return Published(0.0, 0.0, ASSUMED_BAND_DEG, 0)
    heights, left, right = peak_prominences(angle, peaks)
    range_deg = float(np.median(heights))
    return Published(
        range_deg,
        range_deg - ASSUMED_BAND_DEG,
        range_deg + ASSUMED_BAND_DEG,
        len(peaks),
        spans=tuple(zip(left.tolist(), peaks.tolist(), right.tolist(), strict=True)),
    )


def _rates(recording: SessionRecording) -> tuple[Array, float]:
    """[n, 3] angular rates of the first stream, and its rate."""
    opened = next(i for i in recording.streams[0] if isinstance(i, StreamOpened))
    found = [
        i.gyr for i in recording.streams[0] if isinstance(i, MotionBatch) and i.gyr is not None
    ]
    rates = np.nan_to_num(np.concatenate(found).astype(np.float64))
    return rates, opened.rate_hz
