"""One page of a session as a value: a title, a text and choices, before anybody draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.messages.requests import (
    AnswerCheck,
    GoBack,
    ReportBreathlessness,
    ReportEffort,
)

if TYPE_CHECKING:
    from games.postcards.postcard import Postcard
    from telemetry.messages.requests import Request

    from .way.way_steps import MapShown, SeeWay

__all__ = ["SCALE", "Begin", "Choice", "Leave", "Mark", "Page", "Pick", "Read", "Stay"]

SCALE = range(11)


@dataclass(frozen=True, slots=True)
class Begin:
    """Leave the opening page for the check-in."""

    five_minutes: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A statement of the questionnaire was marked, or skipped where the mark is None."""

    item: str
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A question of the survey was answered; None: that one and all that follow are left out."""

    item: str
    answer: int | str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The therapist's message was read."""

    message: str


@dataclass(frozen=True, slots=True)
class Stay:
    """Go back to what was on the screen before a card lay over it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The last card was read."""


@dataclass(frozen=True, slots=True)
class SeeMeasured:
    """Look at what was measured, from this page of it on."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to press.

    Attributes:
        text: what it says.
        asks: the request that it makes, or what the screens themselves do.
        small: one of a scale's steps.
        word: beside a scale's number.
    """

    text: str
    asks: Request | Begin | Mark | Pick | Leave | Read | SeeMeasured | SeeWay | Stay
    small: bool = False
    word: str = ""

    @property
    def skips(self) -> bool:
        """Whether it leaves the question out: an answer of its own."""
        match self.asks:
            case AnswerCheck(answer=None) | Mark(mark=None) | Pick(answer=None):
                return True
            case ReportEffort(effort=None) | ReportBreathlessness(breathlessness=None):
                return True
        return False

    @property
    def quiet(self) -> bool:
        """Whether it stands apart from the answers: back and skip."""
        return self.skips or isinstance(self.asks, GoBack)


@dataclass(frozen=True, slots=True)
class Page:
    """One screen.

    Attributes:
        title: in large letters.
        text: below it.
        mistake: the common mistake, set apart.
        exercise: whose drawing is shown; None: none.
        side: of the exercise.
        posture: of the figure, as the plan asks for it.
        still: nothing is to be moved now, so the figure rests.
        seen, of: repetitions to count on this page; `of` 0: none.
        spoken: said aloud when the page opens.
        lines: one kind sentence each, set apart.
        clinical: it asks for an answer: nothing is preselected, and what motion takes is confirmed.
        ends: what the lowest and the highest number of a scale stand for.
        guard_s: for how long Enter chooses nothing, so that a second press by mistake is harmless.
        way: the map that lies behind it; None: none does.
        card: a postcard that is the page; None: none is.
    """

    title: str
    text: str = ""
    mistake: str = ""
    exercise: str | None = None
    side: str = "right"
    posture: str = ""
    still: bool = False
    seen: int = 0
    of: int = 0
    choices: tuple[Choice, ...] = ()
    spoken: str = ""
    lines: tuple[str, ...] = ()
    guard_s: float = 0.0
    clinical: bool = False
    ends: tuple[str, str] = ("", "")
    way: MapShown | None = None
    card: Postcard | None = None

    @property
    def last(self) -> bool:
        """Whether the session is over: one may leave, and there is nothing to break off."""
        return any(isinstance(choice.asks, Leave) for choice in self.choices)
