"""Pictures from elsewhere: looked at before anything decodes them, and kept only as redrawn.

1. The kind is told by the file's own first bytes, never by its name: JPEG or PNG, nothing else.
2. Its size is read from its header and bounded before a pixel is made.
3. A process of its own decodes it, turns it upright, shrinks it and writes it anew: what a camera
   wrote beside the pixels (place, time, owner) stays behind, and a file that breaks the decoder
   breaks nothing here.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from dataclasses import dataclass
from typing import Final, Literal

from therapy.wording import WordedError

__all__ = ["MOST_BYTES", "MOST_PIXELS", "PictureHead", "head_of", "redrawn"]

MOST_BYTES: Final = 20_000_000
MOST_PIXELS: Final = 64_000_000
MOST_REDRAWN: Final = 600_000
"""Bytes of a picture as it is kept."""
PATIENCE_S: Final = 30.0

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that begin a frame and tell its size."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that no length follows."""
_SCAN: Final = 0xDA
_APP1: Final = 0xE1
_UPRIGHT: Final = 0x0112
"""EXIF's tag of how the camera was held."""


@dataclass(frozen=True, slots=True)
class PictureHead:
    """What a file says of itself.

    Attributes:
        held: how the camera was held, 1 to 8 as EXIF counts; 1: upright.
    """

    kind: Literal["jpg", "png"]
    width: int
    height: int
    held: int = 1


def redrawn(data: bytes) -> bytes:
    """A picture as it is kept: a JPEG of its pixels and of nothing else.

    Raises:
        ConfigurationError: it is no picture of a kind that is taken, too large, or damaged.
    """
    head = head_of(data)
    asked = [sys.executable, "-m", "games.postcards.redrawing", head.kind, str(head.held)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            asked, input=data, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        raise _damaged() from e
    if done.returncode or not done.stdout.startswith(JPEG) or len(done.stdout) > MOST_REDRAWN:
        raise _damaged()
    return done.stdout


def head_of(data: bytes) -> PictureHead:
    """Kind and size of a picture, from its first bytes; nothing is decoded.

    Raises:
        ConfigurationError: as `redrawn`.
    """
    if len(data) > MOST_BYTES:
        raise WordedError(
            f"l'immagine ha {len(data) / 1e6:.0f} MB: ne scelga una da {MOST_BYTES / 1e6:.0f} MB "
            "al più",
            f"the picture has {len(data) / 1e6:.0f} MB: take one of {MOST_BYTES / 1e6:.0f} MB at "
            "most",
        )
    try:
        head = _png(data) if data.startswith(PNG) else _jpeg(data)
    except (struct.error, IndexError) as e:
        raise _damaged() from e
    if not 1 <= head.width * head.height <= MOST_PIXELS:
        raise WordedError(
            f"l'immagine è di {head.width} per {head.height} punti: {MOST_PIXELS / 1e6:.0f} "
            "milioni al più",
            f"the picture is {head.width} by {head.height} pixels: {MOST_PIXELS / 1e6:.0f} "
            "million at most",
        )
    return head


def _png(data: bytes) -> PictureHead:
    if data[12:16] != b"IHDR":
        raise _damaged()
    width, height = struct.unpack(">II", data[16:24])
    return PictureHead("png", width, height)


def _jpeg(data: bytes) -> PictureHead:
    if not data.startswith(JPEG):
        raise WordedError(
            "questo file non è un'immagine JPEG o PNG: ne scelga una di quelle",
            "this file is no JPEG or PNG picture: take one of these",
        )
    at, held = 2, 1
    while True:
        if data[at] != 0xFF:
            raise _damaged()
        marker = data[at + 1]
        at += 2
        if marker == 0xFF:  # filling before a marker
            at -= 1
        elif marker not in _BARE:
            (length,) = struct.unpack(">H", data[at : at + 2])
            body = data[at + 2 : at + length]
            if marker in _FRAMES:
                height, width = struct.unpack(">HH", body[1:5])
                return PictureHead("jpg", width, height, held)
            if marker == _SCAN or length < 2:
                raise _damaged()
            if marker == _APP1 and body.startswith(b"Exif\0\0"):
                held = _held(body[6:])
            at += length


def _held(exif: bytes) -> int:
    """How the camera was held, from EXIF's first folder; 1 where it does not say."""
    try:
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (folder,) = struct.unpack(order + "I", exif[4:8])
        (count,) = struct.unpack(order + "H", exif[folder : folder + 2])
        for n in range(min(count, 200)):
            entry = exif[folder + 2 + 12 * n : folder + 14 + 12 * n]
            tag, kind = struct.unpack(order + "HH", entry[:4])
            if tag == _UPRIGHT and kind == 3:
                (held,) = struct.unpack(order + "H", entry[8:10])
                return held if 1 <= held <= 8 else 1
    except (struct.error, KeyError):
        return 1
    return 1


def _damaged() -> WordedError:
    return WordedError(
        "l'immagine è danneggiata e non si può leggere: ne scelga un'altra",
        "the picture is damaged and cannot be read: take another one",
    )
