"""Pictures from elsewhere: JPEG and PNG, bounded, redrawn, upright, and nothing but pixels."""

import io
import struct
import zlib

import numpy as np
import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from games.postcards.picture import MOST_BYTES, head_of, redrawn
from games.postcards.postcard import MOST_LETTERS, plain_words
from telemetry.errors import ConfigurationError

RED, BLUE = (200, 30, 30), (30, 30, 200)


def file_of(kind, size=(80, 40), *, alpha=False):
    """Red on the left half, blue on the right one."""
    made = pygame.Surface(size, pygame.SRCALPHA if alpha else 0, 32 if alpha else 24)
    made.fill((*BLUE, 255) if alpha else BLUE)
    half = (0, 0, size[0] // 2, size[1])
    made.fill((0, 0, 0, 0) if alpha else RED, half)
    out = io.BytesIO()
    pygame.image.save(made, out, f"x.{kind}")
    return out.getvalue()


def held(jpeg, how, order="<"):
    """The same file with EXIF that tells how the camera was held, and where."""
    place = b"GPS 45.46 N 9.19 E, Maria's phone"
    mark = {"<": b"II", ">": b"MM"}[order]
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, how, 0)
    tiff = mark + struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", 1) + entry + place
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def pixels(data):
    return pygame.image.load(io.BytesIO(data), "x.jpg")


def near(colour, wanted):
    return max(abs(a - b) for a, b in zip(colour[:3], wanted, strict=True)) < 40


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_picture_comes_back_as_a_jpeg_of_its_pixels(kind):
    found = pixels(redrawn(file_of(kind)))
    assert found.get_size() == (80, 40)
    assert near(found.get_at((10, 20)), RED)
    assert near(found.get_at((70, 20)), BLUE)


def test_what_is_clear_lies_on_paper():
    found = pixels(redrawn(file_of("png", alpha=True)))
    assert near(found.get_at((10, 20)), (255, 252, 244))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("how", "size", "red", "blue"),
    [
        (1, (80, 40), (10, 20), (70, 20)),
        (2, (80, 40), (70, 20), (10, 20)),
        (3, (80, 40), (70, 20), (10, 20)),
        (4, (80, 40), (10, 20), (70, 20)),
        (5, (40, 80), (20, 10), (20, 70)),
        (6, (40, 80), (20, 10), (20, 70)),
        (7, (40, 80), (20, 70), (20, 10)),
        (8, (40, 80), (20, 70), (20, 10)),
        (99, (80, 40), (10, 20), (70, 20)),
    ],
)
def test_a_camera_held_sideways_gives_an_upright_picture(how, order, size, red, blue):
    found = pixels(redrawn(held(file_of("jpg"), how, order)))
    assert found.get_size() == size
    assert near(found.get_at(red), RED)
    assert near(found.get_at(blue), BLUE)


def test_nothing_but_pixels_stays():
    with_place = held(file_of("jpg"), 6)
    assert b"GPS" in with_place
    kept = redrawn(with_place)
    assert b"GPS" not in kept
    assert b"Exif" not in kept
    assert b"Maria" not in kept


def test_a_large_photograph_is_shrunk():
    rng = np.random.default_rng(1)
    noise = pygame.surfarray.make_surface(rng.integers(0, 255, (3000, 2000, 3)))
    out = io.BytesIO()
    pygame.image.save(noise, out, "x.jpg")
    assert len(out.getvalue()) < MOST_BYTES
    found = pixels(redrawn(out.getvalue()))
    assert found.get_size() == (960, 640)


def bomb():
    """A PNG of a few bytes that says it is 60,000 by 60,000."""

    def chunk(kind, body):
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"0" * 99))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "JPEG or PNG"),
        (b"GIF89a" + bytes(40), "JPEG or PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "JPEG or PNG"),
        (b"#!/bin/sh\nrm -rf ~", "JPEG or PNG"),
        (b"MZ" + bytes(400), "JPEG or PNG"),
        (bomb(), "million"),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), "MB"),
        (file_of("jpg")[:300], "damaged"),
        (file_of("png")[:40], "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x00", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
)
def test_odd_files_are_refused_by_name(data, word):
    with pytest.raises(ConfigurationError, match=word):
        redrawn(data)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_have_a_head_or_are_refused(data, start):
    try:
        head = head_of(start + data)
    except ConfigurationError:
        return
    assert head.width > 0
    assert head.height > 0


@pytest.mark.parametrize("at", range(20, 600, 97))
def test_a_picture_with_a_broken_byte_is_redrawn_or_refused(at):
    data = bytearray(file_of("jpg"))
    data[at % len(data)] ^= 0xFF
    try:
        assert redrawn(bytes(data)).startswith(b"\xff\xd8\xff")
    except ConfigurationError as e:
        assert "picture" in str(e)  # noqa: PT017 - either is right


@given(st.text(max_size=400))
def test_words_are_drawable_and_bounded_or_refused(text):
    try:
        words = plain_words(text, MOST_LETTERS, "la cartolina", "the postcard")
    except ConfigurationError:
        return
    assert 1 <= len(words) <= MOST_LETTERS
    assert words == " ".join(words.split())
    assert plain_words(words, MOST_LETTERS, "", "") == words


def test_signs_without_a_letter_are_left_out_and_lines_become_one():
    assert plain_words("Ciao nonna! \u2764\ufe0f\n\u00c8 maggio \U0001f490.", 200, "", "") == (
        "Ciao nonna! \u00c8 maggio ."
    )
