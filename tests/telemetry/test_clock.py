"""Clocks are passed in, so speed is a setting and a test never waits."""

import asyncio
import ctypes
import time
from types import SimpleNamespace

import pytest

from telemetry.clock import Clock, ManualClock, ScaledClock, SystemClock
from telemetry.errors import ConfigurationError


@pytest.mark.parametrize("clock", [SystemClock(), ScaledClock.start(4), ManualClock()])
def test_every_clock_is_a_clock(clock):
    assert isinstance(clock, Clock)


def test_two_processes_with_one_spec_share_the_time():
    a = ScaledClock.start(4)
    b = ScaledClock.from_spec(a.spec)
    assert a == b
    assert b.now_ns() >= a.anchor_utc_ns


def test_a_scaled_clock_runs_faster_by_its_speed(monkeypatch):
    clock = ScaledClock(4.0, 1000, 5_000_000)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 1500)
    assert clock.now_ns() == 5_002_000


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_not_positive_is_refused(speed):
    with pytest.raises(ConfigurationError, match="not positive"):
        ScaledClock.start(speed)


def test_a_broken_spec_is_named():
    with pytest.raises(ConfigurationError, match="'4,x'"):
        ScaledClock.from_spec("4,x")


async def test_sleepers_of_a_manual_clock_wake_in_order_at_their_own_instant():
    clock, woken = ManualClock(0), []

    async def sleeper(name, seconds):
        await clock.sleep(seconds)
        woken.append((name, clock.now_ns()))

    tasks = [asyncio.create_task(sleeper(*x)) for x in (("b", 2), ("a", 1), ("c", 9))]
    await clock.advance(5)
    assert woken == [("a", 1_000_000_000), ("b", 2_000_000_000)]
    assert clock.now_ns() == 5_000_000_000
    tasks[2].cancel()


def test_a_clock_that_was_started_before_its_time_was_set_is_anchored_again(monkeypatch):
    clock = SystemClock()
    before_ns = clock.now_ns()
    year_ns = 365 * 86_400 * 1_000_000_000
    monkeypatch.setattr("time.time_ns", lambda: before_ns + year_ns)
    assert clock.now_ns() < before_ns + year_ns // 2, "while a session runs nothing jumps"
    assert clock.anchor_again() == pytest.approx(365 * 86_400, abs=60)
    assert clock.now_ns() >= before_ns + year_ns
    assert clock.anchor_again() == 0


@pytest.mark.parametrize(("told", "synchronised"), [(0, True), (1, True), (5, False), (-1, None)])
def test_whether_a_time_service_keeps_the_machines_clock_is_asked_of_the_system(
    told, synchronised, monkeypatch
):
    system = SimpleNamespace(adjtimex=lambda _asked: told)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: system)
    assert SystemClock().synchronised is synchronised


def test_a_system_that_does_not_tell_is_not_judged(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    assert SystemClock().synchronised is None
