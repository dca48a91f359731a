"""A menu that two keys, a mouse, or the wearable's own motion can work: pure.

By motion: the focus wanders from choice to choice by itself, slowly, until keys move it; raising
the control and staying there takes the choice in focus. After a choice everything waits half a
second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Menu"]

WANDER_NS = 3_000_000_000
STAY_NS = 900_000_000
CALM_NS = 500_000_000
RAISED = 0.6
LOWERED = 0.3


@dataclass(frozen=True, slots=True)
class Menu:
    """Some choices, one in focus.

    Attributes:
        count: how many.
        focus: the one in focus.
        since_ns: when it came into focus.
        opened_ns: when the menu was opened.
        raised_ns: since when the control is up; None while it is not.
        held: keys have moved the focus: it no longer wanders.
        armed: whether the control has been down since the menu was opened.
    """

    count: int
    focus: int = 0
    since_ns: int = 0
    opened_ns: int = 0
    held: bool = False
    raised_ns: int | None = None
    armed: bool = False

    @classmethod
    def opened(cls, count: int, now_ns: int) -> Menu:
        """A fresh menu."""
        return cls(count, since_ns=now_ns, opened_ns=now_ns)

    def moved(self, by: int, now_ns: int) -> Menu:
        """The focus moved by keys."""
        if self.count == 0:
            return self
        focus = (self.focus + by) % self.count
        return replace(self, focus=focus, since_ns=now_ns, held=True)

    def may_choose(self, now_ns: int) -> bool:
        """Whether a press counts already: not in the first half second."""
        return self.count > 0 and now_ns - self.opened_ns >= CALM_NS

    def waited(self, now_ns: int, control: float | None) -> tuple[Menu, int | None]:
        """Some time later, with the control where a wearable gives one.

        Returns:
            The menu, and the choice that motion has taken, or None.
        """
        if control is None or self.count == 0:
            return self, None
        if control < LOWERED:
            menu = replace(self, raised_ns=None, armed=True)
            if now_ns - self.since_ns > WANDER_NS and not self.held:
                focus = (self.focus + 1) % self.count
                return replace(menu, focus=focus, since_ns=now_ns), None
            return menu, None
        if control < RAISED or not self.armed:
            return replace(self, raised_ns=None), None
        raised_ns = now_ns if self.raised_ns is None else self.raised_ns
        if now_ns - raised_ns >= STAY_NS and self.may_choose(now_ns):
            return replace(self, raised_ns=None, armed=False), self.focus
        return replace(self, raised_ns=raised_ns), None
