"""What a page shows of one exercise item: what was asked for, what was done, what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from telemetry.body import Side
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseReported,
    ExerciseStarted,
    RangeCalibrated,
)
from therapy.exercises.dose import DoseUnit
from therapy.exercises.item_reading import (
    excursion_told,
    peak_told,
    refusal_of,
    repetition_told,
)
from therapy.exercises.reading import likeness_reading

from .figure_words import measure_words, reading_words
from .words import Words, called_words, exercise_words, observable_words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import (
        Attempt,
        ItemResult,
        OtherMovement,
        SessionResult,
    )
    from therapy.wording import Wording

    from .prescription import Prescribed

__all__ = [
    "ActivePeakView",
    "BesideView",
    "ItemKey",
    "ItemView",
    "MeasureView",
    "PeakView",
    "RangeView",
    "RepetitionView",
    "SpanView",
    "active_peak_of",
    "beside_of",
    "item_views",
    "percentiles_of",
    "range_of",
    "range_so_far",
    "why_not",
]

_REPETITION_FIELDS: Final = {
    *("number", "start_s", "end_s", "flags", "technical"),
    *("range_deg", "range_low_deg", "range_high_deg"),
    *("peak_deg", "start_deg", "peak_low_deg", "peak_high_deg"),
}

ItemKey = tuple[str, bool]
"""An item's name, and whether it is the assessment of it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class RepetitionView(_Frozen):
    """One repetition; seconds count from the item's start, None where only counted live.

    `reading` is its peak from where it started, or its excursion, with the band, in words.
    """

    number: int
    start_s: float | None = None
    end_s: float | None = None
    range_deg: float | None = None
    peak_deg: float | None = None
    start_deg: float | None = None
    range_low_deg: float | None = None
    range_high_deg: float | None = None
    peak_low_deg: float | None = None
    peak_high_deg: float | None = None
    reading: Words | None = None
    flags: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()


class RangeView(_Frozen):
    """Range over an item's repetitions, degrees, and what it is of; `reading` says it in words."""

    what: Words | None
    reading: Words | None = None
    median_deg: float
    p10_deg: float
    p90_deg: float
    band_low_deg: float | None = None
    band_high_deg: float | None = None


class PeakView(_Frozen):
    """How far the repetitions got, degrees on the observable's own scale."""

    median_deg: float
    p10_deg: float
    p90_deg: float


class ActivePeakView(_Frozen):
    """The median active peak with its 95 % band and where it started, degrees: `168°, from 20°`."""

    reading: Words
    peak_deg: float
    start_deg: float
    band_low_deg: float
    band_high_deg: float


class BesideView(_Frozen):
    """What was done in an item beside its repetitions, and how sure their count is.

    `count_low` to `count_high` holds their number in 95 of 100 items. `attempts` are movements of
    the exercise that stayed far behind; `other_s` is how long something else was done. `judged` is
    false where too much was lost to judge how the person moved, `received` where no sample came at
    all: then what was done is not known.
    """

    count_low: int | None = None
    count_high: int | None = None
    attempts: int = 0
    other_s: float = 0.0
    alike: float | None = None
    alike_reading: Words | None = None
    judged: bool = True
    received: bool = True


class SpanView(_Frozen):
    """A stretch of an item, seconds from its start, as repetitions count them."""

    start_s: float
    end_s: float


class MeasureView(_Frozen):
    """What else the sensors saw of an item, one figure, with its 95 % band where it has one."""

    name: Words
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


