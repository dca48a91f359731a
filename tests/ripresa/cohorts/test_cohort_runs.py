"""A cohort's sessions are analysed once, wherever they lie, and none of them stops another."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent import futures
from dataclasses import replace
from datetime import date

import pytest

from analytics.core import CORE_VERSION
from dying_source import DyingSource
from ingest.journal.archive import archive_closed
from ingest.journal.journal import Journal
from ingest.places import Places
from ingest.rights.audit import AuditKey
from ingest.rights.consent import ConsentState, set_consent
from ingest.rights.erasure import carry_out, erase_from_journal, steps_here, traces
from ingest.stores.table import folders_erased
from needs import need_library
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from ripresa.cohorts.cohort_places import cohort_places
from ripresa.cohorts.cohort_pool import over_cluster, over_processes, worthwhile
from ripresa.cohorts.cohort_run import CohortFolder, analyse_cohort
from ripresa.cohorts.session_analysis import AnalysisJob
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, StoreError, TransportError
from telemetry.messages.events import PainReported, encode_event
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import results_hash

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "place"
    write_clinic(simulate(patients=2, weeks=1, last=date(2026, 3, 8), motion_every=1), folder)
    return folder


@pytest.fixture
def clinic(simulated, tmp_path):
    """A clinic's folder with three sessions, all with motion."""
    shutil.copytree(simulated, tmp_path / "place")
    return tmp_path / "place" / "clinic"


def rows_of(folder):
    return {row.session: row for row in folder.rows()}


def test_a_session_has_one_hash_and_one_result_wherever_it_is_kept(kept, places, tmp_path):
    names = ("journal", "journal without its motion", "archive", "patient's archive", "export")
    found = []
    for name in names:
        out = CohortFolder(tmp_path / name)
        run = analyse_cohort([places[name]], out)
        assert (run.sessions, run.faults) == (1, 0)
        (row,) = out.rows()
        found.append((row.input_hash, results_hash(row.result)))
    assert len(set(found)) == 1
    assert found[0][1] == kept.summary.results_hash


def test_copies_of_a_session_in_several_places_are_one(places, tmp_path):
    run = analyse_cohort([places["journal"], places["archive"]], CohortFolder(tmp_path / "out"))
    assert run.sessions == 1


def test_what_is_unchanged_is_read_only_and_what_changed_is_analysed_anew(clinic, tmp_path):
    out = CohortFolder(tmp_path / "out")
    first = analyse_cohort([clinic], out)
    assert first.analysed == first.sessions == 3
    before = rows_of(out)
    again = analyse_cohort([clinic], out)
    assert (again.analysed, again.unchanged) == (0, first.sessions)
    changed, lost = sorted(before)[:2]
    with Journal.open(clinic / "journal.sqlite", SystemClock()) as journal:
        home = next(s.home for s in journal.sessions() if s.session == changed)
        events = journal.events(changed, home=home)
        pain = PainReported(session=changed, number=len(events), t_ns=events[-1].t_ns, pain=3)
        record = NewRecord(
            t_ns=pain.t_ns, kind=RecordKind.EVENT, body=encode_event(pain), session=changed
        )
        journal.append_now([replace(record, subject=home)])
    out.remove(before[lost].name)
    third = analyse_cohort([clinic], out)
    after = rows_of(out)
    assert (third.analysed, third.unchanged) == (2, first.sessions - 2)
    assert after[changed].input_hash != before[changed].input_hash
    assert after[lost] == before[lost]


def test_a_result_of_another_core_is_not_taken_for_one_of_this(clinic, tmp_path):
    out = CohortFolder(tmp_path / "out")
    analyse_cohort([clinic], out)
    row = out.rows()[0]
    name = row.name
    out.keep(name, row.model_copy(update={"core_version": "0"}))
    assert analyse_cohort([clinic], out).analysed == 1
    assert out.row(name).core_version == CORE_VERSION


