"""Every challenge by its name, imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from research.challenges.running import Challenge

__all__ = ["CHALLENGES", "load_challenge"]

CHALLENGES = {
    "orientation": "research.orientation.orientation_challenge",
    "repetitions": "research.repetitions.repetition_challenge",
    "joint-angle": "research.joint_angle.joint_angle_challenge",
    "refusals": "research.refusals.refusal_challenge",
    "field-tests": "research.field_tests.field_test_challenge",
    "games": "ripresa.challenges.game_challenge",
    "wearables": "ripresa.challenges.wearable_challenge",
    "exercises": "research.exercises.exercise_challenge",
}


def load_challenge(name: str) -> Challenge:
    """The challenge of this name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in CHALLENGES:
        raise ConfigurationError(
            f"no challenge {name!r}; there are: {', '.join(sorted(CHALLENGES))}"
        )
    return cast("Challenge", importlib.import_module(CHALLENGES[name]).CHALLENGE)
