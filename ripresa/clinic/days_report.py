"""Sessions whose day cannot be, in lines for whoever treats the patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.monitoring.day import SetAside

__all__ = ["days_lines"]

_TEXT: Final[Mapping[str, tuple[str, str]]] = {
    "none": (
        "Nessuna seduta con una data impossibile.",
        "No session has a day that cannot be.",
    ),
    "some": (
        (
            "Sedute con una data impossibile, perché l'orologio della casa era sbagliato: "
            "sono conservate, ma non contano in nessun giorno."
        ),
        (
            "Sessions with a day that cannot be, as the clock at home was wrong: "
            "they are kept, and count on no day."
        ),
    ),
    "one": (
        "{patient}: seduta {session}, datata {day}",
        "{patient}: session {session}, dated {day}",
    ),
    "then": (
        (
            "Chieda al paziente quando si è esercitato, poi: "
            "ripresa clinic days PAZIENTE SEDUTA GIORNO --by CHI"
        ),
        (
            "Ask the patient when the session was, then: "
            "ripresa clinic days PATIENT SESSION DAY --by WHO"
        ),
    ),
}


def days_lines(found: Sequence[tuple[str, SetAside]], language: Literal["it", "en"]) -> list[str]:
    """What `clinic days` prints."""

    def say(key: str, **values: object) -> str:
        return _TEXT[key][language == "en"].format(**values)

    if not found:
        return [say("none")]
    rows = [
        say("one", patient=patient, session=told.session, day=told.day) for patient, told in found
    ]
    return [say("some"), *rows, say("then")]
