"""Why a figure cannot be known, or not as well: one value for each reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REASONS", "Doubt", "DoubtKind", "doubt"]


class DoubtKind(StrEnum):
    """What speaks against a figure."""

    CALIBRATION = "calibration failed"
    UNSEEN = "not seen"
    NOTHING = "nothing received"
    UNWORN = "sensor not worn"
    UNMOVED = "no movement seen"
    LYING_STILL = "second sensor lies still"
    ONE_SEGMENT = "both sensors on one segment"
    AXES = "calibration does not fit the movement"
    NOT_FOLLOWING = "sensors do not move together"
    CLOCKS = "clocks apart"
    ANATOMY = "beyond what a joint can do"
    FROZEN = "values frozen"
    HELD = "values renewed too rarely"
    STUCK = "channel stuck"
    SATURATED = "channel saturated"
    GLITCHING = "values jump"
    WEIGHT = "acceleration is not gravity's"
    TURNING = "gyroscope and gravity disagree"
    BIAS = "gyroscope turns at rest"
    RATE = "sample rate not as told"
    ASKEW = "sensor askew on its limb"
    UNLIKE = "repetitions unlike each other"
    FAULT = "not computed"


REASONS: Final[Mapping[DoubtKind, Wording]] = {
    DoubtKind.CALIBRATION: Wording(
        "la posizione del sensore non è stata misurata: si contano solo le ripetizioni",
        "how the sensor lies could not be measured: repetitions are only counted",
    ),
    DoubtKind.UNSEEN: Wording("non si vede", "it is not seen"),
    DoubtKind.NOTHING: Wording(
        "del sensore non è arrivato nulla: non si sa che cosa è stato fatto",
        "nothing of the sensor was received: what was done is not known",
    ),
    DoubtKind.UNWORN: Wording(
        "il sensore non ha sentito alcun corpo: forse non era indossato",
        "the sensor felt no body: it may not have been worn",
    ),
    DoubtKind.UNMOVED: Wording(
        "non si è visto alcun movimento dell'esercizio",
        "no movement of the exercise was seen",
    ),
    DoubtKind.LYING_STILL: Wording(
        "il secondo sensore resta fermo come se non fosse indossato",
        "the second sensor keeps as still as if nobody wore it",
    ),
    DoubtKind.ONE_SEGMENT: Wording(
        "i due sensori si muovono come se fossero sullo stesso segmento",
        "the two sensors move as if both lay on one segment",
    ),
    DoubtKind.AXES: Wording(
        "il movimento non corrisponde alla calibrazione: sensori spostati o scambiati",
        "the movement does not fit the calibration: sensors moved or swapped",
    ),
    DoubtKind.NOT_FOLLOWING: Wording(
        "i due sensori non si muovono come le due parti di un'articolazione",
        "the two sensors do not move like both sides of one joint",
    ),
    DoubtKind.CLOCKS: Wording(
        "gli orologi dei due sensori non concordano", "the clocks of the two sensors do not agree"
    ),
    DoubtKind.ANATOMY: Wording(
        "l'angolo supera quanto un'articolazione può fare",
        "the angle is beyond what a joint can do",
    ),
    DoubtKind.FROZEN: Wording(
        "il sensore ha ripetuto a lungo gli stessi valori",
        "the sensor repeated the same values for long",
    ),
    DoubtKind.HELD: Wording(
        "il sensore rinnova i suoi valori troppo di rado",
        "the sensor renews its values too rarely",
    ),
    DoubtKind.STUCK: Wording(
        "un canale del sensore è rimasto bloccato", "a channel of the sensor was stuck"
    ),
    DoubtKind.SATURATED: Wording(
        "un canale del sensore è arrivato al suo limite", "a channel of the sensor was at its limit"
    ),
    DoubtKind.GLITCHING: Wording(
        "i valori del sensore saltano", "values of the sensor jump back and forth"
    ),
    DoubtKind.WEIGHT: Wording(
        "a riposo il sensore non misura la gravità", "at rest the sensor does not measure gravity"
    ),
    DoubtKind.TURNING: Wording(
        "giroscopio e gravità non concordano", "gyroscope and gravity do not agree"
    ),
    DoubtKind.BIAS: Wording(
        "il giroscopio misura una rotazione anche a riposo",
        "the gyroscope measures a turning at rest as well",
    ),
    DoubtKind.RATE: Wording(
        "il sensore non ha misurato alla frequenza indicata",
        "the sensor did not measure at the rate that it told",
    ),
    DoubtKind.ASKEW: Wording("il sensore sembra messo storto", "the sensor seems to be worn askew"),
    DoubtKind.FAULT: Wording(
        "non si è potuto calcolare, per un errore del programma: il movimento è registrato",
        "it could not be computed, because of an error in the program: the motion is recorded",
    ),
    DoubtKind.UNLIKE: Wording(
        "i movimenti si somigliano troppo poco: il sensore può essere allentato",
        "the movements resemble each other too little: the sensor may be loose",
    ),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason against figures of some streams.

    Attributes:
        kind: of reason.
        streams: whose samples it is about.
        from_index, to_index: of the first of these streams: its samples from one up to the other.
        reason: in plain words.
    """

    kind: DoubtKind
    streams: tuple[str, ...]
    from_index: int
    to_index: int
    reason: Wording


def doubt(
    kind: DoubtKind,
    streams: tuple[str, ...],
    from_index: int,
    to_index: int,
    reason: Wording | None = None,
) -> Doubt:
    """A doubt in its usual words, or in others."""
    return Doubt(kind, streams, from_index, to_index, reason or REASONS[kind])
