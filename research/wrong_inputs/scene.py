"""One exercise item on its way through the gateway: signals in, recorded session out."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from edge.gateway.counters import Counters
from edge.gateway.stream_assembly import Origin, StreamAssembly
from edge.wearables.wearable import Reading, Sampling
from research.session_cases.session_case import DAY_NS
from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.events import ExerciseEnded, ExerciseStarted
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from research.session_cases.session_case import SessionCase, SessionRecording
    from telemetry.messages.motion import StreamItem

    from .signal import WornSignal

__all__ = ["WrongScene", "passed_through"]

WRAP_US = 1 << 32
END_S = 0.2


@dataclass(frozen=True, slots=True)
class WrongScene:
    """What the home's radio hears while one item is done.

    Attributes:
        case: the item, as it would be recorded were all as it should be, and its truth.
        signals: of its sensors, the observed one first.
        from_us, to_us: when the item begins and ends, from the session's begin.
        epoch_ns: what the home's clock says at the session's begin.
        refused: what the home has said of who sends, instead of taking samples.
    """

    case: SessionCase
    signals: tuple[WornSignal, ...]
    from_us: int
    to_us: int
    epoch_ns: int = DAY_NS
    refused: tuple[str, ...] = ()

    def with_signal(self, which: int, signal: WornSignal) -> WrongScene:
        """With one sensor's signal replaced."""
        signals = list(self.signals)
        signals[which] = signal
        return replace(self, signals=tuple(signals))


class _Wearing:
    """The gateway's part for one place."""

    def __init__(self, number: int, signal: WornSignal, epoch_ns: int) -> None:
        self._ids = iter(f"01KDYX00000000000000{number:02d}{n:04d}" for n in range(10_000))
        self.items: list[StreamItem] = []
        self.spans: dict[str, int] = {}
        self._assembly = StreamAssembly(
            Origin(wearable=f"w{number}", model="simulated", placement=signal.placement),
            Sampling.in_g(signal.rate_hz, wrap_us=WRAP_US),
            new_stream=lambda: next(self._ids),
            counters=Counters(),
        )
        self._signal = signal
        self._cuts = list(signal.cut_us)
        self._epoch_ns = epoch_ns

    def take(self, row: int) -> None:
        """One notification."""
        signal, epoch_ns = self._signal, self._epoch_ns
        at_us = int(signal.arrival_us[row])
        while self._cuts and self._cuts[0] <= at_us:
            self._keep(self._assembly.link_lost(epoch_ns + self._cuts.pop(0) * 1000))
        values = signal.readings[row : row + 1].astype(np.float32)
        stamp = signal.stamp_us[row : row + 1] % WRAP_US
        reading = Reading(values[:, :3], values[:, 3:6], None, stamp)
        self._keep(self._assembly.take(reading, epoch_ns + at_us * 1000))

    def end(self, t_ns: int) -> None:
        """The session is over."""
        for at_us in self._cuts:
            self._keep(self._assembly.link_lost(self._epoch_ns + at_us * 1000))
        self._keep(self._assembly.end("stopped", t_ns))

    def _keep(self, items: list[StreamItem]) -> None:
        for item in items:
            # As on the wire: the core takes decoded batches only.
            self.items.append(decode_item(encode_item(item)))
            match item:
                case StreamOpened():
                    self.spans = {item.stream: 0}
                case MotionBatch():
                    self.spans[item.stream] = item.next_index
                case StreamGap(count=int(count)):
                    self.spans[item.stream] = item.first_index + count
                case StreamEnded():
                    self.spans.pop(item.stream, None)
                case _:
                    pass


def passed_through(scene: WrongScene) -> SessionRecording:
    """What the home records of the scene; the item spans what had come in when it was said."""
    wearings = [_Wearing(n, s, scene.epoch_ns) for n, s in enumerate(scene.signals, 1)]
    started: dict[str, int] | None = None
    ended: dict[str, int] | None = None
    at_us = 0
    for at_us, which, row in heapq.merge(*map(_notifications, range(len(wearings)), scene.signals)):
        if started is None and at_us >= scene.from_us:
            started = _spans(wearings)
        if ended is None and at_us >= scene.to_us:
            ended = _spans(wearings)
        wearings[which].take(row)
    for wearing in wearings:
        wearing.end(scene.epoch_ns + at_us * 1000)
    return _session(scene.case.recording, wearings, started or {}, ended or _spans(wearings))


def _notifications(which: int, signal: WornSignal) -> Iterator[tuple[int, int, int]]:
    if signal.bound:
        for row, at_us in enumerate(signal.arrival_us.tolist()):
            yield at_us, which, row


def _spans(wearings: list[_Wearing]) -> dict[str, int]:
    return {stream: index for wearing in wearings for stream, index in wearing.spans.items()}


def _session(
    recording: SessionRecording,
    wearings: list[_Wearing],
    started: dict[str, int],
    ended: dict[str, int],
) -> SessionRecording:
    events = tuple(
        event.model_copy(update={"spans": started})
        if isinstance(event, ExerciseStarted)
        else event.model_copy(update={"spans": {**started, **ended}})
        if isinstance(event, ExerciseEnded)
        else event
        for event in recording.events
    )
    streams: dict[str, list[StreamItem]] = {}
    for wearing in wearings:
        for item in wearing.items:
            streams.setdefault(item.stream, []).append(item)
    return replace(recording, events=events, streams=tuple(map(tuple, streams.values())))
