"""Memory and processor time of other processes, read from /proc: Linux only."""

from __future__ import annotations

import os
from pathlib import Path

from telemetry.errors import ConfigurationError

__all__ = ["children_of", "command_of", "cpu_s", "pss_mb"]

PROC = Path("/proc")


def pss_mb(pid: int) -> float:
    """A process' proportional set size in MB: what it shares with others is divided by them.

    Raises:
        ConfigurationError: no such process, or a system that does not tell.
    """
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ConfigurationError(f"the system does not tell the memory of process {pid}")


def cpu_s(pid: int) -> float:
    """Seconds of a core that a process has used so far, in itself and for itself.

    Raises:
        ConfigurationError: as `pss_mb`.
    """
    # The name in brackets may hold anything: what counts comes after it.
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_of(pid: int) -> list[int]:
    """Direct children of a process; empty where there is none, or it is gone."""
    try:
        threads = list((PROC / str(pid) / "task").iterdir())
        lists = [(thread / "children").read_text(encoding="ascii") for thread in threads]
    except OSError:
        return []
    return [int(child) for each in lists for child in each.split()]


def command_of(pid: int) -> list[str]:
    """A process' program and arguments; empty where it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:
        return []


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(encoding="utf-8")
    except OSError as e:
        raise ConfigurationError(f"/proc/{pid}/{name} cannot be read: {e.strerror}") from e
