"""From notes to sound, half a beat at a time: what rings on is carried into what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from .conductor import Conductor
from .instruments import LONGEST_S, RATE_HZ, ambience, sounded
from .score import MusicPart, mode_of, notes_at

if TYPE_CHECKING:
    from games.scenes.scene import GameScene

    from .score import BeatTempo

__all__ = ["MusicRenderer"]

LOUDNESS: Final = {"hills": 0.81, "villages": 0.68, "coast": 0.87, "night": 0.66}
"""Gains by place, so that none is louder than another."""
CEILING: Final = 0.89
"""No sample is louder, -1 dB of full scale: what would be is bent towards it."""


class MusicRenderer:
    """Renders one piece in order; equal calls give equal sound.

    Args:
        scene: whose place is heard.
        tempo: of the plan.
        seed: of the session.

    Attributes:
        conductor: where the music is; at the half beat rendered next.
        halves: half beats rendered so far.
    """

    def __init__(self, scene: GameScene, tempo: BeatTempo, seed: int) -> None:
        self.conductor = Conductor()
        self._mode, self._tempo, self._seed = mode_of(scene), tempo, seed
        self._air = ambience(scene.region.value)
        key = "night" if scene.light.value == "night" else scene.region.value
        self._gain = np.float32(LOUDNESS[key])
        self._ringing = np.zeros(round((LONGEST_S + 1) * RATE_HZ), dtype=np.float32)
        self._samples = 0
        self.halves = 0

    def half_beat(self, wanted: MusicPart) -> np.ndarray:
        """The next half beat, float32 in -1..1, shape (n,), while the person is at `wanted`."""
        at, tempo = self.conductor, self._tempo
        self.halves += 1
        # Whole samples over the whole piece: no drift against the beat.
        size = round(self.halves * tempo.beat_s / 2 * RATE_HZ) - self._samples
        notes = notes_at(
            self._mode,
            tempo,
            seed=self._seed,
            phrase=at.phrase,
            part=at.part,
            half=at.half,
            layers=at.layers,
        )
        for note in notes:
            wave = sounded(note, tempo.beat_s)
            self._ringing[: wave.size] += wave
        mixed = self._ringing[:size].copy()
        self._ringing[:-size] = self._ringing[size:]
        self._ringing[-size:] = 0
        places = (self._samples + np.arange(size)) % self._air.size
        mixed += self._air[places]
        self._samples += size
        self.conductor = at.after_half_beat(wanted, tempo)
        bent: np.ndarray = CEILING * np.tanh(self._gain * mixed / CEILING)
        return bent.astype(np.float32)
