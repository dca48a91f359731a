"""One program a folder: two on one would take each other's connections and answers."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError
from telemetry.files import give_to_folders_owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["folder_lock"]


@contextlib.contextmanager
def folder_lock(folder: Path, what: str) -> Iterator[None]:
    """Hold `folder` for one `what` as long as the context lasts; a killed program lets go.

    Raises:
        ConfigurationError: another holds it, or it cannot be written.
    """
    path = folder / "lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        give_to_folders_owner(path)
    except OSError as e:
        raise ConfigurationError(
            f"{path} cannot be written ({e.strerror}): check its rights"
        ) from e
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            holder = os.pread(handle, 20, 0).decode(errors="replace").strip()
            raise ConfigurationError(
                f"another {what} runs on {folder} (process {holder or 'unknown'}): stop it, "
                "or set RIPRESA_HOME to another folder"
            ) from e
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
