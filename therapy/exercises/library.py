"""The exercise library: the numbered exercises, and those that can only be counted.

Context ranges are usual values of healthy adults (AAOS and AMA tables); they differ by book.
"""

from __future__ import annotations

from typing import Final

from telemetry.errors import ConfigurationError
from therapy.wording import Wording

from .dose import Dose, Tempo
from .exercise import Exercise, suggestion
from .field_tests import FIELD_TESTS
from .strength_and_balance import STRENGTH_AND_BALANCE

__all__ = ["EXERCISES", "LIBRARY", "SPAR", "exercise_named", "spar_exercise"]

_ARM = ("upper-arm", "wrist", "forearm")
_FOREARM = ("forearm", "wrist")
_SHOULDER = Wording("ictus, spalla congelata", "stroke, frozen shoulder")

_FIRST: Final = (
    Exercise(
        id="forward-arm-raise",
        number=1,
        name=Wording("Alzata del braccio in avanti", "Forward arm raise"),
        cue=Wording(
            "Alzi il braccio teso davanti a sé, piano, poi lo riabbassi.",
            "Raise your straight arm in front, slowly, then lower it.",
        ),
        mistake=Wording("Spesso il busto si piega all'indietro.", "The trunk often leans back."),
        conditions=_SHOULDER,
        limb="arm",
        postures=("seated", "standing"),
        sites=_ARM,
        second_sites=("sternum",),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(3, 1, 3),
        context_deg=(150, 180),
        most_deg=180,
    ),
    Exercise(
        id="arm-abduction",
        number=2,
        name=Wording("Alzata laterale del braccio", "Arm abduction"),
        cue=Wording(
            "Alzi il braccio teso di lato, piano, poi lo riabbassi.",
            "Raise your straight arm sideways, slowly, then lower it.",
        ),
        mistake=Wording("Spesso la spalla si alza.", "The shoulder often rises."),
        conditions=_SHOULDER,
        limb="arm",
        postures=("seated", "standing"),
        sites=_ARM,
        second_sites=("sternum",),
        dose=Dose(sets=2, repetitions=8),
        tempo=Tempo.of(3, 1, 3),
        context_deg=(150, 180),
        most_deg=180,
    ),
    Exercise(
        id="supine-stick-flexion",
        number=3,
        name=Wording("Flessione con il bastone, supini", "Stick flexion, lying"),
        cue=Wording(
            "Il braccio sano guida il bastone oltre la testa, piano.",
            "Let the good arm guide the stick overhead, slowly.",
        ),
        mistake=Wording("Spesso la schiena si inarca.", "The back often arches."),
        conditions=_SHOULDER,
        limb="arm",
        postures=("supine",),
        sites=("upper-arm",),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(4, 5, 4),
        context_deg=(150, 180),
        most_deg=180,
    ),
    Exercise(
        id="external-rotation",
        number=4,
        name=Wording("Rotazione esterna della spalla", "External rotation"),
        cue=Wording(
            "Gomito fermo al fianco: porti la mano verso l'esterno.",
            "Elbow still at your side: move the hand outwards.",
        ),
        mistake=Wording(
            "Spesso il gomito si stacca dal fianco.", "The elbow often leaves the side."
        ),
        conditions=_SHOULDER,
        limb="arm",
        postures=("supine", "seated", "standing"),
        sites=_FOREARM,
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(3, 2, 3),
        context_deg=(60, 90),
        most_deg=90,
        bent_elbow=True,
    ),
    Exercise(
        id="elbow-bend",
        number=5,
        name=Wording("Flessione del gomito", "Elbow bend"),
        cue=Wording(
            "Pieghi il gomito fin dove riesce, poi lo distenda tutto.",
            "Bend the elbow as far as you can, then straighten.",
        ),
        mistake=Wording("Spesso la spalla viene in avanti.", "The shoulder often comes forward."),
        conditions=Wording("ictus, dopo frattura", "stroke, after a fracture"),
        limb="arm",
        postures=("seated", "standing"),
        sites=_FOREARM,
        second_sites=("upper-arm",),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 1, 3),
        context_deg=(0, 145),
        most_deg=150,
        bent_elbow=True,
    ),
    Exercise(
        id="forearm-turn",
        number=6,
        name=Wording("Rotazione dell'avambraccio", "Forearm turn"),
        cue=Wording(
            "Avambraccio appoggiato: giri il palmo in su, poi in giù.",
            "Forearm supported: turn the palm up, then down.",
        ),
        mistake=Wording("Spesso il gomito si solleva.", "The elbow often lifts."),
        conditions=Wording("ictus, dopo frattura", "stroke, after a fracture"),
        limb="arm",
        postures=("seated",),
        sites=("wrist", "forearm"),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 1, 2),
        context=Wording("80° in su e 80° in giù", "80° up and 80° down"),
        most_deg=160,
        bent_elbow=True,
    ),
    Exercise(
        id="wrist-lift",
        number=7,
        name=Wording("Estensione del polso", "Wrist lift"),
        cue=Wording(
            "Avambraccio appoggiato: sollevi la mano, tenga, riabbassi.",
            "Forearm supported: lift the hand, hold, lower.",
        ),
        mistake=Wording(
            "Spesso l'avambraccio si stacca dal tavolo.", "The forearm often leaves the table."
        ),
        conditions=Wording("ictus, dopo frattura", "stroke, after a fracture"),
        limb="arm",
        postures=("seated",),
        sites=("hand",),
        second_sites=_FOREARM,
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 2, 2),
        context_deg=(0, 70),
        most_deg=90,
        bent_elbow=True,
    ),
    Exercise(
        id="knee-extension",
        number=8,
        name=Wording("Estensione del ginocchio da seduti", "Seated knee extension"),
        cue=Wording(
            "Distenda il ginocchio, tenga tre secondi, scenda piano.",
            "Straighten the knee, hold three seconds, lower slowly.",
        ),
        mistake=Wording(
            "Spesso la coscia si solleva dalla sedia.", "The thigh often lifts off the chair."
        ),
        conditions=Wording("artrosi, BPCO", "osteoarthritis, COPD"),
        limb="leg",
        postures=("seated",),
        sites=("shank",),
        second_sites=("thigh",),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 3, 3),
        context=Wording("da 90° a 0°", "from 90° to 0°"),
        most_deg=100,
    ),
    Exercise(
        id="heel-slide",
        number=9,
        name=Wording("Scivolamento del tallone", "Heel slide"),
        cue=Wording(
            "Faccia scivolare il tallone verso di sé, poi lo allontani.",
            "Slide your heel towards you, then away again.",
        ),
        mistake=Wording("Spesso il ginocchio cade in fuori.", "The knee often falls outwards."),
        conditions=Wording("artrosi, protesi di ginocchio", "osteoarthritis, knee replacement"),
        limb="leg",
        postures=("supine",),
        sites=("shank",),
        second_sites=("thigh",),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(3, 2, 3),
        context_deg=(0, 135),
        most_deg=150,
    ),
    Exercise(
        id="seated-march",
        number=10,
        name=Wording("Marcia da seduti", "Seated march"),
        cue=Wording(
            "Sollevi un ginocchio alla volta, come marciando, e respiri.",
            "Lift one knee at a time, as if marching; breathe.",
        ),
        mistake=Wording("Spesso il busto cade all'indietro.", "The trunk often falls back."),
        conditions=Wording("BPCO, cuore, Parkinson", "COPD, heart, Parkinson's"),
        limb="leg",
        bears="both",
        sided=False,
        postures=("seated",),
        sites=("thigh",),
        dose=Dose(sets=2, minutes=1),
        tempo=Tempo.of(1, 0, 1),
        context=Wording("anca fino a 90-120°", "hip up to 90-120°"),
        most_deg=120,
    ),
    Exercise(
        id="sit-to-stand",
        number=11,
        name=Wording("Alzarsi e sedersi", "Sit to stand"),
        cue=Wording(
            "Busto avanti, si alzi piano, espiri, poi si risieda.",
            "Lean forward, stand up slowly, breathe out, sit down.",
        ),
        mistake=Wording(
            "Spesso ci si lascia cadere sulla sedia.", "People often drop onto the chair."
        ),
        conditions=Wording("BPCO, cuore, anziani fragili", "COPD, heart, frail older people"),
        limb="leg",
        bears="both",
        sided=False,
        postures=("seated",),
        sites=("thigh",),
        second_sites=("sternum",),
        dose=Dose(sets=2, repetitions=5),
        tempo=Tempo.of(2, 1, 3),
        context=Wording("rispetto alla propria misura iniziale", "against one's own baseline"),
        rises=True,
    ),
    Exercise(
        id="toe-heel-raise",
        number=12,
        name=Wording("Punte e talloni da seduti", "Seated toe and heel raise"),
        cue=Wording(
            "Sollevi le punte, tenga, poi sollevi i talloni.",
            "Raise the toes, hold, then raise the heels.",
        ),
        mistake=Wording("Spesso il movimento va a scatti.", "The movement often gets jerky."),
        conditions=Wording("ictus, Parkinson, circolazione", "stroke, Parkinson's, circulation"),
        limb="leg",
        bears="both",
        sided=False,
        postures=("seated",),
        sites=("foot",),
        dose=Dose(sets=2, repetitions=15),
        tempo=Tempo.of(2, 1, 2),
        context=Wording("20° in su e 50° in giù", "20° up and 50° down"),
        most_deg=70,
    ),
    Exercise(
        id="big-reach",
        number=13,
        name=Wording("Grande allungo", "Big reach"),
        cue=Wording(
            "Allunghi il braccio con un gesto grande, più ampio che può.",
            "Reach out big, as far as you can.",
        ),
        mistake=Wording(
            "Spesso l'ampiezza cala verso la fine.", "The reach often shrinks towards the end."
        ),
        conditions=Wording("Parkinson", "Parkinson's"),
        limb="arm",
        postures=("seated", "standing"),
        sites=("wrist", "forearm"),
        dose=Dose(sets=2, repetitions=8),
        tempo=Tempo.of(1, 1, 1, bounded=False),
        context=Wording("rispetto alla propria misura migliore", "against one's own best"),
        most_deg=180,
        amplitude=True,
    ),
)

