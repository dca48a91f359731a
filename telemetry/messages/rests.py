"""When nothing is asked for within an exercise, and which repetitions therefore belong to no set.

A repetition belongs to the set if its way up and its hold lie outside every rest: one that began in
a rest, or went up into one, is none; one whose way down alone fell into it is. The same rule holds
for instants, as a session judges while it goes on, and for sample indices, as a result is made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

from .events import ExerciseStarted, RestEnded, RestStarted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .events import SessionEvent
    from .live import RepetitionCounted

__all__ = ["Rests", "moved_in_rest", "rests_of"]

RETURNING_NS = 1_000_000_000
"""So much before it was known a repetition turned back, where nobody tells when it did."""


@dataclass(frozen=True, slots=True)
class Rests:
    """Rests of one exercise item.

    Attributes:
        closed: from (inclusive) and to (exclusive), in order.
        since: where the one that lasts began; None: there is none.
    """

    closed: tuple[tuple[int, int], ...] = ()
    since: int | None = None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.beginnings)

    @property
    def spans(self) -> tuple[tuple[int, int | None], ...]:
        """Each from and to; one that lasts has no end."""
        return (*self.closed, *(() if self.since is None else ((self.since, None),)))

    @property
    def beginnings(self) -> tuple[int, ...]:
        """Where each began."""
        return tuple(since for since, _ in self.spans)

    def begun(self, at: int) -> Rests:
        """A rest begins; one that lasts goes on."""
        return self if self.since is not None else replace(self, since=at)

    def ended(self, at: int) -> Rests:
        """It is over."""
        if self.since is None:
            return self
        return Rests((*self.closed, (self.since, max(self.since, at))))

    def joined(self, other: Rests) -> Rests:
        """What lies in either."""
        lasting = [s for s in (self.since, other.since) if s is not None]
        return Rests((*self.closed, *other.closed), min(lasting, default=None))

    def hold(self, begun: int, turned: int) -> bool:
        """Whether a repetition that began and turned back at these places belongs to no set."""
        if self.since is not None and turned >= self.since:
            return True
        # While a session goes on, what is asked about lies after all rests or in a late one.
        if not self.closed or begun >= max(self.closed, key=itemgetter(1))[1]:
            return False
        return any(begun < to and turned >= since for since, to in reversed(self.closed))


def moved_in_rest(repetition: RepetitionCounted, rests: Rests) -> bool:
    """Whether it began in a rest, in a pause or while a question stood, or went up into one."""
    turned_ns = repetition.turned_ns
    if turned_ns is None:
        turned_ns = repetition.t_ns - RETURNING_NS
    begun_ns = turned_ns if repetition.begun_ns is None else repetition.begun_ns
    return rests.hold(begun_ns, turned_ns)


def rests_of(events: Iterable[SessionEvent]) -> dict[str, Rests]:
    """The rests of each item, as instants, from a session's events in their order."""
    found: dict[str, Rests] = {}
    for event in events:
        match event:
            case ExerciseStarted(item=item):
                found[item] = Rests()
            case RestStarted(item=item, t_ns=t_ns):
                found[item] = found.get(item, Rests()).begun(t_ns)
            case RestEnded(item=item, t_ns=t_ns):
                found[item] = found.get(item, Rests()).ended(t_ns)
    return found
