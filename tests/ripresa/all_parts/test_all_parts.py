"""All parts of a clinic together are what the whole was; one that is absent is told by name."""

import json
import shutil
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ingest.rights.audit import AuditKey
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from ripresa.access.way_in import WayIn
from ripresa.all_parts.coverage import gaps, overlaps
from ripresa.cli.main import app
from ripresa.cutting.cut import cut_in_two
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock, SystemClock
from telemetry.transport.partition import Partition

CLOCK = ManualClock(1_795_000_000_000_000_000)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A clinic as it was, and the two parts that it became."""
    place = tmp_path_factory.mktemp("parts")
    whole, first, second = (place / name for name in ("whole", "first", "second"))
    write_clinic(
        simulate(patients=6, weeks=2, seed=3, last=date(2026, 11, 20), motion_every=0), whole
    )
    shutil.rmtree(whole / "homes")
    AuditKey.at(Folder(whole).audit_key)
    shutil.copytree(whole, first)
    cut_in_two(Folder(first), second, SystemClock())
    return whole, first, second


def ran(*words):
    return CliRunner().invoke(app, ["region", *map(str, words)])


def test_the_worklist_of_all_parts_is_that_of_the_whole_clinic(parts, tmp_path):
    whole, *both = parts
    told = []
    for number, roots in enumerate(([whole], both)):
        file = tmp_path / f"{number}.json"
        done = ran("worklist", *roots, "--json", file)
        assert done.exit_code == 0, done.output
        told.append(json.loads(file.read_text()))
    assert told[0] == told[1]
    assert len(told[0]) == 6


@pytest.mark.parametrize(("language", "said"), [("it", "mancano"), ("en", "missing here")])
def test_a_part_that_is_not_there_is_told_and_the_rest_is_shown(parts, tmp_path, language, said):
    _, first, second = parts
    file = tmp_path / "some.json"
    done = ran("worklist", first, "--json", file, "--language", language)
    assert done.exit_code == 1
    assert said in done.output
    assert "1/2" in done.output
    some = {line["patient"] for line in json.loads(file.read_text())}
    assert 0 < len(some) < 6
    spoilt = tmp_path / "spoilt"
    shutil.copytree(second, spoilt)
    (spoilt / "clinic" / "journal.sqlite").write_bytes(b"no journal")
    done = ran("worklist", first, spoilt, "--json", file, "--language", language)
    assert done.exit_code == 1
    assert str(spoilt) in done.output.replace("\n", "")
    assert said in done.output
    assert {line["patient"] for line in json.loads(file.read_text())} == some


def test_a_part_that_is_named_twice_or_is_still_being_cut_is_told(parts, tmp_path):
    whole, first, second = parts
    assert "more than one" in ran("worklist", whole, first, "--language", "en").output
    half = tmp_path / "half"
    shutil.copytree(second, half)
    (half / "clinic" / "cut.json").write_text(
        json.dumps({"cut": "x", "part": "0/1", "first": "a", "second": "b"})
    )
    done = ran("worklist", first, half, "--language", "en")
    assert "being cut in two" in done.output
    assert done.exit_code == 1


def test_a_part_that_does_not_run_is_told_with_its_number(parts):
    _, first, second = parts
    done = ran("status", first, second, "--json")
    assert done.exit_code == 1
    document = json.loads(done.output)
    assert [part["part"] for part in document["parts"]] == ["0/2", "1/2"]
    assert all("nothing runs" in part["reason"] for part in document["parts"])
    assert (document["well"], document["missing"], document["doubled"]) == (False, [], [])
    done = ran("status", second, "--language", "en")
    assert "has part 0/2" in done.output
    assert "1/2" in done.output


def test_one_file_of_users_is_one_sign_in_for_all_parts(parts, tmp_path, monkeypatch):
    _, first, second = parts
    monkeypatch.setenv("RIPRESA_ACCESS_FILE", str(tmp_path / "users.sqlite"))
    with WayIn(Folder(first), CLOCK) as one, WayIn(Folder(second), CLOCK) as two:
        one.accounts.add("anna", roles=["physiotherapist"], sites=["*"], password="p" * 16)
        session = one.sessions.begin("anna")
        assert two.sessions.find(session).account.name == "anna"
        two.sessions.end(two.sessions.find(session).hash)
        assert one.sessions.find(session) is None


CUTS = st.lists(st.integers(0, 63), max_size=12)


@given(CUTS)
def test_whatever_was_cut_the_parts_are_all_of_it_and_a_lost_one_is_the_only_gap(cuts):
    parts = [Partition()]
    for cut in cuts:
        part = parts.pop(cut % len(parts))
        parts += part.halves() if part.of < 64 else [part]
    assert gaps(parts) == overlaps(parts) == []
    lost = parts.pop()
    residues = {r for gap in gaps(parts) for r in range(64) if r % gap.of == gap.index}
    assert residues == {r for r in range(64) if r % lost.of == lost.index}
    assert overlaps([*parts, lost, lost]) == [lost]
