"""Whether an import's samples are what its map states, and what a worn sensor gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analytics.signals.plausibility import implausible
from research.units.likely_units import RATE_UNITS, weighed
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from .import_map import Channel, ImportMap
    from .sample_grid import FoundGrid

__all__ = ["check_units", "implausible_parts"]

MOST_TIMES: Final = 1.5
IMPOSSIBLE_TIMES: Final = 3.0
"""Gravity's turning to the gyroscope's: more is told, and refused."""
LEAST_TIMES: Final = 0.5
IMPOSSIBLE_PART: Final = 0.35
"""The same from below: less is told, and refused where both turn alike."""
ALIKE: Final = 0.75
"""Correlation from which movement's own accelerations are too small to make gravity seem slow."""
LOOKED_AT: Final = 500_000
"""Samples that are judged at once: hours of a worn sensor."""


def _stretches(n: int) -> list[slice]:
    """A recording in parts of `LOOKED_AT` samples; the last is up to twice as long."""
    parts = max(1, n // LOOKED_AT)
    return [slice(k * LOOKED_AT, (k + 1) * LOOKED_AT if k + 1 < parts else n) for k in range(parts)]


def check_units(where: str, layout: ImportMap, acc: Any, gyr: Any, rate_hz: float) -> list[str]:
    """What could not be checked; raises ConfigurationError where the map says another unit.

    A long recording is checked part by part, so that memory is bounded; what one part showed needs
    no other, and what is odd in one is told.
    """
    parts = [
        _check_part(where, layout, acc[part], None if gyr is None else gyr[part], rate_hz)
        for part in _stretches(len(acc))
    ]
    odd = [note for checked, note in parts if checked and note]
    if odd or any(checked for checked, _ in parts):
        return odd[:1]
    return [parts[0][1]]


def _check_part(
    where: str, layout: ImportMap, acc: Any, gyr: Any, rate_hz: float
) -> tuple[bool, str]:
    """Whether all could be checked, and what is to be said; empty where nothing is."""
    found = weighed(acc, gyr, rate_hz)
    stated = layout.acceleration.unit
    if found.acc_unit != stated:
        how = "at rest" if found.rested else "in the median"
        likely = (
            "no unit that is known: was gravity taken away, or are these raw counts?"
            if found.acc_unit is None
            else f"likely {found.acc_unit}"
        )
        raise ConfigurationError(
            f"{where}: the map states the acceleration in {stated}, but {how} it is "
            f"{found.gravity:.3g}: {likely}"
        )
    if gyr is None or layout.gyroscope is None:
        return False, "without a gyroscope nothing checks the unit of time: it is as stated"
    stated = layout.gyroscope.unit
    if found.axes is not None and found.acc_unit is not None:
        raise ConfigurationError(
            f"{where}: the gyroscope's axes are not the accelerometer's, as gravity turns; one way "
            f"that fits is {_renamed(layout.gyroscope, found.axes)}: write the columns after the "
            "maker's drawing"
        )
    if found.rate_unit is None:
        why = "does not turn as the gyroscope says" if found.turns else "hardly turns"
        return False, f"gravity {why}: the gyroscope's unit is as stated, and not checked"
    if found.rate_unit != stated and stated in {"rad/s", "deg/s", "mdeg/s"}:
        raise ConfigurationError(
            f"{where}: the map states the gyroscope in {stated}, but gravity turns as if it were "
            f"in {found.rate_unit}; if they are not, check the unit of time"
        )
    times = (found.rate_slope or 0.0) / RATE_UNITS[stated]
    return True, _check_scale(where, times, found.likeness)


def _check_scale(where: str, times: float, likeness: float) -> str:
    """What gravity's turning says of the gyroscope's scale, and of the unit of time with it.

    Accelerations of the movement itself lower it, and make the two turn less alike: right
    recordings (of BROAD, UCI's physiotherapy, SPAR's watches) lie from 0.19 up, but from 0.55 where
    the correlation is `ALIKE`.

    Args:
        where: the file.
        times: how many times as fast gravity turns as the gyroscope says.
        likeness: their correlation.

    Raises:
        ConfigurationError: several times as fast, or surely several times as slow.
    """
    if LEAST_TIMES <= times <= MOST_TIMES:
        return ""
    told = f"gravity turns {times:.2g} times as fast as the gyroscope says"
    if times > IMPOSSIBLE_TIMES or (times < IMPOSSIBLE_PART and likeness > ALIKE):
        raise ConfigurationError(
            f"{where}: {told}: check the unit of time, and then the gyroscope's scale"
        )
    if times < LEAST_TIMES and likeness <= ALIKE:
        return f"{told}: it moved much, or its scale or the unit of time is not as stated"
    return f"{told}: its scale, or the unit of time, is likely not as stated"


def _renamed(channel: Channel, axes: tuple[str, str, str]) -> str:
    """The channel's columns in the order and with the signs that were found."""
    names = []
    for axis in axes:
        name, sign = channel.signed["xyz".index(axis[-1])]
        names.append(f"{'-' if (sign < 0) != axis.startswith('-') else ''}{name}")
    return ", ".join(names)


def implausible_parts(grid: FoundGrid, acc: Any, gyr: Any) -> list[str]:
    """What no worn sensor could send, as a note; empty where there is nothing of the kind."""
    found = [
        one
        for part in _stretches(len(acc))
        for one in implausible(
            grid.index[part],
            acc[part],
            np.zeros_like(acc[part]) if gyr is None else gyr[part],
            grid.rate_hz,
            gyroscope=gyr is not None,
        )
    ]
    kinds = sorted({str(f.what) for f in found})
    return [f"implausible for a worn sensor: {', '.join(kinds)}"] if kinds else []
