"""The way within a session: its pages, what is chosen on them, and what is written down of it.

Nothing of it stands before a question, a safety text or an exercise: the map is one press away from
the first page, and comes by itself only after the last card, when the session is closed. Whoever
closed it feeling unwell is shown none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from games.engine.game import game_named
from games.journey.garden import PLANTS
from games.journey.journey import GAME, PLANT, SCENE
from games.journey.own_progress import GOAL
from games.journey.scene_walk import scene_variant
from games.persuasion.weekly_draws import CHOICE, MUSIC, SILENT
from games.postcards.postcard import POSTCARD
from games.session.page import Choice, Leave, Page
from telemetry.messages.requests import NotePrompt

from .postcard_page import postcard_page
from .progress_pages import goal_page, progress_pages
from .viewpoint_page import viewpoint_page
from .way_steps import MapShown, SeeWay
from .way_texts import WAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.journey.journey import Journey
    from games.journey.own_progress import OwnProgress
    from games.look import Look
    from games.postcards.postcard import Postcard
    from games.session.shown_session import PostcardShelf
    from telemetry.messages.requests import Request

__all__ = ["JourneyTurn"]


class JourneyTurn:
    """The way of one session.

    Args:
        journey: on its day; None: there is none, and nothing of this is shown.
        look: language.
        request: writes down what was shown and chosen.
        free_game: whether the plan leaves a game to the person.
        progress: one's own, looked up when it is asked for; None: there is none to show.
        postcards: of which a session shows one; None: there are none.
    """

    def __init__(
        self,
        journey: Journey | None,
        look: Look,
        request: Callable[[Request], None],
        *,
        free_game: Callable[[], bool],
        progress: Callable[[], OwnProgress | None] = lambda: None,
        postcards: PostcardShelf | None = None,
    ) -> None:
        self._journey, self._language = journey, look.language
        # Whoever turned the music off is in no trial of it.
        self._hears_music = look.music > 0
        self._request, self._free_game = request, free_game
        self._progress = progress
        self._shelf, self._card = postcards, None if postcards is None else postcards.next
        self._card_seen = False
        self._open: str | None = None
        self._page = 0
        self._own: OwnProgress | None = None
        self._plant: str | None = None
        self._game: str | None = None
        self._scene_told = self._closing_seen = False

    @staticmethod
    def looked(look: Look, journey: Journey | None) -> Look:
        """How a session with a journey looks: in its scene, in the first weeks without ornament."""
        if journey is None:
            return look
        music = 0.0 if journey.music == SILENT else look.music
        return replace(look, scene=journey.scene, plain=look.plain or journey.plain, music=music)

    def game_or(self, other: str) -> str:
        """The game where the plan names none: chosen today, or that of last time."""
        return other if self._journey is None else self._game or self._journey.games[0]

    def told_scene(self) -> None:
        """A game is shown for the first time: its scene is written down, once."""
        if self._journey is not None and not self._scene_told:
            self._scene_told = True
            self._note(SCENE, scene_variant(self._journey.scene))
            if self._journey.choice is not None:
                self._note(CHOICE, self._journey.choice)
            if self._journey.music is not None and self._hears_music:
                self._note(MUSIC, self._journey.music)

    @property
    def page(self) -> Page | None:
        """The page of the way that is open before play; None: none is."""
        if self._journey is None or self._open is None:
            return None
        return self._opened(self._journey, after=False)

    def _opened(self, journey: Journey, *, after: bool) -> Page:
        match self._open:
            case "plants":
                return self._plants_page(journey)
            case "games":
                return self._games_page(journey)
            case "postcard" if (card := self._postcard) is not None:
                return postcard_page(card, self._language, after=after)
            case "goal" | "progress" | "viewpoint" as looked_at if self._own is not None:
                return self._own_page(looked_at, self._own, journey, after=after)
        return self._map_page(journey, after=after)

    def _own_page(self, place: str, own: OwnProgress, journey: Journey, *, after: bool) -> Page:
        """What is told of one's own: all of it, a viewpoint's card, or the goal to be rated."""
        if place == "goal":
            return goal_page(own.goal, self._language)
        if place == "progress":
            return progress_pages(own, self._language, after=after)[self._page]
        way = journey.after if after else journey.before
        shown = MapShown(way.travelled, journey.scene, journey.garden)
        return viewpoint_page(own, int(way.travelled), shown, self._language, after=after)

    def opening(self, page: Page) -> Page:
        """The first page with what is new this week, and a way to the map."""
        journey = self._journey
        if journey is None:
            return page
        see = Choice(WAY["way"][self._language], SeeWay("map"))
        lines = page.lines
        if journey.before.travelled.denominator == 1:  # the first day of a stage
            lines = (*lines, journey.novelty.told.text(self._language))
        return replace(page, lines=lines, choices=(*page.choices, see))

    def after(self, last: Page) -> Page:
        """The last card, or the map once that was read."""
        if self._journey is None or self._open is None:
            return last
        return self._opened(self._journey, after=True)

    def closes(self) -> bool:
        """Whether the map comes now, after the last card; at the second asking it has been seen."""
        if self._journey is None or self._closing_seen:
            return False
        self._closing_seen = True
        self._turn_to("map")
        return True

    def took(self, step: SeeWay) -> None:
        """A choice on a page of the way."""
        if step.plant is not None:
            self._plant = step.plant
            self._note(PLANT, step.plant)
        if step.game is not None:
            self._game = step.game
            self._note(GAME, step.game)
        if step.rating is not None:
            self._note(GOAL, str(step.rating))
        self._page = step.page
        if step.hide:
            self._hide_card()
        self._turn_to(step.to)
        if step.to == "postcard":
            self._see_card()

    def _turn_to(self, place: str) -> None:
        """Open a page; whoever comes to the map finds what is known by then."""
        if place == "map":
            self._own = self._progress()
        self._open = None if place == "away" else place

    @property
    def _postcard(self) -> Postcard | None:
        """The session's one card, as long as both consents stand and it was not hidden."""
        card, shelf = self._card, self._shelf
        return card if card is not None and shelf is not None and shelf.keeps(card.card) else None

    def _see_card(self) -> None:
        """It is looked at; a second look in the session is the same one."""
        if self._card_seen or self._card is None or self._shelf is None:
            return
        self._card_seen = True
        self._shelf.note_seen(self._card.card)
        self._note(POSTCARD, "seen")

    def _hide_card(self) -> None:
        if self._card is not None and self._shelf is not None:
            self._shelf.hide(self._card.card)
            self._card = None
            self._note(POSTCARD, "hidden")

    def _map_page(self, journey: Journey, *, after: bool) -> Page:
        language = self._language
        way = journey.after if after else journey.before
        place = WAY["home" if way.home else "stage"][language].format(week=way.week)
        stops = WAY["stops"][language].format(stops=way.stops)
        new = journey.novelty.told.text(language)
        beside = WAY["viewpoint"][language] if way.viewpoint else new
        garden = journey.garden
        if after:
            garden = (*garden, self._plant or journey.plants[0])
            choices = [Choice(WAY["close"][language], Leave())]
        else:
            choices = [Choice(WAY["go_on"][language], SeeWay("away"))]
            if len(journey.plants) > 1:
                choices.append(Choice(self._named(WAY["plant"][language]), SeeWay("plants")))
            if self._free_game() and len(journey.games) > 1:
                choices.append(Choice(WAY["game"][language], SeeWay("games")))
        if self._postcard is not None:
            choices.append(Choice(WAY["postcard"][language], SeeWay("postcard")))
        if self._own is not None and way.viewpoint:
            choices.append(Choice(WAY["view"][language], SeeWay("viewpoint")))
        elif self._own is not None:
            choices.append(Choice(WAY["progress"][language], SeeWay("progress")))
        return Page(
            WAY["title"][language],
            f"{place}. {stops}",
            lines=(beside,),
            choices=tuple(choices),
            spoken=f"{WAY['title'][language]}. {place}. {stops}. {beside}",
            way=MapShown(way.travelled, journey.scene, garden),
        )

    def _named(self, kind: str) -> str:
        """What was chosen, where something was."""
        return kind if self._plant is None else PLANTS[self._plant].name.text(self._language)

    def _plants_page(self, journey: Journey) -> Page:
        language = self._language
        choices = [
            Choice(PLANTS[name].name.text(language), SeeWay("map", plant=name))
            for name in journey.plants
        ]
        title = WAY["which_plant"][language]
        spoken = f"{title} {', '.join(c.text for c in choices)}"
        shown = MapShown(journey.before.travelled, journey.scene, journey.garden)
        return Page(title, choices=tuple(choices), spoken=spoken, way=shown)

    def _games_page(self, journey: Journey) -> Page:
        language = self._language
        choices = [
            Choice(game_named(name).texts["title"][language], SeeWay("map", game=name))
            for name in journey.games
        ]
        title = WAY["which_game"][language]
        spoken = f"{title} {', '.join(c.text for c in choices)}"
        shown = MapShown(journey.before.travelled, journey.scene, journey.garden)
        return Page(title, choices=tuple(choices), spoken=spoken, way=shown)

    def _note(self, mechanism: str, variant: str) -> None:
        self._request(NotePrompt(mechanism=mechanism, variant=variant, language=self._language))
