"""What an entry's process may reach, and how it is started so.

Readable are the folders where programs and libraries lie, without the challenge's data where these
lie among them. From the strongest that the machine has to the weakest:

1. `bwrap` where it is installed and may make namespaces: no network, no other process, no file but
   the readable ones and an empty `/tmp`.
2. Another user, where this one is root and that one can run the interpreter.
3. The same user.

In each, the process then confines itself (`entry_worker`): limits of memory, threads and files,
Landlock and seccomp where the kernel has them, and Python's audit hook.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["DEVICES", "Cage", "Outlook", "cages", "outlook"]

NOBODY = 65534
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ssl", "/etc/localtime", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")
FACTS = ("/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo")
TEMPORARY_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Cage:
    """One way to start an entry's process.

    Attributes:
        name: as a report tells it.
        prefix: of its command.
        user: it is started as; None: the same.
    """

    name: str
    prefix: tuple[str, ...] = ()
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an entry's process may look at; resolved paths.

    Attributes:
        readable: folders and files.
        listable: folders whose names may be listed, since what is withheld lies in them.
    """

    readable: tuple[str, ...]
    listable: tuple[str, ...] = ()


def outlook(more: Sequence[str] = (), withheld: Sequence[str] = ()) -> Outlook:
    """Where programs lie, `more` too, without what is withheld."""
    places = {*sys.path, *sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, *more}
    # An editable installation lies on no path: the packages beside this one, and nothing else.
    places |= {str(init.parent) for init in Path(__file__).parents[2].glob("*/__init__.py")}
    kept = {Path(os.path.realpath(p)) for p in places if p}
    kept.add(Path(os.path.realpath(sys.executable)).parent)
    away = [Path(os.path.realpath(p)) for p in withheld]
    readable: set[str] = set()
    listable: set[str] = set()
    for place in kept - {Path("/")}:
        if place.exists():
            _divide(place, away, readable, listable)
    system = [p for p in (*SYSTEM, *FACTS) if Path(p).exists()]
    return Outlook((*sorted(readable), *system), tuple(sorted(listable)))


def _divide(place: Path, away: Sequence[Path], readable: set[str], listable: set[str]) -> None:
    """Add the place, or what is in it beside what is withheld."""
    if any(place.is_relative_to(a) for a in away):
        return
    inside = [a for a in away if a.is_relative_to(place)]
    if not inside:
        readable.add(str(place))
        return
    listable.add(str(place))
    for child in sorted(place.iterdir()):
        _divide(child, inside, readable, listable)


def cages(folder: str, within: Outlook) -> Iterator[Cage]:
    """The ways there are on this machine, the strongest first.

    Args:
        folder: the process's own.
        within: what it may look at.
    """
    bwrap = _working_bwrap()
    if bwrap is not None:
        yield Cage("bubblewrap", _bwrap_command(bwrap, folder, within))
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and all(_open_to_others(Path(place)) for place in within.readable):
        yield Cage("another user", user=NOBODY)
    yield Cage("a process of its own")


@functools.cache
def _working_bwrap() -> str | None:
    """Where bubblewrap is, if it may make namespaces here."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    tried = [found, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    try:
        done = subprocess.run(tried, capture_output=True, timeout=20, check=False)  # noqa: S603 - our own arguments
    except (OSError, subprocess.SubprocessError):
        return None
    return found if done.returncode == 0 else None


def _open_to_others(place: Path) -> bool:
    """Whether everybody may read it; asked here, so that no entry chooses a weaker cage."""
    if place.is_file():
        return bool(place.stat().st_mode & 0o004) and _open_to_others(place.parent)
    return all(p.stat().st_mode & 0o001 for p in (place, *place.parents))


def _bwrap_command(bwrap: str, folder: str, within: Outlook) -> tuple[str, ...]:
    """All namespaces anew; the readable places under their own names, links as they are."""
    command = [bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp"]  # noqa: S108 - an empty one of its own
    for place in within.listable:
        # Made by hand: above a lone file it would make a folder that others may not enter.
        command += ["--dir", place]
    for place in (*within.readable, *_linked(within.readable)):
        if not place.startswith("/proc"):
            command += ["--ro-bind-try", place, place]
    return (*command, "--dir", folder, "--chdir", folder, "--")


def _linked(readable: Sequence[str]) -> list[str]:
    """Paths that the interpreter is called by and that are resolved in `readable`."""
    called = {str(Path(sys.executable).parent), *(p for p in sys.path if p)}
    return sorted(p for p in called if os.path.realpath(p) in readable and p not in readable)
