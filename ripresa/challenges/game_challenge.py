"""The games challenge: every kind of simulated player plays, and every rule of the frame is held.

An entry's `solve` is a `games.testing.served_game.ServedGame` of its game. Simulated players are no
patients: what is found says whether a game keeps its rules, not whether it does good.

1. Each kind of player of `bench players` plays a short session of one set (`SETTING`), seed by
   seed: those who follow what the screen invites to, those who do the prescription by themselves,
   by wearable, keys or mouse, and those who do something else of it.
2. Every step is judged by what was fed, not by what the game tells of itself: an invitation or an
   outcome beyond the lower of target and limit, a ceiling told that was none, points that are not
   those of complete repetitions; then the rules of `games.testing.trials.violations`.
3. Each rule of the frame's contract that the sessions do not show is a case of its own.

A session may take `SESSION_S` of real time; a game that is slower is given up after `MOST_SLOW`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from games.engine.game import Game, game_named
from games.inputs.prescribed import RHYTHMS
from games.rules.feedback import PRAISES
from games.rules.progress import TrialOutcome
from games.rules.setting import Setting
from games.testing.contract import GameContract
from games.testing.served_game import DistantGame, ServedGame
from games.testing.trials import KEYED, PLAYERS, play_session, player_of, violations
from research.challenges.challenge import ChallengeEntry, Entry, EntryKind, Section
from research.challenges.entry_guard import EntryError, FaultRows
from research.challenges.figures import FigureLabel, figure_rows
from research.challenges.running import Challenge, Scored, Scoring
from telemetry.errors import ConfigurationError

from .unsafe_game import unsafe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from games.rules.control import Input
    from games.testing.trials import PlayedSession
    from research.challenges.challenge import Figure

__all__ = ["CHALLENGE", "GameChallenge"]

OURS = ("onda", "orto", "raccolto", "volo")
SETTING = Setting(step_hz=20, sets=1, repetitions=8, rest_s=1.0)
SEEDS = (1, 2)
SIMULATED = "simulated"
POPULATION = "simulated players, of every kind; no patient"
SESSION_S, MOST_SLOW = 180.0, 2
DOERS = ("prescription", "full_range", *KEYED)
"""Who does what is prescribed; each is to complete it."""
SHOWN_BY_SESSIONS = ("players_of_all_kinds", "who_does_the_prescription", "every_set_ends")
NOT_FROM_AFAR = "its_rules_run_without_pygame"
DESIGN = {
    "prescription_complete_percent": FigureLabel(
        "repetitions complete of who does the prescription", "%", "higher"
    ),
    "rules_kept_percent": FigureLabel("rules of the frame's contract kept", "%", "higher"),
    "dose_percent": FigureLabel("load: repetitions asked of who does the prescription", "%", ""),
    "minutes": FigureLabel("load: length of their session", "min", ""),
}
WELL_BEING = {
    "keyed_complete_percent": FigureLabel("repetitions complete by keys and mouse", "%", "higher"),
    "told_late_percent": FigureLabel(
        "sessions in which who needed it was not told within two repetitions", "%"
    ),
    "never_ended_percent": FigureLabel("sessions that did not end", "%"),
}
SAFETY = {
    "violations": FigureLabel("safety rules broken", "times", topic="safety"),
    "sessions_with_violations_percent": FigureLabel(
        "sessions in which a safety rule was broken", "%", topic="safety"
    ),
}


@dataclass(slots=True)
class _Watched:
    """A game whose every step is judged by what was fed.

    Attributes:
        broken: what was wrong, in words.
    """

    game: Game
    broken: list[str] = field(default_factory=list)
    points: int = 0
    until_s: float = field(default_factory=lambda: time.monotonic() + SESSION_S)

    def watched(self) -> Game:
        """The game, watched."""
        return replace(self.game, step=self._step)

    def _step(self, state: Any, given: Input) -> tuple[Any, tuple[Any, ...]]:
        if time.monotonic() > self.until_s:
            raise _SlowError(f"a session took over {SESSION_S:g} s")
        after, events = self.game.step(state, given)
        # A silent step holds the last sample's ceiling, which is checked with the next.
        if given.samples:
            ceiling = max(s.ceiling for s in given.samples) + 1e-9
            if self.game.invites(after).level > ceiling:
                self._note("the screen invites beyond the ceiling")
            for event in events:
                if isinstance(event, TrialOutcome):
                    self._judge(event, ceiling)
        if after.progress.score != self.points:
            self._note(f"a score of {after.progress.score}, with {self.points} points brought")
            self.points = after.progress.score
        return after, events

    def _judge(self, outcome: TrialOutcome, ceiling: float) -> None:
        self.points += outcome.points
        if max(outcome.ceiling, outcome.demand, outcome.peak) > ceiling:
            self._note(f"trial {outcome.number} tells of more than the ceiling {ceiling:.3g}")

    def _note(self, told: str) -> None:
        if told not in self.broken:
            self.broken.append(told)


class _SlowError(EntryError):
    """A session took too long."""


class GameChallenge(Challenge):
    """Games, played by simulated players."""

    name = "games"
    title = "Therapy games, played by simulated players"

    def entries(self) -> Sequence[Entry]:
        """Our four, and one of them made to ask for too much, known to be unsafe."""
        ours = [
            ChallengeEntry(
                name,
                self.name,
                ServedGame(game_named(name)),
                EntryKind.GAME,
                description="ships with Ripresa",
            )
            for name in OURS
        ]
        pushing = ChallengeEntry(
            "pushing",
            self.name,
            ServedGame(unsafe(game_named(OURS[0]))),
            EntryKind.GAME,
            description=f"{OURS[0]}, made to ask and to pay for too much; known to be unsafe",
        )
        return [*ours, pushing]

    def score(self, scoring: Scoring) -> Scored:
        """Let every player play every game.

        Raises:
            ConfigurationError: the data are not `simulated`.
        """
        if scoring.data.lower() != SIMULATED:
            raise ConfigurationError("players are simulated: give --data simulated")
        seeds = tuple(scoring.subjects or SEEDS)
        cases = [(player, seed) for player in PLAYERS for seed in seeds]
        meter = scoring.meter(len(cases) + len(_rules()))
        notes: list[str] = []
        faults = FaultRows(notes)
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            rows: dict[str, dict[str, Any]] = {}
            broken: dict[str, list[str]] = {}
            play = _Player(entry)
            for player, seed in cases:
                case = f"{player} {seed}"
                rows[case] = {}
                with faults.row(entry, case):
                    rows[case], broken[case] = play.session(player, seed)
                meter.advance(f"{entry.name}: {case}")
            for case, rule in _rules().items():
                rows[case] = {}
                with faults.row(entry, case):
                    told = play.rule(rule)
                    rows[case] = {"kept": told is None}
                    broken[case] = [] if told is None else [told]
                meter.advance(f"{entry.name}: {case}")
            bodies[entry.name] = {
                "mean": _mean(rows),
                "cases": rows,
                "broken": {case: told for case, told in broken.items() if told},
            } | faults.of(entry)
        population = f"{len(cases)} sessions of {POPULATION}"
        leading = bodies[scoring.entries[0].name]
        return Scored(
            population=population,
            body={"mean": leading["mean"], "entries": bodies},
            figures=[f for n, body in bodies.items() for f in _figures(n, body, population)],
            notes=notes,
        )


class _Player:
    """Plays one entry."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._slow = 0
        self._distant: DistantGame | None = None

    def session(self, player: str, seed: int) -> tuple[dict[str, Any], list[str]]:
        """The row of one session, and what was broken in it."""
        watched = _Watched(self._game())
        setting = replace(SETTING, seed=seed)
        by = player_of(player, setting, f"{seed} {player}")
        played = self._timed(lambda: play_session(watched.watched(), by, setting))
        broken = [*watched.broken, *violations(played)]
        return _row(player, played, broken), broken

    def rule(self, rule: str) -> str | None:
        """What is wrong by one rule of the contract; None: it is kept."""
        game = self._game()
        if rule.endswith(NOT_FROM_AFAR):
            alone = self._distant is not None and self._distant.draws_only_when_drawn
            return None if alone else "its rules import pygame"
        watched = _Watched(game)
        held = type("HeldGame", (GameContract,), {"game": watched.watched()})()
        try:
            self._timed(getattr(held, rule))
        except AssertionError as e:
            return str(e)
        return None

    def _game(self) -> Game:
        if self._slow >= MOST_SLOW:
            raise EntryError(f"given up after {MOST_SLOW} sessions that took over {SESSION_S:g} s")
        if self._distant is None:
            self._distant = DistantGame(self._entry.solve)
        return self._distant.game()

    def _timed(self, play: Callable[[], Any]) -> Any:
        try:
            return play()
        except _SlowError:
            self._slow += 1
            raise


