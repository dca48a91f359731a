"""One demo, kept, for all who look at what it left."""

import asyncio
import shutil
import sqlite3
from types import SimpleNamespace

import pytest

from ingest.journal.archive import archive_closed
from ingest.journal.journal import Journal
from ingest.journal.retention import drop_archived
from ingest.rights.audit import AuditKey
from ingest.rights.patient_export import export_patient
from ripresa.demo.demo import DemoOptions, run_demo
from telemetry.clock import SystemClock


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A folder with a whole session in it, and the demo's summary."""
    folder = tmp_path_factory.mktemp("kept") / "demo"
    options = DemoOptions(recording="spar:2:ABD:0", speed=8, headless=True, keep=folder, game=None)
    summary = asyncio.run(run_demo(options))
    return SimpleNamespace(
        folder=folder,
        summary=summary,
        session=summary.session,
        home=folder / "home" / "journal.sqlite",
        clinic=folder / "clinic" / "journal.sqlite",
    )


@pytest.fixture(scope="session")
def places(kept, tmp_path_factory):
    """Where that session lies as well: an archive, a part of one, an export, a journal without."""
    root = tmp_path_factory.mktemp("places")
    (root / "clinic").mkdir()
    shutil.copytree(kept.folder / "plans", root / "plans")
    copy = root / "clinic" / "journal.sqlite"
    with sqlite3.connect(kept.clinic) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    far_ns = 1 << 62
    with Journal.open(copy, SystemClock()) as journal:
        archive_closed(journal, root / "clinic" / "archive", now_ns=far_ns, settle_ns=0)
        assert drop_archived(journal, far_ns) > 0
        key = AuditKey.at(root / "audit.key")
        export_patient(
            journal,
            key,
            "demo-patient",
            archive=root / "clinic" / "archive",
            plans=root / "plans",
            drafts=root / "drafts",
            target=root / "export",
            actor="test",
            now_ns=1,
        )
    archive = root / "clinic" / "archive"
    return {
        "journal": kept.clinic,
        "folder of a journal": kept.clinic.parent,
        "journal without its motion": copy,
        "archive": archive,
        "patient's archive": archive / "demo-patient",
        "export": root / "export",
    }
