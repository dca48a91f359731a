"""Scores come out as their papers say, and answers that cannot be are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.errors import ConfigurationError
from therapy.questionnaires.instruments import INSTRUMENTS, held_answers, scored


@pytest.mark.parametrize(
    ("instrument", "answers", "score"),
    [
        ("own-goal", [7], 7),
        ("global-change", [-3], -3),
        ("CAT", [5] * 8, 40),
        ("CAT", [5] * 7 + [None], None),
        # Completely agrees to do them, completely disagrees to leave them out: all there is.
        ("EARS", [0, 4, 4, 0, 4, 0], 24),
        ("EARS", [4, 0, 0, 4, 0, 4], 0),
        ("FES-I", [1] * 16, 16),
        ("FES-I", [4] * 16, 64),
        ("FES-I", [2] * 11 + [3] + [None] * 4, 34),  # 25 / 12 x 16 = 33.3, rounded up
        ("FES-I", [2] * 11 + [None] * 5, None),
        ("EQ-5D-5L", [1, 2, 1, 3, 1, 75], 75),
    ],
)
def test_a_score_is_as_published(instrument, answers, score):
    assert scored(instrument, answers).score == score


def test_the_five_levels_are_a_profile_and_no_index():
    assert scored("EQ-5D-5L", [1, 2, None, 3, 1, 75]).profile == "12-31"


@pytest.mark.parametrize("one", INSTRUMENTS.values(), ids=lambda one: one.id)
def test_only_what_is_our_own_has_words(one):
    assert (one.question is not None) == (one.licence == "own words")


@given(st.sampled_from(sorted(INSTRUMENTS)), st.data())
def test_every_whole_set_of_marks_has_a_score_within_its_ends(name, data):
    one = INSTRUMENTS[name]
    marks = [data.draw(st.integers(low, high)) for low, high in zip(one.low, one.high, strict=True)]
    found = scored(name, marks)
    top = one.high[-1] if found.profile else sum(one.high)
    assert min(*one.low, sum(one.low)) <= found.score <= top
    wrong = [*marks[:-1], one.high[-1] + 1]
    with pytest.raises(ConfigurationError, match=f"answer {len(marks)}"):
        held_answers(name, wrong)


@pytest.mark.parametrize(("name", "answers"), [("CAT", [1]), ("KOOS", [1]), ("CAT", [None] * 8)])
def test_what_is_no_answer_is_named(name, answers):
    with pytest.raises(ConfigurationError):
        held_answers(name, answers)
