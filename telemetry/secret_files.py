"""Whether a file that holds a secret can be read by others than its owner."""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["keep_private", "tell_if_open"]

log = logging.getLogger(__name__)

OTHERS = 0o077


def tell_if_open(path: Path) -> bool:
    """Warn where others may read a secret that its operator has put there; whether they may."""
    shut = not stat.S_IMODE(path.stat().st_mode) & OTHERS
    if not shut:
        log.warning("%s holds a secret and others may read it: chmod go= %s", path, path)
    return not shut


def keep_private(path: Path) -> None:
    """Take others' rights from a secret of our own, where they have got any, and tell of it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & OTHERS:
        return
    try:
        path.chmod(mode & ~OTHERS)
    except OSError:
        tell_if_open(path)
    else:
        log.warning("%s could be read by others, who may know it: it is its owner's alone", path)
