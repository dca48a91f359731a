"""Whoever guesses passwords waits longer each time; nobody is locked out.

Three counts of failures, each with a wait that doubles up to a bound: of an account from one
address, of an address over all accounts, of an account over all addresses. The last one is not
held against an address from which that account has signed in before: a stranger's guesses must
not keep out whoever works there.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from telemetry.clock import Clock

__all__ = ["Slowing"]

NS_PER_S: Final = 1_000_000_000
FORGOTTEN_S: Final = 3600
MOST_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """From the how manieth failure on one waits, and how long at most."""

    free: int
    most_s: float


_PAIR: Final = _Rule(3, 60.0)
_ADDRESS: Final = _Rule(10, 60.0)
_ACCOUNT: Final = _Rule(20, 30.0)


class Slowing:
    """The failures that are remembered.

    Args:
        clock: paces.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def wait_s(self, account: str, address: str) -> float:
        """How long somebody has to wait before they may try."""
        waits = [self._wait_s(key, rule) for key, rule in self._counts(account, address)]
        return max(waits)

    def note_try(self, account: str, address: str) -> None:
        """Count a try as failed, before it is known: many at once must not slip through."""
        now_ns = self._clock.now_ns()
        for key, _ in self._counts(account, address):
            self._failed[key] = (self._failures(key) + 1, now_ns)
            self._failed.move_to_end(key)
        while len(self._failed) > MOST_KEPT:
            self._failed.popitem(last=False)

    def note_success(self, account: str, address: str) -> None:
        """It was the right password."""
        for key, _ in self._counts(account, address):
            failures, at_ns = self._failed.pop(key, (0, 0))
            if key[0] == "" and failures > 1:
                self._failed[key] = (failures - 1, at_ns)
        self._known[account, address] = None
        self._known.move_to_end((account, address))
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)

    def _counts(self, account: str, address: str) -> list[tuple[tuple[str, str], _Rule]]:
        counts = [((account, address), _PAIR), (("", address), _ADDRESS)]
        if (account, address) not in self._known:
            counts.append(((account, ""), _ACCOUNT))
        return counts

    def _failures(self, key: tuple[str, str]) -> int:
        failures, at_ns = self._failed.get(key, (0, 0))
        return 0 if self._clock.now_ns() - at_ns > FORGOTTEN_S * NS_PER_S else failures

    def _wait_s(self, key: tuple[str, str], rule: _Rule) -> float:
        beyond = self._failures(key) - rule.free
        if beyond < 0:
            return 0.0
        wait_s = min(2.0 ** min(beyond, 16), rule.most_s)
        gone_s = (self._clock.now_ns() - self._failed[key][1]) / NS_PER_S
        return max(0.0, wait_s - max(gone_s, 0.0))
