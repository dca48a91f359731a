"""One worklist over all parts of a clinic, from their stores: also of a part that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ripresa.care.worklist_report import show_lines, work_lines
from telemetry.errors import RipresaError

from .coverage import PartFolder, part_folders
from .parts_report import absent_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analytics.monitoring.worklist import WorkLine
    from telemetry.clock import Clock
    from therapy.wording import Language

__all__ = ["show_parts_worklist"]


def show_parts_worklist(
    roots: Sequence[Path], clock: Clock, language: Language, json_file: Path | None = None
) -> list[str]:
    """Print everybody who is treated in any part, who needs a look first; and write it as JSON.

    Returns:
        What is missing from the list, or in it twice, a line each; empty where it is everybody.

    Raises:
        StoreError: the JSON file cannot be written.
    """
    parts: list[PartFolder] = []
    lines: list[WorkLine] = []
    for part in part_folders(roots):
        if part.reason:
            parts.append(part)
            continue
        try:
            lines += work_lines(part.folder, clock)
        except RipresaError as e:
            # Without its folder the part counts as absent, and is told to be.
            parts.append(PartFolder(part.folder, None, str(e)))
        else:
            parts.append(part)
    show_lines(sorted(lines, key=lambda line: line.order), language, json_file)
    return absent_lines(parts, language)
