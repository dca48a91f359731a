"""A recording counted as a home would: as a session through the recorded run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from research.session_cases.published import Published, published
from research.session_cases.session_case import SensorStream, recorded
from therapy.exercises.library import EXERCISES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .repetition_cases import SensorRecording

__all__ = ["counted_session"]


def counted_session(
    sensors: Mapping[str, SensorRecording], rate_hz: float, exercise: str
) -> Published:
    """What the product publishes of an item over the whole recording.

    Args:
        sensors: by placement; the first one is observed.
        rate_hz: of all.
        exercise: id of the library, in the first posture that it knows but standing if it can.
    """
    postures = EXERCISES[exercise].postures
    posture = "standing" if "standing" in postures else postures[0]
    streams = [
        SensorStream(
            placement,
            rate_hz,
            np.hstack([s.acc, s.gyr]) if s.gyroscope else s.acc,
        )
        for placement, s in sensors.items()
    ]
    side = "left" if next(iter(sensors)).endswith("left") else "right"
    seconds = len(next(iter(sensors.values()))) / rate_hz
    return published(recorded(exercise, posture, streams, 0.0, seconds, side=side))
