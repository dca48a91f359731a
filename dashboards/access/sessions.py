"""Who is signed in: sessions on the server, known to the browser by a random name alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.clock import Clock

    from .access_store import AccessStore
    from .accounts import Account

__all__ = ["ABSOLUTE_S", "IDLE_S", "SignedIn", "SignedInSessions", "csrf_token"]

log = logging.getLogger(__name__)

IDLE_S: Final = 15 * 60
ABSOLUTE_S: Final = 12 * 3600
ID_BYTES: Final = 32
KEEP_EVERY_S: Final = 30
"""How exactly the last use is known after a restart."""
MOST_UNKEPT: Final = 500
NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """One session that holds.

    Attributes:
        hash: by which it is kept.
        account: whose.
        idle_left_s: until it ends for want of use.
        left_s: until it ends in any case.
    """

    hash: bytes
    account: Account
    idle_left_s: float
    left_s: float


class SignedInSessions:
    """All sessions.

    The file is the truth; where it cannot be written (a full disk), what would have been written
    is held in memory, so that nobody is shut out by that.

    Args:
        store: the file.
        clock: says how old one is.
        find: an account by its name.
    """

    def __init__(
        self, store: AccessStore, clock: Clock, find: Callable[[str], Account | None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._find = find
        self._used: dict[bytes, int] = {}
        self._written: dict[bytes, int] = {}
        self._unkept: dict[bytes, tuple[str, int]] = {}
        self._ended: set[bytes] = set()

    def begin(self, name: str) -> str:
        """A new session's id; it is told once and kept nowhere."""
        session, now_ns = secrets.token_urlsafe(ID_BYTES), self._clock.now_ns()
        hashed = _hash(session)
        try:
            with self._store.writing() as db:
                oldest = (now_ns - ABSOLUTE_S * NS_PER_S, now_ns - 2 * IDLE_S * NS_PER_S)
                db.execute("DELETE FROM sign_in WHERE began_ns < ? OR used_ns < ?", oldest)
                db.execute(
                    "INSERT INTO sign_in VALUES (?, ?, ?, ?)", (hashed, name, now_ns, now_ns)
                )
        except StoreError as e:
            log.warning("a session is held in memory alone: %s", e)
            self._unkept[hashed] = (name, now_ns)
            while len(self._unkept) > MOST_UNKEPT:
                del self._unkept[next(iter(self._unkept))]
        self._used[hashed] = now_ns
        return session

    def find(self, session: str) -> SignedIn | None:
        """The session of an id, if it still holds; None otherwise."""
        hashed = _hash(session)
        kept = self._kept(hashed)
        if kept is None:
            return None
        name, began_ns, used_ns = kept
        now_ns = self._clock.now_ns()
        left_s = ABSOLUTE_S - (now_ns - began_ns) / NS_PER_S
        idle_left_s = IDLE_S - (now_ns - used_ns) / NS_PER_S
        account = self._find(name)
        # A clock that was set back must not lengthen it.
        holds = 0 < left_s <= ABSOLUTE_S and 0 < idle_left_s <= IDLE_S
        if not holds or account is None or account.disabled_ns is not None:
            self.end(hashed)
            return None
        return SignedIn(
            hash=hashed, account=account, idle_left_s=idle_left_s, left_s=min(left_s, ABSOLUTE_S)
        )

    def renew(self, signed_in: SignedIn) -> None:
        """It was used just now."""
        now_ns = self._clock.now_ns()
        self._used[signed_in.hash] = now_ns
        before_ns = self._written.get(signed_in.hash, 0)
        if now_ns - before_ns < KEEP_EVERY_S * NS_PER_S or signed_in.hash in self._unkept:
            return
        self._written[signed_in.hash] = now_ns
        try:
            with self._store.writing() as db:
                db.execute(
                    "UPDATE sign_in SET used_ns = ? WHERE hash = ?", (now_ns, signed_in.hash)
                )
        except StoreError as e:
            log.warning("a session's use is held in memory alone: %s", e)

    def end(self, hashed: bytes) -> None:
        """Sign out."""
        for kept in (self._used, self._written, self._unkept):
            kept.pop(hashed, None)
        try:
            with self._store.writing() as db:
                db.execute("DELETE FROM sign_in WHERE hash = ?", (hashed,))
        except StoreError as e:
            log.warning("a session that is over is still in the file: %s", e)
            self._ended.add(hashed)

    def _kept(self, hashed: bytes) -> tuple[str, int, int] | None:
        rows = self._store.rows(
            "SELECT name, began_ns, used_ns FROM sign_in WHERE hash = ?", (hashed,)
        )
        if hashed in self._ended:
            return None
        if rows:
            name, began_ns, used_ns = rows[0]
        elif hashed in self._unkept:
            name, began_ns = self._unkept[hashed]
            used_ns = began_ns
        else:
            return None
        return name, began_ns, max(used_ns, self._used.get(hashed, 0))


def csrf_token(session: str) -> str:
    """What a page of this very session sends along with all that changes something."""
    mac = hmac.digest(session.encode(), b"ripresa csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _hash(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()
