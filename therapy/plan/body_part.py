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
    "trunk": Wording("nella schiena", "in your back"),
}


def part_of(item: PlanItem) -> str:
    """The limb and its side, e.g. `arm-right`; `trunk` where no limb is named."""
    limb = _LIMBS.get(item.known.sites[0]) if item.known.sites else None
    return "trunk" if limb is None else f"{limb}-{item.side}"


def part_words(part: str) -> Wording:
    """The part as it stands in a question."""
    return _WORDS[part]
