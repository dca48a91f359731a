"""What is shown and said during a segment calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from therapy.exercises.observable import site_of
from therapy.wording import Wording

from .alignment import AlignmentPhase

if TYPE_CHECKING:
    from .alignment import Alignment
    from .calibration import CalibrationLevel

__all__ = ["EASIER", "LEFT_OUT", "TOO_LONG", "asked", "sensor_silent", "shown_exercise", "title"]

LEFT_OUT: Final = Wording("Taratura lasciata da parte.", "The calibration was left out.")
TOO_LONG: Final = Wording(
    "Il tempo della taratura è finito. Può ripetere, con calma.",
    "The time for the calibration is over. You can repeat it at your own pace.",
)
EASIER: Final = Wording("Proviamo in un modo più semplice.", "Let us try an easier way.")
_NONE: Final = Wording(
    "Va bene così: si gioca contando i movimenti, senza misurare l'angolo.",
    "That is fine: you play, movements are counted, the angle is not measured.",
)
_SITES: Final = {
    "wrist": Wording("al polso {m}", "at the {side} wrist"),
    "forearm": Wording("all'avambraccio {m}", "at the {side} forearm"),
    "upper-arm": Wording("al braccio {m}", "at the {side} upper arm"),
    "hand": Wording("alla mano {f}", "at the {side} hand"),
    "thigh": Wording("alla coscia {f}", "at the {side} thigh"),
    "shank": Wording("alla gamba {f}", "at the {side} lower leg"),
    "foot": Wording("al piede {m}", "at the {side} foot"),
    "sternum": Wording("allo sterno", "on the breastbone"),
}
_JOINTS: Final = {
    "elbow": Wording("il gomito {m}", "your {side} elbow"),
    "knee": Wording("il ginocchio {m}", "your {side} knee"),
    "wrist": Wording("il polso {m}", "your {side} wrist"),
}
_OF_JOINTS: Final = {
    "elbow": Wording("I sensori del gomito {m}", "The sensors of the {side} elbow"),
    "knee": Wording("I sensori del ginocchio {m}", "The sensors of the {side} knee"),
    "wrist": Wording("I sensori del polso {m}", "The sensors of the {side} wrist"),
}
_SIDES: Final = {
    "left": {"m": Wording("sinistro", "left"), "f": Wording("sinistra", "left")},
    "right": {"m": Wording("destro", "right"), "f": Wording("destra", "right")},
}
_TITLES: Final = {
    AlignmentPhase.STILL: Wording("Senza muoversi", "Keep still"),
    AlignmentPhase.FLEXIONS: Wording("Tre piegamenti", "Three bends"),
    AlignmentPhase.RAISES: Wording("Tre sollevamenti", "Three raises"),
}
_SIT_STILL: Final = Wording(
    "Resti in posizione, senza muoversi per due secondi.",
    "Stay in position and keep still for two seconds.",
)
_HANGING_ARM: Final = Wording(
    "Lasci scendere il braccio lungo il fianco, senza muoversi per due secondi.",
    "Let your arm hang at your side and keep still for two seconds.",
)
_HANGING_SHANK: Final = Wording(
    "Da seduti, il piede sotto il ginocchio: non si muova per due secondi.",
    "Sit with your foot below the knee and keep still for two seconds.",
)
_AS_MEASURED: Final = Wording(
    "Distenda {joint} fin dove riesce senza dolore, come in ambulatorio, e non si muova per "
    "due secondi.",
    "Straighten {joint} as far as you can without pain, as at the clinic, and keep still for "
    "two seconds.",
)
_TOGETHER: Final = Wording(
    "Con chi La aiuta, meno di un minuto: una posa ferma, tre piegamenti, tre sollevamenti.",
    "With your helper, less than a minute: a still pose, three bends, three raises.",
)
_NEUTRAL: Final = Wording(
    "Distenda {joint} fin dove riesce senza dolore, e non si muova.",
    "Straighten {joint} as far as you can without pain, and keep still.",
)
_FLEXIONS: Final = {
    "elbow": Wording(
        "Pieghi e distenda il gomito tre volte. Il braccio resta fermo.",
        "Bend and straighten your elbow three times. The upper arm stays still.",
    ),
    "knee": Wording(
        "Pieghi e distenda il ginocchio tre volte. La coscia resta ferma.",
        "Bend and straighten your knee three times. The thigh stays still.",
    ),
    "wrist": Wording(
        "Alzi e abbassi la mano tre volte. L'avambraccio resta fermo.",
        "Lift and lower your hand three times. The forearm stays still.",
    ),
}
_RAISES: Final = {
    "elbow": Wording(
        "Ora alzi e abbassi tutto il braccio tre volte, senza muovere il gomito.",
        "Now raise and lower the whole arm three times, without moving the elbow.",
    ),
    "knee": Wording(
        "Ora alzi e abbassi tutta la gamba tre volte, senza muovere il ginocchio.",
        "Now raise and lower the whole leg three times, without moving the knee.",
    ),
    "wrist": Wording(
        "Ora alzi e abbassi tutto l'avambraccio tre volte, senza muovere il polso.",
        "Now raise and lower the whole forearm three times, without moving the wrist.",
    ),
}
_DRAWN: Final = {
    ("elbow", AlignmentPhase.FLEXIONS): "elbow-bend",
    ("elbow", AlignmentPhase.RAISES): "forward-arm-raise",
    ("knee", AlignmentPhase.FLEXIONS): "knee-extension",
    ("wrist", AlignmentPhase.FLEXIONS): "wrist-lift",
}


def title(alignment: Alignment, phase: AlignmentPhase) -> Wording:
    """The sensors' name while the person gets ready, then what to do."""
    if phase is not AlignmentPhase.WAITING:
        return _TITLES[phase]
    if alignment.joint is not None:
        return _sided(_OF_JOINTS[alignment.joint], alignment.placement)
    where = sensor_at(alignment.placement)
    return Wording("Il sensore {where}", "The sensor {where}").filled(where=where)


