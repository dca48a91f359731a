"""A part of a clinic is cut in two: nothing is lost, nothing doubled, whenever it is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.sessions import SignedInSessions
from ingest.journal.journal import Journal
from ingest.journal.upkeep import check
from ingest.rights.audit import AuditKey, audit_entries, broken_links
from ingest.rights.consent import ConsentState, set_consent
from ingest.stores.table import STORES, CutStep
from ingest.transfer.intake import open_parcel, store_parcels
from journals import event_record, newly_numbered, result_record, session_closed, session_opened
from ripresa.cutting.cut import cut_in_two, undo_cut
from ripresa.platform.configuration import Folder
from ripresa.platform.folder_lock import folder_lock
from ripresa.region.cut_mark import MARK, CutMark
from ripresa.region.held_partition import held_partition, hold_partition
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError, StoreError
from telemetry.messages.around.letters import MessageWritten
from telemetry.messages.care import encode_care
from telemetry.messages.record import NewRecord, RecordKind, encode_block
from telemetry.messages.results import AdherenceResult
from telemetry.transport.partition import Partition
from telemetry.transport.topics import HomeTopics

SITE = "clinic"
PATIENTS = tuple(f"p-{n:02}" for n in range(8))
STAY = {p for p in PATIENTS if Partition(0, 2).holds(SITE, p)}
GO = set(PATIENTS) - STAY
CLOCK = ManualClock(1_795_000_000_000_000_000)
ROOT = Path(__file__).parents[3]


def ulid(patient, what):
    return f"01J00000000000000000{what}{PATIENTS.index(patient):05}"


def send(journal, patient, records):
    numbered = newly_numbered(journal, ulid(patient, "H"), records)
    parcel = open_parcel(HomeTopics(SITE, patient).record, encode_block(numbered))
    return store_parcels(journal, [parcel], now_ns=1)


def filled(root):
    """A clinic that has run whole, with something of each patient in every store."""
    folder = Folder(root).create()
    key = AuditKey.at(folder.audit_key)
    with Journal.open(folder.clinic_journal, CLOCK) as journal:
        for patient in PATIENTS:
            session = ulid(patient, "S")
            send(
                journal,
                patient,
                [
                    event_record(session_opened(session, patient=patient)),
                    event_record(session_closed(session)),
                ],
            )
            day = AdherenceResult(patient=patient, day="2026-11-15", plan_version=1, state="missed")
            told = MessageWritten(
                patient=patient, t_ns=5, by="dr-a", message=session, text="a word"
            )
            journal.append_now(
                [
                    result_record(day),
                    NewRecord(t_ns=5, kind=RecordKind.CARE, body=encode_care(told)),
                ]
            )
            junk = open_parcel(HomeTopics(SITE, patient).record, f"junk {patient}".encode())
            store_parcels(journal, [junk], now_ns=0)
            set_consent(
                journal,
                key,
                patient,
                ConsentState.RESTRICTED,
                on=True,
                actor="dr-a",
                now_ns=3,
                ground="asked",
            )
        journal.move_cursor("influx:therapy", 5)
    for place in (folder.plans, folder.drafts, folder.outbox, folder.curves, folder.archive):
        for patient in PATIENTS:
            file = place / patient / "a.bin" if place.name in ("curves", "archive") else None
            file = file or place / f"{patient}.1.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({"patient": patient}))
    (folder.figures / "p-00.table").parent.mkdir()
    (folder.figures / "p-00.table").write_bytes(b"derived")
    for place in (folder.survey_keys, folder.survey_answers):
        place.mkdir()
        (place / "2026-4.json").write_text("{}")
    with AccessStore(folder.access) as users:
        Accounts(users, CLOCK).add("dr-a", roles=["admin"], sites=["*"], password="x" * 16)
        SignedInSessions(users, CLOCK, Accounts(users, CLOCK).find).begin("dr-a")
    return folder


QUESTIONS = {
    "record": "SELECT h.ulid || r.position, coalesce(c.patient, s.patient), hex(r.body), r.seq "
    "FROM record r JOIN home h ON h.id = r.home JOIN home s ON s.id = r.subject "
    "LEFT JOIN care c ON c.seq = r.seq",
    "session": "SELECT session, patient, closed_ns FROM session",
    "care": "SELECT seq, patient, type FROM care",
    "home": "SELECT ulid, patient, committed FROM home",
    "dead_letter": "SELECT digest, patient, payload FROM dead_letter",
    "consent": "SELECT state, patient, t_ns FROM consent",
}
FILES = ("plans", "drafts", "outbox", "curves", "archive", "survey_keys", "survey_answers")


def held(folder):
    """All that a folder has of its patients and of nobody: who, and what."""
    with Journal.open(folder.clinic_journal, CLOCK) as journal:
        found = {
            (table, row[1], row)
            for table, question in QUESTIONS.items()
            for row in journal.rows(question)
        }
    for name in FILES:
        place = getattr(folder, name)
        for file in place.rglob("*.*") if place.is_dir() else ():
            within = file.relative_to(place)
            whose = next((p for p in PATIENTS if within.parts[0].split(".")[0] == p), None)
            found.add((name, whose, (str(within), file.read_bytes())))
    return found


def both(first, second, before):
    """Hold two halves to the whole that they were."""
    one, two = held(first), held(second)
    assert one | two == before
    assert {whose for _, whose, _ in one & two} <= {None}
    assert {whose for _, whose, _ in one} - {None} == STAY
    assert {whose for _, whose, _ in two} - {None} == GO
    for folder, part in ((first, Partition(0, 2)), (second, Partition(1, 2))):
        assert check(folder.clinic_journal) == []
        assert held_partition(folder) == part
        hold_partition(folder, part)
        with Journal.open(folder.clinic_journal, CLOCK) as journal:
            key = AuditKey.at(folder.audit_key)
            assert broken_links(journal, key) == []
            assert [e.action for e in audit_entries(journal)].count("cut") == 1
            assert journal.cursor("influx:therapy") == 5
        assert not folder.figures.exists()
        with AccessStore(folder.access) as users:
            assert users.rows("SELECT name FROM account") == [("dr-a",)]
            assert len(users.rows("SELECT name FROM sign_in")) == (folder is first)
    assert not second.survey_keys.exists()
    assert (first.survey_answers / "2026-4.json").is_file()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = filled(tmp_path_factory.mktemp("whole") / "clinic")
    return folder, held(folder)


@pytest.fixture
def clinic(whole, tmp_path):
    folder, before = whole
    shutil.copytree(folder.root, tmp_path / "first")
    return Folder(tmp_path / "first"), tmp_path / "second", before


STEPS = (
    *("begun", "second marked"),
    *(
        f"copied {name}"
        for name in ("clinic_journal", "archive", "curves", "plans", "drafts", "outbox")
    ),
    *("copied access", "copied key", "copied"),
    *("second's journal", "second's files", "first's journal", "first's files", "parted"),
    *("0/2 is one", "1/2 is one", "second is free"),
)
KILLED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from ripresa.cutting.cut import cut_in_two, undo_cut
    from ripresa.platform.configuration import Folder
    from telemetry.clock import SystemClock

    def after(step):
        if step == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)

    cut_in_two(Folder(Path(sys.argv[1])), Path(sys.argv[2]), SystemClock(), after=after)
""")


