"""Every kind of wrong input through gateway and core: what is told, what is wrong in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from edge.gateway.counters import Counters
from edge.gateway.stream_assembly import Origin, StreamAssembly
from edge.virtual.recordings import load_recording, spar_recordings
from edge.wearables.wearable import Reading, Sampling
from research.session_cases.published import analysed, published_of
from research.session_cases.simulated_session import LEAD_S, TAIL_S, Person, simulate_item
from telemetry.messages.motion import StreamGap, StreamQuality

from .channel_kinds import CHANNEL_KINDS
from .identity_kinds import IDENTITY_KINDS
from .link_kinds import LINK_KINDS
from .scene import WrongScene, passed_through
from .signal import WornSignal, clean_signal
from .stamp_kinds import STAMP_KINDS
from .time_kinds import TIME_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from research.session_cases.session_case import SessionRecording
    from research.session_cases.simulated_session import Recorded

    from .kind import Kind

__all__ = ["KINDS", "WrongInputRun", "bench_wrong_inputs", "run_kind", "spoken_of"]

KINDS: tuple[Kind, ...] = (
    *STAMP_KINDS,
    *LINK_KINDS,
    *CHANNEL_KINDS,
    *IDENTITY_KINDS,
    *TIME_KINDS,
)
JOINTS = ("elbow", "knee", "heel-slide")
EXERCISES = ("elbow", "abduction", "knee", "forward-raise", "heel-slide")
CLEAN_S = 3600.0
CLEAN_RATE_HZ = 60.0
REPETITIONS = 8


@dataclass(frozen=True, slots=True)
class WrongInputRun:
    """What became of one run.

    Attributes:
        kind, seed: which.
        words: what was told, each once, and is not without the wrong input: `stamps zero`, `gap
            radio`, `not observable: ...`.
        refused: no range was published.
        outside: a range was published whose band does not hold the true one, though it did
            without the wrong input.
    """

    kind: Kind
    seed: int
    words: frozenset[str]
    refused: bool
    outside: bool

    @property
    def silently_wrong(self) -> bool:
        """Outside its band, and not a word."""
        return self.outside and not self.words


def bench_wrong_inputs(
    *,
    seeds: Iterable[int] = range(10),
    kinds: Sequence[Kind] = KINDS,
    clean_hours: float = 10.0,
    spar: int | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Run every kind and the clean streams.

    Args:
        seeds: of persons and of what goes wrong.
        kinds: those to run.
        clean_hours: of a sensor at which nothing is wrong.
        spar: how many of the SPAR recordings; None: all.
        said: told how far it is.

    Returns:
        `kinds`, `runs`; `told`, the share from 0 to 1 of the runs with something to tell that is
        named to the user, if only by there being no figure; `silent_wrong` and `false_alarms`,
        runs; `wrong_with_a_word`: outside the band, and a word beside it. `gateway.told` and
        `gateway.silent_wrong` are those of
        kinds that the gateway can see, `core.told` and `core.silent_wrong` of the others, which
        only the samples' content shows. `told.KIND` where it is below 1, `silent_wrong.KIND`
        where there are some, `false_alarms.KIND` as well. `clean_spar` and `clean_hours` are
        how much of clean streams was run.
    """
    seeds = list(seeds)
    runs: list[WrongInputRun] = []
    for number, kind in enumerate(kinds, 1):
        runs += [run_kind(kind, seed) for seed in seeds]
        said(f"{number} of {len(kinds)}: {kind.name}")
    real = spar_recordings()[:spar]
    told = [f"{name}: {word}" for name in real for word in _spar_words(str(name))]
    said("the SPAR recordings")
    told += [word for seed in range(round(clean_hours)) for word in _clean_words(seed)]
    return _figures(kinds, runs) | {
        "false_alarms": sum(_false_alarm(r) for r in runs) + len(told),
        "clean_spar": len(real),
        "clean_hours": clean_hours,
        **{f"false_alarm.{w}": 1 for w in told},
    }


def run_kind(kind: Kind, seed: int) -> WrongInputRun:
    """One run: a person's item, made wrong, through gateway and core."""
    scene, held_before, before = _scene(seed, joints=kind.joints)
    rng = np.random.default_rng([seed, sum(kind.name.encode())])
    wrong = kind.apply(rng, scene)
    recording = passed_through(wrong)
    words = spoken_of(recording) | frozenset(wrong.refused)
    holds, reason = _judged(recording, wrong)
    if reason is not None:
        words |= {_refusal(reason)}
    outside = holds is False and held_before
    return WrongInputRun(kind, seed, words - before, reason is not None, outside)


def spoken_of(recording: SessionRecording) -> frozenset[str]:
    """What the gateway told of the session's streams: what is not good, and what was lost."""
    words = set()
    for item in (item for items in recording.streams for item in items):
        if isinstance(item, StreamQuality) and item.state != "good":
            words.add(f"{item.kind} {item.state}")
        elif isinstance(item, StreamGap):
            words.add(f"gap {item.reason}")
    return frozenset(words)


