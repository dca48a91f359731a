"""A patient's report: the page's own figures, in both languages, on one sheet, as PDF."""

import contextlib
import re
import shutil
import zlib
from datetime import date, timedelta
from importlib.resources import files
from typing import get_args

import pytest

from analytics.monitoring.figures import PatientState
from clinic_facts import at
from dashboards.report.patient_report import report_html
from dashboards.views.field_test_view import FieldTestPoint, FieldTestView
from dashboards.views.figure_words import measure_words
from dashboards.views.patient_view import AlertView
from dashboards.views.words import Words, exercise_words, percent, whole
from dashboards.views.work_view import ContactView
from dashboards.web.patient_api import Patients
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey, audit_entries
from ingest.rights.consent import ConsentState, set_consent
from needs import need_library
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates
from ripresa.care.care_journal import JournalCareRecord
from ripresa.care.clinic_store import ClinicStore
from ripresa.care.report import write_report
from ripresa.care.worklist_report import show_worklist
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.messages.events import SegmentCalibrated
from therapy.exercises.exercise import POSTURES

LAST = date(2025, 11, 30)
BUSY = Rates(fall=0.05, unwell=0.05, changing=0.5)
CLOCK = ManualClock(at(LAST + timedelta(days=1), "12:00"))


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("clinic") / "c")
    write_clinic(simulate(patients=3, weeks=3, last=LAST, rates=BUSY, motion_every=0), folder.root)
    return folder


@pytest.fixture(scope="module")
def view(clinic):
    """As the running clinic's page has it, by the fold of everybody."""
    with Journal.open(clinic.clinic_journal, CLOCK) as journal:
        plans = PlanFolder(clinic.plans)
        care = JournalCareRecord(journal, plans.version, CLOCK)
        return Patients(journal, plans.version, care, CLOCK).view("sim-001")


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_report_says_what_the_page_says_and_on_whom_it_was_checked(view, language):
    told = re.sub(r"<[^>]+>", " ", report_html(view, language))
    assert view.patient in told
    assert {"it": "non un dispositivo medico", "en": "not a medical device"}[language] in told
    assert {"it": "Su nessun paziente", "en": "On no patient"}[language] in told
    assert f"{view.plan_version}" in told
    for row in view.exercises:
        assert f"{whole(row.done)} / {whole(row.asked)}" in told
    for line in getattr(view.summary, language).splitlines():
        assert line in told
    for trend in view.trends:
        assert f"{whole(trend.points[-1].peaks.median_deg)}°" in told
    assert f"{percent(view.period.dose)}%" in told
    assert "<script" not in report_html(view, language)


@pytest.mark.parametrize("state", get_args(PatientState))
def test_the_sheet_says_where_treatment_stands_in_the_words_of_the_page(view, state):
    page = files("dashboards.web").joinpath("static/scripts/texts.js").read_text(encoding="utf-8")
    found = re.search(rf'state_{state}"?: \["(.*?)", "(.*?)"\]', page)
    assert found is not None
    for language, said in zip(("it", "en"), found.groups(), strict=True):
        sheet = report_html(view.model_copy(update={"state": state}), language)
        assert f"· {said} ·" in sheet


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_result_of_nought_says_that_the_arms_helped_and_what_was_counted(view, language):
    points = (
        FieldTestPoint(day="2025-11-01", value=11.0, low=10.0, high=12.0, arms="crossed"),
        FieldTestPoint(day="2025-11-05", value=0.0, counted=11.0, arms="used", seat="lower"),
        FieldTestPoint(day="2025-11-12", value=12.0),
    )
    test = FieldTestView(
        exercise="chair-stand-30s",
        name=exercise_words("chair-stand-30s"),
        figure=measure_words("stands in 30 s"),
        unit="",
        points=points,
    )
    told = report_html(view.model_copy(update={"field_tests": (test,)}), language)
    helped, unasked = {
        "it": ("contate 11: se le braccia aiutano il risultato è 0", "braccia: non detto"),
        "en": ("11 counted: where the arms help the result is 0", "arms: not told"),
    }[language]
    assert helped in told.split("2025-11-05: 0")[1].split("2025-11-12: 12")[0]
    assert unasked in told.split("2025-11-12: 12")[1]
    assert "95 %: 10-12" in told


