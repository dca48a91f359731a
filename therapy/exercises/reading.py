"""How a range, a count and their doubt are written, on every page, card and report alike.

As a goniometer is read: the active peak with its start in words (`168°, from 20°`), the excursion
second, each with its 95 % band. `20°-168°` would read as a deficit.
"""

from __future__ import annotations

from typing import Final

from therapy.wording import Wording

__all__ = [
    "count_reading",
    "excursion_reading",
    "likeness_reading",
    "measure_reading",
    "peak_reading",
]

_PEAK: Final = Wording("{peak}°, da {start}°", "{peak}°, from {start}°")
_EXCURSION: Final = Wording("escursione {size}°", "excursion {size}°")
_BAND: Final = Wording("{told} (95 %: {low}-{high}°)", "{told} (95 %: {low}-{high}°)")
_MEASURE: Final = Wording("{name}: {told}", "{name}: {told}")
_UNITS: Final = {"°": Wording("°", "°"), "1/min": Wording(" al minuto", " a minute")}
_DIGITS: Final = {"°": 0, "m/s²": 2, "Hz": 2}
_WITH_UNIT: Final = Wording("{value}{unit}", "{value}{unit}")
_MEASURE_BAND: Final = Wording("{told} (95 %: {low}-{high})", "{told} (95 %: {low}-{high})")
_BETWEEN: Final = Wording("{count}, fra {low} e {high}", "{count}, between {low} and {high}")
_LIKENESS: Final = Wording(
    "somiglianza fra le ripetizioni: {percent} %", "repetitions resemble each other: {percent} %"
)


def peak_reading(
    peak_deg: float, start_deg: float, band_deg: tuple[float, float] | None = None
) -> Wording:
    """An active peak from where it started, with its band where there is one: degrees."""
    return _banded(_PEAK.filled(peak=round(peak_deg), start=round(start_deg)), band_deg)


def excursion_reading(size_deg: float, band_deg: tuple[float, float] | None = None) -> Wording:
    """How far it went from its start, with its band where there is one: degrees."""
    return _banded(_EXCURSION.filled(size=round(size_deg)), band_deg)


def count_reading(count: int, low: int | None, high: int | None) -> Wording:
    """A count, between which numbers where it is in doubt."""
    if low is None or high is None or low == high:
        return Wording(str(count), str(count))
    return _BETWEEN.filled(count=count, low=low, high=high)


def likeness_reading(alike: float) -> Wording:
    """How much neighbouring repetitions resemble each other, 0 to 1, in percent."""
    return _LIKENESS.filled(percent=round(100 * alike))


def measure_reading(
    name: Wording, value: float, unit: str, band: tuple[float, float] | None = None
) -> Wording:
    """A figure beside the range, such as sway or cadence, with its unit and its band."""
    digits = _DIGITS.get(unit, 1)

    def number(told: float) -> Wording:
        figure = f"{told:.{digits}f}"
        if "." in figure:
            figure = figure.rstrip("0").rstrip(".")
        return Wording(figure.replace(".", ","), figure)

    after = _UNITS.get(unit, Wording(f" {unit}".rstrip(), f" {unit}".rstrip()))
    told = _WITH_UNIT.filled(value=number(value), unit=after)
    if band is not None:
        low, high = map(number, band)
        told = _MEASURE_BAND.filled(told=told, low=low, high=high)
    return _MEASURE.filled(name=name, told=told)


def _banded(told: Wording, band_deg: tuple[float, float] | None) -> Wording:
    if band_deg is None:
        return told
    return _BAND.filled(told=told, low=round(band_deg[0]), high=round(band_deg[1]))