def asked(
    alignment: Alignment, level: CalibrationLevel, phase: AlignmentPhase, *, pose_measured: bool
) -> Wording:
    """What the person does now.

    Args:
        alignment: what is calibrated.
        level: of the ladder.
        phase: of its calibration.
        pose_measured: whether the pose is one whose angle a clinician measured.
    """
    if level == "none":
        return _NONE
    joint = alignment.joint
    if joint is None:
        return _alone(alignment)
    named = _sided(_JOINTS[joint], alignment.placement)
    if level == "functional":
        return {
            AlignmentPhase.WAITING: _TOGETHER,
            AlignmentPhase.STILL: _NEUTRAL.filled(joint=named),
            AlignmentPhase.FLEXIONS: _FLEXIONS[joint],
            AlignmentPhase.RAISES: _RAISES[joint],
        }[phase]
    if level == "stored" or pose_measured:
        return _AS_MEASURED.filled(joint=named)
    return _HANGING_ARM if joint == "elbow" else _SIT_STILL


def shown_exercise(alignment: Alignment, phase: AlignmentPhase) -> str | None:
    """The exercise whose drawing shows the movement; None where there is none."""
    return _DRAWN.get((alignment.joint or "", phase))


def sensor_at(placement: str) -> Wording:
    """`al polso destro`, `at the right wrist`; an unknown site by its own name."""
    known = _SITES.get(site_of(placement))
    return (
        Wording(f"({placement})", f"({placement})") if known is None else _sided(known, placement)
    )


def sensor_silent(placement: str) -> Wording:
    """A sensor that sends nothing: nobody did anything wrong."""
    return Wording(
        "Il sensore {where} non trasmette. Controlli che sia acceso e vicino, poi riprovi.",
        "The sensor {where} sends nothing. See that it is on and near, then try again.",
    ).filled(where=sensor_at(placement))


def _alone(alignment: Alignment) -> Wording:
    if not alignment.hangs:
        return _SIT_STILL
    return _HANGING_SHANK if site_of(alignment.placement) == "shank" else _HANGING_ARM


def _sided(wording: Wording, placement: str) -> Wording:
    side = placement.removeprefix(site_of(placement)).removeprefix("-")
    words = _SIDES.get(side)
    if words is None:
        return wording.filled(m="", f="", side="")
    return wording.filled(**words, side=words["m"])
