"""One session of a virtual patient, as a home would record it: events, results, some motion.

Events and samples share one clock: an arm moves as long as the session lasts, and its repetitions
are what results and raw motion are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
from ulid import ULID

from telemetry.messages.codec import encode_item
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    CheckAnswered,
    CloseReason,
    ExerciseEnded,
    ExerciseStarted,
    SegmentCalibrated,
    SessionClosed,
    SessionOpened,
    StopReason,
    UnwellReported,
    Worn,
    encode_event,
)
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import encode_result

from .virtual_movement import RATE_HZ, ArmMovement, raw_motion
from .virtual_patient import Truth
from .virtual_result import item_of_truth, lost_item, result_of_motion, result_of_truth

if TYPE_CHECKING:
    from datetime import date

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import ItemResult
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

    from .virtual_movement import Stroke
    from .virtual_patient import Rates, VirtualPatient

__all__ = ["LivedSession", "live_session", "ulid_at"]

S_NS: Final = 1_000_000_000
PAIN_RISE: Final = 3.0
PAIN_NOISE: Final = 0.8
RANGE_FALL_DEG: Final = 25.0
ASSESSMENT_ERROR_DEG: Final = 4.0
PLACEMENT: Final = "wrist-right"
LAG_US: Final = 7000
LEAST_DEG: Final = 30.0
MOST_DEG: Final = 175.0


@dataclass(frozen=True, slots=True)
class LivedSession:
    """A session's records, in order, and when it was closed."""

    closed_ns: int
    records: tuple[NewRecord, ...]


