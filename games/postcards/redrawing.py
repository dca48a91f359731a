"""Redraws one picture, from standard input to standard output, in a process of its own.

python -m games.postcards.redrawing KIND HELD
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pygame

__all__ = ["LARGEST"]

LARGEST: Final = (960, 720)
MOST_MEMORY: Final = 2_000_000_000
MOST_CPU_S: Final = 20
PAPER: Final = (255, 252, 244)
"""Behind what is clear."""
_TURNED: Final = {3: 180, 4: 180, 5: 90, 6: -90, 7: -90, 8: 90}
"""Degrees anticlockwise that set a picture upright, by how the camera was held; after mirroring."""
_MIRRORED: Final = frozenset({2, 4, 5, 7})


def main() -> None:
    """Read, redraw, write; any failure ends the process with a code."""
    _bounded()
    os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    import pygame  # noqa: PLC0415 - once the bounds stand

    kind, held = sys.argv[1], int(sys.argv[2])
    found = pygame.image.load(io.BytesIO(sys.stdin.buffer.read()), f"picture.{kind}")
    out = io.BytesIO()
    pygame.image.save(_upright(_shrunk(found), held), out, "picture.jpg")
    sys.stdout.buffer.write(out.getvalue())


def _shrunk(found: pygame.Surface) -> pygame.Surface:
    """On paper, as large as a page shows it at most."""
    import pygame  # noqa: PLC0415

    longest = max(LARGEST)
    share = min(1.0, longest / max(found.get_size()))
    size = (max(1, round(found.get_width() * share)), max(1, round(found.get_height() * share)))
    clear = pygame.Surface(found.get_size(), pygame.SRCALPHA, 32)
    clear.blit(found, (0, 0))
    drawn = pygame.Surface(size, 0, 24)
    drawn.fill(PAPER)
    drawn.blit(pygame.transform.smoothscale(clear, size), (0, 0))
    return drawn


def _upright(drawn: pygame.Surface, held: int) -> pygame.Surface:
    import pygame  # noqa: PLC0415

    if held in _MIRRORED:
        drawn = pygame.transform.flip(drawn, flip_x=True, flip_y=False)
    return pygame.transform.rotate(drawn, _TURNED.get(held, 0))


def _bounded() -> None:
    """Bounds of memory and time, where the system has them."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))


if __name__ == "__main__":
    main()
