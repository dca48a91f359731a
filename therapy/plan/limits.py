"""The safety limits of one patient; every number is a default for a physiotherapist to set."""

from __future__ import annotations

from typing import Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from therapy.wording import ToldError

__all__ = ["TECHNICAL", "Limits", "PainProfile"]

PainProfile: TypeAlias = Literal["standard", "joint", "quota", "cautious"]

LOOSEST_FIRST: Final[tuple[PainProfile, ...]] = ("quota", "joint", "standard", "cautious")

_LOWER_IS_STRICTER: Final = (
    "pain_stop",
    "pain_amber",
    "pain_rise",
    "effort_stop",
    "breathlessness_stop",
    "session_cap_min",
    "sessions_a_day",
    "dose_cap",
    "hold_cap_s",
    "fast_share",
)
TECHNICAL: Final = ("silent_s", "lost_s", "idle_min", "calibration_cap_s")
"""Of sensors and of waiting: neither end is the stricter one."""


class Limits(BaseModel):
    """What ends, eases or locks; read by `therapy.session.safety`.

    Attributes:
        pain_stop: pain from here on ends the set.
        pain_amber: pain from here on eases the game; with `pain_rise` it ends the set.
        pain_rise: this much above the check-in's pain, at `pain_amber` or more, ends the set.
        pain_profile: how pain is judged. `standard` as above; `joint`: up to `pain_stop` goes on
            while yesterday's pain has settled; `quota`: the planned amount, only new severe pain
            ends it; `cautious`: `pain_amber` ends the set.
        effort_stop: effort from here on ends the set.
        breathlessness_stop: breathlessness from here on ends the set.
        session_cap_min: a session is brought to its check-out after so many minutes.
        sessions_a_day: no further session is opened on the same day.
        dose_cap: a game ends after this multiple of the dose, and nothing is gained past 1.
        hold_cap_s: no hold asked for is longer.
        rest_s: pause between two sets.
        cleared_for_standing: standing exercises stay locked without it.
        silent_s: a sensor silent for so long pauses without penalty; 0.3 at the least, and what its
            frames need.
        lost_s: silent for so long, the set ends as `lost sensor`.
        idle_min: without sample and event for so long a session closes as interrupted.
        calibration_cap_s: no calibration at home takes longer.
        fast_share: alert when more than this share of repetitions is too fast.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    pain_stop: int = Field(default=6, ge=1, le=10)
    pain_amber: int = Field(default=4, ge=1, le=10, validate_default=True)
    pain_rise: int = Field(default=2, ge=1, le=10)
    pain_profile: PainProfile = "standard"
    effort_stop: float = Field(default=7, gt=0, le=10)
    breathlessness_stop: float = Field(default=6, gt=0, le=10)
    session_cap_min: float = Field(default=45, gt=0, le=180)
    sessions_a_day: int = Field(default=3, ge=1, le=10)
    dose_cap: float = Field(default=1.5, ge=1, le=3)
    hold_cap_s: float = Field(default=6, ge=0, le=30)
    rest_s: float = Field(default=30, ge=0, le=600)
    cleared_for_standing: bool = False
    silent_s: float = Field(default=0.3, gt=0, le=5)
    lost_s: float = Field(default=120, gt=0, le=900)
    idle_min: float = Field(default=15, gt=0, le=120)
    calibration_cap_s: float = Field(default=60, gt=0, le=300)
    fast_share: float = Field(default=0.3, gt=0, le=1)

    @field_validator("pain_amber")
    @classmethod
    def _amber_below_red(cls, amber: int, info: ValidationInfo) -> int:
        stop = info.data.get("pain_stop")
        if stop is not None and amber > stop:
            raise ToldError(
                f"{amber} è sopra lo stop per dolore, {stop}: abbassi questo, o alzi quello",
                f"{amber} is above pain_stop {stop}: lower it, or raise pain_stop",
            )
        return amber

    def stricter(self, other: Limits) -> Self:
        """Of each limit of exertion the stricter of two; what is technical stays as it is here.

        Standing is cleared only where both clear it.
        """
        told = {name: min(getattr(self, name), getattr(other, name)) for name in _LOWER_IS_STRICTER}
        profiles = (self.pain_profile, other.pain_profile)
        return self.model_copy(
            update=told
            | {
                "pain_profile": max(profiles, key=LOOSEST_FIRST.index),
                "rest_s": max(self.rest_s, other.rest_s),
                "cleared_for_standing": self.cleared_for_standing and other.cleared_for_standing,
            }
        )
