"""A file is written whole or not at all."""

import errno
import os
import stat

import pytest

from telemetry.errors import StoreError, StoreFull
from telemetry.files import replacing, write_atomically


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("content", ["più su", b"\x00\xff", ""])
def test_what_was_written_is_there_for_its_owner_only(tmp_path, content):
    path = tmp_path / "new" / "plan.json"
    write_atomically(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert path.stat().st_mode & 0o777 == 0o600
    assert left_in(path.parent) == ["plan.json"]


def test_a_block_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    path = tmp_path / "kept"
    write_atomically(path, "before")

    def fail():
        with replacing(path) as scratch:
            scratch.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "before"
    assert left_in(tmp_path) == ["kept"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EIO, StoreError)],
)
def test_a_disk_that_refuses_is_told_by_kind_and_changes_nothing(tmp_path, monkeypatch, code, kind):
    path = tmp_path / "kept"
    write_atomically(path, "before")

    def refuse(_handle):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreError, match="kept cannot be written") as told:
        write_atomically(path, "after")
    assert type(told.value) is kind
    assert path.read_text() == "before"
    assert left_in(tmp_path) == ["kept"]


def test_the_file_is_on_the_disk_before_its_name_and_the_folder_after(tmp_path, monkeypatch):
    told = []
    path = tmp_path / "plan"
    sync, rename = os.fsync, os.replace

    def synced(handle):
        told.append("file" if stat.S_ISREG(os.fstat(handle).st_mode) else "folder")
        sync(handle)

    def renamed(scratch, target):
        told.append("name")
        rename(scratch, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(type(path), "replace", renamed)
    write_atomically(path, "x")
    assert told == ["file", "name", "folder"]


def test_what_a_power_cut_left_behind_goes_with_the_next_write(tmp_path):
    path = tmp_path / "p-1.plan.json"
    left = tmp_path / ".p-1.plan.json.abc.part"
    other = tmp_path / ".p-10.plan.json.abc.part"
    for scratch in (left, other):
        scratch.write_text("half")
        os.utime(scratch, (0, 0))
    write_atomically(path, "whole")
    assert left_in(tmp_path) == [other.name, path.name]
