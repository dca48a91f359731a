"""Field tests by a chair: done when cleared, with a clinician or a helper beside, without a game.

The seat is 43 cm high, the arms are crossed: using them makes the result 0, and no sensor sees it.
Two versions of the five times test are two tests, never mixed.
"""

from __future__ import annotations

from typing import Final

from therapy.wording import Wording

from .dose import Dose, Tempo
from .exercise import Exercise

__all__ = ["FIELD_TESTS"]


def _by_a_chair(
    name: str, called: Wording, cue: Wording, repetitions: int, *, as_many: bool = False
) -> Exercise:
    return Exercise(
        id=name,
        number=None,
        name=called,
        cue=cue,
        mistake=Wording(
            "Spesso le braccia aiutano: allora il risultato è 0.",
            "The arms often help: then the result is 0.",
        ),
        conditions=Wording("anziani, BPCO, ginocchio e anca", "older people, COPD, knee and hip"),
        limb="leg",
        bears="both",
        sided=False,
        postures=("seated",),
        sites=("thigh",),
        dose=Dose(sets=1, repetitions=repetitions),
        tempo=Tempo.of(1, 0, 1, bounded=False),
        context=Wording("rispetto alla propria misura iniziale", "against one's own baseline"),
        rises=True,
        ranged=False,
        test=True,
        as_many=as_many,
        helped=True,
    )


FIELD_TESTS: Final = (
    _by_a_chair(
        "chair-stand-30s",
        Wording("Alzarsi dalla sedia in 30 secondi", "30 s chair stand"),
        Wording(
            "Braccia incrociate: si alzi e si sieda più volte, trenta secondi.",
            "Arms crossed: stand up and sit down, for thirty seconds.",
        ),
        30,
        as_many=True,
    ),
    _by_a_chair(
        "five-stands",
        Wording("Cinque alzate, fino in piedi", "Five times sit-to-stand, to the fifth stand"),
        Wording(
            "Braccia incrociate: si alzi cinque volte, e resti in piedi.",
            "Arms crossed: stand up five times, and stay standing.",
        ),
        5,
    ),
    _by_a_chair(
        "five-sits",
        Wording("Cinque alzate, fino a seduti", "Five times sit-to-stand, to the fifth sit"),
        Wording(
            "Braccia incrociate: si alzi e si sieda cinque volte.",
            "Arms crossed: stand up and sit down five times.",
        ),
        5,
    ),
)
"""30 s chair stand (Jones 1999); five times sit-to-stand (Guralnik 1994; Shirley Ryan)."""
