"""Landlock: Linux confines this process for good, without rights and without another program.

1. `landlock_create_ruleset` names what is governed: all that touches files; binding and connecting
   over TCP; sending signals to, and using abstract sockets of, processes outside.
2. `landlock_add_rule` allows reading and running below some folders, and everything in some others.
3. `landlock_restrict_self` closes it. What runs in a domain may trace nobody outside of it either.

Constants as in `linux/landlock.h`; the numbers of the calls are the same on every architecture but
Alpha. Where the kernel has none of it (before 5.13, or switched off) nothing is confined.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["abi_version", "restrict"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG, PATH_BENEATH = 1, 1
NO_NEW_PRIVILEGES = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
READ = EXECUTE | READ_FILE | READ_DIR
FIRST_RIGHTS = (1 << 13) - 1
"""Of the first version: files and folders, read, written, made and removed."""
RIGHTS_BY_ABI = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Referring, truncating, device control."""
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14
TCP, SCOPES = 0b11, 0b11


def abi_version() -> int:
    """The kernel's version of Landlock; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_call(CREATE_RULESET, None, 0, VERSION_FLAG)))


def restrict(
    *, readable: Iterable[str], writable: Iterable[str], listable: Iterable[str] = ()
) -> bool:
    """From here on only these are reached, by this process and what it starts; whether it is so.

    Args:
        readable: folders and files that may be read and run.
        listable: folders whose names may be listed, and those of all in them.
        writable: folders and devices in which anything may be done.
    """
    abi = abi_version()
    if not abi:
        return False
    rights = FIRST_RIGHTS
    for since, more in RIGHTS_BY_ABI.items():
        rights |= more if abi >= since else 0
    held = struct.pack("=QQQ", rights, TCP if abi >= 4 else 0, SCOPES if abi >= 6 else 0)
    held = held[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = int(_call(CREATE_RULESET, held, len(held), 0))
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(ruleset, path, READ & rights)
        for path in listable:
            _allow(ruleset, path, READ_DIR)
        for path in writable:
            _allow(ruleset, path, rights)
        libc = ctypes.CDLL(None, use_errno=True)
        return libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and not _call(
            RESTRICT_SELF, ruleset, 0
        )
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there need not be allowed
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - of the path as it was opened
            rights &= OF_A_FILE
        rule = struct.pack("=Qi", rights, place)
        _call(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(libc.syscall(ctypes.c_long(number), *plain))
