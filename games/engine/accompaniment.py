"""Music beside a game: it follows the repetition, not the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from games.music.score import BeatTempo, MusicPart
from games.rules.mode import Mode
from games.rules.progress import GamePhase
from games.rules.reach import ReachStage

if TYPE_CHECKING:
    from games.look import Look
    from games.rules.setting import Setting

    from .devices import Devices
    from .game import Game

__all__ = ["Accompaniment", "part_of"]


def part_of(state: Any) -> MusicPart:
    """Where a game's repetition is; a game that does not reach has no part but rest."""
    reach = getattr(state, "reach", None)
    if reach is None or state.progress.phase is not GamePhase.PLAY or not reach.counts:
        return MusicPart.REST
    if reach.stage is ReachStage.BACK:
        return MusicPart.FALL
    return MusicPart.HOLD if reach.held_ns > 0 else MusicPart.RISE


class Accompaniment:
    """The music of one game, from its first frame.

    Args:
        game: whose place is heard.
        look: the scene.
        setting: the tempo and the seed.
        devices: music, and the voice that it goes down for.
    """

    def __init__(self, game: Game, look: Look, setting: Setting, devices: Devices) -> None:
        self._music, self._voice = devices.music, devices.voice
        tempo = BeatTempo.of(setting.up_s, setting.hold_s, setting.down_s)
        self._music.play(look.scene_of(game.name), tempo, setting.seed)
        self._of_set = self._full_before = 0

    def follow(self, state: Any, mode: Mode) -> None:
        """Once a frame."""
        progress = state.progress
        if progress.sets != self._of_set:
            self._of_set, self._full_before = progress.sets, progress.full
        part = part_of(state) if mode is Mode.PLAY else MusicPart.REST
        self._music.follow(part, progress.full - self._full_before, self._of_set)
        self._music.sound(speech=self._voice.speaking, quiet=mode is not Mode.PLAY)
