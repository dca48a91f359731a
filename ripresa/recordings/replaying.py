"""Replays a recorded session: into the core, and onto a bus as if it were live."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.events import SessionOpened, encode_event
from telemetry.messages.live import ControlBatch, RepetitionCounted, encode_live
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
)
from telemetry.messages.results import results_hash
from telemetry.transport.topics import HomeTopics

from .replay import given

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from telemetry.clock import Clock
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import SessionResult
    from telemetry.transport.bus import Bus

    from .replay import Happening, Timeline

    _Item = TypeVar("_Item", bound=StreamItem)

__all__ = ["BusReplay", "Listener", "Replay", "ReplayPass", "topics_of"]

LOOK_UP_EVERY = 64
"""Happenings after which a replay without a pace lets others have their turn."""
_STREAM_ITEMS = MotionBatch | StreamOpened | StreamGap | StreamQuality | StreamEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPass:
    """What one pass came to.

    Attributes:
        seconds: of the recording that were replayed.
        took_s: real time.
        samples: that the core took, those before the start included.
        messages: control batches.
        repetitions: counted live.
        result: as of the session's close; None where not all of it was replayed.
    """

    seconds: float
    took_s: float
    samples: int
    messages: int
    repetitions: int
    result: SessionResult | None

    @property
    def times_real_time(self) -> float:
        """How many seconds of the recording passed in one of real time."""
        return self.seconds / max(self.took_s, 1e-9)

    @property
    def results_hash(self) -> str | None:
        """SHA-256 of the result; None where there is none."""
        return None if self.result is None else results_hash(self.result)


class Listener:
    """Hears a replay; this one does nothing with it."""

    def hear(self, what: Happening, said: Sequence[LiveMessage], *, early: bool) -> None:
        """One event or stream item, and what the core said to it.

        Args:
            what: as recorded.
            said: by the core.
            early: it lies before the start that was asked for.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How a session is to be replayed.

    What lies before `from_s` goes through the core at once, so that the rest is the same to the bit
    wherever it begins.

    Attributes:
        timeline: what happened.
        speed: times real time; None: as fast as may be.
        from_s, to_s: seconds from the session's first event; None: its ends.

    Raises:
        ConfigurationError: the speed is not positive, or nothing lies between the two.
    """

    timeline: Timeline
    speed: float | None = 1.0
    from_s: float = 0.0
    to_s: float | None = None

    def __post_init__(self) -> None:
        if self.speed is not None and not self.speed > 0:
            raise ConfigurationError(f"speed {self.speed:g}: give a positive number, or max")
        end_s = self.timeline.lasts_s if self.to_s is None else self.to_s
        if not 0 <= self.from_s < max(end_s, 1e-9) or self.from_s > self.timeline.lasts_s:
            raise ConfigurationError(
                f"nothing lies between {self.from_s:g} and {end_s:g} s: the session lasts "
                f"{self.timeline.lasts_s:.1f} s"
            )

    @property
    def whole(self) -> bool:
        """Whether it goes to the session's end, so that there is a result to compare."""
        return self.to_s is None

    async def run(
        self,
        clock: Clock,
        listener: Listener | None = None,
        progress: Callable[[float, float], None] | None = None,
    ) -> ReplayPass:
        """Replay once.

        Args:
            clock: the pace is kept by it.
            listener: hears everything.
            progress: is told how many seconds of how many are replayed.
        """
        listener = listener or Listener()
        told = progress or _nobody_looks
        core = self.timeline.core()
        begins_ns, begun_ns, begun_s = self.timeline.begins_ns, clock.now_ns(), time.monotonic()
        lasts_s = self.timeline.lasts_s
        end_s = lasts_s if self.to_s is None else min(self.to_s, lasts_s)
        samples = messages = repetitions = 0
        for number, (at_ns, what) in enumerate(self.timeline.happenings):
            at_s = min((at_ns - begins_ns) / 1e9, lasts_s)
            if at_s > end_s:
                break
            early = at_s < self.from_s
            if self.speed is not None and not early:
                due_ns = begun_ns + round((at_s - self.from_s) / self.speed * 1e9)
                # Never told to hurry: what is late comes at once, in its order.
                await clock.sleep((due_ns - clock.now_ns()) / 1e9)
            elif number % LOOK_UP_EVERY == 0:
                await asyncio.sleep(0)
                told(at_s, end_s)
            said = given(core, what)
            samples += len(what) if isinstance(what, MotionBatch) else 0
            messages += sum(isinstance(m, ControlBatch) for m in said)
            repetitions += sum(isinstance(m, RepetitionCounted) for m in said)
            listener.hear(what, said, early=early)
            if self.speed is not None:
                told(at_s, end_s)
        told(end_s, end_s)
        version = self.timeline.plan.version
        return ReplayPass(
            seconds=end_s - self.from_s,
            took_s=time.monotonic() - begun_s,
            samples=samples,
            messages=messages,
            repetitions=repetitions,
            result=core.result(plan_version=version, provisional=False) if self.whole else None,
        )


