"""Simulated sessions without a screen: a player, a game, the patient's limits, weeks of it.

It is what the difficulty is tuned with and what holds the safety rules over thousands of
sessions; no figure from it says anything about people.
"""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from games.engine.simulation import Simulation
from games.inputs.player import PROFILES, Player, rested
from games.inputs.prescribed import RHYTHMS, KeyedPlayer, RhythmPlayer
from games.rules.control import Signal
from games.rules.feedback import BETWEEN, MESSAGES, PRAISES, UNBOUNDED
from games.rules.progress import Cue, GamePhase, TrialOutcome
from games.rules.setting import Setting
from therapy.plan.limits import Limits
from therapy.session.safety import Verdict, judge_pain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.engine.game import Game
    from games.rules.control import ControlSample

__all__ = ["PLAYERS", "PlayedSession", "play_session", "play_weeks", "player_of", "violations"]

START_NS = 1_700_000_000_000_000_000
RATE_HZ = 20
SESSIONS_A_WEEK = 5
PAIN_EVERY = 4
"""A simulated person tells their pain after so many repetitions."""
TOLD: Final = frozenset({*MESSAGES.values(), UNBOUNDED})
LONGEST_S = 1200
KEYED: Final[dict[str, Literal["keys", "mouse"]]] = {
    "prescription_keys": "keys",
    "prescription_mouse": "mouse",
}
PLAYERS: Final = (*PROFILES, *RHYTHMS, *KEYED)
"""Those who follow what the screen invites to, and those who do an exercise by themselves."""
AnyPlayer: TypeAlias = Player | RhythmPlayer | KeyedPlayer


@dataclass(frozen=True, slots=True)
class PlayedSession:
    """What one simulated session came to.

    Attributes:
        levels: difficulty of each trial.
        told: (movements done, attempts too, message) in order: what the player was told.
        pains: (trials done, pain told, verdict) in order.
        ended: `done`, `pain` or `time`.
    """

    outcomes: tuple[TrialOutcome, ...]
    levels: tuple[float, ...]
    pains: tuple[tuple[int, int, Verdict], ...]
    check_in_pain: int
    ended: str
    score: int
    next_level: float
    setting: Setting = field(default_factory=Setting)
    told: tuple[tuple[int, str], ...] = ()

    @property
    def success_rate(self) -> float | None:
        """Share of trials that were complete."""
        if not self.outcomes:
            return None
        return sum(o.success for o in self.outcomes) / len(self.outcomes)


def play_session(
    game: Game, player: AnyPlayer, setting: Setting, limits: Limits | None = None
) -> PlayedSession:
    """Let a player play a game to its end, telling their pain now and then."""
    limits = limits or Limits()
    simulation = Simulation(game, setting)
    check_in = round(player.pain)
    pains: list[tuple[int, int, Verdict]] = []
    outcomes: list[TrialOutcome] = []
    told: list[tuple[int, str]] = []
    ended = "time"
    for sample in _samples(player, simulation, game):
        happened = simulation.feed(sample)
        new = [e for e in happened if isinstance(e, TrialOutcome)]
        outcomes += new
        progress = simulation.state.progress
        moved = progress.trials + progress.attempts
        told += [(moved, e.name) for e in happened if isinstance(e, Cue) and e.name in TOLD]
        if progress.phase is GamePhase.DONE:
            ended = "done"
            break
        if new and len(outcomes) % PAIN_EVERY == 0:
            pain = round(player.pain)
            verdict = judge_pain(pain, limits, at_check_in=check_in)
            pains.append((len(outcomes), pain, verdict))
            if verdict is Verdict.END_SET:
                ended = "pain"
                break
            if verdict is Verdict.EASE:
                simulation.signal(Signal.EASE)
    levels = tuple(o.level for o in outcomes)
    return PlayedSession(
        outcomes=tuple(outcomes),
        levels=levels,
        pains=tuple(pains),
        check_in_pain=check_in,
        ended=ended,
        score=simulation.state.progress.score,
        next_level=statistics.median(levels) if levels else setting.level,
        setting=setting,
        told=tuple(told),
    )


def play_weeks(game: Game, name: str, *, weeks: int = 12, seed: int = 1) -> Iterator[PlayedSession]:
    """One player's sessions over weeks, each beginning at the last one's median difficulty."""
    level = 0.3
    for number in range(weeks * SESSIONS_A_WEEK):
        setting = Setting(
            seed=seed * 1000 + number, step_hz=RATE_HZ, level=level, rest_s=1.0, hold_s=1.0
        )
        player = player_of(name, setting, f"{seed} {name} {game.name} {number}", number)
        session = play_session(game, player, setting)
        level = session.next_level
        yield session


def player_of(name: str, setting: Setting, seed: str, session: int = 0) -> AnyPlayer:
    """A player by name, in the session of that number."""
    if name in RHYTHMS:
        return RhythmPlayer(RHYTHMS[name], setting, seed, rate_hz=RATE_HZ)
    if name in KEYED:
        return KeyedPlayer(KEYED[name], setting, seed, rate_hz=RATE_HZ)
    return Player(rested(PROFILES[name], session), seed, rate_hz=RATE_HZ)


def violations(session: PlayedSession, limits: Limits | None = None) -> list[str]:
    """Every safety rule that a session broke, in words; empty is what must come out."""
    broken = _beyond(session) + _harder_after_flags(session) + _too_often_corrected(session)
    return broken + _against_pain(session, limits or Limits())


def _beyond(session: PlayedSession) -> list[str]:
    found: list[str] = []
    for o in session.outcomes:
        if o.demand > o.ceiling + 1e-9:
            found.append(f"trial {o.number} asked {o.demand:.3f} beyond {o.ceiling:.3f}")
        if o.peak > o.ceiling + 1e-9:
            found.append(f"trial {o.number} rewarded {o.peak:.3f} beyond {o.ceiling:.3f}")
        if o.points and not o.success:
            found.append(f"trial {o.number} paid for {o.ending.value}")
    if len(session.outcomes) > session.setting.dose:
        found.append(f"{len(session.outcomes)} trials, beyond the dose {session.setting.dose}")
    return found


def _harder_after_flags(session: PlayedSession) -> list[str]:
    return [
        f"trial {after.number} was harder after {before.ending.value}"
        for before, after in zip(session.outcomes, session.outcomes[1:], strict=False)
        if before.flagged and after.level > before.level
    ]


def _too_often_corrected(session: PlayedSession) -> list[str]:
    corrected = [moved for moved, message in session.told if message not in PRAISES | {"enough"}]
    return [
        f"movement {after} was corrected right after {before}"
        for before, after in itertools.pairwise(corrected)
        if after - before < BETWEEN - 1
    ]


def _against_pain(session: PlayedSession, limits: Limits) -> list[str]:
    found: list[str] = []
    for trials, pain, verdict in session.pains:
        later = session.levels[trials:]
        rises = zip(session.levels[trials - 1 :], later, strict=False)
        if verdict is Verdict.END_SET and later:
            found.append(f"played on after pain {pain}")
        if verdict is Verdict.EASE and any(b > a for a, b in rises):
            found.append(f"harder after pain {pain}")
        if pain >= limits.pain_stop and verdict is not Verdict.END_SET:
            found.append(f"pain {pain} did not end the set")
    return found


def _samples(player: AnyPlayer, simulation: Simulation, game: Game) -> Iterator[ControlSample]:
    step_ns = round(1e9 / player.rate_hz)
    for i in range(round(LONGEST_S * player.rate_hz)):
        sample = player.sample(START_NS + i * step_ns, game.invites(simulation.state))
        if sample is not None:
            yield sample
