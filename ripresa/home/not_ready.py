"""Why no session can begin now, in words for the person who sits before the screen."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from telemetry.errors import ConfigurationError, RipresaError, TransportError
from therapy.session.session import SessionNotAllowed
from therapy.wording import Wording

__all__ = ["NotReady", "Why", "words_for"]

Why: TypeAlias = Literal["no plan", "dose done", "locked", "withdrawn", "no wearable"]

_WORDS: Final[dict[str, Wording]] = {
    "no plan": Wording(
        "Non c'è ancora un piano di esercizi su questo computer.",
        "There is no exercise plan on this computer yet.",
    ),
    "dose done": Wording("Per oggi gli esercizi sono fatti.", "Today's exercises are done."),
    "locked": Wording(
        "Gli esercizi di oggi sono in piedi: restano bloccati finché il terapista non dà il via "
        "libera.",
        "Today's exercises are standing ones: they stay locked until the therapist clears them.",
    ),
    "withdrawn": Wording(
        "La terapia con questo programma è sospesa.", "Therapy with this program is suspended."
    ),
    "no wearable": Wording(
        "Nessun sensore è collegato a questo computer.", "No sensor is known to this computer."
    ),
}
_TODAY: Final = Wording(
    "Per oggi le sedute sono fatte. Domani se ne può fare un'altra.",
    "Today's sessions are done. There can be another one tomorrow.",
)
_LINK: Final = Wording(
    "Una parte del programma non risponde. Provi a spegnere e riaccendere il computer.",
    "A part of the program does not answer. Try turning the computer off and on again.",
)
_OTHER: Final = Wording(
    "La seduta non può cominciare. Lo mostri a chi ha preparato questo computer.",
    "The session cannot begin. Show this to whoever set this computer up.",
)


class NotReady(ConfigurationError):  # noqa: N818 - a state, not a fault
    """No session can begin, for a reason that the person is told on the screen."""

    def __init__(self, why: Why, message: str) -> None:
        self.why = why
        super().__init__(message)


def words_for(error: RipresaError) -> Wording:
    """What the person is told; the error's own line is for whoever set the home up."""
    if isinstance(error, NotReady):
        return _WORDS[error.why]
    if isinstance(error, SessionNotAllowed):
        return _TODAY
    return _LINK if isinstance(error, TransportError) else _OTHER
