"""What happens on the page goes into the chain of the clinic's audit log."""

import shutil

import pytest
from typer.testing import CliRunner

from dashboards.access.trail import AccessDeed
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey, audit_entries, broken_links
from ripresa.access.access_audit import access_trail, audit_writer
from ripresa.cli.main import app
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import StoreFull
from telemetry.trouble import TroubleBoard, TroubleKind

KEY = AuditKey(b"k" * 32)


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "clinic.sqlite", ManualClock()) as found:
        yield found


def test_a_patients_entries_are_found_by_whoever_has_the_key(journal):
    write = audit_writer(journal, KEY)
    write(
        [
            AccessDeed(t_ns=1, actor="anna", action="see-patient", patient="p-1"),
            AccessDeed(t_ns=2, actor="anna", action="see-patient", patient="p-10"),
            AccessDeed(t_ns=3, actor="anna", action="signed out"),
            AccessDeed(t_ns=4, actor="p-1", action="see-patient", patient="p-1"),
        ]
    )
    found = audit_entries(journal, key=KEY, patient="p-1")
    assert [(e.actor, e.action) for e in found] == [
        ("anna", "see-patient"),
        ("user p-1", "see-patient"),
    ]
    assert broken_links(journal, KEY) == []
    assert not any("p-10" in e.actor + e.detail for e in audit_entries(journal))


async def test_a_full_disk_is_a_trouble_until_it_is_over(journal, monkeypatch):
    board = TroubleBoard()
    trail = access_trail(journal, KEY, ManualClock(), board)
    trail.note_deed("anna", "signed in")
    with monkeypatch.context() as full:

        def no_room():
            raise StoreFull("no room")

        full.setattr(journal, "writing", no_room)
        await trail.write_held()
        assert board.has(TroubleKind.AUDIT_WAITS)
        assert not any(t.grave for t in board.all())
    await trail.write_held()
    assert not board.has(TroubleKind.AUDIT_WAITS)
    assert [e.action for e in audit_entries(journal)] == ["signed in"]


def add(name="anna"):
    typed = "a wave that comes back\n" * 2
    return CliRunner().invoke(app, ["clinic", "user", "add", name, "--role", "admin"], input=typed)


def test_what_is_done_to_users_is_audited_and_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    monkeypatch.setenv("RIPRESA_ACTOR", "carla")
    add()
    CliRunner().invoke(app, ["clinic", "user", "disable", "anna"])
    shown = CliRunner().invoke(app, ["patient", "audit"]).output
    assert "carla: user added" in shown
    assert "carla: user disabled" in shown
    assert "chain whole" in shown


def test_a_log_whose_key_is_elsewhere_is_not_gone_on_with(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    add()
    folder = Folder(tmp_path)
    away = tmp_path / "away.key"
    shutil.move(folder.audit_key, away)
    done = add("bruno")
    assert done.exit_code == 0
    assert "not in the audit log" in done.output
    assert not folder.audit_key.exists()
    with Journal.open(folder.clinic_journal, ManualClock()) as journal:
        assert broken_links(journal, AuditKey.at(away)) == []
