"""A report says what was asked, what is hidden and why, in the language it is asked in."""

from __future__ import annotations

import json
import sys

import pytest

from ingest.journal.journal import Journal
from ripresa.cli.main import main
from ripresa.platform.configuration import Folder
from ripresa.survey.distributions import SurveyReply, distribution, distributions_by_variant
from ripresa.survey.report_words import report_lines
from ripresa.survey.survey_answers import SurveyReport
from telemetry.clock import ManualClock

FEW = [SurveyReply({"use": 4, "barrier": "pain"})] * 3
MANY = [SurveyReply({"use": 4, "barrier": "pain"})] * 12 + [
    SurveyReply({"use": 2, "barrier": "time"})
]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (None, ["session-3: asked 13, answered 13", "  use: 2 hidden, 4 hidden"]),
        ("en", ["After the first sessions: asked 13", "  It seems useful to me: 2 hidden"]),
        ("it", ["Dopo le prime sedute: chiesto a 13", "  Mi sembra utile: 2 nascosto"]),
    ],
)
def test_questions_and_what_is_hidden_are_said_in_the_language_asked_for(language, said):
    made = SurveyReport((distribution("session-3", MANY),), 0)
    text = "\n".join(report_lines(made, language))
    assert all(one in text for one in said), text
    assert ("pain" in text) is (language is None)


def test_a_group_that_is_not_told_since_it_leaves_few_says_so_and_not_that_it_is_small():
    asked = [(reply, {"music": "played"}) for reply in MANY]
    asked += [(reply, {"music": "silent"}) for reply in FEW]
    made = SurveyReport(tuple(distributions_by_variant("session-3", asked)), 0)
    assert list(report_lines(made, None)) == [
        "session-3, music played: asked 13, answered 13",
        "  nothing is shown: what is left of all would be fewer than five",
        "session-3, music silent: asked 3, answered 3",
        "  fewer than five answers: nothing is shown",
    ]


def test_the_command_tells_one_report_in_words_and_as_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Folder(tmp_path).create()
    with Journal.open(Folder(tmp_path).clinic_journal, ManualClock()):
        pass

    def report(*arguments):
        monkeypatch.setattr(sys, "argv", ["ripresa", "survey", "report", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr()

    code, told = report("--language", "fr")
    assert code == 2
    assert "there are it and en" in told.err
    code, told = report("--language", "it", "--json", tmp_path / "r.json")
    assert code == 0, told.err
    assert "Dopo dodici sedute: chiesto a 0" in told.out
    assert json.loads((tmp_path / "r.json").read_text())["distributions"][1]["asked"] == 0
