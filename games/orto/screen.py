"""How Orto looks: beds that light in turn, a card, a watering can that rises and makes grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pygame

from games.rules.progress import GamePhase
from games.rules.reach import ReachStage
from games.scenery.weather import FallingWeather
from games.scenes.atmosphere import atmosphere_of
from games.scenes.scene import FIRST_SCENES
from games.ui.paint import progress_rings
from games.ui.palette import INK, PAPER

from .art import BED_TALL, SPOUT, bed, card_back, card_front, glow_of, lit_rim, watering_can
from .cards import NAMES
from .colours import colours_in
from .places import painted_place
from .plants import FIELD, plant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.look import Look
    from games.rules.progress import GameEvent
    from games.ui.canvas import Canvas

    from .cards import Species
    from .rules import OrtoState, Planted

__all__ = ["OrtoScreen"]

REST_Y, TOP_Y = 408, 210
BED_Y: Final = 528
RING_EDGE: Final = (98, 116, 130)
"""Of the ring before it closes: seen before a day's sky and a night's."""
PLATE: Final = (232, 46)
CARD: Final = (204, 262)
CARD_X: Final = 22
STAGES: Final = 12
PLANT_SCALE: Final = 0.74
GROWS_S: Final = 0.9
GLIDES_S: Final = 0.5
TIPS: Final = (0, 10, 20, 30)
SLOTS: Final = (0.5, 0.2, 0.8, 0.35, 0.65, 0.1, 0.9, 0.28, 0.72, 0.43, 0.57, 0.15, 0.85)
"""Where the plants of a bed stand, as shares of its width, in the order in which they come."""


class OrtoScreen:
    """Draws Orto's states."""

    def __init__(self, look: Look) -> None:
        self._look = look
        scene = look.scene_of("orto")
        self._air, self._colours = atmosphere_of(scene), colours_in(scene)
        # Paper is read by a light of its own: a card looks the same by night.
        self._by_day = atmosphere_of(FIRST_SCENES["orto"])
        self._place = painted_place(scene, look.seed)
        self._weather = FallingWeather(self._air, look.seed)
        self._cans = [watering_can(self._colours, tip).convert_alpha() for tip in TIPS]
        rings = progress_rings(70, 8, self._colours.can, RING_EDGE)
        self._rings = [ring.convert_alpha() for ring in rings]
        self._grown: dict[tuple[Species, int, bool], pygame.Surface] = {}
        self._beds: dict[int, tuple[pygame.Surface, pygame.Surface, pygame.Surface]] = {}
        self._prints: dict[tuple[Species, tuple[int, int]], pygame.Surface] = {}
        self._cards: dict[tuple[Species, ...], pygame.Surface] = {}
        self._back = card_back(CARD).convert_alpha()
        self._at: float | None = None
        self._tick = 0

    def heard(self, event: GameEvent) -> None:
        """Everything drawn hangs on the state."""

    def backdrop(self, canvas: Canvas, state: OrtoState) -> None:
        """The place, its air, the beds with what grows in them."""
        surface = canvas.surface
        surface.blit(self._place, (0, 0))
        if not self._look.reduced_motion:
            self._weather.draw(surface, state.tick * state.setting.dt_s)
        places = _bed_places(len(state.beds))
        lit = state.choosing.lit
        for n, place in enumerate(places):
            if n == lit and state.progress.phase is GamePhase.PLAY:
                glow = self._bed(place.width)[2]
                surface.blit(glow, glow.get_rect(center=(place.centerx, place.top + 10)))
        for n, place in enumerate(places):
            self._draw_bed(canvas, state, n, place)

    def draw(self, canvas: Canvas, state: OrtoState) -> None:
        """The card, and the can over the bed that is lit."""
        places = _bed_places(len(state.beds))
        self._draw_growing(canvas.surface, state, places[state.bed])
        self._draw_card(canvas, state)
        if state.progress.phase is not GamePhase.DONE:
            self._draw_can(canvas.surface, state, places[state.bed])

    def _draw_bed(self, canvas: Canvas, state: OrtoState, number: int, place: pygame.Rect) -> None:
        surface = canvas.surface
        pot, rim, _ = self._bed(place.width)
        surface.blit(pot, place)
        mine = [planted for planted in state.plants if planted.bed == number]
        ranks = sorted(range(len(mine)), key=lambda n: (_front(n), n))
        for n in ranks:
            picture = self._picture(state, number, mine[n])
            surface.blit(picture, picture.get_rect(midbottom=_slot(place, n)))
        if number == state.choosing.lit and state.progress.phase is GamePhase.PLAY:
            surface.blit(rim, rim.get_rect(center=(place.centerx, place.centery + 2)))
        plate = pygame.Rect(0, 0, *PLATE)
        plate.center = (place.centerx, place.top + 62)
        canvas.panel(plate, PAPER, edge=INK)
        kind = state.beds[number]
        icon = self._printed(kind, (48, 60))
        surface.blit(icon, icon.get_rect(midbottom=(plate.left + 28, plate.bottom - 3)))
        words = pygame.Rect(plate.left + 50, plate.top, plate.width - 58, plate.height)
        canvas.write_within(NAMES[kind].text(self._look.language), words, 26, INK)

    def _draw_growing(self, surface: pygame.Surface, state: OrtoState, place: pygame.Rect) -> None:
        """The seed of this repetition, and what comes up of it on the way back."""
        if state.choosing.chosen is None and state.reach.stage is ReachStage.REST:
            return
        count = sum(planted.bed == state.bed for planted in state.plants)
        picture = self._plant(state.beds[state.bed], round(STAGES * state.growing), rich=False)
        surface.blit(picture, picture.get_rect(midbottom=_slot(place, count)))

    def _picture(self, state: OrtoState, bed_number: int, planted: Planted) -> pygame.Surface:
        """A plant as it stands, or as it comes up during its first moments."""
        since_s = (state.tick - planted.tick) * state.setting.dt_s
        share = 1.0 if self._look.reduced_motion else min(1.0, since_s / GROWS_S)
        before = STAGES * 0.9 if planted.grown == 1.0 else 0.0
        stage = round(before + (STAGES * planted.grown - before) * share)
        rich = planted.rich and share >= 1.0 and not self._look.plain
        return self._plant(state.beds[bed_number], stage, rich=rich)

    def _draw_card(self, canvas: Canvas, state: OrtoState) -> None:
        top = 128 if canvas.text_scale <= 1.3 else 236
        place = pygame.Rect((CARD_X, top), CARD)
        surface, card, language = canvas.surface, state.card, self._look.language
        if state.progress.phase is not GamePhase.PLAY:
            return
        if not state.card_shown:
            surface.blit(self._back, place)
            return
        shows = card.shows if len(set(card.shows)) > 1 else (card.bed,)
        kinds = tuple(state.beds[n] for n in shows)
        if kinds not in self._cards:
            pictures = [self._printed(kind, FIELD) for kind in kinds]
            self._cards[kinds] = card_front(CARD, pictures).convert_alpha()
        surface.blit(self._cards[kinds], place)
        words = [NAMES[kind].text(language) for kind in kinds]
        if len(words) > 1:
            words = [f"{n}\u00a0{word}" for n, word in enumerate(words, 1)]
        tall = 58 // len(words)
        for n, word in enumerate(words):
            row = pygame.Rect(place.left + 10, place.bottom - 64 + n * tall, place.width - 20, tall)
            canvas.write_within(word, row, 28 if len(words) == 1 else 24, INK)
        if card.elsewhere:
            _cross_out(surface, place)

    def _draw_can(self, surface: pygame.Surface, state: OrtoState, place: pygame.Rect) -> None:
        """The can over its bed; the ring where it is to go closes while it is held there."""
        x = self._glided(state, place.centerx + 30)
        out = state.reach.stage is ReachStage.OUT and not state.reach.void
        invited = state.invites.level > 0
        if out or (invited and state.chooses):
            y = self._y(state.asked.demand(state.control), state)
            held = min(1.0, state.reach.held_ns / max(1.0, state.asked.hold_s * 1e9))
            ring = self._rings[round(24 * held) if out else 0]
            surface.blit(ring, ring.get_rect(center=(round(x), round(y))))
        y = self._y(state.height, state)
        pours = state.growing > 0
        tip = TIPS.index(30) if pours else 0
        can = self._cans[tip]
        surface.blit(can, can.get_rect(center=(round(x), round(y))))
        if pours:
            self._pour(surface, state, x, y)

    def _pour(self, surface: pygame.Surface, state: OrtoState, x: float, y: float) -> None:
        """Drops from the rose down to the earth."""
        a = math.radians(30)
        rose = (x + SPOUT[0] * math.cos(a) + SPOUT[1] * math.sin(a) - 4,
                y - SPOUT[0] * math.sin(a) + SPOUT[1] * math.cos(a))  # fmt: skip
        seconds = 0.0 if self._look.reduced_motion else state.tick * state.setting.dt_s
        depth = BED_Y + 8 - rose[1]
        for n in range(15):
            fallen = (seconds * 0.9 + n * 0.618) % 1.0
            at = (rose[0] - 6 + (n % 5) * 5 - 10 * fallen + 12 * fallen * ((n % 3) - 1),
                  rose[1] + depth * fallen * fallen)  # fmt: skip
            pygame.draw.line(surface, self._colours.water, at, (at[0] - 1, at[1] + 10), 3)

    def _glided(self, state: OrtoState, to: float) -> float:
        """Where the can is across: it follows the light in a moment, never at a jump."""
        elapsed_s = max(0.0, (state.tick - self._tick) * state.setting.dt_s)
        self._tick = state.tick
        if self._at is None or self._look.reduced_motion:
            self._at = to
        self._at += (to - self._at) * min(1.0, 4 * elapsed_s / GLIDES_S)
        return self._at

    def _y(self, height: float, state: OrtoState) -> float:
        share = height / state.control.ceiling if state.control.ceiling > 0 else 0.0
        return REST_Y - share * (REST_Y - TOP_Y)

    def _printed(self, kind: Species, size: tuple[int, int]) -> pygame.Surface:
        """A plant as on cards and signs."""
        if (kind, size) not in self._prints:
            made = pygame.transform.smoothscale(plant(kind, 1.0, self._by_day), size)
            self._prints[kind, size] = made.convert_alpha()
        return self._prints[kind, size]

    def _plant(self, kind: Species, stage: int, *, rich: bool) -> pygame.Surface:
        key = (kind, max(0, min(STAGES, stage)), rich)
        if key not in self._grown:
            made = plant(kind, key[1] / STAGES, self._air, rich=rich)
            size = (round(FIELD[0] * PLANT_SCALE), round(FIELD[1] * PLANT_SCALE))
            self._grown[key] = pygame.transform.smoothscale(made, size).convert_alpha()
        return self._grown[key]

    def _bed(self, wide: int) -> tuple[pygame.Surface, pygame.Surface, pygame.Surface]:
        if wide not in self._beds:
            made = (bed(self._colours, wide), lit_rim(wide), glow_of(wide))
            self._beds[wide] = tuple(part.convert_alpha() for part in made)  # type: ignore[assignment]
        return self._beds[wide]


