"""Back-off and rate-limited logs."""

import logging
import random

from hypothesis import given
from hypothesis import strategies as st

from edge.ble.back_off import BackOff
from edge.gateway.rate_limited import RateLimited
from telemetry.clock import ManualClock

S = 10**9


@given(st.integers(1, 30), st.integers(0, 2**32))
def test_pauses_grow_to_a_cap_with_jitter(failures, seed):
    back_off = BackOff(random.Random(seed), first_s=0.25, cap_s=8)
    for i in range(failures):
        pause_s = back_off.failed("a", 0, lasted_s=0)
        whole = min(8, 0.25 * 2**i)
        assert whole / 2 <= pause_s <= whole


def test_a_device_is_left_alone_until_its_pause_is_over():
    back_off = BackOff(random.Random(1))
    pause_s = back_off.failed("a", 100 * S, lasted_s=0)
    assert not back_off.over("a", 100 * S)
    assert back_off.over("b", 100 * S)
    assert back_off.over("a", 100 * S + int(pause_s * S) + 1)


def test_a_connection_that_held_forgives_what_was_before():
    back_off = BackOff(random.Random(1), first_s=0.25)
    for _ in range(6):
        back_off.failed("a", 0, lasted_s=0)
    assert back_off.failed("a", 0, lasted_s=60) <= 0.25


def test_a_clock_that_was_set_back_locks_nobody_out():
    back_off = BackOff(random.Random(1))
    back_off.failed("a", 200_000 * S, lasted_s=0)
    assert back_off.over("a", 0)


def test_a_flood_is_told_once_and_counted(caplog):
    clock = ManualClock(0)
    log = logging.getLogger("test.flood")
    complain = RateLimited(log, clock, every_s=10)
    for _ in range(100):
        complain.warning("%s: refused", "dot-1")
    assert caplog.messages == ["dot-1: refused"]
    clock._now_ns = 11 * S
    complain.warning("%s: refused", "dot-1")
    assert caplog.messages[-1] == "dot-1: refused (99 more like it)"
