"""What of sound and voice is asked for and cannot be heard here, for the screen to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from games.look import Look

    from .sound import Sounds
    from .speech import Voice

__all__ = ["UNHEARD", "heard_alone", "unheard"]

UNHEARD = ("no_sound", "no_sound_seen", "no_voice")
"""Keys of the texts that tell it."""


def unheard(look: Look, sounds: Sounds, voice: Voice) -> str:
    """Key of the text that tells what is missing; empty: nothing that was asked for."""
    if sounds.missing:
        return "no_sound_seen" if look.audio_only else "no_sound"
    # With a picture to look at, what is spoken is written there as well.
    return "no_voice" if look.audio_only and voice.missing else ""


def heard_alone(look: Look, sounds: Sounds) -> bool:
    """Whether the game is played by ear: that was asked for, and there is something to hear."""
    return look.audio_only and not sounds.missing