@pytest.mark.nightly
def test_a_run_that_is_killed_goes_on_to_the_same_rows(clinic, tmp_path):
    whole = CohortFolder(tmp_path / "whole")
    analyse_cohort([clinic], whole)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "ripresa", "cohort", "analyse", str(clinic)]
    running = subprocess.Popen(
        [*command, "--out", str(out), "--workers", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not any((out / "sessions").glob("*.json")) and running.poll() is None:
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = CohortFolder(out).names()
    assert kept
    run = analyse_cohort([clinic], CohortFolder(out))
    assert run.unchanged == len(kept)
    assert rows_of(CohortFolder(out)) == rows_of(whole)


def test_a_bad_session_is_a_row_and_stops_no_other(clinic, tmp_path):
    with sqlite3.connect(clinic / "journal.sqlite") as journal:
        (stream,) = journal.execute("SELECT min(stream) FROM record WHERE kind='motion'").fetchone()
        journal.execute("DELETE FROM record WHERE kind='motion' AND stream = ?", (stream,))
    out = CohortFolder(tmp_path / "out")
    run = analyse_cohort([clinic], out)
    assert run.faults == 1
    assert run.analysed == run.sessions - 1
    (bad,) = (row for row in out.rows() if row.fault)
    assert "not kept here any more" in bad.fault
    taken = analyse_cohort([clinic], out, recorded=True)
    assert (taken.faults, taken.unchanged) == (0, run.analysed)
    row = rows_of(out)[bad.session]
    assert row.source == "recorded"
    assert row.core_version == row.result.core_version


@pytest.mark.nightly
def test_a_session_that_ends_its_process_costs_one_row(clinic, tmp_path):
    (place,) = cohort_places([clinic])
    out = CohortFolder(tmp_path / "out")
    jobs = [AnalysisJob(session=s, mark=out.mark(s.name)) for s in place.sessions]
    dying = replace(jobs[1].session, source=DyingSource(place.source.path, place.source.plans))
    jobs[1] = replace(jobs[1], session=dying)
    done = list(over_processes(jobs, workers=2))
    assert len(done) == len(jobs)
    faults = [row.session for _, row in done if row.fault]
    assert faults == [jobs[1].session.summary.session]
    assert not any(job.mark.exists() for job in jobs)


def test_a_cluster_gives_the_rows_that_one_machine_gives(clinic, tmp_path):
    need_library("distributed")
    from distributed import LocalCluster

    here, there = CohortFolder(tmp_path / "here"), CohortFolder(tmp_path / "there")
    analyse_cohort([clinic], here)
    with LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=None,
        host="127.0.0.1",
        protocol="tcp",
    ) as cluster:
        run = analyse_cohort([clinic], there, scheduler=cluster.scheduler_address)
    assert run.analysed == run.sessions
    assert rows_of(here) == rows_of(there)


@pytest.mark.nightly
def test_a_worker_of_a_cluster_that_is_killed_in_the_middle_costs_nothing(clinic, tmp_path):
    need_library("distributed")
    from distributed import Client, LocalCluster

    here, there = CohortFolder(tmp_path / "here"), CohortFolder(tmp_path / "there")
    analyse_cohort([clinic], here)
    killed = []
    with (
        LocalCluster(
            n_workers=3,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
            protocol="tcp",
        ) as cluster,
        Client(cluster) as client,
        futures.ThreadPoolExecutor(1) as pool,
    ):
        run = pool.submit(analyse_cohort, [clinic], there, scheduler=cluster.scheduler_address)
        while not killed:
            assert not run.done(), "over before a worker was seen at work"
            busy = [w for w, tasks in client.processing().items() if tasks]
            if busy:
                (pid,) = client.run(os.getpid, workers=busy[:1]).values()
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        done = run.result(timeout=100)
    assert done.analysed == done.sessions
    assert rows_of(here) == rows_of(there)


def test_no_scheduler_and_no_dask_are_told(monkeypatch):
    monkeypatch.setattr("ripresa.cohorts.cohort_pool.CONNECT_S", 0.2)
    with pytest.raises(TransportError, match="no Dask scheduler"):
        list(over_cluster([], "tcp://127.0.0.1:9"))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigurationError, match="distributed"):
        list(over_cluster([], "tcp://127.0.0.1:9"))


