"""What the sensors worn can see of an exercise: one table, and nothing is guessed beyond it.

A row holds for an exercise in a posture with sensors at all of its sites; the row with the
most sites wins. No row speaks of a shoulder: a sensor sees the segment it lies on. A forearm
tells the arm's elevation only with a straight elbow and an upright trunk, so those rows name
the condition, and they fall away as soon as the elbow is known to be bent. Gravity gives no
plane of elevation, and a rotation about the vertical cannot be seen without a heading.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from telemetry.errors import ConfigurationError
from therapy.wording import Wording

from .library import EXERCISES, exercise_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.body import Side

__all__ = [
    "ARM_APART",
    "TABLE",
    "TIMED",
    "ElbowCondition",
    "Observable",
    "Quantity",
    "Row",
    "Unobservable",
    "observable_of",
    "placement_at",
    "site_of",
]

STRAIGHT_MOST_DEG: Final = 15.0
"""An elbow bent by more than this is not straight."""
MIDDLE_SITES: Final = frozenset({"sternum"})
RIGHT_ANGLE_DEG: Final = (75.0, 105.0)
"""Where an elbow counts as held at a right angle."""

ElbowCondition: TypeAlias = Literal["straight", "right angle"]

UPRIGHT: Final = frozenset({"seated", "standing"})
SEATED: Final = frozenset({"seated"})
SUPINE: Final = frozenset({"supine"})
STANDING: Final = frozenset({"standing"})
_LEAN: Final = ("lean",)


class Quantity(StrEnum):
    """What is computed from the sensors."""

    ELEVATION = "elevation"
    """Angle of a segment's long axis from hanging down, by gravity."""
    RELATIVE_ELEVATION = "relative elevation"
    """The same against the trunk's long axis; needs a sensor on the sternum."""
    FLEXION = "flexion"
    """Angle of a hinge between two segments."""
    ROTATION = "rotation"
    """Turn of a lying person's forearm about the upper arm, seen by gravity."""
    ROLL = "roll"
    """Turn of a segment about its own long axis, which lies level."""
    PITCH = "pitch"
    """Tilt of a segment from where it rests, by gravity."""
    AMPLITUDE = "amplitude"
    """Angle swept by a segment in one movement."""
    RISE_TIME = "rise time"
    """Seconds from the seat to the hip's extension, as the thigh turns; no angle stands for it.

    Of the phases of Schenkman et al. (Phys Ther 1990; 70:638) it is the second and the third:
    momentum transfer, from leaving the seat, and extension. The trunk's leaning forward before
    (flexion momentum) is not seen at the thigh, and has no part in it.
    """
    TIME_UP = "time up"
    """Seconds from the floor to the top of a movement that no angle stands for."""
    SWAY = "sway"
    """Time stood still, and how much the trunk swayed in it."""
    STANDS = "full stands"
    """Full stands from a chair in a time, or the time that five take."""
    CADENCE = "cadence of walking"
    """Minutes walked, and steps a minute."""


