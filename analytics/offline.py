"""A recorded session through the same core once more: the results that count.

Orientations are seen from before and from after (`orientation.orientations_afterwards`), in the
result of the live core at a session's close as well as here, so that both are the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.motion import MotionBatch

from .core import Core

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analytics.exercise.observation import Observe
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import SessionResult

__all__ = ["run"]

JOINED = 16
"""Batches at most; they are about a second long."""


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
        for item in _in_longer_batches(items):
            core.take(item)
    for event in events:
        core.take_event(event)
    return core.result(plan_version=plan_version, provisional=False)


def _in_longer_batches(items: Iterable[StreamItem]) -> Iterator[StreamItem]:
    """The same items with batches that follow each other joined: fewer go faster."""
    held: list[MotionBatch] = []
    for item in items:
        if held and not (
            isinstance(item, MotionBatch) and item.follows(held[-1]) and len(held) < JOINED
        ):
            yield MotionBatch.join(held)
            held = []
        if isinstance(item, MotionBatch):
            held.append(item)
        else:
            yield item
    if held:
        yield MotionBatch.join(held)
