"""How notes sound: plucked strings, soft flute, bell, drone, pulse, and the air of a place.

Strings are Karplus and Strong's (1983): a burst of noise goes round a loop as long as the period,
averaged with its neighbour at each turn. Departures: the burst is smoothed first, so that nothing
is sharp, and its beginning fades in over `ATTACK_S`. All is mono, for hearing aids.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from .score import Note

__all__ = ["ATTACK_S", "RATE_HZ", "ambience", "sounded"]

RATE_HZ: Final = 44_100
ATTACK_S: Final = 0.03
"""Of the quickest sound; a start of less than 20 ms startles."""
AMBIENCE_S: Final = 12
LONGEST_S: Final = 7.0


def sounded(note: Note, beat_s: float) -> np.ndarray:
    """The samples of a note, float32, shape (n,), starting and ending at silence."""
    seconds = min(LONGEST_S, note.beats * beat_s)
    wave: np.ndarray = np.float32(note.level) * _tone(
        note.layer, round(note.pitch_hz, 2), round(seconds, 3)
    )
    return wave


@lru_cache(maxsize=160)
def _tone(layer: str, pitch_hz: float, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    if layer == "string":
        wave = _plucked(pitch_hz, t.size) * np.exp(-0.9 * t)
        return _shaped(wave, t, seconds, ATTACK_S)
    if layer == "flute":
        breath = 1 + 0.004 * np.sin(2 * np.pi * 4.6 * t)
        phase = 2 * np.pi * pitch_hz * np.cumsum(breath) / RATE_HZ
        wave = np.sin(phase) + 0.22 * np.sin(2 * phase) + 0.06 * np.sin(3 * phase)
        return _shaped(0.7 * wave, t, seconds, 0.12)
    if layer == "bell":
        parts = ((1.0, 1.0, 1.6), (2.0, 0.35, 2.4), (2.99, 0.14, 3.6))
        wave = sum((a * np.exp(-d * t) * np.sin(2 * np.pi * pitch_hz * r * t) for r, a, d in parts),
                   np.zeros_like(t))  # fmt: skip
        return _shaped(wave, t, seconds, ATTACK_S)
    if layer == "drone":
        wave = sum((np.sin(2 * np.pi * pitch_hz * n * t) / n**1.6 for n in range(1, 6)),
                   np.zeros_like(t))  # fmt: skip
        return _shaped(0.6 * wave, t, seconds, min(1.4, seconds / 3))
    wave = np.sin(2 * np.pi * pitch_hz * t) + 0.3 * np.sin(4 * np.pi * pitch_hz * t)
    return _shaped(wave * np.exp(-4.0 * t), t, seconds, 0.04)


def _plucked(pitch_hz: float, size: int) -> np.ndarray:
    """One string, a whole period at a time."""
    period = max(2, round(RATE_HZ / pitch_hz))
    burst = np.random.default_rng(period).uniform(-1, 1, period)
    kernel = np.hanning(max(3, period // 9) | 1)
    loop = np.convolve(np.tile(burst, 3), kernel / kernel.sum(), "same")[period : 2 * period]
    loop -= loop.mean()
    loop /= max(1e-9, np.abs(loop).max())
    turns = []
    for _ in range(-(-size // period)):
        turns.append(loop)
        loop = 0.5 * (loop + np.roll(loop, 1)) * 0.998
    return np.concatenate(turns)[:size]


def _shaped(wave: np.ndarray, t: np.ndarray, seconds: float, attack_s: float) -> np.ndarray:
    """A smooth beginning and end."""
    rise = np.clip(t / attack_s, 0, 1)
    fall = np.clip((seconds - t) / min(0.5, seconds / 3), 0, 1)
    smooth = (rise * rise * (3 - 2 * rise)) * (fall * fall * (3 - 2 * fall))
    shaped: np.ndarray = (wave * smooth).astype(np.float32)
    return shaped


@lru_cache(maxsize=4)
def ambience(region: str) -> np.ndarray:
    """The air of a place, float32, `AMBIENCE_S` long; it meets itself at its end.

    Wind over the hills, a fountain in the villages, slow waves at the coast: noise in a band, with
    swells that are whole in its length.
    """
    size = AMBIENCE_S * RATE_HZ
    low, high, swells = {
        "hills": (120, 700, 2),
        "villages": (500, 1800, 5),
        "coast": (90, 900, 3),
    }[region]
    spectrum = np.zeros(size // 2 + 1, dtype=complex)
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    rng = np.random.default_rng(len(region))
    inside = (hz > low) & (hz < high)
    spectrum[inside] = rng.normal(size=inside.sum()) + 1j * rng.normal(size=inside.sum())
    spectrum[inside] /= np.sqrt(hz[inside])
    noise = np.fft.irfft(spectrum, size)
    at = np.arange(size) / size
    depth = 0.8 if region == "coast" else 0.35
    swell = 1 - depth + depth * (0.5 - 0.5 * np.cos(2 * np.pi * swells * at)) ** 1.5
    wave = noise * swell
    air: np.ndarray = (0.35 * wave / np.abs(wave).max()).astype(np.float32)
    return air
