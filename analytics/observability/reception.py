"""How an item's own stream was received, as every kind of item tells it in its result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telemetry.messages.results import Conditioning, DoubtNote

from .doubt import DoubtKind, doubt
from .grounds import channel_doubts, rate_doubts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analytics.signals.conditioning import SampleCounts
    from analytics.signals.oriented_stream import StreamTrack
    from telemetry.messages.results import Measure

    from .doubt import Doubt

__all__ = ["Reception", "notes_of", "reception_of"]

MOST_LOST: Final = 0.03
"""Share of an item's samples whose loss leaves the person's quality to be judged."""
_TIMES: Final = frozenset({"s", "min", "1/min", "Hz"})
"""Units of figures that rest on how long something took."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What came of a stream within an item.

    Attributes:
        counts: of its samples.
        doubts: about rate and channels; one alone where nothing came.
    """

    counts: SampleCounts
    doubts: tuple[Doubt, ...]

    @property
    def any_use(self) -> bool:
        """Whether a single sample came that a sensor on a limb could send."""
        c = self.counts
        return c.received > c.nonfinite + c.saturated

    @property
    def lost(self) -> float:
        """Share of the samples that did not come, or were no numbers that a sensor sends."""
        c = self.counts
        bad = c.missing + c.nonfinite + c.saturated
        return bad / max(1, c.received + c.missing)

    @property
    def judged(self) -> bool:
        """Whether enough came to judge how somebody moved."""
        return self.any_use and self.lost <= MOST_LOST

    @property
    def conditioning(self) -> Conditioning:
        """As the result tells it."""
        c = self.counts
        return Conditioning(
            samples=c.received,
            rejected=c.nonfinite + c.saturated,
            interpolated=c.interpolated,
            missing=c.missing,
            restarts=c.restarts,
        )

    def timed(self, measures: Sequence[Measure]) -> tuple[Measure, ...]:
        """The measures without those of time, where too much was lost to tell how long it took."""
        return tuple(m for m in measures if self.judged or m.unit not in _TIMES)

    def seconds_told(self, seconds: float) -> float | None:
        """A time of movement; None where there was none, or too much was lost to tell it."""
        return round(seconds, 4) if seconds > 0 and self.judged else None

    def between(self, low: int, high: int) -> tuple[int, int] | tuple[None, None]:
        """The bounds of a count; none where nothing of use came, which is not zero."""
        return (low, high) if self.any_use else (None, None)


def reception_of(track: StreamTrack, from_index: int, to_index: int) -> Reception:
    """How the stream's samples [from_index, to_index) were received."""
    bare = Reception(track.conditioner.counts(from_index, to_index), ())
    if not bare.any_use:
        nothing = doubt(DoubtKind.NOTHING, (track.opened.stream,), from_index, to_index)
        return replace(bare, doubts=(nothing,))
    rates = rate_doubts(track, from_index, to_index)
    return replace(bare, doubts=(*rates, *channel_doubts(track, from_index, to_index)))


def notes_of(doubts: Iterable[Doubt]) -> tuple[DoubtNote, ...]:
    """Doubts in a result's words, each once."""
    told = (DoubtNote(kind=d.kind, it=d.reason.it, en=d.reason.en) for d in doubts)
    return tuple(dict.fromkeys(told))
