"""Each message has a shape: what is told stays told without words, colour or sound."""

import pygame
import pytest

from games.engine.window import Window
from games.rules.feedback import MESSAGES, UNBOUNDED
from games.ui.canvas import SMALLEST_TEXT, Canvas
from games.ui.hud import pill
from games.ui.palette import INK
from games.ui.signs import SHAPES, sign


@pytest.fixture(autouse=True)
def window():
    opened = Window(headless=True, title="t")
    yield opened
    opened.close()


def outline(message):
    return pygame.mask.from_surface(sign(message, 64, INK), threshold=64)


def test_every_message_has_a_shape():
    assert set(SHAPES) == {*MESSAGES.values(), UNBOUNDED}


def test_shapes_differ_by_their_outline_alone():
    shown = {shape: outline(m) for m, shape in SHAPES.items()}
    for one, mask in shown.items():
        assert mask.count() > 200, one
        for other, another in shown.items():
            if one != other:
                shared = mask.overlap_area(another, (0, 0))
                assert shared < 0.8 * max(mask.count(), another.count()), (one, other)


def test_a_circle_is_closed_and_an_arc_is_open_below():
    below = (32, 58)
    assert outline("good").get_at(below)
    assert not outline("further").get_at(below)


def test_a_tilde_is_longer_than_high():
    place = outline("slower").get_bounding_rects()[0]
    assert place.width > 2 * place.height


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("message", SHAPES)
def test_a_shape_stands_beside_its_words_inside_the_picture(window, message, scale):
    canvas = Canvas(window.picture, scale)
    alone = pill(canvas, "Ancora un po' più su", SMALLEST_TEXT, "midtop", (640, 12))
    place = pill(canvas, "Ancora un po' più su", SMALLEST_TEXT, "midtop", (640, 12), sign=message)
    assert place.width > alone.width
    assert canvas.surface.get_rect().contains(place)
