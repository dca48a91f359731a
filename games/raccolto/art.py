"""Raccolto's pictures: pomegranates, a picker, a basket, an orchard in the afternoon."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

import pygame

from games.ui.canvas import HEIGHT, WIDTH
from games.ui.paint import bezier, gradient, mix, ridge, shaded, shaded_ball, smooth, soft_disc

from .colours import FRUIT, PICKER, SKY

if TYPE_CHECKING:
    from games.ui.paint import Colour, Point

__all__ = ["STEM_X", "basket", "fruit", "leaves", "orchard", "picker"]

WOOD: Final[Colour] = (96, 66, 46)
STEM_X: Final = 560


def fruit(radius: int = 31) -> pygame.Surface:
    """A pomegranate hanging by its stem, crown down; its middle is the picture's middle."""
    size = 2 * radius + 28
    ball = shaded_ball(radius, FRUIT, (255, 170, 110), (176, 52, 28))

    def crown(surface: pygame.Surface, k: float) -> None:
        x, y = size / 2, size / 2 + radius - 3
        teeth: list[Point] = [(x - 11, y - 3)]
        for n in range(5):
            teeth += [(x - 13 + n * 6.5, y + 13), (x - 9.7 + n * 6.5, y + 4)]
        teeth.append((x + 11, y - 3))
        pygame.draw.polygon(surface, (186, 66, 34), [(px * k, py * k) for px, py in teeth])

    picture = smooth((size, size), crown)
    picture.blit(ball, (size / 2 - radius, size / 2 - radius))
    return picture


