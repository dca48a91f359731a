"""The card of a viewpoint: the map and figures of the day on which it was reached, and no name."""

import base64
import io
from dataclasses import replace
from datetime import date, timedelta

import pygame
import pytest

from games.journey.own_progress import progress_of
from homes import one_exercise_home
from ingest.journal.journal import Journal
from journals import event_record, session_closed, session_opened
from ripresa.home.todays_plan import plan_for_today
from ripresa.home.way.printed_viewpoint import viewpoint_card, viewpoint_html
from ripresa.home.way.walked_sessions import per_week_of
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid
from telemetry.messages.events import CheckAnswered, CloseReason, PromptShown

MONDAY = date(2024, 1, 1)


@pytest.fixture
def home(tmp_path):
    return one_exercise_home(tmp_path / "home", 1)


def walk(home, days, rating=None):
    """A session on each of those days; a last one rates the goal."""
    clock = home.clock
    plan = plan_for_today(home)
    ids = ManualClock(1)
    with Journal.open(home.folder.home_journal, clock) as journal:
        for n, day in enumerate(days):
            session, t_ns = new_ulid(ids), day.toordinal() * 10**13
            common = {"session": session, "t_ns": t_ns}
            events = [
                session_opened(session, patient=plan.patient, day=day.isoformat(), t_ns=t_ns),
                CheckAnswered(**common, number=1, at="in", question="unwell", answer=False),
            ]
            if rating is not None and n == len(days) - 1:
                events.append(
                    PromptShown(
                        **common,
                        number=2,
                        mechanism="goal_rating",
                        variant=str(rating),
                        language="it",
                    )
                )
            closed = session_closed(
                session, number=len(events), t_ns=t_ns + 1, reason=CloseReason.DONE
            )
            journal.append_now([event_record(e) for e in (*events, closed)])


def days_of(home, weeks):
    each = per_week_of(plan_for_today(home))
    return [MONDAY + timedelta(weeks=w, days=d) for w in range(weeks) for d in range(each)]


def test_before_the_first_viewpoint_it_is_told_when_it_comes(home):
    walk(home, days_of(home, 3))
    with pytest.raises(ConfigurationError, match="after four weeks"):
        viewpoint_card(home, plan_for_today(home), "it")


def test_the_card_stays_as_it_was_on_the_day_however_long_one_goes_on(home):
    days = days_of(home, 7)
    at = 4 * (len(days) // 7)
    walk(home, days[:at])
    card = viewpoint_card(home, plan_for_today(home), "it")
    assert "dopo 4 settimane" in card
    assert f"Giorni con una seduta: {at}." in card
    assert plan_for_today(home).patient not in card
    walk(home, days[at:])
    assert viewpoint_card(home, plan_for_today(home), "it") == card


def test_the_goal_rated_at_the_viewpoint_stands_on_its_card_and_later_ones_do_not(home):
    plan = plan_for_today(home).model_copy(update={"goal": "le tazze"})
    days = days_of(home, 5)
    at = 4 * (len(days) // 5)
    for n, rating in ((at, 3), (at + 1, 7), (at + 2, 9)):
        walk(home, days[:n] if n == at else days[n - 1 : n], rating)
    assert "7 su 10" in viewpoint_card(home, plan, "it")


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_goal_is_quoted_as_text_and_the_map_is_a_picture_within_the_page(home, language):
    own = replace(progress_of([], goal="<b>le tazze</b> & altro"), ratings=((MONDAY, 6),))
    page = viewpoint_html(own, 8, b"png", language, date="3")
    assert "&lt;b&gt;le tazze&lt;/b&gt; &amp; altro" in page
    assert "http" not in page
    assert "<script" not in page
    walk(home, days_of(home, 4), rating=7)
    card = viewpoint_card(home, plan_for_today(home), language)
    picture = card.split("base64,")[1].split("'")[0]
    shown = pygame.image.load(io.BytesIO(base64.b64decode(picture)), "x.png")
    assert shown.get_size() == (1280, 720)
