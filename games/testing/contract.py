"""What every game must keep, as tests that a game's own tests inherit.

    from games.testing.contract import GameContract
    from mygame.game import GAME

    class TestMyGame(GameContract):
        game = GAME

pytest collects the rest. Nothing here opens a window or waits for a clock.
"""

from __future__ import annotations

import itertools
import math
import random
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from games.engine.simulation import Simulation
from games.inputs.player import PROFILES, Player
from games.rules.control import ControlSample, Input, Signal
from games.rules.progress import Cue, Ending, GamePhase, TrialOutcome
from games.rules.setting import Setting
from games.scenes.scene import SCENES
from games.ui.palette import SEEN_BY, contrast, seen
from games.ui.texts import blaming

from .trials import PLAYERS, START_NS, PlayedSession, play_session, player_of, violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from games.engine.game import Game
    from games.scenes.colour import Colour

__all__ = ["GameContract"]

RATE_HZ = 60
LEAST_COMPLETE = 0.95
NEEDED_TEXTS = ("title", "goal", "out", "back", "slower")


def _check(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _followed(
    game: Game, setting: Setting, *, gain: float = 1.0, target: float = 1.0, limit: float = 1.5
) -> Iterator[tuple[Simulation, ControlSample]]:
    """Somebody able follows the invitations; `gain` overshoots or undershoots them all."""
    simulation = Simulation(game, setting)
    player = Player(replace(PROFILES["strong"], spread=0.0, aim=0.0), setting.seed)
    for i in range(400 * RATE_HZ):
        invitation = game.invites(simulation.state)
        seen = replace(invitation, level=invitation.level / max(target, 1e-9))
        sample = player.sample(START_NS + i * 1_000_000_000 // RATE_HZ, seen)
        if sample is None:
            continue
        sample = replace(sample, control=sample.control * gain * target, target=target, limit=limit)
        yield simulation, sample
        if simulation.state.progress.phase is GamePhase.DONE:
            return


class GameContract:
    """Inherit, set `game`, and pytest does the rest."""

    game: ClassVar[Game]
    setting: ClassVar[Setting] = Setting(sets=1, repetitions=5, rest_s=1.0)

    def played(self, *, gain: float = 1.0, seed: int = 1) -> Simulation:
        """One short game by somebody able."""
        simulation = Simulation(self.game, self.setting)
        for playing, sample in _followed(self.game, replace(self.setting, seed=seed), gain=gain):
            simulation = playing
            simulation.feed(sample)
        return simulation

    def test_somebody_able_who_follows_the_invitations_finishes_with_full_repetitions(self) -> None:
        """A game that cannot be won teaches nothing."""
        simulation = self.played()
        full = [e for e in simulation.events if isinstance(e, TrialOutcome) and e.success]
        _check(simulation.state.progress.phase is GamePhase.DONE, "the dose was not reached")
        _check(len(full) >= self.setting.dose - 1, f"only {len(full)} full repetitions")

    def test_same_seed_and_samples_give_the_same_states_and_events(self) -> None:
        """Replays rest on it."""
        _check(self.played().digest() == self.played().digest(), "two equal plays differ")

    def test_another_seed_gives_another_play(self) -> None:
        """The game's variety comes from the seed, and from nothing else."""
        _check(self.played(seed=2).digest() != self.played().digest(), "the seed does nothing")

    def test_drawing_ahead_changes_nothing(self) -> None:
        """What is shown between samples is thrown away."""
        plain = looked = Simulation(self.game, self.setting)
        samples = [s for _, s in zip(range(600), self._samples(), strict=False)]
        plain, looked = (Simulation(self.game, self.setting) for _ in range(2))
        for sample in samples:
            plain.feed(sample)
            looked.feed(sample)
            looked.shown(sample.t_ns + 9_000_000)
        _check(plain.digest() == looked.digest(), "looking ahead changed the play")

    def test_nothing_is_asked_for_or_gained_beyond_target_and_limit(self) -> None:
        """The first of the safety rules."""
        rng = random.Random(5)
        for _ in range(40):
            target, limit = rng.uniform(0.05, 3), rng.uniform(0.05, 3)
            setting = replace(self.setting, level=rng.random(), seed=rng.randrange(10**6))
            ceiling = min(target, limit) + 1e-9
            for i, (simulation, sample) in enumerate(
                _followed(self.game, setting, target=target, limit=limit)
            ):
                for event in simulation.feed(sample):
                    if isinstance(event, TrialOutcome):
                        _check(event.demand <= ceiling, "a demand lies beyond the ceiling")
                        _check(event.peak <= ceiling, "more was seen than the ceiling")
                level = self.game.invites(simulation.state).level
                _check(level <= ceiling, "the screen invites beyond the ceiling")
                if i > 8 * RATE_HZ:
                    break

    def test_going_beyond_the_target_brings_no_more_than_the_target(self) -> None:
        """Reward is flat above the ceiling."""
        most = max(self.played().state.progress.score, 1)
        _check(self.played(gain=1.6).state.progress.score <= most, "overshooting pays")

    def test_after_the_dose_nothing_more_is_gained(self) -> None:
        """No reward past what is prescribed."""
        simulation = self.played()
        score = simulation.state.progress.score
        for i, sample in enumerate(self._samples()):
            simulation.feed(replace(sample, t_ns=sample.t_ns + 10**12))
            if i > 20 * RATE_HZ:
                break
        _check(simulation.state.progress.score == score, "points after the dose")

    def test_a_silence_takes_no_points_and_no_game_time(self) -> None:
        """A sensor that falls silent costs nothing."""
        samples = [s for _, s in zip(range(900), self._samples(), strict=False)]
        broken = [replace(s, t_ns=s.t_ns + (i >= 450) * 7 * 10**9) for i, s in enumerate(samples)]
        plain, paused = (Simulation(self.game, self.setting) for _ in range(2))
        for a, b in zip(samples, broken, strict=True):
            plain.feed(a)
            paused.feed(b)
        _check(paused.silences == 1, "the silence was not seen")
        _check(abs(plain.steps - paused.steps) <= 2, "the silence took game time")
        _check(paused.state.progress.score >= plain.state.progress.score, "the silence cost points")

    def test_a_hasty_repetition_brings_nothing(self) -> None:
        """Too fast counts as done and is not rewarded."""
        simulation = Simulation(self.game, replace(self.setting, min_phase_s=1.5))
        for i in range(20 * RATE_HZ):
            up = 0.5 - 0.5 * math.cos(2 * math.pi * i / RATE_HZ / 0.8)
            simulation.feed(ControlSample(START_NS + i * 1_000_000_000 // RATE_HZ, up))
        _check(simulation.state.progress.score == 0, "haste was paid")

    def test_a_tremor_of_5_hz_raises_no_flag(self) -> None:
        """Nobody is told to slow down for trembling."""
        player = Player(replace(PROFILES["trembling"], spread=0.0, aim=0.0, tremor=0.03), 3)
        simulation = Simulation(self.game, self.setting)
        events = []
        for i in range(60 * RATE_HZ):
            t_ns = START_NS + i * 1_000_000_000 // RATE_HZ
            sample = player.sample(t_ns, self.game.invites(simulation.state))
            events += simulation.feed(sample) if sample else []
        flags = [e for e in events if isinstance(e, TrialOutcome) and e.ending is Ending.TOO_FAST]
        cues = [e for e in events if isinstance(e, Cue) and e.name == "slower"]
        _check(not flags and not cues, "a tremor was taken for haste")

    def test_after_amber_pain_it_gets_easier_and_never_harder(self) -> None:
        """Pain lowers the difficulty for the rest of the game."""
        setting = replace(self.setting, level=0.5)
        level, last = 0.5, 1.0
        for i, (simulation, sample) in enumerate(_followed(self.game, setting)):
            if i == RATE_HZ:
                simulation.signal(Signal.EASE)
            simulation.feed(sample)
            level = simulation.state.progress.level
            if i > RATE_HZ + 2:
                _check(level <= last, "it got harder after pain")
                last = level
        _check(level < 0.5, "pain did not make it easier")

    def test_simulated_players_of_all_kinds_break_no_safety_rule(self) -> None:
        """Each kind of player, four sessions each."""
        for name in PLAYERS:
            for seed in range(4):
                setting = Setting(seed=seed, sets=1, repetitions=6, step_hz=20, level=0.6)
                session = play_session(self.game, player_of(name, setting, str(seed)), setting)
                _check(not violations(session), f"{name} {seed}: {violations(session)}")

    def test_who_does_the_prescription_completes_it_by_wearable_keys_and_mouse(self) -> None:
        """A game that punishes what was prescribed teaches the wrong thing."""
        for name in ("prescription", "prescription_keys", "prescription_mouse", "full_range"):
            session = self._whole(name)
            _check(session.ended == "done", f"{name} never ends")
            rate = session.success_rate or 0.0
            _check(rate >= LEAST_COMPLETE, f"{name}: only {rate:.0%} complete")

    def test_every_set_ends_and_who_cannot_is_told_what_to_change_at_once(self) -> None:
        """Half the range, a rest that lies too high: each is told within two repetitions."""
        for name, wanted in (("half", "further"), ("high_rest", "lower")):
            session = self._whole(name)
            _check(session.ended == "done", f"{name} never ends")
            _check(session.told and session.told[0][0] <= 2, f"{name} is not told")
            _check(session.told[0][1] == wanted, f"{name} is told {session.told[:1]}")
        for name in ("irregular", "fading", "twice_as_fast"):
            _check(self._whole(name).ended == "done", f"{name} never ends")

    def _whole(self, name: str) -> PlayedSession:
        setting = Setting(seed=7, step_hz=20, rest_s=1.0)
        return play_session(self.game, player_of(name, setting, name), setting)

    def test_its_texts_exist_in_both_languages_and_blame_nobody(self) -> None:
        """Every text, Italian and English."""
        for key in NEEDED_TEXTS:
            _check(key in self.game.texts, f"text {key!r} is missing")
        for key, text in self.game.texts.items():
            for language in ("it", "en"):
                _check(text.get(language), f"text {key!r} has no {language}")
                word = blaming(text[language], language)
                _check(word is None, f"text {key!r} in {language} says {word!r}")

    def test_its_roles_stay_apart_for_every_kind_of_colour_vision(self) -> None:
        """3:1 between any two roles, as usual and with three kinds of dichromacy."""
        _check(len(self.game.roles) >= 2, "name at least what moves and what it stands on")
        for where, roles in self._roles_by_scene().items():
            for (a, first), (b, second) in itertools.combinations(roles.items(), 2):
                for vision in SEEN_BY:
                    least = min(
                        contrast(seen(x, vision), seen(y, vision)) for x in first for y in second
                    )
                    _check(least >= 3, f"{a} on {b} is {least:.2f}:1 with {vision} vision, {where}")

    def _roles_by_scene(self) -> dict[str, Mapping[str, tuple[Colour, ...]]]:
        """The roles as drawn in each scene; the game's own where it draws none."""
        roles_in = self.game.roles_in
        found = {"of itself": self.game.roles}
        if roles_in is not None:
            found |= {scene.told(self.game.name).en: roles_in(scene) for scene in SCENES}
        return found

    def test_its_rules_run_without_pygame(self) -> None:
        """A game's package imports pygame only to draw."""
        module = self.game.step.__module__
        code = f"import sys, {module}; sys.exit('pygame' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own
        _check(done.returncode == 0, f"{module} imports pygame")

    def test_a_step_leaves_the_state_it_was_given_alone(self) -> None:
        """States are values."""
        state = self.game.start(self.setting)
        before = repr(state)
        self.game.step(state, Input((ControlSample(START_NS, 0.7),)))
        _check(repr(state) == before, "a step changed its state in place")

    def _samples(self) -> Iterator[ControlSample]:
        for i in range(100 * RATE_HZ):
            up = 0.5 - 0.5 * math.cos(2 * math.pi * i / RATE_HZ / 6)
            yield ControlSample(START_NS + i * 1_000_000_000 // RATE_HZ, up)
