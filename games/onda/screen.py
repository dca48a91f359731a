"""How Onda looks: the paper boat on a slow swell, before the shore of its scene.

The water's surface is the wave itself: what lies ahead of the boat is what comes next.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pygame

from games.scenery.weather import FallingWeather
from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.ui.paint import glow, soft_disc

from .art import boat, swell
from .colours import colours_in
from .shores import painted_shore

if TYPE_CHECKING:
    from games.look import Look
    from games.rules.progress import GameEvent
    from games.ui.canvas import Canvas
    from games.ui.paint import Point

    from .rules import OndaState

__all__ = ["OndaScreen"]

BOAT_X = 430
REST_Y, TOP_Y = 560, 190
SECOND_PX = 120
STEP_PX = 16
WIDTH, HEIGHT = 1280, 720
MOST_LANTERNS = 20
SWELLS = (
    (482, 0.1, 900.0, 4.0, 0.25),
    (504, 0.3, 700.0, 7.0, 0.4),
    (532, 0.55, 560.0, 9.0, 0.55),
)
"""The far water: where it lies, how near, its length, height and pace."""


class OndaScreen:
    """Draws Onda's states."""

    def __init__(self, look: Look) -> None:
        self._look = look
        scene = look.scene_of("onda")
        self._air, self._colours = atmosphere_of(scene), colours_in(scene)
        self._shore = painted_shore(scene, look.seed)
        self._weather = FallingWeather(self._air, look.seed)
        horizon = mix(self._air.sky[-1][1], self._colours.water, 0.1 if self._air.night else 0.2)
        self._swells = [
            (base, mix(horizon, self._colours.water, share), wide, tall, pace)
            for base, share, wide, tall, pace in SWELLS
        ]
        boat_picture = boat(self._colours)
        self._boats = {
            tilt: pygame.transform.rotozoom(boat_picture, tilt, 0.86).convert_alpha()
            for tilt in range(-21, 22, 3)
        }
        self._lamp = soft_disc(120, (255, 206, 120), 120).convert_alpha()
        self._lantern = soft_disc(20, (255, 214, 130), 230, power=1.2).convert_alpha()
        self._spark = soft_disc(10, (214, 246, 250), 220, power=1.3).convert_alpha()
        light = mix(self._air.orb.halo, (255, 255, 255), 0.3)
        self._glitter = glow((52, 7), light, round(200 * (1 - 0.7 * self._air.veil)))
        self._glitter = self._glitter.convert_alpha()
        self._halo = soft_disc(150, (160, 230, 240), 110).convert_alpha()

    def heard(self, event: GameEvent) -> None:
        """Everything drawn hangs on the state."""

    def backdrop(self, canvas: Canvas, state: OndaState) -> None:
        """Sky and shore, and the far water."""
        surface = canvas.surface
        surface.blit(self._shore, (0, 0))
        seconds = 0.0 if self._look.reduced_motion else state.drift_s
        for base, colour, wide, tall, pace in self._swells:
            line = [
                (x, base - swell(x, seconds, wide, tall, pace)) for x in range(0, WIDTH + 40, 40)
            ]
            pygame.draw.polygon(surface, colour, [*line, (WIDTH, HEIGHT), (0, HEIGHT)])
        for n in range(30):
            spread = 14 + n * 3.2
            x = self._air.orb.x + spread * math.sin(n * 2.1 + seconds * 0.25)
            self._glitter.set_alpha(round(80 + 70 * math.sin(seconds * 1.1 + n * 1.7)))
            surface.blit(self._glitter, (x - 26, 480 + n * 3.4))

        shown = 0 if self._look.plain else min(state.lanterns, MOST_LANTERNS)
        for n in range(shown):
            surface.blit(self._lantern, (60 + n * 62 - 20, 446 - 9 * math.sin(n * 1.3) - 20))
        if not self._look.reduced_motion:
            self._weather.draw(surface, seconds)

    def draw(self, canvas: Canvas, state: OndaState) -> None:
        """The wave, its band, and the boat."""
        surface = canvas.surface
        line: list[Point] = [
            (x, self._water_y(state, x)) for x in range(0, WIDTH + STEP_PX, STEP_PX)
        ]
        self._draw_water(surface, line)
        self._draw_band(surface, state, line)
        self._draw_boat(surface, state)
        self._draw_front(surface, state, line)

    def _water_y(self, state: OndaState, x: float) -> float:
        """Where the surface is at x: the wave at that time, on a faint swell."""
        ahead_s = (x - BOAT_X) / SECOND_PX
        at_s = state.ride.at_s + ahead_s if state.ride.on else ahead_s - 0.4
        calm = 0.0 if self._look.reduced_motion else swell(x, state.drift_s, 420, 2.4, 0.9)
        return REST_Y - state.wave.height(at_s) * (REST_Y - TOP_Y) - calm

    def _draw_water(self, surface: pygame.Surface, line: list[Point]) -> None:
        for depth, shade in ((0, 0.0), (26, 0.22), (64, 0.42), (120, 0.6), (190, 0.74)):
            sunk = [(x, min(HEIGHT, y + depth + depth * (y - TOP_Y) * 0.0012)) for x, y in line]
            colour = mix(self._colours.water, self._colours.deep, shade)
            pygame.draw.polygon(surface, colour, [*sunk, (WIDTH, HEIGHT), (0, HEIGHT)])
        pygame.draw.lines(surface, self._colours.crest, False, line, 4)

    def _draw_band(self, surface: pygame.Surface, state: OndaState, line: list[Point]) -> None:
        """Dots at both edges of the band, around and ahead of the boat."""
        if self._look.plain:
            return
        band = state.wave.band * (REST_Y - TOP_Y)
        dots = [p for p in line if BOAT_X - 130 <= p[0] <= BOAT_X + 420]
        for n, (x, y) in enumerate(dots):
            if n % 2:
                for edge in (y - band, y + band):
                    if edge < HEIGHT - 90:
                        surface.blit(self._spark, (x - 10, edge - 10))

    def _draw_boat(self, surface: pygame.Surface, state: OndaState) -> None:
        ceiling = state.control.ceiling
        share = state.height / ceiling if ceiling > 0 else 0.0
        y = REST_Y - share * (REST_Y - TOP_Y)
        slope = state.control.speed / ceiling if ceiling > 0 else 0.0
        tilt = max(-21, min(21, round(40 * slope / 3) * 3))
        if state.near and state.ride.on and not self._look.plain:
            surface.blit(self._halo, (BOAT_X - 150, y - 190))
        picture = self._boats[tilt]
        if self._air.night:
            surface.blit(self._lamp, (BOAT_X + 64 - 120, y - 62 - 120))
        surface.blit(picture, picture.get_rect(center=(BOAT_X, y - 40)))

    def _draw_front(self, surface: pygame.Surface, state: OndaState, line: list[Point]) -> None:
        """A little water before the keel, and the wake."""
        near = [(x, y + 16) for x, y in line if BOAT_X - 100 <= x <= BOAT_X + 100]
        if state.near and not self._look.plain:
            pygame.draw.lines(
                surface, mix(self._colours.water, self._colours.crest, 0.7), False, near, 3
            )
        for n in range(9):
            x = BOAT_X - 90 - n * 34
            y = self._water_y(state, x) + 10
            self._spark.set_alpha(200 - n * 20)
            surface.blit(self._spark, (x - 10, y - 10))
        self._spark.set_alpha(255)
