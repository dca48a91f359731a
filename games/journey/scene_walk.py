"""Which scene a session has: by seed, without one that is fresh in memory.

Steps, of the regions that the way has reached:

1. leave out what the last six sessions showed, so that none comes twice in seven;
2. leave out every pair of light and weather that another day of this week had; where that leaves
   nothing (more than twelve sessions in the week of a single region) step 1 alone holds;
3. of the rest, what was never shown comes first, the region one is in before those behind; once all
   was shown, what was shown least.

A draw by seed and by the number of sessions before decides among equals: the same history gives the
same scene, on this box or on another.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from games.scenes.scene import SCENES, GameScene, Light, Region, SceneWeather

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from .way import Way

__all__ = ["SceneShown", "next_scene", "scene_named", "scene_variant"]

APART: Final = 6
"""Sessions between a scene and its return, at least."""


@dataclass(frozen=True, slots=True)
class SceneShown:
    """A scene that a session had, and its day."""

    day: date
    scene: GameScene


def next_scene(shown: Sequence[SceneShown], way: Way, today: date, seed: str) -> GameScene:
    """The scene of a session.

    Args:
        shown: of all sessions before, oldest first.
        way: how far one has come before this session.
        today: its day.
        seed: of the person.
    """
    if not shown:
        return GameScene()
    recent = {one.scene for one in shown[-APART:]}
    open_scenes = [s for s in SCENES if s.region in way.regions and s not in recent]
    monday = today - timedelta(days=today.weekday())
    of_week = {
        (one.scene.light, one.scene.weather)
        for one in shown
        if one.day != today and monday <= one.day < monday + timedelta(days=7)
    }
    apart = [s for s in open_scenes if (s.light, s.weather) not in of_week] or open_scenes
    times = {scene: sum(one.scene == scene for one in shown) for scene in apart}

    def rank(scene: GameScene) -> tuple[int, bool]:
        return times[scene], scene.region is not way.region

    best = min(rank(scene) for scene in apart)
    equals = [scene for scene in apart if rank(scene) == best]
    return random.Random(f"scene {seed} {len(shown)}").choice(equals)


def scene_variant(scene: GameScene) -> str:
    """A scene as it stands in the record of a session."""
    return f"{scene.region}.{scene.light}.{scene.weather}"


def scene_named(variant: str) -> GameScene | None:
    """A scene from its record; None where this version knows none of that name."""
    try:
        region, light, weather = variant.split(".")
        return GameScene(Region(region), Light(light), SceneWeather(weather))
    except ValueError:
        return None