def killed_after(step, first, second):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(first.root), str(second), step],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_each_half_has_its_own_patients_and_no_other(clinic):
    first, second, before = clinic
    steps = []
    assert (set(), set()) != (STAY, GO)
    mark = cut_in_two(first, second, CLOCK, after=steps.append)
    assert tuple(steps) == STEPS
    assert set(mark.leaving) == GO
    both(first, Folder(second), before)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_cut_that_is_killed_lets_nothing_start_and_is_resumed_or_undone(clinic, step):
    first, second, before = clinic
    killed_after(step, first, second)
    with pytest.raises(ConfigurationError, match="cut in two"):
        hold_partition(first, Partition())
    if step not in ("begun", "second is free"):
        with pytest.raises(ConfigurationError, match="cut in two"):
            hold_partition(Folder(second), Partition(1, 2))
    if STEPS.index(step) >= STEPS.index("first's journal"):
        with pytest.raises(ConfigurationError, match="without --undo"):
            undo_cut(first, second)
    else:
        undone = Folder(shutil.copytree(first.root, first.root.with_name("undone")))
        mark = CutMark.read(first)
        mark.model_copy(update={"first": str(undone.root)}).write(undone)
        kept = shutil.copytree(second, second.with_name("kept"))
        undo_cut(undone, second)
        assert held(undone) == before
        hold_partition(undone, Partition())
        assert not [p for p in second.rglob("*") if p.is_file() and p.name != "lock"]
        shutil.rmtree(second)
        shutil.move(kept, second)
    cut_in_two(first, second, CLOCK)
    both(first, Folder(second), before)


@pytest.mark.slow
def test_a_cut_that_is_killed_again_and_again_at_any_moment_comes_to_its_end(clinic):
    first, second, before = clinic
    for kills in range(30):
        if held_partition(first) == Partition(0, 2) and CutMark.read(first) is None:
            break  # killed when all was done
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(first.root), str(second), ""],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        try:
            process.wait(0.3 * 1.25**kills)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        assert process.returncode == 0, process.stderr.read().decode()
        break
    both(first, Folder(second), before)


def test_a_cut_that_is_killed_while_it_marks_the_second_half_goes_on(clinic):
    first, second, before = clinic
    killed_after("begun", first, second)
    (second / "clinic" / f".{MARK}.x1.part").write_text("{")
    cut_in_two(first, second, CLOCK)
    both(first, Folder(second), before)


def test_what_is_written_between_copy_and_parting_stops_the_cut_and_can_be_kept(clinic):
    first, second, _ = clinic

    def meanwhile(step):
        if step == "copied":
            with Journal.open(first.clinic_journal, CLOCK) as journal:
                send(journal, min(GO), [event_record(session_closed(ulid(min(GO), "S")))])

    with pytest.raises(StoreError, match="--undo"):
        cut_in_two(first, second, CLOCK, after=meanwhile)
    undo_cut(first, second)
    before = held(first)
    cut_in_two(first, second, CLOCK)
    both(first, Folder(second), before)


