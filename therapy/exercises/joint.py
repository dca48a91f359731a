"""The joints that two sensors can see: which lies between which sites."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from .observable import site_of

__all__ = ["JOINTS", "Joint", "joint_between"]

Joint: TypeAlias = Literal["elbow", "knee", "wrist"]

JOINTS: Final[dict[tuple[str, str], Joint]] = {
    ("upper-arm", "forearm"): "elbow",
    ("upper-arm", "wrist"): "elbow",
    ("thigh", "shank"): "knee",
    ("forearm", "hand"): "wrist",
    ("wrist", "hand"): "wrist",
}
"""The joint between two sites, the one nearer to the trunk first."""


def joint_between(proximal: str, distal: str) -> Joint | None:
    """The joint between two placements of one side; None where there is none in the table."""
    sites = (site_of(proximal), site_of(distal))
    same_side = proximal.removeprefix(sites[0]) == distal.removeprefix(sites[1])
    return JOINTS.get(sites) if same_side else None
