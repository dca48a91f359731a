"""Time in games: samples by their instants, silences, looking ahead."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.engine.simulation import Simulation
from games.rules.control import SILENCE_NS, ControlSample
from games.rules.setting import Setting
from games.volo.game import GAME

pytestmark = pytest.mark.slow

SECOND_NS = 1_000_000_000
T0_NS = 1_700_000_000 * SECOND_NS


def raises(seconds, rate_hz=60, t0_ns=T0_NS):
    return [
        ControlSample(
            t0_ns + round(i * SECOND_NS / rate_hz),
            0.5 - 0.5 * math.cos(2 * math.pi * i / rate_hz / 5),
        )
        for i in range(round(seconds * rate_hz))
    ]


def run(samples, looks=0):
    simulation = Simulation(GAME, Setting(rest_s=1.0))
    for sample in samples:
        simulation.feed(sample)
        for n in range(looks):
            simulation.shown(sample.t_ns + n * 8_000_000)
    return simulation


def test_same_samples_and_seed_give_the_same_states_and_events():
    assert run(raises(20)).digest() == run(raises(20)).digest()


def test_drawing_frames_between_samples_changes_nothing():
    assert run(raises(12), looks=2).digest() == run(raises(12)).digest()


def test_all_samples_of_a_step_are_applied_not_only_the_newest():
    fast = run(raises(2, rate_hz=960))
    seen = Simulation(GAME, Setting())
    for sample in raises(2, rate_hz=960):
        seen.feed(sample)
    assert fast.state.control.t_ns == seen.state.control.t_ns
    assert fast.steps == 239


def test_a_silent_sensor_takes_no_game_time_and_no_points():
    whole = raises(20)
    middle = 400
    silence_ns = 5 * SECOND_NS
    broken = whole[:middle] + [
        ControlSample(s.t_ns + silence_ns, s.control) for s in whole[middle:]
    ]
    unbroken, paused = run(whole), run(broken)
    assert paused.silences == 1
    assert paused.state.progress.score == unbroken.state.progress.score
    assert abs(paused.steps - unbroken.steps) <= 2


def test_a_gap_of_just_300_ms_is_no_silence():
    simulation = run([ControlSample(T0_NS, 0.0), ControlSample(T0_NS + SILENCE_NS, 0.0)])
    assert simulation.silences == 0
    assert simulation.steps == 36


def test_late_and_unusable_samples_are_counted_and_left_out():
    clean = run(raises(6))
    dirty = Simulation(GAME, Setting(rest_s=1.0))
    for i, sample in enumerate(raises(6)):
        dirty.feed(sample)
        if i % 50 == 0:
            dirty.feed(sample)
            dirty.feed(ControlSample(sample.t_ns + 1, math.nan))
    assert dirty.late == dirty.unusable == 8
    assert dirty.digest() == clean.digest()


@given(cuts=st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_how_samples_are_cut_into_packets_changes_nothing(cuts):
    samples = raises(6)
    simulation = Simulation(GAME, Setting(rest_s=1.0))
    place = 0
    for cut in cuts:
        packet, place = samples[place : place + cut], place + cut
        for sample in packet:
            simulation.feed(sample)
        simulation.shown(samples[min(place, len(samples) - 1)].t_ns)
    for sample in samples[place:]:
        simulation.feed(sample)
    assert simulation.digest() == run(samples).digest()
