"""Sway of a quietly standing trunk, by the measures of ISway (Mancini et al. 2012).

Source: Mancini M et al., ISway: a sensitive, valid and reliable measure of postural control,
J NeuroEng Rehabil 2012; 9:59, table 2; tilt corrected as by Moe-Nilssen, Clin Biomech 1998;
13:320. There the sensor lay at the lower back, here it is on the sternum: the figures are for one
person's comparison with earlier days in the same stance, not with those published.

1. The mean of the acceleration over the stance points up; it tells the horizontal plane.
2. The two horizontal components are low-passed at 3.5 Hz, zero-phase, with the gain of a
   Butterworth filter of second order forth and back, and their mean is taken away. The cut-off is
   ours: table 2 names none. Of simulated people who do not tremble 2.5 or 5 Hz would change RMS,
   path and mean frequency by at most 2.5 %; of who trembles the path would be a third, or two and a
   half times as long (`docs/challenges.md`), so figures are compared at one cut-off only.
3. RMS: root mean square of their resultant. PATH: length of the trajectory that they draw, m/s².
   DIST: mean distance from its middle. Mean frequency: PATH / (2π · DIST · duration), Hz.
4. The sensor's own noise is taken off, which would lengthen the path of who hardly sways by a half
   and more: its density is the median of the spectrum over NOISE_HZ, where no body sways, and what
   the filter passes of it is subtracted from the mean squares of the acceleration and of its steps.

It departs from the source in the directions, for without a heading nothing tells front from side,
so that only resultants are given; and in step 4, without which sensors of different noise and rate
could not be compared.

A stance's figure has a 95 % band, relative to it: what a stance of 20 s does not tell of the whole
time somebody stood, and what the noise leaves open. It was fitted to simulated people
(`docs/challenges.md`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from analytics.signals.arrays import Array

__all__ = ["CUTOFF_HZ", "Sway", "SwayFigure", "sway_of"]

CUTOFF_HZ: Final = 3.5
FEWEST_S: Final = 8.0
"""A shorter stance holds too few of the trunk's slow oscillations."""
NOISE_HZ: Final = (8.0, 12.4)
"""Above what a body sways by; where a sensor of 25 Hz ends."""
MEDIAN_OF_NOISE: Final = math.log(2.0)
"""Of a white noise's periodogram, its median as a share of its mean."""
HIDDEN: Final = 0.85
"""Share of the mean square that is noise, from which on nothing is told of the rest."""
TREMBLING_HZ: Final = 2.5
"""From which mean frequency on it is a tremor that the skin under the sensor answers to."""
RMS_BAND, PATH_BAND, FREQUENCY_BAND = 0.065, 0.08, 0.10
NOISE_BAND: Final = 0.15
"""Of the share of noise, as the band of the root that is left when it is taken off."""
TREMBLING_BAND: Final = 0.06


@dataclass(frozen=True, slots=True)
class SwayFigure:
    """One figure with its 95 % band."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sway:
    """What a stance came to.

    Attributes:
        rms_m_s2: root mean square of the horizontal acceleration.
        path_m_s2: length of its trajectory in the time that was looked at.
        frequency_hz: mean frequency.
        seconds: that were looked at.
        noise: share of the sensor's noise in the mean square that was measured.
        path_noise: the same of the steps that make up the path.
    """

    rms_m_s2: float
    path_m_s2: float
    frequency_hz: float
    seconds: float
    noise: float = 0.0
    path_noise: float = 0.0

    @property
    def hidden(self) -> bool:
        """The sensor's noise is most of what was measured."""
        return self.noise > HIDDEN

    @property
    def rms(self) -> SwayFigure:
        """`rms_m_s2` with its band."""
        return _banded(self.rms_m_s2, RMS_BAND, self.noise)

    def path_in(self, seconds: float) -> SwayFigure | None:
        """The path in so many seconds of standing; None where it is mostly the sensor's noise."""
        if self.path_noise > HIDDEN:
            return None
        band = PATH_BAND + self._trembling
        return _banded(self.path_m_s2 * seconds / self.seconds, band, self.path_noise)

    @property
    def frequency(self) -> SwayFigure | None:
        """`frequency_hz` with its band; None where the path is not told."""
        if self.path_noise > HIDDEN:
            return None
        return _banded(self.frequency_hz, FREQUENCY_BAND + self._trembling, self.path_noise)

    @property
    def _trembling(self) -> float:
        return TREMBLING_BAND if self.frequency_hz > TREMBLING_HZ else 0.0


