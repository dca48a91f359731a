"""The one way to write a file: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from .errors import StoreError, StoreFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["give_to_folders_owner", "make_private_folder", "replacing", "write_atomically"]

STALE_S: Final = 60.0
"""A scratch file that is older was left by a program that did not come to its end."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def write_atomically(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Put `content` in place of what is at `path`.

    A reader, and whoever comes after a power cut, finds the file before or the file after.

    Args:
        path: its folder is made where it is missing, for its owner only.
        content: text is written as UTF-8.
        mode: of the file.

    Raises:
        StoreFull: no room on the disk; what was there is there still.
        StoreError: it cannot be written; what was there is there still.
    """
    with replacing(path, mode=mode) as scratch:
        scratch.write_bytes(content.encode() if isinstance(content, str) else content)


def give_to_folders_owner(path: Path) -> None:
    """Let what root has made belong to whoever owns its folder.

    A command that an administrator runs as root must leave nothing behind that the service,
    which is another user, cannot write.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        with contextlib.suppress(OSError):
            status = path.parent.stat()
            os.chown(path, status.st_uid, status.st_gid)


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner only.

    Raises:
        OSError: it cannot be made.
    """
    if path.is_dir():
        return
    if path.parent != path:
        make_private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    give_to_folders_owner(path)


@contextmanager
def replacing(path: Path, *, mode: int = 0o600) -> Iterator[Path]:
    """A scratch file for the block to write, which takes the place of `path` at its end.

    1. The scratch file lies in the folder of `path`, so that the rename stays on one disk; its
       name begins with a dot and ends in `.part`.
    2. What the block wrote is flushed to the disk before the rename, else the new name could
       stand for an empty file after a power cut.
    3. The folder is flushed after it, else the old name could be back.
    4. If the block raises, nothing has changed and the scratch file is gone.

    Args:
        path: its folder is made where it is missing, for its owner only.
        mode: of the file.

    Raises:
        StoreFull: no room on the disk.
        StoreError: the file cannot be written.
    """
    scratch: Path | None = None
    try:
        make_private_folder(path.parent)
        _remove_stale(path)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        scratch = path.with_name(os.path.basename(name))  # noqa: PTH119 - mkstemp gives text
        scratch.chmod(mode)
        give_to_folders_owner(scratch)
        yield scratch
        _flush(scratch)
        scratch.replace(path)
        scratch = None
        # Not every system lets a folder be opened; there the rename is as durable as it gets.
        with contextlib.suppress(PermissionError):
            _flush(path.parent)
    except OSError as e:
        why = e.strerror or str(e)
        if e.errno in _FULL:
            raise StoreFull(f"{path} cannot be written ({why}): free space on its disk") from e
        raise StoreError(f"{path} cannot be written ({why}): check the folder's rights") from e
    finally:
        if scratch is not None:
            with contextlib.suppress(OSError):
                scratch.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE_S:
                left.unlink()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
