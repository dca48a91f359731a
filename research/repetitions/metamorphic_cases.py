"""What may be done to a recording without changing its count, or with an exact change of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .repetition_cases import RepetitionCase, SensorRecording, framed, joined, with_idle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .repetition_entries import RepetitionSpans

__all__ = ["MetamorphicCase", "metamorphic_cases", "places", "whole_repetitions"]

IDLE_S = (3.0, 8.0, 20.0)
STILL_S = 2.0


@dataclass(frozen=True, slots=True)
class MetamorphicCase:
    """A recording made from others; `expected` is what the entry counted in those."""

    name: str
    sensors: dict[str, SensorRecording]
    rate_hz: float
    exercise: str | None
    expected: int


def metamorphic_cases(
    case: RepetitionCase, solve: Callable[..., RepetitionSpans], *, seed: int
) -> Iterator[MetamorphicCase]:
    """Cases with an exact truth, from a recording cut to whole repetitions.

    The first and the last one found may have been cut by the recording; the cut is made in the
    rest after the one and before the other, and the sensor keeps still before and after.
    """
    whole = whole_repetitions(case, solve)
    if whole is None:
        return
    sensors, spans = whole
    expected = len(solve(sensors, case.rate_hz, case.exercise))

    def made(what: str, changed: dict[str, SensorRecording], expected: int) -> MetamorphicCase:
        return MetamorphicCase(
            f"{case.name}: {what}", changed, case.rate_hz, case.exercise, expected
        )

    for seconds, (where, at) in zip(IDLE_S, places(spans), strict=True):
        idle = {k: with_idle(s, case.rate_hz, at, seconds, seed=seed) for k, s in sensors.items()}
        yield made(f"still for {seconds:g} s {where}", idle, expected)
    twice = {k: joined(s, s, case.rate_hz, seed=seed) for k, s in sensors.items()}
    yield made("joined with itself", twice, 2 * expected)


def whole_repetitions(
    case: RepetitionCase, solve: Callable[..., RepetitionSpans]
) -> tuple[dict[str, SensorRecording], RepetitionSpans] | None:
    """The recording without its first and last repetition, and where the others lie in it."""
    found = solve(case.sensors, case.rate_hz, case.exercise)
    if len(found) < 2 + len(IDLE_S):
        return None
    start, stop = (found[0][1] + found[1][0]) // 2, (found[-2][1] + found[-1][0]) // 2
    sensors = {
        k: framed(s.part(start, stop), case.rate_hz, STILL_S, seed=start)
        for k, s in case.sensors.items()
    }
    shift = round(STILL_S * case.rate_hz) - start
    return sensors, [(a + shift, b + shift) for a, b in found[1:-1]]


def places(spans: RepetitionSpans) -> list[tuple[str, int]]:
    """One place at rest, one on the way up and one at the peak, in different repetitions."""
    third = max(1, len(spans) // 3)
    rest = (spans[third - 1][1] + spans[third][0]) // 2
    (a, b), (c, d) = spans[third], spans[min(2 * third, len(spans) - 1)]
    return [("at rest", rest), ("half-way", a + (b - a) // 5), ("at the peak", (c + d) // 2)]
