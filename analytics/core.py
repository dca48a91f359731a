"""The signal core: streams and session events go in, controls and results come out.

In
    `Core(session, observe)` makes one for one session; `live=False` where nobody plays.
    `take(item)` gives it a decoded stream item (StreamOpened, MotionBatch, StreamGap,
    StreamEnded) of any stream; `take_event(event)` gives it a session event. Each stream's items
    come in their order and the events in theirs; how the two and the streams interleave, how
    the motion is cut and how fast it comes changes nothing in the result.
    `observe(started, opened, known)` says how an item is seen, see `observation.Observe`;
    `known` is what the `segment.calibrated` events before the item's start have told.

Out
    Both return live messages, `ControlBatch` and `RepetitionCounted`, to be published as they
    are (with `stamps` added, where latency is measured). They are provisional.
    `settled` is true once every started item has ended and all its samples are there, those of
    each stream that its events name.
    `result(plan_version=..., provisional=...)` is the SessionResult: at the session's close from
    the live streams, and from the recorded ones by `offline.run`; the same to the bit where
    the recording holds what was live. `telemetry.messages.results.results_hash` names its content.
    `todays_range(item)` gives the peaks, target and limit for the `range.calibrated` event.
    `save()` and `Core.restore(state, observe)` carry a core over a restart of its process.

An item spans the sample indices that its start and end events name, per stream. The events may
come before or after the samples: the core keeps a thin history of each stream and looks back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cbor2

from analytics.balance.live_stance import LiveStance
from analytics.balance.stance_item import analyse_stance
from analytics.calibration.segments import KnownSegments
from analytics.exercise.item import analyse_item
from analytics.exercise.live_item import LiveOneSensor
from analytics.exercise.live_joint import LiveJoint
from analytics.exercise.observation import Method
from analytics.field_tests.chair_item import analyse_chair_test
from analytics.gait.walk_item import analyse_walk
from analytics.signals.oriented_stream import StreamTrack
from telemetry.errors import DecodeError
from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
    RangeCalibrated,
    RestEnded,
    RestStarted,
    SegmentCalibrated,
    decode_event,
    encode_event,
)
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamItem,
    StreamOpened,
    StreamQuality,
)
from telemetry.messages.rests import Rests
from telemetry.messages.results import ItemResult, SessionResult

if TYPE_CHECKING:
    from analytics.exercise.live_item import LiveItem
    from analytics.exercise.observation import Observation, Observe
    from analytics.movement.control import TodaysRange
    from analytics.signals.conditioning import SampleCounts
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage

__all__ = ["CORE_VERSION", "Core"]

CORE_VERSION = "10"
"""Changes whenever the same streams would give other results."""

_STATE_VERSION = 3


@dataclass(slots=True, eq=False)
class _Item:
    started: ExerciseStarted | AssessmentStarted
    known: KnownSegments
    ended: ExerciseEnded | AssessmentEnded | None = None
    observation: Observation | None = None
    live: LiveItem | None = None
    calibrated: RangeCalibrated | None = None
    rests: dict[str, Rests] = field(default_factory=dict)
    """By stream, in its sample indices."""
    assessed: dict[str, Rests] = field(default_factory=dict)
    """Assessments within an exercise, likewise: they are none of its repetitions."""

    def rest(self, event: AssessmentStarted | AssessmentEnded | RestStarted | RestEnded) -> None:
        """A rest, or an assessment, begins or ends."""
        of_rests = isinstance(event, RestStarted | RestEnded)
        begins = isinstance(event, RestStarted | AssessmentStarted)
        kept = self.rests if of_rests else self.assessed
        for stream, index in event.spans.items():
            known = kept.get(stream, Rests())
            kept[stream] = known.begun(index) if begins else known.ended(index)
        if self.live is not None and self.observation is not None:
            self.live.count.rests = self.rests_seen

    @property
    def rests_seen(self) -> Rests:
        """Of the stream that it is observed by."""
        stream = "" if self.observation is None else self.observation.stream
        return self.rests.get(stream, Rests()).joined(self.assessed.get(stream, Rests()))


class Core:
    """A pure function of one session's streams and events; see the module's head."""

    def __init__(self, session: str, observe: Observe, *, live: bool = True) -> None:
        self.session = session
        self._observe = observe
        self._live = live
        self._tracks: dict[str, StreamTrack] = {}
        self._items: list[_Item] = []
        self._moved: dict[str, list[_Item]] = {}
        """Of each stream the items that its samples still move, in their order."""
        self._events: list[SessionEvent] = []
        self._known = KnownSegments()
        self.unopened = 0
        """Items of streams that were never opened here: dropped."""

    def take(self, item: StreamItem) -> list[LiveMessage]:
        """Take a stream item; returns what it moves."""
        if isinstance(item, StreamOpened):
            if item.stream not in self._tracks:
                self._tracks[item.stream] = StreamTrack(item, live=self._live)
                for open_item in self._items:
                    self._look(open_item)
            return []
        track = self._tracks.get(item.stream)
        if track is None:
            self.unopened += 1
            return []
        if isinstance(item, MotionBatch):
            return self._motion(track, item)
        if isinstance(item, StreamGap):
            track.gap(item)
        elif isinstance(item, StreamQuality):
            track.mark(item)
        elif isinstance(item, StreamEnded):
            return self._stream_ended(track, item)
        return []

    def take_event(self, event: SessionEvent) -> list[LiveMessage]:
        """Take a session event; one of another session or with a number already seen is ignored."""
        if event.session != self.session:
            return []
        if self._events and event.number <= self._events[-1].number:
            return []
        self._events.append(event)
        if isinstance(event, AssessmentStarted | AssessmentEnded | RestStarted | RestEnded):
            self._rest(event)
        if isinstance(event, ExerciseStarted | AssessmentStarted):
            self._items.append(_Item(event, self._known))
            self._look(self._items[-1])
        elif isinstance(event, ExerciseEnded | AssessmentEnded):
            self._end(event)
        elif isinstance(event, RangeCalibrated):
            self._calibrate(event)
        elif isinstance(event, SegmentCalibrated):
            self._known = self._known.after(event)
        return []

    def _rest(self, event: AssessmentStarted | AssessmentEnded | RestStarted | RestEnded) -> None:
        """A rest of what is open, or an assessment, which is none of the exercise's repetitions."""
        whole = isinstance(event, RestStarted | RestEnded)
        for item in self._items:
            mine = item.started.item == event.item and item.ended is None
            if mine and (whole or isinstance(item.started, ExerciseStarted)):
                item.rest(event)

    def _end(self, event: ExerciseEnded | AssessmentEnded) -> None:
        family = event.type.removesuffix("ended")
        for item in reversed(self._items):
            same = item.started.item == event.item and item.started.type.startswith(family)
            if same and item.ended is None:
                item.ended = event
                return

    def _calibrate(self, event: RangeCalibrated) -> None:
        for item in self._items:
            if item.started.item == event.item:
                item.calibrated = event
                if item.live is not None:
                    item.live.count.calibrate(event)

    def _motion(self, track: StreamTrack, batch: MotionBatch) -> list[LiveMessage]:
        oriented = track.push(batch)
        messages: list[LiveMessage] = []
        for item in tuple(self._moved.get(batch.stream, ())):
            to_index = _to_index(item)
            if item.live is not None:
                messages += item.live.take(batch, oriented, to_index)
            if to_index is not None:
                self._leave_if_over(item, to_index)
        return messages

    def _leave_if_over(self, item: _Item, to_index: int) -> None:
        """What has passed an item's end looks at it no more, however many items there were."""
        if item.live is not None and item.live.is_over(to_index):
            for stream in item.live.streams:
                self._moved[stream].remove(item)

    def _stream_ended(self, track: StreamTrack, ended: StreamEnded) -> list[LiveMessage]:
        track.end(ended)
        messages: list[LiveMessage] = []
        for item in tuple(self._moved.get(ended.stream, ())):
            to_index = _to_index(item)
            if item.live is not None:
                messages += item.live.end(to_index)
            if to_index is not None:
                self._leave_if_over(item, to_index)
        return messages

    def _look(self, item: _Item) -> None:
        """Decide how an item is seen, once all its streams have been opened."""
        if item.observation is not None or not item.started.spans.keys() <= self._tracks.keys():
            return
        opened = {stream: self._tracks[stream].opened for stream in item.started.spans}
        item.observation = self._observe(item.started, opened, item.known)
        if item.observation is None or not self._live or self._within_another(item):
            return
        item.live = self._live_item(item.started, item.observation)
        if item.calibrated is not None:
            item.live.count.calibrate(item.calibrated)
        item.live.count.rests = item.rests_seen
        item.live.catch_up(_to_index(item))
        for stream in item.live.streams:
            moved = self._moved.setdefault(stream, [])
            moved.append(item)
            moved.sort(key=self._items.index)

    def _within_another(self, item: _Item) -> bool:
        """Whether an assessment lies within its exercise, whose own live count goes on."""
        return item.started.type == "assessment.started" and any(
            other.started.type == "exercise.started"
            and other.started.item == item.started.item
            and other.ended is None
            for other in self._items
        )

    def _live_item(
        self, started: ExerciseStarted | AssessmentStarted, seen: Observation
    ) -> LiveItem:
        from_index = started.spans[seen.stream]
        if seen.hinge is not None:
            return LiveJoint(started, seen, seen.hinge, self._tracks, from_index)
        if seen.method is Method.STANCE:
            return LiveStance(started, seen, self._tracks[seen.stream], from_index)
        return LiveOneSensor(started, seen, self._tracks[seen.stream], from_index)

    @property
    def settled(self) -> bool:
        """Whether every item has ended and all its samples are there."""
        return all(self._settled(item) for item in self._items)

    def _settled(self, item: _Item) -> bool:
        if item.ended is None:
            return False
        for stream, to_index in item.ended.spans.items():
            track = self._tracks.get(stream)
            if track is None or not (track.ended or track.position >= to_index):
                return False
        return True

    def result(self, *, plan_version: int, provisional: bool) -> SessionResult:
        """What all items came to; one that has not ended counts as far as it went."""
        return SessionResult(
            session=self.session,
            core_version=CORE_VERSION,
            plan_version=plan_version,
            provisional=provisional,
            items=tuple(r for item in self._items if (r := self._item_result(item)) is not None),
        )

    def _item_result(self, item: _Item) -> ItemResult | None:
        seen = item.observation
        if seen is None:
            return None
        track = self._tracks[seen.stream]
        to_index = _to_index(item)
        span = item.started.spans[seen.stream], track.position if to_index is None else to_index
        rests = item.rests_seen
        match seen.method:
            case Method.STANCE:
                return analyse_stance(item.started, seen, track, *span, rests=rests.spans)
            case Method.CHAIR_TEST:
                return analyse_chair_test(item.started, seen, track, *span)
            case Method.WALK:
                return analyse_walk(item.started, seen, track, *span, rests=rests.spans)
            case _:
                return analyse_item(item.started, seen, self._tracks, *span, rests=rests)

    def todays_range(self, item: str) -> TodaysRange | None:
        """Today's range of the latest item of that name, as far as it is known.

        None where it is not, and where what is followed is no angle but something to count in.
        """
        for known in reversed(self._items):
            if known.started.item == item and known.live is not None:
                count = known.live.count
                return count.todays_range() if count.following.in_degrees else None
        return None

    def counts(self, stream: str) -> SampleCounts:
        """What became of a stream's samples.

        Raises:
            KeyError: the stream was never opened.
        """
        return self._tracks[stream].conditioner.counts()

    def save(self) -> bytes:
        """Everything it knows, as bytes for `restore`."""
        tracks = [[encode_item(t.opened), t.state()] for t in self._tracks.values()]
        events = [encode_event(e) for e in self._events]
        return cbor2.dumps(
            {
                "v": _STATE_VERSION,
                "core": CORE_VERSION,
                "session": self.session,
                "tracks": tracks,
                "events": events,
                "announced": [i.live.count.announced if i.live else 0 for i in self._items],
                "unopened": self.unopened,
            }
        )

    @classmethod
    def restore(cls, state: bytes, observe: Observe) -> Core:
        """A core that goes on where `save` was called, without changing a bit.

        Raises:
            DecodeError: the state is not whole, or of another version of the core.
        """
        try:
            body: dict[str, Any] = cbor2.loads(state)
            if (body["v"], body["core"]) != (_STATE_VERSION, CORE_VERSION):
                raise DecodeError("core state", "of another version: start from the recording")
            core = cls(body["session"], observe)
            for opened, kept in body["tracks"]:
                item = decode_item(opened)
                if not isinstance(item, StreamOpened):
                    raise DecodeError("core state", "a track without its opening")
                core._tracks[item.stream] = StreamTrack.restore(item, kept)
            for event in body["events"]:
                core.take_event(decode_event(event))
            for known, announced in zip(core._items, body["announced"], strict=True):
                if known.live is not None:
                    known.live.count.announced = announced
            core.unopened = body["unopened"]
        except (cbor2.CBORDecodeError, KeyError, TypeError, ValueError) as e:
            raise DecodeError("core state", f"not whole ({e}): start from the recording") from e
        return core


def _to_index(item: _Item) -> int | None:
    """The stream's index after the item's last sample; None while it goes on."""
    if item.ended is None or item.observation is None:
        return None
    return item.ended.spans.get(item.observation.stream)
