"""How a person wants the screens, as options of the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from games.look import Look
    from ripresa.home.looks.kept_look import KeptLook

__all__ = [
    "AudioOnly",
    "Captions",
    "Effects",
    "LanguageOption",
    "Music",
    "Plain",
    "Points",
    "Scanning",
    "SideOption",
    "Speech",
    "TextScale",
    "kept_options",
    "look_of",
]

LanguageOption = Annotated[str, typer.Option(help="it or en.")]
TextScale = Annotated[float, typer.Option(help="Size of the text, 1 to 2.")]
SideOption = Annotated[str, typer.Option(help="Of the hand that presses: left or right.")]
AudioOnly = Annotated[
    bool, typer.Option("--audio-only", help="Dark and calm: voice and sound say it all.")
]


Scanning = Annotated[
    bool,
    typer.Option(
        "--scanning", help="Choices light up in turn; one key, or the still arm, takes one."
    ),
]


Plain = Annotated[
    bool, typer.Option("--plain", help="The exercise alone: neither ornaments nor points.")
]


Music = Annotated[float | None, typer.Option(help="Volume of the music, 0 to 1.")]
Effects = Annotated[float | None, typer.Option(help="Volume of the sounds, 0 to 1.")]
Speech = Annotated[float | None, typer.Option(help="Volume of the voice, 0 to 1.")]
Captions = Annotated[
    bool | None, typer.Option("--captions/--no-captions", help="Write what is spoken, too.")
]
Points = Annotated[bool | None, typer.Option("--points/--no-points", help="Show points, or none.")]


def kept_options(
    music: float | None,
    effects: float | None,
    speech: float | None,
    *,
    captions: bool | None,
    points: bool | None,
) -> KeptLook:
    """What of the look is kept at a home, as options.

    Raises:
        ConfigurationError: a volume that there is not.
    """
    from ripresa.home.looks.kept_look import KeptLook
    from telemetry.errors import ConfigurationError

    for name, volume in (("music", music), ("effects", effects), ("speech", speech)):
        if volume is not None and not 0 <= volume <= 1:
            raise ConfigurationError(f"--{name} {volume:g}: it may be 0 to 1")
    return KeptLook(music=music, sound=effects, speech=speech, captions=captions, points=points)


def look_of(
    language: str,
    text_scale: float,
    side: str,
    *,
    audio_only: bool,
    scanning: bool = False,
    full_screen: bool = False,
    plain: bool = False,
    wishes: KeptLook | None = None,
) -> Look:
    """The look that the options ask for, over what is kept on this machine.

    Args:
        language: it or en.
        text_scale: 1 to 2.
        side: left or right.
        audio_only: see `Look`.
        scanning: see `Look`.
        full_screen: see `Look`.
        plain: see `Look`.
        wishes: volumes, captions and points as options say; they are not kept.

    Raises:
        ConfigurationError: a language, size or side that there is not.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from games.look import Look
    from ripresa.home.looks.kept_look import KeptLook
    from ripresa.platform.configuration import Folder, ripresa_home
    from telemetry.errors import ConfigurationError

    if side not in ("left", "right"):
        raise ConfigurationError(f"side {side!r}: use left or right")
    pressing: Literal["left", "right"] = "left" if side == "left" else "right"
    spoken: Literal["it", "en"] = "en" if language == "en" else "it"
    if language not in ("it", "en"):
        raise ConfigurationError(f"language {language!r}: there are it and en")
    kept = KeptLook.load(Folder(ripresa_home()).kept_look)
    look = Look(
        language=spoken,
        text_scale=text_scale,
        side=pressing,
        audio_only=audio_only,
        scanning=scanning,
        full_screen=full_screen,
        plain=plain,
    )
    return (kept if wishes is None else wishes.over(kept)).applied(look)
