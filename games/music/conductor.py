"""Where the music is: it follows the person, waits for who is slower, and never runs ahead. Pure.

A rising line is played to its end, its chord is held as long as the person stays, the falling line
begins when they turn back; each part lasts at least as long as prescribed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .score import LAYERS, MusicPart

if TYPE_CHECKING:
    from .score import BeatTempo

__all__ = ["Conductor", "layers_of"]


def layers_of(complete: int) -> int:
    """How many layers play after so many complete repetitions of the set."""
    return min(len(LAYERS), 2 + max(0, complete))


@dataclass(frozen=True, slots=True)
class Conductor:
    """Part, phrase and half beat.

    Attributes:
        half: half beats since the part began.
        layers: that play; none leaves before the set ends.
        of_set: which set they entered in.
    """

    phrase: int = 0
    part: MusicPart = MusicPart.REST
    half: int = 0
    layers: int = 2
    of_set: int = 0

    def entered(self, complete: int, of_set: int) -> Conductor:
        """After so many complete repetitions of a set: layers enter, and go only with the set."""
        layers = layers_of(complete)
        if of_set == self.of_set:
            layers = max(layers, self.layers)
        return replace(self, layers=layers, of_set=of_set)

    def after_half_beat(self, wanted: MusicPart, tempo: BeatTempo) -> Conductor:
        """Half a beat later, while the person is at `wanted`."""
        half = self.half + 1
        at_end = half >= 2 * self._length(tempo)
        match self.part:
            case MusicPart.RISE if at_end:
                holds = tempo.hold > 0 or self._waits(wanted)
                return self._to(MusicPart.HOLD if holds else MusicPart.FALL)
            case MusicPart.HOLD if at_end and half % 2 == 0 and not self._waits(wanted):
                return self._to(MusicPart.FALL)
            case MusicPart.FALL if at_end:
                return self._to(MusicPart.REST)
            case MusicPart.REST if at_end and self._waits(wanted):
                return replace(self._to(MusicPart.RISE), phrase=self.phrase + 1)
        return replace(self, half=half)

    @staticmethod
    def _waits(wanted: MusicPart) -> bool:
        return wanted in (MusicPart.RISE, MusicPart.HOLD)

    def _length(self, tempo: BeatTempo) -> int:
        return {
            MusicPart.RISE: tempo.rise,
            MusicPart.HOLD: tempo.hold,
            MusicPart.FALL: tempo.fall,
            MusicPart.REST: tempo.rest,
        }[self.part]

    def _to(self, part: MusicPart) -> Conductor:
        return replace(self, part=part, half=0)
