"""Radio addresses are personal data: none goes into a log, whoever writes it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import bleak

__all__ = ["keep_addresses_out_of_logs", "without_addresses"]

# As bleak writes it, and as BlueZ does in its object paths.
_ADDRESS = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")


def without_addresses(text: str) -> str:
    """The text with every radio address blotted out."""
    return _ADDRESS.sub("<address>", text)


class _Blot(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without addresses."""
        record.msg, record.args = without_addresses(record.getMessage()), None
        return True


_BLOT = _Blot()


def keep_addresses_out_of_logs() -> None:
    """Blot addresses out of what bleak logs; harmless to repeat.

    A filter holds for its own logger only, so each module of bleak gets it, imported or not.
    """
    root = Path(bleak.__path__[0])
    for file in root.rglob("*.py"):
        parts = file.relative_to(root.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        logging.getLogger(name).addFilter(_BLOT)
