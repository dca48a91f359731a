"""The measurement of the clinic's page, on a small clinic."""

import contextlib
from datetime import date

import pytest

from ingest.journal.journal import Journal
from ingest.places import Places
from needs import need_program
from ripresa.bench.large_clinic import write_large_clinic
from ripresa.care.care_journal import fold_journal
from telemetry.clock import ManualClock

LAST = date(2026, 1, 31)


def test_copies_of_patients_are_patients_of_their_own_without_raw_motion(tmp_path):
    written = write_large_clinic(tmp_path, patients=27, weeks=1, last=LAST)
    with Journal.open(Places(tmp_path).clinic_journal, ManualClock()) as journal:
        sessions = journal.sessions()
        kinds = {str(kind) for kind in journal.counts()}
        fold = fold_journal(journal, lambda _patient, _version: None, 1_770_000_000 * 10**9)
    assert len({s.session for s in sessions}) == len(sessions) > 27
    assert "motion" not in kinds
    figures = {f.patient: f for f in fold.all_figures()}
    assert tuple(figures) == written.patients
    assert figures["p-025"].days.keys() == figures["p-000"].days.keys()
    assert len(figures["p-025"].sessions) == len(figures["p-000"].sessions)
    assert all(v.plan.patient == p for p, f in figures.items() for v in f.versions)


async def test_nobody_one_and_more_who_watch_are_figures_of_their_own(monkeypatch):
    from ripresa.bench import web_bench

    class Home:
        patient = "p-1"

        @contextlib.asynccontextmanager
        async def training(self):
            yield "01J00000000000000000000001"

    class Page:
        def get(self, _address):
            return b"01J00000000000000000000001"

    async def watched(_page, _patient, viewers):
        return {"percent": 3.0 + viewers, "frames": 0.0}

    monkeypatch.setattr(web_bench, "_watched", watched)
    figures = await web_bench._live(Page(), Home())
    assert (figures["live_0_percent"], figures["live_1_percent"]) == (3, 4)
    assert figures["live_50_percent"] == 50


def test_the_largest_curve_of_a_session_leaves_room_on_its_page():
    from ripresa.bench.web_bench import largest_curve_kb

    assert 20 < largest_curve_kb() < 40


@pytest.mark.nightly
def test_the_page_is_measured_on_the_real_clinic(tmp_path):
    from ripresa.bench.web_bench import bench_web
    from ripresa.platform.broker import broker_beside

    need_program("mosquitto")
    with broker_beside(tmp_path) as port:
        figures = bench_web(tmp_path, broker_port=port, patients=12, weeks=4, asked=20)
    assert figures["page_weight_kb"] <= 160
    assert 0 < figures["worklist_cpu_ms"] < 150
    assert 0 < figures["patient_cpu_ms"] < 150
    assert 0 < figures["session_cpu_ms"] < 150
    assert figures["live_frames_a_second"] > 5
    assert figures["live_0_percent"] >= 0
