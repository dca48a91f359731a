"""What a segment calibration found wrong, in the words of the person who repeats it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping


class CalibrationFinding(StrEnum):
    """One thing a calibration noticed; each has plain words in `WORDS`."""

    NOT_STILL = "not still"
    NO_FLEXIONS = "no flexions"
    FEW_FLEXIONS = "few flexions"
    SMALL_FLEXIONS = "small flexions"
    NO_RAISES = "no raises"
    SMALL_RAISES = "small raises"
    BENT_IN_RAISES = "bent in raises"
    SWAPPED = "swapped"
    SAME_SEGMENT = "same segment"
    OTHER_AXIS = "other axis"
    UPPER_UPSIDE_DOWN = "upper upside down"
    LOWER_UPSIDE_DOWN = "lower upside down"
    SIDES_CONFUSED = "sides confused"
    ZERO_NOT_SEEN = "zero not seen"
    NEUTRAL_FORBIDDEN = "neutral forbidden"
    SENSOR_FAULT = "sensor fault"
    UPSIDE_DOWN = "upside down"
    ACROSS = "across"
    MARKING_ONLY = "marking only"
    NOT_AS_STORED = "not as stored"
    POSE_NOT_CHECKED = "pose not checked"
    AXIS_FROM_MOVEMENT = "axis from movement"
    SAMPLES_LOST = "samples lost"


WORDS: Mapping[CalibrationFinding, Wording] = {
    CalibrationFinding.NOT_STILL: Wording(
        "Non c'è stato un momento fermo. Ripeta: non si muova per 2 secondi.",
        "There was no still moment. Again: keep still for 2 seconds.",
    ),
    CalibrationFinding.NO_FLEXIONS: Wording(
        "Non si sono visti piegamenti. Ripeta: pieghi e distenda l'articolazione 3 volte.",
        "No bending was seen. Again: bend and straighten the joint 3 times.",
    ),
    CalibrationFinding.FEW_FLEXIONS: Wording(
        "Si sono visti meno di 3 piegamenti. Ripeta: pieghi e distenda l'articolazione 3 volte.",
        "Fewer than 3 bends were seen. Again: bend and straighten the joint 3 times.",
    ),
    CalibrationFinding.SMALL_FLEXIONS: Wording(
        "I piegamenti erano piccoli. Ripeta, piegando quanto riesce senza dolore.",
        "The bends were small. Again, bending as far as you can without pain.",
    ),
    CalibrationFinding.NO_RAISES: Wording(
        "Non si sono visti sollevamenti. Ripeta: sollevi tutto l'arto 3 volte senza piegarlo.",
        "No raises were seen. Again: raise the whole limb 3 times without bending it.",
    ),
    CalibrationFinding.SMALL_RAISES: Wording(
        "I sollevamenti erano piccoli. Ripeta, sollevando l'arto un po' di più.",
        "The raises were small. Again, raising the limb a little more.",
    ),
    CalibrationFinding.BENT_IN_RAISES: Wording(
        "L'articolazione si è piegata durante i sollevamenti. Ripeta senza piegarla.",
        "The joint bent during the raises. Again, without bending it.",
    ),
    CalibrationFinding.SWAPPED: Wording(
        "I due sensori sembrano scambiati. Li scambi e ripeta.",
        "The two sensors seem to be swapped. Change them over and repeat.",
    ),
    CalibrationFinding.SAME_SEGMENT: Wording(
        "I due sensori si muovono insieme. Ne metta uno sopra e uno sotto l'articolazione.",
        "Both sensors move as one. Put one above and one below the joint.",
    ),
    CalibrationFinding.OTHER_AXIS: Wording(
        "Il movimento cambia direzione di volta in volta. Controlli che i sensori siano ben "
        "fissati e ripeta lentamente.",
        "The movement changes direction from time to time. Check that the sensors are strapped "
        "on well and repeat slowly.",
    ),
    CalibrationFinding.UPPER_UPSIDE_DOWN: Wording(
        "Il sensore più vicino al busto sembra capovolto. Lo giri e ripeta.",
        "The sensor nearer to the trunk seems to be upside down. Turn it round and repeat.",
    ),
    CalibrationFinding.LOWER_UPSIDE_DOWN: Wording(
        "Il sensore più lontano dal busto sembra capovolto. Lo giri e ripeta.",
        "The sensor farther from the trunk seems to be upside down. Turn it round and repeat.",
    ),
    CalibrationFinding.SIDES_CONFUSED: Wording(
        "I sensori sembrano sull'altro lato del corpo. Controlli destra e sinistra.",
        "The sensors seem to be on the other side of the body. Check left and right.",
    ),
    CalibrationFinding.ZERO_NOT_SEEN: Wording(
        "In questa posizione lo zero non si vede: vale solo l'ampiezza del movimento.",
        "The zero cannot be seen in this posture: only the size of the movement holds.",
    ),
    CalibrationFinding.NEUTRAL_FORBIDDEN: Wording(
        "La posa neutra non può fare da zero: serve la misura fatta in ambulatorio.",
        "The neutral pose may not serve as zero: the angle measured at the clinic is needed.",
    ),
    CalibrationFinding.SENSOR_FAULT: Wording(
        "Un sensore non misura bene. Lo controlli, lo spenga e riaccenda, e ripeta.",
        "A sensor does not measure well. Check it, switch it off and on, and repeat.",
    ),
    CalibrationFinding.UPSIDE_DOWN: Wording(
        "Il sensore sembra capovolto. Lo giri e ripeta.",
        "The sensor seems to be upside down. Turn it round and repeat.",
    ),
    CalibrationFinding.ACROSS: Wording(
        "Il sensore sembra di traverso. Lo metta lungo l'arto come segnato e ripeta.",
        "The sensor seems to lie across. Put it along the limb as marked and repeat.",
    ),
    CalibrationFinding.MARKING_ONLY: Wording(
        "In questa posizione la gravità non dice come sta il sensore: vale come è segnato.",
        "In this posture gravity does not tell how the sensor lies: its marking is taken.",
    ),
    CalibrationFinding.NOT_AS_STORED: Wording(
        "I sensori non sembrano messi come in ambulatorio, o l'arto non è nella stessa "
        "posizione. Li controlli e ripeta.",
        "The sensors do not seem to lie as at the clinic, or the limb is not in the same "
        "position. Check them and repeat.",
    ),
    CalibrationFinding.POSE_NOT_CHECKED: Wording(
        "In questa posizione non si vede se i sensori stanno come in ambulatorio.",
        "In this posture it cannot be seen whether the sensors lie as at the clinic.",
    ),
    CalibrationFinding.AXIS_FROM_MOVEMENT: Wording(
        "L'asse si vede solo dal movimento: vale l'ampiezza, senza uno zero.",
        "The axis shows in the movement only: its size holds, without a zero.",
    ),
    CalibrationFinding.SAMPLES_LOST: Wording(
        "Per un momento i dati non sono arrivati. Resti vicino allo schermo e ripeta.",
        "For a moment no data arrived. Stay near the screen and repeat.",
    ),
}

STOPS = frozenset(CalibrationFinding) - {
    CalibrationFinding.FEW_FLEXIONS,
    CalibrationFinding.ZERO_NOT_SEEN,
    CalibrationFinding.MARKING_ONLY,
    CalibrationFinding.POSE_NOT_CHECKED,
    CalibrationFinding.AXIS_FROM_MOVEMENT,
}
"""Findings that make a calibration fail; the others are told and it holds."""

__all__ = ["STOPS", "WORDS", "CalibrationFinding"]
