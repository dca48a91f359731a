"""Device time onto host time, against simulated links whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.clock.clock_model import NOMINAL, ClockModel
from edge.rehearsal.link_model import mapped_error_s, simulated_arrivals

pytestmark = pytest.mark.slow


def error_of(seed, *, ppm, rate_hz=60, seconds=3600, **more):
    rng = np.random.default_rng(seed)
    arrivals = simulated_arrivals(rng, seconds=seconds, rate_hz=rate_hz, skew_ppm=ppm, **more)
    model = ClockModel(period_us=1e6 / rate_hz)
    return arrivals.true_s, mapped_error_s(model, arrivals), model


@pytest.mark.parametrize(("ppm_a", "ppm_b", "seconds"), [(100, -100, 3600), (10, -5, 600)])
def test_two_wearables_stay_within_5_ms_over_an_hour(ppm_a, ppm_b, seconds):
    true_a, error_a, model = error_of(1, ppm=ppm_a, seconds=seconds)
    true_b, error_b, _ = error_of(2, ppm=ppm_b, seconds=seconds)
    between = np.abs(error_a - np.interp(true_a, true_b, error_b))
    assert np.percentile(between, 99) < 0.005
    assert abs(model.slope_ppm + ppm_a) < 5


def test_the_stated_uncertainty_covers_what_two_wearables_differ_by():
    true_a, error_a, a = error_of(3, ppm=40, seconds=700)
    true_b, error_b, b = error_of(4, ppm=-25, seconds=700)
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
        plain = simulated_arrivals(rng, seconds=120, rate_hz=60, skew_ppm=20, stalls=False)
        true = plain.true_s
        moved = (true > 60) * float(jump_s)
        model = ClockModel(period_us=1e6 / 60)
        error = mapped_error_s(model, replace(plain, arrival_s=plain.arrival_s + moved)) - moved
        # Seen at once either way: no wearable holds samples back for days.
        settled = (true < 59) | (true > 62)
        assert np.abs(error)[settled].max() < 0.1
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
    skew_ppm = rng.uniform(-100, 100)
    arrivals = simulated_arrivals(rng, seconds=8, rate_hz=rate_hz, skew_ppm=skew_ppm)
    device_us = arrivals.device_us()
    model = ClockModel(period_us=1e6 / rate_hz)
    last = None
    for i in range(0, len(device_us) - together, together):
        at = int(arrivals.arrival_s[i + together - 1] * 1e6)
        host = model.to_host(device_us[i : i + together], at)
        steps = np.diff(host if last is None else np.concatenate([[last], host]))
        assert (steps >= int(1e6 / rate_hz / 2)).all()
        last = int(host[-1])


@pytest.mark.parametrize("off", [0.0, 0.02, -0.02])
def test_counted_samples_of_a_merely_nominal_rate_are_fitted_within_what_is_stated(off):
    rng = np.random.default_rng(6)
    arrivals = simulated_arrivals(rng, seconds=120, rate_hz=100 * (1 + off), skew_ppm=0)
    counted = replace(arrivals, device_s=np.arange(len(arrivals.device_s)) / 100)
    model = ClockModel(period_us=1e4, kind=NOMINAL)
    error = mapped_error_s(model, counted)[arrivals.true_s > 15]
    assert np.std(error) < 1.2e-6 * model.uncertainty_us
