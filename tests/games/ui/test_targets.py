"""What is pressed is large enough, and what is read stands out."""

import itertools

import pygame
import pytest

from games.engine.window import Window
from games.look import Look
from games.session.own_pages import breath_page, effort_page
from games.session.page import Choice, Leave, Mark, Page, Stay
from games.session.page_screen import PageScreen
from games.session.therapy_pages import page_of
from games.ui.canvas import Canvas
from games.ui.hud import SMALLEST_TARGET, Button, Hud, pill
from games.ui.pain_scale import PainScale
from games.ui.palette import ALERT, CREAM, INK, PAPER, SEEN_BY, contrast, seen
from games.ui.texts import FRAME
from therapy.session.questions import Question
from therapy.session.screens import Ask
from therapy.wording import Wording


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_offer_of_keys_stays_off_the_pictures_edges_at_200_per_cent(language):
    window = Window(headless=True, title="t")
    canvas = Canvas(window.picture, 2.0)
    place = pill(canvas, FRAME["keys"][language], 26, "midbottom", (640, 600))
    assert place.left >= 16
    assert place.right <= 1280 - 16
    window.close()


@pytest.mark.parametrize("language", ["it", "en"])
def test_what_answers_or_stops_is_a_third_larger_at_200_per_cent_on_one_line(language):
    look = Look(language=language, text_scale=2.0)
    window = Window(headless=True, title="t")
    canvas = Canvas(window.picture, 1.0)
    whether = Wording("Bene", "Well"), Wording("Non mi sento bene", "I feel unwell")
    question = Question("unwell", "in", "yes or no", Wording("Oggi?", "Today?"), labels=whether)
    page = page_of(Ask(question), language, back=True)
    shown = [(b, 30, 20) for b in PageScreen(look).buttons(page)]
    shown += [(b, 26, 36) for b in Hud(look).buttons]
    for button, size, edge in shown:
        text = f"{button.text}  [{button.key}]"
        wide = canvas.text(text, round(1.35 * size), INK).get_width()
        assert wide <= button.place.width - edge, text
    window.close()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_every_target_is_large_enough_on_the_picture_and_apart(side, scale):
    look = Look(side=side, text_scale=scale)
    pages = [
        Page(
            "t",
            choices=(
                *(Choice(str(n), Leave(), small=True) for n in range(11)),
                Choice("s", Mark("fun")),
            ),
        ),
        Page("t", choices=tuple(Choice(str(n), Stay()) for n in range(4))),
        effort_page("it"),
        breath_page("en"),
        Page("t", exercise="elbow-bend", choices=(Choice("a", Stay()), Choice("b", Stay()))),
    ]
    hud = list(Hud(look).buttons)
    Window(headless=True, title="t")
    screen = PageScreen(look)
    for buttons in (hud + PainScale.buttons(), *(hud + screen.buttons(page) for page in pages)):
        for button in buttons:
            assert min(button.place.size) >= SMALLEST_TARGET
            assert pygame.Rect(0, 0, 1280, 720).contains(button.place), button
        for a, b in itertools.combinations(buttons, 2):
            assert not a.place.colliderect(b.place), (a.name, b.name)


def test_a_smaller_target_or_text_is_refused():
    with pytest.raises(ValueError, match="below 64 px"):
        Button("x", "x", "X", pygame.Rect(0, 0, 63, 200))
    Window(headless=True, title="t")
    with pytest.raises(ValueError, match="below 24 px"):
        Canvas(pygame.Surface((10, 10))).text("x", 23, INK)


@pytest.mark.parametrize("vision", list(SEEN_BY))
def test_text_stands_out_by_4_5_to_1_for_every_kind_of_colour_vision(vision):
    for ink, ground in ((INK, PAPER), (INK, CREAM), (ALERT, PAPER)):
        assert contrast(seen(ink, vision), seen(ground, vision)) >= 4.5


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (1920, 1080), (720, 1280)])
def test_the_picture_fits_any_window_and_presses_land_where_they_are_seen(size):
    window = Window(headless=True, title="t", size=size)
    window.show()
    scale = min(size[0] / 1280, size[1] / 720)
    left, top = (size[0] - 1280 * scale) / 2, (size[1] - 720 * scale) / 2
    x, y = window.to_picture((round(left + 900 * scale), round(top + 600 * scale)))
    assert abs(x - 900) < 4
    assert abs(y - 600) < 4
    window.close()


@pytest.mark.parametrize("language", ["it", "en"])
def test_letters_grow_with_the_text_on_every_button(language):
    """What is long stands in two lines rather than in small letters."""
    heights = {}
    for scale in (1.0, 2.0):
        window = Window(headless=True, title="t")
        canvas = Canvas(window.picture, scale)
        for button in Hud(Look(language=language, text_scale=scale)).buttons:
            canvas.surface.fill(PAPER)
            canvas.write_within(
                f"{button.text}  [{button.key}]", button.place.inflate(-36, -8), 26, INK
            )
            ink = pygame.mask.from_threshold(canvas.surface, INK, (40, 40, 40))
            inked = ink.get_bounding_rects()
            # Of the tallest letter: lines lie apart, letters within them too.
            heights[scale, button.name] = max(r.height for r in inked)
            assert all(button.place.contains(r) for r in inked), button.name
        window.close()
    for name in ("pause", "pain", "unwell"):
        assert heights[2.0, name] >= 1.15 * heights[1.0, name], name
