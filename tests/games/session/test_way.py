"""The way within a session: scenes in the games, the map, choices; and nothing waits on it."""

from datetime import date, timedelta

import pygame
import pytest

from games.journey.journey import SessionWalked, journey_on
from games.journey.own_progress import progress_of
from games.journey.scene_walk import scene_variant
from games.look import Look
from games.persuasion.prompts import Situation, prompts_for
from games.persuasion.streak import Streak
from games.postcards.postcard import Postcard
from games.scenes.scene import GameScene
from games.session.page_screen import PageScreen
from games.session.way.journey_turn import JourneyTurn
from games.session.way.way_steps import SeeWay
from games.ui.canvas import Canvas
from games.ui.menu import Menu
from session_stage import Stage, seated_raise
from telemetry.messages.events import PromptShown

pytestmark = pytest.mark.slow

OWN = frozenset({"volo", "raccolto", "onda"})
MONDAY = date(2026, 3, 2)


def journey(weeks=0, **more):
    """After so many whole weeks of three days."""
    days = [MONDAY + timedelta(weeks=w, days=d) for w in range(weeks) for d in (0, 2, 4)]
    sessions = [SessionWalked(day, 3, GameScene()) for day in days]
    today = MONDAY + timedelta(weeks=weeks)
    return journey_on(sessions, today=today, per_week=3, seed="P-1", at_hand=OWN, **more)


def opening(told):
    situation = Situation(unit="x", closing=told.closing, goal="cups", streak=Streak(1, 1, 1, 2))
    return prompts_for(situation, "en")


def stage(given, *, look=None, **more):
    look = look or Look(language="en", audio_only=True, voice=False)
    return Stage(seated_raise(), look, screens={"journey": given, "prompts": opening, **more})


def noted(played):
    events = [e for e in played.view.events if isinstance(e, PromptShown)]
    return {e.mechanism: e.variant for e in events if e.mechanism in ("scene", "plant", "game")}


@pytest.mark.usefixtures("undrawn")
def test_a_session_is_played_in_its_scene_and_writes_it_down_once():
    given = journey(5)
    played = stage(given)
    played.run(lambda _: (pygame.K_RETURN,))
    assert played.view.state.closed
    events = [e for e in played.view.events if isinstance(e, PromptShown)]
    assert [e.variant for e in events if e.mechanism == "scene"] == [scene_variant(given.scene)]


@pytest.mark.usefixtures("undrawn")
def test_without_pressing_anything_but_enter_the_map_comes_only_after_the_last_card():
    played, maps, closed_at_map = stage(journey(2)), 0, []
    for n in range(3000):
        if played.screens.finished:
            break
        kind = played.frame()
        if played.screens.page.way is not None and not played.screens.in_game:
            maps += 1
            closed_at_map.append(played.view.state.closed)
        if n % 7 == 6 and not played.moves(kind):
            played.press(pygame.K_RETURN)
    assert played.screens.finished
    assert maps
    assert all(closed_at_map)


@pytest.mark.usefixtures("undrawn")
def test_whoever_closed_a_session_unwell_is_shown_no_map():
    played = stage(journey(2))
    for _ in range(8):
        played.frame()
    played.press(pygame.K_u)
    for n in range(200):
        if played.screens.finished:
            break
        played.frame()
        assert played.screens.page.way is None
        if n % 7 == 6:
            played.press(pygame.K_RETURN)
    assert played.screens.finished


@pytest.mark.usefixtures("undrawn")
def test_pain_and_unwell_are_one_key_away_on_the_map():
    played = stage(journey(2))
    played.frame()
    for _ in range(7):
        played.frame()
    played.screens._chosen(played.screens.page.choices[-1])
    played.frame()
    assert played.screens.page.way is not None
    played.press(pygame.K_u)
    played.frame()
    played.frame()
    assert "unwell.reported" in played.types()
    assert played.view.state.closed


