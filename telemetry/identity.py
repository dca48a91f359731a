"""Names that stand for things: ULIDs, pseudonyms, sites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints
from ulid import ULID

from .errors import ConfigurationError
from .printable import shown

if TYPE_CHECKING:
    from .clock import Clock

__all__ = ["Name", "Pseudonym", "UlidText", "checked_name", "is_ulid", "new_ulid"]

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"

Name = Annotated[str, StringConstraints(pattern=_NAME)]
"""A site, a gateway, a wearable: letters, digits, `-` and `_`, at most 40."""

Pseudonym = Name
"""Stands for a patient; the key to the person lies apart, at the clinic."""

_ULID = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"

UlidText = Annotated[str, StringConstraints(pattern=_ULID)]
"""26 characters of Crockford's base 32."""


def new_ulid(clock: Clock) -> str:
    """A fresh ULID stamped with the clock's time, so that ids sort by time.

    A ULID's time is 48 bits of milliseconds from 1970 on; a clock beyond either end gives the end.
    """
    return str(ULID.from_timestamp(min(max(clock.now_ns() / 1e9, 0.0), LAST_ULID_S)))


LAST_ULID_S = ((1 << 48) - 1) // 1000


def is_ulid(text: str) -> bool:
    """Whether `text` is a ULID."""
    return re.fullmatch(_ULID, text) is not None


def checked_name(value: str, what: str) -> str:
    """The value itself, if it may stand in a topic.

    Raises:
        ConfigurationError: it may not; `what` says what it names.
    """
    if not re.fullmatch(_NAME, value):
        raise ConfigurationError(
            f"{what} {shown(value)}: use 1 to 40 letters, digits, '-' or '_', "
            "starting with one of the first two"
        )
    return value
