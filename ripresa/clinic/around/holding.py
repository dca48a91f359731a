"""What somebody says around a plan, held to what there is and to what they had before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.around.episode import EpisodeNoted, HandedOver, TakenOver
from telemetry.messages.around.harm import AdverseEventWithdrawn
from telemetry.messages.around.scores import QuestionnaireAnswered, QuestionnaireWithdrawn
from therapy.questionnaires.instruments import held_answers
from therapy.wording import WordedError

if TYPE_CHECKING:
    from analytics.monitoring.around.around import Around
    from telemetry.messages.care import CareRecord

__all__ = ["hold_to_seen", "hold_to_what_is"]


def hold_to_what_is(record: CareRecord, around: Around) -> None:
    """Hold what is taken back or taken over against what there is.

    Raises:
        ConfigurationError: there is no such thing.
    """
    match record:
        case AdverseEventWithdrawn(event=event):
            known = any(h.event.event == event and h.withdrawn is None for h in around.harms)
        case QuestionnaireWithdrawn(filled=filled):
            known = any(one.filled == filled for one in around.filled)
        case TakenOver() | HandedOver(lifted=True):
            known = bool(around.hand_overs)
        case QuestionnaireAnswered(instrument=instrument, answers=answers):
            held_answers(instrument, answers)
            known = True
        case _:
            known = True
    if not known:
        raise WordedError(
            "non ce n'è più: rilegga la pagina",
            "there is none of these any more: read the page again",
        )


def hold_to_seen(record: CareRecord, around: Around, seen_ms: float | None) -> None:
    """Let nobody write over what somebody else has noted meanwhile.

    Raises:
        ConfigurationError: that would be so.
    """
    known = around.episode
    if not isinstance(record, EpisodeNoted) or seen_ms is None or known is None:
        return
    if known.t_ns / 1e6 > seen_ms:
        raise WordedError(
            f"intanto {known.by} ha scritto altro: rilegga la pagina, e aggiunga il suo",
            f"{known.by} has written something else meanwhile: read the page again, and add yours",
        )
