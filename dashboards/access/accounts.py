"""The people who may sign in: their names, roles and sites."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError
from telemetry.identity import checked_name

from .principal import EVERY_SITE, Principal, Role

if TYPE_CHECKING:
    from collections.abc import Collection

    from telemetry.clock import Clock

    from .access_store import AccessStore

__all__ = ["Account", "Accounts", "checked_roles", "checked_sites"]

_COLUMNS: Final = "name, password, issuer, subject, roles, sites, made_ns, disabled_ns"
_ACCOUNT_NAME: Final = r"[a-z0-9][a-z0-9._-]{0,39}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person.

    Attributes:
        name: by which they sign in, and which stands under what they do.
        password: its argon2 hash; None: they sign in at a provider.
        issuer, subject: who they are at the provider.
        roles: what they are.
        sites: whose patients.
        made_ns: since when.
        disabled_ns: since when they may not come in any more; None: they may.
    """

    name: str
    password: str | None
    issuer: str | None
    subject: str | None
    roles: frozenset[Role]
    sites: frozenset[str]
    made_ns: int
    disabled_ns: int | None

    @property
    def principal(self) -> Principal:
        """Who they are to the policy."""
        return Principal(name=self.name, roles=self.roles, sites=self.sites)


class Accounts:
    """All of them.

    Args:
        store: the file.
        clock: stamps.
    """

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def any(self) -> bool:
        """Whether there ever was one: from then on everybody signs in."""
        return bool(self._store.rows("SELECT 1 FROM account LIMIT 1"))

    def all(self) -> list[Account]:
        """By name, those who are disabled too."""
        return [_account(r) for r in self._store.rows(f"SELECT {_COLUMNS} FROM account")]  # noqa: S608 - no value in it

    def find(self, name: str) -> Account | None:
        """The one of that name; None where there is none."""
        return self._one("name = ?", name)

    def find_subject(self, issuer: str, subject: str) -> Account | None:
        """The one whom a provider knows so; None where there is none."""
        return self._one("issuer = ? AND subject = ?", issuer, subject)

    def add(
        self,
        name: str,
        *,
        roles: Collection[Role],
        sites: Collection[str],
        password: str | None = None,
        identity: tuple[str, str] | None = None,
    ) -> None:
        """Let somebody in.

        Args:
            name: theirs.
            roles: what they are.
            sites: whose patients.
            password: its hash; None: they sign in at a provider.
            identity: issuer and subject there.

        Raises:
            ConfigurationError: the name is taken or cannot be one, or the identity is somebody's.
        """
        if not re.fullmatch(_ACCOUNT_NAME, name):
            raise ConfigurationError(
                f"user {name!r}: use 1 to 40 small letters, digits, '.', '-' or '_'"
            )
        issuer, subject = identity or (None, None)
        row = (name, password, issuer, subject, _words(roles), _words(sites), self._clock.now_ns())
        try:
            with self._store.writing() as db:
                if db.execute("SELECT 1 FROM account WHERE name = ?", (name,)).fetchone():
                    raise ConfigurationError(
                        f"there is a user {name} already: `ripresa clinic user change` or `reset`"
                    )
                self._not_taken(db, issuer, subject)
                db.execute(
                    "INSERT INTO account (name, password, issuer, subject, roles, sites, made_ns) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.IntegrityError as e:
            raise ConfigurationError(f"user {name} cannot be added: {e}") from e

    def change(self, name: str, *, roles: Collection[Role], sites: Collection[str]) -> None:
        """Give somebody other roles or sites; their sessions end, so that none has the old ones.

        Raises:
            ConfigurationError: there is nobody of that name.
        """
        self._update(name, "roles = ?, sites = ?", _words(roles), _words(sites))

    def set_password(self, name: str, password: str) -> None:
        """Give somebody another password's hash; their sessions end, and they may come in again.

        Raises:
            ConfigurationError: there is nobody of that name.
        """
        self._update(name, "password = ?, disabled_ns = NULL", password)

    def link(self, name: str, issuer: str, subject: str) -> None:
        """Say who somebody is at a provider; their sessions end.

        Raises:
            ConfigurationError: nobody of that name, or the identity is somebody else's.
        """
        with self._store.writing() as db:
            self._not_taken(db, issuer, subject)
        self._update(name, "issuer = ?, subject = ?", issuer, subject)

    def disable(self, name: str) -> None:
        """Let somebody in no more; their sessions end.

        Raises:
            ConfigurationError: there is nobody of that name.
        """
        self._update(name, "disabled_ns = ?", self._clock.now_ns())

    def _update(self, name: str, what: str, *values: object) -> None:
        with self._store.writing() as db:
            found = db.execute(f"UPDATE account SET {what} WHERE name = ?", (*values, name))  # noqa: S608 - ours
            if not found.rowcount:
                raise ConfigurationError(
                    f"there is no user {name}: `ripresa clinic user list` shows them"
                )
            db.execute("DELETE FROM sign_in WHERE name = ?", (name,))

    def _not_taken(self, db: sqlite3.Connection, issuer: str | None, subject: str | None) -> None:
        row = db.execute(
            "SELECT name FROM account WHERE issuer = ? AND subject = ?", (issuer, subject)
        ).fetchone()
        if row is not None:
            raise ConfigurationError(f"that identity at the provider is {row[0]}'s already")

    def _one(self, where: str, *values: str) -> Account | None:
        rows = self._store.rows(f"SELECT {_COLUMNS} FROM account WHERE {where}", values)  # noqa: S608 - ours
        return _account(rows[0]) if rows else None


def checked_roles(words: Collection[str]) -> frozenset[Role]:
    """Roles by name.

    Raises:
        ConfigurationError: there is no such role, or none is given.
    """
    known = ", ".join(Role)
    try:
        found = frozenset(Role(word) for word in words)
    except ValueError as e:
        raise ConfigurationError(f"{e}: roles are {known}") from e
    if not found:
        raise ConfigurationError(f"give a role: {known}")
    return found


def checked_sites(words: Collection[str]) -> frozenset[str]:
    """Sites by name; `+` is all of them.

    Raises:
        ConfigurationError: one cannot be a site's name, or none is given.
    """
    if not words:
        raise ConfigurationError(f"give a site, or {EVERY_SITE} for all")
    return frozenset(w if w == EVERY_SITE else checked_name(w, "site") for w in words)


def _words(values: Collection[str]) -> str:
    return " ".join(sorted(str(value) for value in values))


def _account(row: tuple[str, str | None, str | None, str | None, str, str, int, int]) -> Account:
    name, password, issuer, subject, roles, sites, made_ns, disabled_ns = row
    return Account(
        name=name,
        password=password,
        issuer=issuer,
        subject=subject,
        roles=frozenset(Role(word) for word in roles.split()),
        sites=frozenset(sites.split()),
        made_ns=made_ns,
        disabled_ns=disabled_ns,
    )
