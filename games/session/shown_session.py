"""The session as its screens see it, and what the screens are set to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from games.look import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.journey.journey import Journey
    from games.journey.own_progress import OwnProgress
    from games.persuasion.prompts import Prompt
    from games.persuasion.session_prompts import Told
    from games.postcards.postcard import Postcard
    from games.rules.mode import Reaches
    from games.rules.take import Take
    from telemetry.messages.requests import Request
    from telemetry.messages.results import SessionResult
    from therapy.session.session_state import SessionState

    from .letter_page import Letter
    from .surveys.survey_turn import AskedSurvey

__all__ = ["PostcardShelf", "ScreenSettings", "ShownSession"]


class ShownSession(Protocol):
    """The session as its screens see it."""

    @property
    def state(self) -> SessionState | None:
        """The newest state; None before a session is open."""
        ...

    def request(self, wish: Request) -> None:
        """Ask for something; stamps the request and returns at once."""
        ...

    def heart_bpm(self) -> int | None:
        """The heart rate, where one is worn and fresh."""
        ...


class PostcardShelf(Protocol):
    """The postcards of a home, as its screens need them."""

    @property
    def next(self) -> Postcard | None:
        """The card of a session; None: there is none to show."""
        ...

    def keeps(self, card: str) -> bool:
        """Whether a card may be shown still: a consent may be taken back at any time."""
        ...

    def note_seen(self, card: str) -> None:
        """It was looked at."""
        ...

    def hide(self, card: str) -> None:
        """It is not to be shown any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSettings:
    """What the screens of one session are set to.

    Attributes:
        look: language, text size, side.
        levels: difficulty by item id, as the last session left it.
        seed: of the games.
        default_game: where neither the plan nor the person chose one.
        five_minutes: the short version of a hard day.
        takes: the physiotherapist's own, by exercise.
        prompts: what to say before and after play, see `games.persuasion.session_prompts`;
            None: nothing.
        letters: the therapist's messages that were not read yet, oldest first.
        reaches: who will read what is told.
        clinic_silent: whether the clinic that was joined cannot be reached now.
        watched_by: the roles of those at the clinic who see the session at this moment.
        resumed: the last session broke off today: to go on is offered first.
        found: the result that counts, once the session is closed and it was made; else None.
        survey: what this session asks after its last card; asked for then, None: nothing.
        journey: the way on this day: scene, map, plants and games to choose from; None: there is
            none, and each game is played in its first scene.
        progress: one's own, asked for from the map; None: there is none to show.
        postcards: of which one is shown at the map; None: there are none.
        questionnaire: takes the marks of an anonymous answer; None where none is due. Where there
            is a survey, it is left for another session.
    """

    look: Look = field(default_factory=Look)
    levels: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1
    default_game: str = "volo"
    five_minutes: bool = False
    takes: Mapping[str, Take] = field(default_factory=dict)
    prompts: Callable[[Told], list[Prompt]] | None = None
    letters: Callable[[], Sequence[Letter]] = tuple
    survey: Callable[[], AskedSurvey | None] = lambda: None
    questionnaire: Callable[[dict[str, int]], None] | None = None
    reaches: Reaches = "nobody"
    clinic_silent: Callable[[], bool] = lambda: False
    watched_by: Callable[[], tuple[str, ...]] = tuple
    resumed: bool = False
    found: Callable[[], SessionResult | None] = lambda: None
    journey: Journey | None = None
    progress: Callable[[], OwnProgress | None] = lambda: None
    postcards: PostcardShelf | None = None