@pytest.mark.usefixtures("undrawn")
def test_a_plant_and_a_game_are_chosen_on_the_map_and_written_down():
    given = journey(4)
    asked = []
    turn = JourneyTurn(given, Look(language="en"), asked.append, free_game=lambda: True)
    turn.took(SeeWay("map"))
    to = {choice.asks.to: choice.asks for choice in turn.page.choices}
    assert to.keys() == {"away", "plants", "games"}
    turn.took(to["plants"])
    assert [c.asks.plant for c in turn.page.choices] == list(given.plants)
    turn.took(turn.page.choices[2].asks)
    turn.took(to["games"])
    assert [c.asks.game for c in turn.page.choices] == list(given.games)
    turn.took(turn.page.choices[1].asks)
    turn.took(to["away"])
    assert turn.page is None
    assert turn.game_or("onda") == given.games[1]
    wanted = [("plant", given.plants[2]), ("game", given.games[1])]
    assert [(a.mechanism, a.variant) for a in asked] == wanted
    assert turn.closes()
    assert turn.after(turn.opening(turn._map_page(given, after=True))).way.garden == (
        *given.garden,
        given.plants[2],
    )


@pytest.mark.usefixtures("undrawn")
def test_the_game_chosen_on_the_map_is_the_one_that_is_played():
    (left_free,) = (i.model_copy(update={"game": None}) for i in seated_raise().items)
    the_plan = seated_raise().model_copy(update={"items": (left_free,)})
    look = Look(language="en", audio_only=True, voice=False)
    played = Stage(the_plan, look, screens={"journey": journey(4), "prompts": opening})
    for _ in range(8):
        played.frame()
    for wanted in ("map", "games"):
        (choice,) = (
            c
            for c in played.screens.page.choices
            if isinstance(c.asks, SeeWay) and c.asks.to == wanted
        )
        played.screens._chosen(choice)
        played.frame()
    (onda,) = (c for c in played.screens.page.choices if c.asks.game == "onda")
    played.screens._chosen(onda)
    played.frame()
    names = set()
    for n in range(3000):
        if played.screens.finished:
            break
        kind = played.frame()
        if played.screens.in_game:
            names.add(played.screens._loop._game.name)
        elif n % 7 == 6 and not played.moves(kind):
            played.press(pygame.K_RETURN)
    assert names == {"onda"}
    assert noted(played)["game"] == "onda"


@pytest.mark.nightly
@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("week", [1, 5, 12])
def test_a_whole_session_of_any_week_is_played_and_drawn(week, language, text_scale):
    given = journey(week - 1)
    assert given.before.week == week
    look = Look(language=language, text_scale=text_scale, voice=False)
    played = stage(given, look=look)
    played.run(lambda _: (pygame.K_RETURN,))
    assert played.view.state.closed
    assert noted(played)["scene"] == scene_variant(given.scene)


def test_a_trial_that_drew_no_choice_gives_game_and_plant_and_writes_it_down():
    given, offered = journey(4, choice="given"), journey(4, choice="offered")
    assert (given.games, given.plants) == (offered.games[:1], offered.plants[:1])
    asked = []
    turn = JourneyTurn(given, Look(language="en"), asked.append, free_game=lambda: True)
    turn.took(SeeWay("map"))
    assert [c.asks.to for c in turn.page.choices] == ["away"]
    turn.told_scene()
    turn.told_scene()
    assert [(a.mechanism, a.variant) for a in asked][1:] == [("choice", "given")]


@pytest.mark.parametrize(("drawn", "own", "logged"), [
    ("silent", 0.4, [("music", "silent")]),
    ("played", 0.4, [("music", "played")]),
    ("silent", 0.0, []),
    (None, 0.4, []),
])  # fmt: skip
def test_a_trial_of_music_plays_it_by_week_and_writes_it_down(drawn, own, logged):
    day, look, asked = journey(4, music=drawn), Look(music=own), []
    assert JourneyTurn.looked(look, day).music == (0.0 if drawn == "silent" else own)
    turn = JourneyTurn(day, look, asked.append, free_game=lambda: True)
    turn.told_scene()
    assert [(a.mechanism, a.variant) for a in asked][1:] == logged


