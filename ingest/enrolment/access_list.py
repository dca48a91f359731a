"""Reads the access files of `broker_access`, for brokers that are no Mosquitto."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AccessList", "AccessRules"]

KIND: Final = "7"
"""PBKDF2 with SHA-512 in Mosquitto's password file."""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """MQTT topic filters of one user: what it may write and read, and what it may not read."""

    write: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessList:
    """Users, the hashes of their passwords, and their rules, as they stood when it was read."""

    hashes: dict[str, str]
    rules: dict[str, AccessRules]

    @classmethod
    def read(cls, folder: Path) -> AccessList:
        """Read `passwd` and `acl` of a folder.

        Raises:
            ConfigurationError: one is missing or cannot be read.
        """
        try:
            passwords = (folder / "passwd").read_text(encoding="utf-8")
            acl = (folder / "acl").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as e:
            raise ConfigurationError(f"the access list in {folder} cannot be read: {e}") from e
        hashes = dict(line.split(":", 1) for line in passwords.splitlines() if ":" in line)
        return cls(hashes, _rules(acl))

    def is_let_in(self, user: str, password: str) -> bool:
        """Whether this is the user's password."""
        parts = self.hashes.get(user, "").split("$")
        try:
            _, kind, iterations, salt, key = parts
            wanted = base64.b64decode(key, validate=True)
            raw_salt, rounds = base64.b64decode(salt, validate=True), int(iterations)
        except (ValueError, binascii.Error):
            return False
        if kind != KIND or not wanted or rounds < 1:
            return False
        given = hashlib.pbkdf2_hmac("sha512", password.encode(), raw_salt, rounds, len(wanted))
        return hmac.compare_digest(given, wanted)

    def rules_of(self, user: str) -> AccessRules:
        """What a user may do; nothing where there is no such user."""
        return self.rules.get(user, AccessRules())


def _rules(acl: str) -> dict[str, AccessRules]:
    found: dict[str, AccessRules] = {}
    user = ""
    for line in acl.splitlines():
        match line.split(maxsplit=2):
            case ["user", name, *_]:
                user = name
                found.setdefault(user, AccessRules())
            case ["topic", "read", topic]:
                found[user] = _more(found.get(user), read=topic)
            case ["topic", "write", topic]:
                found[user] = _more(found.get(user), write=topic)
            case ["topic", "deny", topic]:
                found[user] = _more(found.get(user), deny=topic)
    return found


def _more(
    rules: AccessRules | None, *, write: str = "", read: str = "", deny: str = ""
) -> AccessRules:
    known = rules or AccessRules()
    return AccessRules(
        (*known.write, write) if write else known.write,
        (*known.read, read) if read else known.read,
        (*known.deny, deny) if deny else known.deny,
    )