def test_who_restricts_the_use_of_theirs_is_left_out_and_leaves_the_folder(clinic, tmp_path):
    out = CohortFolder(tmp_path / "out")
    analyse_cohort([clinic], out)
    patient = min(row.patient for row in out.rows())
    with Journal.open(clinic / "journal.sqlite", SystemClock()) as journal:
        key = AuditKey.at(tmp_path / "audit.key")
        set_consent(
            journal, key, patient, ConsentState.RESTRICTED, on=True, actor="t", now_ns=1, ground="t"
        )
    run = analyse_cohort([clinic], out)
    assert run.restricted == 1
    assert run.removed > 0
    assert patient not in {row.patient for row in out.rows()}


def test_who_restricts_the_use_is_left_out_of_copies_that_tell_of_no_consent(clinic, tmp_path):
    with Journal.open(clinic / "journal.sqlite", SystemClock()) as journal:
        archive_closed(journal, clinic / "archive", now_ns=1 << 62, settle_ns=0)
        patient = min(s.patient for s in journal.sessions())
        key = AuditKey.at(tmp_path / "audit.key")
        set_consent(
            journal, key, patient, ConsentState.RESTRICTED, on=True, actor="t", now_ns=1, ground="t"
        )
    copy = tmp_path / "far" / "archive"
    shutil.copytree(clinic / "archive", copy)

    def left_in(*folders):
        places = cohort_places(folders)
        return {one.summary.patient for place in places for one in place.sessions}

    assert patient not in left_in(clinic / "archive"), "the journal beside it tells"
    assert patient not in left_in(copy, clinic), "what one place tells holds for every copy"
    assert patient in left_in(copy)


def test_an_erasure_reaches_the_rows_wherever_the_cohort_is_kept(clinic, tmp_path):
    out = CohortFolder(tmp_path / "elsewhere" / "cohort")
    assert analyse_cohort([clinic], out).unnoted == 0
    patient, *others = sorted({row.patient for row in out.rows()})
    assert others
    places = Places(clinic.parent)
    with Journal.open(places.clinic_journal, SystemClock()) as journal:
        key = AuditKey.at(tmp_path / "audit.key")
        folders = folders_erased(places)
        told = {"actor": "x", "ground": "asked", "now_ns": 1}
        erased = erase_from_journal(journal, key, patient, folders=folders, **told)
        assert carry_out(journal, patient, steps_here(journal, patient, folders)) == {}
    assert {row.patient for row in out.rows()} == set(others)
    assert traces([out.folder], erased.needles) == []


@pytest.mark.parametrize("note", ["a file where the notes should be", "unreadable"])
def test_a_clinic_that_cannot_be_told_of_a_cohort_is_told_of(clinic, tmp_path, note):
    notes = Places(clinic.parent).cohorts
    if note == "unreadable":
        notes.mkdir()
        (notes / "a.folder").write_bytes(b"\xff\xfe\xff")
        with pytest.raises(StoreError, match="delete it by hand"):
            folders_erased(Places(clinic.parent))
    else:
        notes.write_text("in the way")
        assert analyse_cohort([clinic], CohortFolder(tmp_path / "out")).unnoted == 1


def test_few_short_sessions_start_few_processes(clinic, tmp_path):
    (place,) = cohort_places([clinic])
    out = CohortFolder(tmp_path / "out")
    jobs = [AnalysisJob(session=s, mark=out.mark(s.name)) for s in place.sessions]
    assert worthwhile(jobs, 64) == 2
    assert worthwhile(jobs[:1], 64) == 1
    hours = [
        replace(
            job,
            session=replace(
                job.session,
                summary=replace(
                    job.session.summary, closed_ns=job.session.summary.opened_ns + 10**13
                ),
            ),
        )
        for job in jobs * 20
    ]
    assert 8 <= worthwhile(hours, 64) <= 60
    assert worthwhile(hours, 4) == 4


def test_a_folder_without_sessions_and_one_with_something_else_are_refused(tmp_path, clinic):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=r"journal\.sqlite"):
        analyse_cohort([tmp_path / "empty"], CohortFolder(tmp_path / "out"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="something else"):
        analyse_cohort([clinic], CohortFolder(tmp_path / "other"))
