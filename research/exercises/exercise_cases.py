"""People of all kinds at exercises 14 to 18, as sessions; and their sensors where they are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial.transform import Rotation

from research.session_cases.session_case import (
    ItemTruth,
    SensorStream,
    SessionRecording,
    TrueRepetition,
    recorded,
)
from research.session_cases.simulated_session import LEAD_S, TAIL_S, Person, Recorded, simulate_item
from research.simulation.limb_motion import FINE_HZ, MANNERS
from research.simulation.worn_sensor import Skin, still_reading
from telemetry.messages.events import SegmentCalibrated

from .misplaced import misplaced_readings
from .sway_truth import true_sway

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["EXERCISES", "ExerciseCase", "misplaced_cases", "right_cases", "wrong_cases"]

EXERCISES: Final = (
    "heel-raise", "hip-abduction", "hip-abduction-alone", "bridge", "balance", "walk",
)  # fmt: skip
RATES_HZ: Final = (25.0, 50.0, 60.0, 100.0, 120.0)
SOFT: Final = (0.5, 1.0, 1.8)


@dataclass(frozen=True, slots=True)
class ExerciseCase:
    """One item of one person.

    Attributes:
        name: unique within a run.
        exercise: name of the simulated exercise.
        kind: of person, or what is wrong with the sensor.
        right: the sensors lie where the session believes them, and work.
        recording: what an entry gets.
        truth: what was done.
        measures: true further figures, by the names that results give them.
    """

    name: str
    exercise: str
    kind: str
    right: bool
    recording: SessionRecording
    truth: ItemTruth
    measures: Mapping[str, float]


def right_cases(seeds: Sequence[int]) -> Iterator[ExerciseCase]:
    """Every kind of person at every exercise; rate and tissue go round with them."""
    for number, (seed, exercise, manner) in enumerate(product(seeds, EXERCISES, MANNERS)):
        person = Person(
            manner,
            RATES_HZ[(number + seed) % len(RATES_HZ)],
            Skin(SOFT[(number // 2 + seed) % len(SOFT)]),
            repetitions=3 if exercise == "balance" else 8,
        )
        made = simulate_item(exercise, person, seed)
        name = f"{exercise}-{manner}-{person.rate_hz:g}Hz-{seed:02d}"
        yield _case(made, name, exercise, manner)


def wrong_cases(
    seeds: Sequence[int], exercises: Sequence[str] = EXERCISES
) -> Iterator[ExerciseCase]:
    """The observed sensor on a table, and sensors whose calibration did not pass."""
    for seed, exercise in product(seeds, exercises):
        made = simulate_item(exercise, Person(repetitions=3 if exercise == "balance" else 8), seed)
        rng = np.random.default_rng([seed, 17])
        site = made.what.sites[0]
        lying, n = Rotation.random(rng=rng), len(made.readings[site])
        table = still_reading(rng, made.sensors[site], lying, n, made.person.rate_hz)
        streams = [
            replace(s, readings=table) if s.placement.startswith(site) else s
            for s in made.streams()
        ]
        case = _case(made, f"on-table-{exercise}-{seed:02d}", exercise, "on the table")
        yield replace(case, right=False, recording=_session(made, streams))
        case = _case(made, f"uncalibrated-{exercise}-{seed:02d}", exercise, "calibration failed")
        failed = SegmentCalibrated(
            session=case.recording.session,
            number=1,
            t_ns=0,
            placement=f"{site}-right",
            level="none",
            passed=False,
            note="upside down",
        )
        yield replace(
            case, right=False, recording=_session(made, made.streams(), calibrated=[failed])
        )


def misplaced_cases(
    seeds: Sequence[int], exercises: Sequence[str] = EXERCISES
) -> Iterator[ExerciseCase]:
    """The observed sensor on another segment, on the other leg, turned, or swapped."""
    for seed, exercise in product(seeds, exercises):
        made = simulate_item(exercise, Person(repetitions=3 if exercise == "balance" else 8), seed)
        for kind, readings in misplaced_readings(made, seed):
            streams = [
                SensorStream(f"{site}-right", made.person.rate_hz, readings[site])
                for site in made.what.sites
            ]
            case = _case(made, f"{kind.replace(' ', '-')}-{exercise}-{seed:02d}", exercise, kind)
            yield replace(case, right=False, recording=_session(made, streams))


def _session(
    made: Recorded,
    streams: Sequence[SensorStream],
    calibrated: Sequence[SegmentCalibrated] = (),
) -> SessionRecording:
    return recorded(
        made.what.exercise,
        made.what.posture,
        streams,
        LEAD_S,
        made.motion.seconds - TAIL_S / 2,
        calibrated=calibrated,
    )


def _case(made: Recorded, name: str, exercise: str, kind: str) -> ExerciseCase:
    truth = made.truth()
    if truth.repetitions is not None:
        truth = replace(truth, repetitions=_since_last(made, truth))
    return ExerciseCase(
        name, exercise, kind, True, _session(made, made.streams()), truth, _measures(made)
    )


def _since_last(made: Recorded, truth: ItemTruth) -> tuple[TrueRepetition, ...]:
    """Ranges as they are published: from the furthest point back since the last peak."""
    angle, since, found = made.what.truth_deg(made.motion), 0, []
    for known, (start, stop) in zip(truth.repetitions or (), made.motion.repetitions, strict=True):
        peak = start + int(np.argmax(angle[start:stop]))
        found.append(replace(known, range_deg=float(angle[peak] - angle[since : peak + 1].min())))
        since = peak
    return tuple(found)


def _measures(made: Recorded) -> dict[str, float]:
    spans = made.motion.repetitions
    if made.what.exercise == "walk":
        seconds = sum(b - a for a, b in spans) / FINE_HZ
        return {"walking": seconds / 60, "steps": 2 * 60 * len(spans) / seconds}
    if made.what.exercise == "balance-stance":
        sensor = made.sensors["sternum"]
        found = [true_sway(made.segments["sternum"], sensor.place_m, a, b) for a, b in spans]
        return {name: float(np.median([f[name] for f in found])) for name in found[0]}
    return {}
