"""An exercise's figure as SVG: for pages, where no window of a game is."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from .arrow import arrow_of
from .poses import POSES, posed_in
from .upright import upright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .body import Bone, Place, Pose

__all__ = ["exercise_svg"]

BODY: Final = "#68728a"
MOVES: Final = "#0068aa"
AT_ITS_END: Final = "#c5d8df"
WOOD: Final = "#c4ac8c"
HELD: Final = "#785438"
GROUND: Final = "#ffffff"
SENSOR: Final = "#182038"
LIGHT: Final = "#ffc45c"
MARGIN: Final = 26.0
HEAD: Final = 36.0


def exercise_svg(exercise: str, posture: str, title: str) -> str | None:
    """The figure where the movement begins, its end in pale, and an arrow between the two.

    The moving part is in colour, and a square is where the first sensor is worn, as games draw it.

    Args:
        exercise: id of the library.
        posture: as the plan asks for it.
        title: is read aloud in place of the picture.

    Returns:
        None where the exercise has no drawing of its own.
    """
    if exercise not in POSES:
        return None
    posed = posed_in(exercise, posture)
    pose_at: Callable[[float], Pose] = posed
    if posture == "standing":
        pose_at = lambda share: upright(posed(share))  # noqa: E731 - a pose, lifted
    first, last = pose_at(0.0), pose_at(1.0)
    dashes, head = arrow_of(pose_at)
    drawn = [
        *(_polygon(thing.points, WOOD) for thing in first.things),
        *(_limb(bone, AT_ITS_END) for bone in last.bones if bone.moving),
        *(_limb(bone, MOVES if bone.moving else BODY) for bone in first.bones),
    ]
    if first.head is not None:
        drawn.append(_circle(first.head, HEAD, BODY))
    drawn += [_polygon(thing.points, HELD) for thing in first.held]
    drawn += [_line(start, stop, 4, SENSOR) for start, stop in dashes]
    drawn.append(_polygon(head, SENSOR))
    drawn += _sensor(first.sensor)
    poses = [pose_at(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_room(poses, head)}" role="img">'
        f"<title>{html.escape(title)}</title>{''.join(drawn)}</svg>"
    )


def _room(poses: Iterable[Pose], head: tuple[Place, ...]) -> str:
    """What all of the movement needs."""
    places = list(head)
    for pose in poses:
        places += [place for bone in pose.bones for place in (bone.start, bone.stop)]
        places += [place for thing in (*pose.things, *pose.held) for place in thing.points]
        if pose.head is not None:
            x, y = pose.head
            places += [(x - HEAD, y - HEAD), (x + HEAD, y + HEAD)]
    left, top = (min(place[n] for place in places) - MARGIN for n in (0, 1))
    right, bottom = (max(place[n] for place in places) + MARGIN for n in (0, 1))
    return f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}"


def _limb(bone: Bone, colour: str) -> str:
    """A rounded limb with a fine light rim, so that limbs that cross stay apart."""
    rim = _line(bone.start, bone.stop, bone.width + 5, GROUND) if bone.rim else ""
    return rim + _line(bone.start, bone.stop, bone.width, colour)


def _line(start: Place, stop: Place, width: float, colour: str) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{stop[0]:.1f}" y2="{stop[1]:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"/>'
    )


def _polygon(points: tuple[Place, ...], colour: str) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{corners}" fill="{colour}"/>'


def _circle(at: Place, radius: float, colour: str) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="{colour}"/>'


def _sensor(at: Place) -> list[str]:
    x, y = at
    return [
        f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side}" height="{side}" '
        f'rx="6" fill="{colour}"/>'
        for side, colour in ((26, GROUND), (22, SENSOR))
    ] + [_circle(at, 4, LIGHT)]
