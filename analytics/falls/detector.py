"""Suspects falls in one stream's accelerations: a question's reason, never a finding.

`FallDetector(opened)` takes a stream's batches and gaps and gives a `Suspicion` each time the
rule of its placement is met; the same ones however the stream is cut. Sensitivity is known on
simulated falls only. What it cannot see: a fall that is slowed down by the hands or a wall, one
after which the person moves on at once for longer than `FallRule.wait_s`, one that ends in the
posture it began in, one that takes the wearable's connection with it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.signals.conditioning import MAX_INTERPOLATED

from .rule import fall_rule

if TYPE_CHECKING:
    from analytics.signals.arrays import Vector
    from telemetry.messages.motion import MotionBatch, StreamGap, StreamOpened

__all__ = ["FallDetector", "Suspicion"]

G_M_S2 = 9.80665
BLOCK_S = 0.25
BEFORE_BLOCKS = 4
"""Posture before is the mean of so many blocks, the last one before the fall left out."""
FULL_SHARE = 0.5
"""A block with fewer of its samples is none."""
SATURATED = 0.999


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something looked like a fall.

    Attributes:
        stream: where.
        impact_index: sample of the impact.
        found_index: sample with which the last condition was met.
        impact_g: acceleration at the impact, a lower bound where the sensor was at full scale.
        speed_m_s: gained while falling.
        turn_deg: angle between the postures before and after.
    """

    stream: str
    impact_index: int
    found_index: int
    impact_g: float
    speed_m_s: float
    turn_deg: float


@dataclass(slots=True)
class _Block:
    """Samples of one quarter of a second: their sum, extent and number."""

    number: int
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    least_g: float = math.inf
    most_g: float = 0.0
    n: int = 0


@dataclass(slots=True)
class _Falling:
    """Consecutive samples below `falling_g`, ended or not."""

    start: int
    end: int
    speed_m_s: float = 0.0
    least_g: float = math.inf
    before: Vector | None = None


@dataclass(slots=True)
class _Impact:
    """An impact that ended a fall; it waits for stillness in another posture."""

    index: int
    impact_g: float
    speed_m_s: float
    before: Vector


