"""Two minutes of each place as WAV files, to be listened to and measured.

python -m games.music.music_files FOLDER [--seconds 120] [--seed 7]
"""

from __future__ import annotations

import argparse
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from games.scenes.scene import GameScene, Light, Region

from .instruments import RATE_HZ
from .renderer import MusicRenderer
from .score import BeatTempo, MusicPart

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HEARD", "piece", "write_files"]

HEARD: Mapping[str, GameScene] = {
    "hills": GameScene(Region.HILLS),
    "villages": GameScene(Region.VILLAGES),
    "coast": GameScene(Region.COAST),
    "night": GameScene(Region.HILLS, Light.NIGHT),
}
"""The places whose modes differ."""


def piece(scene: GameScene, seconds: float, seed: int) -> np.ndarray:
    """So much music as somebody hears who does the prescription, float32, shape (n,)."""
    tempo = BeatTempo.of(3, 1, 3)
    music = MusicRenderer(scene, tempo, seed)
    parts: list[np.ndarray] = []
    size, complete, last = 0, 0, MusicPart.REST
    while size < seconds * RATE_HZ:
        at_s = size / RATE_HZ % (tempo.beats * tempo.beat_s)
        rests = at_s >= (tempo.rise + tempo.hold + tempo.fall) * tempo.beat_s - 0.01
        falls = at_s >= (tempo.rise + tempo.hold) * tempo.beat_s - 0.01
        wanted = MusicPart.REST if rests else MusicPart.FALL if falls else MusicPart.RISE
        complete += wanted is MusicPart.REST and last is not MusicPart.REST
        last = wanted
        music.conductor = music.conductor.entered(complete, 0)
        parts.append(music.half_beat(wanted))
        size += parts[-1].size
    return np.concatenate(parts)[: round(seconds * RATE_HZ)]


def write_files(folder: Path, *, seconds: float = 120, seed: int = 7) -> list[Path]:
    """Write a mono file of 16 bits for each place; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, scene in HEARD.items():
        files.append(folder / f"music-{name}.wav")
        with wave.open(str(files[-1]), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE_HZ)
            out.writeframes((piece(scene, seconds, seed) * 32767).astype("<i2").tobytes())
    return files


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(prog="python -m games.music.music_files", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    for file in write_files(asked.folder, seconds=asked.seconds, seed=asked.seed):
        print(file)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
