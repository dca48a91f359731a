"""How the session's pages look: calm, large, one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from games.figures.drawing import ExerciseDrawing
from games.figures.looping import share_at
from games.postcards.postcard_picture import draw_postcard
from games.ui.canvas import HEIGHT, WIDTH, Block
from games.ui.hud import Button
from games.ui.paint import gradient, mix, ridge, shaded, soft_disc
from games.ui.palette import INK, PAPER
from therapy.exercises.library import EXERCISES

from .session_texts import SESSION
from .way.map_picture import painted_map

if TYPE_CHECKING:
    from games.look import Look
    from games.postcards.postcard import Postcard
    from games.ui.canvas import Canvas
    from games.ui.menu import Menu
    from games.ui.paint import Colour

    from .page import Choice, Page
    from .way.way_steps import MapShown

__all__ = ["PageScreen"]

FOCUS: Colour = (0, 104, 170)
QUIET: Colour = (88, 96, 116)
WARN: Colour = (150, 84, 0)
CHOICES_Y = 520
ANSWERS_Y = 390
WORDS_Y = 158
LAST_Y = 596
"""On the last card, where nothing lies below."""
POINTER = 34
OVER_MAP = 220
"""Above the way, for words."""
LARGER_SHARE = 0.63
"""At 200 % two buttons fill the page."""


class PageScreen:
    """Draws pages."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._ground = _ground().convert()
        self._drawings: dict[tuple[str, str, str], ExerciseDrawing] = {}
        self._map: tuple[MapShown, pygame.Surface] | None = None
        self._card: tuple[Postcard, pygame.Surface] | None = None

    def buttons(self, page: Page) -> list[Button]:
        """Where the page's choices lie, in the order of its choices."""
        small = [n for n, c in enumerate(page.choices) if c.small]
        quiet = [n for n, c in enumerate(page.choices) if c.quiet]
        large = [n for n, c in enumerate(page.choices) if not (c.small or c.quiet)]
        places = dict(zip(small, _scale_places(page, len(small)), strict=True))
        crowded = page.exercise or page.lines or page.of or small
        # Answers stand above the way back and the way past them.
        top = CHOICES_Y if crowded and not quiet else ANSWERS_Y
        if page.way is not None or page.card is not None:
            top = CHOICES_Y
        elif page.last:
            top = LAST_Y
        places |= zip(large, self._row(page, len(large), top), strict=True)
        places |= zip(quiet, self._row(page, len(quiet), CHOICES_Y), strict=True)
        keys = {n: str(at + 1) for at, n in enumerate(large)} if len(large) > 1 else {}
        keys |= {n: "S" if page.choices[n].skips else "B" for n in quiet}
        return [
            Button(str(n), _text_of(choice), keys.get(n, ""), places[n])
            for n, choice in enumerate(page.choices)
        ]

    def _row(self, page: Page, count: int, top: int) -> list[pygame.Rect]:
        gap, width = 24, 360 if count <= 2 else 270
        # Large letters take the room beside the buttons rather than shrink or break in two.
        grown = round(width * (1 + LARGER_SHARE * max(0.0, self._look.text_scale - 1)))
        width = min(grown, (WIDTH - 80 - gap * (count - 1)) // max(1, count))
        total = count * width + (count - 1) * gap
        left = (WIDTH - total) // 2
        if page.exercise:
            column = _column(self._look)
            if total > column.width:
                width = (column.width - gap * (count - 1)) // count
                total = column.width
            left = column.centerx - total // 2
        return [pygame.Rect(left + n * (width + gap), top, width, 92) for n in range(count)]

    def draw(
        self, canvas: Canvas, page: Page, menu: Menu, seconds: float, ghost: float | None = None
    ) -> None:
        """One page."""
        canvas.surface.blit(self._ground if page.way is None else self._mapped(page.way), (0, 0))
        buttons = self.buttons(page)
        if page.way is not None:
            _draw_over_map(canvas, page)
        elif page.card is not None:
            canvas.surface.blit(self._carded(canvas, page.card), (0, 0))
        elif page.exercise is not None:
            self._draw_exercise(canvas, page, seconds, ghost)
        else:
            blocks = [Block(page.title, 56, INK), Block(page.text, 38, QUIET, gap=26)]
            blocks += [Block(line, 34, INK, gap=12) for line in page.lines]
            top = min((b.place.top for b in buttons), default=HEIGHT - 120)
            start = 24 if any(c.word for c in page.choices) else 76
            room = top - POINTER - start - 4 - 84 * bool(page.of)
            y = canvas.column(blocks, pygame.Rect(80, start, WIDTH - 160, room))
            _draw_counted(canvas, page, WIDTH // 2, y + 44)
        for n, button in enumerate(buttons):
            self._draw_choice(canvas, button, page.choices[n], focused=n == menu.focus)
        if any(page.ends):
            self._draw_ends(canvas, page, buttons)

    def _mapped(self, shown: MapShown) -> pygame.Surface:
        """The map, painted once as long as it shows the same."""
        if self._map is None or self._map[0] != shown:
            self._map = shown, painted_map(shown)
        return self._map[1]

    def _carded(self, canvas: Canvas, card: Postcard) -> pygame.Surface:
        """The page with a postcard, its picture read once."""
        if self._card is None or self._card[0] != card:
            draw_postcard(canvas, card)
            self._card = card, canvas.surface.copy()
        return self._card[1]

    @staticmethod
    def _draw_ends(canvas: Canvas, page: Page, buttons: list[Button]) -> None:
        """What the lowest and the highest number of a scale stand for."""
        low, high = page.ends
        first, last = buttons[0].place, buttons[sum(c.small for c in page.choices) - 1].place
        canvas.write(low, (first.left, first.bottom + 14), 26, QUIET, fit=330)
        at = (last.right, last.bottom + 14)
        canvas.write(high, at, 26, QUIET, anchor="topright", fit=last.right - first.left - 360)

    def _draw_exercise(
        self, canvas: Canvas, page: Page, seconds: float, ghost: float | None
    ) -> None:
        known = EXERCISES[page.exercise or ""]
        key = (known.id, page.side, page.posture)
        if key not in self._drawings:
            self._drawings[key] = ExerciseDrawing(
                known.id, mirrored=page.side == "left", posture=page.posture
            )
        column = _column(self._look)
        wide = column.left - 60
        panel = pygame.Rect(30, 84, wide, 520)
        canvas.panel(panel, PAPER, alpha=250)
        inside = panel.inflate(-48, -48).size
        drawing = self._drawings[key]
        share = share_at(known.tempo, seconds)
        figure = drawing.at_rest(inside) if page.still else drawing.at(share, ghost, inside)
        canvas.surface.blit(figure, figure.get_rect(center=panel.center))
        blocks = [Block(page.title, 46, INK), Block(page.text, 34, INK, gap=14)]
        room = 300 if page.of or page.mistake else CHOICES_Y - POINTER - column.top
        y = canvas.column(blocks, pygame.Rect(column.left, column.top, column.width, room))
        if page.mistake:
            self._draw_mistake(canvas, page.mistake, column, y + 12)
        _draw_counted(canvas, page, column.centerx, y + 44)

    def _draw_mistake(self, canvas: Canvas, mistake: str, column: pygame.Rect, top: int) -> None:
        """The common mistake under a sign, so that colour alone does not mark it."""
        warn = f"{SESSION['attention'][self._look.language]}: {mistake}"
        block = Block(warn, 30, WARN)
        room = pygame.Rect(column.left + 84, top + 12, column.width - 100, 0)
        most = CHOICES_Y - POINTER - top - 28
        room.height = min(most, canvas.height_of([block], room.width))
        panel = pygame.Rect(column.left, top, column.width, room.height + 24)
        canvas.panel(panel, PAPER, alpha=235)
        canvas.column([block], room)
        x, y = panel.left + 48, panel.centery - 20
        pygame.draw.polygon(canvas.surface, WARN, [(x, y), (x - 24, y + 42), (x + 24, y + 42)])
        pygame.draw.line(canvas.surface, PAPER, (x, y + 15), (x, y + 28), 5)
        pygame.draw.circle(canvas.surface, PAPER, (x, y + 35), 3)

    @staticmethod
    def _draw_choice(canvas: Canvas, button: Button, choice: Choice, *, focused: bool) -> None:
        ink = PAPER if focused else INK
        canvas.panel(button.place, FOCUS if focused else PAPER, alpha=255, edge=INK)
        if focused:
            pygame.draw.polygon(canvas.surface, FOCUS, _pointer(button.place))
        size = 40 if choice.small and not choice.word else 30
        text = f"{button.text}  [{button.key}]" if button.key else button.text
        canvas.write_within(text, button.place.inflate(-20, -8), size, ink)


def _draw_over_map(canvas: Canvas, page: Page) -> None:
    """Words on a panel above the land, as high as they need."""
    blocks = [Block(page.title, 44, INK), Block(page.text, 32, QUIET, gap=4)]
    blocks += [Block(line, 32, INK, gap=4) for line in page.lines]
    blocks = [block for block in blocks if block.text]
    place = pygame.Rect(120, 16, WIDTH - 240, OVER_MAP)
    room = place.inflate(-48, -24)
    place.height = min(OVER_MAP, canvas.height_of(blocks, room.width) + 28)
    canvas.panel(place, PAPER, alpha=236)
    canvas.column(blocks, room)


def _text_of(choice: Choice) -> str:
    return f"{choice.text}  {choice.word}" if choice.word else choice.text


def _scale_places(page: Page, count: int) -> list[pygame.Rect]:
    """A row of numbers; with a word at each number three columns of four."""
    if any(c.word for c in page.choices):
        width, height, gap = 392, 78, 10
        left = (WIDTH - 3 * width - 2 * gap) // 2
        return [
            pygame.Rect(
                left + n // 4 * (width + gap), WORDS_Y + n % 4 * (height + gap), width, height
            )
            for n in range(count)
        ]
    width, gap = 92, 10
    left = (WIDTH - count * width - (count - 1) * gap) // 2
    return [pygame.Rect(left + n * (width + gap), 330, width, 104) for n in range(count)]


def _draw_counted(canvas: Canvas, page: Page, x: int, y: int) -> None:
    """One ring a repetition, filled once it was seen."""
    for n in range(page.of):
        at = (x + round((n - (page.of - 1) / 2) * 84), y)
        pygame.draw.circle(canvas.surface, INK, at, 28, 0 if n < page.seen else 4)


def _column(look: Look) -> pygame.Rect:
    """Where an exercise's words stand; large letters take room from the drawing."""
    left = 700 if look.text_scale <= 1.3 else 520
    return pygame.Rect(left, 84, WIDTH - left - 24, 440)


def _pointer(place: pygame.Rect) -> list[tuple[int, int]]:
    """A small triangle above the choice in focus: shape says what colour says."""
    x, y = place.centerx, place.top - 8
    return [(x - 16, y - 20), (x + 16, y - 20), (x, y)]


def _ground() -> pygame.Surface:
    ground = gradient(
        (WIDTH, HEIGHT), [(0, (236, 243, 246)), (0.7, (250, 243, 228)), (1, (246, 232, 208))]
    )
    for radius, alpha in ((520, 120), (240, 120)):
        ground.blit(soft_disc(radius, (255, 252, 236), alpha), (1060 - radius, 130 - radius))
    for base, colour, at in ((70, (214, 224, 222), 560), (50, (196, 214, 200), 600)):
        hill = ridge(WIDTH, base, [(1, 26, at / 90), (2, 14, at / 40)])
        ground.blit(shaded(hill, 160, colour, mix(colour, (250, 240, 220), 0.5)), (0, at))
    return ground
