"""The process of one entry: finds it, confines itself, answers calls until the pipe closes.

`python -m research.challenges.entry_worker CHALLENGE ENTRY PIPE MEMORY_MB`
"""

from __future__ import annotations

import os
import pickle
import sys
import sysconfig
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from .challenge import registered_entries, select_entries
from .entry_process import DONE, FAILED, READY
from .plain_values import encode_answer

if TYPE_CHECKING:
    from .challenge import Entry

__all__ = ["confine", "serve"]

_STARTS_PROGRAMS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "subprocess.Popen",
    }
)
_LOOKS = frozenset({"open", "os.listdir", "os.scandir", "os.chdir", "shutil.copyfile"})
_DEVICES = frozenset({"/dev/null", "/dev/urandom", "/dev/random", "/dev/zero"})
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ssl", "/etc/localtime", "/sys/devices/system/cpu")


def serve(entry: Entry, pipe: Connection) -> None:
    """Answer calls until the pipe closes."""
    pipe.send_bytes(READY)
    while True:
        try:
            attribute, args, named = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the scorer's
        except EOFError:
            return
        try:
            answer = encode_answer(getattr(entry, attribute)(*args, **named))
        except MemoryError:
            _tell(pipe, FAILED, b"it used more memory than it may")
        except Exception as e:  # noqa: BLE001 - whatever an entry raises costs one row
            _tell(pipe, FAILED, f"{type(e).__name__}: {e}".encode())
        else:
            _tell(pipe, DONE, answer)


def confine(allowed: tuple[str, ...]) -> None:
    """From here on files are opened below these folders only, and no program is started."""

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event in _STARTS_PROGRAMS:
            raise PermissionError("an entry starts no programs")
        if event in _LOOKS and args and isinstance(args[0], (str, bytes, os.PathLike)):
            path = os.path.realpath(os.fsdecode(args[0]))
            if path not in _DEVICES and not path.startswith(allowed):
                raise PermissionError(f"an entry does not read {path}")

    sys.addaudithook(watch)


def _tell(pipe: Connection, kind: bytes, payload: bytes) -> None:
    pipe.send_bytes(kind)
    pipe.send_bytes(payload)


def _limit(memory_mb: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    most = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _found(challenge: str, name: str) -> Entry:
    from research.challenge_cli import load_challenge  # noqa: PLC0415 - it imports challenges

    entries = [*load_challenge(challenge).entries(), *registered_entries(challenge)]
    return select_entries(entries, [name])[0]


def _programs() -> tuple[str, ...]:
    """Where programs and libraries lie, and this process's own folder."""
    places = {
        *sys.path,
        *sysconfig.get_paths().values(),
        sys.prefix,
        sys.base_prefix,
        str(Path.cwd()),
    }
    real = {os.path.realpath(p) for p in places if p}
    return tuple(p.rstrip(os.sep) + os.sep for p in sorted(real)) + _SYSTEM


def main() -> None:
    """Serve the entry that the arguments name."""
    challenge, name, pipe, memory_mb = sys.argv[1:]
    entry = _found(challenge, name)
    allowed = tuple(p for p in _programs() if Path(p) != Path("/"))
    _limit(int(memory_mb))
    confine(allowed)
    serve(entry, Connection(int(pipe)))


if __name__ == "__main__":
    main()
