"""The journey and the progress of a home's patient, from the sessions in its journal."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from games.engine.game import games_at_hand
from games.journey.journey import journey_on
from games.journey.own_progress import OwnSession, progress_of
from games.journey.session_record import session_walked
from games.persuasion.prompts import trial_unit
from games.persuasion.weekly_draws import CHOICE, MUSIC, weekly_draw
from ingest.journal.reading import JournalReader
from ripresa.home.history import counting_result
from ripresa.home.prompting import TRIAL_SEED
from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.events import SessionOpened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.journey.journey import Journey, SessionWalked
    from games.journey.own_progress import OwnProgress
    from ripresa.home.home import Home
    from ripresa.home.home_at_work import HomeAtWork
    from telemetry.seams import SessionReader
    from therapy.plan.plan import Plan

__all__ = [
    "journey_for",
    "own_progress",
    "own_sessions",
    "per_week_of",
    "progress_of_home",
    "walked_sessions",
]


def journey_for(at_work: HomeAtWork) -> Journey:
    """The journey of the session that is open.

    Raises:
        StoreError: the journal cannot be read.
    """
    plan, journal = at_work.plan, at_work.box.journal
    versions = PlanFolder(at_work.home.folder.plans).versions(plan.patient)
    state = at_work.state
    today = plan.day_of(at_work.home.clock.now_ns())
    trial = os.environ.get(TRIAL_SEED)
    unit = trial_unit(trial, plan.patient, today) if trial else None
    return journey_on(
        walked_sessions(journal, versions, but=None if state is None else state.session),
        today=today,
        per_week=per_week_of(plan),
        seed=plan.patient,
        at_hand=frozenset(games_at_hand()),
        choice=weekly_draw(unit, CHOICE) if unit else None,
        music=weekly_draw(unit, MUSIC) if unit else None,
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
            if summary.session == but:
                continue
            events = reader.events(summary.session)
            opened = next((e for e in events if isinstance(e, SessionOpened)), None)
            plan = by_version.get(-1 if opened is None else opened.plan_version, plans[-1])
            day = date.fromisoformat(summary.day)
            walked = session_walked(events, day, per_week_of(plan))
            if walked is not None:
                found.append(walked)
    return found


def progress_of_home(home: Home, plan: Plan) -> OwnProgress:
    """One's own progress as the home's journal tells it now; may be asked for on any thread.

    Raises:
        StoreError: the journal cannot be read.
    """
    with JournalReader(home.folder.home_journal) as reader:
        return own_progress(reader, plan)


def own_sessions(reader: SessionReader, plan: Plan) -> list[OwnSession]:
    """The sessions of a plan's patient, oldest first."""
    return [
        OwnSession(
            day=date.fromisoformat(summary.day),
            events=reader.events(summary.session),
            result=counting_result(reader, summary.session),
        )
        for summary in reader.sessions(patient=plan.patient)
    ]


def own_progress(reader: SessionReader, plan: Plan) -> OwnProgress:
    """What the sessions of a plan's patient come to."""
    sessions = own_sessions(reader, plan)
    walked = [s for s in sessions if session_walked(s.events, s.day, 1) is not None]
    return progress_of(walked, goal=plan.goal)


def per_week_of(plan: Plan) -> int:
    """For how many days a week a plan asks: its exercise with the most."""
    return max((plan.schedule_of(item).per_week for item in plan.items), default=1)
