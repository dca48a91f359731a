"""What holds of a person, and is told to a box that is let in for them and cannot know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.rights.consent import ConsentState
from ripresa.clinic.outbox import OutboxLetter
from telemetry.identity import new_ulid
from telemetry.messages.notices import Command

if TYPE_CHECKING:
    from collections.abc import Collection

    from analytics.monitoring.around.around import Around
    from telemetry.clock import Clock
    from telemetry.messages.notices import CommandKind

__all__ = ["told_to_new_box"]


def told_to_new_box(
    clock: Clock, site: str, patient: str, around: Around | None, asked: Collection[ConsentState]
) -> list[OutboxLetter]:
    """The commands that hold, as if they were new: the box before has answered its own.

    Args:
        clock: names and stamps them.
        site: where the box is let in.
        patient: whose it is.
        around: what stands around their plan; None: nothing is known.
        asked: what they have asked for.
    """
    told: list[OutboxLetter] = []

    def tell(what: CommandKind, **value: str | int | None) -> None:
        command = Command(command=new_ulid(clock), what=what, patient=patient, value=value)
        told.append(
            OutboxLetter(
                site=site, patient=patient, what="command", id=command.command, notice=command
            )
        )

    if ConsentState.WITHDRAWN in asked:
        tell("withdraw")
    if ConsentState.NO_MOTION in asked:
        tell("keep motion")
    fallen_ns = None if around is None else around.locked_since_ns
    if fallen_ns is not None:
        tell("lock", t_ns=clock.now_ns(), actor="", fallen_ns=fallen_ns)
    return told
