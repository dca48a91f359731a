"""Who is taken for a wearable that was bound, and who is not."""

import numpy as np
import pytest

from edge.ble.identity_guard import IdentityGuard, Remembered
from edge.ble.shaking import ShakeWatch
from edge.wearables.wearable import Reading

HERS, NEIGHBOURS = "C0:00:00:00:00:01", "C0:00:00:00:00:02"
S_NS = 10**9


def knowing(**known):
    return IdentityGuard({"wit-1": Remembered(**known)}.get, lambda: ["wit-1"])


def test_a_neighbours_device_of_the_same_name_is_refused_whoever_comes_first():
    guard = knowing(address=HERS)
    for now_s in range(3):
        assert "bind it anew" in guard.sighted("wit-1", NEIGHBOURS, now_s * S_NS)
        assert guard.sighted("wit-1", HERS, now_s * S_NS) is None
    assert guard.connected("wit-1", HERS, None) is None
    assert "another device" in guard.connected("wit-1", NEIGHBOURS, None)


def test_where_nothing_is_remembered_two_of_a_name_are_both_refused_until_one_is_gone():
    guard = IdentityGuard()
    assert guard.sighted("wit-1", HERS, 0) is None
    assert "two devices" in guard.sighted("wit-1", NEIGHBOURS, S_NS)
    assert "two devices" in guard.sighted("wit-1", HERS, 2 * S_NS)
    assert guard.sighted("wit-1", HERS, 30 * S_NS) is None


def test_one_that_is_served_keeps_being_served_and_its_twin_is_refused():
    guard = IdentityGuard()
    guard.serves("dot-1", HERS)
    assert "two devices" in guard.connected("dot-1", NEIGHBOURS, "1")
    assert "two devices" in guard.sighted("dot-1", NEIGHBOURS, 0)
    guard.left("dot-1", HERS)
    assert guard.connected("dot-1", NEIGHBOURS, "1") is None


def test_an_address_may_change_where_the_serial_number_stays():
    guard = knowing(address=HERS, serial="12345678")
    assert guard.sighted("wit-1", NEIGHBOURS, 0) is None
    assert guard.connected("wit-1", NEIGHBOURS, "12345678") is None
    assert "another device" in guard.connected("wit-1", HERS, "87654321")
    assert "another device" in guard.connected("wit-1", HERS, None)


def test_a_bound_wearable_that_was_renamed_is_named():
    guard = knowing(address=HERS)
    assert guard.renamed("wit-2", HERS).startswith("wit-1 now calls itself wit-2")
    assert guard.renamed("wit-2", NEIGHBOURS) is None


def test_no_reason_names_an_address():
    guard = knowing(address=HERS)
    reasons = [guard.sighted("wit-1", NEIGHBOURS, 0), guard.renamed("wit-2", HERS)]
    assert not any("C0:" in reason for reason in reasons)


@pytest.mark.parametrize(("amplitude", "seen"), [(0.2, False), (4.0, False), (15.0, True)])
def test_a_shake_is_seen_and_a_walk_is_none(amplitude, seen):
    watch = ShakeWatch(60.0)
    t_s = np.arange(180) / 60
    acc = np.column_stack([amplitude * np.sin(2 * np.pi * 4 * t_s), 0 * t_s, 9.81 + 0 * t_s])
    acc[:, 2] += amplitude * np.sin(2 * np.pi * 2 * t_s) * 0.7
    for row in acc.astype(np.float32):
        watch.take(Reading(row[None]))
    assert watch.seen is seen
