"""What the product publishes of a recorded item, as a clinician would see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics import offline
from analytics.exercise.observing import observe_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.messages.results import ItemResult, Repetition, SessionResult

    from .session_case import ItemTruth, SessionRecording, Span

__all__ = ["Published", "RepetitionBands", "analysed", "published", "published_of"]


@dataclass(frozen=True, slots=True)
class RepetitionBands:
    """Within which the range and the peak of one repetition are told to lie; None: not told."""

    range_deg: tuple[float, float] | None
    peak_deg: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Published:
    """The figures of one item.

    Attributes:
        range_deg, low_deg, high_deg: median range and its band; None where none is published.
        peak_deg, peak_low_deg, peak_high_deg: median active peak and its band; likewise.
        count: repetitions.
        count_low, count_high: the count's interval; None where there is none.
        attempts: movements of the exercise that were too small or slow to count.
        spans: first, peak and last sample of each repetition in the observed stream.
        each: the bands of each repetition's own figures, where they are told.
        reason: why there is no range.
    """

    range_deg: float | None
    low_deg: float | None
    high_deg: float | None
    count: int
    count_low: int | None = None
    count_high: int | None = None
    attempts: int = 0
    peak_deg: float | None = None
    peak_low_deg: float | None = None
    peak_high_deg: float | None = None
    spans: tuple[Span, ...] = ()
    each: tuple[RepetitionBands, ...] = ()
    reason: str | None = None

    @classmethod
    def read(cls, answer: object) -> Published:
        """The same of whatever an entry answers that has these attributes.

        Raises:
            AttributeError, TypeError, ValueError: it is of another form.
        """
        if isinstance(answer, cls):
            return answer
        range_deg, low_deg, high_deg = (
            None if (told := getattr(answer, name)) is None else float(told)
            for name in ("range_deg", "low_deg", "high_deg")
        )
        if len({told is None for told in (range_deg, low_deg, high_deg)}) > 1:
            raise ValueError("a range comes with both ends of its band, or not at all")
        if low_deg is not None and high_deg is not None and low_deg > high_deg:
            raise ValueError(f"a band from {low_deg:g} down to {high_deg:g}°")
        peak_deg, peak_low_deg, peak_high_deg = (
            None if (told := getattr(answer, name, None)) is None else float(told)
            for name in ("peak_deg", "peak_low_deg", "peak_high_deg")
        )
        spans = tuple((int(a), int(b), int(c)) for a, b, c in getattr(answer, "spans", ()))
        reason = getattr(answer, "reason", None)
        return cls(
            range_deg,
            low_deg,
            high_deg,
            count=int(getattr(answer, "count", len(spans))),
            count_low=_whole(getattr(answer, "count_low", None)),
            count_high=_whole(getattr(answer, "count_high", None)),
            attempts=_whole(getattr(answer, "attempts", None)) or 0,
            peak_deg=peak_deg,
            peak_low_deg=peak_low_deg,
            peak_high_deg=peak_high_deg,
            spans=spans,
            reason=None if reason is None else str(reason),
        )

    @property
    def refused(self) -> bool:
        """Whether no range was published."""
        return self.range_deg is None

    @property
    def half_width_deg(self) -> float | None:
        """Of the range's band."""
        if self.low_deg is None or self.high_deg is None:
            return None
        return (self.high_deg - self.low_deg) / 2

    def holds(self, truth: ItemTruth) -> bool | None:
        """Whether the true range lies in its band; None where neither can be said."""
        return _within(truth.range_deg(self.spans), self.low_deg, self.high_deg)

    def each_holds(self, truth: ItemTruth) -> list[bool]:
        """Of each repetition whose range is told and known, whether its band holds it."""
        return _each_within(truth.each_range_deg(self.spans), [b.range_deg for b in self.each])

    def each_holds_peak(self, truth: ItemTruth) -> list[bool]:
        """The same of the peaks."""
        return _each_within(truth.each_peak_deg(self.spans), [b.peak_deg for b in self.each])

    def holds_peak(self, truth: ItemTruth) -> bool | None:
        """The same of the active peak."""
        return _within(truth.peak_deg, self.peak_low_deg, self.peak_high_deg)


def _each_within(
    true_deg: Sequence[float | None], bands: Sequence[tuple[float, float] | None]
) -> list[bool]:
    return [
        band[0] <= deg <= band[1]
        for deg, band in zip(true_deg, bands, strict=False)
        if deg is not None and band is not None
    ]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _within(true_deg: float | None, low_deg: float | None, high_deg: float | None) -> bool | None:
    if low_deg is None or high_deg is None or true_deg is None:
        return None
    return low_deg <= true_deg <= high_deg


def analysed(recording: SessionRecording) -> SessionResult:
    """The results that count: the recorded streams once through the core."""
    return offline.run(
        recording.session,
        recording.events,
        recording.streams,
        observe_by(recording.plan),
        plan_version=recording.plan.version,
    )


def published(recording: SessionRecording) -> Published:
    """What the product publishes of the recording's item."""
    items = analysed(recording).items
    if not items:
        return Published(None, None, None, 0, reason="no item was seen")
    return published_of(items[0])


def published_of(item: ItemResult) -> Published:
    """The same of an item's result."""
    told, peak = item.range_of_motion, item.active_peak
    return Published(
        range_deg=None if told is None else told.median_deg,
        low_deg=None if told is None else told.band_low_deg,
        high_deg=None if told is None else told.band_high_deg,
        count=len(item.repetitions),
        count_low=item.count_low,
        count_high=item.count_high,
        attempts=len(item.attempts),
        peak_deg=None if peak is None else peak.peak_deg,
        peak_low_deg=None if peak is None else peak.band_low_deg,
        peak_high_deg=None if peak is None else peak.band_high_deg,
        spans=tuple((r.start_index, r.peak_index, r.end_index) for r in item.repetitions),
        each=tuple(_bands_of(r) for r in item.repetitions),
        reason=item.not_observable,
    )


def _bands_of(r: Repetition) -> RepetitionBands:
    return RepetitionBands(
        range_deg=_band(r.range_low_deg, r.range_high_deg),
        peak_deg=_band(r.peak_low_deg, r.peak_high_deg),
    )


def _band(low_deg: float | None, high_deg: float | None) -> tuple[float, float] | None:
    return None if low_deg is None or high_deg is None else (low_deg, high_deg)
