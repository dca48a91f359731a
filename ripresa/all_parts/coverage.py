"""Whether parts of a clinic are together all of it: no patient without one, none with two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ripresa.platform.configuration import Folder
from ripresa.region.cut_mark import CutMark
from ripresa.region.held_partition import held_partition
from telemetry.errors import ConfigurationError
from telemetry.transport.partition import Partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

__all__ = ["PartFolder", "gaps", "overlaps", "part_folders"]


@dataclass(frozen=True, slots=True)
class PartFolder:
    """A folder that was named as one part's, and what it holds.

    Attributes:
        folder: named.
        partition: that it holds; None where it holds none that can be told.
        reason: why not, or why it cannot be relied on; empty where nothing is the matter.
    """

    folder: Folder
    partition: Partition | None
    reason: str = ""

    @property
    def name(self) -> str:
        """By which it is told."""
        return f"{self.partition or '?'} {self.folder.root}"


def part_folders(roots: Iterable[Path]) -> list[PartFolder]:
    """What each of these folders holds."""
    return [_looked_at(Folder(root.expanduser().resolve())) for root in roots]


def _looked_at(folder: Folder) -> PartFolder:
    try:
        held, mark = held_partition(folder), CutMark.read(folder)
    except ConfigurationError as e:
        return PartFolder(folder, None, str(e))
    if mark is not None:
        return PartFolder(folder, None, "is being cut in two")
    if held is None:
        return PartFolder(folder, None, "no clinic has run there")
    return PartFolder(folder, held)


def gaps(parts: Sequence[Partition]) -> list[Partition]:
    """The parts that are missing, as few and as large as they can be told."""
    return _parts_where(parts, lambda count: count == 0)


def overlaps(parts: Sequence[Partition]) -> list[Partition]:
    """The parts of whose patients more than one of these has charge."""
    return _parts_where(parts, lambda count: count > 1)


def _parts_where(parts: Sequence[Partition], wanted: Callable[[int], bool]) -> list[Partition]:
    finest = max((part.of for part in parts), default=1)
    counts = [sum(r % part.of == part.index for part in parts) for r in range(finest)]
    found: list[Partition] = []
    left = {r for r in range(finest) if wanted(counts[r])}
    of = 1
    while left:
        for index in range(of):
            within = {r for r in range(finest) if r % of == index}
            if within <= left:
                found.append(Partition(index, of))
                left -= within
        of *= 2
    return found
