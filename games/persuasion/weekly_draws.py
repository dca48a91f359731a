"""What a trial draws for each person and week, beside how a prompt is worded.

It is drawn only where a study gave the homes a seed of its own (`RIPRESA_TRIAL_SEED`): without one
nobody has a choice or music withheld.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["CHOICE", "MUSIC", "SILENT", "WEEKLY_DRAWS", "drawn_among", "weekly_draw"]

CHOICE: Final = "choice"
"""Whether game and plant of the day are offered for choice or given."""

MUSIC: Final = "music"
"""Whether the games have music."""
SILENT: Final = "silent"

WEEKLY_DRAWS: Final[Mapping[str, tuple[str, ...]]] = {
    CHOICE: ("given", "offered"),
    MUSIC: (SILENT, "played"),
}
"""What is drawn, and between which variants; the first is the reference."""


def drawn_among(unit: str, what: str, variants: Collection[str]) -> str:
    """One of the variants, the same for all of a person's week."""
    ordered = sorted(variants)
    digest = hashlib.sha256(f"{unit} {what}".encode()).digest()
    return ordered[digest[0] % len(ordered)]


def weekly_draw(unit: str, what: str) -> str:
    """The variant that is drawn for a person's week."""
    return drawn_among(unit, what, WEEKLY_DRAWS[what])
