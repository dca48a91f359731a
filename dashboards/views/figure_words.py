"""What figures, places and a calibration's findings are called on a page, in both languages.

Where a joint's zero lies is said as `docs/conventions.md` has it, in the neutral-zero method's
terms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analytics.calibration.finding import WORDS as FINDINGS
from therapy.exercises.reading import measure_reading
from therapy.session.alignment_words import LEFT_OUT, TOO_LONG, sensor_at, sensor_silent
from therapy.wording import Wording

from .words import Words, words

if TYPE_CHECKING:
    from telemetry.messages.results import Measure

__all__ = ["calibration_note", "measure_told", "measure_words", "place_words", "reading_words"]

_ACTIVE_DEFICIT: Final = Words(it="deficit di estensione attiva", en="active extension deficit")
_MEASURES: Final = {
    "active extension deficit": _ACTIVE_DEFICIT,
    "cadence": Words(it="cadenza", en="cadence"),
    "decrement": Words(
        it="calo, ultimo terzo rispetto al primo", en="decrement, last third against first"
    ),
    "extension deficit": Words(it="deficit di estensione", en="extension deficit"),
    # As it was called before; lag only beside the clinician's passive value.
    "extension lag": _ACTIVE_DEFICIT,
    "hold": Words(it="tenuta", en="hold"),
    "lean": Words(it="inclinazione del busto", en="trunk lean"),
    "rise time": Words(it="tempo per alzarsi", en="time to rise"),
    "stands in 30 s": Words(it="alzate in 30 s", en="stands in 30 s"),
    "steps": Words(it="passi", en="steps"),
    "sway RMS": Words(it="oscillazione del busto (RMS)", en="trunk sway (RMS)"),
    "sway frequency": Words(it="frequenza media dell'oscillazione", en="mean frequency of sway"),
    "sway path": Words(it="percorso dell'oscillazione", en="path of sway"),
    "time to the fifth sit": Words(it="tempo fino alla quinta seduta", en="time to the fifth sit"),
    "time to the fifth stand": Words(
        it="tempo fino alla quinta alzata", en="time to the fifth stand"
    ),
    "time up": Words(it="tempo per salire", en="time up"),
    "walking": Words(it="cammino", en="walking"),
}
_FLEXION: Final = Words(
    it="Metodo neutro-zero: 0° è l'articolazione dritta, la flessione è positiva.",
    en="Neutral-zero method: 0° is the straight joint, flexion is positive.",
)
_FROM_RIGHT_ANGLE: Final = Words(
    it="Si conta da un angolo retto: 90° meno la flessione. Il ginocchio dritto si legge 90°; "
    "con un deficit di 25° si legge 65°.",
    en="Counted from a right angle: 90° less flexion. A straight knee reads 90°; with an active "
    "deficit of 25° it reads 65°.",
)
_EXTENSION: Final = Words(
    it="Metodo neutro-zero: 0° è il polso dritto, l'estensione è positiva.",
    en="Neutral-zero method: 0° is the straight wrist, extension is positive.",
)
_SIZE_ONLY: Final = Words(
    it="Lo zero non è noto: si dà solo l'ampiezza dei movimenti, non la posizione.",
    en="The zero is not known: only the size of movements is given, not the position.",
)
_JOINTS: Final = {
    "elbow flexion": _FLEXION,
    "knee flexion": _FLEXION,
    "wrist extension": _EXTENSION,
}
MOST_CHARACTERS: Final = 200
"""As much of a note is recorded."""


def measure_words(name: str) -> Words:
    """A measure as a person calls it; its own name where it is not known."""
    return _MEASURES.get(name, Words(it=name, en=name))


def measure_told(measure: Measure) -> Words:
    """A measure with its value, unit and band, as a reading."""
    name = measure_words(measure.name)
    band = None
    if measure.low is not None and measure.high is not None:
        band = measure.low, measure.high
    return words(measure_reading(Wording(name.it, name.en), measure.value, measure.unit, band))


def reading_words(exercise: str, what: str, *, zero_known: bool) -> Words | None:
    """How a joint's angle is read; None where no joint is seen.

    Args:
        exercise: the library's id; a seated knee extension counts the other way.
        what: the observable in English, as results name it.
        zero_known: whether its repetitions have peaks, not only sizes.
    """
    told = _JOINTS.get(what)
    if told is None:
        return None
    if not zero_known:
        return _SIZE_ONLY
    return _FROM_RIGHT_ANGLE if exercise == "knee-extension" else told


def place_words(placement: str) -> Words | None:
    """`al polso destro`, `at the right wrist`; None where it is not known."""
    return words(sensor_at(placement)) if placement else None


def calibration_note(note: str, placement: str, *, passed: bool) -> Words | None:
    """What the person was told of a calibration, in both languages; None where nothing of note.

    It is recorded in the plan's language, so it is looked up among all that can be told. A text
    that is none of them stays as it is, where it tells why a calibration failed.
    """
    if not note:
        return None
    for known in (*FINDINGS.values(), LEFT_OUT, TOO_LONG, sensor_silent(placement)):
        if note in (known.it[:MOST_CHARACTERS], known.en[:MOST_CHARACTERS]):
            return words(known)
    if note == "time":
        return words(TOO_LONG)
    return None if passed else Words(it=note, en=note)
