"""What a process really listens on, as the kernel has it: settings are checked, not believed."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from pathlib import Path
from typing import Final

__all__ = ["listening", "wider_than_loopback"]

LISTEN: Final = "0A"
_TABLES: Final = {"/proc/net/tcp": socket.AF_INET, "/proc/net/tcp6": socket.AF_INET6}


def listening(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports that a process listens on; empty where the system does not tell."""
    inodes = _sockets_of(pid)
    found: set[tuple[str, int]] = set()
    for table, family in _TABLES.items():
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add((_address(address, family), int(port, 16)))
    return found


def wider_than_loopback(pid: int) -> list[str]:
    """Of what a process listens on: what others than this machine can reach, `address:port`."""
    return sorted(
        f"{address}:{port}"
        for address, port in listening(pid)
        if not _is_loopback(ipaddress.ip_address(address))
    )


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _sockets_of(pid: int) -> set[str]:
    found: set[str] = set()
    folder = Path(f"/proc/{pid}/fd")
    try:
        handles = list(folder.iterdir())
    except OSError:
        return found
    for handle in handles:
        try:
            target = os.readlink(handle)  # noqa: PTH115 - it is no path
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[len("socket:[") : -1])
    return found


def _address(text: str, family: int) -> str:
    # The kernel writes each 32-bit word in the machine's own order.
    words = [int(text[i : i + 8], 16) for i in range(0, len(text), 8)]
    return socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words))