def test_a_file_that_changed_meanwhile_stops_the_cut(clinic):
    first, second, _ = clinic
    plan = first.plans / f"{min(GO)}.1.json"

    def meanwhile(step):
        if step == "copied":
            plan.write_text("{}")

    with pytest.raises(StoreError, match="was written since"):
        cut_in_two(first, second, CLOCK, after=meanwhile)
    assert plan.read_text() == "{}"


def test_a_part_that_was_cut_is_cut_again(clinic):
    first, second, before = clinic
    cut_in_two(first, second, CLOCK)
    third = second.with_name("third")
    mark = cut_in_two(Folder(second), third, CLOCK)
    assert held_partition(Folder(third)) == Partition(3, 4)
    parts = [held(Folder(place)) for place in (first.root, second, third)]
    assert set().union(*parts) == before
    assert all(Partition(3, 4).holds(SITE, patient) for patient in mark.leaving)


def test_what_cannot_be_cut_is_told_and_stays_as_it_was(clinic, tmp_path):
    first, second, _ = clinic
    (first.plans / "p-nobody.1.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="--site"):
        cut_in_two(first, second, CLOCK)
    hold_partition(first, Partition())
    cut_in_two(first, second, CLOCK, site=SITE)
    home = Folder(tmp_path / "new").create()
    with pytest.raises(ConfigurationError, match="nothing to cut"):
        cut_in_two(home, tmp_path / "other", CLOCK)
    with pytest.raises(ConfigurationError, match="not empty"):
        cut_in_two(first, second, CLOCK)
    with pytest.raises(ConfigurationError, match="lie in each other"):
        cut_in_two(first, first.root / "half", CLOCK)
    with pytest.raises(ConfigurationError, match="not being cut"):
        undo_cut(first, tmp_path / "other")


def test_one_pseudonym_whose_homes_would_part_stops_the_cut(clinic):
    first, second, _ = clinic
    patient = min(GO)
    site = next(s for s in ("a", "b", "c", "d") if Partition(0, 2).holds(s, patient))
    with Journal.open(first.clinic_journal, CLOCK) as journal, journal.writing() as db:
        values = ("01J00000000000000000X00001",) * 2
        db.execute(
            "INSERT INTO home (ulid, sent_as, site, patient) VALUES (?, ?, ?, ?)",
            (*values, site, patient),
        )
    with pytest.raises(ConfigurationError, match="would part"):
        cut_in_two(first, second, CLOCK)
    hold_partition(first, Partition())


def test_a_key_that_lies_elsewhere_comes_to_both_and_one_that_is_lost_stops_the_cut(
    clinic, tmp_path, monkeypatch
):
    first, second, before = clinic
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secrets").mkdir()
    kept = (first.clinic / "audit.key").rename(tmp_path / "secrets" / "lost.key")
    with pytest.raises(ConfigurationError, match="audit key is not here"):
        cut_in_two(first, second, CLOCK)
    assert not (first.clinic / "audit.key").exists()
    hold_partition(first, Partition())
    key = kept.rename(tmp_path / "secrets" / "audit.key")
    cut_in_two(first, second, CLOCK)
    assert (second / "clinic" / "audit.key").read_bytes() == key.read_bytes()
    shutil.copy(key, first.clinic / "audit.key")
    both(first, Folder(second), before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of another's")
def test_what_root_cuts_is_still_the_services(clinic):
    first, second, _ = clinic
    for path in [first.root, *first.root.rglob("*")]:
        os.chown(path, 4321, 4321)
    cut_in_two(first, second, CLOCK)
    for root in (first.root, second):
        whose = {path.stat().st_uid for path in [root, *root.rglob("*")] if path.name != "lock"}
        assert whose == {4321}


def test_a_half_that_runs_is_not_cut(clinic):
    first, second, _ = clinic
    with folder_lock(first.clinic, "clinic"), pytest.raises(ConfigurationError, match="runs on"):
        cut_in_two(first, second, CLOCK)


def test_every_store_of_a_clinic_says_what_a_cut_does_to_it():
    copied = {store.name for store in STORES if store.cut in (CutStep.PARTED, CutStep.BOTH)}
    places = {name for name in copied if isinstance(getattr(Folder, name, None), property)}
    assert {f"copied {name}" for name in places} > {s for s in STEPS if s.startswith("copied ")} - {
        "copied key"
    }
    assert places >= {"clinic_journal", "archive", "plans", "drafts", "outbox", "access"}


@settings(max_examples=60, deadline=None)
@given(st.text("abcxyz-", min_size=1), st.text("abcxyz-0", min_size=1), st.sampled_from([1, 2, 8]))
def test_a_home_is_in_exactly_one_half_and_in_the_part_that_was(site, patient, of):
    for index in range(of):
        whole = Partition(index, of)
        halves = [half.holds(site, patient) for half in whole.halves()]
        assert sum(halves) == whole.holds(site, patient)
