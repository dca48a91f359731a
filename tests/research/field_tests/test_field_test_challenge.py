"""The field-tests challenge: the two versions of the five times test end apart, and are told so."""

import pytest

from research.field_tests.field_test_challenge import TESTS, chair_cases, ripresa_tests
from ripresa.challenges.catalogue import load_challenge
from telemetry.errors import ConfigurationError


def test_each_test_tells_its_own_figure_and_no_other():
    for case in chair_cases([1]):
        if "-usual-" not in case.name:
            continue
        told = ripresa_tests(case.recording)
        assert list(told) == [case.figure]
        assert told[case.figure] == pytest.approx(case.true, abs=0.3)


def test_the_fifth_sit_comes_after_the_fifth_stand():
    true = {c.figure: c.true for c in chair_cases([2]) if "-usual-" in c.name}
    assert true[TESTS["five-sits"]] > true[TESTS["five-stands"]] + 0.5


def test_only_simulated_people_are_scored():
    challenge = load_challenge("field-tests")
    with pytest.raises(ConfigurationError, match="simulated"):
        challenge.run(challenge.entries()[:1], "spar")


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_what_the_docs_promise_is_reached():
    challenge = load_challenge("field-tests")
    report = challenge.run(challenge.entries()[:1], "simulated", subjects=[0, 1])
    assert report.body["mean"]["exact_percent"] >= 95
    assert report.body["mean"]["time_within_percent"] >= 95
