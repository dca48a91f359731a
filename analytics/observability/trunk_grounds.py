"""Whether a sensor that tells the trunk's lean is on the trunk, and on the same person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.joints.pairing import apart_of
from analytics.joints.passband import low_passed
from analytics.joints.unison import evidence, unison
from analytics.signals.arrays import lengths
from analytics.signals.liveness import feels_alive
from analytics.signals.orientation import up_in_sensor
from therapy.wording import Wording

from .doubt import DoubtKind, doubt
from .grounds import ONE_BODY, SAME_DEG, TOGETHER_DEG_S

if TYPE_CHECKING:
    from analytics.signals.arrays import Array
    from analytics.signals.oriented_stream import Frames

    from .doubt import Doubt

__all__ = ["UNPROVEN", "trunk_doubts"]

LIMB_SHARE: Final = 0.6
"""Of the rates, that no fixed rotation between trunk and limb explains: trunks that lean with every
raise leave 0.7 and more, a second sensor on the limb less unless the limb trembles much. It is
more than is asked of a joint's two sensors, as a trunk does not swing about the joint's axis."""
SHIFTS: Final = 24
"""Other times at which the same two movements show what chance gives them."""
BEYOND_CHANCE: Final = 2.5
"""Times the most that any of these gives. Trunks of somebody else who exercises, or walks, as well
reached 2.2 (168 sessions of 3 and 8 repetitions), and once 81 of log likelihood by being as slow;
70 % of 84 trunks of one's own go beyond both."""
UNPROVEN: Final = Wording(
    "inclinazione del busto: nulla mostra che i due sensori siano sulla stessa persona",
    "trunk lean: nothing shows that both sensors are on one person",
)


def trunk_doubts(
    trunk: Frames, limb: Frames, streams: tuple[str, str], rate_hz: float
) -> list[Doubt]:
    """What the movement says against the second sensor's being on the trunk.

    A trunk lives, and is no part of the limb that moves: a sensor that turns as the limb's does
    lies on the limb, and the limb's range would be told as the trunk's lean. And it is stirred by
    the limb that it bears (`joints.unison`): what keeps time with the limb no better than it would
    some seconds earlier or later may be another person's.

    Args:
        trunk: frames of the sensor on the trunk in the item.
        limb: of the sensor on the limb.
        streams: of the limb and of the trunk.
        rate_hz: of the limb's frames.
    """
    if len(trunk) < 2 or len(limb) < 2:
        return []
    span = int(limb.index[0]), int(limb.index[-1]) + 1
    if not feels_alive(trunk.gyr):
        return [doubt(DoubtKind.LYING_STILL, streams, *span)]
    unproven = doubt(DoubtKind.NOT_FOLLOWING, streams, *span, UNPROVEN)
    # The two streams have times of their own; the limb's are taken for both.
    both = (limb.t_us >= trunk.t_us[0]) & (limb.t_us <= trunk.t_us[-1])
    if not (trunk.gyroscope and limb.gyroscope) or np.count_nonzero(both) < rate_hz:
        return [unproven]
    times = limb.t_us[both]

    def at_times(columns: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(times, trunk.t_us, c) for c in columns.T], axis=1)

    rates = at_times(trunk.gyr), limb.gyr[both]
    ups = at_times(up_in_sensor(trunk.q)), up_in_sensor(limb.q)[both]
    apart = apart_of(rates, ups, rate_hz)
    as_one = apart.share < LIMB_SHARE and apart.deg < SAME_DEG
    if as_one and apart.livelier_deg_s > TOGETHER_DEG_S:
        return [doubt(DoubtKind.ONE_SEGMENT, streams, *span)]
    if not _of_one_body(rates, (at_times(trunk.acc), limb.acc[both]), rate_hz):
        return [unproven]
    return []


def _of_one_body(rates: tuple[Array, Array], forces: tuple[Array, Array], rate_hz: float) -> bool:
    """Whether it is no chance that both keep time.

    1. How surely the trunk's rates go with the limb's strokes, and both forces' sizes with each
       other, as log likelihoods.
    2. The same with the trunk's movement put off round the item by every SHIFTS-th part of it:
       slow and regular movements are alike by chance, then as well as now.

    Args:
        rates: [n, 3] rad/s of the trunk and of the limb.
        forces: [n, 3] m/s² of both.
        rate_hz: of both.
    """
    smooth = low_passed(rates[1], rate_hz)
    axis = np.linalg.eigh(smooth.T @ smooth)[1][:, -1]
    felt = [low_passed(lengths(force)[:, None], rate_hz) for force in forces]
    trunk, limb = (f - f.mean() for f in felt)

    def together(by: int) -> float:
        turned = unison(rates[1], np.roll(rates[0], by, axis=0), rate_hz, axis)
        return turned + evidence(limb, np.roll(trunk[:, 0], by), rate_hz)

    found = together(0)
    if found < ONE_BODY:
        return False
    step = max(1, round(len(rates[0]) / SHIFTS))
    return found > BEYOND_CHANCE * max(together(by) for by in range(step, len(rates[0]), step))
