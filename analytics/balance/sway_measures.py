"""The sway of an item: the median of its stances' with the band that holds what was not seen."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

from telemetry.messages.results import Measure
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .sway import Sway, SwayFigure

__all__ = ["JOLTED", "NOISY", "sway_measures"]

JOLTED: Final = Wording(
    "l'oscillazione non si vede: passi o scosse nella maggior parte delle prove",
    "sway is not seen: steps or jolts in most of the stances",
)
NOISY: Final = Wording(
    "l'oscillazione non si vede: il rumore del sensore è più grande",
    "sway is not seen: the sensor's noise is larger",
)


def sway_measures(
    sways: Sequence[Sway | None], asked_s: float
) -> tuple[tuple[Measure, ...], Wording | None]:
    """The item's figures, and why there are none; neither where nobody stood.

    The figure is the median over all whole stances. Of one that was not seen anything may be true:
    the band then reaches from the median if it were the least to the median if it were the
    greatest, and nothing is told where that has no end.

    Args:
        sways: of each whole stance; None where no stretch was long enough without a jolt.
        asked_s: how long to stand; the path is told for so long.
    """
    if not sways:
        return (), None
    seen = [s for s in sways if s is not None]
    shown = [s for s in seen if not s.hidden]
    rms = _median("sway RMS", "m/s²", 4, [s.rms for s in shown], len(sways))
    if rms is None:
        return (), JOLTED if 2 * len(seen) <= len(sways) else NOISY
    paths = [s.path_in(asked_s) for s in shown]
    frequencies = [s.frequency for s in shown]
    path = _median("sway path", "m/s²", 3, paths, len(sways))
    frequency = _median("sway frequency", "Hz", 3, frequencies, len(sways))
    return tuple(m for m in (rms, path, frequency) if m is not None), None


def _median(
    name: str, unit: str, digits: int, figures: Sequence[SwayFigure | None], stances: int
) -> Measure | None:
    told = [f for f in figures if f is not None]
    unseen = stances - len(told)
    if not told:
        return None
    low = statistics.median([0.0] * unseen + [f.low for f in told])
    high = statistics.median([f.high for f in told] + [math.inf] * unseen)
    if not math.isfinite(high):
        return None
    return Measure(
        name=name,
        value=round(statistics.median(f.value for f in told), digits),
        unit=unit,
        low=round(low, digits),
        high=round(high, digits),
    )
