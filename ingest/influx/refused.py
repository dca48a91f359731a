"""Which lines a database means when it has dropped some of a batch and written the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["refused_lines"]

_CONFLICT: Final = re.compile(
    r'partial write: field type conflict: input field "(?P<field>[^"]+)" '
    r'on measurement "(?P<measurement>[^"]+)".* dropped=(?P<dropped>\d+)'
)
"""1.8 answers so with 400, 2.7 with 422; of several fields that conflict the first is named."""


def refused_lines(reason: str, blocks: Sequence[Sequence[bytes]]) -> list[list[bytes]] | None:
    """The lines of each block that were dropped; None where the answer does not tell.

    Args:
        reason: what the database said.
        blocks: the batch, each with its lines, several separated by newlines in one value allowed.
    """
    said = _CONFLICT.search(reason)
    if said is None:
        return None
    head, field = said["measurement"].encode(), said["field"].encode()
    measured = re.compile(rb"^%s[, ]" % re.escape(head))
    has_field = re.compile(rb"[ ,]%s=" % re.escape(field))
    found = [
        [
            line
            for text in block
            for line in text.split(b"\n")
            if measured.match(line) and has_field.search(_fields(line))
        ]
        for block in blocks
    ]
    return found if sum(map(len, found)) == int(said["dropped"]) else None


def _fields(line: bytes) -> bytes:
    """From the first space on that no backslash escapes: no tag's name is taken for a field's."""
    found = re.search(rb"(?<!\\) ", line)
    return b"" if found is None else line[found.start() :]
