"""A session's line in a list, at the head of its file, so that a list reads no whole files.

    {"version": 3, "summary": {"session": ..., "patient": ..., ...}, "session": ..., "events": ...

It is written with the rest in one go and says what the events of that file say. A file that does
not begin so (of an older version, or another's) is read whole.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from telemetry.seams import SessionSummary

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["VERSION", "head_of", "session_head"]

VERSION: Final = 3
HEAD_BYTES: Final = 1024
"""Names are bounded, so that a summary is shorter."""
_BEGINS: Final = f'{{\n "version": {VERSION},\n "summary": '.encode()
"""As `json.dumps(..., indent=1)` writes it."""


def session_head(summary: SessionSummary) -> dict[str, Any]:
    """The first two entries of a session's file."""
    return {"version": VERSION, "summary": asdict(summary)}


def head_of(path: Path) -> SessionSummary | None:
    """What a session's file says at its head; None where it has none or was cut off.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not head.startswith(_BEGINS):
            return None
        file.seek(-1, 2)
        whole = file.read(1) == b"}"
    try:
        told, _ = json.JSONDecoder().raw_decode(head[len(_BEGINS) :].decode(errors="ignore"))
        return SessionSummary(**told) if whole else None
    except (ValueError, TypeError):
        return None
