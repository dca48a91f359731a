"""Device time onto host time, against simulated links whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.clock_model import ClockModel

INTERVAL_S = 0.030
HOST_EPOCH_US = 1_795_000_000_000_000


def link(rng, *, seconds, rate_hz, ppm, loss=0.02, stalls=True):
    """True time, device time and arrival of each sample that arrives; seconds.

    A connection event every 30 ms, retransmissions of up to four more, a path of 4 ms and some
    jitter, and a stall of up to 4 s every few minutes that ends in a burst.
    """
    device = np.arange(int(seconds * rate_hz)) / rate_hz
    true = rng.uniform(0, 0.1) + device / (1 + ppm * 1e-6)
    kept = rng.random(len(true)) >= loss
    device, true = device[kept], true[kept]
    phase = rng.uniform(0, INTERVAL_S)
    arrival = np.ceil((true + 0.002 - phase) / INTERVAL_S) * INTERVAL_S + phase
    again = rng.random(len(true)) < 0.05
    arrival += again * INTERVAL_S * rng.integers(1, 5, len(true))
    arrival += 0.004 + rng.exponential(0.001, len(true))
    if stalls:
        for start in np.cumsum(rng.exponential(300, 100)):
            end = start + rng.uniform(0.5, 4)
            caught = (arrival > start) & (arrival < end)
            arrival[caught] = end + rng.uniform(0, 0.01, caught.sum())
    return true, device, np.maximum.accumulate(arrival)


def mapped(model, device, arrival):
    """Host times in seconds, sample by sample."""
    device_us = np.rint(device * 1e6).astype(np.int64)
    arrival_us = HOST_EPOCH_US + np.rint(arrival * 1e6).astype(np.int64)
    host = [model.to_host(device_us[i : i + 1], at)[0] for i, at in enumerate(arrival_us.tolist())]
    return (np.array(host) - HOST_EPOCH_US) / 1e6


def error_of(seed, *, ppm, rate_hz=60, seconds=3600, **more):
    rng = np.random.default_rng(seed)
    true, device, arrival = link(rng, seconds=seconds, rate_hz=rate_hz, ppm=ppm, **more)
    model = ClockModel(period_us=1e6 / rate_hz)
    return true, mapped(model, device, arrival) - true, model


@pytest.mark.parametrize(("ppm_a", "ppm_b", "seconds"), [(100, -100, 3600), (10, -5, 900)])
def test_two_wearables_stay_within_5_ms_over_an_hour(ppm_a, ppm_b, seconds):
    true_a, error_a, model = error_of(1, ppm=ppm_a, seconds=seconds)
    true_b, error_b, _ = error_of(2, ppm=ppm_b, seconds=seconds)
    between = np.abs(error_a - np.interp(true_a, true_b, error_b))
    assert np.percentile(between, 99) < 0.005
    assert abs(model.slope_ppm + ppm_a) < 5


def test_the_stated_uncertainty_covers_what_two_wearables_differ_by():
    true_a, error_a, a = error_of(3, ppm=40, seconds=900)
    true_b, error_b, b = error_of(4, ppm=-25, seconds=900)
    late = true_a > 600
    between = (error_a - np.interp(true_a, true_b, error_b))[late]
    stated_s = np.hypot(a.uncertainty_us, b.uncertainty_us) * 1e-6
    assert np.sqrt(np.mean(between**2)) < 2 * stated_s


def test_it_says_when_it_is_not_settled():
    model = ClockModel(period_us=1e6 / 60)
    model.to_host(np.array([0]), 0)
    assert model.uncertainty_us >= 10_000


def test_a_host_clock_that_is_set_does_no_harm():
    for jump_s in (200_000, -200_000):
        rng = np.random.default_rng(5)
        true, device, arrival = link(rng, seconds=120, rate_hz=60, ppm=20, stalls=False)
        moved = true > 60
        model = ClockModel(period_us=1e6 / 60)
        host = mapped(model, device, arrival + moved * jump_s) - moved * jump_s
        # Backwards it is seen at once; forwards only by 30 s of lateness, as a stall looks alike.
        settled = (true < 59) | (true > (62 if jump_s < 0 else 95))
        assert np.abs(host - true)[settled].max() < 0.1
        assert model.resets == 1


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from([1, 3, 7]),
    st.sampled_from([25, 52, 60, 208]),
)
def test_times_increase_and_are_never_later_than_arrival_by_more_than_order_needs(
    seed, together, rate_hz
):
    rng = np.random.default_rng(seed)
    _, device, arrival = link(rng, seconds=8, rate_hz=rate_hz, ppm=rng.uniform(-100, 100))
    device_us = np.rint(device * 1e6).astype(np.int64)
    model = ClockModel(period_us=1e6 / rate_hz)
    last = None
    for i in range(0, len(device_us) - together, together):
        at = int(arrival[i + together - 1] * 1e6)
        host = model.to_host(device_us[i : i + together], at)
        steps = np.diff(host if last is None else np.concatenate([[last], host]))
        assert (steps >= int(1e6 / rate_hz / 2)).all()
        last = int(host[-1])
