"""How old the newest sample may be before everything waits."""

from dataclasses import replace

import numpy as np
import pytest

from builders import T0_NS, batch
from ripresa.session.freshness import Freshness

S_NS = 1_000_000_000


def frames(samples, rate_hz, *, age_s=0.02, count=20):
    """Batches of so many samples, each with when it came in."""
    for k in range(count):
        frame = batch(samples, first_index=k * samples)
        end_s = (k + 1) * samples / rate_hz
        t0_ns = T0_NS + round((end_s - samples / rate_hz) * S_NS)
        dt_us = np.round(np.arange(samples) * 1e6 / rate_hz).astype(np.int32)
        yield replace(frame, t0_ns=t0_ns, dt_us=dt_us), T0_NS + round((end_s + age_s) * S_NS)


@pytest.mark.parametrize(
    ("samples", "rate_hz"), [(1, 60), (26, 52), (36, 100), (58, 100), (8, 104)]
)
def test_a_wearable_is_not_silent_between_two_of_its_frames(samples, rate_hz):
    fresh, before_ns = Freshness(rate_hz), None
    for frame, at_ns in frames(samples, rate_hz):
        if before_ns is not None:
            moments = np.linspace(before_ns, at_ns - 1, 7).astype(int).tolist()
            assert {fresh.standing(t) for t in moments} == {"fresh"}
        fresh.heard(at_ns, frame)
        before_ns = at_ns
    allowed_s = max(0.3, 1.5 * samples / rate_hz)
    assert fresh.standing(at_ns + round((allowed_s + 0.01) * S_NS)) == "silent"


@pytest.mark.parametrize(("limit_s", "allowed_s"), [(2.0, 2.0), (0.05, 0.3)])
def test_a_plans_limit_says_how_long_a_stream_may_be_silent_but_never_under_what_is_safe(
    limit_s, allowed_s
):
    fresh = Freshness(60.0, silent_s=limit_s)
    for frame, at_ns in frames(1, 60.0):
        fresh.heard(at_ns, frame)
    assert fresh.standing(at_ns + round((allowed_s - 0.01) * S_NS)) == "fresh"
    assert fresh.standing(at_ns + round((allowed_s + 0.01) * S_NS)) == "silent"


def test_samples_that_are_old_are_late_until_they_are_in_time_again():
    fresh = Freshness(60.0)
    told = []
    for age_s in (0.02, 0.6, 0.4, 0.1):
        for frame, at_ns in frames(1, 60.0, age_s=age_s, count=40):
            fresh.heard(at_ns, frame)
        told.append(fresh.standing(at_ns))
    assert told == ["fresh", "late", "late", "fresh"]


def test_a_burst_that_ends_with_fresh_samples_is_not_late():
    fresh = Freshness(60.0)
    for k, (frame, _) in enumerate(frames(1, 60.0, count=120)):
        at_ns = T0_NS + 2 * S_NS + k * 1_000_000
        fresh.heard(at_ns, frame)
        assert fresh.standing(at_ns) == "fresh"
