"""Seccomp: Linux refuses this process, for good, the calls that no entry needs.

Refused are starting processes and programs (threads are not), looking into other processes, and
every socket but those between processes of this machine; so nobody is spoken to. A filter is a
small program (`linux/filter.h`): it loads a word of the call, compares, jumps, returns. Numbers of
the calls are the architecture's own; on one that is not listed nothing is refused.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

__all__ = ["refuse"]

LOAD_WORD, IF_EQUAL, IF_AT_LEAST, IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Where they stand in `struct seccomp_data`; the argument's low half, on little-endian machines."""
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
OWN_THREAD, UNIX_SOCKETS = 0x00010000, 1
X32 = 0x40000000
CLONE, CLONE3, SOCKET = "clone", "clone3", "socket"
CALLS = {
    "x86_64": (
        0xC000003E,
        {CLONE: 56, CLONE3: 435, SOCKET: 41},
        # fork, vfork, execve, execveat, ptrace, process_vm_readv and _writev, unshare, mount,
        # io_uring_setup, bpf, perf_event_open, userfaultfd, keyctl
        (57, 58, 59, 322, 101, 310, 311, 272, 165, 425, 321, 298, 323, 250),
    ),
    "aarch64": (
        0xC00000B7,
        {CLONE: 220, CLONE3: 435, SOCKET: 198},
        (221, 281, 117, 270, 271, 97, 40, 425, 280, 241, 282, 219),
    ),
}


def refuse() -> bool:
    """Refuse them from here on; whether it is so."""
    known = CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    program = _program(*known)
    held = ctypes.create_string_buffer(program)
    filled = struct.pack("=HxxxxxxQ", len(program) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(SET_SECCOMP, FILTER, ctypes.c_char_p(filled), 0, 0) == 0)


def _program(architecture: int, named: dict[str, int], refused: tuple[int, ...]) -> bytes:
    """The filter. Jumps count the steps to leave out, if the comparison holds and if not."""
    no, absent = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
    steps = [
        (LOAD_WORD, 0, 0, ARCHITECTURE),
        (IF_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, no),
        (LOAD_WORD, 0, 0, NUMBER),
        (IF_AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, no),
    ]
    for number in refused:
        steps += [(IF_EQUAL, 0, 1, number), (RETURN, 0, 0, no)]
    # The C library falls back to `clone` where there is no `clone3`, whose flags cannot be seen.
    steps += [(IF_EQUAL, 0, 1, named[CLONE3]), (RETURN, 0, 0, absent)]
    steps += [
        (IF_EQUAL, 0, 4, named[CLONE]),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT),
        (IF_SET, 1, 0, OWN_THREAD),
        (RETURN, 0, 0, no),
        (RETURN, 0, 0, ALLOW),
        (IF_EQUAL, 0, 3, named[SOCKET]),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT),
        (IF_EQUAL, 1, 0, UNIX_SOCKETS),
        (RETURN, 0, 0, no),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
