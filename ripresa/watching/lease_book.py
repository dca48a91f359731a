"""Who may see a session live, until when: values and time, without a bus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from telemetry.messages.notices import LONGEST_LEASE_S

if TYPE_CHECKING:
    from telemetry.messages.notices import LiveRequest, LiveWatcher

__all__ = ["HELD_WITHIN_S", "MOST_LEASES", "Lease", "LeaseBook", "Refusal"]

HELD_WITHIN_S: Final = 15
"""Whoever does not say so long that they still watch, watches no more."""
MOST_LEASES: Final = 64
"""At once: a clinic has fewer screens."""
NS_PER_S: Final = 1_000_000_000

Refusal: TypeAlias = Literal["no consent", "no such session", "too many"]


@dataclass(frozen=True, slots=True)
class Lease:
    """One deliberate act of somebody who watches.

    Attributes:
        until_ns: it is over then, whatever is said of it.
        heard_ns: when its holder last said that they watch.
    """

    lease: str
    session: str
    watcher: LiveWatcher
    until_ns: int
    heard_ns: int

    def stands(self, now_ns: int) -> bool:
        """Whether it gives a right to see anything still.

        A clock that was set back would lengthen it by as much, also for one who is gone: where it
        was heard of in the future, it is over.
        """
        return now_ns < self.until_ns and abs(now_ns - self.heard_ns) < HELD_WITHIN_S * NS_PER_S


class LeaseBook:
    """The leases of one home. A lease that is over never comes back: whoever asks, asks anew."""

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}
        self._over: dict[str, None] = {}

    @property
    def leases(self) -> tuple[Lease, ...]:
        """Those that are written here; `lapsed` takes out what stands no more."""
        return tuple(self._leases.values())

    def ask(
        self, wish: LiveRequest, now_ns: int, *, session: str | None, allowed: bool
    ) -> Refusal | None:
        """Give a lease, or say why not.

        Args:
            wish: what is asked for; the same lease asked for again gains nothing.
            now_ns: by the home's clock.
            session: the one under way; None: none is.
            allowed: whether the person at home lets sessions be seen.
        """
        if not allowed:
            return "no consent"
        if wish.lease in self._over or session is None or wish.session != session:
            return "no such session"
        if wish.lease in self._leases:
            return None
        if len(self._leases) >= MOST_LEASES:
            return "too many"
        for_s = min(wish.lease_s, LONGEST_LEASE_S)
        self._leases[wish.lease] = Lease(
            wish.lease, wish.session, wish.watcher, now_ns + for_s * NS_PER_S, now_ns
        )
        return None

    def hold(self, lease: str, now_ns: int) -> bool:
        """Its holder watches still; False where there is no such lease, or none any more."""
        held = self._leases.get(lease)
        if held is None or not held.stands(now_ns):
            return False
        self._leases[lease] = replace(held, heard_ns=now_ns)
        return True

    def end(self, lease: str) -> bool:
        """Its holder lets go; False where there was none."""
        found = self._leases.pop(lease, None)
        if found is not None:
            self._over[lease] = None
            while len(self._over) > MOST_LEASES:
                del self._over[next(iter(self._over))]
        return found is not None

    def lapsed(self, now_ns: int, *, session: str | None, allowed: bool) -> list[str]:
        """Take out the leases that stand no more: over, not held, of another session, or barred."""
        gone = [
            lease.lease
            for lease in self._leases.values()
            if not (allowed and lease.session == session and lease.stands(now_ns))
        ]
        for lease in gone:
            self.end(lease)
        return gone

    def watched(self, now_ns: int) -> tuple[LiveWatcher, ...]:
        """The roles of those who watch, each once, in order."""
        return tuple(sorted({x.watcher for x in self.leases if x.stands(now_ns)}))

    def sees(self, payload: bytes, now_ns: int) -> bool:
        """Whether somebody may see a message: it is of the session of a lease that stands."""
        return any(x.stands(now_ns) and x.session.encode() in payload for x in self.leases)
