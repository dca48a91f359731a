"""What is played: modes by place, twelve motifs, and the notes of each half beat. Pure.

One repetition with its rest is a whole number of beats at 50 to 72 a minute: a rising line, a held
chord, a falling line, a rest. Which motif comes next is a walk from neighbour to neighbour, drawn
from the seed. Equal seed, place and tempo give equal notes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from games.scenes.scene import Light, Region

if TYPE_CHECKING:
    from games.scenes.scene import GameScene

__all__ = [
    "LAYERS",
    "MOTIFS",
    "BeatTempo",
    "MusicPart",
    "MusicalScale",
    "Note",
    "mode_of",
    "notes_at",
]

LAYERS: Final = ("ambience", "drone", "pulse", "string", "flute", "bell")
"""In the order in which they enter, one with each complete repetition of a set."""

MOTIFS: Final = (
    (0, 1, 2, 4), (0, 2, 3, 4), (0, 2, 4, 5), (0, 1, 3, 4),
    (0, 3, 4, 7), (0, 2, 4, 7), (0, 4, 5, 7), (1, 2, 4, 6),
    (0, 2, 5, 6), (2, 3, 4, 6), (0, 1, 4, 5), (0, 3, 5, 7),
)  # fmt: skip
"""Steps of the mode that a rising line goes through; neighbours are alike."""
SLOWEST_BPM, FASTEST_BPM = 50.0, 72.0
LEAST_BEATS: Final = 3
REST_S: Final = 1.0


class MusicPart(Enum):
    """Where a repetition is, as music has it."""

    REST = "rest"
    RISE = "rise"
    HOLD = "hold"
    FALL = "fall"


@dataclass(frozen=True, slots=True)
class MusicalScale:
    """A scale: its root in Hz and its steps in semitones."""

    root_hz: float
    steps: tuple[int, ...]

    def pitch_hz(self, step: int, *, octave: int = 0) -> float:
        """Of a step, counted on into the next octaves."""
        turns, degree = divmod(step, len(self.steps))
        octaves = octave + turns + self.steps[degree] / 12
        return float(self.root_hz * 2.0**octaves)


DORIAN: Final = (0, 2, 3, 5, 7, 9, 10)
MIXOLYDIAN: Final = (0, 2, 4, 5, 7, 9, 10)
LYDIAN: Final = (0, 2, 4, 6, 7, 9, 11)
MINOR_PENTATONIC: Final = (0, 3, 5, 7, 10)
BY_REGION: Final = {
    Region.HILLS: MusicalScale(293.66, DORIAN),
    Region.VILLAGES: MusicalScale(392.0, MIXOLYDIAN),
    Region.COAST: MusicalScale(349.23, LYDIAN),
}
BY_NIGHT: Final = MusicalScale(440.0, MINOR_PENTATONIC)


def mode_of(scene: GameScene) -> MusicalScale:
    """D dorian on the hills, G mixolydian in the villages, F lydian at the coast, A by night."""
    return BY_NIGHT if scene.light is Light.NIGHT else BY_REGION[scene.region]


@dataclass(frozen=True, slots=True)
class BeatTempo:
    """Beats of each part of a repetition, and how long one lasts."""

    beat_s: float
    rise: int
    hold: int
    fall: int
    rest: int

    @classmethod
    def of(cls, up_s: float, hold_s: float, down_s: float, rest_s: float = REST_S) -> BeatTempo:
        """A whole number of beats for the prescription and its rest, as near to 60 as may be.

        A repetition too short for a whole number of beats within the bounds takes the slowest
        pace: the music is never faster than the plan.
        """
        whole_s = up_s + hold_s + down_s + rest_s
        counts = range(LEAST_BEATS, max(LEAST_BEATS, round(whole_s * FASTEST_BPM / 60)) + 1)
        bounded = [n for n in counts if SLOWEST_BPM <= 60 * n / whole_s <= FASTEST_BPM]
        beats = min(bounded or [max(LEAST_BEATS, int(whole_s * SLOWEST_BPM / 60))],
                    key=lambda n: abs(60 * n / whole_s - 60))  # fmt: skip
        beat_s = min(60 / SLOWEST_BPM, max(60 / FASTEST_BPM, whole_s / beats))
        rise = max(1, round(up_s / beat_s))
        fall = max(1, round(down_s / beat_s))
        hold = max(0, min(round(hold_s / beat_s), beats - rise - fall))
        while rise + hold + fall > beats - 1 and max(rise, hold, fall) > 1:
            # The beats are fewer than the parts' own: the longest part gives one of its own.
            if hold == max(rise, hold, fall):
                hold -= 1
            elif fall >= rise:
                fall -= 1
            else:
                rise -= 1
        return cls(beat_s, rise, hold, fall, max(1, beats - rise - hold - fall))

    @property
    def bpm(self) -> float:
        """Beats a minute."""
        return 60 / self.beat_s

    @property
    def beats(self) -> int:
        """Of one repetition with its rest."""
        return self.rise + self.hold + self.fall + self.rest


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Attributes:
        layer: which of `LAYERS` plays it.
        pitch_hz: fundamental.
        beats: how long it sounds.
        level: 0 to 1.
    """

    layer: str
    pitch_hz: float
    beats: float
    level: float


