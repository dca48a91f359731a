"""How a person wants the screens, as options of the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from games.look import Look

__all__ = ["AudioOnly", "LanguageOption", "Plain", "Scanning", "SideOption", "TextScale", "look_of"]

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


def look_of(
    language: str,
    text_scale: float,
    side: str,
    *,
    audio_only: bool,
    scanning: bool = False,
    full_screen: bool = False,
    plain: bool = False,
) -> Look:
    """The look that the options ask for.

    Raises:
        ConfigurationError: a language, size or side that there is not.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from games.look import Look
    from telemetry.errors import ConfigurationError

    if side not in ("left", "right"):
        raise ConfigurationError(f"side {side!r}: use left or right")
    pressing: Literal["left", "right"] = "left" if side == "left" else "right"
    spoken: Literal["it", "en"] = "en" if language == "en" else "it"
    if language not in ("it", "en"):
        raise ConfigurationError(f"language {language!r}: there are it and en")
    return Look(
        language=spoken,
        text_scale=text_scale,
        side=pressing,
        audio_only=audio_only,
        scanning=scanning,
        full_screen=full_screen,
        plain=plain,
    )
