"""How the session's pages look: calm, large, one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from games.figures.drawing import ExerciseDrawing, share_at
from games.ui.canvas import HEIGHT, WIDTH, Block
from games.ui.hud import Button
from games.ui.paint import gradient, mix, ridge, shaded, soft_disc
from games.ui.palette import INK, PAPER
from therapy.exercises.library import EXERCISES

from .session_texts import SESSION

if TYPE_CHECKING:
    from games.look import Look
    from games.ui.canvas import Canvas
    from games.ui.menu import Menu
    from games.ui.paint import Colour

    from .page import Page

__all__ = ["PageScreen"]

FOCUS: Colour = (0, 104, 170)
QUIET: Colour = (88, 96, 116)
WARN: Colour = (150, 84, 0)
CHOICES_Y = 520
LAST_Y = 596
"""On the last card, where nothing lies below."""
POINTER = 34


class PageScreen:
    """Draws pages."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._ground = _ground().convert()
        self._drawings: dict[tuple[str, str], ExerciseDrawing] = {}

    def buttons(self, page: Page) -> list[Button]:
        """Where the page's choices lie."""
        small = [c for c in page.choices if c.small]
        large = [c for c in page.choices if not c.small]
        places: list[Button] = []
        if small:
            width = 92
            left = (WIDTH - len(small) * width - (len(small) - 1) * 10) // 2
            for n, choice in enumerate(small):
                place = pygame.Rect(left + n * (width + 10), 330, width, 104)
                places.append(Button(str(n), choice.text, "", place))
        width = 360 if len(large) <= 2 else 270
        gap = 24
        total = len(large) * width + (len(large) - 1) * gap
        left = (WIDTH - total) // 2
        if page.exercise:
            column = _column(self._look)
            if total > column.width:
                width = (column.width - gap * (len(large) - 1)) // len(large)
                total = column.width
            left = column.centerx - total // 2
        top = CHOICES_Y if page.exercise or small or page.lines or page.of else 400
        if page.last:
            top = LAST_Y
        for n, choice in enumerate(large):
            place = pygame.Rect(left + n * (width + gap), top, width, 92)
            places.append(Button(str(len(small) + n), choice.text, "", place))
        return places

    def draw(
        self, canvas: Canvas, page: Page, menu: Menu, seconds: float, ghost: float | None = None
    ) -> None:
        """One page."""
        canvas.surface.blit(self._ground, (0, 0))
        if page.exercise is not None:
            self._draw_exercise(canvas, page, seconds, ghost)
        else:
            blocks = [Block(page.title, 56, INK), Block(page.text, 38, QUIET, gap=26)]
            blocks += [Block(line, 34, INK, gap=12) for line in page.lines]
            top = min((b.place.top for b in self.buttons(page)), default=HEIGHT - 120)
            room = top - POINTER - 90 if len(blocks) > 2 or page.text else top - POINTER - 100
            y = canvas.column(blocks, pygame.Rect(80, 90, WIDTH - 160, room - 84 * bool(page.of)))
            _draw_counted(canvas, page, WIDTH // 2, y + 44)
        for n, button in enumerate(self.buttons(page)):
            self._draw_choice(canvas, button, focused=n == menu.focus, small=page.choices[n].small)
        if any(c.small for c in page.choices):
            scale = self.buttons(page)
            language = self._look.language
            low, high = SESSION["scale.low"][language], SESSION["scale.high"][language]
            canvas.write(low, (scale[0].place.left, 448), 26, QUIET, fit=380)
            canvas.write(
                high,
                (scale[_last_small(page)].place.right, 448),
                26,
                QUIET,
                anchor="topright",
                fit=380,
            )

    def _draw_exercise(
        self, canvas: Canvas, page: Page, seconds: float, ghost: float | None
    ) -> None:
        known = EXERCISES[page.exercise or ""]
        key = (known.id, page.side)
        if key not in self._drawings:
            self._drawings[key] = ExerciseDrawing(known.id, mirrored=page.side == "left")
        column = _column(self._look)
        wide = column.left - 60
        panel = pygame.Rect(30, 84, wide, 520)
        canvas.panel(panel, PAPER, alpha=250)
        inside = panel.inflate(-48, -48).size
        figure = self._drawings[key].at(share_at(known.tempo, seconds), ghost, inside)
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

    def _draw_choice(self, canvas: Canvas, button: Button, *, focused: bool, small: bool) -> None:
        ink = PAPER if focused else INK
        canvas.panel(button.place, FOCUS if focused else PAPER, alpha=255, edge=INK)
        if focused:
            pygame.draw.polygon(canvas.surface, FOCUS, _pointer(button.place))
        size = 40 if small else 32
        canvas.write(
            button.text,
            button.place.center,
            size,
            ink,
            anchor="center",
            fit=button.place.width - 20,
        )


def _draw_counted(canvas: Canvas, page: Page, x: int, y: int) -> None:
    """One ring a repetition, filled once it was seen."""
    for n in range(page.of):
        at = (x + round((n - (page.of - 1) / 2) * 84), y)
        pygame.draw.circle(canvas.surface, INK, at, 28, 0 if n < page.seen else 4)


def _last_small(page: Page) -> int:
    return sum(c.small for c in page.choices) - 1


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
