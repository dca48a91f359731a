"""No count of one to four can be read or worked out, from one table or from several together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from games.persuasion.prompts import trial_unit
from games.persuasion.weekly_draws import WEEKLY_DRAWS, weekly_draw
from ingest.journal.journal import Journal
from journals import event_record
from ripresa.home.surveys.session_survey import session_survey
from ripresa.survey.distributions import (
    SMALLEST_CELL,
    SurveyReply,
    distribution,
    distributions_by_variant,
)
from ripresa.survey.hidden_cells import hidden_options, told_groups
from ripresa.survey.survey_answers import survey_report
from telemetry.clock import ManualClock
from telemetry.messages.events import PromptShown

OPTIONS = ("a", "b", "c", "d")
group = st.lists(st.integers(0, 9), min_size=len(OPTIONS), max_size=len(OPTIONS))


def possible(groups, hidden, public, option, of):
    """Least and most of one cell that fits all that is told of a question.

    `groups` are told but for what is hidden, each with its sum, and so are all together (`public`).
    """
    shape = len(groups), len(OPTIONS)
    rows, least, most = [], [], []

    def told(mask, value):
        rows.append(np.ravel(mask))
        least.append(value)
        most.append(value)

    for k, counts in enumerate(groups):
        mask = np.zeros(shape)
        mask[k] = 1
        told(mask, sum(counts))
        for j, _ in enumerate(OPTIONS):
            if OPTIONS[j] not in hidden:
                mask = np.zeros(shape)
                mask[k, j] = 1
                told(mask, counts[j])
    for j, name in enumerate(OPTIONS):
        if name not in public:
            mask = np.zeros(shape)
            mask[:, j] = 1
            told(mask, sum(counts[j] for counts in groups))
    wanted = np.zeros(shape)
    wanted[of, OPTIONS.index(option)] = 1
    found = []
    for sign in (1, -1):
        done = milp(
            sign * np.ravel(wanted),
            constraints=LinearConstraint(np.array(rows), least, most),
            integrality=np.ones(wanted.size),
            bounds=Bounds(0, np.inf),
        )
        found.append(round(sign * done.fun))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(group, min_size=1, max_size=3))
def test_each_small_cell_could_be_another_number_by_all_that_is_told(groups):
    counts = [dict(zip(OPTIONS, one, strict=True)) for one in groups]
    together = {o: sum(one[o] for one in counts) for o in OPTIONS}
    public = hidden_options([together])
    hidden = hidden_options(counts, public)
    assert public <= hidden
    # A question that is hidden whole tells not even its sum.
    assume(len(hidden) < len(OPTIONS))
    for k, one in enumerate(counts):
        for option, n in one.items():
            if 0 < n < SMALLEST_CELL:
                assert option in hidden
                least, most = possible(groups, hidden, public, option, k)
                assert least < most, f"{option} of group {k} can only be {n}"


@given(st.lists(st.integers(0, 12), max_size=4), st.integers(0, 12))
def test_what_is_left_of_all_beside_the_groups_told_is_nobody_or_five(sizes, rest):
    answered = {f"v{k}": n for k, n in enumerate(sizes)}
    told = told_groups(answered, rest)
    assert all(answered[name] >= SMALLEST_CELL for name in told)
    left = rest + sum(n for name, n in answered.items() if name not in told)
    assert not told or not 0 < left < SMALLEST_CELL


def test_a_group_of_two_is_not_what_all_less_the_other_group_says():
    asked = [(SurveyReply({"use": 4}), {"music": "played"})] * 9
    asked += [(SurveyReply({"use": 1}), {"music": "silent"})] * 2
    over_all = distribution("session-3", [reply for reply, _ in asked])
    assert over_all.items is not None
    played, silent = distributions_by_variant("session-3", asked)
    assert (played.answered, silent.answered) == (9, 2)
    assert played.items is None
    assert silent.items is None


def test_two_that_chose_alone_are_not_what_is_left_of_seven():
    replies = [SurveyReply({"use": mark}) for mark in (5, 5, 5, 5, 5, 1, 2)]
    assert distribution("session-3", replies).items["use"]["5"] is None


@pytest.mark.parametrize("what", sorted(WEEKLY_DRAWS))
def test_a_report_by_seed_tells_choice_and_music_of_those_whose_home_drew_them(tmp_path, what):
    path = tmp_path / "clinic" / "journal.sqlite"
    path.parent.mkdir()
    drawn = {}
    with Journal.open(path, ManualClock(at(MONDAY))) as journal:
        for n in range(24):
            name = f"p-{chr(ord('a') + n)}"
            told = PatientStory(patient=name, home=f"01J00000000000000000000{n:03d}")
            sessions = [told.session(days_before(back), 20) for back in (6, 4, 2)]
            runs = n % 4 != 0
            variant = weekly_draw(trial_unit("7", told.patient, days_before(2)), what)
            appended(journal, told.facts)
            for number, mechanism in enumerate(("scene", what) if runs else ("scene",)):
                prompt = PromptShown(
                    session=sessions[-1],
                    number=90 + number,
                    t_ns=at(days_before(2)),
                    mechanism=mechanism,
                    variant=variant,
                    language="it",
                )
                journal.append_now([event_record(prompt)])
            session_survey(journal, told.patient, ManualClock(at(MONDAY)))().tell(
                "answered", {"use": 5}
            )
            if runs:
                drawn[told.patient] = variant
    told = {d.variant: d for d in survey_report([path], seed="7").distributions if d.mechanism}
    assert set(told) == set(WEEKLY_DRAWS[what])
    for variant, of_it in told.items():
        mine = [p for p, v in drawn.items() if v == variant]
        assert (of_it.asked, of_it.answered) == (len(mine), len(mine))
        assert of_it.items["use"]["5"] == len(mine)
