"""One session of a virtual patient, as a home would record it: events, results, some motion."""

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
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import (
    ItemResult,
    RangeOfMotion,
    Repetition,
    SessionResult,
    encode_result,
)

from .virtual_patient import Truth

if TYPE_CHECKING:
    from datetime import date

    from telemetry.messages.events import SessionEvent
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

    from .virtual_patient import Rates, VirtualPatient

__all__ = ["LivedSession", "live_session", "ulid_at"]

S_NS: Final = 1_000_000_000
RATE_HZ: Final = 50.0
PAIN_RISE: Final = 3.0
PAIN_NOISE: Final = 0.8
RANGE_FALL_DEG: Final = 25.0
ASSESSMENT_ERROR_DEG: Final = 4.0
REPETITION_S: Final = 6.0
WHAT: Final = "forearm elevation, elbow straight"


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
        self.t_ns = _moment(rng, patient, self.plan, day, late=rng.random() < rates.late)
        self.session = ulid_at(rng, self.t_ns)
        self.stream = ulid_at(rng, self.t_ns + 1_000_000)
        self.events: list[SessionEvent] = []
        self.items: list[ItemResult] = []
        self.samples = 0

    def lived(self, *, assess: bool, motion: bool) -> LivedSession:
        first_ns = self.t_ns
        self._open()
        happened = self._check_in()
        broken = self.rng.random() < self.rates.broken
        self._happen(SegmentCalibrated, placement="wrist-right", level="gravity")
        if happened is None:
            if assess:
                self._assess()
            reason = self._exercise(broken=broken)
            if reason != CloseReason.UNWELL:
                self._happen(CheckAnswered, at="out", question="pain", answer=self._felt)
        else:
            reason = happened
        self._happen(SessionClosed, reason=reason)
        records = [_event(e) for e in self.events]
        if motion and self.samples:
            records[1:1] = self._motion(first_ns)
        if self.items:
            records.append(self._result())
        return LivedSession(self.t_ns, tuple(records))

    def _happen(self, kind: type, *, after_s: float = 2.0, **more: object) -> None:
        self.t_ns += round(after_s * S_NS)
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
            wearables=(Worn(wearable="sim-1", model="simulated", placement="wrist-right"),),
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
        begin = self.samples
        fall_deg = RANGE_FALL_DEG if self._changed("range") else 0.0
        error = self.rng.normal(0, ASSESSMENT_ERROR_DEG)
        peak_deg = float(np.clip(self.patient.range_deg - fall_deg + error, 20, 178))
        self._happen(
            AssessmentStarted,
            item=item.id,
            exercise=item.exercise,
            side=item.side,
            spans={self.stream: begin},
        )
        self._move(3)
        self._happen(AssessmentEnded, item=item.id, spans={self.stream: self.samples})
        done = self._repetitions(3, peak_deg, begin, fast=0)
        self.items.append(self._item(item, done, peak_deg, assessment=True))

    def _exercise(self, *, broken: bool) -> CloseReason:
        """All items; why the session was closed."""
        rise = PAIN_RISE if self._changed("pain") else 0.0
        felt = self.patient.pain + rise + self.rng.normal(0, PAIN_NOISE)
        self._felt = int(np.clip(round(felt), 0, 10))
        by_pain = self._felt >= self.plan.limits.pain_stop
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
                return CloseReason.PAIN
        return CloseReason.DONE

    def _one_item(self, item: PlanItem, done: int, stop: StopReason, *, broken: bool) -> None:
        begin = self.samples
        self._happen(
            ExerciseStarted,
            item=item.id,
            exercise=item.exercise,
            side=item.side,
            spans={self.stream: begin},
        )
        self._move(done)
        self._happen(ExerciseEnded, item=item.id, spans={self.stream: self.samples}, reason=stop)
        if not broken:
            fast = int(self.rng.binomial(done, self.patient.fast))
            peak_deg = float(np.clip(self.patient.range_deg * 0.9, 20, 178))
            found = self._repetitions(done, peak_deg, begin, fast=fast)
            self.items.append(self._item(item, found, peak_deg))

    def _changed(self, kind: str) -> bool:
        return self.patient.change == kind and self.day >= self.patient.changed

    def _move(self, repetitions: int) -> None:
        self.samples += round(repetitions * REPETITION_S * RATE_HZ)
        self.t_ns += round(repetitions * REPETITION_S * S_NS)

    def _repetitions(
        self, n: int, peak_deg: float, begin: int, *, fast: int
    ) -> tuple[Repetition, ...]:
        step = round(REPETITION_S * RATE_HZ)
        peaks = peak_deg + self.rng.normal(0, 1.0, n)
        return tuple(
            Repetition(
                number=i + 1,
                start_index=begin + i * step,
                peak_index=begin + i * step + step // 2,
                end_index=begin + (i + 1) * step - 1,
                start_s=i * REPETITION_S,
                end_s=(i + 1) * REPETITION_S - 0.1,
                range_deg=round(float(peaks[i]), 2),
                peak_deg=round(float(peaks[i]), 2),
                up_s=2.5,
                hold_s=1.0,
                down_s=2.5,
                flags=("too fast",) if i < fast else (),
            )
            for i in range(n)
        )

    def _item(
        self,
        item: PlanItem,
        found: tuple[Repetition, ...],
        peak_deg: float,
        *,
        assessment: bool = False,
    ) -> ItemResult:
        rom = RangeOfMotion(
            what=WHAT,
            median_deg=round(peak_deg, 2),
            p10_deg=round(peak_deg - 2, 2),
            p90_deg=round(peak_deg + 2, 2),
            band_low_deg=round(peak_deg - 6, 2),
            band_high_deg=round(peak_deg + 6, 2),
        )
        return ItemResult(
            item=item.id,
            exercise=item.exercise,
            side=item.side,
            stream=self.stream,
            rate_hz=RATE_HZ,
            assessment=assessment,
            repetitions=found,
            range_of_motion=rom if found else None,
        )

    def _result(self) -> NewRecord:
        result = SessionResult(
            session=self.session,
            core_version="simulated",
            plan_version=self.plan.version,
            provisional=False,
            items=tuple(self.items),
        )
        return NewRecord(
            t_ns=self.t_ns,
            kind=RecordKind.RESULT,
            body=encode_result(result),
            session=self.session,
        )

    def _motion(self, t0_ns: int) -> list[NewRecord]:
        """Raw samples of an arm that goes up and down, a batch a second."""
        n = self.samples
        t_s = np.arange(n) / RATE_HZ
        angle = np.deg2rad(self.patient.range_deg / 2) * (
            1 - np.cos(2 * np.pi * t_s / REPETITION_S)
        )
        pull = 9.81 * np.stack([np.cos(angle), np.sin(angle), np.zeros(n)], axis=1)
        acc = (pull + self.rng.normal(0, 0.05, (n, 3))).astype(np.float32)
        gyr = np.zeros((n, 3), np.float32)
        gyr[:, 2] = np.gradient(angle) * RATE_HZ
        opened = StreamOpened(
            stream=self.stream,
            wearable="sim-1",
            model="simulated",
            placement="wrist-right",
            rate_hz=RATE_HZ,
            opened_ns=t0_ns,
        )
        found = [self._stream(RecordKind.STREAM, opened, t0_ns)]
        size = round(RATE_HZ)
        for begin in range(0, n, size):
            part = slice(begin, min(begin + size, n))
            us = np.round(np.arange(part.start, part.stop) * 1e6 / RATE_HZ).astype(np.int64)
            batch = MotionBatch(
                stream=self.stream,
                first_index=begin,
                t0_ns=t0_ns + int(us[0]) * 1000,
                dt_us=(us - us[0]).astype(np.int32),
                lag_us=np.full(len(us), 7000, np.int32),
                device_us=us,
                acc=acc[part],
                gyr=gyr[part],
            )
            found.append(self._stream(RecordKind.MOTION, batch, t0_ns + int(us[0]) * 1000))
        ended = StreamEnded(stream=self.stream, next_index=n, reason="stopped")
        return [*found, self._stream(RecordKind.STREAM, ended, self.t_ns)]

    def _stream(
        self, kind: RecordKind, item: StreamOpened | MotionBatch | StreamEnded, t_ns: int
    ) -> NewRecord:
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