def picker(closed: float) -> pygame.Surface:
    """The picker's cup on its pole, petals open (0) to closed (1); the cup holds y = 70."""

    def paint(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        spread = 44 - 16 * closed
        for side in (-1, 1):
            for wide, tall, shade in ((1.0, 40.0, PICKER), (0.5, 50.0, (58, 48, 44))):
                tip = (80 + side * spread * wide, 104 - tall)
                petal = [
                    (80 + side * 4, 116),
                    (80 + side * 46 * wide, 112), (80 + side * (spread + 14) * wide, 84), tip,
                    (80 + side * (spread - 6) * wide, 92), (80 + side * 20 * wide, 104),
                    (80 - side * 4, 116),
                ]  # fmt: skip
                fill(shade, bezier(petal))
        fill(PICKER, [(66, 106), (94, 106), (89, 130), (71, 130)])
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


def orchard(seed: int) -> pygame.Surface:
    """The whole scene behind the play."""
    rng = random.Random(f"orchard {seed}")
    scene = gradient((WIDTH, HEIGHT), [*SKY, (1.0, (252, 226, 180))]).convert()
    for radius, alpha in ((560, 150), (260, 140), (110, 150)):
        scene.blit(soft_disc(radius, (255, 252, 232), alpha), (230 - radius, 250 - radius))
    _hills(scene, rng)
    _tree(scene, rng)
    return scene


def _hills(scene: pygame.Surface, rng: random.Random) -> None:
    def phase() -> float:
        return rng.uniform(0, 6.28)

    far = ridge(WIDTH, 110, [(1, 30, phase()), (2, 22, phase()), (5, 6, phase())])
    scene.blit(shaded(far, 260, (206, 206, 214), (236, 226, 208)), (0, 380))
    middle = ridge(WIDTH, 96, [(1, 24, phase()), (3, 12, phase())])
    layer = shaded(middle, 240, (184, 196, 158), (214, 208, 160))
    for row in range(5):
        for n in range(22):
            x = (n * 62 + row * 31 + rng.randint(-8, 8)) % WIDTH
            y = 240 - middle[x] + 8 + row * 17
            _olive(layer, x, y, 13 + row * 3.4, rng)
    scene.blit(layer, (0, 420))
    field = ridge(WIDTH, 96, [(1, 10, 0.6), (2, 5, 2.0)])
    layer = shaded(field, 140, (206, 190, 112), (150, 142, 74))
    for _ in range(1500):
        x = rng.randrange(WIDTH)
        deep = rng.random() ** 0.7
        y = 140 - field[x] + deep * 90
        shade = mix((226, 210, 134), (120, 122, 62), rng.random())
        tip = (x + rng.uniform(-4, 4), y - 5 - 11 * deep)
        pygame.draw.aaline(layer, shade, (x, y), tip)
    scene.blit(layer, (0, 590))


def _olive(layer: pygame.Surface, x: float, y: float, size: float, rng: random.Random) -> None:
    side = round(size * 2.6)

    def paint(surface: pygame.Surface, k: float) -> None:
        middle = side / 2
        trunk = pygame.Rect((middle - size * 0.09) * k, middle * k, size * 0.18 * k, size * k)
        pygame.draw.rect(surface, (126, 116, 98), trunk)
        for n in range(7):
            a = n * 2.4
            at = (middle + size * 0.42 * math.cos(a), middle * 0.8 + size * 0.28 * math.sin(a))
            shade = mix((140, 160, 128), (186, 200, 168), 0.5 - 0.5 * math.sin(a))
            pygame.draw.circle(surface, shade, (at[0] * k, at[1] * k), size * 0.42 * k)

    tree = smooth((side, side), paint)
    if rng.random() < 0.5:
        tree = pygame.transform.flip(tree, flip_x=True, flip_y=False)
    layer.blit(tree, (x - side / 2, y - side * 0.75))


def _tree(scene: pygame.Surface, rng: random.Random) -> None:
    def wood(surface: pygame.Surface, k: float) -> None:
        def fill(colour: Colour, points: list[Point]) -> None:
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in points])

        trunk = [
            (1120, 660), (1150, 560), (1120, 430), (1148, 300),
            (1156, 220), (1120, 160), (1090, 118),
            (1130, 120), (1170, 150), (1200, 190),
            (1226, 300), (1200, 430), (1216, 560), (1226, 610), (1240, 640), (1256, 664),
        ]  # fmt: skip
        fill(WOOD, bezier(trunk))
        for shift, share in ((26, 0.16), (44, 0.26), (66, 0.12)):
            bark = bezier([(1130 + shift, 650), (1158 + shift, 560), (1126 + shift, 430),
                           (1146 + shift, 290)])  # fmt: skip
            line = [(x * k, y * k) for x, y in bark]
            pygame.draw.lines(surface, mix(WOOD, (240, 200, 150), share), False, line, round(3 * k))
        bough = [
            (1170, 190), (1020, 96), (800, 92), (430, 118),
            (800, 106), (1020, 118), (1150, 240),
        ]  # fmt: skip
        fill(WOOD, bezier(bough))
        twig = [(760, 102), (690, 80), (640, 70), (600, 84), (640, 78), (690, 90), (760, 110)]
        fill(WOOD, bezier(twig))

    scene.blit(smooth((WIDTH, HEIGHT), wood), (0, 0))
    stamps = leaves()
    for _ in range(620):
        along = rng.random() ** 0.8
        x = 400 + 900 * along
        spread = 20 + 46 * along
        y = 98 - 14 * math.sin(along * 3) + rng.gauss(-8, spread * 0.7)
        if y > 168 + 60 * max(0.0, along - 0.75):
            continue
        leaf = stamps[rng.randrange(3)][rng.randrange(16)]
        scene.blit(leaf, leaf.get_rect(center=(x, y)))


def leaves() -> list[list[pygame.Surface]]:
    """Three greens of one leaf, each in 16 turns."""
    made = []
    for colour in ((98, 138, 66), (126, 164, 80), (76, 112, 60)):

        def paint(surface: pygame.Surface, k: float, colour: Colour = colour) -> None:
            shape = bezier([(2, 12), (12, 0), (28, 2), (38, 12), (28, 22), (12, 24), (2, 12)])
            pygame.draw.polygon(surface, colour, [(x * k, y * k) for x, y in shape])
            vein = mix(colour, (240, 244, 190), 0.45)
            pygame.draw.line(surface, vein, (4 * k, 12 * k), (36 * k, 12 * k), round(1.2 * k))

        leaf = smooth((40, 24), paint)
        made.append([pygame.transform.rotozoom(leaf, 22.5 * n, 0.9) for n in range(16)])
    return made