def sway_of(acc: Array, rate_hz: float) -> Sway | None:
    """The sway of one stance; None where it is too short.

    Args:
        acc: [n, 3] acceleration as measured, gravity included, m/s², in any orientation.
        rate_hz: of it.
    """
    seconds = len(acc) / rate_hz
    if seconds < FEWEST_S:
        return None
    mean = acc.mean(axis=0)
    up = mean / max(float(np.linalg.norm(mean)), 1e-9)
    across = acc - np.outer(acc @ up, up)
    smooth = _low_passed(across - across.mean(axis=0), rate_hz)
    smooth -= smooth.mean(axis=0)
    steps = np.diff(smooth, axis=0)
    squares, step_squares = (smooth * smooth).sum(axis=1), (steps * steps).sum(axis=1)
    noise, path_noise = _passed_noise(_noise_variance(acc, rate_hz), rate_hz)
    noise_share = min(1.0, noise / max(float(squares.mean()), 1e-12))
    path_share = min(1.0, path_noise / max(float(step_squares.mean()), 1e-12))
    # Independent mean squares add up; so do, nearly, a path's steps and its noise.
    left, path_left = math.sqrt(1 - noise_share), math.sqrt(1 - path_share)
    path = path_left * float(np.sqrt(step_squares).sum())
    mean_distance = left * float(np.sqrt(squares).mean())
    return Sway(
        rms_m_s2=left * math.sqrt(float(squares.mean())),
        path_m_s2=path,
        frequency_hz=path / (2 * math.pi * max(mean_distance, 1e-9) * seconds),
        seconds=seconds,
        noise=noise_share,
        path_noise=path_share,
    )


def _banded(value: float, share: float, noise: float) -> SwayFigure:
    """The noise's part grows as it is subtracted from less and less."""
    reach = value * math.hypot(share, NOISE_BAND * noise / max(1 - noise, 1e-3))
    return SwayFigure(value, max(0.0, value - reach), value + reach)


def _noise_variance(acc: Array, rate_hz: float) -> float:
    """Of one axis and sample, (m/s²)²; 0 where no frequency is free of sway.

    By the median, since a tremor's overtones and the heart stand in few lines of the spectrum.
    """
    window = np.hanning(len(acc))[:, None]
    spectrum = np.abs(np.fft.rfft((acc - acc.mean(axis=0)) * window, axis=0)) ** 2
    at_hz = np.fft.rfftfreq(len(acc), 1 / rate_hz)
    free = spectrum[(at_hz > NOISE_HZ[0]) & (at_hz < NOISE_HZ[1])]
    if not len(free):
        return 0.0
    return float(np.median(free)) / MEDIAN_OF_NOISE / float((window * window).sum())


def _passed_noise(variance: float, rate_hz: float) -> tuple[float, float]:
    """What the filter leaves of white noise in two axes: its mean square, and its steps'."""
    at_hz = np.fft.rfftfreq(2048, 1 / rate_hz)
    passed = 2 * variance * _gain(at_hz) ** 2
    stepping = 4 * np.sin(np.pi * at_hz / rate_hz) ** 2
    return float(passed.mean()), float((passed * stepping).mean())


def _gain(at_hz: npt.NDArray[np.floating]) -> Array:
    gain: Array = 1 / (1 + (at_hz / CUTOFF_HZ) ** 4)
    return gain


def _low_passed(values: Array, rate_hz: float) -> Array:
    """[n, 3] zero-phase, each end mirrored about its last value so that none rings."""
    n = len(values)
    padded = np.concatenate(
        (2 * values[0] - values[:0:-1], values, 2 * values[-1] - values[-2::-1])
    )
    spectrum = np.fft.rfft(padded, axis=0)
    gain = _gain(np.fft.rfftfreq(len(padded), 1 / rate_hz))
    back = np.fft.irfft(spectrum * gain[:, None], len(padded), axis=0)
    smooth: Array = back[n - 1 : 2 * n - 1]
    return smooth
