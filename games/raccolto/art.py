"""Raccolto's figures: the fruit of each orchard, a picker, a basket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pygame

from games.scenes.scene import Region
from games.ui.paint import bezier, shaded_ball, smooth

if TYPE_CHECKING:
    from games.scenes.colour import Colour
    from games.ui.paint import Point

    from .colours import Harvest

__all__ = ["STEM_X", "basket", "fruit", "picker"]

STEM_X: Final = 560


def fruit(region: Region, harvest: Harvest, radius: int = 31) -> pygame.Surface:
    """The fruit of a region, hanging by its stem; its middle is the picture's middle."""
    size = 2 * radius + 28
    ball = shaded_ball(radius, harvest.fruit, harvest.light, harvest.dark)
    middle = size / 2

    def crown(surface: pygame.Surface, k: float) -> None:
        y = middle + radius - 3
        teeth: list[Point] = [(middle - 11, y - 3)]
        for n in range(5):
            teeth += [(middle - 13 + n * 6.5, y + 13), (middle - 9.7 + n * 6.5, y + 4)]
        teeth.append((middle + 11, y - 3))
        pygame.draw.polygon(surface, harvest.crown, [(px * k, py * k) for px, py in teeth])

    def tip(surface: pygame.Surface, k: float) -> None:
        low, end = middle + radius - 6, middle + radius + 8
        shape = bezier([(middle - 9, low), (middle - 6, end), (middle + 6, end), (middle + 9, low)])
        pygame.draw.polygon(surface, harvest.fruit, [(x * k, y * k) for x, y in shape])

    picture = smooth((size, size), crown if region is Region.HILLS else tip)
    wide = {Region.HILLS: 1.0, Region.VILLAGES: 0.8, Region.COAST: 0.86}[region]
    shape = pygame.transform.smoothscale(ball, (round(2 * radius * wide), 2 * radius))
    picture.blit(shape, shape.get_rect(center=(round(middle), round(middle))))
    return picture


def picker(closed: float, harvest: Harvest) -> pygame.Surface:
    """The picker's cup on its pole, petals open (0) to closed (1); the cup holds y = 70."""

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        spread = 44 - 16 * closed
        for side in (-1, 1):
            for wide, tall, shade in ((1.0, 40.0, harvest.picker), (0.5, 50.0, harvest.petal)):
                tip = (80 + side * spread * wide, 104 - tall)
                petal = [
                    (80 + side * 4, 116),
                    (80 + side * 46 * wide, 112), (80 + side * (spread + 14) * wide, 84), tip,
                    (80 + side * (spread - 6) * wide, 92), (80 + side * 20 * wide, 104),
                    (80 - side * 4, 116),
                ]  # fmt: skip
                fill(shade, bezier(petal))
        fill(harvest.picker, [(66, 106), (94, 106), (89, 130), (71, 130)])
        fill((170, 120, 60), [(68, 118), (92, 118), (91, 123), (69, 123)])
        fill((120, 84, 56), [(74, 130), (86, 130), (86, 700), (74, 700)])
        fill((158, 116, 78), [(75.5, 130), (79, 130), (79, 700), (75.5, 700)])
        for y in (210, 330, 450, 570):
            fill((92, 62, 42), [(73, y), (87, y), (87, y + 7), (73, y + 7)])

    return smooth((160, 640), paint)


def basket() -> tuple[pygame.Surface, pygame.Surface]:
    """A wicker basket: its back rim, and its front that hides the fruits' lower half."""

    def back(surface: pygame.Surface, k: float) -> None:
        place = pygame.Rect(10 * k, 20 * k, 240 * k, 54 * k)
        pygame.draw.ellipse(surface, (86, 56, 34), place)
        pygame.draw.ellipse(surface, (58, 38, 26), place.inflate(-16 * k, -14 * k))

    def front(surface: pygame.Surface, k: float) -> None:
        body = [(10, 47), (18, 100), (40, 146), (130, 148), (220, 146), (242, 100), (250, 47)]
        curve = bezier([*body, (220, 82), (40, 82), (10, 47)])
        pygame.draw.polygon(surface, (156, 108, 60), [(x * k, y * k) for x, y in curve])
        for row in range(6):
            for column in range(14):
                y = 84 + row * 10.5
                inset = 10 + row * 3.2
                x = inset + (column + 0.5 * (row % 2)) * (240 - 2 * inset + 10) / 14
                shade = (188, 138, 82) if (row + column) % 2 else (128, 86, 46)
                lift = 26 * ((x - 130) / 120) ** 2
                place = pygame.Rect(x * k, (y - lift) * k, 15 * k, 8.4 * k)
                if 14 < x < 232:
                    pygame.draw.rect(surface, shade, place, border_radius=round(4 * k))
        rim = bezier([(10, 47), (40, 84), (220, 84), (250, 47)], 30)
        for x, y in rim:
            pygame.draw.circle(surface, (112, 74, 42), (x * k, y * k), 7 * k)
        for n, (x, y) in enumerate(rim[::2]):
            shade = (178, 128, 76) if n % 2 else (146, 100, 58)
            pygame.draw.circle(surface, shade, (x * k, (y - 1) * k), 5 * k)

    return smooth((262, 156), back), smooth((262, 156), front)
