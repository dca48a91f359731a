"""Runs read back: compared case by case, held against a call, told in one report."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.challenges.challenge import (
    ChallengeEntry,
    Declaration,
    EntryKind,
    Figure,
    Report,
    Section,
)
from research.challenges.challenge_report import write_json
from research.outcomes.call import USUAL_TOPICS, Call, call_toml, read_call
from research.outcomes.comparison import bootstrap_interval, compare
from research.outcomes.gates import gate_outcome
from research.outcomes.outcome_report import OutcomeReport
from research.outcomes.result_file import read_result
from telemetry.errors import ConfigurationError

ELSEWHERE = Declaration(Section.CLINICAL, "6° more", "doi 10.1/x", "24 people", "effect")
PLAIN = Declaration(Section.CLINICAL, "stops at the limit", topic="safety")


def entry(name, kind=EntryKind.ALGORITHM, declarations=()):
    return ChallengeEntry(name, "joint-angle", lambda: None, kind, declarations=declarations)


def written(path, errors, *, faults=None, challenge="joint-angle", entries=None):
    """A result of entries with one error a case; `errors` by entry."""
    names = list(errors)
    bodies = {
        name: {
            "mean": {"rmse_deg": float(np.mean(values))},
            "cases": {f"case-{n:02}": {"rmse_deg": v} for n, v in enumerate(values)},
        }
        | ({"faults": faults[name]} if faults and name in faults else {})
        for name, values in errors.items()
    }
    report = Report(
        challenge=challenge,
        title="Joint angle",
        population="simulated arms",
        body={"entries": bodies},
        figures=[
            Figure(
                *(Section.CLINICAL, name, "error", body["mean"]["rmse_deg"], "°", "simulated arms"),
                key="rmse_deg",
                better="lower",
            )
            for name, body in bodies.items()
        ],
        entries=entries or [entry(name) for name in names],
    )
    write_json(report, path)
    return read_result(path)


def call(**changes):
    told = {
        "name": "arm",
        "need": "an angle",
        "people": "old people at home",
        "harm": "too much load",
        "owner": "unit 3",
        "challenge": "joint-angle",
        "kind": "algorithm",
        "bench": {"figures": [{"figure": "rmse_deg", "at_most": 4}]},
        "supervised": {"topics": {"safety": "declared"}},
        "home": {"topics": {"effect": "measured elsewhere"}},
    }
    return Call.model_validate(told | changes)


def test_paired_differences_show_what_the_means_alone_do_not(tmp_path):
    hard = np.linspace(1, 40, 12)
    result = written(tmp_path / "r.json", {"good": hard, "bad": hard + 0.5})
    (difference,) = compare((result, "good"), (result, "bad")).differences
    assert difference.difference == pytest.approx(-0.5)
    assert difference.high < 0
    assert difference.verdict == "the first is better"
    assert difference.first_better_percent == 100
    (other,) = compare((result, "bad"), (result, "good")).differences
    assert other.verdict == "the second is better"


def test_what_differs_by_chance_is_not_called_better(tmp_path):
    noise = np.random.default_rng(1).normal(0, 1, (2, 30))
    result = written(tmp_path / "r.json", {"a": 5 + noise[0], "b": 5 + noise[1]})
    (difference,) = compare((result, "a"), (result, "b")).differences
    assert difference.low < 0 < difference.high
    assert difference.verdict == "no difference shown"


def test_cases_that_only_one_answered_are_named_and_not_paired(tmp_path):
    faults = {"b": {"case-05": "crashed"}}
    result = written(tmp_path / "r.json", {"a": [1.0] * 8, "b": [2.0] * 8}, faults=faults)
    found = compare((result, "a"), (result, "b"))
    assert found.only_first == ("case-05",)
    assert found.differences[0].pairs == 7
    assert compare((result, "b"), (result, "a")).only_second == ("case-05",)


def test_too_few_pairs_have_no_interval(tmp_path):
    result = written(tmp_path / "r.json", {"a": [1.0] * 3, "b": [2.0] * 3})
    (difference,) = compare((result, "a"), (result, "b")).differences
    assert (difference.low, difference.high) == (None, None)
    assert "too few" in difference.verdict


def test_entries_of_two_challenges_are_not_compared(tmp_path):
    one = written(tmp_path / "a.json", {"a": [1.0] * 6})
    two = written(tmp_path / "b.json", {"b": [1.0] * 6}, challenge="orientation")
    with pytest.raises(ConfigurationError, match="orientation"):
        compare((one, "a"), (two, "b"))
    with pytest.raises(ConfigurationError, match="there are: a"):
        compare((one, "nobody"), (one, "a"))


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=40), st.floats(-1e3, 1e3))
def test_an_interval_holds_still_and_moves_with_its_values(values, shift):
    held = np.array(values)
    low, high = bootstrap_interval(held)
    assert bootstrap_interval(held) == (low, high)
    span = max(1.0, np.abs(held).max())
    assert held.min() - 1e-9 * span <= low <= high <= held.max() + 1e-9 * span
    moved = bootstrap_interval(held + shift)
    assert np.allclose(moved, (low + shift, high + shift), atol=1e-6 * span)


def test_a_gate_is_passed_only_with_all_before_it(tmp_path):
    entries = [entry("ours", declarations=(PLAIN, ELSEWHERE)), entry("worse"), entry("bare")]
    errors = {"ours": [3.0] * 6, "worse": [9.0] * 6, "bare": [3.0] * 6}
    result = written(tmp_path / "r.json", errors, entries=entries)
    ours, worse, bare = (gate_outcome(call(), [result], name) for name in errors)
    assert (ours.reached, ours.missing["home"]) == ("home", [])
    assert worse.reached == "none"
    assert "9 °" in worse.missing["bench"][0]
    assert "at most 4" in worse.missing["bench"][0]
    assert bare.reached == "bench"
    assert bare.missing["supervised"] == ["safety is missing, has to be declared"]
    assert bare.missing["home"] == ["effect is missing, has to be measured elsewhere"]


def test_a_later_gate_alone_takes_nobody_there(tmp_path):
    entries = [entry("ours", declarations=(ELSEWHERE,))]
    result = written(tmp_path / "r.json", {"ours": [3.0] * 6}, entries=entries)
    outcome = gate_outcome(call(), [result], "ours")
    assert outcome.missing["home"] == []
    assert outcome.reached == "bench"


def test_cases_without_an_answer_close_the_bench(tmp_path):
    faults = {"ours": {"case-00": "crashed"}}
    result = written(tmp_path / "r.json", {"ours": [1.0] * 10}, faults=faults)
    told = gate_outcome(call(), [result], "ours")
    assert told.reached == "none"
    assert "1 of 10 cases" in told.missing["bench"][0]
    patient = {"figures": [{"figure": "rmse_deg", "at_most": 4}], "unanswered_percent": 10}
    assert gate_outcome(call(bench=patient), [result], "ours").reached == "bench"


def test_a_figure_of_another_challenge_or_kind_counts_for_nothing(tmp_path):
    other = written(tmp_path / "r.json", {"ours": [1.0] * 6}, challenge="orientation")
    told = gate_outcome(call(), [other], "ours").missing["bench"]
    assert any("not scored" in t for t in told)
    game = [entry("ours", EntryKind.GAME)]
    wrong = written(tmp_path / "g.json", {"ours": [1.0] * 6}, entries=game)
    assert any("this is a game" in t for t in gate_outcome(call(), [wrong], "ours").missing["home"])
    unknown = call(bench={"figures": [{"figure": "speed", "at_least": 1}]})
    assert "there are: rmse_deg" in gate_outcome(unknown, [wrong], "ours").missing["bench"][1]


def test_a_call_written_is_read_back_equal(tmp_path):
    usual = {name: {"topics": topics} for name, topics in USUAL_TOPICS.items() if name != "bench"}
    asked = call(need='an "angle" \\ with\nlines', owner="Reparto à 3", **usual)
    (tmp_path / "arm.toml").write_text(call_toml(asked), encoding="utf-8")
    assert read_call(tmp_path / "arm.toml") == asked


def with_home_topic(line):
    return lambda good: good.split("[home.topics]")[0] + f"[home.topics]\n{line}\n"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (lambda good: good.replace('people = "old people at home"\n', ""), "people"),
        (lambda good: good.replace('harm = "too much load"\n', "harm = ''\n"), "harm"),
        (lambda good: good.split("[bench]")[0] + "[bench]\nfigures = []\n", "bench"),
        (with_home_topic("comfort = 'declared'"), "no topic"),
        (with_home_topic("effect = 'believed'"), "home"),
        (lambda good: "surprise = 1\n" + good, "surprise"),
        (lambda good: "not toml" + good, "TOML"),
    ],
    ids=["nobody", "no harm", "no figures", "unknown topic", "unknown word", "more", "not toml"],
)
def test_a_call_that_is_none_is_refused_with_the_place(tmp_path, changed, told):
    (tmp_path / "c.toml").write_text(changed(call_toml(call())))
    with pytest.raises(ConfigurationError, match=told):
        read_call(tmp_path / "c.toml")


def test_the_report_tells_the_four_dimensions_of_all_kinds_without_a_score(tmp_path):
    first = written(
        tmp_path / "a.json",
        {"filter": [3.0] * 6, "worse": [9.0] * 6},
        entries=[entry("filter", declarations=(ELSEWHERE, PLAIN)), entry("worse")],
    )
    second = written(
        tmp_path / "g.json",
        {"balloon": [1.0] * 6},
        challenge="games",
        entries=[entry("balloon", EntryKind.GAME)],
    )
    report = OutcomeReport([first, second], call())
    report.write(tmp_path / "r.md")
    text = (tmp_path / "r.md").read_text()
    places = [text.index(f". {section.value}") for section in Section]
    assert places == sorted(places)
    assert "measured elsewhere: 6° more (on 24 people; doi 10.1/x)" in text
    assert "| balloon | game |" in text
    assert text.index("| error | filter | 3.00") < text.index("| error | worse | 9.00")
    assert (tmp_path / "r-1.png").read_bytes().startswith(b"\x89PNG")
    whole = json.loads(report.as_json())
    assert set(whole["gates"][0]) == {"entry", "reached", "missing"}
    standing = {
        t["topic"]: t["standing"] for t in whole["entries"]["filter"]["dimensions"]["Clinical"]
    }
    assert standing == {
        "agreement": "measured here",
        "safety": "declared",
        "effect": "measured elsewhere",
    }


@pytest.mark.parametrize("name", ["r.json", "r.md", "r.html"])
def test_the_same_results_give_the_same_bytes(tmp_path, name):
    result = written(tmp_path / "a.json", {"a": [1.0, 2.0, 4.0, 2.0, 1.0, 3.0]})
    pages = []
    for folder in ("one", "two"):
        OutcomeReport([result], call()).write(tmp_path / folder / name)
        pages.append(
            {file.name: file.read_bytes() for file in sorted((tmp_path / folder).iterdir())}
        )
    assert pages[0] == pages[1]


def test_what_an_entry_calls_itself_stays_text(tmp_path):
    bad = entry(
        "<script>|x", declarations=(Declaration(Section.CLINICAL, "a|b<i>", topic="safety"),)
    )
    result = written(tmp_path / "a.json", {"<script>|x": [1.0] * 6}, entries=[bad])
    report = OutcomeReport([result])
    report.write(tmp_path / "r.html")
    assert "<script>" not in (tmp_path / "r.html").read_text()
    report.write(tmp_path / "r.md")
    assert "<script>" not in (tmp_path / "r.md").read_text()


@pytest.mark.parametrize("text", ["{}", "[1]", "not json", '{"challenge": "x"}'])
def test_a_file_that_is_no_result_is_refused_with_what_writes_one(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ConfigurationError, match="JSON|challenge run"):
        read_result(tmp_path / "x.json")
