"""What stays locked over sessions: standing exercises after a fall, until a clinician unlocks.

A fall that was told, a fall question that was skipped, and a suspected fall that nobody answered
lock alike. A later "no" unlocks nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.events import CheckAnswered, SuspectedFall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.messages.events import SessionEvent

__all__ = ["standing_locked_since", "standing_locks"]


def standing_locked_since(
    sessions: Iterable[Iterable[SessionEvent]], unlocked_ns: int | None = None
) -> int | None:
    """Since when standing is locked; None where it is not; see `standing_locks`."""
    return min(standing_locks(sessions, unlocked_ns), default=None)


def standing_locks(
    sessions: Iterable[Iterable[SessionEvent]], unlocked_ns: int | None = None
) -> list[int]:
    """When what keeps standing locked was told, by the home's clock.

    1. Within a check-in the last answer to the fall question counts: the person may go back.
    2. After it every fall told counts, and a suspicion that is not denied.
    3. What the newest unlocking covers counts no more.

    Args:
        sessions: the events of each session, in any order.
        unlocked_ns: up to when a clinician's last unlocking covers it; None: nothing.
    """
    falls = [t_ns for events in sessions for t_ns in _falls(events)]
    return [t_ns for t_ns in falls if unlocked_ns is None or t_ns > unlocked_ns]


def _falls(events: Iterable[SessionEvent]) -> list[int]:
    at_check_in: int | None = None
    suspected: int | None = None
    told: list[int] = []
    checking = True
    for event in events:
        match event:
            case CheckAnswered(question="fallen", answer=answer):
                fell = event.t_ns if answer is not False else None
                if checking:
                    at_check_in = fell
                elif fell is not None:
                    told.append(fell)
                suspected = None
            case SuspectedFall():
                checking, suspected = False, event.t_ns
            case _:
                pass
    return [*told, *(t_ns for t_ns in (at_check_in, suspected) if t_ns is not None)]
