"""What was unlocked is locked again once that is taken back; no older word undoes a later."""

import pytest

from ripresa.home.unlocking import Unlocking
from telemetry.messages.notices import Command

ULID = "01J00000000000000000000001"


def command(what, t_ns, **more):
    value = {"t_ns": t_ns, "actor": "anna"} | more
    return Unlocking.of(Command(command=ULID, what=what, patient="p-1", value=value))


@pytest.mark.parametrize(("back_ns", "left_ns"), [(5, 10), (10, 0), (20, 0)])
def test_an_unlocking_is_taken_back_up_to_a_moment(tmp_path, back_ns, left_ns):
    path = tmp_path / "unlocking.json"
    command("unlock", 10).keep(path)
    command("lock", back_ns).take_back(path)
    assert Unlocking.load(path).t_ns == left_ns


def test_nothing_is_taken_back_where_nothing_was_unlocked(tmp_path):
    command("lock", 10).take_back(tmp_path / "unlocking.json")
    assert Unlocking.load(tmp_path / "unlocking.json") is None


@pytest.mark.parametrize(("more", "covered_ns"), [({}, 10), ({"covers_ns": 4}, 4)])
def test_an_unlocking_covers_what_the_clinic_knew_of_and_is_kept_so(tmp_path, more, covered_ns):
    path = tmp_path / "unlocking.json"
    command("unlock", 10, **more).keep(path)
    assert Unlocking.load(path).covered_ns == covered_ns
