"""A simulated patient as the control, closed around what the game invites to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .source import ArrivedSample

if TYPE_CHECKING:
    from games.rules.control import Invitation
    from telemetry.messages.live import RepetitionCounted

    from .player import Player

__all__ = ["PlayerSource"]


class PlayerSource:
    """Samples of one simulated player, made as time passes.

    Args:
        player: who plays.
        start_ns: instant of the first sample.
    """

    ended = False

    def __init__(self, player: Player, start_ns: int) -> None:
        self._player = player
        self._next_ns = start_ns

    @property
    def waiting(self) -> bool:
        """False: samples are made when they are asked for."""
        return False

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:
        """Samples of the time that has passed."""
        arrivals = []
        step_ns = round(1e9 / self._player.rate_hz)
        while self._next_ns <= now_ns:
            sample = self._player.sample(self._next_ns, invited)
            if sample is not None:
                arrivals.append(ArrivedSample(sample, self._next_ns))
            self._next_ns += step_ns
        return arrivals

    def counted(self) -> list[RepetitionCounted]:
        """None: nobody counts these."""
        return []
