"""Public recordings by name, as motion: `spar:SUBJECT:EXERCISE:SIDE`.

SPAR: 10 healthy adults, 7 shoulder physiotherapy exercises, both sides, about 20 repetitions
each, a watch at the wrist at 50 Hz (Burns et al. 2018, Physiological Measurement 39, 075007).
The data come with the package seglearn. Only its data file is read: importing the package
would need pandas.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge.wearables.wearable import STANDARD_GRAVITY_M_S2
from telemetry.errors import ConfigurationError

from .motion_source import SensedMotion

__all__ = ["RecordingName", "load_recording", "spar_recordings"]

SPAR_RATE_HZ = 50.0


@dataclass(frozen=True, slots=True)
class RecordingName:
    """Which recording: a subject's exercise on one side (0 or 1, as in the data)."""

    subject: int
    exercise: str
    side: int

    def __str__(self) -> str:
        return f"spar:{self.subject}:{self.exercise}:{self.side}"

    @classmethod
    def parse(cls, text: str) -> RecordingName:
        """Read `spar:SUBJECT:EXERCISE:SIDE`.

        Raises:
            ConfigurationError: it has another form.
        """
        match text.split(":"):
            case ["spar", subject, exercise, side] if subject.isdigit() and side.isdigit():
                return cls(int(subject), exercise.upper(), int(side))
        raise ConfigurationError(
            f"recording {text!r}: write spar:SUBJECT:EXERCISE:SIDE, for instance spar:1:ABD:0"
        )


def load_recording(text: str) -> tuple[RecordingName, SensedMotion]:
    """A recording in SI units on its own 50 Hz grid.

    Raises:
        ConfigurationError: the name is malformed, the data are not installed, or there is no
            such subject, exercise or side; the message lists what there is.
    """
    name = RecordingName.parse(text)
    data = _spar()
    found = [i for i, recorded in enumerate(_names(data)) if recorded == name]
    if not found:
        raise ConfigurationError(f"no recording {name}: {_what_there_is(_names(data))}")
    values = np.asarray(data["X"][found[0]], dtype=np.float64)
    acc = (values[:, :3] * STANDARD_GRAVITY_M_S2).astype(np.float32)
    return name, SensedMotion(acc, values[:, 3:6].astype(np.float32), SPAR_RATE_HZ)


def spar_recordings() -> list[RecordingName]:
    """All there are, sorted by subject, exercise and side.

    Raises:
        ConfigurationError: the data are not installed.
    """
    return sorted(_names(_spar()), key=lambda r: (r.subject, r.exercise, r.side))


def _spar() -> dict[str, Any]:
    spec = importlib.util.find_spec("seglearn")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "the recordings are not installed: install Ripresa with its extra 'demo', "
            "or the package seglearn"
        )
    path = Path(spec.origin).parent / "data" / "watch_dataset.npy"
    try:
        data = np.load(path, allow_pickle=True).item()
        return {column: data[column] for column in ("X", "y", "y_labels", "subject", "side")}
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as e:
        raise ConfigurationError(
            f"the recordings cannot be read from seglearn's {path.name} ({e}): reinstall seglearn"
        ) from e


def _names(data: dict[str, Any]) -> list[RecordingName]:
    return [
        RecordingName(int(subject), str(data["y_labels"][int(label)]), int(side))
        for subject, label, side in zip(data["subject"], data["y"], data["side"], strict=True)
    ]


def _what_there_is(names: list[RecordingName]) -> str:
    subjects = sorted({n.subject for n in names})
    exercises = sorted({n.exercise for n in names})
    sides = sorted({n.side for n in names})
    return (
        f"there are subjects {subjects[0]} to {subjects[-1]}, exercises {', '.join(exercises)}, "
        f"sides {' and '.join(map(str, sides))}"
    )
