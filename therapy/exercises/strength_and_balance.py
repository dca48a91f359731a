"""The library's exercises for legs that carry the body: heel raise to walk, numbers 14 to 18."""

from __future__ import annotations

from typing import Final

from therapy.wording import Wording

from .dose import Dose, Tempo
from .exercise import Exercise

__all__ = ["STRENGTH_AND_BALANCE"]

_FALLS = Wording("prevenzione delle cadute, ginocchio", "falls prevention, knee")
_OWN = Wording("rispetto alla propria misura iniziale", "against one's own baseline")


def _balance(name: str, called: Wording, cue: Wording) -> Exercise:
    """One of the three stances of number 17, each with a baseline of its own."""
    return Exercise(
        id=name,
        number=17,
        name=called,
        cue=cue,
        mistake=Wording("Spesso si trattiene il respiro.", "The breath is often held."),
        conditions=Wording("prevenzione delle cadute, Parkinson", "falls prevention, Parkinson's"),
        limb="leg",
        bears="both",
        sided=False,
        postures=("standing",),
        sites=("sternum",),
        dose=Dose(sets=3, holds=1),
        tempo=Tempo.of(2, 20, 2),
        context=_OWN,
        ranged=False,
        still=True,
        supported=True,
        helped=True,
    )


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
        bears="both",
        sided=False,
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
        bears="both",
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
        bears="trunk",
        sided=False,
        postures=("supine",),
        sites=("thigh",),
        dose=Dose(sets=2, repetitions=8),
        tempo=Tempo.of(2, 3, 3),
        context=_OWN,
        most_deg=90,
    ),
    _balance(
        "balance-stance",
        Wording("Equilibrio a piedi uniti", "Balance, feet together"),
        Wording(
            "Piedi uniti, mani vicine all'appoggio: in equilibrio venti secondi.",
            "Feet together, hands near the support: keep your balance twenty seconds.",
        ),
    ),
    _balance(
        "balance-semi-tandem",
        Wording("Equilibrio, un piede mezzo passo avanti", "Balance, semi-tandem"),
        Wording(
            "Un piede mezzo passo avanti: in equilibrio venti secondi.",
            "One foot half a step ahead: keep your balance twenty seconds.",
        ),
    ),
    _balance(
        "balance-tandem",
        Wording("Equilibrio, un piede davanti all'altro", "Balance, tandem"),
        Wording(
            "Un piede davanti all'altro: in equilibrio venti secondi.",
            "One foot before the other: keep your balance twenty seconds.",
        ),
    ),
    Exercise(
        id="walk",
        number=18,
        name=Wording("Cammino", "Walk"),
        cue=Wording(
            "Cammini al Suo passo, guardando avanti; si fermi quando vuole.",
            "Walk at your own pace, looking ahead; stop whenever you like.",
        ),
        mistake=Wording("Spesso lo sguardo resta a terra.", "The eyes often stay on the floor."),
        conditions=Wording("BPCO, cuore, cadute", "COPD, heart, falls prevention"),
        limb="leg",
        bears="both",
        sided=False,
        postures=("standing",),
        sites=("shank",),
        dose=Dose(sets=2, minutes=5),
        tempo=Tempo.of(0.6, 0, 0.6),
        context=_OWN,
        ranged=False,
    ),
)
"""By number."""
