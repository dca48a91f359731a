"""An exercise's figure as SVG: for pages, where no window of a game is."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .arrow import arrow_of
from .looping import loop_knots_s, share_at
from .poses import POSES, posed_in
from .upright import upright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from therapy.exercises.dose import Tempo

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


@dataclass(frozen=True, slots=True)
class _Part:
    """One shape: how it looks, and the attributes that say where it is."""

    tag: str
    look: str
    places: tuple[tuple[str, str], ...]


def exercise_svg(
    exercise: str, posture: str, title: str, moving: Tempo | None = None
) -> str | None:
    """The figure where the movement begins, its end in pale, and an arrow between the two.

    The moving part is in colour, and a square is where the first sensor is worn, as games draw it.

    Args:
        exercise: id of the library.
        posture: as the plan asks for it.
        title: is read aloud in place of the picture.
        moving: the tempo at which it moves to its end and back; None: it stands still. It moves
            by SVG's own animation: a strict content policy lets no style in.

    Returns:
        None where the exercise has no drawing of its own.
    """
    if exercise not in POSES:
        return None
    posed = posed_in(exercise, posture)
    pose_at: Callable[[float], Pose] = posed
    if posture == "standing":
        pose_at = lambda share: upright(posed(share))  # noqa: E731 - a pose, lifted
    last, knots_s = pose_at(1.0), () if moving is None else loop_knots_s(moving)
    shares = [0.0] if moving is None else [share_at(moving, t) for t in knots_s[:-1]] + [0.0]
    instants = [pose_at(share) for share in shares]
    dashes, head = arrow_of(pose_at)
    drawn = [
        *_over_time((_things(pose) for pose in instants), knots_s),
        *(_still(part) for bone in last.bones if bone.moving for part in _limb(bone, AT_ITS_END)),
        *_over_time((_body(pose) for pose in instants), knots_s),
        *(_still(_line(start, stop, 4, SENSOR)) for start, stop in dashes),
        _still(_polygon(head, SENSOR)),
        *_over_time((_sensor(pose.sensor) for pose in instants), knots_s),
    ]
    poses = [pose_at(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_room(poses, head)}" role="img">'
        f"<title>{html.escape(title)}</title>{''.join(drawn)}</svg>"
    )


def _over_time(instants: Iterable[Sequence[_Part]], knots_s: Sequence[float]) -> list[str]:
    """Each part of a figure, moved where it is not in one place at all instants."""
    return [_moved(part, knots_s) for part in zip(*instants, strict=True)]


def _moved(instants: Sequence[_Part], knots_s: Sequence[float]) -> str:
    first = instants[0]
    ways = []
    for n, (name, place) in enumerate(first.places):
        values = [part.places[n][1] for part in instants]
        if all(value == place for value in values):
            continue
        shares = ";".join(f"{t / knots_s[-1]:.4g}" for t in knots_s)
        ways.append(
            f'<animate attributeName="{name}" dur="{knots_s[-1]:g}s" repeatCount="indefinite" '
            f'keyTimes="{shares}" values="{";".join(values)}"/>'
        )
    return _still(first, "".join(ways))


def _still(part: _Part, inside: str = "") -> str:
    places = " ".join(f'{name}="{value}"' for name, value in part.places)
    return f"<{part.tag} {places} {part.look}>{inside}</{part.tag}>"


def _things(pose: Pose) -> list[_Part]:
    return [_polygon(thing.points, WOOD) for thing in pose.things]


def _body(pose: Pose) -> list[_Part]:
    parts = [part for bone in pose.bones for part in _limb(bone, MOVES if bone.moving else BODY)]
    if pose.head is not None:
        parts.append(_circle(pose.head, HEAD, BODY))
    return parts + [_polygon(thing.points, HELD) for thing in pose.held]


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


def _limb(bone: Bone, colour: str) -> list[_Part]:
    """A rounded limb with a fine light rim, so that limbs that cross stay apart."""
    rims = [_line(bone.start, bone.stop, bone.width + 5, GROUND)] if bone.rim else []
    return [*rims, _line(bone.start, bone.stop, bone.width, colour)]


def _line(start: Place, stop: Place, width: float, colour: str) -> _Part:
    way = f"M{start[0]:.1f} {start[1]:.1f}L{stop[0]:.1f} {stop[1]:.1f}"
    look = f'stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"'
    return _Part("path", look, (("d", way),))


def _polygon(points: tuple[Place, ...], colour: str) -> _Part:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return _Part("polygon", f'fill="{colour}"', (("points", corners),))


def _circle(at: Place, radius: float, colour: str) -> _Part:
    places = ("cx", f"{at[0]:.1f}"), ("cy", f"{at[1]:.1f}")
    return _Part("circle", f'r="{radius:g}" fill="{colour}"', places)


def _sensor(at: Place) -> list[_Part]:
    squares = []
    for side, colour in ((26, GROUND), (22, SENSOR)):
        corner = ("x", f"{at[0] - side / 2:.1f}"), ("y", f"{at[1] - side / 2:.1f}")
        look = f'width="{side}" height="{side}" rx="6" fill="{colour}"'
        squares.append(_Part("rect", look, corner))
    return [*squares, _circle(at, 4, LIGHT)]
