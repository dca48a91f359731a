"""What lies over every game: the count, the cue, and the three buttons that are always there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pygame

from .canvas import HEIGHT, SMALLEST_TEXT, WIDTH
from .paint import bezier, smooth
from .palette import ALERT, CALM, INK, PAPER
from .signs import SHAPES
from .signs import sign as sign_of
from .texts import FRAME, said

if TYPE_CHECKING:
    from games.look import Look
    from games.rules.progress import GameProgress
    from games.rules.setting import Setting

    from .canvas import Canvas
    from .paint import Colour

__all__ = ["SMALLEST_TARGET", "Button", "Hud", "draw_button", "pill"]

SMALLEST_TARGET = 64
PIP = 22
WATCHED = (304, 54)
"""Room for the line that tells who watches."""
SHARES = (0.23, 0.32, 0.45)
"""Of pause, pain and unwell, whose words are the longest, with large letters."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: by mouse, finger or one key.

    Attributes:
        name: what it asks for.
        text: what it says; `key` is shown beside it.
        place: at least 64 pixels wide and high.
    """

    name: str
    text: str
    key: str
    place: pygame.Rect

    def __post_init__(self) -> None:
        """Refuse a target that is too small for unsteady hands."""
        if min(self.place.size) < SMALLEST_TARGET:
            raise ValueError(f"button {self.name} is {self.place.size}, below {SMALLEST_TARGET} px")


class Hud:
    """Draws the frame around any game.

    Attributes:
        buttons: pause, pain and unwell, on the side of the hand that presses.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        height = round(64 + 16 * (look.text_scale - 1))
        width = round(min(350 + 120 * (look.text_scale - 1), (WIDTH - 80) / 3))
        y = HEIGHT - height - 12
        large = look.text_scale > 1.3
        widths = tuple(round(3 * width * s) for s in SHARES) if large else (200, width, width)
        left = 16 if look.side == "left" else WIDTH - sum(widths) - 48
        buttons = []
        for name, key, wide in zip(
            ("pause", "pain", "unwell"), ("Esc", "P", "U"), widths, strict=True
        ):
            place = pygame.Rect(left, y, wide, height)
            buttons.append(Button(name, self._said(name), key, place))
            left += wide + 16
        self.buttons = tuple(buttons)
        # Below the cue, which large letters bring down.
        top = 100 if look.text_scale <= 1.3 else 224
        place = pygame.Rect(WIDTH - width - 16, top, width, height)
        self._retest = Button("retest", self._said("retest"), "R", place)
        self._watched = False
        self._hearts: dict[int, pygame.Surface] = {}

    def draw(
        self,
        canvas: Canvas,
        setting: Setting,
        progress: GameProgress,
        cue: str,
        angle_deg: float | None,
        *,
        counted: tuple[int, int] | None = None,
        sign: str = "",
    ) -> None:
        """Count and pips above left, the cue in the middle, angle and points above right.

        Args:
            canvas: to draw on.
            setting: of the game.
            progress: of the game.
            cue: in words; empty: none.
            angle_deg: None: no angle is known.
            counted: repetitions done and asked for where a session counts them; None: the game's.
            sign: the message whose shape stands beside the cue; empty: none.
        """
        done, dose = counted or (progress.trials, setting.dose)
        count = self._said("repetition", number=min(done + 1, dose), dose=dose)
        label = pill(canvas, count, 28, "topleft", (16, 12), below=PIP + 12)
        self._pips(canvas, setting, done, dose, label)
        told = [self._said("points", score=progress.score)] if self._look.shows_points else []
        if angle_deg is not None:
            told.insert(0, f"{angle_deg:.0f}°")
        right = pygame.Rect(WIDTH - 16, 12, 0, 0)
        if told:
            right = pill(canvas, "   ".join(told), 28, "topright", (WIDTH - 16, 12))
        if cue:
            self._cue(canvas, cue, label, right, sign)
        self.draw_buttons(canvas)

    @staticmethod
    def _cue(canvas: Canvas, cue: str, left: pygame.Rect, right: pygame.Rect, sign: str) -> None:
        """In the middle of the room between, a little smaller if need be; else below."""
        for size in (36, 32, 28, SMALLEST_TEXT):
            beside = _sign_width(canvas, sign, size)
            half = (canvas.text(cue, size, INK).get_width() + beside) // 2 + 32
            if left.right < WIDTH // 2 - half and WIDTH // 2 + half < right.left:
                pill(canvas, cue, size, "midtop", (WIDTH // 2, 12), sign=sign)
                return
            if canvas.text_scale > 1 and 2 * half < right.left - left.right:
                middle = ((left.right + right.left) // 2, 12)
                pill(canvas, cue, size, "midtop", middle, sign=sign)
                return
        pill(canvas, cue, 36, "midtop", (WIDTH // 2, left.bottom + 8), sign=sign)

    def draw_heart(self, canvas: Canvas, rate_bpm: int | None) -> None:
        """The heart rate in the corner away from the buttons: a figure, no judgement."""
        if rate_bpm is None:
            return
        size = round(24 * canvas.text_scale)
        if size not in self._hearts:
            self._hearts[size] = _heart_shape(size)
        shape = self._hearts[size]
        told = canvas.text(self._said("heart", rate=rate_bpm), 24, INK)
        place = pygame.Rect(0, 0, told.get_width() + size + 50, max(size, told.get_height()) + 14)
        self._into_corner(place, canvas, above=WATCHED[1] + 4 if self._watched else 0)
        canvas.panel(place, PAPER, alpha=214)
        canvas.surface.blit(shape, shape.get_rect(midleft=(place.left + 20, place.centery)))
        at = (place.left + 30 + size, place.centery)
        canvas.surface.blit(told, told.get_rect(midleft=at))

    def draw_watched(self, canvas: Canvas, line: str) -> None:
        """Who sees the session now, in the heart rate's corner, which goes above it; empty: nobody.

        It keeps to the room beside buttons and answers, so that it never lies over one.
        """
        self._watched = bool(line)
        if not line:
            return
        place = pygame.Rect(0, 0, *WATCHED)
        self._into_corner(place, canvas)
        canvas.panel(place, PAPER, alpha=214)
        canvas.write_within(line, place.inflate(-24, -4), 24, INK)

    def _into_corner(self, place: pygame.Rect, canvas: Canvas, *, above: int = 0) -> None:
        """The corner away from the buttons; large letters leave no room beside them."""
        foot = HEIGHT - 12 if canvas.text_scale <= 1.3 else self.buttons[0].place.top - 8
        if self._look.side == "left":
            place.bottomright = (WIDTH - 16, foot - above)
        else:
            place.bottomleft = (16, foot - above)

    def draw_retest(self, canvas: Canvas) -> None:
        """The offer to find today's range again."""
        draw_button(canvas, self._retest, fill=PAPER, ink=INK)

    def draw_buttons(self, canvas: Canvas, *, focus: int | None = None) -> None:
        """Pause, pain and unwell: on every screen; `focus`: the one that scanning is at."""
        for n, button in enumerate(self.buttons):
            ink = INK if button.name == "pause" else ALERT
            fill, text = (ink, PAPER) if n == focus else (PAPER, ink)
            draw_button(canvas, button, fill=fill, ink=text)

    def pressed(self, at: tuple[float, float], *, retest: bool = False) -> str | None:
        """The button at a place of the canvas."""
        shown = (*self.buttons, self._retest) if retest else self.buttons
        return next((b.name for b in shown if b.place.collidepoint(at)), None)

    @staticmethod
    def _pips(
        canvas: Canvas, setting: Setting, counted: int, dose: int, under: pygame.Rect
    ) -> None:
        counted = min(counted, dose)
        done = counted % setting.repetitions
        if counted and done == 0:
            done = setting.repetitions
        shown = min(setting.repetitions, dose, 20)
        gap = min(PIP, (under.width - 40) / max(1, shown - 1))
        radius = max(3, min(8, int(gap * 0.42)))
        for n in range(shown):
            at = (round(under.left + 24 + n * gap), under.bottom - 20)
            pygame.draw.circle(canvas.surface, INK, at, radius, 0 if n < done else 2)

    def _said(self, key: str, **values: object) -> str:
        return said(FRAME, key, self._look.language, **values)


def _heart_shape(size: int) -> pygame.Surface:
    """A heart in a calm colour, not the colour of alarm."""
    left = [(0.5, 0.95), (0.2, 0.72), (0.02, 0.52), (0.02, 0.32)]
    left += [(0.02, 0.02), (0.42, 0.02), (0.5, 0.3)]
    half = bezier(left)
    outline = [*half, *((1 - x, y) for x, y in reversed(half))]

    def paint(surface: pygame.Surface, scale: float) -> None:
        points = [(x * size * scale, y * size * scale) for x, y in outline]
        pygame.draw.polygon(surface, CALM, points)

    return smooth((size, size), paint)


def draw_button(
    canvas: Canvas, button: Button, *, fill: Colour, ink: Colour, size: int = 26
) -> None:
    """A button with its text and its key."""
    place = button.place
    canvas.panel(place, fill, alpha=242, edge=ink)
    text = f"{button.text}  [{button.key}]" if button.key else button.text
    canvas.write_within(text, place.inflate(-36, -8), size, ink)


def pill(
    canvas: Canvas,
    text: str,
    size: int,
    anchor: str,
    at: tuple[int, int],
    *,
    below: int = 0,
    sign: str = "",
) -> pygame.Rect:
    """A line of text on a light panel, readable over any scene; `below` leaves room under it.

    A message's shape stands before its words where `sign` names one.

    It shrinks a little rather than touch the picture's edges.
    """
    while (
        size > SMALLEST_TEXT
        and canvas.text(text, size, INK).get_width() + _sign_width(canvas, sign, size) > WIDTH - 72
    ):
        size -= 2
    picture = canvas.text(text, size, INK)
    beside = _sign_width(canvas, sign, size)
    place = pygame.Rect(0, 0, picture.get_width() + beside + 40, picture.get_height() + 14 + below)
    setattr(place, anchor, at)
    canvas.panel(place, PAPER, alpha=214)
    if sign:
        shape = sign_of(sign, _sign_size(canvas, size), INK)
        y = place.top + 7 + (picture.get_height() - shape.get_height()) // 2
        canvas.surface.blit(shape, (place.left + 18, y))
    canvas.surface.blit(picture, (place.left + 20 + beside, place.top + 7))
    return place


def _sign_size(canvas: Canvas, size: int) -> int:
    return round(size * canvas.text_scale)


def _sign_width(canvas: Canvas, sign: str, size: int) -> int:
    """Room that a message's shape takes beside its words."""
    if not sign:
        return 0
    return _sign_size(canvas, size) * (2 if SHAPES[sign] == "tilde" else 1) + 12
