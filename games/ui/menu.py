"""A menu that keys, a mouse, or for who has chosen it scanning, can work: pure.

Scanning: the focus wanders from choice to choice by itself, slowly, until a key or a movement
takes the one in focus. A movement takes nothing unless the arm was low and still before, so that
an arm that exercises never answers; raising it then and staying there takes the choice. After a
choice everything waits half a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Menu"]

WANDER_NS = 3_000_000_000
STAY_NS = 900_000_000
CALM_NS = 500_000_000
STILL_NS = 2_000_000_000
STILL_WITHIN = 0.06
RAISED = 0.6
LOWERED = 0.3


@dataclass(frozen=True, slots=True)
class Menu:
    """Some choices, one or none of them in focus.

    Attributes:
        count: how many.
        focus: the one in focus; None: none, and then nothing can be taken by mistake.
        since_ns: when it came into focus.
        opened_ns: when the menu was opened.
        raised_ns: since when the control is up; None while it is not.
        low: where the control is while it keeps still, low, since `low_ns`; None while it moves.
        armed: whether it was low and still since the last choice.
    """

    count: int
    focus: int | None = None
    since_ns: int = 0
    opened_ns: int = 0
    raised_ns: int | None = None
    low: float | None = None
    low_ns: int = 0
    armed: bool = False

    @classmethod
    def opened(cls, count: int, now_ns: int, *, focus: int | None = None) -> Menu:
        """A fresh menu; where an answer is asked for, nothing is in focus."""
        return cls(count, focus, since_ns=now_ns, opened_ns=now_ns)

    def moved(self, by: int, now_ns: int) -> Menu:
        """The focus moved by keys."""
        if self.count == 0:
            return self
        first = 0 if by > 0 else self.count - 1
        focus = first if self.focus is None else (self.focus + by) % self.count
        return replace(self, focus=focus, since_ns=now_ns)

    def may_choose(self, now_ns: int) -> bool:
        """Whether a press counts already: not in the first half second."""
        return self.count > 0 and now_ns - self.opened_ns >= CALM_NS

    def scanned(self, now_ns: int, control: float | None) -> tuple[Menu, int | None]:
        """Some time later, scanning, with the control where a wearable gives one.

        Returns:
            The menu, and the choice that a movement has taken, or None.
        """
        if self.count == 0:
            return self, None
        menu = self
        if now_ns - self.since_ns > WANDER_NS and self.raised_ns is None:
            menu = self.moved(1, now_ns)
        return (menu, None) if control is None else menu._by_motion(now_ns, control)  # noqa: SLF001

    def _by_motion(self, now_ns: int, control: float) -> tuple[Menu, int | None]:
        if control < LOWERED:
            still = self.low is not None and abs(control - self.low) <= STILL_WITHIN
            low, low_ns = (self.low, self.low_ns) if still else (control, now_ns)
            armed = self.armed or now_ns - low_ns >= STILL_NS
            return replace(self, raised_ns=None, low=low, low_ns=low_ns, armed=armed), None
        if control < RAISED or not self.armed or self.focus is None:
            return replace(self, raised_ns=None, low=None), None
        raised_ns = now_ns if self.raised_ns is None else self.raised_ns
        if now_ns - raised_ns >= STAY_NS and self.may_choose(now_ns):
            return replace(self, raised_ns=None, low=None, armed=False), self.focus
        return replace(self, raised_ns=raised_ns, low=None), None
