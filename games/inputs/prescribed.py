"""Simulated players who do an exercise by their own rhythm, whatever the screen invites to.

They do the prescription, or what somebody does who cannot: the whole of another range, half of
it, twice as fast, irregularly, fading, from a rest that lies too high. So they see what a game
makes of the exercise itself. `KeyedPlayer` does the prescription by two keys or by the mouse.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from games.rules.control import ControlSample

from .keys import KeysSource

if TYPE_CHECKING:
    from games.rules.control import Invitation
    from games.rules.setting import Setting

__all__ = ["RHYTHMS", "KeyedPlayer", "Rhythm", "RhythmPlayer"]

PAUSE_S = 1.0
"""Between two repetitions, at rest."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How somebody repeats a movement.

    Attributes:
        reach: of today's range.
        spread: standard deviation of it from repetition to repetition.
        pace: of the prescribed tempo; 2 is twice as fast.
        unsteady: standard deviation of the logarithm of each way's duration.
        fatigue: how much of the reach is lost with each repetition.
        rest: the resting level, in shares of today's range.
    """

    reach: float = 1.0
    spread: float = 0.03
    pace: float = 1.0
    unsteady: float = 0.06
    fatigue: float = 0.0
    rest: float = 0.0


RHYTHMS: Final[dict[str, Rhythm]] = {
    "prescription": Rhythm(),
    "full_range": Rhythm(reach=1.12),
    "half": Rhythm(reach=0.5),
    "twice_as_fast": Rhythm(pace=2.0),
    "irregular": Rhythm(reach=0.92, spread=0.16, unsteady=0.35),
    "fading": Rhythm(fatigue=0.03),
    "high_rest": Rhythm(rest=0.3),
}
"""Seven kinds, in shares of today's range and of the prescribed tempo."""


class RhythmPlayer:
    """One player in one session, by their own rhythm.

    Args:
        rhythm: how they move.
        setting: whose tempo they were prescribed.
        seed: of all that is random about them.
        rate_hz: samples a second.
        pain: at check-in; it stays.
        limit: what the clinician allows, in units of today's target.
    """

    def __init__(
        self,
        rhythm: Rhythm,
        setting: Setting,
        seed: int | str,
        *,
        rate_hz: float = 60.0,
        pain: float = 1.0,
        limit: float = 1.2,
    ) -> None:
        self._rhythm, self._setting = rhythm, setting
        self._rng = random.Random(f"rhythm {seed}")
        self.rate_hz, self.pain, self.limit = rate_hz, pain, limit
        self.repetitions = 0
        self._from_ns: int | None = None
        self._times_s = (0.0, 0.0, 0.0)
        self._top = 0.0

    def sample(self, t_ns: int, invitation: Invitation) -> ControlSample:  # noqa: ARG002 - the seam's
        """The control at `t_ns`; the screen is not looked at."""
        if self._from_ns is None:
            self._from_ns = t_ns
            self._plan()
        at_s = (t_ns - self._from_ns) * 1e-9 - PAUSE_S
        up_s, hold_s, down_s = self._times_s
        if at_s >= up_s + hold_s + down_s:
            self._from_ns = t_ns
            self._plan()
            at_s = -PAUSE_S
        share = _minimum_jerk(at_s / up_s)
        if at_s > up_s + hold_s:
            share = 1.0 - _minimum_jerk((at_s - up_s - hold_s) / down_s)
        rest = self._rhythm.rest
        return ControlSample(t_ns, rest + (self._top - rest) * share, 1.0, self.limit)

    def _plan(self) -> None:
        rng, rhythm, setting = self._rng, self._rhythm, self._setting
        self._top = max(
            rhythm.rest + 0.2,
            rng.gauss(rhythm.reach, rhythm.spread) - rhythm.fatigue * self.repetitions,
        )
        wanted = (setting.up_s, setting.hold_s, setting.down_s)
        up_s, hold_s, down_s = (
            max(0.2, s / rhythm.pace * math.exp(rng.gauss(0, rhythm.unsteady))) for s in wanted
        )
        self._times_s = (up_s, hold_s, down_s)
        self.repetitions += 1


class KeyedPlayer:
    """Somebody who does the prescription by two keys, or with the mouse."""

    def __init__(
        self,
        by: Literal["keys", "mouse"],
        setting: Setting,
        seed: int | str,
        *,
        rate_hz: float = 60.0,
        pain: float = 1.0,
    ) -> None:
        self._by, self._setting = by, setting
        self._source = KeysSource(setting.up_s, setting.down_s)
        self._guide = RhythmPlayer(Rhythm(spread=0.0), setting, seed, rate_hz=rate_hz)
        self.rate_hz, self.pain = rate_hz, pain
        self._going, self._before = 0, 0.0

    def sample(self, t_ns: int, invitation: Invitation) -> ControlSample | None:
        """The control that the keys, or the mouse, give at `t_ns`."""
        wanted = self._guide.sample(t_ns, invitation).control
        if self._by == "mouse":
            self._source.point(wanted)
        else:
            self._press(wanted)
        arrivals = self._source.poll(t_ns, invitation)
        return arrivals[-1].sample if arrivals else None

    def _press(self, wanted: float) -> None:
        """Up as the way up begins, down as the way down begins; the keys do the rest."""
        rises, falls = wanted > self._before + 1e-6, wanted < self._before - 1e-6
        if rises and self._going != 1:
            self._go(1)
        elif falls and self._going == 1:
            self._go(-1)
        self._before = wanted

    def _go(self, direction: int) -> None:
        self._going = direction
        self._source.press(direction)


def _minimum_jerk(share: float) -> float:
    """Flash & Hogan 1985."""
    at = min(1.0, max(0.0, share))
    return at**3 * (10 - 15 * at + 6 * at * at)
