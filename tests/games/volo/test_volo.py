"""Volo's rules as a player meets them."""

import math

from hypothesis import given
from hypothesis import strategies as st

from games.engine.simulation import Simulation
from games.rules.control import ControlSample
from games.rules.progress import Ending, TrialOutcome
from games.rules.setting import Setting
from games.volo.game import GAME

RATE_HZ = 60
SECOND_NS = 1_000_000_000


def wave(seconds, *, peak=1.0, period_s=6.0, target=1.0, limit=1.2, t0_ns=SECOND_NS):
    """Slow raises to `peak` and back, sampled at 60 Hz."""
    for i in range(round(seconds * RATE_HZ)):
        height = peak * (0.5 - 0.5 * math.cos(2 * math.pi * i / RATE_HZ / period_s))
        yield ControlSample(t0_ns + i * SECOND_NS // RATE_HZ, height, target, limit)


def played(samples, **setting):
    simulation = Simulation(GAME, Setting(**{"rest_s": 0.0, **setting}))
    for sample in samples:
        simulation.feed(sample)
    return simulation


def outcomes(simulation):
    return [e for e in simulation.events if isinstance(e, TrialOutcome)]


def test_slow_full_raises_are_full_repetitions():
    simulation = played(wave(61))
    assert [o.ending for o in outcomes(simulation)] == [Ending.FULL] * 10
    assert simulation.state.progress.score == 100


def test_a_raise_below_the_ring_is_short_and_costs_nothing():
    simulation = played(wave(13, peak=0.4))
    assert [o.ending for o in outcomes(simulation)] == [Ending.SHORT] * 2
    assert simulation.state.progress.score == 0


def test_a_setting_without_hold_still_asks_to_be_in_the_ring():
    simulation = played(wave(13, peak=0.4), hold_s=0.0)
    assert simulation.state.progress.score == 0


def test_going_beyond_the_target_brings_no_more_than_the_target():
    to_target, beyond = played(wave(31, peak=1.0)), played(wave(31, peak=1.6))
    assert beyond.state.progress.score <= to_target.state.progress.score
    assert max(o.peak for o in outcomes(beyond)) <= 1.0


def test_a_hasty_repetition_counts_as_done_and_brings_nothing():
    simulation = played(wave(3, period_s=0.9, peak=1.0), min_phase_s=1.5)
    assert outcomes(simulation)
    assert all(o.points == 0 for o in outcomes(simulation))
    assert simulation.state.progress.trials == len(outcomes(simulation))


def test_every_point_is_traceable_to_the_samples_that_earned_it():
    samples = list(wave(31))
    known = {s.t_ns: s.control for s in samples}
    simulation = played(samples)
    earned = [o for o in outcomes(simulation) if o.points]
    assert sum(o.points for o in earned) == simulation.state.progress.score
    for o in earned:
        between = [c for t, c in known.items() if o.t_from_ns <= t <= o.t_to_ns]
        assert max(between) >= o.peak - 1e-9
        assert o.t_from_ns in known
        assert o.t_to_ns in known


def test_after_the_dose_nothing_more_is_gained():
    simulation = played(wave(61), sets=1, repetitions=4)
    assert simulation.state.progress.trials == 4
    assert simulation.state.progress.score == 40


@given(
    target=st.floats(0.05, 3.0),
    limit=st.floats(0.05, 3.0),
    level=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**31),
)
def test_no_ring_lies_beyond_target_or_limit(target, limit, level, seed):
    simulation = Simulation(GAME, Setting(seed=seed, level=level))
    for sample in wave(0.1, target=target, limit=limit):
        simulation.feed(sample)
    simulation.feed(ControlSample(2 * SECOND_NS, 0.0, target, limit))
    state = simulation.state
    assert GAME.invites(state).level <= min(target, limit) + 1e-12
    assert state.control.position <= min(target, limit) + 1e-12