def _bed_places(count: int) -> Sequence[pygame.Rect]:
    """Where the beds stand, from left to right, beside the card."""
    wide, gap = (396, 60) if count == 2 else (308, 30)
    left = 744 - (count * wide + (count - 1) * gap) // 2
    return [pygame.Rect(left + n * (wide + gap), BED_Y, wide, BED_TALL) for n in range(count)]


def _slot(place: pygame.Rect, number: int) -> tuple[int, int]:
    """Where the plant of that number in a bed stands."""
    x = place.left + 26 + (place.width - 52) * SLOTS[number % len(SLOTS)]
    return round(x + 9 * (number // len(SLOTS))), place.top + (16 if _front(number) else 9)


def _front(number: int) -> bool:
    return number % len(SLOTS) >= 7


def _cross_out(surface: pygame.Surface, place: pygame.Rect) -> None:
    """The sign that this is where not to plant: a ring with a bar over the card's corner."""
    middle = (place.right - 30, place.top + 34)
    pygame.draw.circle(surface, PAPER, middle, 27)
    pygame.draw.circle(surface, INK, middle, 25, 6)
    pygame.draw.line(surface, INK, (middle[0] - 16, middle[1] + 16),
                     (middle[0] + 16, middle[1] - 16), 7)  # fmt: skip
