"""Colours that everybody can read, and words in both languages."""

import re
from typing import get_args

import pytest

from analytics.monitoring.adherence import StoppingRule
from analytics.monitoring.alert import AlertKind
from analytics.monitoring.day import PLAN_NOT_TAKEN
from analytics.monitoring.figures import PatientState
from analytics.monitoring.plan_versions import VersionState
from dashboards.curves.curve_api import CurveView
from dashboards.live.live_leases import LeaseFrame
from dashboards.plans.draft_view import WeekView
from dashboards.views.patient_view import DayView, PeriodView
from dashboards.views.since_view import Happened
from dashboards.views.work_view import GROUPS
from dashboards.web.app import STATIC
from dashboards.web.patient_api import SeenAlert
from games.testing.player_bench import OURS
from telemetry.messages.around.agreements import Agreement, CarerRole
from telemetry.messages.around.harm import Relation, Severity
from telemetry.messages.care import DaysExcused
from telemetry.messages.events import (
    CheckAnswered,
    CloseReason,
    ExerciseReported,
    RangeCalibrated,
    SegmentCalibrated,
    SessionEvent,
    StopReason,
)
from telemetry.messages.phases import SessionPhase
from therapy.exercises.dose import Dose, Tempo
from therapy.exercises.joint import Joint
from therapy.exercises.library import EXERCISES
from therapy.plan.limits import Limits, PainProfile
from therapy.plan.persuasion import Persuasion, Reminders
from therapy.plan.plan import CheckIn, Limb, Plan, StopQuestion
from therapy.plan.plan_file import sample_plan
from therapy.plan.plan_item import PlanItem
from therapy.plan.schedule import WEEKDAYS, Schedule
from therapy.questionnaires.instruments import INSTRUMENTS
from therapy.session.questions import ARMS, BARRIERS, SEAT, check_in, check_out

CSS = (STATIC / "page.css").read_text()
SCRIPTS = sorted((STATIC / "scripts").rglob("*.js"))
TEXTS = "".join(p.read_text() for p in SCRIPTS if p.name in {"texts.js", "words.js"})
"""Words that all pages share, and those that come with one."""
COLOURS = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", CSS)) | {
    "white": "#ffffff",
    "warning": "#8a3600",
}


