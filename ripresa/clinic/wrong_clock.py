"""Whether this machine's clock is plainly wrong: then nothing is judged by it."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from telemetry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection

    from ingest.journal.reading import JournalReader

__all__ = ["plainly_wrong"]

NS_PER_S: Final = 1_000_000_000
EARLIEST_NS: Final = 1_760_000_000 * NS_PER_S
"""Before this program was."""
MOST_OFF_S: Final = 86_400.0
"""The median home may differ by a day: one wrong home moves no median of three."""
MOST_SILENT_NS: Final = 400 * 86_400 * NS_PER_S
"""From what came last: nobody goes on after more than a year as if nothing had been."""
LOOKED_AT: Final = 200


def plainly_wrong(now_ns: int, journal: JournalReader, offsets_s: Collection[float]) -> bool:
    """Hold a clock against this program's age, against what came last, and against the homes.

    Args:
        now_ns: what the clock says.
        journal: the clinic's; of its newest records the median time counts, so that a home
            whose own clock is wrong, or that lies, moves nothing alone.
        offsets_s: how far each home's clock is ahead of this one.
    """
    if now_ns < EARLIEST_NS:
        return True
    if offsets_s:
        return abs(statistics.median(offsets_s)) > MOST_OFF_S
    try:
        rows = journal.rows("SELECT t_ns FROM record ORDER BY seq DESC LIMIT ?", (LOOKED_AT,))
    except StoreError:
        return False
    newest = [row[0] for row in rows]
    return bool(newest) and abs(now_ns - statistics.median(newest)) > MOST_SILENT_NS
