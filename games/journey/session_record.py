"""What the record of a session tells of the way: whether it was walked, what it showed and chose.

A session counts once the person did anything in it: answered, told, moved. One that was only opened
is none. How it ended plays no part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.events import HeartMeasured, PromptShown, SessionClosed, SessionOpened

from .journey import GAME, PLANT, SCENE, SessionWalked
from .scene_walk import scene_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from games.scenes.scene import GameScene
    from telemetry.messages.events import SessionEvent

__all__ = ["scene_shown", "session_walked"]

NO_ACT = (SessionOpened, SessionClosed, PromptShown, HeartMeasured)
"""Events that come without the person doing anything."""


def session_walked(
    events: Sequence[SessionEvent], day: date, per_week: int
) -> SessionWalked | None:
    """A session by its events; None: nothing was done in it.

    Args:
        events: of the session, in order.
        day: that it belongs to.
        per_week: for how many days a week its plan asked.
    """
    if all(isinstance(e, NO_ACT) for e in events):
        return None
    return SessionWalked(
        day=day,
        per_week=per_week,
        scene=scene_shown(events),
        plant=_noted(events, PLANT),
        game=_noted(events, GAME),
    )


def scene_shown(events: Sequence[SessionEvent]) -> GameScene | None:
    """The scene of a session's games; None: it was over before one, or is of another version."""
    return scene_named(_noted(events, SCENE) or "")


def _noted(events: Sequence[SessionEvent], mechanism: str) -> str | None:
    """What was shown or chosen last."""
    noted = [e.variant for e in events if isinstance(e, PromptShown) and e.mechanism == mechanism]
    return noted[-1] if noted else None
