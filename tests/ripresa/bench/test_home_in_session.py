"""The home that is measured is the shipped one, in a session; its windows tell what they saw."""

import pytest

import ripresa.bench.footprint.home_in_session as bench
from needs import need_program

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


def test_a_home_in_session_is_measured_to_the_last_analysed_sample(tmp_path, monkeypatch):
    need_program("mosquitto")
    monkeypatch.setattr(bench, "SPEEDS", ())
    monkeypatch.setattr(bench, "WINDOW_S", 1.0)
    figures = bench.bench_home_in_session(tmp_path)
    assert figures.keys() == {
        "home.gateway_to_analysis_p50_ms",
        "home.gateway_to_analysis_p99_ms",
        "home.cpu_us_per_sample",
        "home.backlog_at_1900",
        "home.samples_per_s",
    }
    late = figures["home.gateway_to_analysis_p50_ms"], figures["home.gateway_to_analysis_p99_ms"]
    assert 0 < late[0] <= late[1]
    assert figures["home.cpu_us_per_sample"] > 0


def test_a_home_that_falls_behind_is_not_called_sustained():
    seen = bench._Windows(speed=1.0, rates=[600.0] * 3, backlog=[0.0, 10.0, 20.0])
    assert seen.sustained
    seen.backlog = [100.0] * 3
    assert not seen.sustained
    seen.backlog, seen.rates = [0.0] * 3, [500.0] * 3
    assert not seen.sustained
