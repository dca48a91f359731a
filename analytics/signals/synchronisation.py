"""Two sensors with clocks of their own, brought onto the frames of one of them by host time."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Between", "Matcher", "Timed", "Unmatched"]

P = TypeVar("P")

APART_US = 500_000.0
"""Two neighbouring frames further apart than this tell nothing about the time between them."""


class Timed(NamedTuple, Generic[P]):
    """A frame of the other sensor, as far as matching goes.

    Attributes:
        t_us: host time.
        restarted: whether samples are lost before it.
        what: whatever the caller wants back.
    """

    t_us: float
    restarted: bool
    what: P


class Between(NamedTuple, Generic[P]):
    """Where a frame lies among the other sensor's.

    Attributes:
        before, after: the neighbouring frames.
        share: of the way from one to the other, 0 to 1.
        restarted: whether either sensor lost samples since the frame matched before.
    """

    before: P
    after: P
    share: float
    restarted: bool


class Unmatched(Enum):
    """Why a frame is not between two of the other sensor's."""

    WAITING = "the other sensor's next frame has not come"
    HOLE = "the other sensor lost samples there, or began later"


class Matcher(Generic[P]):
    """Finds for each frame the other sensor's two around it.

    A frame's place is told only once both neighbours are there, so it never depends on which
    stream came first. A frame that lies where the other sensor lost samples is in a hole, and the
    next one that is matched says that something was lost.

    Args:
        following: gives the other sensor's frames in order; None: the next has not come.
    """

    def __init__(self, following: Callable[[], Timed[P] | None]) -> None:
        self._following = following
        self._before: Timed[P] | None = None
        self._after: Timed[P] | None = None
        self._latest_us = 0.0
        self._matched = False
        self._lost = False

    def match(self, t_us: float, *, restarted: bool) -> Between[P] | Unmatched:
        """The place of the next frame; one that is waiting is to be offered again."""
        # A clock that was corrected may step back by some microseconds.
        t_us = max(t_us, self._latest_us)
        while self._after is None or self._after.t_us < t_us:
            new = self._following()
            if new is None:
                return Unmatched.WAITING
            self._lost |= new.restarted
            self._before, self._after = self._after, new
        self._latest_us = t_us
        before, after = self._before, self._after
        if after.t_us == t_us:
            before, share = after, 1.0
        elif before is None or after.restarted or after.t_us - before.t_us > APART_US:
            self._lost = True
            return Unmatched.HOLE
        else:
            share = (t_us - before.t_us) / (after.t_us - before.t_us)
        lost, self._lost = (self._lost or restarted) and self._matched, False
        self._matched = True
        return Between(before.what, after.what, share, lost)