def motif_of(seed: int, phrase: int) -> int:
    """The motif of a phrase: from neighbour to neighbour, or the same again."""
    at = random.Random(f"motif {seed}").randrange(len(MOTIFS))
    for n in range(1, phrase + 1):
        at = (at + random.Random(f"walk {seed} {n}").choice((-1, 0, 1, 1))) % len(MOTIFS)
    return at


def notes_at(
    mode: MusicalScale,
    tempo: BeatTempo,
    *,
    seed: int,
    phrase: int,
    part: MusicPart,
    half: int,
    layers: int,
) -> tuple[Note, ...]:
    """The notes that begin at a half beat of a part.

    Args:
        mode: of the place.
        tempo: of the plan.
        seed: of the session.
        phrase: number of the repetition.
        part: of it.
        half: half beats since the part began; a chord that waits counts on.
        layers: how many of `LAYERS` play.
    """
    motif = MOTIFS[motif_of(seed, phrase)]
    notes = [*_line(mode, tempo, motif, part, half), *_ground(mode, half)]
    notes += _colour(mode, motif, part, half)
    sounding = LAYERS[:layers]
    return tuple(note for note in notes if note.layer in sounding)


def _line(
    mode: MusicalScale, tempo: BeatTempo, motif: tuple[int, ...], part: MusicPart, half: int
) -> list[Note]:
    """The plucked line: up, its chord, and down again."""
    if part is MusicPart.HOLD and half % 4 == 0:
        # A chord that waits is struck again every second beat, more softly.
        level = 0.5 if half == 0 else 0.28
        return [Note("string", mode.pitch_hz(motif[0] + n), 3.0, level) for n in (0, 2, 4)]
    beats = tempo.rise if part is MusicPart.RISE else tempo.fall
    if part not in (MusicPart.RISE, MusicPart.FALL) or half % 2 or half // 2 >= beats:
        return []
    place = (half // 2) * (len(motif) - 1) // max(1, beats - 1)
    step = motif[place if part is MusicPart.RISE else len(motif) - 1 - place]
    return [Note("string", mode.pitch_hz(step), 2.5, 0.62)]


def _ground(mode: MusicalScale, half: int) -> list[Note]:
    """Drone and pulse: they go on whatever the person does."""
    notes = []
    if half % 8 == 0:
        notes += [
            Note("drone", mode.pitch_hz(0, octave=-1), 5.0, 0.12),
            Note("drone", mode.pitch_hz(0, octave=-1) * 1.5, 5.0, 0.07),
        ]
    if half % 2 == 0:
        notes.append(Note("pulse", mode.pitch_hz(0, octave=-1), 1.0, 0.13 if half % 4 else 0.18))
    return notes


def _colour(mode: MusicalScale, motif: tuple[int, ...], part: MusicPart, half: int) -> list[Note]:
    """Flute above the line, a bell where the top is reached and where rest is."""
    if part is MusicPart.RISE and half == 3:
        return [Note("flute", mode.pitch_hz(motif[1], octave=1), 1.5, 0.22)]
    if part is MusicPart.FALL and half == 1:
        return [Note("flute", mode.pitch_hz(motif[2], octave=1), 2.0, 0.22)]
    if part is MusicPart.HOLD and half == 0:
        return [Note("bell", mode.pitch_hz(motif[3], octave=1), 3.0, 0.2)]
    if part is MusicPart.REST and half == 0:
        return [Note("bell", mode.pitch_hz(0, octave=1), 3.0, 0.14)]
    return []
