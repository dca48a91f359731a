"""The process of one entry: confines itself, then finds the entry, then answers calls.

`python -m research.challenges.entry_worker '{"value": "my_filter:ENTRY", "channel": 3, ...}'`

Nothing of the entry is imported before the process is confined. The first message tells who the
entry is, in plain values; so the scorer imports nothing of it.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import landlock, seccomp
from .entry_channel import ChannelError, EntryChannel
from .plain_values import encode_answer
from .sandbox import DEVICES

__all__ = ["confine", "serve"]

READY, DONE, FAILED = b"ready", b"done", b"failed"
MOST_TASKS, MOST_FILES, MOST_FILE_BYTES = 64, 256, 64 * 2**20
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
_GOES_OUT = frozenset(
    {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg"}
)
_LOOKS = frozenset({"open", "os.listdir", "os.scandir", "os.chdir", "shutil.copyfile"})


def serve(entry: object, channel: EntryChannel) -> None:
    """Tell who the entry is, then answer calls until the channel closes."""
    try:
        told = encode_answer(_described(entry))
    except Exception as e:  # noqa: BLE001 - whatever an entry is, its scorer is told
        _tell(channel, FAILED, f"it does not say who it is ({type(e).__name__}: {e})".encode())
        return
    _tell(channel, READY, told)
    while True:
        try:
            call, task = channel.receive(), channel.receive()
            attribute, args, named = pickle.loads(task)  # noqa: S301 - the scorer's
        except ChannelError:
            return
        try:
            answer = encode_answer(getattr(entry, attribute)(*args, **named))
        except MemoryError:
            _tell(channel, FAILED, b"it used more memory than it may", call)
        except Exception as e:  # noqa: BLE001 - whatever an entry raises costs one row
            _tell(channel, FAILED, f"{type(e).__name__}: {e}".encode(), call)
        else:
            _tell(channel, DONE, answer, call)


def confine(readable: list[str], listable: list[str]) -> None:
    """From here on only these are opened, no program is started, and nobody is spoken to."""
    allowed = tuple(p.rstrip(os.sep) for p in readable) + (str(Path.cwd()),)

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event in _STARTS_PROGRAMS:
            raise PermissionError("an entry starts no programs")
        if event in _GOES_OUT:
            raise PermissionError("an entry has no network")
        if event in _LOOKS and args and isinstance(args[0], (str, bytes, os.PathLike)):
            path = os.path.realpath(os.fsdecode(args[0]))
            known = path in DEVICES or _below(path, allowed) or path in listable
            if not known:
                raise PermissionError(f"an entry does not read {path}")

    sys.addaudithook(watch)


def _below(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == a or path.startswith(a + os.sep) for a in allowed)


def _described(entry: object) -> dict[str, Any]:
    """Who an entry says it is, in plain values."""
    held: Any = entry
    return {
        "name": str(held.name),
        "challenge": str(held.challenge),
        "kind": str(held.kind),
        "description": str(getattr(held, "description", "")),
        "declarations": [_declared(d) for d in held.declarations],
        "offers": [name for name in dir(type(held)) if not name.startswith("_")]
        + [name for name, value in vars(held).items() if callable(value)],
    }


def _declared(declaration: object) -> dict[str, str]:
    told = declaration if isinstance(declaration, Mapping) else None
    fields = ("section", "statement", "evidence", "people", "topic")
    values = {f: told.get(f) if told is not None else getattr(declaration, f, "") for f in fields}
    section = values["section"]
    values["section"] = getattr(section, "value", section)
    return {field: str(value or "") for field, value in values.items()}


def _tell(channel: EntryChannel, kind: bytes, payload: bytes, call: bytes | None = None) -> None:
    """Tell something; an answer names the call that it is to."""
    if call is not None:
        channel.send(call)
    channel.send(kind)
    channel.send(payload)


def _limit(memory_mb: int) -> None:
    """Memory, tasks, open files, what a file holds; no core dumps."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: memory_mb * 2**20,
        resource.RLIMIT_NPROC: _tasks_of_this_user() + MOST_TASKS,
        resource.RLIMIT_NOFILE: MOST_FILES,
        resource.RLIMIT_FSIZE: MOST_FILE_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def _tasks_of_this_user() -> int:
    """Threads that this user has already: the limit counts them all."""
    count, user = 0, os.getuid()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if place.stat().st_uid == user:
                count += sum(1 for _ in (place / "task").iterdir())
        except OSError:  # it has ended meanwhile
            continue
    return count


def main() -> None:
    """Serve the entry that the argument names."""
    asked = json.loads(sys.argv[1])
    channel = EntryChannel(socket.socket(fileno=asked["channel"]))
    sys.path[:0] = asked["folders"]
    _limit(asked["memory_mb"])
    readable, listable = asked["readable"], asked["listable"]
    writable = [str(Path.cwd()), *DEVICES]
    landlock.restrict(readable=readable, listable=listable, writable=writable)
    seccomp.refuse()
    confine(readable, listable)
    module, _, attribute = asked["value"].partition(":")
    try:
        entry = getattr(importlib.import_module(module), attribute)
    except BaseException as e:  # noqa: BLE001 - even one that exits is told
        told = f"{asked['value']} cannot be loaded ({type(e).__name__}: {e})"
        _tell(channel, FAILED, told.encode())
        return
    serve(entry, channel)


if __name__ == "__main__":
    main()
