"""Page, patient's row, game and Grafana's tables say the same of one recorded exercise."""

import json
import re
from datetime import date
from types import SimpleNamespace

import pytest

from dashboards.grafana.places import SESSION_UID
from dashboards.grafana.provisioning import dashboards
from dashboards.views.exercise_row import exercise_rows
from dashboards.views.item_view import item_views
from dashboards.views.trend_view import TrendSession
from games.session.measured_pages import measured_pages
from ingest.influx.record_context import RecordContext
from ingest.influx.therapy_lines import therapy_lines
from ingest.journal.journal import Journal
from journals import event_record, receive, result_record
from research.session_cases.published import analysed
from research.session_cases.right_placements import people
from research.session_cases.spliced import failing_peaks, loose, spliced
from research.session_cases.wrong_placements import failed_calibrations
from telemetry.clock import ManualClock
from therapy.exercises.item_reading import item_reading

pytestmark = pytest.mark.slow

FAMILIES = {
    "peak": (people([0], ["usual"]), "forward-raise"),
    "excursion": (people([0], ["usual"]), "knee"),
    "refused": (failed_calibrations([0]), "upside down"),
    "attempts": (failing_peaks([0]), "shank-usual"),
    "doubt": (loose([0]), "loose-abduction"),
    "other": (spliced("walking", [0]), "walking-between-abduction"),
}


def case_of(family):
    specs, name = FAMILIES[family]
    return next(spec for spec in specs if name in spec.name).make()


def stored(journal, recording, result):
    """The session as a journal has it, and what the database gets of exercise and repetitions."""
    events = [event_record(e) for e in recording.events]
    sent = [*events, result_record(result)]
    receive(journal, sent, patient=recording.plan.patient, site="simulated")
    context = RecordContext(journal)
    told = [line.decode() for a in journal.arrivals(0) for line in therapy_lines(a.record, context)]
    item, repetitions = (
        [fields(line) for line in told if line.startswith(f"{what},")]
        for what in ("item", "repetition")
    )
    return journal.sessions()[0], item[0], repetitions


def fields(told):
    found = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|[^ ,]+)', told.split(" ", 1)[1])
    return {key: text.strip('"') for key, text in found}


def degrees(told, *names):
    return [round(float(told[name])) for name in names]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_surface_tells_the_same_of_an_exercise(tmp_path, family):
    recording = case_of(family).recording
    result = analysed(recording)
    (item,) = result.items
    told = item_reading(item)
    assert bool(told.figures) is not bool(told.refused)
    (view,) = item_views(recording.events, result, (), {})
    with Journal.open(tmp_path / "j.sqlite", ManualClock(0)) as journal:
        summary, row_of_item, repetitions = stored(journal, recording, result)
    session = TrendSession(summary=summary, events=recording.events, results=[result])
    shown = SimpleNamespace(
        plan=recording.plan, plans=[], today=date(2026, 1, 2), days={}, corrected={}
    )
    (row,) = exercise_rows(shown, date(2026, 1, 1), [session])
    for language in ("it", "en"):
        words = [f.text(language) for f in told.figures]
        seen = [getattr(v.reading, language) for v in (view.active_peak, view.range_of_motion) if v]
        assert seen == [getattr(r, language) for r in row.last.readings] == words
        for why in (view.not_observable, row.last.not_observable):
            assert (why and getattr(why, language)) == (
                told.refused and told.refused.text(language)
            )
        assert getattr(row.last.count, language) == told.count.text(language)
        each = [r.reading and getattr(r.reading, language) for r in view.repetitions]
        assert each == [r and r.text(language) for r in told.repetitions]
        shown = " ".join(f"{p.text} {' '.join(p.lines)}" for p in measured_pages(result, language))
        told_too = [*told.beside, *([told.refused] if told.refused else [])]
        for text in (*words, told.count.text(language), *(t.text(language) for t in told_too)):
            assert text in shown
        assert all(text in shown for text in each if text)
    assert row_of_item.get("not_observable") == (told.refused and told.refused.en)
    assert int(row_of_item["attempts"].rstrip("i")) == len(item.attempts) == view.beside.attempts
    assert float(row_of_item["other_s"]) == pytest.approx(view.beside.other_s)
    between = [int(row_of_item[name].rstrip("i")) for name in ("count_low", "count_high")]
    assert between == [view.beside.count_low, view.beside.count_high]
    numbers = [int(n) for f in told.figures for n in re.findall(r"\d+", f.en.replace("95 %", ""))]
    peak = ("peak_deg", "peak_from_deg", "peak_low_deg", "peak_high_deg")
    excursion = ("rom_median_deg", "band_low_deg", "band_high_deg")
    names = [n for n in (*peak, *excursion) if n in row_of_item]
    assert degrees(row_of_item, *names) == numbers
    for one, reading in zip(repetitions, told.repetitions, strict=True):
        kind = ("peak_deg", "start_deg", "peak_low_deg", "peak_high_deg")
        if "peak_deg" not in one:
            kind = ("range_deg", "range_low_deg", "range_high_deg")
        said = re.findall(r"\d+", reading.en.replace("95 %", "")) if reading else []
        assert [int(n) for n in said] == (degrees(one, *kind) if reading else [])


def test_grafanas_tables_have_every_figure_with_its_band_and_why_there_is_none():
    shown = json.dumps(dashboards()[SESSION_UID])
    for name in (
        *("peak_deg", "peak_from_deg", "peak_low_deg", "peak_high_deg"),
        *("rom_median_deg", "band_low_deg", "band_high_deg", "not_observable"),
        *("count_low", "count_high", "attempts", "other_s"),
        *("start_deg", "range_deg", "range_low_deg", "range_high_deg"),
    ):
        assert f'\\"{name}\\"' in shown
