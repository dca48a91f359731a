"""A game played across a line of plain values: its rules here, the player and the judge elsewhere.

A game that is entered in a challenge runs in a process of its own. There a `ServedGame` answers
calls; where it is judged a `DistantGame` makes a `Game` of them, whose states are numbers that
stand for those over there. States are values: a step from an old one is as good as from the newest,
as far back as `KEPT`.

    solve = ServedGame(GAME)          # of an entry
    game = DistantGame(entry.solve).game()
"""

from __future__ import annotations

import hashlib
import sys
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from games.engine.game import Game
from games.rules.control import Invitation
from games.rules.progress import Cue, Ending, GameEvent, GamePhase, TrialOutcome
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.rules.control import Input
    from games.rules.setting import Setting

__all__ = ["DistantGame", "DistantProgress", "DistantState", "ServedGame"]

KEPT = 1000
"""States that can be stepped from."""


class ServedGame:
    """Answers what a `DistantGame` asks.

    Args:
        game: whose rules are played.
    """

    def __init__(self, game: Game) -> None:
        self._game = game
        self._states: OrderedDict[int, Any] = OrderedDict()
        self._newest = 0

    def __call__(self, asked: str, number: int = 0, given: Any = None) -> dict[str, Any]:
        """One answer in plain values.

        Args:
            asked: `facts`, `start`, `step` or `digest`.
            number: of the state that a step or a digest is of.
            given: the setting of a start, the input of a step.
        """
        if asked == "facts":
            return self._facts()
        if asked == "start":
            return self._told(self._game.start(given), ())
        if number not in self._states:
            raise ConfigurationError(f"state {number} is no longer kept")
        if asked == "digest":
            return {"digest": hashlib.sha256(repr(self._states[number]).encode()).hexdigest()}
        return self._told(*self._game.step(self._states[number], given))

    def _facts(self) -> dict[str, Any]:
        game = self._game
        return {
            "name": game.name,
            "texts": {key: dict(text) for key, text in game.texts.items()},
            "sounds": dict(game.sounds),
            "roles": {key: [list(shade) for shade in shades] for key, shades in game.roles.items()},
            "portrait": game.portrait,
            "draws_only_when_drawn": "pygame" not in sys.modules,
        }

    def _told(self, state: Any, events: tuple[GameEvent, ...]) -> dict[str, Any]:
        self._newest += 1
        self._states[self._newest] = state
        if len(self._states) > KEPT:
            self._states.popitem(last=False)
        progress, invitation = state.progress, self._game.invites(state)
        return {
            "number": self._newest,
            "phase": progress.phase.value,
            "score": progress.score,
            "trials": progress.trials,
            "attempts": progress.attempts,
            "level": progress.level,
            "invites": invitation.level,
            "move_s": invitation.move_s,
            "events": [_plain_event(e) for e in events],
        }


@dataclass(frozen=True, slots=True)
class DistantProgress:
    """What a judge sees of a game's progress."""

    phase: GamePhase
    score: int
    trials: int
    attempts: int
    level: float


@dataclass(frozen=True, slots=True)
class DistantState:
    """Stands for a state over there.

    Attributes:
        digest: asks for the digest of that state.
    """

    number: int
    setting: Setting
    progress: DistantProgress
    invites: Invitation
    digest: Callable[[int], str]

    def __repr__(self) -> str:
        """The state's own, so that equal play is found equal."""
        return self.digest(self.number)


class DistantGame:
    """A game that is played over there.

    Args:
        ask: calls the `ServedGame`; what it raises goes through.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask
        self._told: dict[str, Any] = ask("facts")

    @property
    def draws_only_when_drawn(self) -> bool:
        """Whether its rules came without pygame."""
        return bool(self._told["draws_only_when_drawn"])

    def game(self) -> Game:
        """As the frame plays it, without a screen.

        Raises:
            KeyError, TypeError, ValueError: what is told over there is no game's.
        """
        told = self._told
        return Game(
            name=str(told["name"]),
            start=lambda setting: self._state(self._ask("start", 0, setting), setting),
            step=self._step,
            invites=lambda state: state.invites,
            screen=_no_screen,
            texts={
                str(k): {str(n): str(t) for n, t in v.items()} for k, v in told["texts"].items()
            },
            sounds={str(k): str(v) for k, v in told["sounds"].items()},
            roles={
                str(k): tuple((int(r), int(g), int(b)) for r, g, b in v)
                for k, v in told["roles"].items()
            },
            portrait=str(told["portrait"]),
        )

    def _step(
        self, state: DistantState, given: Input
    ) -> tuple[DistantState, tuple[GameEvent, ...]]:
        told = self._ask("step", state.number, given)
        return self._state(told, state.setting), tuple(_event(e) for e in told["events"])

    def _state(self, told: dict[str, Any], setting: Setting) -> DistantState:
        progress = DistantProgress(
            GamePhase(told["phase"]),
            int(told["score"]),
            int(told["trials"]),
            int(told["attempts"]),
            float(told["level"]),
        )
        move_s = None if told["move_s"] is None else float(told["move_s"])
        invites = Invitation(float(told["invites"]), move_s)
        return DistantState(int(told["number"]), setting, progress, invites, self._digest)

    def _digest(self, number: int) -> str:
        return str(self._ask("digest", number)["digest"])


def _no_screen(_look: Any) -> Any:
    raise ConfigurationError("a game in another process is not drawn")


def _plain_event(event: GameEvent) -> dict[str, Any]:
    told = asdict(event)
    if isinstance(event, TrialOutcome):
        told["ending"] = event.ending.value
    return told


def _event(told: Any) -> GameEvent:
    if "ending" in told:
        return TrialOutcome(**{**told, "ending": Ending(told["ending"])})
    return Cue(str(told["name"]), int(told["t_ns"]))
