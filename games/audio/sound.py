"""Sounds made by code: soft bells and breaths, never sudden, never loud.

Where there is no audio device the games play without sound; the log says why, the screen that.
"""

from __future__ import annotations

import logging
from typing import Final

import numpy as np
import pygame

__all__ = ["FEEDBACK", "SOUNDS", "Sounds", "rendered"]

log = logging.getLogger(__name__)

RATE_HZ = 44_100

# name: (partials as (frequency in Hz, share), seconds, attack in s, breath: share of noise)
SOUNDS: Final[dict[str, tuple[tuple[tuple[float, float], ...], float, float, float]]] = {
    "chime": (((659.3, 0.5), (987.8, 0.3), (1318.5, 0.15)), 1.1, 0.02, 0.0),
    "soft": (((523.3, 0.6), (784.0, 0.3)), 0.9, 0.03, 0.0),
    "good": (((523.3, 0.35), (784.0, 0.35)), 0.7, 0.03, 0.0),
    "again": (((587.3, 0.6), (880.0, 0.2)), 0.5, 0.03, 0.0),
    "fall": (((659.3, 0.5), (523.3, 0.4)), 0.7, 0.03, 0.0),
    "wood": (((740.0, 0.5), (1109.0, 0.2)), 0.25, 0.02, 0.0),
    "stop": (((523.3, 0.6), (659.3, 0.2)), 0.9, 0.06, 0.0),
    "breeze": (((220.0, 0.1),), 0.9, 0.3, 0.5),
    "low": (((523.3, 0.6), (622.3, 0.2)), 1.2, 0.06, 0.0),
    "pluck": (((392.0, 0.6), (784.0, 0.25), (1176.0, 0.1)), 0.5, 0.02, 0.0),
    "wave": (((146.8, 0.2),), 1.6, 0.6, 0.6),
    "pause": (((329.6, 0.5), (261.6, 0.4)), 0.6, 0.03, 0.0),
    "step1": (((261.6, 0.6), (523.3, 0.2)), 0.35, 0.02, 0.0),
    "step2": (((329.6, 0.6), (659.3, 0.2)), 0.35, 0.02, 0.0),
    "step3": (((392.0, 0.6), (784.0, 0.2)), 0.35, 0.02, 0.0),
    "step4": (((523.3, 0.6), (1046.5, 0.2)), 0.45, 0.02, 0.0),
    "bed1": (((523.3, 0.3), (1046.5, 0.08)), 0.5, 0.03, 0.0),
    "bed2": (((659.3, 0.3), (1318.5, 0.08)), 0.5, 0.03, 0.0),
    "bed3": (((784.0, 0.3), (1568.0, 0.08)), 0.5, 0.03, 0.0),
    "end": (((523.3, 0.35), (659.3, 0.3), (784.0, 0.25)), 2.0, 0.05, 0.0),
}

FEEDBACK: Final = {
    "good": "good",
    "wide": "good",
    "slower": "low",
    "further": "again",
    "stay": "again",
    "lower": "fall",
    "upright": "wood",
    "enough": "stop",
}
"""The sound of each message of `games.rules.feedback`."""


def rendered(name: str) -> np.ndarray:
    """The sound's samples, int16, shape (n, 2), at 44.1 kHz; starts and ends at silence."""
    partials, seconds, attack_s, breath = SOUNDS[name]
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = sum((share * np.sin(2 * np.pi * f * t) for f, share in partials), np.zeros_like(t))
    if breath:
        noise = np.random.default_rng(3).normal(0, 1, t.size)
        kernel = np.hanning(61)
        tone = tone + breath * np.convolve(noise, kernel / kernel.sum(), "same") * 2.5
    rise = np.clip(t / attack_s, 0, 1)
    fall = np.exp(-3.2 * t / seconds) * np.clip((seconds - t) / 0.08, 0, 1)
    wave = np.clip(tone * rise * fall, -1, 1) * 0.5 * 32767
    return np.ascontiguousarray(np.repeat(wave.astype(np.int16)[:, None], 2, axis=1))


class Sounds:
    """Plays sounds by name; silent where the machine cannot.

    Args:
        volume: 0 to 1; 0 opens no audio device at all.

    Attributes:
        at_hand: whether anything is heard.
        muted: all is off.
        missing: whether an audio device was asked for and there is none.
        played: the last hundred sounds asked for.
    """

    def __init__(self, volume: float) -> None:
        self._made: dict[str, pygame.mixer.Sound] = {}
        self._volume = volume
        self.at_hand = self.missing = self.muted = False
        self.played: list[str] = []
        if volume <= 0:
            return
        try:
            pygame.mixer.init(RATE_HZ, -16, 2, 512)
            self.at_hand = True
        except (pygame.error, NotImplementedError, AttributeError) as e:
            self.missing = True
            log.info("no sound: %s", e)

    def play(self, name: str) -> None:
        """Play a sound of `SOUNDS`; an unknown name is silent."""
        if name in SOUNDS:
            self.played = [*self.played[-99:], name]
        if not self.at_hand or self.muted or name not in SOUNDS:
            return
        if name not in self._made:
            sound = pygame.sndarray.make_sound(rendered(name))
            sound.set_volume(self._volume)
            self._made[name] = sound
        self._made[name].play()

    def close(self) -> None:
        """Give the audio device back."""
        if self.at_hand:
            pygame.mixer.quit()
            self.at_hand = False