def ulid_at(rng: np.random.Generator, t_ns: int) -> str:
    """A ULID whose chance comes from the generator."""
    head = (t_ns // 1_000_000).to_bytes(6, "big")
    return str(ULID.from_bytes(head + rng.bytes(10)))


def live_session(
    rng: np.random.Generator,
    patient: VirtualPatient,
    day: date,
    rates: Rates,
    *,
    assess: bool,
    motion: bool,
) -> LivedSession:
    """Let a patient train on a day; what truly happened is added to their truths.

    Args:
        rng: all chance.
        patient: who.
        day: theirs; a late session is after midnight and still of it.
        rates: how often things happen.
        assess: it begins with three untargeted repetitions.
        motion: raw samples are recorded too.
    """
    return _Session(rng, patient, day, rates).lived(assess=assess, motion=motion)


class _Session:
    def __init__(
        self, rng: np.random.Generator, patient: VirtualPatient, day: date, rates: Rates
    ) -> None:
        self.rng, self.patient, self.day, self.rates = rng, patient, day, rates
        self.plan: Plan = patient.plan_on(day)
        self.t_ns = self.opened_ns = _moment(
            rng, patient, self.plan, day, late=rng.random() < rates.late
        )
        self.session = ulid_at(rng, self.t_ns)
        self.stream = ulid_at(rng, self.t_ns + 1_000_000)
        self.events: list[SessionEvent] = []
        self.items: list[ItemResult] = []
        self.arm = ArmMovement()
        self.lost_from: int | None = None
        """The sample with which the sensor is lost."""
        self.exercised = False

    def lived(self, *, assess: bool, motion: bool) -> LivedSession:
        self._open()
        happened = self._check_in()
        broken = self.rng.random() < self.rates.broken
        self._happen(SegmentCalibrated, placement=PLACEMENT, level="gravity")
        if happened is None:
            if assess:
                self._assess()
            reason = self._exercise(broken=broken)
        else:
            reason = happened
        self._happen(SessionClosed, reason=reason)
        records = [_event(e) for e in self.events]
        if not self.exercised:
            return LivedSession(self.t_ns, tuple(records))
        if motion:
            stream = self._stream()
            result = result_of_motion(self.session, self.events, stream, self.plan)
            records[1:1] = [self._of_stream(item) for item in stream]
        else:
            result = result_of_truth(self.session, self.items, self.plan)
        kind, body = RecordKind.RESULT, encode_result(result)
        records.append(NewRecord(t_ns=self.t_ns, kind=kind, body=body, session=self.session))
        return LivedSession(self.t_ns, tuple(records))

    def _happen(self, kind: type, *, after_s: float = 2.0, **more: object) -> None:
        self.t_ns += round(after_s * S_NS)
        self.arm.rest(after_s)
        head = {"session": self.session, "number": len(self.events), "t_ns": self.t_ns}
        self.events.append(kind(**head, **more))

    def _open(self) -> None:
        self._happen(
            SessionOpened,
            after_s=0,
            patient=self.patient.name,
            site="simulated",
            plan_version=self.plan.version,
            day=self.plan.day_of(self.t_ns).isoformat(),
            posture="standing",
            wearables=(Worn(wearable="sim-1", model="simulated", placement=PLACEMENT),),
        )

    def _check_in(self) -> CloseReason | None:
        """Questions at the start; what ends the session there, or None."""
        fallen = self.rng.random() < self.rates.fall
        medicine = self.rng.random() < self.rates.medicine
        self._happen(CheckAnswered, at="in", question="unwell", answer=False)
        self._happen(CheckAnswered, at="in", question="fallen", answer=fallen)
        self._happen(CheckAnswered, at="in", question="medicine", answer=medicine)
        before = int(np.clip(round(self.patient.pain + self.rng.normal(0, 0.5)), 0, 10))
        self._happen(CheckAnswered, at="in", question="pain", answer=before)
        for so, kind in ((fallen, "fall"), (medicine, "medicine")):
            if so:
                self.patient.truths.append(Truth(self.patient.name, kind, self.day))
        return CloseReason.DONE if fallen else None

    def _assess(self) -> None:
        item = self.plan.items[0]
        fall_deg = RANGE_FALL_DEG if self._changed("range") else 0.0
        error = self.rng.normal(0, ASSESSMENT_ERROR_DEG)
        begin = self._begin(AssessmentStarted, item)
        strokes = self._move(3, self.patient.range_deg - fall_deg + error, fast=0)
        self._happen(AssessmentEnded, item=item.id, spans={self.stream: self.arm.samples})
        self._found(item, strokes, begin, assessment=True)

    def _exercise(self, *, broken: bool) -> CloseReason:
        """All items, and how it felt; why the session was closed."""
        rise = PAIN_RISE if self._changed("pain") else 0.0
        pain = self.patient.pain + rise + self.rng.normal(0, PAIN_NOISE)
        felt = int(np.clip(round(pain), 0, 10))
        by_pain = felt >= self.plan.limits.pain_stop
        unwell = self.rng.random() < self.rates.unwell
        for item in self.plan.items:
            asked = item.asked.amount
            done = int(self.rng.integers(round(0.6 * asked), round(1.05 * asked) + 1))
            done = done // 2 if by_pain or unwell else done
            stop = StopReason.LOST_SENSOR if broken else StopReason.DONE
            stop = StopReason.PAIN if by_pain else StopReason.UNWELL if unwell else stop
            self._one_item(item, done, stop, broken=broken)
            if unwell:
                self._happen(UnwellReported)
                self.patient.truths.append(Truth(self.patient.name, "unwell", self.day))
                return CloseReason.UNWELL
            if by_pain:
                break
        self._happen(CheckAnswered, at="out", question="pain", answer=felt)
        return CloseReason.PAIN if by_pain else CloseReason.DONE

    def _one_item(self, item: PlanItem, done: int, stop: StopReason, *, broken: bool) -> None:
        begin = self._begin(ExerciseStarted, item)
        if broken and self.lost_from is None:
            self.lost_from = self.arm.samples
        fast = int(self.rng.binomial(done, self.patient.fast))
        strokes = self._move(done, self.patient.range_deg * 0.9, fast=fast)
        self._happen(
            ExerciseEnded, item=item.id, spans={self.stream: self.arm.samples}, reason=stop
        )
        self._found(item, strokes, begin)

    def _changed(self, kind: str) -> bool:
        return self.patient.change == kind and self.day >= self.patient.changed

    def _begin(self, kind: type, item: PlanItem) -> int:
        """Let an item begin; with which sample it does."""
        self._happen(kind, item=item.id, exercise=item.exercise, side=item.side, spans={})
        begin, last = self.arm.samples, self.events[-1]
        self.events[-1] = last.model_copy(update={"spans": {self.stream: begin}})
        return begin

    def _move(self, repetitions: int, peak_deg: float, *, fast: int) -> tuple[Stroke, ...]:
        before = self.arm.samples
        middle = float(np.clip(peak_deg, LEAST_DEG, MOST_DEG))
        peaks = np.clip(middle + self.rng.normal(0, 1.0, repetitions), LEAST_DEG, MOST_DEG)
        strokes = self.arm.do(peaks, fast=fast)
        self.t_ns += round((self.arm.samples - before) / RATE_HZ * S_NS)
        return strokes

    def _found(
        self,
        item: PlanItem,
        strokes: tuple[Stroke, ...],
        begin: int,
        *,
        assessment: bool = False,
    ) -> None:
        """Note what the core would find of an item."""
        self.exercised = True
        span = begin, self.arm.samples
        if self.lost_from is None:
            found = item_of_truth(
                item, self.stream, PLACEMENT, strokes, span, assessment=assessment
            )
        else:
            found = lost_item(item, self.stream)
        self.items.append(found)

    def _stream(self) -> list[StreamItem]:
        """The stream of the wrist's sensor, a batch a second, as far as it was received."""
        # Of a generator of its own: a clinic is the same whether raw motion is written or not.
        rng = np.random.default_rng(self.opened_ns)
        acc, gyr = raw_motion(rng, self.arm.angle_deg())
        whole = len(acc)
        n = whole if self.lost_from is None else self.lost_from
        items: list[StreamItem] = [
            StreamOpened(
                stream=self.stream,
                wearable="sim-1",
                model="simulated",
                placement=PLACEMENT,
                rate_hz=RATE_HZ,
                opened_ns=self.opened_ns,
            )
        ]
        size = round(RATE_HZ)
        for begin in range(0, n, size):
            part = slice(begin, min(begin + size, n))
            us = np.round(np.arange(part.start, part.stop) * 1e6 / RATE_HZ).astype(np.int64)
            items.append(
                MotionBatch(
                    stream=self.stream,
                    first_index=begin,
                    t0_ns=self.opened_ns + int(us[0]) * 1000,
                    dt_us=(us - us[0]).astype(np.int32),
                    lag_us=np.full(len(us), LAG_US, np.int32),
                    device_us=us,
                    acc=acc[part],
                    gyr=gyr[part],
                )
            )
        if n < whole:
            lost_ns = self.opened_ns + round(n / RATE_HZ * S_NS)
            items.append(
                StreamGap(
                    stream=self.stream,
                    first_index=n,
                    count=whole - n,
                    reason="link lost",
                    t_ns=lost_ns,
                )
            )
        return [*items, StreamEnded(stream=self.stream, next_index=whole, reason="stopped")]

    def _of_stream(self, item: StreamItem) -> NewRecord:
        kind = RecordKind.MOTION if isinstance(item, MotionBatch) else RecordKind.STREAM
        t_ns = getattr(item, "t0_ns", 0) or getattr(item, "t_ns", 0) or self.opened_ns
        return NewRecord(
            t_ns=t_ns, kind=kind, body=encode_item(item), session=self.session, stream=self.stream
        )


def _event(event: SessionEvent) -> NewRecord:
    return NewRecord(
        t_ns=event.t_ns, kind=RecordKind.EVENT, body=encode_event(event), session=event.session
    )


def _moment(
    rng: np.random.Generator, patient: VirtualPatient, plan: Plan, day: date, *, late: bool
) -> int:
    """When the session opens: about the usual hour, or in the night that still is of the day."""
    hour = 24 + rng.uniform(0.2, 2.4) if late else np.clip(rng.normal(patient.hour, 1.0), 7, 22)
    minutes = round(float(hour) * 60)
    on = day + timedelta(days=minutes // 1440)
    wall = time(minutes % 1440 // 60, minutes % 60)
    local = datetime.combine(on, wall, ZoneInfo(plan.time_zone))
    return round(local.timestamp()) * S_NS