def luminance(colour):
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a, b):
    light, dark = sorted((luminance(COLOURS[a]), luminance(COLOURS[b])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "card"),
        ("ink", "paper"),
        ("soft", "card"),
        ("soft", "paper"),
        ("deep", "card"),
        ("deep", "pale"),
        ("white", "deep"),
        ("green", "mint"),
        ("warning", "peach"),
        ("rust", "card"),
    ],
)
def test_text_has_a_contrast_of_at_least_4_5(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("mark", ["blue", "green", "rust", "deep"])
def test_marks_have_a_contrast_of_at_least_3(mark):
    assert contrast(mark, "card") >= 3


def known_texts():
    return {a or b for a, b in re.findall(r'^  (?:"([^"]+)"|(\w+)): \[', TEXTS, re.MULTILINE)}


def test_every_text_is_there_in_both_languages():
    entries = re.findall(r"^  (?:\"[^\"]+\"|\w+): (\[.*\]),$", TEXTS, re.MULTILINE)
    assert len(entries) == len(known_texts())
    import json

    for entry in entries:
        italian, english = json.loads(entry)
        assert italian
        assert english
        assert set(re.findall(r"\{\w+\}", italian)) == set(re.findall(r"\{\w+\}", english))


def test_every_text_that_a_script_names_is_there():
    used = set()
    for script in SCRIPTS:
        used |= set(re.findall(r'\bt\("([^"]+)"', script.read_text()))
    assert used <= known_texts()


def test_every_event_that_a_session_records_has_words():
    kinds = {kind.model_fields["type"].default for kind in get_args(get_args(SessionEvent)[0])}
    assert "fall.suspected" in kinds
    assert kinds - {"heart.measured"} <= known_texts()


def values(model, field):
    """What a field of the interface may say: its literals, or its enumeration's values."""
    kind = model.model_fields[field].annotation
    told = [a for k in (kind, *get_args(kind)) for a in (get_args(k) or ())]
    return {a for a in (told or kind) if isinstance(a, str)}


APART = {"patient", "version", "items", "limits", "check_in"}
STATES = {
    "state_": set(get_args(PatientState)),
    "plan_": set(get_args(VersionState)),
    "day_": values(DayView, "state"),
    "why_": {*get_args(StoppingRule), PLAN_NOT_TAKEN},
    "alert_": set(get_args(AlertKind)),
    "action_": values(SeenAlert, "action"),
    "source_": values(RangeCalibrated, "source"),
    "level_": values(SegmentCalibrated, "level"),
    "unit_": values(ExerciseReported, "unit"),
    "letter_": {f"state_{state}" for state in ("sent", "delivered", "read", "withdrawn")},
    "group_": {*GROUPS, "all"},
    "happened_": set(get_args(Happened)),
    "profile_": set(get_args(PainProfile)),
    "weekday_": set(WEEKDAYS),
    "by_": values(CheckAnswered, "answered_by") - {"patient"},
    "posture_": {p for e in EXERCISES.values() for p in e.postures},
    "arms_": set(ARMS),
    "seat_": set(SEAT),
    "curve_": values(CurveView, "state") - {"there"},
    "span_": {"repetition", "other", "attempt", "lost", "unseen"},
    "lease_": values(LeaseFrame, "lease"),
    "unseen_": values(LeaseFrame, "reason") - {""},
    "phase_": {p.replace("-", "") for p in get_args(SessionPhase)},
    "setting_": {
        *(Plan.model_fields.keys() - APART),
        *Limits.model_fields,
        *CheckIn.model_fields,
        *(PlanItem.model_fields.keys() - {"id", "exercise"}),
        *Dose.model_fields,
        *Schedule.model_fields,
        *Persuasion.model_fields,
        *Reminders.model_fields,
    },
    "persuade_": set(Persuasion.model_fields) - {"reminders"},
    "joint_": set(get_args(Joint)),
    "game_": {*OURS, "chosen"},
    "site_": {s for e in EXERCISES.values() for s in (*e.sites, *e.second_sites)},
    "limb_": set(get_args(Limb)),
    "assess_": values(PlanItem, "assessment"),
    "framing_": values(Plan, "framing"),
    "calibration_": values(Plan, "calibration"),
    "tempo_": set(Tempo.model_fields),
    "week_": set(WeekView.model_fields),
    "stop_": set(StopQuestion.model_fields),
    "excuse_": values(DaysExcused, "why"),
    "barrier_": set(BARRIERS),
    "severity_": {*get_args(Severity), *(f"means_{one}" for one in get_args(Severity))},
    "relation_": set(get_args(Relation)),
    "consent_": set(get_args(Agreement)),
    "carer_": set(get_args(CarerRole)),
    "better_": {one.better for one in INSTRUMENTS.values()} - {None},
    "flag_": {
        *(f"{phase} {how}" for phase in ("up", "hold", "down") for how in ("too fast", "too slow")),
        *("too fast", "too small", "unfinished", "interpolated", "gap"),
    },
}


@pytest.mark.parametrize("prefix", STATES)
def test_every_state_and_reason_that_the_interface_tells_has_words(prefix):
    assert STATES[prefix]
    assert {f"{prefix}{value}" for value in STATES[prefix]} <= known_texts()


def test_every_family_of_words_that_a_script_asks_for_is_held_to_the_interface():
    asked = set()
    for script in SCRIPTS:
        asked |= set(re.findall(r"\bt\(`([a-z]+_)\$", script.read_text()))
    # By a function that is given the family, or with more before the value.
    named = {"framing_", "calibration_", "letter_"}
    assert asked - {"reason_", "question_", "adherence_"} | named == STATES.keys()
    assert {f"adherence_{part}" for part in PeriodView.model_fields} <= known_texts()


@pytest.mark.parametrize(
    ("script", "name", "there"),
    [
        ("items", "GAMES", set(OURS)),
        ("settings", "MECHANISMS", set(Persuasion.model_fields) - {"reminders"}),
        ("settings", "JOINTS", set(get_args(Joint))),
    ],
)
def test_what_the_editor_offers_is_what_there_is(script, name, there):
    text = (STATIC / "scripts" / "plan" / f"{script}.js").read_text()
    (offered,) = re.findall(rf"const {name} = \[(.*?)\];", text)
    assert set(re.findall(r'"(\w+)"', offered)) == there


def test_every_reason_and_question_has_words():
    asked = {
        q.id
        for q in (
            *check_in(sample_plan(), next_morning=True, barrier=True),
            *check_out(why=True, chair_test=True),
        )
    }
    wanted = {f"reason_{r.value}" for r in (*StopReason, *CloseReason)}
    wanted |= {f"question_{name}" for name in asked}
    assert wanted <= known_texts()
