"""What a game is set to: the dose, the tempo and the limits that the plan prescribes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError
from therapy.session.safety import hold_asked_s

if TYPE_CHECKING:
    from therapy.plan.limits import Limits
    from therapy.plan.plan_item import PlanItem

__all__ = ["Setting", "min_phase_of", "setting_for"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One game's setting, from the plan's item; all durations in seconds.

    Attributes:
        seed: start of the game's own random numbers.
        step_hz: rate of the fixed step.
        sets, repetitions: the dose: sets of so many repetitions; nothing is gained beyond it.
        rest_s: pause between two sets.
        up_s, hold_s, down_s: the prescribed tempo.
        min_phase_s: a way up or down faster than this is too fast; None: no upper speed.
        hold_cap_s: no hold asked for is longer than this.
        level: where the difficulty starts, 0 easiest to 1 hardest.
        success: the success rate that the difficulty aims at.
        step_harder: how much harder after a success.
        steady: the difficulty may not rise in this game at all.
        cap_s: the game ends after so much play.
        left: repetitions left of the day's dose; None: all of it.
        before: repetitions that the exercise came to before the game; its sets are counted on.
        choice_level: how much a game that lets one choose asks for, 1 to 5.
        reward_amplitude: profile for Parkinson's disease: size counts, speed has no upper bound.
    """

    seed: int = 1
    step_hz: int = 120
    sets: int = 2
    repetitions: int = 10
    rest_s: float = 30.0
    up_s: float = 3.0
    hold_s: float = 1.0
    down_s: float = 3.0
    min_phase_s: float | None = 0.8
    hold_cap_s: float = 6.0
    level: float = 0.3
    success: float = 0.75
    step_harder: float = 0.02
    steady: bool = False
    cap_s: float = 900.0
    left: int | None = None
    before: int = 0
    choice_level: int = 1
    reward_amplitude: bool = False

    def __post_init__(self) -> None:
        """Refuse what no game can be played with.

        Raises:
            ConfigurationError: naming the value and what it may be.
        """
        checks = (
            ("sets", self.sets, self.sets >= 1, "at least 1"),
            ("repetitions", self.repetitions, self.repetitions >= 1, "at least 1"),
            ("step_hz", self.step_hz, 10 <= self.step_hz <= 1000, "10 to 1000"),
            ("level", self.level, 0 <= self.level <= 1, "0 to 1"),
            ("success", self.success, 0.5 <= self.success <= 0.95, "0.5 to 0.95"),
            ("step_harder", self.step_harder, 0 < self.step_harder <= 0.2, "above 0 to 0.2"),
            ("rest_s", self.rest_s, self.rest_s >= 0, "0 or more"),
            ("choice_level", self.choice_level, 1 <= self.choice_level <= 5, "1 to 5"),
            ("cap_s", self.cap_s, self.cap_s > 0, "more than 0"),
        )
        for name, value, good, allowed in checks:
            if not good:
                raise ConfigurationError(f"game setting {name} is {value:g}: it may be {allowed}")

    @property
    def dose(self) -> int:
        """Repetitions to be done in all."""
        whole = self.sets * self.repetitions
        return whole if self.left is None else max(1, min(whole, self.left))

    @property
    def dt_s(self) -> float:
        """Length of one fixed step."""
        return 1.0 / self.step_hz

    @property
    def step_ns(self) -> int:
        """Length of one fixed step in nanoseconds."""
        return 1_000_000_000 // self.step_hz


def setting_for(
    item: PlanItem,
    limits: Limits,
    *,
    seed: int = 1,
    level: float = 0.3,
    choice_level: int = 1,
    held_back: bool = False,
    five_minutes: bool = False,
    left: float | None = None,
    before: float = 0.0,
) -> Setting:
    """The setting that a plan's item asks for.

    Args:
        item: of the plan; a dose in minutes becomes repetitions at the prescribed tempo.
        limits: the patient's.
        seed: of the game's own randomness.
        level: difficulty to begin with, as the last session left it.
        choice_level: of a game that lets one choose, as past sessions have it.
        held_back: the difficulty may not rise in this session.
        five_minutes: the short version of a hard day: one set, and five minutes at most.
        left: of the day's dose, in its unit; None: all of it.
        before: done of the exercise before the game, in that unit.
    """
    dose, tempo, exercise = item.asked, item.paced, item.known
    per_set = dose.per_set
    if dose.unit == "minutes":
        per_set = max(1.0, per_set * 60 / max(1.0, tempo.repetition_s))
    in_minutes = dose.unit == "minutes"
    cap_s = 300.0 if five_minutes else limits.session_cap_min * 60
    if in_minutes and left is not None:
        cap_s = max(1.0, min(cap_s, left * 60))
    return Setting(
        seed=seed,
        sets=1 if five_minutes else dose.sets,
        repetitions=max(1, round(per_set)),
        rest_s=limits.rest_s,
        up_s=tempo.up.s,
        hold_s=hold_asked_s(tempo.hold.s, limits, still=exercise.still),
        down_s=tempo.down.s,
        min_phase_s=min_phase_of(item),
        hold_cap_s=max(limits.hold_cap_s, tempo.hold.s) if exercise.still else limits.hold_cap_s,
        level=level,
        steady=held_back,
        cap_s=cap_s,
        left=None if left is None or in_minutes else max(1, math.ceil(left)),
        before=0 if in_minutes else round(before),
        choice_level=choice_level,
        reward_amplitude=exercise.amplitude,
    )


def min_phase_of(item: PlanItem) -> float | None:
    """The shortest way up or down that is not too fast; None where there is no upper speed."""
    tempo = item.paced
    fastest = [s for s in (tempo.up.min_s, tempo.down.min_s) if s is not None]
    return min(fastest) if fastest and not item.known.amplitude else None
