"""Whether a sensor that tells the trunk's lean is on the trunk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.joints.pairing import apart_of
from analytics.signals.liveness import feels_alive
from analytics.signals.orientation import up_in_sensor

from .doubt import DoubtKind, doubt
from .grounds import SAME_DEG, TOGETHER_DEG_S

if TYPE_CHECKING:
    from analytics.signals.oriented_stream import Frames

    from .doubt import Doubt

__all__ = ["trunk_doubts"]

LIMB_SHARE: Final = 0.6
"""Of the rates, that no fixed rotation between trunk and limb explains: trunks that lean with every
raise leave 0.7 and more, a second sensor on the limb less unless the limb trembles much. It is
more than is asked of a joint's two sensors, as a trunk does not swing about the joint's axis."""


def trunk_doubts(
    trunk: Frames, limb: Frames, streams: tuple[str, str], rate_hz: float
) -> list[Doubt]:
    """What the movement says against the second sensor's being on the trunk.

    A trunk lives, and is no part of the limb that moves: a sensor that turns as the limb's does
    lies on the limb, and the limb's range would be told as the trunk's lean. On another person's
    trunk it can not be told, as nothing ties a trunk to the limb but its own lean.

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
    if not (trunk.gyroscope and limb.gyroscope):
        return []
    # The two streams have times of their own; the limb's are taken for both.
    both = (limb.t_us >= trunk.t_us[0]) & (limb.t_us <= trunk.t_us[-1])
    if np.count_nonzero(both) < rate_hz:
        return []
    times = limb.t_us[both]

    def at_times(columns: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(times, trunk.t_us, c) for c in columns.T], axis=1)

    rates = at_times(trunk.gyr), limb.gyr[both]
    ups = at_times(up_in_sensor(trunk.q)), up_in_sensor(limb.q)[both]
    apart = apart_of(rates, ups, rate_hz)
    as_one = apart.share < LIMB_SHARE and apart.deg < SAME_DEG
    if as_one and apart.livelier_deg_s > TOGETHER_DEG_S:
        return [doubt(DoubtKind.ONE_SEGMENT, streams, *span)]
    return []
