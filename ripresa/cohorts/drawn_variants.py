"""Which variants were drawn for a person's week, and which were shown, as a trial's seed tells.

Steps:

1. A prompt's wording is drawn by every home, in each week in which the plan in force has it on.
2. What is drawn weekly (`WEEKLY_DRAWS`) only a home with a study's seed draws, and says so in each
   session that comes to a game. So a week belongs to the draw where a session in it said so, and
   not where sessions came to a game and none did.
3. A week without such a session is as the last session before it: who stays away after a draw stays
   in it (intention to treat). Before the first session nobody can tell, and no variant is given:
   which week is the first depends on nothing that was drawn for later ones.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from games.journey.journey import SCENE
from games.persuasion.prompts import PROMPTS, iso_week, trial_unit, variant_of
from games.persuasion.weekly_draws import WEEKLY_DRAWS, weekly_draw
from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.events import PromptShown
from therapy.plan.plan import plan_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from therapy.plan.plan import Plan

    from .cohort_places import CohortPlace

__all__ = ["DrawnVariants"]


class DrawnVariants:
    """The draws of all persons of some places.

    Args:
        places: that hold their sessions and plans.
        seed: that the homes drew with: `RIPRESA_TRIAL_SEED`.

    Raises:
        StoreError: a place cannot be read.
    """

    def __init__(self, places: Sequence[CohortPlace], seed: str) -> None:
        self._seed = seed
        self._folders = [PlanFolder(place.source.plans) for place in places]
        self._plans: dict[str, list[Plan]] = {}
        self._shown: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        # Of each session that came to a game: when it opened, its week, and what was drawn.
        self._played: dict[str, list[tuple[int, str, frozenset[str]]]] = defaultdict(list)
        for place in places:
            self._read(place)
        for sessions in self._played.values():
            sessions.sort(key=lambda one: one[0])

    def _read(self, place: CohortPlace) -> None:
        with place.source.reading() as reader:
            for one in place.sessions:
                summary = one.summary
                week = iso_week(date.fromisoformat(summary.day))
                told = set()
                for event in reader.events(summary.session, home=summary.home):
                    if isinstance(event, PromptShown):
                        told.add(event.mechanism)
                        self._shown[summary.patient, week, event.mechanism].append(event.variant)
                if told & {SCENE, *WEEKLY_DRAWS}:
                    drawn = frozenset(told & set(WEEKLY_DRAWS))
                    self._played[summary.patient].append((summary.opened_ns, week, drawn))

    def of(self, patient: str, day: date) -> dict[str, str]:
        """The variants drawn for the week that holds a day, by mechanism."""
        unit = trial_unit(self._seed, patient, day)
        plan = plan_in_force(self._plans_of(patient), day)
        found = {
            mechanism.value: variant_of(unit, mechanism)
            for mechanism, variants in PROMPTS.items()
            if plan is not None and len(variants) > 1 and mechanism in plan.persuasion.on
        }
        draws = self._draws(patient, iso_week(day))
        return found | {what: weekly_draw(unit, what) for what in WEEKLY_DRAWS if what in draws}

    def shown(self, patient: str, day: date, mechanism: str) -> tuple[str, ...]:
        """Variants that were shown in the week that holds a day, one for each time."""
        return tuple(self._shown.get((patient, iso_week(day), mechanism), ()))

    def _draws(self, patient: str, week: str) -> frozenset[str]:
        """What the home draws in a week."""
        sessions = self._played.get(patient, [])
        mine = [drawn for _, of, drawn in sessions if of == week]
        before = [drawn for _, of, drawn in sessions if of < week]
        return frozenset().union(*(mine or before[-1:]))

    def _plans_of(self, patient: str) -> list[Plan]:
        if patient not in self._plans:
            self._plans[patient] = [p for f in self._folders for p in f.versions(patient)]
        return self._plans[patient]
