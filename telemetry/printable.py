"""Foreign text made fit for a log, a terminal or a page: bounded, no control characters."""

from __future__ import annotations

__all__ = ["printable", "shown"]

LONGEST = 300
LONGEST_VALUE = 60


def printable(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, at most `longest` characters, what is not printable as its code.

    A terminal obeys escape sequences in what it prints: none gets through.
    """
    head = text[: longest + 1]
    escaped = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in head)
    return escaped if len(escaped) <= longest else escaped[: longest - 1] + "…"


def shown(value: object) -> str:
    """A foreign value for an error message; never raises, whatever the value.

    The text of an integer of many digits, and of a list that holds itself, cannot be had: for
    everything but short scalars the type stands.
    """
    match value:
        case bool() | None:
            return repr(value)
        case int() if abs(value) < 1 << 64:
            return repr(value)
        case float():
            return repr(value)
        case str():
            return printable(repr(value[: LONGEST_VALUE + 1]), LONGEST_VALUE)
        case _:
            return f"a {type(value).__name__}"
