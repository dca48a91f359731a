"""The journey as one session finds it: way, scene, novelty, games and plants to choose from.

It follows from the sessions before and a seed, and from nothing else. What a session showed and
what was chosen in it stands in its own record (`prompt.shown` with the mechanisms below), which
goes where the session goes, so that a replay shows the same scene.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .garden import garden_of, offered_plants
from .novelty import choice_of_games, novelty_of
from .scene_walk import SceneShown, next_scene
from .way import DayWalked, way_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from games.scenes.scene import GameScene

    from .novelty import Novelty
    from .way import Way

__all__ = [
    "GAME",
    "PLAIN_WEEKS",
    "PLANT",
    "SCENE",
    "Journey",
    "SessionWalked",
    "journey_on",
]

SCENE: Final = "scene"
PLANT: Final = "plant"
GAME: Final = "game"
"""Mechanisms under which the record tells what was shown and chosen."""
GIVEN: Final = "given"
PLAIN_WEEKS: Final = 2
"""Without ornament, until the movement itself is known."""


@dataclass(frozen=True, slots=True)
class SessionWalked:
    """What the journey takes from a session before.

    Attributes:
        day: that it belongs to.
        per_week: for how many days a week its plan asked.
        scene: that it showed; None: it was over before a game.
        plant, game: chosen in it; None: nothing was.
    """

    day: date
    per_week: int
    scene: GameScene | None = None
    plant: str | None = None
    game: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The journey on the day of a session.

    Attributes:
        before: the way before this session.
        after: the way with it: every session begun on a day that still counts moves.
        scene: of this session.
        novelty: of the week.
        games: to choose from, the one of last time first.
        plants: to choose from, the one that is planted if nothing is chosen first.
        garden: of the sessions before.
        choice: drawn for the week by a trial; None: there is none, and game and plant are offered.
        music: drawn likewise; None: there is none, and music plays as the person has it.
    """

    before: Way
    after: Way
    scene: GameScene
    novelty: Novelty
    games: tuple[str, ...]
    plants: tuple[str, ...]
    garden: tuple[str, ...]
    choice: str | None = None
    music: str | None = None

    @property
    def plain(self) -> bool:
        """Whether ornaments wait."""
        return self.before.week <= PLAIN_WEEKS and not self.before.home


def journey_on(
    sessions: Sequence[SessionWalked],
    *,
    today: date,
    per_week: int,
    seed: str,
    at_hand: frozenset[str],
    first_game: str = "volo",
    choice: str | None = None,
    music: str | None = None,
) -> Journey:
    """The journey on a day.

    Args:
        sessions: all before this one, oldest first.
        today: its day.
        per_week: for how many days a week its plan asks.
        seed: of the person.
        at_hand: games that are installed.
        first_game: played where nothing was ever chosen.
        choice: drawn for this week by a trial: `given` leaves one game and one plant.
        music: drawn likewise: whether the games have music.
    """
    days = [DayWalked(s.day, s.per_week) for s in sessions]
    before, after = way_of(days), way_of([*days, DayWalked(today, per_week)])
    weeks = [way_of(days[:number]).week for number in range(len(days))]
    shown = [SceneShown(s.day, s.scene) for s in sessions if s.scene is not None]
    chosen = [s.game for s in sessions if s.game in at_hand]
    games = choice_of_games(before, at_hand, chosen[-1] if chosen else first_game)
    plants = offered_plants(seed, len(sessions), before.week)
    some = 1 if choice == GIVEN else None
    return Journey(
        before=before,
        after=after,
        scene=next_scene(shown, before, today, seed),
        novelty=novelty_of(before),
        games=games[:some],
        plants=plants[:some],
        choice=choice,
        music=music,
        garden=garden_of([(s.plant, week) for s, week in zip(sessions, weeks, strict=True)], seed),
    )