MINDED = "no weight on the left leg until seen again"


@pytest.mark.parametrize("with_plan", [True, False])
@pytest.mark.parametrize("language", ["it", "en"])
def test_what_is_to_be_minded_is_on_paper_as_on_the_page(view, language, with_plan):
    plan = view.plan.model_copy(
        update={
            "zero_forbidden": True,
            "breathlessness_stop": 4.0,
            "stop_questions": (Words(it="Ha un nuovo gonfiore?", en="Any new swelling?"),),
        }
    )
    minded = {"precautions": MINDED, "review": "2025-12-09", "review_due": True}
    shown = view.model_copy(update=minded | {"plan": plan if with_plan else None})
    told = report_html(shown, language)
    assert MINDED in told
    assert "2025-12-09" in told
    limits = [f"{item.limit_deg:g}°" for item in plan.items if item.limit_deg is not None]
    asked = getattr(plan.stop_questions[0], language)
    breath = {"it": "affanno 4", "en": "breathlessness 4"}[language]
    for text in (asked, breath, *limits):
        assert (text in told) is with_plan


@pytest.mark.parametrize("language", ["it", "en"])
def test_paper_says_from_when_it_tells_what_happened(view, language):
    none = view.since.model_copy(update={"contact": None, "since": "2025-11-03", "happened": ()})
    told = report_html(view.model_copy(update={"since": none}), language)
    first = {"it": "Qui dal 2025-11-03.", "en": "Shown here from 2025-11-03."}[language]
    assert first in told
    contact = ContactView(day="2025-10-01", by="FT-7", action="called")
    before = none.model_copy(update={"contact": contact, "cut": True})
    told = report_html(view.model_copy(update={"since": before}), language)
    assert "2025-10-01" in told
    assert "FT-7" in told
    assert first in told
    whole = before.model_copy(update={"cut": False})
    assert first not in report_html(view.model_copy(update={"since": whole}), language)


@pytest.mark.parametrize("language", ["it", "en"])
def test_two_postures_of_an_exercise_are_told_apart_on_paper(view, language):
    trend = view.trends[0]
    other = trend.model_copy(update={"posture": "supine", "quantity": "excursion"})
    told = report_html(view.model_copy(update={"trends": (trend, other)}), language)
    called = getattr(trend.called, language)
    lines = [li for li in re.findall(r"<li>(.*?)</li>", told) if li.startswith(called)]
    assert len(set(lines)) == 2
    assert {"it": "supini", "en": "lying"}[language] in lines[1]
    assert {"it": "senza zero noto", "en": "no known zero"}[language] in lines[1]


def test_an_alert_that_nobody_has_seen_has_its_place_on_paper(view):
    old = AlertView(
        patient=view.patient,
        kind="fall",
        opened="2025-11-01",
        digest="0" * 16,
        waiting=True,
        sessions=(),
        homes=(),
        closed=None,
        grave=False,
        text=Words(it="X-1", en="X-1"),
        seen=None,
    )
    seen = [old.model_copy(update={"waiting": False, "text": Words(it="-", en="-")})] * 9
    assert "X-1" in report_html(view.model_copy(update={"alerts": (*seen, old)}), "en")


def test_what_was_told_and_not_measured_is_on_paper(view):
    row = view.exercises[0].model_copy(update={"reported": 12.0, "done": 3.66})
    told = report_html(view.model_copy(update={"exercises": (row,)}), "en")
    assert f"4 / {whole(row.asked)} + 12 self-reported" in told


@pytest.mark.parametrize("posture", POSTURES)
def test_every_posture_and_level_of_an_assessment_has_its_words_on_paper(view, posture):
    for level in get_args(SegmentCalibrated.model_fields["level"].annotation):
        trend = view.trends[0].model_copy(update={"posture": posture, "level": level})
        report_html(view.model_copy(update={"trends": (trend,)}), "it")


def test_what_somebody_typed_is_text_and_never_markup(view):
    evil = view.plan.model_copy(update={"goal": "<img src=x onerror=alert(1)>"})
    html = report_html(view.model_copy(update={"plan": evil}), "en")
    assert "<img" not in html
    assert "&lt;img" in html


