"""API tokens: for programs that read, shown once, kept as SHA-256, for at most a year."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError
from telemetry.identity import checked_name

from .policy import TOKEN_SCOPES
from .principal import Action, Principal

if TYPE_CHECKING:
    from collections.abc import Collection

    from telemetry.clock import Clock

    from .access_store import AccessStore

__all__ = ["MOST_DAYS", "ApiToken", "ApiTokens", "checked_scope"]

MOST_DAYS: Final = 366
PREFIX: Final = "ripresa_"
"""So that a token that lies in the wrong place is found for what it is."""
TOKEN_BYTES: Final = 32
NS_PER_DAY: Final = 86_400_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token, as far as it is kept."""

    name: str
    scope: frozenset[Action]
    sites: frozenset[str]
    made_ns: int
    ends_ns: int
    revoked_ns: int | None

    @property
    def principal(self) -> Principal:
        """Who it is to the policy."""
        return Principal(name=f"token:{self.name}", sites=self.sites, scope=self.scope)


class ApiTokens:
    """All of them.

    Args:
        store: the file.
        clock: says whether one is over.
    """

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self, name: str, *, scope: Collection[Action], sites: Collection[str], days: int
    ) -> str:
        """Make one; what is returned is kept nowhere.

        Raises:
            ConfigurationError: the name is taken or cannot be one, or it would last too long.
        """
        checked_name(name, "token")
        if not 1 <= days <= MOST_DAYS:
            raise ConfigurationError(f"a token is good for 1 to {MOST_DAYS} days, not {days}")
        token, now_ns = PREFIX + secrets.token_urlsafe(TOKEN_BYTES), self._clock.now_ns()
        row = (
            name,
            _hash(token),
            " ".join(sorted(scope)),
            " ".join(sorted(sites)),
            now_ns,
            now_ns + days * NS_PER_DAY,
        )
        with self._store.writing() as db:
            if db.execute("SELECT 1 FROM api_token WHERE name = ?", (name,)).fetchone():
                raise ConfigurationError(f"there is a token {name} already: give another name")
            db.execute("INSERT INTO api_token VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
        return token

    def all(self) -> list[ApiToken]:
        """By name, those that are over too."""
        return [_token(row) for row in self._rows("TRUE")]

    def find(self, token: str) -> ApiToken | None:
        """The one that was shown so, if it still holds; None otherwise."""
        now_ns = self._clock.now_ns()
        found = [
            _token(row)
            for row in self._rows(
                "hash = ? AND revoked_ns IS NULL AND ends_ns > ? AND made_ns <= ?",
                _hash(token),
                now_ns,
                now_ns,
            )
        ]
        return found[0] if found else None

    def revoke(self, name: str) -> None:
        """Let it in no more.

        Raises:
            ConfigurationError: there is none of that name.
        """
        with self._store.writing() as db:
            found = db.execute(
                "UPDATE api_token SET revoked_ns = coalesce(revoked_ns, ?) WHERE name = ?",
                (self._clock.now_ns(), name),
            )
            if not found.rowcount:
                raise ConfigurationError(
                    f"there is no token {name}: `ripresa clinic token list` shows them"
                )

    def _rows(
        self, where: str, *values: object
    ) -> list[tuple[str, str, str, int, int, int | None]]:
        sql = (
            f"SELECT name, scope, sites, made_ns, ends_ns, revoked_ns FROM api_token WHERE {where}"  # noqa: S608 - ours
        )
        return self._store.rows(sql, values)


def checked_scope(words: Collection[str]) -> frozenset[Action]:
    """What a token is for, by name.

    Raises:
        ConfigurationError: a token cannot be for that, or nothing is given.
    """
    known = sorted(TOKEN_SCOPES)
    unknown = sorted(set(words) - set(known))
    if unknown or not words:
        raise ConfigurationError(
            f"scope {', '.join(unknown) or 'is missing'}: a token is for {', '.join(known)}"
        )
    return frozenset(Action(word) for word in words)


def _token(row: tuple[str, str, str, int, int, int | None]) -> ApiToken:
    name, scope, sites, made_ns, ends_ns, revoked_ns = row
    return ApiToken(
        name=name,
        scope=frozenset(Action(word) for word in scope.split()),
        sites=frozenset(sites.split()),
        made_ns=made_ns,
        ends_ns=ends_ns,
        revoked_ns=revoked_ns,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
