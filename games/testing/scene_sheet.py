"""Contact sheets of all scenes, and a film strip of twelve weeks, to be looked at one by one.

python -m games.testing.scene_sheet FOLDER [--game volo] [--language en]
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pygame

from games.engine.game import game_named, games_at_hand
from games.engine.simulation import Simulation
from games.engine.window import Window
from games.inputs.player import PROFILES, Player
from games.journey.journey import SessionWalked, journey_on
from games.journey.way import STAGES
from games.look import Look
from games.rules.progress import Cue
from games.rules.setting import Setting
from games.scenes.scene import SCENES
from games.session.way.map_picture import painted_map
from games.session.way.way_steps import MapShown
from games.ui.canvas import HEIGHT, WIDTH, Block, Canvas
from games.ui.palette import INK, PAPER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.engine.game import Game
    from games.scenes.scene import GameScene

__all__ = ["film_strip", "picture_of", "scene_sheet", "state_at_portrait"]

T0_NS: Final = 1_700_000_000_000_000_000
RATE_HZ: Final = 30
LONGEST_S: Final = 60
TILE: Final = (384, 216)
CAPTION: Final = 64
ACROSS: Final = 4
DAYS: Final = 3
FIRST_DAY: Final = date(2026, 3, 2)


def state_at_portrait(game: Game) -> Any:
    """A state of a game in the middle of a repetition, the same at every call."""
    setting = Setting(sets=1, repetitions=6, level=0.5, seed=2)
    simulation, player = Simulation(game, setting), Player(PROFILES["strong"], 2)
    cues = 0
    for n in range(LONGEST_S * RATE_HZ):
        sample = player.sample(T0_NS + n * 1_000_000_000 // RATE_HZ, game.invites(simulation.state))
        events = [] if sample is None else simulation.feed(sample)
        cues += sum(isinstance(e, Cue) and e.name == game.portrait for e in events)
        if cues == 2:
            break
    return simulation.state


def picture_of(game: Game, scene: GameScene, state: Any, look: Look) -> pygame.Surface:
    """One frame of a game in a scene; a window must be open."""
    surface = pygame.display.get_surface()
    if surface is None:
        raise RuntimeError("no window is open")
    canvas = Canvas(pygame.Surface((WIDTH, HEIGHT)).convert(surface))
    screen = game.screen(replace(look, scene=scene))
    screen.backdrop(canvas, state)
    screen.draw(canvas, state)
    return canvas.surface


def scene_sheet(folder: Path, name: str, look: Look, scenes: Iterable[GameScene] = SCENES) -> Path:
    """All scenes of one game on a sheet, each with its words; gives the file."""
    game, made = game_named(name), list(scenes)
    window = Window(headless=True, title="scenes")
    state = state_at_portrait(game)
    rows = -(-len(made) // ACROSS)
    sheet = pygame.Surface((ACROSS * TILE[0], rows * (TILE[1] + CAPTION)))
    sheet.fill(PAPER)
    canvas = Canvas(sheet)
    for n, scene in enumerate(made):
        x, y = n % ACROSS * TILE[0], n // ACROSS * (TILE[1] + CAPTION)
        picture = picture_of(game, scene, state, look)
        sheet.blit(pygame.transform.smoothscale(picture, TILE), (x, y))
        words = scene.told(name).text(look.language)
        place = pygame.Rect(x + 4, y + TILE[1], TILE[0] - 8, CAPTION)
        canvas.column([Block(words, 24, INK)], place)
    file = folder / f"scenes-{name}.jpg"
    window.save(file, sheet)
    window.close()
    return file


def film_strip(folder: Path, look: Look) -> Path:
    """Twelve weeks of somebody who does the plan's three days: a row a week, and its map.

    The game is another one from session to session, as far as there is a choice.
    """
    window = Window(headless=True, title="weeks")
    at_hand = frozenset(games_at_hand())
    games = {name: (game := game_named(name), state_at_portrait(game)) for name in at_hand}
    sheet = pygame.Surface((ACROSS * TILE[0], STAGES * TILE[1]))
    sessions: list[SessionWalked] = []
    for week, number in product(range(STAGES), range(DAYS)):
        day = FIRST_DAY + timedelta(weeks=week, days=2 * number)
        journey = journey_on(sessions, today=day, per_week=DAYS, seed="strip", at_hand=at_hand)
        choice = journey.games
        game, state = games[choice[len(sessions) % len(choice)]]
        drawn = picture_of(game, journey.scene, state, look)
        sheet.blit(pygame.transform.smoothscale(drawn, TILE), (number * TILE[0], week * TILE[1]))
        sessions.append(SessionWalked(day, DAYS, journey.scene))
        if number == DAYS - 1:
            garden = (*journey.garden, journey.plants[0])
            drawn = painted_map(MapShown(journey.after.travelled, journey.scene, garden))
            at = (DAYS * TILE[0], week * TILE[1])
            sheet.blit(pygame.transform.smoothscale(drawn, TILE), at)
    file = folder / "twelve-weeks.jpg"
    window.save(file, sheet)
    window.close()
    return file


def main() -> None:
    """Read the arguments and make the sheets."""
    parser = argparse.ArgumentParser(
        prog="python -m games.testing.scene_sheet", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--game", choices=games_at_hand())
    parser.add_argument("--language", choices=("it", "en"), default="it")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    look = Look(language=asked.language, voice=False)
    if not asked.game:
        print(film_strip(asked.folder, look))  # noqa: T201 - what the command is for
    for name in [asked.game] if asked.game else games_at_hand():
        print(scene_sheet(asked.folder, name, look))  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
