"""Stamps that were there before: repeats, and those of samples that were told lost."""

from __future__ import annotations

__all__ = ["RecentStamps", "ToldLoss", "forward_us"]

# How many samples back a repeat is known.
REMEMBERED = 256


def forward_us(step_us: int, wrap_us: int | None) -> int:
    """How far ahead a step of device time goes, where it begins anew at `wrap_us`."""
    return step_us if wrap_us is None else step_us % wrap_us


class RecentStamps:
    """The stamps of the last samples, each with a fingerprint of its payload."""

    def __init__(self) -> None:
        self._prints: dict[int, int | None] = {}

    def remember(self, raw: int, print_: int | None) -> None:
        """One more; the oldest is forgotten."""
        prints = self._prints
        prints[raw] = print_
        if len(prints) > REMEMBERED:
            del prints[next(iter(prints))]

    def had(self, raw: int, print_: int) -> bool:
        """Whether the very sample was there, not one that was stamped alike."""
        return self._prints.get(raw, print_ + 1) == print_


class ToldLoss:
    """The last loss that was told, as the stamps around it.

    Args:
        wrap_us: where device time begins anew by itself; None: never.

    Attributes:
        closed: what belongs into it comes too late: its place is gone.
    """

    def __init__(self, wrap_us: int | None) -> None:
        self._wrap_us = wrap_us
        self._between: tuple[int, int] | None = None
        self.closed = False

    def tell(self, before: int, after: int) -> None:
        """Samples were lost between these two."""
        self._between, self.closed = (before, after), False

    def holds(self, raw: int) -> bool:
        """Whether a stamp belongs between those around the loss."""
        if self._between is None:
            return False
        before, after = self._between
        inside_us = forward_us(raw - before, self._wrap_us)
        return 0 < inside_us < forward_us(after - before, self._wrap_us)