LIBRARY: Final = (*_FIRST, *STRENGTH_AND_BALANCE)
"""The numbered exercises, in order."""

_COUNTED = (
    Exercise(
        id="pendulum",
        number=None,
        name=Wording("Pendolo", "Pendulum"),
        cue=Wording(
            "Busto in avanti: lasci dondolare il braccio, rilassato.",
            "Lean forward: let the relaxed arm swing.",
        ),
        mistake=Wording(
            "Spesso è la spalla a spingere il braccio.", "The shoulder often pushes the arm."
        ),
        conditions=_SHOULDER,
        limb="arm",
        postures=("standing",),
        sites=("wrist", "forearm"),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(1, 0, 1),
    ),
    Exercise(
        id="internal-rotation",
        number=None,
        name=Wording("Rotazione interna della spalla", "Internal rotation"),
        cue=Wording(
            "Gomito fermo al fianco: porti la mano verso la pancia.",
            "Elbow still at your side: move the hand inwards.",
        ),
        mistake=Wording("Spesso il polso si piega.", "The wrist often bends."),
        conditions=_SHOULDER,
        limb="arm",
        postures=("standing", "seated"),
        sites=("wrist", "forearm"),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(3, 2, 3),
        bent_elbow=True,
    ),
    Exercise(
        id="trapezius-extension",
        number=None,
        name=Wording("Estensione del trapezio", "Trapezius extension"),
        cue=Wording(
            "Braccio avanti: tiri indietro la scapola, poi rilasci.",
            "Arm forward: draw the shoulder blade back, then release.",
        ),
        mistake=Wording("Spesso le spalle si alzano.", "The shoulders often rise."),
        conditions=_SHOULDER,
        limb="arm",
        postures=("standing", "seated"),
        sites=("wrist", "forearm"),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 1, 2),
    ),
    Exercise(
        id="upright-row",
        number=None,
        name=Wording("Tirata al mento", "Upright row"),
        cue=Wording(
            "Tiri la mano verso il petto, gomito in fuori, piano.",
            "Draw the hand up to your chest, elbow out, slowly.",
        ),
        mistake=Wording("Spesso il busto si inclina.", "The trunk often tilts."),
        conditions=_SHOULDER,
        limb="arm",
        postures=("standing", "seated"),
        sites=("wrist", "forearm"),
        dose=Dose(sets=2, repetitions=10),
        tempo=Tempo.of(2, 1, 2),
        bent_elbow=True,
    ),
)

