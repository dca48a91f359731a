"""Pictures of every game and every screen of a session, to be looked at one by one.

python -m games.testing.gallery FOLDER [--language en] [--text-scale 2]
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.engine.devices import Devices
from games.engine.game import games_at_hand
from games.engine.pace import InstantPace
from games.engine.play import play
from games.engine.window import Window
from games.figures.drawing import GROUND, ExerciseDrawing
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.journey.journey import SessionWalked, journey_on
from games.look import Look
from games.persuasion.prompts import Situation, prompts_for
from games.persuasion.streak import Streak
from games.rules.setting import Setting
from games.session.rehearsal import Rehearsal
from games.session.run import SessionScreens
from games.session.shown_session import ScreenSettings
from games.ui.canvas import HEIGHT, WIDTH, Block, Canvas
from games.ui.palette import INK
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from therapy.exercises.library import LIBRARY
from therapy.plan.plan import Plan
from therapy.session.screens import Ask, Assess, FindRange, screen_of

if TYPE_CHECKING:
    from games.journey.journey import Journey
    from games.persuasion.prompts import Prompt

__all__ = ["make_gallery"]

T0_NS = 1_700_000_000_000_000_000
FRAMES_PER_S = 10
PRESS_EVERY = 7
LONGEST = 4000

PLAN = Plan.model_validate(
    {
        "patient": "gallery",
        "version": 1,
        "valid_from": "2023-01-01",
        "limits": {"rest_s": 0},
        "items": [
            {
                "id": "raise",
                "exercise": "forward-arm-raise",
                "side": "right",
                "posture": "seated",
                "placements": ["upper-arm-right"],
                "dose": {"sets": 1, "repetitions": 4},
                "assessment": "every day",
                "game": "raccolto",
            }
        ],
    }
)


def make_gallery(folder: Path, look: Look) -> list[Path]:
    """Write all pictures as PNG; gives their files.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in games_at_hand():
        file = folder / f"{name}.png"
        setting = Setting(sets=1, repetitions=6, level=0.5, seed=2)
        play(name, headless=True, look=look, setting=setting, picture=file)
        files.append(file)
    return [*files, _figures(folder, look), *_session(folder, look)]


def _figures(folder: Path, look: Look) -> Path:
    """The numbered exercises, half-way, on one sheet."""
    window = Window(headless=True, title="figures")
    sheet = pygame.Surface((5 * WIDTH // 4, -(-len(LIBRARY) // 5) * HEIGHT // 2))
    sheet.fill(GROUND)
    canvas = Canvas(sheet)
    for n, exercise in enumerate(LIBRARY):
        x, y = n % 5 * WIDTH // 4, n // 5 * HEIGHT // 2
        figure = pygame.transform.smoothscale(ExerciseDrawing(exercise.id).at(0.6), (316, 232))
        sheet.blit(figure, (x, y + 70))
        place = pygame.Rect(x + 8, y + 14, WIDTH // 4 - 16, 70)
        canvas.column([Block(exercise.name.text(look.language), 26, INK)], place)
    file = folder / "figures.png"
    window.save(file, sheet)
    window.close()
    return file


def _session(folder: Path, look: Look) -> list[Path]:
    """One whole session, a picture of each kind of screen."""
    pace = InstantPace(T0_NS, FRAMES_PER_S)
    window = Window(headless=True, title="session")
    clock = ManualClock(T0_NS)
    source = PlayerSource(Player(PROFILES["strong"], 3), T0_NS)
    view = Rehearsal(PLAN, source, pace.now_ns, lambda: new_ulid(clock))
    devices = Devices(
        window=window,
        pace=pace,
        source=view,
        sounds=Sounds(0.0),
        voice=Voice(look.language, on=False),
    )
    settings = ScreenSettings(
        look=look,
        prompts=lambda told: _prompts(look, closing=told.closing),
        journey=_journey(),
    )
    screens = SessionScreens(view, devices, settings)
    seen: dict[str, int] = {}
    files = []
    for n in range(LONGEST):
        if screens.finished:
            break
        screens.frame()
        name = _name(view, screens, first=n < PRESS_EVERY)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] == (5 if name != "play" else 25):
            files.append(folder / f"session-{name}.png")
            window.save(files[-1])
        pace.wait(bool)
        if n % PRESS_EVERY == PRESS_EVERY - 1 and name not in ("play", "findrange", "assess"):
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=_easy(screens)))
    window.close()
    return files


def _journey() -> Journey:
    """After seven weeks of three days."""
    days = [date(2023, 9, 25) + timedelta(weeks=w, days=d) for w in range(7) for d in (0, 2, 4)]
    sessions: list[SessionWalked] = []
    for day in days:
        found = journey_on(
            sessions, today=day, per_week=3, seed="gallery", at_hand=frozenset(games_at_hand())
        )
        sessions.append(SessionWalked(day, 3, found.scene))
    return journey_on(
        sessions,
        today=date(2023, 11, 14),
        per_week=3,
        seed="gallery",
        at_hand=frozenset(games_at_hand()),
    )


def _name(view: Rehearsal, screens: SessionScreens, *, first: bool) -> str:
    screen = screen_of(view.state)
    if first:
        return "opening"
    if screens.page.way is not None and not screens.in_game:
        return "map"
    if isinstance(screen, Ask):
        return f"{screen.question.id}-{screen.question.at}"
    if isinstance(screen, FindRange | Assess) or screens.in_game:
        return type(screen).__name__.lower()
    name = type(screen).__name__.lower()
    return "effort-mid" if name == "play" else name


def _easy(screens: SessionScreens) -> int:
    """The digit of an answer without complaints; Enter where nothing is asked for."""
    page = screens.page
    if not page.clinical:
        return pygame.K_RETURN
    return pygame.K_2 if any(c.small for c in page.choices) else pygame.K_1


def _prompts(look: Look, *, closing: bool) -> list[Prompt]:
    situation = Situation(
        unit="gallery",
        closing=closing,
        goal="prendere le tazze in alto" if look.language == "it" else "reach the upper cups",
        missed=1,
        streak=Streak(6, 9, 21, 1),
        trials=4,
        full=3,
    )
    return prompts_for(situation, look.language)


def main() -> None:
    """Read the arguments and make the gallery."""
    parser = argparse.ArgumentParser(prog="python -m games.testing.gallery", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=("it", "en"), default="it")
    parser.add_argument("--text-scale", type=float, default=1.0)
    asked = parser.parse_args()
    look = Look(language=asked.language, text_scale=asked.text_scale, voice=False)
    for file in make_gallery(asked.folder, look):
        print(file)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
