"""Skies: gradient, stars, sun or moon, and clouds in the light of their scene."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pygame

from games.scenes.colour import mix
from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import glow, gradient, smooth, soft_disc

if TYPE_CHECKING:
    from games.scenes.atmosphere import Atmosphere
    from games.scenes.colour import Colour

__all__ = ["cloud", "clouded", "painted_sky"]

HALOS = ((5.6, 0.55), (2.7, 0.6), (1.7, 0.6))
"""Radius in orbs and strength of the light around sun or moon."""
STARS_END_Y = 430


def painted_sky(air: Atmosphere, seed: int) -> pygame.Surface:
    """The sky over the whole picture, without clouds."""
    rng = random.Random(f"sky {seed}")
    sky = gradient((WIDTH, HEIGHT), air.sky).convert()
    _stars(sky, air, rng)
    _orb(sky, air)
    return sky


def _stars(sky: pygame.Surface, air: Atmosphere, rng: random.Random) -> None:
    for _ in range(air.stars):
        x, y = rng.randrange(WIDTH), rng.random() ** 1.5 * STARS_END_Y
        bright = rng.random() ** 2
        star = mix((60, 76, 120), (226, 232, 255), bright)
        if bright > 0.75:
            sky.blit(soft_disc(7, (200, 214, 255), 110), (x - 7, y - 7))
        pygame.draw.circle(sky, star, (x, y), 1 if bright < 0.6 else 2)


def _orb(sky: pygame.Surface, air: Atmosphere) -> None:
    orb, seen = air.orb, 1 - air.veil
    strength = (70 if orb.moon else 150) * (0.35 + 0.65 * seen)
    for wide, share in HALOS:
        radius = round(orb.radius * wide * (1.25 if not orb.moon else 1.0))
        light = soft_disc(radius, orb.halo, round(strength * share))
        sky.blit(light, (orb.x - radius, orb.y - radius))
    disc = _moon(orb.radius, orb.colour) if orb.moon else _sun(orb.radius, orb.colour)
    disc.set_alpha(round(255 * seen**0.6))
    sky.blit(disc, disc.get_rect(center=(orb.x, orb.y)))


def _sun(radius: int, colour: Colour) -> pygame.Surface:
    def paint(surface: pygame.Surface, k: float) -> None:
        middle = surface.get_width() / 2
        pygame.draw.circle(surface, colour, (middle, middle), radius * k)

    return smooth((2 * radius + 4, 2 * radius + 4), paint)


def _moon(radius: int, colour: Colour) -> pygame.Surface:
    dark = mix(colour, (150, 156, 180), 0.2)

    def paint(surface: pygame.Surface, k: float) -> None:
        middle = surface.get_width() / 2
        pygame.draw.circle(surface, colour, (middle, middle), radius * k)
        for x, y, r in ((-16, -12, 10), (10, -20, 7), (6, 14, 13), (-18, 18, 6), (24, 2, 6)):
            at = (middle + x * k, middle + y * k)
            pygame.draw.circle(surface, dark, at, r * k)

    return smooth((2 * radius + 4, 2 * radius + 4), paint)


def cloud(air: Atmosphere, rng: random.Random) -> pygame.Surface:
    """One cloud, lit from above by the sky and dark below where the air is dull."""
    width, height = rng.randint(300, 470), rng.randint(70, 110)
    top, below = _cloud_colours(air)
    strength = 60 if air.night else 105
    made = pygame.Surface((width, height * 2), pygame.SRCALPHA)
    made.fill((*top, 0))
    for _ in range(16):
        w, h = rng.randint(90, 190), rng.randint(34, 70)
        x = rng.gauss(width / 2, width / 6)
        y = height * 1.15 - abs(rng.gauss(0, height / 4)) - 0.0008 * (x - width / 2) ** 2
        made.blit(glow((w, h), top, strength), (x - w / 2, y - h / 2))
    for _ in range(4):
        w = rng.randint(150, 240)
        x = rng.gauss(width / 2, width / 9)
        made.blit(glow((w, 64), below, 46), (x - w / 2, height * 1.15))
    return made


def _cloud_colours(air: Atmosphere) -> tuple[Colour, Colour]:
    """Of a cloud's top and its underside."""
    if air.night:
        return mix(air.sky[-1][1], (120, 140, 190), 0.3), mix(air.sky[-1][1], (10, 14, 34), 0.4)
    warm = air.lit((255, 255, 255))
    return mix(warm, (255, 255, 255), 0.55), mix(air.sky[-1][1], (196, 184, 196), 0.45)


def clouded(sky: pygame.Surface, air: Atmosphere, seed: int, *, until_y: int) -> None:
    """Put still clouds into a sky: few in clear air, a soft deck under rain and snow."""
    rng = random.Random(f"clouds {seed}")
    made = [cloud(air, rng) for _ in range(3)]
    wet = air.falls in ("snow", "rain")
    for n in range(11 if wet else 4):
        x = rng.uniform(-320, WIDTH - 120)
        y = rng.uniform(-110, 40) if wet else rng.uniform(-30, max(10, until_y - 240))
        sky.blit(made[n % 3], (x, y))
