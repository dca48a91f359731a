"""An exercise as the library describes it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

    from therapy.wording import Wording

    from .dose import Dose, Tempo

__all__ = ["POSTURES", "Exercise", "Posture", "suggestion"]

Posture: TypeAlias = Literal["seated", "standing", "supine"]
POSTURES: tuple[Posture, ...] = get_args(Posture)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise; all numbers are defaults that a plan may change.

    Attributes:
        id: as plans and results name it.
        number: place in the library; None for one that is counted only.
        name: what a person reads.
        cue: spoken before it, at most 12 words.
        mistake: its common mistake.
        conditions: whom it typically serves.
        limb: which limb it moves.
        postures: in which it can be done, the usual one first.
        sites: where its first sensor belongs, the best one first.
        second_sites: where a second sensor adds something.
        dose, tempo: defaults.
        context_deg: range of healthy adults, shown as grey context, never as a mark.
        context: the same in words, where two numbers do not tell it.
        most_deg: no limit of a plan lies beyond this.
        rises: it takes the person to standing, whatever the posture it starts in.
        bent_elbow: done with a bent elbow, so a forearm says nothing about the arm.
        amplitude: size is what counts, and there is no upper speed (Parkinson's disease).
        ranged: today's range is found before it is played, and assessed.
        test: a field test, at the person's own best speed and without a game.
        as_many: as many as one can in a time: the dose is the most there can be, and any is all of
            it.
        bears: what bears it, and where pain is asked: the limb that moves, both, whichever wears
            the sensor, or the trunk.
        sided: it is one limb's; else its side is only where a sensor lies, and is not named.
        still: what is held is a stance: nothing strains, so no cap on holds applies.
        supported: it is done with the hands on something firm, or not at all.
        helped: it is done with somebody beside the person, or not at all.
    """

    id: str
    number: int | None
    name: Wording
    cue: Wording
    mistake: Wording
    conditions: Wording
    limb: Literal["arm", "leg"]
    postures: tuple[Posture, ...]
    sites: tuple[str, ...]
    second_sites: tuple[str, ...] = ()
    dose: Dose
    tempo: Tempo
    context_deg: tuple[float, float] | None = None
    context: Wording | None = None
    most_deg: float | None = None
    rises: bool = False
    bent_elbow: bool = False
    amplitude: bool = False
    ranged: bool = True
    test: bool = False
    as_many: bool = False
    bears: Literal["limb", "both", "trunk"] = "limb"
    sided: bool = True
    still: bool = False
    supported: bool = False
    helped: bool = False

    def needs_clearance(self, posture: str) -> bool:
        """Whether it stays locked until the clinician has cleared standing."""
        return self.rises or posture == "standing"


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """What to write in place of a wrong name: the nearest known one, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(wrong.strip().lower(), names, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(names)}"
