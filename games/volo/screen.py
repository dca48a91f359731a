"""How Volo looks: the swallow, its rings and the land, drawn from a state."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pygame

from games.rules.progress import TrialOutcome
from games.rules.reach import ReachStage
from games.ui.paint import progress_rings, soft_disc

from .art import BLOSSOM, petal, ring, swallow
from .colours import plumage_in
from .scenery import Scenery

if TYPE_CHECKING:
    from games.look import Look
    from games.rules.progress import GameEvent
    from games.ui.canvas import Canvas

    from .rules import Passed, VoloState

__all__ = ["VoloScreen"]

FLYER_X = 400
GROUND_Y, SKY_Y = 560, 168
METRE_PX = 78
FRAMES = 12
TRAIL = 34
TURN_DEG = 5


class VoloScreen:
    """Draws Volo's states."""

    def __init__(self, look: Look) -> None:
        self._look = look
        scene = look.scene_of("volo")
        self._feathers = plumage_in(scene)
        self._scenery = Scenery(scene, look.seed)
        self._swallows = [
            swallow(math.sin(2 * math.pi * n / FRAMES), self._feathers).convert_alpha()
            for n in range(FRAMES)
        ]
        self._turned = {
            (frame, turn): pygame.transform.rotozoom(picture, TURN_DEG * turn, 0.92)
            for frame, picture in enumerate(self._swallows)
            for turn in range(-4, 7)
        }
        self._rings: dict[tuple[int, bool], tuple[pygame.Surface, pygame.Surface]] = {}
        self._petals = [petal(n).convert_alpha() for n in range(6)]
        self._light = soft_disc(110, (255, 255, 250), 150).convert_alpha()
        self._holds = [
            p.convert_alpha() for p in progress_rings(96, 7, self._feathers.ring, BLOSSOM)
        ]
        self._mote = soft_disc(9, (255, 255, 255), 230, power=1.2).convert_alpha()
        self._trail: list[tuple[float, float]] = []
        self._petals_from: tuple[float, float] | None = None
        self._flap = 0.0
        self._tick = 0

    def heard(self, event: GameEvent) -> None:
        """Petals for a flight in its tempo: the ornament."""
        still = self._look.reduced_motion or self._look.plain
        if isinstance(event, TrialOutcome) and event.ornament and not still:
            self._petals_from = (-1.0, 0.0)

    def backdrop(self, canvas: Canvas, state: VoloState) -> None:
        """The land below, and what falls from the air."""
        still = self._look.reduced_motion
        seconds = None if still else state.tick * state.setting.dt_s
        self._scenery.draw(canvas.surface, 0.0 if still else state.distance, seconds)
        self._ring(state.asked.half, low=False)

    def draw(self, canvas: Canvas, state: VoloState) -> None:
        """Rings, the swallow between their halves, the trail and petals."""
        surface = canvas.surface
        y = self._y(state.altitude, state)
        self._remember(state, y)
        low = state.reach.stage is ReachStage.BACK
        ahead = self._placed(state, state.gap, 0.0 if low else state.asked.share, low=low)
        behind = None if state.passed is None else self._left(state, state.passed)
        for placed in (ahead, behind):
            if placed is not None:
                surface.blit(placed[0], placed[2])
        self._draw_trail(surface, state)
        self._draw_hold(surface, state, y)
        self._draw_swallow(surface, state, y)
        for placed in (ahead, behind):
            if placed is not None:
                surface.blit(placed[1], placed[2])
        self._draw_petals(surface, state, y)

    def _y(self, altitude: float, state: VoloState) -> float:
        share = altitude / state.control.ceiling if state.control.ceiling > 0 else 0.0
        return GROUND_Y - share * (GROUND_Y - SKY_Y)

    def _ring(self, half: float, *, low: bool) -> tuple[pygame.Surface, pygame.Surface]:
        opening = 62 if low else max(56, round(half * (GROUND_Y - SKY_Y) / 4) * 4)
        if (opening, low) not in self._rings:
            far, near = ring(opening, self._feathers, low=low)
            self._rings[opening, low] = far.convert_alpha(), near.convert_alpha()
        return self._rings[opening, low]

    def _placed(
        self, state: VoloState, gap: float, share: float, *, low: bool, half: float | None = None
    ) -> tuple[pygame.Surface, pygame.Surface, pygame.Rect]:
        far, near = self._ring(state.asked.half if half is None else half, low=low)
        y = GROUND_Y - share * (GROUND_Y - SKY_Y)
        bob = 0.0 if self._look.reduced_motion else 4 * math.sin(state.tick / state.setting.step_hz)
        return far, near, far.get_rect(center=(FLYER_X + 60 + gap * METRE_PX, y + bob))

    def _left(
        self, state: VoloState, passed: Passed
    ) -> tuple[pygame.Surface, pygame.Surface, pygame.Rect]:
        share = 0.0 if passed.low else passed.share
        return self._placed(state, passed.gap, share, low=passed.low, half=passed.half)

    def _remember(self, state: VoloState, y: float) -> None:
        elapsed_s = (state.tick - self._tick) * state.setting.dt_s
        self._tick = state.tick
        climbing = max(0.0, state.control.speed)
        self._flap += max(0.0, min(elapsed_s, 0.1)) * (1.1 + min(2.2, 5.0 * climbing)) * FRAMES
        if not self._trail or state.distance - self._trail[-1][0] > 0.14:
            self._trail = [*self._trail[-TRAIL:], (state.distance, y)]

    def _draw_trail(self, surface: pygame.Surface, state: VoloState) -> None:
        points = [
            (FLYER_X - 58 - (state.distance - metres) * METRE_PX, y + 8)
            for metres, y in self._trail
            if state.distance > metres
        ]
        for n, point in enumerate(points):
            if point[0] > -20:
                self._mote.set_alpha(round(210 * (n + 1) / len(points)))
                surface.blit(self._mote, (point[0] - 9, point[1] - 9))

    def _draw_hold(self, surface: pygame.Surface, state: VoloState, y: float) -> None:
        """A ring of light around the flyer that closes while the hold is kept."""
        if state.reach.stage is not ReachStage.OUT or not state.asked.holds(state.control):
            return
        surface.blit(self._light, (FLYER_X - 110, y - 110))
        share = min(1.0, state.reach.held_ns / max(1.0, state.asked.hold_s * 1e9))
        picture = self._holds[round(24 * share)]
        surface.blit(picture, picture.get_rect(center=(FLYER_X, round(y))))

    def _draw_swallow(self, surface: pygame.Surface, state: VoloState, y: float) -> None:
        pitch = max(-20.0, min(30.0, 60.0 * state.control.speed))
        gliding = state.control.speed < -0.05
        frame = 2 if gliding else int(self._flap) % FRAMES
        picture = self._turned[frame, round(pitch / TURN_DEG)]
        bob = 0.0 if self._look.reduced_motion else 3 * math.sin(state.distance * 1.7)
        surface.blit(picture, picture.get_rect(center=(FLYER_X, y + bob)))

    def _draw_petals(self, surface: pygame.Surface, state: VoloState, y: float) -> None:
        if self._petals_from is None:
            return
        if self._petals_from[0] < 0:
            self._petals_from = (state.tick / state.setting.step_hz, y)
        since_s = state.tick / state.setting.step_hz - self._petals_from[0]
        if since_s > 2.4:
            self._petals_from = None
            return
        for n in range(16):
            a = n * 2.399
            out = 40 + 46 * since_s + 6 * (n % 5)
            at = (
                FLYER_X + 60 + out * math.cos(a) - 90 * since_s,
                self._petals_from[1] + out * 0.8 * math.sin(a) + 34 * since_s * since_s,
            )
            picture = self._petals[(n + int(since_s * 3)) % 6]
            picture.set_alpha(round(255 * min(1.0, 2.4 - since_s)))
            surface.blit(picture, at)