def test_a_game_that_the_plan_names_is_not_offered_for_choice():
    turn = JourneyTurn(journey(4), Look(), lambda _: None, free_game=lambda: False)
    turn.took(SeeWay("map"))
    assert {c.asks.to for c in turn.page.choices} == {"away", "plants"}


def test_the_stop_of_today_is_on_the_map_after_the_session_and_not_before():
    given = journey(2)
    turn = JourneyTurn(given, Look(), lambda _: None, free_game=lambda: True)
    turn.took(SeeWay("map"))
    before = turn.page.way
    assert turn.closes()
    after = turn.after(turn.page).way
    assert before.travelled == 2
    assert after.travelled - before.travelled == pytest.approx(1 / 3)
    assert len(after.garden) == len(before.garden) + 1
    assert not turn.closes()


def test_what_is_new_this_week_is_told_on_the_first_day_of_a_stage_only():
    first, later = journey(4), journey(4)
    page = JourneyTurn(first, Look(), lambda _: None, free_game=lambda: True)
    assert first.novelty.told.it in page.opening(page._map_page(first, after=False)).lines
    sessions = [SessionWalked(MONDAY, 3, GameScene())]
    later = journey_on(sessions, today=MONDAY + timedelta(2), per_week=3, seed="x", at_hand=OWN)
    turn = JourneyTurn(later, Look(), lambda _: None, free_game=lambda: True)
    plain = turn._map_page(later, after=False)
    assert turn.opening(plain).lines == plain.lines


def test_the_first_two_weeks_are_without_ornament_and_a_person_may_stay_without():
    assert JourneyTurn.looked(Look(), journey(0)).plain
    assert not JourneyTurn.looked(Look(), journey(2)).plain
    assert JourneyTurn.looked(Look(plain=True), journey(2)).plain
    assert JourneyTurn.looked(Look(), None).scene is None


def test_progress_is_one_press_from_the_map_before_and_after_the_session():
    own = progress_of([], goal="reach the upper cups")
    asked = []
    turn = JourneyTurn(
        journey(2), Look(language="en"), asked.append, free_game=lambda: False, progress=lambda: own
    )
    turn.took(SeeWay("map"))
    progress = turn.page.choices[-1]
    assert progress.text == "My progress"
    turn.took(progress.asks)
    assert "Days with a session: 0" in turn.page.lines
    turn.took(SeeWay("goal"))
    turn.took(turn.page.choices[7].asks)
    assert [(a.mechanism, a.variant) for a in asked] == [("goal_rating", "7")]
    assert turn.page.way is not None
    assert turn.closes()
    turn.took(turn.after(turn.page).choices[-1].asks)
    after = turn.after(turn.page)
    assert after.last
    assert "goal" not in {c.asks.to for c in after.choices if isinstance(c.asks, SeeWay)}


def test_where_no_progress_is_known_none_is_offered():
    turn = JourneyTurn(journey(2), Look(language="en"), lambda _: None, free_game=lambda: False)
    turn.took(SeeWay("map"))
    assert "My progress" not in [c.text for c in turn.page.choices]


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("weeks", [0, 4, 12, 14])
def test_words_of_the_map_stay_off_its_buttons_and_the_way(language, text_scale, weeks):
    look = Look(language=language, text_scale=text_scale, voice=False)
    turn = JourneyTurn(journey(weeks), look, lambda _: None, free_game=lambda: True)
    turn.took(SeeWay("map"))
    played = stage(journey(weeks), look=look)
    canvas = Canvas(pygame.Surface((1280, 720)), text_scale)
    screen = PageScreen(look)
    for to in ("map", "plants", "games"):
        turn.took(SeeWay(to))
        page = turn.page
        places = [b.place for b in screen.buttons(page)]
        assert all(pygame.Rect(0, 0, 1280, 720).contains(place) for place in places)
        assert min(place.top for place in places) >= 500
        screen.draw(canvas, page, Menu(len(places)), 0.0)
    assert played.window is not None