class ItemView(_Frozen):
    """One exercise item or assessment: prescribed, done, seen.

    `prescribed` is None for an assessment, and for what the plan does not have. `reported` is
    what was told of it and no sensor saw, None where nothing was; `done` never counts it. `known`
    is false where it was begun, the session is over, and nothing tells how much was done: then
    `done` is no nought.
    `reading` says where a joint's zero lies and which way it counts. `attempts` and
    `other_movement` lie beside the repetitions in time; `doubts` are what the core found that kept
    a figure from being told or trusted, in its own words.
    """

    item: str
    exercise: str
    side: Side
    name: Words
    called: Words
    assessment: bool
    prescribed: float | None
    unit: DoseUnit
    state: Literal["to do", "running", "ended"]
    done: int
    known: bool = True
    reported: float | None
    stop_reason: str | None
    target_deg: float | None
    limit_deg: float | None
    target_source: str | None
    range_of_motion: RangeView | None
    peaks: PeakView | None
    active_peak: ActivePeakView | None
    beside: BesideView | None
    reading: Words | None
    measures: tuple[MeasureView, ...]
    not_observable: Words | None
    doubts: tuple[Words, ...]
    attempts: tuple[SpanView, ...]
    other_movement: tuple[SpanView, ...]
    repetitions: tuple[RepetitionView, ...]


def item_views(
    events: Sequence[SessionEvent],
    found: SessionResult | None,
    prescribed: Sequence[Prescribed],
    counted: Mapping[ItemKey, Sequence[RepetitionView]],
    *,
    over: bool = False,
) -> tuple[ItemView, ...]:
    """The session's items: those the plan asks for that day, then what else was done.

    Args:
        events: of the session.
        found: its result; None: none has come.
        prescribed: what the plan asks for.
        counted: live, by item.
        over: the session has ended.
    """
    planned = {p.item: p for p in prescribed}
    results: dict[ItemKey, ItemResult] = {}
    for r in found.items if found else ():
        results[r.item, r.assessment] = r
    about: dict[ItemKey, tuple[str, Side]] = {
        (p.item, False): (p.exercise, p.side) for p in prescribed if p.due
    }
    started: set[ItemKey] = set()
    ended: dict[ItemKey, str] = {}
    targets: dict[str, RangeCalibrated] = {}
    reported: dict[str, float] = {}
    for e in events:
        match e:
            case ExerciseStarted() | AssessmentStarted():
                key = (e.item, isinstance(e, AssessmentStarted))
                about[key] = (e.exercise, e.side)
                started.add(key)
                ended.pop(key, None)
            case ExerciseEnded() | AssessmentEnded():
                ended[e.item, isinstance(e, AssessmentEnded)] = e.reason.value
            case RangeCalibrated():
                targets[e.item] = e
            case ExerciseReported():
                reported[e.item] = reported.get(e.item, 0.0) + e.amount
    for key, result in results.items():
        about.setdefault(key, (result.exercise, result.side))
    return tuple(
        _item(
            key,
            about[key],
            planned=planned.get(key[0]),
            result=results.get(key),
            counted=counted.get(key, ()),
            calibrated=targets.get(key[0]),
            reported=None if key[1] else reported.get(key[0]),
            state="ended" if key in ended else "running" if key in started else "to do",
            stop_reason=ended.get(key),
            known=key in results or bool(counted.get(key)) or not (over and key in started),
        )
        for key in about
    )


def _item(
    key: ItemKey,
    about: tuple[str, Side],
    *,
    planned: Prescribed | None,
    result: ItemResult | None,
    counted: Sequence[RepetitionView],
    calibrated: RangeCalibrated | None,
    reported: float | None,
    state: Literal["to do", "running", "ended"],
    stop_reason: str | None,
    known: bool,
) -> ItemView:
    (item, assessment), (exercise, side) = key, about
    prescribed = planned if not assessment else None
    if result is not None:
        repetitions = tuple(
            RepetitionView(
                **r.model_dump(include=_REPETITION_FIELDS), reading=_told(repetition_told(r))
            )
            for r in result.repetitions
        )
        done = len(repetitions)
        seen = range_of(result)
        not_observable = why_not(result, planned.not_observable if planned else None)
    else:
        repetitions = tuple(counted)
        # A live message may be lost on its way; the last one's number tells the count all the same.
        done = max((r.number for r in counted), default=0)
        seen = range_so_far(repetitions, words(planned.what) if planned and planned.what else None)
        not_observable = (
            words(planned.not_observable) if planned and planned.not_observable else None
        )
    peaks = _peaks(repetitions)
    return ItemView(
        item=item,
        exercise=exercise,
        side=side,
        name=exercise_words(exercise),
        called=called_words(exercise, side),
        assessment=assessment,
        prescribed=prescribed.dose if prescribed else None,
        unit=prescribed.unit if prescribed else "repetitions",
        state=state,
        done=done,
        known=known,
        reported=reported,
        stop_reason=stop_reason,
        target_deg=calibrated.target_deg if calibrated else None,
        limit_deg=calibrated.limit_deg if calibrated else None,
        target_source=calibrated.source if calibrated else None,
        range_of_motion=seen,
        peaks=peaks,
        active_peak=active_peak_of(result),
        beside=beside_of(result),
        reading=None
        if seen is None or seen.what is None
        else reading_words(exercise, seen.what.en, zero_known=peaks is not None),
        measures=_measures(result),
        not_observable=not_observable,
        doubts=()
        if result is None
        else tuple(dict.fromkeys(Words(it=d.it, en=d.en) for d in result.doubts)),
        attempts=_spans(() if result is None else result.attempts),
        other_movement=_spans(() if result is None else result.other_movement),
        repetitions=repetitions,
    )


