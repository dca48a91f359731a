"""The tempo of a recording, which a replay's wave follows."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.engine.game import game_named
from games.engine.simulation import Simulation
from games.inputs.recorded_tempo import tempo_of
from games.rules.control import ControlSample
from games.rules.progress import TrialOutcome
from games.rules.setting import Setting

T0_NS = 1_700_000_000_000_000_000
RATE_HZ = 60


def raises(up_s, hold_s, down_s, *, peak=1.0, times=4, rest_s=1.0):
    """Raises shaped like half cosines, with a rest before each and after the last."""
    values = []
    for _ in range(times):
        values += [0.0] * round(rest_s * RATE_HZ)
        values += [
            peak * (0.5 - 0.5 * math.cos(math.pi * n / (up_s * RATE_HZ)))
            for n in range(round(up_s * RATE_HZ))
        ]
        values += [peak] * round(hold_s * RATE_HZ)
        values += [
            peak * (0.5 + 0.5 * math.cos(math.pi * n / (down_s * RATE_HZ)))
            for n in range(round(down_s * RATE_HZ))
        ]
    values += [0.0] * RATE_HZ
    return [
        ControlSample(T0_NS + round(n * 1e9 / RATE_HZ), value) for n, value in enumerate(values)
    ]


@given(
    up_s=st.floats(0.8, 4),
    hold_s=st.floats(0, 3),
    down_s=st.floats(0.8, 4),
    peak=st.floats(0.6, 1.3),
)
def test_the_tempo_is_found_at_any_height(up_s, hold_s, down_s, peak):
    tempo = tempo_of(raises(up_s, hold_s, down_s, peak=peak, times=2))
    assert tempo is not None
    assert tempo.up_s == pytest.approx(up_s, abs=0.1)
    assert tempo.down_s == pytest.approx(down_s, abs=0.1)
    assert tempo.hold_s == pytest.approx(hold_s, abs=0.15)


def test_raises_that_begin_or_end_outside_the_recording_tell_nothing():
    samples = raises(2, 1, 2, times=1)
    middle = len(samples) // 2
    assert tempo_of(samples[:middle]) is None
    assert tempo_of(samples[middle:]) is None
    assert tempo_of([]) is None


def test_a_wave_in_the_recordings_tempo_is_ridden_by_the_recording():
    samples = raises(0.9, 0.4, 1.0, peak=0.8, times=10)

    def success(**more):
        setting = Setting(sets=1, repetitions=10, rest_s=0, min_phase_s=None, **more)
        simulation = Simulation(game_named("onda"), setting)
        for sample in samples:
            simulation.feed(sample)
        outcomes = [e for e in simulation.events if isinstance(e, TrialOutcome)]
        return sum(o.success for o in outcomes)

    tempo = tempo_of(samples)
    assert success(up_s=tempo.up_s, hold_s=tempo.hold_s, down_s=tempo.down_s) >= 8
    assert success(up_s=3, hold_s=1, down_s=3) == 0
