"""Draws an exercise's figure: the moving part in colour, its way as an arrow, a ghost at its end.

A physiotherapist's own take can be shown beside it: the same figure, pale, moved by what was
recorded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pygame

from games.ui.paint import mix, shrunk

from .arrow import arrow_of
from .body import BOX
from .poses import posed_in
from .upright import upright

if TYPE_CHECKING:
    from games.ui.paint import Colour

    from .body import Bone, Place, Pose

__all__ = ["ExerciseDrawing"]

BODY: Final[Colour] = (104, 114, 138)
MOVES: Final[Colour] = (0, 104, 170)
WOOD: Final[Colour] = (196, 172, 140)
GROUND: Final[Colour] = (255, 252, 244)
SENSOR: Final[Colour] = (24, 32, 56)
SCALE = 2
FIT = 0.88
STEPS = 24
HEAD_STAYS: Final = 60.0
"""How far a head may move, in the drawing's units, before its place at the end is shown too."""
MOST_KEPT = 60
"""A megabyte each: a loop's steps, and some with a ghost."""


class ExerciseDrawing:
    """One exercise's looping drawing.

    Args:
        exercise: id of the library; exercises without a drawing of their own show an arm raise.
        mirrored: for the left side.
        posture: as the plan asks for it; empty: the usual one.
    """

    def __init__(self, exercise: str, *, mirrored: bool = False, posture: str = "") -> None:
        posed = posed_in(exercise, posture)
        self._pose = (lambda share: upright(posed(share))) if posture == "standing" else posed
        self._mirrored = mirrored
        # Whose head comes along is not shown headless at the end of the way.
        first, last = self._pose(0.0).head, self._pose(1.0).head
        self._rises = first is not None and last is not None and math.dist(first, last) > HEAD_STAYS
        self._made: dict[tuple[int, int | None, tuple[int, int] | None], pygame.Surface] = {}
        self._needed: pygame.Rect | None = None

    def at(
        self, share: float, ghost: float | None = None, room: tuple[int, int] | None = None
    ) -> pygame.Surface:
        """The figure at `share` of the movement; `ghost` shows another's, pale, behind it.

        With `room`, pixels, it is cut to what its whole loop needs and fills the room.
        """
        step = round(max(0.0, min(1.0, share)) * STEPS)
        other = None if ghost is None else round(max(0.0, min(1.0, ghost)) * STEPS)
        key = (step, other, room)
        if key not in self._made:
            if len(self._made) > MOST_KEPT:
                self._made.clear()
            large = self._drawn(step / STEPS, other)
            self._made[key] = shrunk(large, BOX) if room is None else self._filling(large, room)
        return self._made[key]

    def at_rest(self, room: tuple[int, int]) -> pygame.Surface:
        """The figure where the movement begins, with nothing that points to a movement."""
        key = (-1, None, room)
        if key not in self._made:
            self._made[key] = self._filling(self._drawn(0.0, None, moves=False), room)
        return self._made[key]

    def _filling(self, large: pygame.Surface, room: tuple[int, int]) -> pygame.Surface:
        if self._needed is None:
            parts = [self._drawn(share, None).get_bounding_rect() for share in (0, 0.25, 0.5, 1)]
            self._needed = parts[0].unionall(parts[1:]).inflate(8, 8).clip(large.get_rect())
        part = large.subsurface(self._needed)
        scale = min(room[0] / part.get_width(), room[1] / part.get_height())
        size = (round(part.get_width() * scale), round(part.get_height() * scale))
        return shrunk(part, size)

    def _drawn(self, share: float, ghost: int | None, *, moves: bool = True) -> pygame.Surface:
        large = pygame.Surface((BOX[0] * SCALE, BOX[1] * SCALE), pygame.SRCALPHA)
        pose = self._pose(share)
        for thing in pose.things:
            _polygon(large, WOOD, thing.points)
        target = self._pose(1.0 if ghost is None else ghost / STEPS)
        for bone in target.bones:
            if bone.moving and moves:
                _bone(large, bone, mix(MOVES, GROUND, 0.76))
        if target.head is not None and moves and (ghost is not None or self._rises):
            _circle(large, mix(BODY, GROUND, 0.7), target.head, 34)
        for bone in pose.bones:
            _bone(large, bone, MOVES if bone.moving else BODY)
        if pose.head is not None:
            _circle(large, BODY, pose.head, 36)
        for thing in pose.held:
            _polygon(large, (120, 84, 56), thing.points)
        if moves:
            self._arrow(large)
        _sensor(large, pose)
        if self._mirrored:
            return pygame.transform.flip(large, flip_x=True, flip_y=False)
        return large

    def _arrow(self, large: pygame.Surface) -> None:
        dashes, head = arrow_of(self._pose)
        for start, stop in dashes:
            pygame.draw.line(large, SENSOR, _scaled(start), _scaled(stop), 4 * SCALE)
        _polygon(large, SENSOR, head)


def _scaled(place: Place) -> Place:
    """Into the picture, with room above for raised hands and their arrow."""
    return (place[0] * FIT + 38) * SCALE, (place[1] * FIT + 56) * SCALE


def _circle(large: pygame.Surface, colour: Colour, at: Place, radius: float) -> None:
    pygame.draw.circle(large, colour, _scaled(at), radius * FIT * SCALE)


def _polygon(large: pygame.Surface, colour: Colour, points: tuple[Place, ...]) -> None:
    pygame.draw.polygon(large, colour, [_scaled(p) for p in points])


def _bone(large: pygame.Surface, bone: Bone, colour: Colour) -> None:
    """A rounded limb with a fine light rim, so that limbs that cross stay apart."""
    dx, dy = bone.stop[0] - bone.start[0], bone.stop[1] - bone.start[1]
    far = math.hypot(dx, dy) or 1.0
    rims = ((bone.width + 5, GROUND),) if bone.rim else ()
    for width, shade in (*rims, (bone.width, colour)):
        across = (-dy / far * width / 2, dx / far * width / 2)
        corners = (
            (bone.start[0] + across[0], bone.start[1] + across[1]),
            (bone.stop[0] + across[0], bone.stop[1] + across[1]),
            (bone.stop[0] - across[0], bone.stop[1] - across[1]),
            (bone.start[0] - across[0], bone.start[1] - across[1]),
        )
        _polygon(large, shade, corners)
        _circle(large, shade, bone.start, width / 2)
        _circle(large, shade, bone.stop, width / 2)


def _sensor(large: pygame.Surface, pose: Pose) -> None:
    x, y = _scaled(pose.sensor)
    place = pygame.Rect(0, 0, 22 * SCALE, 22 * SCALE)
    place.center = (round(x), round(y))
    pygame.draw.rect(large, GROUND, place.inflate(4 * SCALE, 4 * SCALE), border_radius=7 * SCALE)
    pygame.draw.rect(large, SENSOR, place, border_radius=6 * SCALE)
    pygame.draw.circle(large, (255, 196, 92), place.center, 4 * SCALE)
