"""Of a fifth of the samples lost in bursts no time is told, and the count's interval holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from research.session_cases.published import analysed
from research.session_cases.session_case import recorded
from research.session_cases.simulated_session import LEAD_S, TAIL_S, Person, simulate_item

PACKET = 10


def in_bursts(stream, share, from_s, seed):
    """The stream without so large a share of its packets, up to eight of them in a row."""
    rng = np.random.default_rng(seed)
    packets = len(stream.readings) // PACKET
    first = round(from_s * stream.rate_hz) // PACKET
    kept = np.ones(packets, bool)
    while 1 - kept[first:].mean() < share:
        at = int(rng.integers(first, packets - 1))
        kept[at : at + int(rng.integers(1, 9))] = False
    whole = np.concatenate([np.repeat(kept, PACKET), np.ones(len(stream.readings) % PACKET, bool)])
    return replace(stream, kept=whole)


def result_of(exercise, manner, seed, repetitions):
    made = simulate_item(exercise, Person(manner, 50.0, repetitions=repetitions), seed)
    streams = [in_bursts(s, 0.2, LEAD_S, seed) for s in made.streams()]
    what = made.what
    to_s = made.motion.seconds - TAIL_S / 2
    item = analysed(recorded(what.exercise, what.posture, streams, LEAD_S, to_s)).items[0]
    return made, item


@pytest.mark.parametrize(
    ("exercise", "manner", "repetitions"),
    [
        ("sit-to-stand", "brisk", 7),
        ("sit-to-stand", "paretic", 5),
        ("heel-raise", "usual", 9),
        ("bridge", "irregular", 6),
        ("hip-abduction", "brisk", 9),
        ("walk", "slow", 5),
        ("balance", "usual", 2),
    ],
)
def test_no_time_is_told_and_the_interval_holds_what_was_done(exercise, manner, repetitions):
    made, item = result_of(exercise, manner, 90, repetitions)
    assert not item.judged
    assert item.moving_s is None
    assert not {m.unit for m in item.measures} & {"s", "min", "1/min", "Hz"}
    assert not any("sway" in m.name for m in item.measures)
    assert item.count_low <= len(made.motion.repetitions) <= item.count_high


@pytest.mark.parametrize("test", ["five-sits", "chair-stand-30s"])
def test_a_chair_test_says_that_too_much_was_lost(test):
    made = simulate_item("chair-test", Person("usual", 50.0, repetitions=20), 91)
    streams = [in_bursts(s, 0.2, LEAD_S, 91) for s in made.streams()]
    recording = recorded(test, made.what.posture, streams, LEAD_S, LEAD_S + 30.5)
    item = analysed(recording).items[0]
    assert not item.measures
    assert "too much was lost" in item.not_observable
    stands = sum(stop <= (LEAD_S + 30.5) * 400 for _, stop in made.motion.repetitions[::2])
    assert item.count_low <= stands <= item.count_high
