"""The library's exercises for legs that carry the body: heel raise to walk, numbers 14 to 18."""

from __future__ import annotations

from typing import Final

from therapy.wording import Wording

from .dose import Dose, Tempo
from .exercise import Exercise

__all__ = ["STRENGTH_AND_BALANCE"]

_FALLS = Wording("prevenzione delle cadute, ginocchio", "falls prevention, knee")
_OWN = Wording("rispetto alla propria misura iniziale", "against one's own baseline")

STRENGTH_AND_BALANCE: Final = (
    Exercise(
        id="heel-raise",
        number=14,
        name=Wording("Sulle punte con appoggio", "Supported heel raise"),
        cue=Wording(
            "Mani all'appoggio: salga sulle punte, tenga, scenda piano.",
            "Hands on the support: rise on your toes, hold, lower slowly.",
        ),
        mistake=Wording("Spesso il corpo si piega in avanti.", "The body often tips forward."),
        conditions=_FALLS,
        limb="leg",
        postures=("standing",),
        sites=("foot",),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 1, 2),
        context=_OWN,
        supported=True,
    ),
    Exercise(
        id="hip-abduction",
        number=15,
        name=Wording("Gamba di lato con appoggio", "Supported standing hip abduction"),
        cue=Wording(
            "Mani all'appoggio: porti la gamba di lato, busto dritto.",
            "Hands on the support: move the leg sideways, trunk upright.",
        ),
        mistake=Wording(
            "Spesso il busto si inclina dall'altro lato.", "The trunk often leans the other way."
        ),
        conditions=Wording("artrosi dell'anca, cadute", "hip osteoarthritis, falls prevention"),
        limb="leg",
        postures=("standing",),
        sites=("thigh",),
        second_sites=("sternum",),
        dose=Dose(sets=2, repetitions=8),
        tempo=Tempo.of(2, 1, 3),
        context_deg=(30, 45),
        most_deg=60,
        supported=True,
    ),
    Exercise(
        id="bridge",
        number=16,
        name=Wording("Ponte", "Bridge"),
        cue=Wording(
            "Ginocchia piegate: sollevi il bacino, tenga e respiri, scenda.",
            "Knees bent: lift your hips, hold and breathe, lower.",
        ),
        mistake=Wording("Spesso la schiena si inarca.", "The back often arches."),
        conditions=Wording("artrosi, mal di schiena", "osteoarthritis, low back pain"),
        limb="leg",
        postures=("supine",),
        sites=("thigh",),
        dose=Dose(sets=2, repetitions=8),
        tempo=Tempo.of(2, 3, 3),
        context=_OWN,
        most_deg=90,
    ),
)
"""By number."""
