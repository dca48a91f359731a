"""Sessions of a forearm that rises and sinks, made while they are read, for measurements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.codec import encode_item
from telemetry.messages.events import (
    CloseReason,
    ExerciseEnded,
    ExerciseStarted,
    SessionClosed,
    SessionOpened,
    StopReason,
    encode_event,
)
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened
from telemetry.messages.record import NewRecord, RecordKind
from therapy.plan.plan import Plan
from therapy.plan.plan_item import PlanItem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.journal.journal import Journal
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem

__all__ = [
    "BEGINS_NS",
    "PATIENT",
    "PLACES",
    "MadeSession",
    "event_record",
    "keep_plan",
    "keep_session",
]

PLACES: Final = (
    *("wrist-right", "upper-arm-right", "sternum", "thigh-right", "shank-right", "lower-back"),
)
PATIENT: Final = "bench-1"
BEGINS_NS: Final = 1_767_312_000_000_000_000
EXERCISE: Final = "arm-abduction"
CYCLE_S: Final = 6.0
AT_ONCE: Final = 500
"""Records that are written at once."""


@dataclass(frozen=True, slots=True)
class MadeSession:
    """One session; the same numbers give the same samples.

    Attributes:
        number: names it and its streams.
        sensors: worn, at the first of `PLACES`.
        rate_hz: of each.
        minutes: that it lasts.
    """

    number: int
    sensors: int
    rate_hz: float
    minutes: float

    @property
    def session(self) -> str:
        """Its ULID."""
        return f"01KDYX{self.number:010d}0000000000"

    @property
    def streams(self) -> list[str]:
        """ULIDs of its streams, in the order of `PLACES`."""
        return [f"01KDYX{self.number:010d}{i:010d}" for i in range(1, self.sensors + 1)]

    @property
    def samples(self) -> int:
        """Of each stream."""
        return round(self.minutes * 60 * self.rate_hz)

    def events(self) -> list[SessionEvent]:
        """One exercise item that spans all of it."""
        ends_ns = BEGINS_NS + round(self.samples / self.rate_hz * 1e9)
        return [
            SessionOpened(
                session=self.session,
                number=0,
                t_ns=BEGINS_NS,
                patient=PATIENT,
                site="bench",
                plan_version=1,
                day="2026-01-02",
                posture="standing",
            ),
            ExerciseStarted(
                session=self.session,
                number=1,
                t_ns=BEGINS_NS,
                item="raise",
                exercise=EXERCISE,
                side="right",
                spans=dict.fromkeys(self.streams, 0),
            ),
            ExerciseEnded(
                session=self.session,
                number=2,
                t_ns=ends_ns,
                item="raise",
                spans=dict.fromkeys(self.streams, self.samples),
                reason=StopReason.DONE,
            ),
            SessionClosed(session=self.session, number=3, t_ns=ends_ns, reason=CloseReason.DONE),
        ]

    def items(self, stream: str) -> Iterator[StreamItem]:
        """A forearm that rises and sinks by 110° every six seconds, with a sensor's noise.

        A second at a time: nothing of it is there before it is asked for.
        """
        place = PLACES[self.streams.index(stream)]
        yield StreamOpened(
            stream=stream,
            wearable=place,
            model="bench",
            placement=place,
            rate_hz=self.rate_hz,
            opened_ns=BEGINS_NS,
        )
        rng = np.random.default_rng((self.number, len(place)))
        size = round(self.rate_hz)
        for first in range(0, self.samples, size):
            n = min(size, self.samples - first)
            t = np.arange(first, first + n) / self.rate_hz
            phase = 2 * np.pi * t / CYCLE_S
            angle = np.radians(65 - 55 * np.cos(phase))
            turning = np.radians(55 * np.sin(phase)) * 2 * np.pi / CYCLE_S
            zero = np.zeros(n)
            acc = 9.81 * np.stack((np.cos(angle), zero, np.sin(angle)), axis=1)
            gyr = np.stack((zero, turning, zero), axis=1)
            t_us = np.round(t * 1e6).astype(np.int64)
            yield MotionBatch(
                stream=stream,
                first_index=first,
                t0_ns=BEGINS_NS + int(t_us[0]) * 1000,
                dt_us=(t_us - t_us[0]).astype(np.int32),
                lag_us=np.full(n, 9000, np.int32),
                device_us=t_us,
                acc=(acc + rng.normal(0, 0.05, acc.shape)).astype(np.float32),
                gyr=(gyr + rng.normal(0, 0.005, gyr.shape)).astype(np.float32),
            )
        yield StreamEnded(stream=stream, next_index=self.samples, reason="stopped")


def keep_plan(folder: Path, sensors: int = len(PLACES)) -> Plan:
    """Put the plan of all made sessions where those of a journal below `folder` are looked for."""
    placements = PLACES[:sensors]
    plan = Plan(
        patient=PATIENT,
        version=1,
        valid_from=date(2026, 1, 1),
        items=(PlanItem(id="raise", exercise=EXERCISE, side="right", placements=placements),),
    )
    PlanFolder(folder / "plans").add(plan)
    return plan


def keep_session(journal: Journal, made: MadeSession) -> None:
    """Write a session as a home would have."""
    opened, *rest = made.events()
    journal.append_now([event_record(opened)])
    for stream in made.streams:
        records = [_item_record(item, made.session) for item in made.items(stream)]
        for first in range(0, len(records), AT_ONCE):
            journal.append_now(records[first : first + AT_ONCE])
    journal.append_now([event_record(event) for event in rest])


def event_record(event: SessionEvent) -> NewRecord:
    """An event as a journal takes it."""
    return NewRecord(
        t_ns=event.t_ns, kind=RecordKind.EVENT, body=encode_event(event), session=event.session
    )


def _item_record(item: StreamItem, session: str) -> NewRecord:
    motion = isinstance(item, MotionBatch)
    return NewRecord(
        t_ns=item.t0_ns if isinstance(item, MotionBatch) else BEGINS_NS,
        kind=RecordKind.MOTION if motion else RecordKind.STREAM,
        body=encode_item(item),
        session=session,
        stream=item.stream,
    )