def _spans(found: Iterable[Attempt | OtherMovement]) -> tuple[SpanView, ...]:
    return tuple(SpanView(start_s=one.start_s, end_s=one.end_s) for one in found)


def why_not(result: ItemResult, planned: Wording | None) -> Words | None:
    """Why there is no range: as the gate told it, else what the plan knows of it."""
    return _told(refusal_of(result, planned))


def _told(wording: Wording | None) -> Words | None:
    return None if wording is None else words(wording)


def active_peak_of(result: ItemResult | None) -> ActivePeakView | None:
    """The active peak that counts; None where the angle has no known zero."""
    found = None if result is None else result.active_peak
    told = peak_told(found)
    if found is None or told is None:
        return None
    return ActivePeakView(reading=words(told), **found.model_dump(exclude={"what"}))


def beside_of(result: ItemResult | None) -> BesideView | None:
    """What stands beside the count; None before there is a result."""
    if result is None:
        return None
    return BesideView(
        count_low=result.count_low,
        count_high=result.count_high,
        attempts=len(result.attempts),
        other_s=sum(o.end_s - o.start_s for o in result.other_movement),
        alike=result.alike,
        alike_reading=None if result.alike is None else words(likeness_reading(result.alike)),
        judged=result.judged,
        received=result.received,
    )


def _measures(result: ItemResult | None) -> tuple[MeasureView, ...]:
    found = () if result is None else result.measures
    return tuple(
        MeasureView(name=measure_words(m.name), value=m.value, unit=m.unit, low=m.low, high=m.high)
        for m in found
    )


def range_of(result: ItemResult) -> RangeView | None:
    """The range that counts; None where it is not observable."""
    r = result.range_of_motion
    if r is None:
        return None
    said = {"what": observable_words(r.what), "reading": _told(excursion_told(r))}
    return RangeView(**(r.model_dump() | said))


def range_so_far(repetitions: Sequence[RepetitionView], what: Words | None) -> RangeView | None:
    """Median and 10th to 90th percentile of what was counted so far; None where unseen."""
    ranges = [r.range_deg for r in repetitions if r.range_deg is not None]
    if not ranges:
        return None
    p10, median, p90 = percentiles_of(ranges)
    return RangeView(what=what, median_deg=median, p10_deg=p10, p90_deg=p90)


def _peaks(repetitions: Sequence[RepetitionView]) -> PeakView | None:
    peaks = [r.peak_deg for r in repetitions if r.peak_deg is not None]
    if not peaks:
        return None
    p10, median, p90 = percentiles_of(peaks)
    return PeakView(median_deg=median, p10_deg=p10, p90_deg=p90)


def percentiles_of(values: Sequence[float]) -> tuple[float, float, float]:
    """10th percentile, median and 90th percentile, by linear interpolation."""
    p10, median, p90 = np.percentile(values, (10, 50, 90))
    return float(p10), float(median), float(p90)
