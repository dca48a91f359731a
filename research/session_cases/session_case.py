"""One exercise item as a home records it: events, streams and plan, and apart from them the truth.

What an entry or the core gets is `SessionRecording` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from telemetry.messages.events import (
    CloseReason,
    ExerciseEnded,
    ExerciseStarted,
    SegmentCalibrated,
    SessionClosed,
    SessionOpened,
    StopReason,
    Worn,
)
from telemetry.messages.motion import (
    MotionBatch,
    QualityKind,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
)
from therapy.plan.plan import Plan
from therapy.plan.plan_item import PlanItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analytics.signals.arrays import Array
    from telemetry.messages.events import HingeCalibration, SessionEvent
    from telemetry.messages.motion import StreamItem

__all__ = [
    "ITEM",
    "PACKET",
    "ItemTruth",
    "SensorStream",
    "SessionCase",
    "SessionRecording",
    "Span",
    "TrueRepetition",
    "hinge_calibrated",
    "recorded",
]

Span: TypeAlias = tuple[int, int, int]
"""First, peak and last sample of a repetition."""
LEAST_KNOWN = 0.8
"""Share of a repetition in which a reference must be known."""
MOSTLY_COVERED = 0.5
"""Share of a true repetition that a found one must cover to be it."""
ITEM = "exercise"
PACKET = 10
"""Samples that arrive, or are lost, together."""
DAY_NS = 1_767_312_000_000_000_000
"""2 January 2026, 00:00 UTC: a session needs some day."""
_SESSION = "01KDYX0000000000000000000A"


@dataclass(frozen=True, slots=True)
class SensorStream:
    """One sensor of the session.

    Attributes:
        placement: where the session believes it to be worn.
        rate_hz: of it.
        readings: [n, 6] acc m/s², gyr rad/s, or [n, 3] without a gyroscope.
        starts_s: host time of its first sample, as it is stamped.
        kept: [n] the samples that arrived; None: all.
        uncertainty_us: of its host times, as the gateway tells it; None: it tells nothing.
        acc_range_m_s2, gyr_range_rad_s: full scale, where the model declares it.
    """

    placement: str
    rate_hz: float
    readings: Array
    starts_s: float = 0.0
    kept: npt.NDArray[np.bool_] | None = None
    uncertainty_us: int | None = 1000
    acc_range_m_s2: float | None = 156.9
    gyr_range_rad_s: float | None = 34.9


@dataclass(frozen=True, slots=True)
class SessionRecording:
    """What a session leaves: all that an entry gets."""

    session: str
    events: tuple[SessionEvent, ...]
    streams: tuple[tuple[StreamItem, ...], ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class TrueRepetition:
    """One repetition of the set.

    Attributes:
        start_s, end_s: in the observed stream.
        range_deg: from where it starts to its peak.
        peak_deg: its highest angle.
    """

    start_s: float
    end_s: float
    range_deg: float
    peak_deg: float


@dataclass(frozen=True, slots=True)
class ItemTruth:
    """What was really done.

    Attributes:
        repetitions: of the set; None where only the angle is known.
        angle_deg: [n] at the samples of the observed stream; NaN where unknown.
        rate_hz: of that stream.
        from_index: of the item in it.
    """

    repetitions: tuple[TrueRepetition, ...] | None
    angle_deg: Array = field(compare=False)
    rate_hz: float
    from_index: int

    @property
    def peak_deg(self) -> float | None:
        """The median peak of the set's repetitions; None where they are not known."""
        if self.repetitions is None:
            return None
        return float(np.median([r.peak_deg for r in self.repetitions]))

    def range_deg(self, spans: Sequence[Span]) -> float | None:
        """The median range: of the set's repetitions, else over spans that were found.

        Over spans it is how far the angle goes, in the direction in which most of them go, from
        its furthest point back since the last one to its furthest point on.

        Args:
            spans: first, peak and last sample of each repetition that was found.

        None where the truth knows too little of them.
        """
        if self.repetitions is not None:
            return float(np.median([r.range_deg for r in self.repetitions]))
        ranges = [told for told in self.each_range_deg(spans) if told is not None]
        return float(np.median(ranges)) if len(ranges) > len(spans) / 2 else None

    def each_range_deg(self, spans: Sequence[Span]) -> list[float | None]:
        """The range of each repetition that was found; None where it is not known, or is none."""
        if self.repetitions is not None:
            found = (self._done_in(span) for span in spans)
            return [None if done is None else done.range_deg for done in found]
        steps = [self.angle_deg[peak] - self.angle_deg[start] for start, peak, _ in spans]
        known = [step for step in steps if np.isfinite(step)]
        signed = self.angle_deg * (-1.0 if known and np.median(known) < 0 else 1.0)
        since, ranges = self.from_index, list[float | None]()
        for start, peak, end in spans:
            back, on = signed[min(since, start) : peak + 1], signed[start : end + 1]
            since = end
            seen = _mostly_known(back) and _mostly_known(on)
            ranges.append(float(np.nanmax(on) - np.nanmin(back)) if seen else None)
        return ranges

    def each_peak_deg(self, spans: Sequence[Span]) -> list[float | None]:
        """The same of the peaks; None where only an angle of unknown zero is there."""
        found = (self._done_in(span) for span in spans)
        return [None if done is None else done.peak_deg for done in found]

    def _done_in(self, span: Span) -> TrueRepetition | None:
        """The repetition of which a span covers most, if that is more than half of it."""
        first_s, last_s = span[0] / self.rate_hz, span[2] / self.rate_hz
        shares = [
            ((min(last_s, r.end_s) - max(first_s, r.start_s)) / (r.end_s - r.start_s), r)
            for r in self.repetitions or ()
        ]
        share, done = max(shares, key=lambda told: told[0], default=(0.0, None))
        return done if share > MOSTLY_COVERED else None


