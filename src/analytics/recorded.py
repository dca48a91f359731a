"""A recorded session through the same core once more: the results that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .core import Core

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telemetry.events import SessionEvent
    from telemetry.motion import StreamItem
    from telemetry.results import SessionResult

    from .observation import Observe

__all__ = ["run"]


def run(
    session: str,
    events: Sequence[SessionEvent],
    streams: Iterable[Iterable[StreamItem]],
    observe: Observe,
    *,
    plan_version: int,
) -> SessionResult:
    """The result of a recorded session.

    Args:
        session: ULID.
        events: the session's events in order.
        streams: each stream's items in order; streams may be read one after the other.
        observe: how an item is seen.
        plan_version: of the plan in force.
    """
    core = Core(session, observe, live=False)
    for items in streams:
        for item in items:
            core.take(item)
    for event in events:
        core.take_event(event)
    return core.result(plan_version=plan_version, provisional=False)
