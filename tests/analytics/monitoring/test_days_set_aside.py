"""A session on a day that cannot be counts nowhere, is shown, and can be put right."""

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.monitoring.facts import SessionFile
from clinic_facts import MONDAY, PATIENT, PatientStory, at, days_before, figures, folded
from telemetry.messages.care import SessionDayCorrected
from telemetry.messages.events import SessionOpened

pytestmark = pytest.mark.slow

IMPOSSIBLE = [date(1970, 1, 1), date(2019, 12, 31), MONDAY + timedelta(days=2), date(9999, 12, 31)]


def story(last: date | None = None) -> PatientStory:
    made = PatientStory().enrolled().published().answered()
    made.session(days_before(9), 20)
    if last is not None:
        made.session(last, 20)
    return made


def with_session_on(day: date) -> tuple[PatientStory, SessionFile]:
    """A story with one more session, whose home's clock told `day`."""
    made = story(days_before(4))
    key = max(f.session for f in made.facts if f.session is not None)
    t_ns = min((day - date(1970, 1, 1)).days * 86_400 * 10**9, (1 << 63) - 1)
    for i, fact in enumerate(made.facts):
        if fact.session != key or not hasattr(fact.body, "t_ns"):
            continue
        update = {"t_ns": t_ns}
        if isinstance(fact.body, SessionOpened):
            update["day"] = day.isoformat()
        body = fact.body.model_copy(update=update)
        made.facts[i] = dataclasses.replace(fact, body=body)
    return made, SessionFile(made.home, key)


def corrected(made: PatientStory, file: SessionFile, day: date | None) -> PatientStory:
    made.own(
        SessionDayCorrected(
            patient=PATIENT,
            t_ns=at(MONDAY, "10:00") + len(made.facts),
            home=file.home,
            session=file.session,
            day=day,
            by="pt-1",
        )
    )
    return made


@pytest.mark.parametrize("day", IMPOSSIBLE)
def test_a_day_that_cannot_be_judges_no_other_and_is_told(day):
    made, file = with_session_on(day)
    shown, without = figures(made), figures(story())
    assert shown.days == without.days
    assert shown.alerts == without.alerts
    assert shown.first_session == days_before(9)
    assert [(s.session, s.day) for s in shown.set_aside] == [(file.session, day)]


@pytest.mark.parametrize("day", IMPOSSIBLE)
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_put_right_it_counts_on_its_day_in_whatever_order_that_comes(day, random):
    made, file = with_session_on(day)
    truth = figures(story(days_before(4)))
    facts = corrected(made, file, days_before(4)).facts
    random.shuffle(facts)
    fold = folded([])
    cut = random.randrange(len(facts) + 1)
    for fact in facts[:cut]:
        fold.take(fact)
    fold.look(at(MONDAY))
    for fact in facts[cut:]:
        fold.take(fact)
    fold.look(at(MONDAY))
    shown = fold.figures(PATIENT)
    assert shown.set_aside == ()
    assert shown.days == truth.days
    assert shown.last_session == days_before(4)


def test_a_correction_can_be_taken_back():
    made, file = with_session_on(date(1970, 1, 1))
    corrected(corrected(made, file, days_before(4)), file, None)
    assert [s.day for s in figures(made).set_aside] == [date(1970, 1, 1)]
