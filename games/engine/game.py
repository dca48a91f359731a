"""What a game is, and how the games at hand are found.

A game is a package that offers one `Game`: its rules, its screen and its texts. Packages tell
of theirs by the entry point group `ripresa.games`, whose value names the `Game`:

    [project.entry-points."ripresa.games"]
    volo = "games.volo.game:GAME"

The screen's module is imported only when something is drawn, so rules run without pygame.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from games.look import Look
    from games.rules.control import Input, Invitation
    from games.rules.play_choice import PlayChoice
    from games.rules.progress import GameEvent, GameProgress
    from games.rules.setting import Setting
    from games.scenes.colour import Colour
    from games.scenes.scene import GameScene
    from games.ui.canvas import Canvas

__all__ = [
    "ENTRY_POINTS",
    "Game",
    "GameLine",
    "GameScreen",
    "GameState",
    "drawn_by",
    "game_named",
    "games_at_hand",
]

ENTRY_POINTS = "ripresa.games"


class GameState(Protocol):
    """What the frame needs to know of any game's state; states are frozen values."""

    @property
    def setting(self) -> Setting:
        """What the game was set to."""
        ...

    @property
    def progress(self) -> GameProgress:
        """Score, dose and difficulty."""
        ...


class GameScreen(Protocol):
    """Draws states; holds pictures, never rules."""

    def backdrop(self, canvas: Canvas, state: Any) -> None:
        """Draw what does not hang on the newest sample; may be a frame old."""
        ...

    def draw(self, canvas: Canvas, state: Any) -> None:
        """Draw the rest, quickly."""
        ...

    def heard(self, event: GameEvent) -> None:
        """Take note of an event, for a glow or some petals."""
        ...


@dataclass(frozen=True, slots=True)
class GameLine:
    """What a game says at an instant, by keys of its texts; the frame's messages go before it.

    Attributes:
        shown: stands above the game.
        spoken: said as it changes, also where there is a picture.
        by_ear: said as it changes, in the audio-only mode.
    """

    shown: str
    spoken: tuple[str, ...] = ()
    by_ear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Game:
    """One game.

    Attributes:
        name: lower case, as the command line calls it.
        start: the state before the first sample, from a setting.
        step: one fixed step; gives the next state and what happened.
        invites: what the screen invites to at this instant.
        screen: makes the screen; called only where something is drawn.
        texts: key, then language (`it`, `en`), then text; `title` and `goal` at least.
        sounds: cue or ending to the sound's name in `games.audio.sound`.
        roles: colours by role, each as the shades it is shown in; see `games.ui.palette`.
        portrait: the cue whose frame shows the game best.
        line: what it says now; None: the frame's "out" and "back", by the invitation.
        choices: what it let the person choose so far; None: nothing ever.
        roles_in: the roles in a scene, where the game draws scenes; None: `roles` in each of them.
    """

    name: str
    start: Callable[[Setting], Any]
    step: Callable[[Any, Input], tuple[Any, tuple[GameEvent, ...]]]
    invites: Callable[[Any], Invitation]
    screen: Callable[[Look], GameScreen]
    texts: Mapping[str, Mapping[str, str]]
    sounds: Mapping[str, str]
    roles: Mapping[str, tuple[Colour, ...]]
    portrait: str
    line: Callable[[Any], GameLine] | None = None
    choices: Callable[[Any], tuple[PlayChoice, ...]] | None = None
    roles_in: Callable[[GameScene], Mapping[str, tuple[Colour, ...]]] | None = None


def drawn_by(module: str, name: str) -> Callable[[Look], GameScreen]:
    """A screen's class by its place: imported where it is first drawn, so rules need no pygame."""

    def screen(look: Look) -> GameScreen:
        made: GameScreen = getattr(import_module(module), name)(look)
        return made

    return screen


def games_at_hand() -> list[str]:
    """Names of all games that are installed, sorted."""
    return sorted({entry.name for entry in entry_points(group=ENTRY_POINTS)})


def game_named(name: str) -> Game:
    """Find a game by its name.

    Raises:
        ConfigurationError: there is none of that name, or what its entry point names is none.
    """
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == name:
            found = entry.load()
            if isinstance(found, Game):
                return found
            raise ConfigurationError(f"entry point {entry.value} of game {name!r} is no Game")
    known = ", ".join(games_at_hand()) or "none"
    raise ConfigurationError(f"no game {name!r}: there are {known}")
