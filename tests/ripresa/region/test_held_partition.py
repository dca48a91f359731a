"""A clinic's folder is of one partition, and is held to it."""

import pytest

from ripresa.platform.configuration import Folder
from ripresa.region.held_partition import held_partition, hold_partition
from telemetry.errors import ConfigurationError
from telemetry.transport.partition import Partition


def test_a_new_folder_holds_what_it_is_first_started_as(tmp_path):
    folder = Folder(tmp_path).create()
    assert held_partition(folder) is None
    hold_partition(folder, Partition(1, 4))
    hold_partition(folder, Partition(1, 4, sorted_by_broker=True))
    assert held_partition(folder) == Partition(1, 4)


@pytest.mark.parametrize("wanted", [Partition(0, 1), Partition(1, 2), Partition(3, 4)])
def test_a_folder_is_not_started_as_another_partition(tmp_path, wanted):
    folder = Folder(tmp_path).create()
    hold_partition(folder, Partition(1, 4))
    with pytest.raises(ConfigurationError, match="--partition 1/4"):
        hold_partition(folder, wanted)


def test_a_clinic_that_has_run_whole_is_not_started_as_a_part(tmp_path):
    folder = Folder(tmp_path).create()
    folder.clinic_journal.touch()
    hold_partition(folder, Partition())
    with pytest.raises(ConfigurationError, match="without --partition"):
        hold_partition(folder, Partition(0, 2))


def test_a_spoilt_note_is_told(tmp_path):
    folder = Folder(tmp_path).create()
    (folder.clinic / "partition").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="partition"):
        hold_partition(folder, Partition(0, 2))
