"""A session's events cut by item, which do not depend on each other, and the streams they bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.messages.events import SessionEvent

__all__ = ["parts_of", "streams_of"]


def parts_of(events: Sequence[SessionEvent]) -> list[list[SessionEvent]]:
    """The session's events, cut into one list for each item and each assessment.

    Each holds all that came before it but other items: how the sensors lie, what was calibrated.
    """
    parts: list[list[SessionEvent]] = []
    before: list[SessionEvent] = []
    open_parts: dict[tuple[str, str], list[SessionEvent]] = {}
    for event in events:
        match event:
            case ExerciseStarted() | AssessmentStarted():
                part = open_parts[event.item, event.type.split(".")[0]] = [*before, event]
                parts.append(part)
            case ExerciseEnded() | AssessmentEnded():
                open_parts.pop((event.item, event.type.split(".")[0]), []).append(event)
            case _:
                before.append(event)
                for part in open_parts.values():
                    part.append(event)
    return parts


def streams_of(events: Sequence[SessionEvent]) -> list[str]:
    """The streams that a session's events bound, in the order in which they are first named."""
    found: dict[str, None] = {}
    for event in events:
        found |= dict.fromkeys(getattr(event, "spans", {}))
    return list(found)