class Shelf:
    """Cards in memory."""

    def __init__(self, *cards):
        self.cards, self.seen, self.hidden = list(cards), [], []

    @property
    def next(self):
        return self.cards[0] if self.cards else None

    def keeps(self, card):
        return any(c.card == card for c in self.cards)

    def note_seen(self, card):
        self.seen.append(card)

    def hide(self, card):
        self.hidden.append(card)
        self.cards = [c for c in self.cards if c.card != card]


def at_the_map(shelf, language="en"):
    asked = []
    turn = JourneyTurn(
        journey(2), Look(language=language), asked.append, free_game=lambda: False, postcards=shelf
    )
    turn.took(SeeWay("map"))
    return turn, asked


def leads_to(page):
    return {c.asks.to: c.asks for c in page.choices if isinstance(c.asks, SeeWay)}


def test_a_postcard_is_seen_at_the_map_read_aloud_and_told_without_a_name():
    card = Postcard("01", "Anna", "The wisteria is out.")
    turn, asked = at_the_map(Shelf(card, Postcard("02", "Bea", "Later.")))
    for _ in range(2):
        turn.took(leads_to(turn.page)["postcard"])
        assert turn.page.card == card
        assert turn.page.spoken == "A postcard from Anna. The wisteria is out."
        turn.took(turn.page.choices[0].asks)
    assert turn._shelf.seen == ["01"]
    assert [(a.mechanism, a.variant, a.message) for a in asked] == [("postcard", "seen", None)]
    assert "Anna" not in repr(asked)


def test_a_hidden_postcard_is_gone_and_a_session_shows_no_second_one():
    shelf = Shelf(Postcard("01", "Anna", "x"), Postcard("02", "Bea", "y"))
    turn, asked = at_the_map(shelf)
    turn.took(leads_to(turn.page)["postcard"])
    (hide,) = (c.asks for c in turn.page.choices if isinstance(c.asks, SeeWay) and c.asks.hide)
    turn.took(hide)
    assert "postcard" not in leads_to(turn.page)
    assert shelf.hidden == ["01"]
    assert [a.variant for a in asked] == ["seen", "hidden"]


def test_a_consent_taken_back_while_a_card_is_open_takes_it_from_the_screen():
    shelf = Shelf(Postcard("01", "Anna", "x"))
    turn, _ = at_the_map(shelf)
    turn.took(leads_to(turn.page)["postcard"])
    shelf.cards = []
    assert turn.page.card is None
    assert "postcard" not in leads_to(turn.page)


def test_without_postcards_the_map_offers_none():
    turn, _ = at_the_map(None)
    assert "postcard" not in leads_to(turn.page)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("weeks", [4, 8, 12])
def test_a_viewpoint_leads_to_ones_goal_and_all_of_ones_progress(weeks, language):
    own = progress_of([], goal="Prendere le tazze in alto")
    turn = JourneyTurn(
        journey(weeks),
        Look(language=language),
        [].append,
        free_game=lambda: False,
        progress=lambda: own,
    )
    turn.took(SeeWay("map"))
    to = leads_to(turn.page)
    assert "progress" not in to
    turn.took(to["viewpoint"])
    assert str(weeks) in turn.page.title
    assert "Prendere le tazze in alto" in turn.page.lines[0]
    assert turn.page.way is not None
    assert leads_to(turn.page).keys() == {"progress", "goal", "map"}


def test_between_viewpoints_the_map_leads_to_ones_progress():
    own = progress_of([], goal="")
    turn = JourneyTurn(
        journey(5), Look(language="en"), [].append, free_game=lambda: False, progress=lambda: own
    )
    turn.took(SeeWay("map"))
    assert {"progress"} == leads_to(turn.page).keys() & {"progress", "viewpoint"}