def _rules() -> dict[str, str]:
    """By case, the contract's rules that no session shows."""
    names = [n for n in dir(GameContract) if n.startswith("test_")]
    left = [n for n in names if not any(shown in n for shown in SHOWN_BY_SESSIONS)]
    return {f"rule: {n.removeprefix('test_').replace('_', ' ')}": n for n in left}


def _row(player: str, played: PlayedSession, broken: Sequence[str]) -> dict[str, Any]:
    outcomes = played.outcomes
    first = outcomes[:2]
    needs = len(first) == 2 and not any(o.success and o.calm is not False for o in first)
    told = any(trial <= 2 for trial, message in played.told if message not in PRAISES)
    minutes = 0.0
    if outcomes:
        minutes = (outcomes[-1].t_to_ns - outcomes[0].t_from_ns) / 60e9
    return {
        "complete_percent": None if not outcomes else 100 * float(played.success_rate or 0.0),
        "dose_percent": 100 * len(outcomes) / SETTING.dose,
        "minutes": minutes,
        "never_ended": played.ended == "time",
        "told_late": needs and not told,
        "violations": len(broken),
        "prescribed": player in DOERS,
        "by_itself": player in RHYTHMS or player in KEYED,
    }


def _mean(rows: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    played = {case: row for case, row in rows.items() if "violations" in row}
    doers = [row for case, row in played.items() if case.split()[0] in DOERS]
    keyed = [row for case, row in played.items() if case.split()[0] in KEYED]
    kept = [100.0 * row["kept"] for row in rows.values() if "kept" in row]
    every = list(played.values())
    return {
        "prescription_complete_percent": _average([r["complete_percent"] for r in doers]),
        "rules_kept_percent": _average(kept),
        "dose_percent": _average([r["dose_percent"] for r in doers]),
        "minutes": _average([r["minutes"] for r in doers]),
        "keyed_complete_percent": _average([r["complete_percent"] for r in keyed]),
        "told_late_percent": _average([100.0 * r["told_late"] for r in every]),
        "never_ended_percent": _average([100.0 * r["never_ended"] for r in every]),
        "violations": float(sum(r["violations"] for r in every)) if every else None,
        "sessions_with_violations_percent": _average(
            [100.0 * (r["violations"] > 0) for r in every]
        ),
    }


def _average(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None


def _figures(name: str, body: dict[str, Any], population: str) -> list[Figure]:
    return [
        figure
        for section, labels in (
            (Section.DESIGN, DESIGN),
            (Section.WELL_BEING, WELL_BEING),
            (Section.CLINICAL, SAFETY),
        )
        for figure in figure_rows(
            name, body["mean"], labels, section=section, population=population
        )
    ]


CHALLENGE = GameChallenge()
