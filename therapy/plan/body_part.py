"""Which part of the body an exercise works on, and what it is called where pain is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

if TYPE_CHECKING:
    from .plan_item import PlanItem

__all__ = ["part_of", "part_words"]

_LIMBS: Final = {
    "upper-arm": "arm",
    "forearm": "arm",
    "wrist": "arm",
    "hand": "arm",
    "thigh": "leg",
    "shank": "leg",
    "foot": "leg",
}
_WORDS: Final = {
    "arm-right": Wording("nel braccio o nella spalla a destra", "in your right arm or shoulder"),
    "arm-left": Wording("nel braccio o nella spalla a sinistra", "in your left arm or shoulder"),
    "leg-right": Wording("nella gamba o nell'anca a destra", "in your right leg or hip"),
    "leg-left": Wording("nella gamba o nell'anca a sinistra", "in your left leg or hip"),
    "arms": Wording("nelle braccia o nelle spalle", "in your arms or shoulders"),
    "legs": Wording("nelle gambe o nelle anche", "in your legs or hips"),
    "trunk": Wording("nella schiena o nelle anche", "in your back or hips"),
}


def part_of(item: PlanItem) -> str:
    """The limb and its side, e.g. `arm-right`; both, e.g. `legs`; or `trunk`.

    Of a place that wears no sensor nothing follows: what both legs bear hurts in either.
    """
    if item.known.bears != "limb":
        return f"{item.known.limb}s" if item.known.bears == "both" else "trunk"
    limb = _LIMBS.get(item.known.sites[0]) if item.known.sites else None
    return "trunk" if limb is None else f"{limb}-{item.side}"


def part_words(part: str) -> Wording:
    """The part as it stands in a question."""
    return _WORDS[part]