TIMED: Final = frozenset(
    {Quantity.RISE_TIME, Quantity.TIME_UP, Quantity.SWAY, Quantity.CADENCE, Quantity.STANDS}
)
"""Quantities that are no angle."""
_NO_ANGLE: Final = Wording("{what}: non è un angolo", "{what}: no angle stands for it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    Attributes:
        sites: where sensors must be; the first carries the quantity, the second is the
            segment it is measured against, where there are two.
        what: the plain wording that goes with every figure.
        elbow: what the elbow must do for the figure to hold.
        also: what else these sensors see.
    """

    exercise: str
    postures: frozenset[str]
    sites: tuple[str, ...]
    quantity: Quantity
    what: Wording
    elbow: ElbowCondition | None = None
    also: tuple[str, ...] = ()

    @property
    def no_angle(self) -> Wording | None:
        """Why it has no range by what it is; None of an angle."""
        return _NO_ANGLE.filled(what=self.what) if self.quantity in TIMED else None


@dataclass(frozen=True, slots=True)
class Observable:
    """What can be seen, and by which placements (as worn, e.g. `wrist-right`)."""

    row: Row
    placements: tuple[str, ...]

    @property
    def quantity(self) -> Quantity:
        """What is computed."""
        return self.row.quantity

    @property
    def what(self) -> Wording:
        """The wording to show beside every figure."""
        return self.row.what

    @property
    def in_degrees(self) -> bool:
        """Whether it gives a range of motion."""
        return self.row.quantity not in TIMED


@dataclass(frozen=True, slots=True)
class Unobservable:
    """Repetitions may be counted, but no range may be reported; the reason says why."""

    reason: Wording


_FOREARM_UP = Wording(
    "elevazione dell'avambraccio, gomito teso", "forearm elevation, elbow straight"
)
_ARM_UP = Wording("elevazione del braccio, busto eretto", "upper arm elevation, trunk upright")
_ARM_AGAINST = Wording(
    "elevazione del braccio rispetto al busto", "upper arm elevation against the trunk"
)
ARM_APART: Final = Wording(
    "elevazione del braccio, inclinazione del busto a parte",
    "upper arm elevation, trunk lean apart",
)
"""What is given in place of one against the trunk, whose lean stands beside it."""
_ASSISTED = Wording(
    "elevazione assistita del braccio, da supini", "assisted upper arm elevation, lying"
)
_TURN = Wording(
    "rotazione dell'avambraccio, da supini, gomito a 90°",
    "forearm rotation, lying, elbow at 90°",
)
_ELBOW = Wording("flessione del gomito", "elbow flexion")
_FOREARM_BEND = Wording(
    "elevazione dell'avambraccio, braccio fermo", "forearm elevation, upper arm at rest"
)
_ROLL = Wording(
    "rotazione dell'avambraccio appoggiato", "forearm turn about its own axis, supported"
)
_WRIST = Wording("estensione del polso", "wrist extension")
_HAND = Wording("inclinazione della mano, avambraccio appoggiato", "hand tilt, forearm supported")
_KNEE = Wording("flessione del ginocchio", "knee flexion")
_SHANK = Wording("elevazione della gamba, da seduti", "shank elevation, seated")
_THIGH = Wording("sollevamento della coscia, da seduti", "thigh lift, seated")
_RISE = Wording("tempo per alzarsi", "time to rise")
_FOOT = Wording("inclinazione del piede", "foot tilt")
_ON_TOES = Wording("tempo per salire sulle punte", "time to rise on the toes")
_ASIDE = Wording("inclinazione della coscia di lato", "thigh inclination sideways")
_BRIDGE = Wording("sollevamento della coscia, da supini", "thigh lift, lying")
_STANCE = Wording("tempo in equilibrio e oscillazione del busto", "time in balance, trunk sway")
_STANDS = Wording("alzate complete dalla sedia", "full stands from a chair")
_WALK = Wording("minuti di cammino e passi al minuto", "minutes walked, steps a minute")
_REACH = Wording("ampiezza dell'avambraccio", "forearm swing")


def _rows() -> tuple[Row, ...]:
    rows: list[Row] = []

    def add(
        exercise: str,
        postures: frozenset[str],
        sites: tuple[str, ...],
        quantity: Quantity,
        what: Wording,
        *,
        elbow: ElbowCondition | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        rows.append(
            Row(
                exercise=exercise,
                postures=postures,
                sites=sites,
                quantity=quantity,
                what=what,
                elbow=elbow,
                also=also,
            )
        )

    for raised in ("forward-arm-raise", "arm-abduction"):
        against = ("upper-arm", "sternum")
        add(raised, UPRIGHT, against, Quantity.RELATIVE_ELEVATION, _ARM_AGAINST, also=_LEAN)
        add(raised, UPRIGHT, ("upper-arm",), Quantity.ELEVATION, _ARM_UP)
    add("supine-stick-flexion", SUPINE, ("upper-arm",), Quantity.ELEVATION, _ASSISTED)
    for site in ("wrist", "forearm"):
        for raised in ("forward-arm-raise", "arm-abduction"):
            add(raised, UPRIGHT, (site,), Quantity.ELEVATION, _FOREARM_UP, elbow="straight")
        add("external-rotation", SUPINE, (site,), Quantity.ROTATION, _TURN, elbow="right angle")
        pair = (site, "upper-arm")
        add("elbow-bend", UPRIGHT, pair, Quantity.FLEXION, _ELBOW, also=("extension deficit",))
        add("elbow-bend", UPRIGHT, (site,), Quantity.ELEVATION, _FOREARM_BEND)
        add("forearm-turn", SEATED, (site,), Quantity.ROLL, _ROLL)
        add("wrist-lift", SEATED, ("hand", site), Quantity.FLEXION, _WRIST)
        add("big-reach", UPRIGHT, (site,), Quantity.AMPLITUDE, _REACH, also=("decrement",))
    add("wrist-lift", SEATED, ("hand",), Quantity.PITCH, _HAND)
    leg = ("shank", "thigh")
    add("knee-extension", SEATED, leg, Quantity.FLEXION, _KNEE, also=("active extension deficit",))
    add("knee-extension", SEATED, ("shank",), Quantity.ELEVATION, _SHANK)
    add("heel-slide", SUPINE, leg, Quantity.FLEXION, _KNEE)
    add("seated-march", SEATED, ("thigh",), Quantity.PITCH, _THIGH, also=("cadence",))
    rise = ("thigh", "sternum")
    add("sit-to-stand", SEATED, rise, Quantity.RISE_TIME, _RISE, also=_LEAN)
    add("sit-to-stand", SEATED, ("thigh",), Quantity.RISE_TIME, _RISE)
    add("toe-heel-raise", SEATED, ("foot",), Quantity.PITCH, _FOOT)
    add("heel-raise", STANDING, ("foot",), Quantity.TIME_UP, _ON_TOES)
    add("hip-abduction", STANDING, ("thigh", "sternum"), Quantity.PITCH, _ASIDE, also=_LEAN)
    add("hip-abduction", STANDING, ("thigh",), Quantity.PITCH, _ASIDE)
    for stance in ("balance-stance", "balance-semi-tandem", "balance-tandem"):
        add(stance, STANDING, ("sternum",), Quantity.SWAY, _STANCE)
    for test, figure in (
        ("chair-stand-30s", "stands in 30 s"),
        ("five-stands", "time to the fifth stand"),
        ("five-sits", "time to the fifth sit"),
    ):
        add(test, SEATED, ("thigh",), Quantity.STANDS, _STANDS, also=(figure,))
    add("walk", STANDING, ("shank",), Quantity.CADENCE, _WALK)
    add("bridge", SUPINE, ("thigh",), Quantity.PITCH, _BRIDGE, also=("hold",))
    return tuple(rows)


TABLE: Final = _rows()
"""Posture x placement x sensors: all that may be reported."""

_VERTICAL = Wording(
    "una rotazione attorno alla verticale non si vede senza una direzione di riferimento",
    "a rotation about the vertical cannot be seen without a heading",
)
_REASONS: Final[dict[tuple[str, str], Wording]] = (
    {
        ("external-rotation", "seated"): _VERTICAL,
        ("external-rotation", "standing"): _VERTICAL,
        ("internal-rotation", "seated"): _VERTICAL,
        ("internal-rotation", "standing"): _VERTICAL,
        ("pendulum", "standing"): Wording(
            "il braccio dondola con il busto piegato: la gravità non dà l'angolo della spalla",
            "the arm swings with the trunk bent: gravity gives no angle at the shoulder",
        ),
        ("heel-slide", "supine"): Wording(
            "un solo sensore non distingue il ginocchio dall'anca: servono gamba e coscia",
            "one sensor cannot tell knee from hip: it takes shank and thigh",
        ),
    }
    | {
        ("trapezius-extension", posture): Wording(
            "si muove la scapola, non il segmento sotto il sensore",
            "the shoulder blade moves, not the segment under the sensor",
        )
        for posture in ("seated", "standing")
    }
    | {
        ("upright-row", posture): Wording(
            "il gomito si piega mentre il braccio sale: l'avambraccio non dice nulla del braccio",
            "the elbow bends as the arm rises: the forearm tells nothing about the arm",
        )
        for posture in ("seated", "standing")
    }
)


def observable_of(
    exercise: str,
    posture: str,
    placements: Iterable[str],
    *,
    gyroscopes: bool = True,
    elbow_deg: float | None = None,
) -> Observable | Unobservable:
    """What may be reported of an exercise with these sensors.

    Args:
        exercise: id of the library.
        posture: seated, standing or supine.
        placements: as worn, with or without side, e.g. `wrist-right`.
        gyroscopes: whether the sensors have them; acceleration alone cannot tell a moving
            segment's angle.
        elbow_deg: how far the elbow is bent, where that is known; None: as the exercise asks.

    Raises:
        ConfigurationError: unknown exercise.
    """
    exercise_named(exercise)
    worn = {site_of(p): p for p in sorted(placements)}
    rows = [
        row
        for row in TABLE
        if row.exercise == exercise and posture in row.postures and worn.keys() >= set(row.sites)
    ]
    if not rows:
        return Unobservable(_why_no_row(exercise, posture, worn))
    if not gyroscopes:
        return Unobservable(
            Wording(
                "senza giroscopio l'angolo di un segmento in movimento non si vede",
                "without a gyroscope the angle of a moving segment cannot be seen",
            )
        )
    holding = [row for row in rows if _elbow_holds(row.elbow, elbow_deg)]
    if not holding:
        return Unobservable(
            Wording(
                f"gomito piegato di {elbow_deg:.0f}°: l'avambraccio non dice nulla del braccio",
                f"elbow bent by {elbow_deg:.0f}°: the forearm tells nothing about the arm",
            )
        )
    row = max(holding, key=lambda r: len(r.sites))
    return Observable(row, tuple(worn[site] for site in row.sites))


def placement_at(site: str, side: Side) -> str:
    """Where a sensor is worn at a site: a limb has two sides, the breastbone is one."""
    return site if site in MIDDLE_SITES else f"{site}-{side}"


def site_of(placement: str) -> str:
    """A placement without its side: `upper-arm-left` is at the upper arm.

    Raises:
        ConfigurationError: an empty placement.
    """
    if not placement:
        raise ConfigurationError("a placement is empty: give e.g. 'wrist-right'")
    return placement.removesuffix("-left").removesuffix("-right")


def _elbow_holds(condition: ElbowCondition | None, elbow_deg: float | None) -> bool:
    if condition is None or elbow_deg is None:
        return True
    if condition == "straight":
        return abs(elbow_deg) <= STRAIGHT_MOST_DEG
    return RIGHT_ANGLE_DEG[0] <= elbow_deg <= RIGHT_ANGLE_DEG[1]


def _why_no_row(exercise: str, posture: str, worn: dict[str, str]) -> Wording:
    if (exercise, posture) in _REASONS:
        return _REASONS[exercise, posture]
    listed = [r for r in TABLE if r.exercise == exercise and posture in r.postures]
    if not listed:
        name = EXERCISES[exercise].name
        return Wording(
            f"{name.it}: in questa posizione ({posture}) nessuna misura è prevista",
            f"{name.en}: no measure is listed for this posture ({posture})",
        )
    at = ", ".join(sorted(worn)) or "-"
    fewest = min(listed, key=lambda r: len(r.sites))
    needs = " + ".join(fewest.sites)
    return Wording(
        f"sensori indossati: {at}; per una misura serve: {needs}",
        f"sensors worn: {at}; a measure takes: {needs}",
    )
