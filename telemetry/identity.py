"""Names that stand for things: ULIDs, pseudonyms, sites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints
from ulid import ULID

from .errors import ConfigurationError

if TYPE_CHECKING:
    from .clock import Clock

__all__ = ["Name", "Pseudonym", "UlidText", "checked_name", "new_ulid"]

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"

Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""A site, a gateway, a wearable: letters, digits, `-` and `_`, at most 40."""

Pseudonym = Name
"""Stands for a patient; the key to the person lies apart, at the clinic."""

UlidText = Annotated[str, StringConstraints(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
"""26 characters of Crockford's base 32."""


def new_ulid(clock: Clock) -> str:
    """A fresh ULID stamped with the clock's time, so that ids sort by time."""
    return str(ULID.from_timestamp(clock.now_ns() / 1e9))


def checked_name(value: str, what: str) -> str:
    """The value itself, if it may stand in a topic.

    Raises:
        ConfigurationError: it may not; `what` says what it names.
    """
    if not re.match(_NAME, value):
        raise ConfigurationError(
            f"{what} {value!r}: use 1 to 40 letters, digits, '-' or '_', starting with one of the "
            "first two"
        )
    return value
