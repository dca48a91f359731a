import json

import pytest
from typer.testing import CliRunner

from research.challenges.challenge import (
    NOT_MEASURED,
    ChallengeEntry,
    Declaration,
    EntryKind,
    Figure,
    Report,
    Section,
    select_entries,
)
from research.challenges.challenge_report import to_html, to_json, to_markdown
from ripresa.cli.challenges import challenge_cli
from telemetry.errors import ConfigurationError

GAME = ChallengeEntry(
    "balloon",
    "orientation",
    lambda: None,
    kind=EntryKind.GAME,
    declarations=(Declaration(Section.WELL_BEING, "fun for 8 weeks", "doi 10.1/x"),),
)


def report(**changes):
    values = {
        "challenge": "orientation",
        "title": "Orientation",
        "population": "3 simulated arms",
        "body": {"entries": {"balloon": {"mean": float("nan")}}},
        "figures": [Figure(Section.CLINICAL, "balloon", "range error", 2.5, "°", "3 arms", "≤ 4°")],
        "entries": [GAME],
        "not_measured": NOT_MEASURED,
    }
    return Report(**{**values, **changes})


@pytest.mark.parametrize("write", [to_markdown, to_html])
def test_a_report_has_the_four_sections_in_order_and_says_what_is_not_measured(write):
    text = write(report())
    places = [text.index(f". {section.value}") for section in Section]
    assert places == sorted(places)
    assert text.count("not measured here") == sum(len(v) for v in NOT_MEASURED.values())
    assert "not a medical device" in text


@pytest.mark.parametrize("write", [to_markdown, to_html])
def test_every_figure_names_its_population_and_a_declaration_its_author_and_evidence(write):
    text = write(report())
    row = next(line for line in text.splitlines() if "range error" in line)
    assert "3 arms" in row
    assert "declared by balloon: fun for 8 weeks (doi 10.1/x)" in text


def test_the_same_result_gives_the_same_bytes_and_plain_json():
    assert to_json(report()) == to_json(report())
    read = json.loads(to_json(report()))
    assert read["entries"]["balloon"]["mean"] is None
    clinical = read["sections"]["Clinical"]
    assert clinical["measured"][0]["population"] == "3 arms"


def test_html_escapes_what_an_entry_calls_itself():
    bad = ChallengeEntry("<script>x", "orientation", lambda: None, declarations=GAME.declarations)
    assert "<script>" not in to_html(report(entries=[bad]))


def test_entries_are_chosen_by_name_and_an_unknown_name_lists_what_there_is():
    other = ChallengeEntry("other", "orientation", lambda: None)
    assert select_entries([GAME, other], []) == [GAME, other]
    assert select_entries([GAME, other], ["other"]) == [other]
    with pytest.raises(ConfigurationError, match="balloon, other"):
        select_entries([GAME, other], ["nobody"])
    with pytest.raises(ConfigurationError, match="two challenge entries"):
        select_entries([GAME, GAME], [])


@pytest.mark.parametrize(("text", "subjects"), [("1-3", [1, 2, 3]), ("7,9-10", [7, 9, 10])])
def test_subjects_are_written_as_ranges(text, subjects):
    assert challenge_cli.parse_subjects(text) == subjects


@pytest.mark.parametrize("text", ["", "a", "3-1", "1-b"])
def test_a_wrong_list_of_subjects_is_refused_with_an_example(text):
    with pytest.raises(ConfigurationError, match="1-6"):
        challenge_cli.parse_subjects(text)


def test_the_command_says_in_one_line_what_is_wrong(tmp_path):
    for words in (["juggling"], ["orientation"]):
        result = CliRunner().invoke(challenge_cli.app, ["run", *words, "--data", str(tmp_path)])
        assert result.exit_code == 1
        assert "Traceback" not in result.output
        assert words[0] in result.output