@dataclass(frozen=True, slots=True)
class SessionCase:
    """A recorded item and its truth.

    Attributes:
        name: unique within a run.
        kind: of person, placement, fault or whatever the case is about.
        right: the sensors lie where the session believes them, and work.
        recording: what was recorded.
        truth: what was done.
    """

    name: str
    kind: str
    right: bool
    recording: SessionRecording
    truth: ItemTruth


def _mostly_known(angle_deg: Array) -> bool:
    return len(angle_deg) > 0 and float(np.isfinite(angle_deg).mean()) >= LEAST_KNOWN


def recorded(
    exercise: str,
    posture: str,
    streams: Sequence[SensorStream],
    from_s: float,
    to_s: float,
    *,
    side: str = "right",
    hinge: HingeCalibration | None = None,
    calibrated: Sequence[SegmentCalibrated] = (),
) -> SessionRecording:
    """A session with one exercise item between two times of the observed stream, the first.

    Args:
        exercise: id of the library.
        posture: of the item.
        streams: the first one is the observed one, which carries the truth's samples.
        from_s: where the item begins, from each stream's first sample on.
        to_s: where it ends.
        side: of the item.
        hinge: a functional calibration of the joint that passed before it.
        calibrated: further calibrations, as they happened.
    """
    ids = [f"01KDYX000000000000000000{n:02d}" for n in range(1, 1 + len(streams))]
    plan = Plan(
        patient="simulated-1",
        version=1,
        valid_from=date(2026, 1, 1),
        items=(
            PlanItem(
                id=ITEM,
                exercise=exercise,
                side="left" if side == "left" else "right",
                posture=posture,
                placements=tuple(s.placement for s in streams),
            ),
        ),
    )
    events: list[SessionEvent] = [
        SessionOpened(
            session=_SESSION,
            number=0,
            t_ns=DAY_NS,
            patient=plan.patient,
            site="simulated",
            plan_version=1,
            day="2026-01-02",
            posture=posture,
            wearables=tuple(
                Worn(wearable=f"w{n}", model="simulated", placement=s.placement)
                for n, s in enumerate(streams, 1)
            ),
        )
    ]
    told = list(calibrated)
    if hinge is not None:
        told.append(hinge_calibrated(hinge))
    events += [c.model_copy(update={"number": n}) for n, c in enumerate(told, 1)]
    n = len(events)
    spans = [
        (round(from_s * s.rate_hz), min(round(to_s * s.rate_hz), len(s.readings))) for s in streams
    ]
    events += [
        ExerciseStarted(
            session=_SESSION,
            number=n,
            t_ns=DAY_NS + round(from_s * 1e9),
            item=ITEM,
            exercise=exercise,
            side=plan.items[0].side,
            spans={i: a for i, (a, _) in zip(ids, spans, strict=True)},
        ),
        ExerciseEnded(
            session=_SESSION,
            number=n + 1,
            t_ns=DAY_NS + round(to_s * 1e9),
            item=ITEM,
            spans={i: b for i, (_, b) in zip(ids, spans, strict=True)},
            reason=StopReason.DONE,
        ),
        SessionClosed(
            session=_SESSION,
            number=n + 2,
            t_ns=DAY_NS + round(to_s * 1e9),
            reason=CloseReason.DONE,
        ),
    ]
    items = tuple(
        tuple(_items(i, f"w{n}", s)) for n, (i, s) in enumerate(zip(ids, streams, strict=True), 1)
    )
    return SessionRecording(_SESSION, tuple(events), items, plan)


