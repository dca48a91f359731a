"""Runs the segment calibration that the session asks for, on the sensors' live motion.

It waits until the person is ready, gathers the batches of the sensors concerned as the gateway
gives them, says how the calibration goes on, and puts its outcome into the session service. Nothing
that happens here ends a session: what cannot be measured is told and may be repeated.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from analytics.calibration.finding import WORDS, CalibrationFinding
from analytics.calibration.measuring import AlignmentOutcome, evaluate, is_still, movements
from analytics.calibration.motion import on_one_grid
from telemetry.messages.motion import MotionBatch
from therapy.session.alignment import MOVEMENTS, AlignmentPhase, SegmentFound, SegmentProgress
from therapy.session.alignment_words import sensor_silent
from therapy.session.session_state import SessionStage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analytics.calibration.motion import OnOneGrid
    from telemetry.clock import Clock
    from telemetry.messages.motion import StreamItem, StreamOpened
    from therapy.session.calibration import CalibrationLevel
    from therapy.session.session_state import SessionState

    from .session_service import SessionService

__all__ = ["SensorAlignment"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
STILL_MOST_S = 15.0
"""After this long without two still seconds, the person is told."""
MOVING_MOST_S = 20.0
"""For each of flexions and raises; what was seen by then is judged."""
SILENT_MOST_S = 3.0

Opened: TypeAlias = "Callable[[], Mapping[str, StreamOpened]]"


class _Silent(Exception):  # noqa: N818 - never leaves this module
    """A sensor sends nothing, or began anew; the argument is its placement."""


class _Gathered:
    """The batches of one measurement, by placement."""

    def __init__(self, placements: Sequence[str], now_ns: int) -> None:
        self._batches: dict[str, list[MotionBatch]] = {p: [] for p in placements}
        self._heard_ns = dict.fromkeys(placements, now_ns)
        self._held = False
        self._replaced: str | None = None

    def hold_on(self) -> None:
        """From now on a sensor that begins anew spoils the measurement."""
        self._held = True

    def take(self, placement: str, batch: MotionBatch, now_ns: int) -> None:
        """One more batch; of a new stream at the same place only the new one counts."""
        batches = self._batches.get(placement)
        if batches is None:
            return
        if batches and batches[-1].stream != batch.stream:
            if batch.stream < batches[-1].stream:
                return
            batches.clear()
            if self._held:
                self._replaced = placement
        batches.append(batch)
        self._heard_ns[placement] = now_ns

    def silent(self, now_ns: int, patience_ns: int) -> str | None:
        """The placement that sends nothing, or whose sensor began anew."""
        if self._replaced is not None:
            return self._replaced
        late = (p for p, heard_ns in self._heard_ns.items() if now_ns - heard_ns > patience_ns)
        return next(late, None)

    def batches(self) -> list[list[MotionBatch]]:
        """Those of each sensor, the one nearer to the trunk first."""
        return [list(batches) for batches in self._batches.values()]


class SensorAlignment:
    """A gateway's sink that measures; `run` as a task until cancelled.

    Args:
        clock: paces.
        service: asks for measurements, takes the outcomes.
        opened: the streams of this session.
    """

    def __init__(self, clock: Clock, service: SessionService, opened: Opened) -> None:
        self._clock = clock
        self._service = service
        self._opened = opened
        self._gathered: _Gathered | None = None

    async def run(self) -> None:
        """Measure whenever the session asks for it."""
        while True:
            state = await self._service.wait_for(_asks)
            measuring = asyncio.create_task(self._measure(state), name="segment calibration")
            over = asyncio.create_task(self._service.wait_for(partial(_left, was=state)))
            try:
                await asyncio.wait((measuring, over), return_when=asyncio.FIRST_COMPLETED)
                if measuring.done():
                    self._tell(state, measuring)
                    await over
            finally:
                self._gathered = None
                for task in (measuring, over):
                    task.cancel()
                await asyncio.gather(measuring, over, return_exceptions=True)

    def _tell(self, state: SessionState, measuring: asyncio.Task[AlignmentOutcome]) -> None:
        alignment, attempt = state.alignments[0], state.measuring.attempt
        try:
            outcome = measuring.result()
        except _Silent as silent:
            outcome = AlignmentOutcome(
                passed=False, note=sensor_silent(str(silent)), blameless=True
            )
        except Exception as e:  # noqa: BLE001 - whatever numbers came in, the session goes on
            log.warning("the calibration at %s cannot be computed: %r", alignment.placement, e)
            outcome = AlignmentOutcome(passed=False, note=WORDS[CalibrationFinding.SENSOR_FAULT])
        self._service.happened(
            SegmentFound(
                attempt=attempt,
                placement=alignment.placement,
                passed=outcome.passed,
                note=outcome.note,
                blameless=outcome.blameless,
                axis=outcome.axis,
                hinge=outcome.hinge,
            )
        )

    async def _measure(self, state: SessionState) -> AlignmentOutcome:
        alignment, level = state.alignments[0], state.levels[0]
        gathered = self._gathered = _Gathered(alignment.placements, self._clock.now_ns())
        if not await self._until_still(gathered, level) or level != "functional":
            return await self._evaluated(state, gathered, after_gaps=True)
        gathered.hold_on()
        attempt = state.measuring.attempt
        for phase, which in ((AlignmentPhase.FLEXIONS, 0), (AlignmentPhase.RAISES, 1)):
            self._service.happened(SegmentProgress(attempt, phase))
            if not await self._until_moved(gathered, attempt, phase, which):
                break
        return await self._evaluated(state, gathered, after_gaps=False)

    async def _until_still(self, gathered: _Gathered, level: CalibrationLevel) -> bool:
        """Wait for two still seconds; whether they came."""
        end_ns = self._clock.now_ns() + round(STILL_MOST_S * 1e9)
        while self._clock.now_ns() < end_ns:
            grid = await self._grid(gathered, after_gaps=True)
            if grid is not None and await asyncio.to_thread(is_still, grid, level):
                return True
        return False

    async def _until_moved(
        self, gathered: _Gathered, attempt: int, phase: AlignmentPhase, which: int
    ) -> bool:
        """Count movements until there are enough; whether there was any in the time given."""
        end_ns = self._clock.now_ns() + round(MOVING_MOST_S * 1e9)
        seen = 0
        while self._clock.now_ns() < end_ns:
            grid = await self._grid(gathered, after_gaps=False)
            found = 0 if grid is None else (await asyncio.to_thread(movements, grid))[which]
            if found > seen:
                seen = found
                self._service.happened(SegmentProgress(attempt, phase, seen))
            if seen >= MOVEMENTS:
                return True
        return seen > 0

    async def _grid(self, gathered: _Gathered, *, after_gaps: bool) -> OnOneGrid | None:
        """What was gathered so far, a moment later.

        Raises:
            _Silent: a sensor is silent, or another one took its place.
        """
        await self._clock.sleep(LOOK_EVERY_S)
        patience_ns = round(SILENT_MOST_S * max(1.0, self._clock.speed) * 1e9)
        silent = gathered.silent(self._clock.now_ns(), patience_ns)
        if silent is not None:
            raise _Silent(silent)
        return await asyncio.to_thread(self._on_grid, gathered.batches(), after_gaps=after_gaps)

    def _on_grid(self, batches: list[list[MotionBatch]], *, after_gaps: bool) -> OnOneGrid | None:
        opened = self._opened()
        rates = [
            opened[found[0].stream].rate_hz
            for found in batches
            if found and found[0].stream in opened
        ]
        if len(rates) < len(batches):
            return None
        return on_one_grid(batches, min(rates), after_gaps=after_gaps)

    async def _evaluated(
        self, state: SessionState, gathered: _Gathered, *, after_gaps: bool
    ) -> AlignmentOutcome:
        grid = await self._grid(gathered, after_gaps=after_gaps)
        if grid is None or (not after_gaps and not grid.whole):
            return AlignmentOutcome(
                passed=False, note=WORDS[CalibrationFinding.SAMPLES_LOST], blameless=True
            )
        return await asyncio.to_thread(
            evaluate, state.plan, state.alignments[0], state.levels[0], grid
        )

    def __call__(self, item: StreamItem) -> None:
        """Gather one batch, where a measurement is under way."""
        gathered = self._gathered
        if gathered is not None and isinstance(item, MotionBatch):
            opened = self._opened().get(item.stream)
            if opened is not None:
                gathered.take(opened.placement, item, self._clock.now_ns())


def _asks(state: SessionState) -> bool:
    """Whether a measurement is wanted."""
    return state.stage is SessionStage.ALIGN and state.measuring.phase is not AlignmentPhase.WAITING


def _left(state: SessionState, *, was: SessionState) -> bool:
    """Whether the session has gone on from a measurement."""
    same = (state.session, state.measuring.attempt) == (was.session, was.measuring.attempt)
    return not (same and _asks(state))
