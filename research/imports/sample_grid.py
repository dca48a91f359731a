"""On which grid a file's samples lie, and where some are missing.

1. A counter numbers the samples: a jump is a loss. Without one the time stamps do: each step is as
   many periods as it is nearest to, so that a clock that drifts adds no loss.
2. The period is the median step. Where stamps come in bursts (many steps are nowhere near a whole
   number of periods, as arrivals over a radio are), they number nothing: samples are taken one by
   one, and only a pause of `PAUSE` periods is a loss.
3. A rate that is stated must be the one that is found, within `RATE_WITHIN`; one that is not must
   be a motion sensor's (`RATES_HZ`), and no pause longer than a day: so a wrong unit of time shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from telemetry.errors import ConfigurationError
from telemetry.messages.motion import TimeQuality

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

__all__ = ["FoundGrid", "sample_grid"]

RATE_WITHIN: Final = 0.03
NEAR_PERIOD: Final = 0.25
BURSTS_SHARE: Final = 0.1
PAUSE: Final = 20.0
LONGEST_PAUSE_S: Final = 86_400.0
RATES_HZ: Final = (4.0, 20_000.0)
USUAL_RATES_HZ: Final = (10.0, 2000.0)
FEWEST: Final = 20


@dataclass(frozen=True, slots=True)
class FoundGrid:
    """Where the samples lie.

    Attributes:
        index: [n] in the stream, rising; what is skipped is lost.
        t_s: [n] seconds from the first sample, as stamped, or on the grid.
        rate_hz: of the grid.
        quality: how the times came about.
    """

    index: npt.NDArray[np.int64]
    t_s: Array
    rate_hz: float
    quality: TimeQuality

    @property
    def lost(self) -> int:
        """How many samples are missing between the first and the last."""
        return int(self.index[-1] - self.index[0] + 1 - len(self.index))


def sample_grid(
    n: int,
    *,
    t_s: Array | None,
    counter: Array | None,
    counter_wraps: int | None,
    rate_hz: float | None,
    where: str,
) -> FoundGrid:
    """Find the grid.

    Args:
        n: samples.
        t_s: [n] seconds, or None.
        counter: [n] whole numbers, or None.
        counter_wraps: the number after the counter's last; None: it does not begin anew.
        rate_hz: as stated, or None.
        where: the file, for messages.

    Raises:
        ConfigurationError: too few samples, times that go back, or another rate than stated.
    """
    if n < FEWEST:
        raise ConfigurationError(f"{where}: {n} samples are too few, {FEWEST} at least")
    index = (
        np.arange(n, dtype=np.int64)
        if counter is None
        else _unwrapped(counter, counter_wraps, where)
    )
    if t_s is None:
        if rate_hz is None:
            raise ConfigurationError(f"{where}: neither time stamps nor a rate: state rate_hz")
        return FoundGrid(index, index / rate_hz, rate_hz, TimeQuality.FITTED)
    steps = _steps(t_s, where)
    per_index = steps / np.diff(index)
    usual = per_index[per_index > 0]
    if not len(usual):
        raise ConfigurationError(f"{where}: all samples have one time stamp: check [time]")
    period = float(np.median(usual))
    if counter is None:
        off = np.abs(steps / period - np.round(steps / period))
        bursts = float((off > NEAR_PERIOD).mean() + (steps == 0).mean()) > BURSTS_SHARE
        if bursts:
            # Mean spacing without the pauses; arrival times of single samples tell little.
            calm = steps[steps < PAUSE * period]
            period = float(calm.mean())
            ahead = np.where(steps > PAUSE * period, np.round(steps / period), 1.0)
        else:
            ahead = np.maximum(1.0, np.round(steps / period))
        index = np.concatenate(([0], np.cumsum(ahead.astype(np.int64))))
        quality = TimeQuality.FITTED if bursts else TimeQuality.MAPPED
    else:
        quality = TimeQuality.MAPPED
    # Over the whole recording the steps' rounding averages out.
    found = float((index[-1] - index[0]) / (t_s[-1] - t_s[0]))
    if rate_hz is not None and abs(found / rate_hz - 1) > RATE_WITHIN:
        raise ConfigurationError(
            f"{where}: the map states {rate_hz:g} Hz, its time stamps say {found:.4g} Hz: correct "
            "rate_hz or the unit of the time column"
        )
    if rate_hz is None:
        _require_a_sensors(found, where)
    return FoundGrid(index, t_s - t_s[0], rate_hz or _round_rate(found), quality)


def _steps(t_s: Array, where: str) -> Array:
    """[n - 1] from stamp to stamp, none of them back and none beyond a day."""
    steps: Array = np.diff(t_s)
    if (steps < 0).any():
        row = int(np.flatnonzero(steps < 0)[0]) + 1
        raise ConfigurationError(
            f"{where}: time goes back at sample {row} by {-steps[row - 1]:.3g} s: sort the file, "
            "or say at which value the stamp begins anew (wraps)"
        )
    if float(steps.max()) > LONGEST_PAUSE_S:
        row = int(steps.argmax()) + 1
        raise ConfigurationError(
            f"{where}: the time stamps jump by {steps[row - 1]:.3g} s before sample {row}: correct "
            "the unit of the time column, or split the file there"
        )
    return steps


def _require_a_sensors(found: float, where: str) -> None:
    if not RATES_HZ[0] <= found <= RATES_HZ[1]:
        raise ConfigurationError(
            f"{where}: its time stamps say {found:.4g} Hz, which no motion sensor samples at: "
            f"{_likely_unit(found)}"
        )


def _likely_unit(found: float) -> str:
    for times in (1e3, 1e4, 1e6, 1e9):
        for factor, told in ((times, "smaller"), (1 / times, "larger")):
            if USUAL_RATES_HZ[0] <= found * factor <= USUAL_RATES_HZ[1]:
                return f"the unit of the time column is likely {times:g} times {told} than stated"
    return "check the time column and its unit"


def _round_rate(found: float) -> float:
    """A rate that is a whole number, but for the clock's last thousandth, is meant as one."""
    whole = round(found)
    return float(whole) if whole and abs(found / whole - 1) < 2e-3 else found


def _unwrapped(counter: Array, wraps: int | None, where: str) -> npt.NDArray[np.int64]:
    if not np.isfinite(counter).all():
        raise ConfigurationError(f"{where}: the counter is empty in some rows: leave it out")
    steps = np.diff(counter.astype(np.int64))
    if wraps is not None:
        steps = np.mod(steps, wraps)
    if (steps <= 0).any():
        row = int(np.flatnonzero(steps <= 0)[0]) + 1
        raise ConfigurationError(
            f"{where}: the counter does not rise at sample {row}: say at which value it begins "
            "anew (counter_wraps), or remove the rows that stand twice"
        )
    return np.concatenate(([0], np.cumsum(steps)))