class FallDetector:
    """Watches one stream.

    1. Every sample's size |a| in g. Samples that are not finite count as missing; one at full
       scale counts as an impact, since that is what an impact does to a sensor. (This is why
       batches come as they are: conditioning throws such samples away.)
    2. Beginning and falling: consecutive samples below 0.9 g of which one is below 0.6 g; their
       speed is the sum of (1 - |a|)·g·dt, and must reach the placement's.
    3. Impact: a sample above the placement's threshold during falling or within 0.5 s.
    4. Posture: from 1 s after the impact, the first 2 s in which |a| varies by at most 0.25 g
       and whose mean acceleration points elsewhere than that of the second before the
       fall. After 15 s without such a stillness the suspicion is dropped.

    Departures from Kangas et al. 2008: speed is summed below 0.9 g instead of from the last
    upright sample; posture is a change of direction, since how a wearable lies on the body is
    not known before its calibration, instead of an angle to the vertical; stillness is asked
    for; a gap of up to ten samples is passed over with the last sample's value, a longer one
    forgets a fall under way and the postures, not an impact that waits.

    Args:
        opened: the stream's opening; its placement chooses the rule.
    """

    def __init__(self, opened: StreamOpened) -> None:
        self._stream = opened.stream
        self._rule = fall_rule(opened.placement)
        self._dt_s = 1 / opened.rate_hz
        self._block_len = max(1, round(BLOCK_S * opened.rate_hz))
        full = opened.acc_range_m_s2
        self._full_m_s2 = math.inf if full is None else SATURATED * full
        self._next_index: int | None = None
        self._last_g = 1.0
        self._blocks: list[_Block] = []
        self._falling: _Falling | None = None
        self._fallen: _Falling | None = None
        self._impact: _Impact | None = None

    def push(self, batch: MotionBatch) -> list[Suspicion]:
        """Take a batch; samples whose index was passed already are left out."""
        # In one step, so that a stream without a fall costs little.
        acc = batch.acc.astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            size_g = np.sqrt((acc * acc).sum(axis=1)) / G_M_S2
            peak = np.abs(acc).max(axis=1)
        found = []
        rows = zip(size_g.tolist(), peak.tolist(), acc.tolist(), strict=True)
        for index, (a_g, most, (x, y, z)) in enumerate(rows, batch.first_index):
            if not math.isfinite(a_g) or (
                self._next_index is not None and index < self._next_index
            ):
                continue
            self._pass_over(index)
            suspicion = self._step(index, a_g, (x, y, z), saturated=most >= self._full_m_s2)
            if suspicion is not None:
                found.append(suspicion)
        return found

    def gap(self, gap: StreamGap) -> None:
        """Take note of a gap; one of known length shows by the next sample's index."""
        if gap.count is None:
            self._forget()

    def _pass_over(self, index: int) -> None:
        missing = 0 if self._next_index is None else index - self._next_index
        if missing > MAX_INTERPOLATED:
            self._forget()
        elif missing and self._falling is not None:
            self._falling.speed_m_s += missing * (1 - self._last_g) * G_M_S2 * self._dt_s
        self._next_index = index + 1

    def _forget(self) -> None:
        self._falling = self._fallen = None
        self._blocks = []

    def _step(self, index: int, a_g: float, acc: Vector, *, saturated: bool) -> Suspicion | None:
        self._last_g = a_g
        closed = self._gather(index, a_g, acc)
        if not saturated and a_g < self._rule.falling_g:
            self._fall_on(index, a_g)
        else:
            self._stop_falling()
            if saturated or a_g >= self._rule.impact_g:
                self._hit(index, a_g)
        return self._settled(index) if closed else None

    def _gather(self, index: int, a_g: float, acc: Vector) -> bool:
        """Put a sample into its block; whether that closed the one before."""
        number = index // self._block_len
        closed = bool(self._blocks) and self._blocks[-1].number != number
        if closed or not self._blocks:
            keep = 2 + max(BEFORE_BLOCKS, math.ceil(self._rule.still_s / BLOCK_S))
            self._blocks = [*self._blocks[-keep:], _Block(number)]
        block = self._blocks[-1]
        block.x, block.y, block.z = block.x + acc[0], block.y + acc[1], block.z + acc[2]
        block.least_g, block.most_g = min(block.least_g, a_g), max(block.most_g, a_g)
        block.n += 1
        return closed

    def _fall_on(self, index: int, a_g: float) -> None:
        if self._falling is None:
            self._falling = _Falling(index, index, before=self._posture_before(index))
        falling = self._falling
        falling.end = index
        falling.speed_m_s += (1 - a_g) * G_M_S2 * self._dt_s
        falling.least_g = min(falling.least_g, a_g)

    def _posture_before(self, index: int) -> Vector | None:
        """Mean acceleration of the second before the block before this sample's."""
        last = index // self._block_len - 2
        wanted = [b for b in self._blocks if last - BEFORE_BLOCKS < b.number <= last]
        return self._mean(wanted) if len(wanted) == BEFORE_BLOCKS else None

    def _stop_falling(self) -> None:
        falling, self._falling = self._falling, None
        if falling is None:
            return
        rule = self._rule
        if falling.least_g < rule.low_g and falling.speed_m_s >= rule.speed_m_s:
            self._fallen = falling

    def _hit(self, index: int, a_g: float) -> None:
        fallen = self._fallen
        if fallen is None or fallen.before is None:
            return
        self._fallen = None
        if (index - fallen.end) * self._dt_s <= self._rule.impact_within_s:
            self._impact = _Impact(index, a_g, fallen.speed_m_s, fallen.before)

    def _settled(self, index: int) -> Suspicion | None:
        """Look at the blocks that are closed, for stillness in another posture."""
        impact, rule = self._impact, self._rule
        if impact is None:
            return None
        if (index - impact.index) * self._dt_s > rule.wait_s:
            self._impact = None
            return None
        first = math.ceil((impact.index + rule.settle_s / self._dt_s) / self._block_len)
        wanted = math.ceil(rule.still_s / BLOCK_S)
        blocks = self._blocks[:-1][-wanted:]
        whole = len(blocks) == wanted and blocks[0].number == blocks[-1].number - wanted + 1
        if not whole or blocks[0].number < first or not self._still(blocks):
            return None
        turn_deg = _angle_deg(impact.before, self._mean(blocks))
        if turn_deg < rule.turn_deg:
            return None
        self._impact = None
        return Suspicion(
            self._stream, impact.index, index, impact.impact_g, impact.speed_m_s, turn_deg
        )

    def _still(self, blocks: list[_Block]) -> bool:
        full = all(b.n >= FULL_SHARE * self._block_len for b in blocks)
        spread = max(b.most_g for b in blocks) - min(b.least_g for b in blocks)
        return full and spread <= self._rule.still_g

    @staticmethod
    def _mean(blocks: list[_Block]) -> Vector:
        n = sum(b.n for b in blocks)
        x, y, z = (math.fsum(getattr(b, axis) for b in blocks) / n for axis in "xyz")
        return x, y, z

    def state(self) -> dict[str, Any]:
        """All that it remembers but the opening, as plain values."""
        return {
            "next_index": self._next_index,
            "last_g": self._last_g,
            "blocks": [asdict(b) for b in self._blocks],
            "falling": None if self._falling is None else asdict(self._falling),
            "fallen": None if self._fallen is None else asdict(self._fallen),
            "impact": None if self._impact is None else asdict(self._impact),
        }

    @classmethod
    def restore(cls, opened: StreamOpened, state: dict[str, Any]) -> FallDetector:
        """Go on where `state` was taken."""
        detector = cls(opened)
        detector._next_index, detector._last_g = state["next_index"], state["last_g"]
        detector._blocks = [_Block(**b) for b in state["blocks"]]
        detector._falling = _read(_Falling, state["falling"])
        detector._fallen = _read(_Falling, state["fallen"])
        detector._impact = _read(_Impact, state["impact"])
        return detector


def _read(kind: Any, values: dict[str, Any] | None) -> Any:
    if values is None:
        return None
    return kind(**values | {"before": values["before"] and tuple(values["before"])})


def _angle_deg(a: Vector, b: Vector) -> float:
    """Angle between two vectors; a right angle where one has no length."""
    lengths = math.hypot(*a) * math.hypot(*b)
    cosine = math.fsum(p * q for p, q in zip(a, b, strict=True)) / lengths if lengths else 0.0
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
