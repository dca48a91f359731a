"""Colours that everybody can read, and words in both languages."""

import re
from typing import get_args

import pytest

from dashboards.web.app import STATIC
from telemetry.messages.events import CloseReason, SessionEvent, StopReason
from therapy.plan.plan_file import sample_plan
from therapy.session.questions import check_in, check_out

CSS = (STATIC / "page.css").read_text()
TEXTS = (STATIC / "scripts" / "texts.js").read_text()
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
    for script in (STATIC / "scripts").glob("*.js"):
        used |= set(re.findall(r'\bt\("([^"]+)"', script.read_text()))
    assert used <= known_texts()


def test_every_event_that_a_session_records_has_words():
    kinds = {kind.model_fields["type"].default for kind in get_args(get_args(SessionEvent)[0])}
    assert "fall.suspected" in kinds
    assert kinds - {"heart.measured"} <= known_texts()


def test_every_reason_and_question_has_words():
    asked = {q.id for q in (*check_in(sample_plan(), next_morning=True), *check_out(why=True))}
    wanted = {f"reason_{r.value}" for r in (*StopReason, *CloseReason)}
    wanted |= {f"question_{name}" for name in asked}
    assert wanted <= known_texts()
