"""Whether a device that answers to a wearable's identity is the one that was bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["IdentityGuard", "Remembered"]

NS_PER_S = 1_000_000_000
HEARD_LATELY_NS = 10 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Remembered:
    """What of a wearable was remembered when it was bound.

    Attributes:
        address: by which the radio knew it; stays on this box and out of every log.
        serial: as it told it; None where its kind tells none.
    """

    address: str | None = None
    serial: str | None = None


class IdentityGuard:
    """Judges each device before and after it is connected; says in words why one is refused.

    1. A remembered serial number must be told again; an address may then change, as some do by
       themselves.
    2. Without a serial number the remembered address must be the same: another device that goes
       by the name is refused, and needs to be bound anew, never by itself.
    3. Two devices that answer to one identity at the same time are both refused, unless what
       was remembered tells which one it is; one that is served keeps being served.
    4. A bound wearable under another name is not served, and named.

    None of it is authentication: names, addresses and serial numbers can all be imitated.

    Args:
        remembered: of an identity; None where it was bound without having been met.
        bound: the identities that are bound, for a wearable that was renamed.
    """

    def __init__(
        self,
        remembered: Callable[[str], Remembered | None] = lambda _: None,
        bound: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._remembered = remembered
        self._bound = bound
        self._heard: dict[str, dict[str, int]] = {}
        self._served: dict[str, str] = {}

    def sighted(self, identity: str, address: str, now_ns: int) -> str | None:
        """A device advertises this identity; returns why it must not be connected."""
        heard = self._heard.setdefault(identity, {})
        heard[address] = now_ns
        known = self._remembered(identity)
        if known is not None and known.address is not None:
            if known.address == address or known.serial is not None:
                return None
            return _stranger(identity)
        for other, at_ns in list(heard.items()):
            if abs(now_ns - at_ns) > HEARD_LATELY_NS:
                del heard[other]
        others = {*heard, self._served.get(identity, address)} - {address}
        return _twins(identity) if others else None

    def connected(self, identity: str, address: str, serial: str | None) -> str | None:
        """A connected device says that it is this one; returns why it must be left."""
        known = self._remembered(identity)
        if known is not None and known.serial is not None and serial != known.serial:
            return _stranger(identity)
        if (
            known is not None
            and known.address not in (None, address)
            and (serial is None or known.serial is None)
        ):
            return _stranger(identity)
        if self._served.get(identity, address) != address:
            return _twins(identity)
        return None

    def renamed(self, identity: str, address: str) -> str | None:
        """Why a device that is not bound under its name may be one that is under another."""
        bound = self.bound_at(address)
        if bound is None:
            return None
        return f"{bound} now calls itself {identity}: bind it anew (ripresa devices bind)"

    def bound_at(self, address: str) -> str | None:
        """The identity that was remembered with this address."""
        for bound in self._bound():
            known = self._remembered(bound)
            if known is not None and known.address == address:
                return bound
        return None

    def serves(self, identity: str, address: str) -> None:
        """This device is taken for this identity from now on."""
        self._served[identity] = address

    def left(self, identity: str, address: str) -> None:
        """It no longer is."""
        if self._served.get(identity) == address:
            del self._served[identity]


def _stranger(identity: str) -> str:
    return (
        f"another device answers to {identity} than the one that was bound: "
        "if it is hers, bind it anew (ripresa devices bind)"
    )


def _twins(identity: str) -> str:
    return (
        f"two devices answer to {identity}: switch the other one off, "
        "or bind the right one with both in range (ripresa devices bind)"
    )