def test_it_is_one_sheet_as_pdf_with_the_same_figures_as_the_page(
    clinic, view, tmp_path, monkeypatch
):
    need_library("weasyprint")
    shown = []

    def seen(own, language):
        from dashboards.report import patient_report

        shown.append(own)
        return patient_report.report_pdf(own, language)

    monkeypatch.setattr("ripresa.care.report.report_pdf", seen)
    write_report(clinic, "sim-001", tmp_path / "r.pdf", CLOCK, "it")
    assert shown == [view]
    pdf = (tmp_path / "r.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pages_of(pdf) == 1


def test_a_report_stands_in_the_audit_log_as_an_export_does(clinic, tmp_path, monkeypatch):
    monkeypatch.setattr("ripresa.care.report.report_pdf", lambda _view, _language: b"%PDF-")
    folder = Folder(tmp_path / "state")
    shutil.copytree(clinic.root, folder.root)
    key = AuditKey.at(folder.audit_key)
    write_report(folder, "sim-001", tmp_path / "r.pdf", CLOCK, "it")
    with Journal.open(folder.clinic_journal, CLOCK) as journal:
        told = audit_entries(journal, key=key, patient="sim-001")
        assert [(entry.actor, entry.action) for entry in told] == [("command line", "report")]


def pages_of(pdf):
    """Its objects lie in compressed streams."""
    found = 0
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found += len(re.findall(rb"/Type /Page\b", zlib.decompress(stream)))
    return found


def test_nobody_of_that_name_and_whose_data_rests_is_refused(clinic, tmp_path):
    with pytest.raises(ConfigurationError, match="nobody is known as 'p-99'"):
        write_report(clinic, "p-99", tmp_path / "r.pdf", CLOCK, "it")
    key = AuditKey.at(clinic.audit_key)
    with Journal.open(clinic.clinic_journal, CLOCK) as journal:
        said = {"actor": "pt", "now_ns": CLOCK.now_ns(), "ground": "asked"}
        set_consent(journal, key, "sim-000", ConsentState.RESTRICTED, on=True, **said)
    with pytest.raises(ConfigurationError, match="must not be used"):
        write_report(clinic, "sim-000", tmp_path / "r.pdf", CLOCK, "it")
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.parametrize("what", ["worklist", "report"])
def test_whoever_only_reads_makes_no_audit_key_and_holds_to_restrictions(
    clinic, tmp_path, monkeypatch, what
):
    """The clinic's key may lie beside the compose file: another one would break its log's chain."""
    monkeypatch.setattr("ripresa.care.report.report_pdf", lambda _view, _language: b"%PDF-")
    folder = Folder(tmp_path / "state")
    shutil.copytree(clinic.root, folder.root)
    folder.audit_key.unlink(missing_ok=True)
    file = tmp_path / "w.json"
    if what == "report":
        write_report(folder, "sim-001", tmp_path / "r.pdf", CLOCK, "it")
    else:
        show_worklist(folder, CLOCK, "it", file)
        assert "sim-001" in file.read_text("utf-8")
    assert not folder.audit_key.exists()
    with Journal.open(folder.clinic_journal, CLOCK) as journal:
        told = {"actor": "pt", "ground": "asked", "now_ns": CLOCK.now_ns(), "on": True}
        key = AuditKey.at(tmp_path / "elsewhere" / "audit.key")
        set_consent(journal, key, "sim-001", ConsentState.RESTRICTED, **told)
    if what == "report":
        with pytest.raises(ConfigurationError, match="must not be used"):
            write_report(folder, "sim-001", tmp_path / "r.pdf", CLOCK, "it")
    else:
        show_worklist(folder, CLOCK, "it", file)
        assert "sim-001" not in file.read_text("utf-8")
    assert not folder.audit_key.exists()


def test_whoever_fills_the_database_goes_by_the_clinics_own_key(clinic, tmp_path, monkeypatch):
    folder = Folder(tmp_path / "state")
    shutil.copytree(clinic.root, folder.root)
    folder.audit_key.unlink(missing_ok=True)
    AuditKey.at(tmp_path / "secrets" / "audit.key")
    monkeypatch.chdir(tmp_path)
    with ClinicStore(folder, CLOCK):
        assert not folder.audit_key.exists()
