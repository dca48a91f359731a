"""The way that a movement takes, as dashes and a head beside the limb."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .body import BOX

if TYPE_CHECKING:
    from collections.abc import Callable

    from .body import Place, Pose

__all__ = ["arrow_of"]


def arrow_of(posed: Callable[[float], Pose]) -> tuple[list[tuple[Place, Place]], tuple[Place, ...]]:
    """The dashes, each from and to, and the corners of the head."""
    way = [posed(n / 30).tip for n in range(31)]
    middle = (BOX[0] / 2 - 40, BOX[1] / 2 + 20)
    way = [_pushed(place, middle, 26) for place in way]
    dashes = [(way[n], way[n + 1]) for n in range(0, 29, 3)]
    (x0, y0), (x1, y1) = way[28], way[30]
    heading = math.atan2(y1 - y0, x1 - x0)
    head = tuple(
        (x1 + 18 * math.cos(heading + a), y1 + 18 * math.sin(heading + a)) for a in (0.0, 2.5, -2.5)
    )
    return dashes, head


def _pushed(place: Place, middle: Place, by: float) -> Place:
    """A little outwards, so that the arrow does not lie on the limb."""
    dx, dy = place[0] - middle[0], place[1] - middle[1]
    far = math.hypot(dx, dy) or 1.0
    return place[0] + dx / far * by, place[1] + dy / far * by