def _nobody_looks(at_s: float, end_s: float) -> None:
    pass


class BusReplay(Listener):
    """Publishes a replay on the topics of the session's home, stamped as of now.

    Motion, events and what the core says go where a home's do; nothing is recorded. It is a session
    of its own name, so that no page takes it for the recorded one, and its opening event says which
    one is played again.

    Attributes:
        session: ULID of the replay.
        topics: of the home.

    Args:
        bus: connected.
        clock: what lies at the start gets its time, the rest lies around that as recorded.
        timeline: of the session.
        from_s: where the replay starts, seconds.
    """

    def __init__(self, bus: Bus, clock: Clock, timeline: Timeline, *, from_s: float = 0.0) -> None:
        self._bus = bus
        self.session = new_ulid(clock)
        self.topics = topics_of(timeline)
        shift_ns = clock.now_ns() - timeline.begins_ns - round(from_s * 1e9)
        # Wire times of a batch are whole microseconds.
        self._shift_ns = shift_ns // 1000 * 1000

    def hear(self, what: Happening, said: Sequence[LiveMessage], *, early: bool) -> None:
        """See `Listener`; of what is early only how things stood is told, no motion."""
        if early and isinstance(what, MotionBatch):
            return
        shift_ns = self._shift_ns
        if isinstance(what, _STREAM_ITEMS):
            topic = self.topics.motion(what.stream)
            self._bus.publish(topic, encode_item(_later(what, shift_ns)))
        else:
            again = {"t_ns": what.t_ns + shift_ns, "session": self.session}
            if isinstance(what, SessionOpened):
                again |= {"replay_of": what.session}
            self._bus.publish(self.topics.event, encode_event(what.model_copy(update=again)))
        for message in () if early else said:
            self._bus.publish(self.topics.control, encode_live(self._moved(message)))

    def _moved(self, message: LiveMessage) -> LiveMessage:
        """The same in the replay's session, with every moment in it as of now."""
        moments = {
            name: value + self._shift_ns
            for name in type(message).model_fields
            if name.endswith("_ns") and (value := getattr(message, name)) is not None
        }
        return message.model_copy(update={"session": self.session} | moments)


def topics_of(timeline: Timeline) -> HomeTopics:
    """The topics of the home that a session was recorded in."""
    opened = next(e for _, e in timeline.happenings if isinstance(e, SessionOpened))
    return HomeTopics(opened.site, opened.patient)


def _later(item: _Item, shift_ns: int) -> _Item:
    match item:
        case MotionBatch():
            return replace(item, t0_ns=item.t0_ns + shift_ns)
        case StreamOpened():
            return replace(item, opened_ns=item.opened_ns + shift_ns)
        case _:
            # 0 where nobody told when.
            return replace(item, t_ns=item.t_ns + shift_ns) if item.t_ns else item
