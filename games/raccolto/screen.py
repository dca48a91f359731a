"""How Raccolto looks: the picker, the fruit on its stem, the basket that fills."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pygame

from games.rules.progress import GamePhase
from games.rules.reach import ReachStage
from games.scenery.weather import FallingWeather
from games.scenes.atmosphere import atmosphere_of
from games.scenes.colour import mix
from games.ui.paint import progress_rings, soft_disc

from .art import STEM_X, basket, fruit, picker
from .colours import harvest_in
from .orchards import leaves, orchard

if TYPE_CHECKING:
    from games.look import Look
    from games.rules.progress import GameEvent
    from games.ui.canvas import Canvas

    from .rules import RaccoltoState

__all__ = ["RaccoltoScreen"]

GROUND_Y, SKY_Y = 540, 222
CUP_Y = 70
BASKET = (296, 520)
FALL_S = 0.8
CLOSINGS = 8
GOLD = (70, 120, 30)
"""Added to a fruit's colour: the ornament."""


class RaccoltoScreen:
    """Draws Raccolto's states."""

    def __init__(self, look: Look) -> None:
        self._look = look
        scene = look.scene_of("raccolto")
        air, harvest = atmosphere_of(scene), harvest_in(scene)
        self._orchard = orchard(scene, look.seed)
        self._weather = FallingWeather(air, look.seed)
        self._stem, self._stem_leaf = air.lit((110, 84, 54)), harvest.leaves[0]
        self._fruit = fruit(scene.region, harvest).convert_alpha()
        self._small = pygame.transform.smoothscale(self._fruit, (58, 58))
        self._golden = self._small.copy()
        self._golden.fill(GOLD, special_flags=pygame.BLEND_RGB_ADD)
        self._pickers = [picker(n / CLOSINGS, harvest).convert_alpha() for n in range(CLOSINGS + 1)]
        self._back, self._front = (part.convert_alpha() for part in basket())
        rings = progress_rings(58, 9, harvest.fruit, (255, 252, 244))
        self._rings = [ring.convert_alpha() for ring in rings]
        self._light = soft_disc(96, (255, 250, 226), 190).convert_alpha()
        self._leaves = [leaf.convert_alpha() for leaf in leaves(harvest)[1]]

    def heard(self, event: GameEvent) -> None:
        """Everything drawn hangs on the state."""

    def backdrop(self, canvas: Canvas, state: RaccoltoState) -> None:
        """The orchard, and a few leaves in the air."""
        canvas.surface.blit(self._orchard, (0, 0))
        if self._look.reduced_motion:
            return
        seconds = state.tick * state.setting.dt_s
        for n in range(6):
            age = (seconds * 0.04 + n * 0.173) % 1.0
            x = 1180 - 760 * ((n * 0.37) % 1) - 200 * age + 30 * math.sin(seconds * 0.7 + n)
            leaf = self._leaves[int(8 * age + n) % len(self._leaves)]
            canvas.surface.blit(leaf, (x, 150 + 440 * age))
        self._weather.draw(canvas.surface, seconds)

    def draw(self, canvas: Canvas, state: RaccoltoState) -> None:
        """Stem, fruit, picker, basket."""
        surface = canvas.surface
        y = self._y(state.height, state)
        self._draw_basket(surface, state)
        held = self._held(state)
        closing = CLOSINGS if state.carries else round(CLOSINGS * 0.6 * held)
        tool = self._pickers[closing]
        hanging_y = self._y(state.asked.demand(state.control), state)
        if state.carries:
            surface.blit(self._fruit, self._fruit.get_rect(center=(STEM_X, y)))
        elif state.progress.phase is not GamePhase.DONE:
            self._draw_stem(surface, state, hanging_y)
            if state.asked.holds(state.control) and state.reach.stage is ReachStage.OUT:
                surface.blit(self._light, (STEM_X - 96, hanging_y - 96))
            surface.blit(self._fruit, self._fruit.get_rect(center=(STEM_X, hanging_y)))
        surface.blit(tool, (STEM_X - tool.get_width() // 2, y - CUP_Y - 8))
        if held > 0 and not state.carries:
            ring = self._rings[round(24 * held)]
            surface.blit(ring, ring.get_rect(center=(STEM_X, hanging_y)))

    def _y(self, height: float, state: RaccoltoState) -> float:
        share = height / state.control.ceiling if state.control.ceiling > 0 else 0.0
        return GROUND_Y - share * (GROUND_Y - SKY_Y)

    @staticmethod
    def _held(state: RaccoltoState) -> float:
        if state.reach.stage is not ReachStage.OUT:
            return 0.0
        return min(1.0, state.reach.held_ns / max(1.0, state.asked.hold_s * 1e9))

    def _draw_stem(self, surface: pygame.Surface, state: RaccoltoState, y: float) -> None:
        sway = 0.0 if self._look.reduced_motion else 3 * math.sin(state.tick * state.setting.dt_s)
        line = [
            (
                STEM_X + 26 * (1 - n / 12) ** 2 + sway * math.sin(n / 12 * 3.1),
                100 + (y - 128) * n / 12,
            )
            for n in range(13)
        ]
        pygame.draw.lines(surface, self._stem, False, line, 5)
        for n, side in ((4, 1), (7, -1), (10, 1)):
            x, at_y = line[n]
            tip = (x + side * 34, at_y - 10)
            leaf = [(x, at_y), (x + side * 14, at_y - 14), tip, (x + side * 18, at_y + 3)]
            pygame.draw.polygon(surface, self._stem_leaf, leaf)
            vein = mix(self._stem_leaf, (240, 244, 190), 0.5)
            pygame.draw.aaline(surface, vein, (x, at_y), tip)

    def _draw_basket(self, surface: pygame.Surface, state: RaccoltoState) -> None:
        x, y = BASKET
        surface.blit(self._back, (x - 131, y))
        since_s = (state.tick - state.changed_tick) * state.setting.dt_s
        falling = state.put_down and since_s < FALL_S
        lying = state.picked - falling
        for n in range(min(lying, 13)):
            row, place = (0, n) if n < 5 else (1, n - 5) if n < 9 else (2, n - 9)
            px = x - 84 + place * 42 + row * 21
            golden = n in state.golden and not self._look.plain
            small = self._golden if golden else self._small
            surface.blit(small, small.get_rect(center=(px, y + 42 - row * 25)))
        if falling:
            share = since_s / FALL_S
            fall_x = STEM_X + (x - STEM_X) * share
            fall_y = GROUND_Y + (y + 20 - GROUND_Y) * share - 150 * share * (1 - share)
            surface.blit(self._fruit, self._fruit.get_rect(center=(fall_x, fall_y)))
        surface.blit(self._front, (x - 131, y))