EXERCISES: Final[dict[str, Exercise]] = {e.id: e for e in (*LIBRARY, *_COUNTED, *FIELD_TESTS)}
"""All exercises by id: the library's, those that are counted only, and the field tests."""

SPAR: Final = {
    "PEN": "pendulum",
    "ABD": "arm-abduction",
    "FEL": "forward-arm-raise",
    "IR": "internal-rotation",
    "ER": "external-rotation",
    "TRAP": "trapezius-extension",
    "ROW": "upright-row",
}
"""Exercise of each recording in the SPAR set (healthy adults, a watch at the wrist)."""


def exercise_named(name: str) -> Exercise:
    """Find an exercise by its id.

    Raises:
        ConfigurationError: there is none; the message names the nearest.
    """
    try:
        return EXERCISES[name]
    except KeyError:
        raise ConfigurationError(
            f"unknown exercise {name!r}: {suggestion(name, EXERCISES)}"
        ) from None


def spar_exercise(code: str) -> Exercise:
    """The exercise that a SPAR recording shows.

    Raises:
        ConfigurationError: the code is none of SPAR's.
    """
    try:
        return EXERCISES[SPAR[code.upper()]]
    except KeyError:
        raise ConfigurationError(
            f"unknown SPAR exercise {code!r}: use one of {', '.join(SPAR)}"
        ) from None
