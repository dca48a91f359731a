"""The takes that a clinic sends with its plan: kept apart from those that were made here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from games.rules.take import Take
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from telemetry.messages.around.take_curve import TakeCurve

__all__ = ["keep_sent_takes", "takes_at_hand"]

log = logging.getLogger(__name__)

FROM_CLINIC = "from-clinic"


def keep_sent_takes(folder: Path, curves: Iterable[TakeCurve]) -> None:
    """Keep what came with a plan, in place of what came before.

    Raises:
        StoreError: one cannot be written.
    """
    place = folder / FROM_CLINIC
    kept = {curve.exercise: curve for curve in curves}
    for path in place.glob("*.json"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
    if kept:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for exercise, curve in kept.items():
        times = tuple(t / 1000 for t in curve.t_ms)
        Take(times, curve.control).save(place / f"{exercise}.json")


def takes_at_hand(folder: Path) -> dict[str, Take]:
    """The physiotherapist's takes by exercise, those of the clinic before those made here.

    One that is damaged is told and left out.
    """
    found = {}
    for path in (*sorted(folder.glob("*.json")), *sorted((folder / FROM_CLINIC).glob("*.json"))):
        try:
            found[path.stem] = Take.load(path)
        except ConfigurationError as e:
            log.warning("%s", e)
    return found