def hinge_calibrated(hinge: HingeCalibration) -> SegmentCalibrated:
    """The event of a joint's functional calibration that passed."""
    return SegmentCalibrated(
        session=_SESSION,
        number=1,
        t_ns=DAY_NS,
        placement=hinge.distal,
        level="functional",
        hinge=hinge,
    )


def _items(stream: str, wearable: str, sensor: SensorStream) -> Iterator[StreamItem]:
    """The stream as the gateway records it: packets with their indices, losses declared."""
    t0_ns = DAY_NS + round(sensor.starts_s * 1e6) * 1000
    n, has_gyroscope = len(sensor.readings), sensor.readings.shape[1] >= 6
    yield StreamOpened(
        stream=stream,
        wearable=wearable,
        model="simulated",
        placement=sensor.placement,
        rate_hz=sensor.rate_hz,
        opened_ns=t0_ns,
        gyroscope=has_gyroscope,
        acc_range_m_s2=sensor.acc_range_m_s2,
        gyr_range_rad_s=sensor.gyr_range_rad_s,
    )
    if sensor.uncertainty_us is not None:
        yield StreamQuality(
            stream=stream,
            first_index=0,
            kind=QualityKind.CLOCK,
            uncertainty_us=sensor.uncertainty_us,
        )
    values = sensor.readings.astype(np.float32)
    lost_from: int | None = None
    for first in range(0, n, PACKET):
        part = slice(first, min(first + PACKET, n))
        if sensor.kept is not None and not sensor.kept[part].all():
            lost_from = first if lost_from is None else lost_from
            continue
        if lost_from is not None:
            yield StreamGap(
                stream=stream, first_index=lost_from, count=first - lost_from, reason="radio"
            )
            lost_from = None
        offsets_us = np.round(np.arange(part.start, part.stop) * 1e6 / sensor.rate_hz)
        start_us = int(offsets_us[0])
        yield MotionBatch(
            stream=stream,
            first_index=first,
            t0_ns=t0_ns + start_us * 1000,
            dt_us=(offsets_us - start_us).astype(np.int32),
            lag_us=np.full(len(offsets_us), 12_000, np.int32),
            acc=values[part, :3],
            gyr=values[part, 3:6] if has_gyroscope else None,
        )
    yield StreamEnded(stream=stream, next_index=n, reason="stopped")