@lru_cache(maxsize=64)
def _simulated(seed: int, *, joints: bool) -> Recorded:
    exercises = JOINTS if joints else EXERCISES
    person = Person(repetitions=REPETITIONS, calibrated=seed % 2 == 0)
    return simulate_item(exercises[seed % len(exercises)], person, seed)


@lru_cache(maxsize=64)
def _scene(seed: int, *, joints: bool) -> tuple[WrongScene, bool, frozenset[str]]:
    """A clean scene, whether its range's band holds the truth, and what is told of it."""
    found = _simulated(seed, joints=joints)
    rng = np.random.default_rng([seed, 17])
    signals = tuple(clean_signal(rng, s.placement, s.rate_hz, s.readings) for s in found.streams())
    to_s = found.motion.seconds - TAIL_S / 2
    scene = WrongScene(found.case(f"{seed}", "clean"), signals, int(LEAD_S * 1e6), int(to_s * 1e6))
    recording = passed_through(scene)
    holds, reason = _judged(recording, scene)
    refused = frozenset() if reason is None else frozenset({_refusal(reason)})
    return scene, holds is not False, spoken_of(recording) | refused


def _judged(recording: SessionRecording, scene: WrongScene) -> tuple[bool | None, str | None]:
    """Whether the published band holds the truth, or why there is none."""
    items = analysed(recording).items
    if not items:
        return None, "no item was seen"
    shown = published_of(items[0])
    if shown.refused:
        return None, shown.reason or "no range"
    return shown.holds(scene.case.truth), None


def _refusal(reason: str) -> str:
    return f"not observable: {reason}"


def _figures(kinds: Sequence[Kind], runs: Sequence[WrongInputRun]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "kinds": len(kinds),
        "runs": len(runs),
        "told": _told(runs),
        "silent_wrong": sum(r.silently_wrong for r in runs),
        "wrong_with_a_word": sum(r.outside and bool(r.words) for r in runs),
    }
    for judge in ("gateway", "core"):
        of_it = [r for r in runs if r.kind.judge == judge]
        figures[f"{judge}.told"] = _told(of_it)
        figures[f"{judge}.silent_wrong"] = sum(r.silently_wrong for r in of_it)
    for kind in kinds:
        of_it = [r for r in runs if r.kind is kind]
        share = _told(of_it)
        if share is not None and share < 1:
            figures[f"told.{kind.name}"] = share
        if wrong := sum(r.silently_wrong for r in of_it):
            figures[f"silent_wrong.{kind.name}"] = wrong
        if alarms := sum(map(_false_alarm, of_it)):
            figures[f"false_alarms.{kind.name}"] = alarms
    return figures


def _told(runs: Sequence[WrongInputRun]) -> float | None:
    due = [bool(r.words) or r.refused for r in runs if r.kind.told]
    return float(np.mean(due)) if due else None


def _false_alarm(run: WrongInputRun) -> bool:
    """Whether something was told where all was right."""
    return not run.kind.told and bool(run.words)


def _spar_words(name: str) -> Counter[str]:
    """What is told of a real recording that a healthy wearable sends."""
    _, motion = load_recording(name)
    readings = np.column_stack([motion.acc, motion.gyr]).astype(np.float64)
    rng = np.random.default_rng(sum(name.encode()))
    return _words_of(clean_signal(rng, "wrist-right", motion.rate_hz, readings))


def _clean_words(seed: int) -> Counter[str]:
    """What is told of an hour of a sensor lying there, whose samples differ by its noise."""
    rng = np.random.default_rng([seed, 23])
    n = int(CLEAN_S * CLEAN_RATE_HZ)
    readings = rng.normal(0, 0.02, (n, 6)) + np.array([0, 0, 9.81, 0, 0, 0])
    return _words_of(clean_signal(rng, "wrist-right", CLEAN_RATE_HZ, readings))


def _words_of(signal: WornSignal) -> Counter[str]:
    assembly = StreamAssembly(
        Origin(wearable="clean", model="simulated", placement=signal.placement),
        Sampling.in_g(signal.rate_hz, wrap_us=1 << 32),
        new_stream=lambda: "01KDYX00000000000000000000",
        counters=Counters(),
    )
    values = signal.readings.astype(np.float32)
    stamps = signal.stamp_us % (1 << 32)
    words: Counter[str] = Counter()
    for i, at_us in enumerate(signal.arrival_us.tolist()):
        reading = Reading(values[i : i + 1, :3], values[i : i + 1, 3:], None, stamps[i : i + 1])
        for item in assembly.take(reading, 1_767_312_000_000_000_000 + at_us * 1000):
            if isinstance(item, StreamQuality) and item.state != "good":
                words[f"{item.kind} {item.state}"] += 1
            elif isinstance(item, StreamGap):
                words[f"gap {item.reason}"] += 1
    return words
