"""Simulated players: how strong, weak, tired or trembling people follow an invitation.

A player sees the level that the game invites to, goes there after a reaction time along a
minimum-jerk path (Flash & Hogan 1985), misses it by an amount that grows with the reach,
stays, and comes back when invited back or when the patience is over. Everything random comes
from the player's own seed.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Final

from games.rules.control import ControlSample, Invitation

__all__ = ["PROFILES", "Player", "Profile"]

FOLLOWS = 0.85
"""How much of a pace that is shown a player takes over from their own."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody can do.

    Attributes:
        reach, spread: mean and standard deviation, over repetitions, of the highest level.
        aim: standard deviation of where a reach ends, as a share of it.
        move_s: typical duration of a way up or down.
        fatigue: how much of the reach is lost with each repetition of a session.
        tremor, tremor_hz: amplitude and frequency of a tremor.
        hasty: share of repetitions done far too fast.
        idle: share of invitations that are overlooked for a while.
        pain_gain: how much pain grows, in points, with each repetition.
        learns: how much reach and aim improve with each session.
    """

    reach: float = 1.05
    spread: float = 0.12
    aim: float = 0.06
    move_s: float = 2.0
    fatigue: float = 0.0
    tremor: float = 0.0
    tremor_hz: float = 5.0
    hasty: float = 0.0
    idle: float = 0.0
    pain_gain: float = 0.0
    learns: float = 0.0


PROFILES: Final[dict[str, Profile]] = {
    "strong": Profile(reach=1.06, spread=0.10, aim=0.07, move_s=1.8),
    "weak": Profile(reach=0.84, spread=0.13, aim=0.08, move_s=2.6),
    "tired": Profile(reach=0.98, spread=0.12, aim=0.07, move_s=2.4, fatigue=0.008),
    "trembling": Profile(reach=0.95, spread=0.12, aim=0.06, move_s=2.4, tremor=0.025),
    "in_pain": Profile(reach=0.90, spread=0.14, aim=0.07, move_s=2.6, pain_gain=0.22),
    "forgetful": Profile(reach=0.98, spread=0.13, aim=0.07, move_s=2.0, idle=0.25),
}
"""Six kinds of players, in shares of today's range."""


class Player:
    """One player in one session.

    Args:
        profile: what they can do.
        seed: of all that is random about them.
        rate_hz: samples a second.
        pain: at check-in.
        limit: what the clinician allows, in units of today's target.
    """

    def __init__(
        self,
        profile: Profile,
        seed: int | str,
        *,
        rate_hz: float = 60.0,
        pain: float = 1.0,
        limit: float = 1.2,
    ) -> None:
        self._profile = profile
        self._rng = random.Random(f"player {seed}")
        self.rate_hz = rate_hz
        self.pain = pain
        self.limit = limit
        self.repetitions = 0
        self._from, self._to = 0.0, 0.0
        self._start_ns, self._move_ns = 0, 1
        self._seen: float | None = None
        self._give_up_ns = 0
        self._asked_s: float | None = None

    def sample(self, t_ns: int, invitation: Invitation) -> ControlSample | None:
        """The control at `t_ns`, under the game's invitation."""
        invited, self._asked_s = invitation.level, invitation.move_s
        if self._seen is None or (invited > 0.05) != (self._seen > 0.05):
            self._decide(t_ns, invited)
        self._seen = invited
        if self._to > 0.05 and t_ns > self._give_up_ns:
            self._go(t_ns, self._rest_level(), self._pace())
        elif self._to <= 0.05 and invited > 0.05 and t_ns > self._give_up_ns + 1_500_000_000:
            self._decide(t_ns, invited)
        control = self._at(t_ns)
        tremor = self._profile.tremor
        if tremor:
            control += tremor * math.sin(2 * math.pi * self._profile.tremor_hz * t_ns * 1e-9)
        return ControlSample(t_ns, control, 1.0, self.limit)

    def _decide(self, t_ns: int, invited: float) -> None:
        rng, profile = self._rng, self._profile
        reaction_ns = round(rng.uniform(0.25, 0.6) * 1e9)
        if rng.random() < profile.idle:
            reaction_ns += round(rng.uniform(2, 6) * 1e9)
        if invited <= 0.05:
            self._go(t_ns + reaction_ns, self._rest_level(), self._pace())
            return
        able = rng.gauss(profile.reach, profile.spread) - profile.fatigue * self.repetitions
        aimed = invited * rng.gauss(1.02, profile.aim)
        pace_s = 0.25 if rng.random() < profile.hasty else self._pace()
        self.repetitions += 1
        self.pain = min(10.0, self.pain + profile.pain_gain * rng.uniform(0, 2))
        self._go(t_ns + reaction_ns, max(0.1, min(able, aimed)), pace_s)
        self._give_up_ns = t_ns + reaction_ns + round((pace_s + rng.uniform(2.0, 4.0)) * 1e9)

    def _pace(self) -> float:
        own_s = self._profile.move_s
        if self._asked_s is not None:
            own_s += FOLLOWS * (self._asked_s - own_s)
        return own_s * self._rng.uniform(0.8, 1.25)

    def _rest_level(self) -> float:
        return self._rng.uniform(0.0, 0.04)

    def _go(self, t_ns: int, to: float, pace_s: float) -> None:
        self._from, self._to = self._at(t_ns), to
        self._start_ns, self._move_ns = t_ns, round(pace_s * 1e9)

    def _at(self, t_ns: int) -> float:
        share = min(1.0, max(0.0, (t_ns - self._start_ns) / self._move_ns))
        eased = share**3 * (10 - 15 * share + 6 * share * share)
        return self._from + (self._to - self._from) * eased


def rested(profile: Profile, sessions: int) -> Profile:
    """The profile after so many sessions of practice."""
    gain = profile.learns * sessions
    return replace(profile, reach=min(1.1, profile.reach + gain))
