"""Passwords: what is one, and whether it is the right one; argon2 by pwdlib."""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from telemetry.errors import ConfigurationError

__all__ = ["LEAST", "Passwords", "hashed_password"]

LEAST: Final = 12
"""Characters. Length is what counts (NIST SP 800-63B): no rule asks for signs or digits."""
MOST: Final = 256
AT_ONCE: Final = 2
"""One takes 64 MiB and some 50 ms of several cores: more at once would starve the clinic."""


@cache
def _argon2() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    """A hash to hold against where there is nobody, so that time tells nothing."""
    return _argon2().hash("nobody has this password")


def hashed_password(name: str, password: str) -> str:
    """The hash of a new password.

    Raises:
        ConfigurationError: it is too short or too long, or is little more than the name.
    """
    password = _normal(password)
    if not LEAST <= len(password) <= MOST:
        raise ConfigurationError(f"a password has {LEAST} to {MOST} characters: take a sentence")
    if len(set(password)) < 5 or len(password.lower().replace(name.lower(), "")) < LEAST - 4:
        raise ConfigurationError("that password is easily guessed: take a sentence of your own")
    return _argon2().hash(password)


class Passwords:
    """Verifies passwords off the event loop, at most two at once; others wait their turn."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def right(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one whose hash is kept; takes as long where none is."""
        if len(password) > MOST:
            return False
        async with self._turns:
            return await asyncio.to_thread(_right, kept, _normal(password))


def _right(kept: str | None, password: str) -> bool:
    try:
        right = _argon2().verify(password, kept or _nobodys())
    except PwdlibError:
        return False
    return right and kept is not None


def _normal(password: str) -> str:
    """One keyboard's é is another's e and accent."""
    return unicodedata.normalize("NFC", password)
