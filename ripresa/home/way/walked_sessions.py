"""The journey of a home's patient, from the sessions in its journal.

A session counts once the person did anything in it: answered, told, moved. One that was only opened
is none. How it ended plays no part.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from games.engine.game import games_at_hand
from games.journey.journey import GAME, PLANT, SCENE, SessionWalked, journey_on
from games.journey.scene_walk import scene_named
from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.events import HeartMeasured, PromptShown, SessionClosed, SessionOpened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.journey.journey import Journey
    from ripresa.home.home_at_work import HomeAtWork
    from telemetry.messages.events import SessionEvent
    from telemetry.seams import SessionReader
    from therapy.plan.plan import Plan

__all__ = ["journey_for", "per_week_of", "scene_shown", "walked_sessions"]

NO_ACT = (SessionOpened, SessionClosed, PromptShown, HeartMeasured)
"""Events that come without the person doing anything."""


def journey_for(at_work: HomeAtWork) -> Journey:
    """The journey of the session that is open.

    Raises:
        StoreError: the journal cannot be read.
    """
    plan, journal = at_work.plan, at_work.box.journal
    versions = PlanFolder(at_work.home.folder.plans).versions(plan.patient)
    state = at_work.state
    return journey_on(
        walked_sessions(journal, versions, but=None if state is None else state.session),
        today=plan.day_of(at_work.home.clock.now_ns()),
        per_week=per_week_of(plan),
        seed=plan.patient,
        at_hand=frozenset(games_at_hand()),
    )


def walked_sessions(
    reader: SessionReader, plans: Sequence[Plan], *, but: str | None = None
) -> list[SessionWalked]:
    """What the journey takes from the sessions of a patient, oldest first.

    Args:
        reader: the home's journal.
        plans: all versions of the patient's plan; a session whose version is not among them
            counts by the newest.
        but: a session that is left out, because it is on.
    """
    by_version = {plan.version: plan for plan in plans}
    found = []
    for patient in dict.fromkeys(plan.patient for plan in plans):
        for summary in reader.sessions(patient=patient):
            events = reader.events(summary.session)
            if summary.session == but or all(isinstance(e, NO_ACT) for e in events):
                continue
            opened = next((e for e in events if isinstance(e, SessionOpened)), None)
            plan = by_version.get(-1 if opened is None else opened.plan_version, plans[-1])
            found.append(
                SessionWalked(
                    day=date.fromisoformat(summary.day),
                    per_week=per_week_of(plan),
                    scene=scene_named(_noted(events, SCENE) or ""),
                    plant=_noted(events, PLANT),
                    game=_noted(events, GAME),
                )
            )
    return found


def per_week_of(plan: Plan) -> int:
    """For how many days a week a plan asks: its exercise with the most."""
    return max((plan.schedule_of(item).per_week for item in plan.items), default=1)


def scene_shown(events: Sequence[SessionEvent]) -> str | None:
    """The record of the scene that a session showed; None: it showed none."""
    return _noted(events, SCENE)


def _noted(events: Sequence[SessionEvent], mechanism: str) -> str | None:
    """What was shown or chosen last."""
    noted = [e.variant for e in events if isinstance(e, PromptShown) and e.mechanism == mechanism]
    return noted[-1] if noted else None
