"""What one exercise item came to: its repetitions and their range, seen once it is over."""

from __future__ import annotations

import statistics
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.movement.counting import count
from analytics.movement.repetition import FEW, Excursion, without_match
from analytics.movement.slippage import Slippage, slippage_of
from analytics.movement.small_movement import small_movement
from analytics.observability.doubt import DoubtKind, doubt
from analytics.observability.gate import Known, gate
from analytics.observability.grounds import (
    askew_doubts,
    channel_doubts,
    clock_doubts,
    nothing_doubts,
    rate_doubts,
)
from analytics.observability.reception import notes_of, reception_of
from analytics.observability.trunk_grounds import trunk_doubts
from analytics.signals.orientation import up_in_sensor
from telemetry.messages.results import (
    ActivePeak,
    Attempt,
    ItemResult,
    OtherMovement,
    RangeOfMotion,
    Revision,
)
from therapy.wording import Wording

from .count_interval import count_interval, hidden_by_losses
from .found import found_in
from .measures import STROKE_TIMES, lean, measures_of
from .membership import NO_RESTS, rested
from .observation import Method, doubted
from .range_band import item_bands, of_median
from .repetition_figures import repetition_figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.observability.doubt import Doubt
    from analytics.observability.reception import Reception
    from analytics.signals.oriented_stream import Frames, StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted
    from telemetry.messages.rests import Rests
    from telemetry.messages.results import Measure, Repetition

    from .flexion import Flexion
    from .found import FoundRepetitions
    from .membership import Membership
    from .observation import Observation
    from .range_band import ItemBands

__all__ = ["analyse_item"]

UNLIKE: Final = 0.75
"""Repetitions that resemble each other less are no measure of a range: recorded ones of healthy
adults reach 0.83 and more, simulated paretic and trembling ones 0.95, a loose strap 0.3 to 0.74."""
SURELY_ALIKE: Final = 0.8
"""Above which it is sure which movements are the repetitions."""
MOST_LOOSE: Final = 0.6
"""Looseness of a joint beyond what skin gives, if its repetitions are unlike each other as well."""
_COUNTABLE: Final = {DoubtKind.UNMOVED, DoubtKind.UNSEEN, DoubtKind.CALIBRATION}
"""Doubts with which a sensor that saw nothing move says that nothing was done."""
MISSED: Final = 6
"""One in so many movements that are hardly larger than sway is not seen at all."""
BREAK_S: Final = 5.0
"""A break that is longer than this, and than twice the usual one, is a rest."""


def analyse_item(
    started: ExerciseStarted | AssessmentStarted,
    observation: Observation,
    tracks: Mapping[str, StreamTrack],
    from_index: int,
    to_index: int,
    *,
    rests: Rests = NO_RESTS,
) -> ItemResult:
    """The result of the item that spans the observed stream's samples [from_index, to_index).

    1. Doubts about the streams themselves: what they tell, and what no limb feels. Where there are
       some, no angle is told.
    2. The angle of each frame where the gate lets it pass, or the movement to count in
       (`counting`), by all frames; excursions as live, with the typical range known.
    3. Phases, speed and smoothness of each, with flags; the item's range and peak with their bands,
       each through the gate, and further figures.

    Args:
        started: the item's beginning.
        observation: how it is seen.
        tracks: of each stream.
        from_index: of the item's first sample.
        to_index: after its last.
        rests: as the events mark them, in the observed stream's samples.
    """
    track = tracks[observation.stream]
    frames = track.frames(from_index, to_index)
    reception = reception_of(track, from_index, to_index)
    doubts = [*reception.doubts, *_of_proximal(observation, tracks, frames, from_index, to_index)]
    if doubts and observation.method is not Method.COUNT:
        observation = doubted(observation, doubts)
    found = found_in(observation, frames, track.frame_rate_hz, tracks, rests)
    observation = found.observation
    doubts = [*observation.doubts, *(d for d in doubts if d not in observation.doubts)]
    if found.flexion is not None:
        frames = found.flexion.frames
    sorted_out = found.sorted_out(len(frames))
    slippage = _slippage(observation, found, frames, sorted_out)
    turns_on_limb = _turns_on_limb(sorted_out, found.flexion) or slippage.slides
    if observation.method is not Method.COUNT and turns_on_limb:
        span = observation.stream, from_index, to_index
        doubts = [doubt(DoubtKind.UNLIKE, span[:1], *span[1:])]
        observation = doubted(observation, doubts)
        if found.flexion is not None:
            # Two sensors that show no joint: what the one turned may still repeat.
            turned = track.frames(from_index, to_index)
            counted = found_in(observation, turned, track.frame_rate_hz, tracks, rests)
            again = counted.sorted_out(len(turned))
            if (again.alike or 0.0) > (sorted_out.alike or 0.0):
                found, frames, sorted_out = counted, turned, again
    elif observation.method is Method.ELEVATION and observation.axis is not None:
        doubts = askew_doubts(
            track,
            frames,
            sorted_out.kept,
            observation.axis,
            from_hanging=observation.from_hanging,
        )
        if doubts:
            # A folded angle may cut a movement in two: it is counted in its turning instead.
            observation = doubted(observation, doubts)
            counted = found_in(observation, frames, track.frame_rate_hz, tracks, rests)
            found = replace(counted, live=found.live)
            sorted_out = found.sorted_out(len(frames))
    large = _large_enough(sorted_out, observation)
    sorted_out, observation, doubts = _looked_at_twice(
        found, frames, track, large, observation=observation, doubts=doubts
    )
    if not sorted_out.kept and reception.any_use:
        nothing = nothing_doubts(track, from_index, to_index)
        unworn = any(d.kind is DoubtKind.UNWORN for d in nothing)
        doubts = [*nothing, *doubts] if unworn else [*doubts, *nothing]
        if unworn or observation.method is not Method.COUNT:
            observation = doubted(observation, nothing)
    excursions = sorted_out.kept
    live = _awake(found.live, frames, rests)
    found = replace(found, observation=observation, excursions=excursions, live=live)
    bands = item_bands(
        observation,
        frames,
        track.frame_rate_hz,
        found.flexion,
        excursions,
        slippage=slippage,
        raw=found.raw,
    )
    repetitions = repetition_figures(found, bands, track, frames, from_index)
    leaned, trunk = _leaned(observation, tracks, frames, excursions)
    measures = [*_measures(observation, repetitions, track), *leaned]
    sure = not sorted_out.other and (sorted_out.alike or 0.0) > SURELY_ALIKE
    hidden = 0 if reception.judged else _hidden(repetitions, track, from_index, to_index)
    low, high = _counted_between(sorted_out, doubts, reception, hidden)
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=observation.stream,
        rate_hz=track.opened.rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=repetitions,
        range_of_motion=_range_of_motion(repetitions, bands, doubts, sure=sure),
        active_peak=_active_peak(repetitions, bands, doubts, sure=sure),
        not_observable=observation.not_observable,
        doubts=notes_of([*doubts, *trunk]),
        measures=reception.timed(measures),
        revisions=tuple(_revisions(found.live, excursions, frames)),
        attempts=tuple(
            Attempt(start_s=a, end_s=b, range_deg=_size_deg(e, observation))
            for e in sorted_out.attempts
            for a, b in [_between_s(e, e, frames, track, from_index)]
        ),
        other_movement=_other(sorted_out.none_of_the_set, frames, track, from_index),
        count_low=low,
        count_high=high,
        alike=None if sorted_out.alike is None else round(max(0.0, sorted_out.alike), 3),
        judged=reception.judged,
        moving_s=reception.seconds_told(_moving_s(repetitions, rests)),
        donning_sigma_deg=bands.donning_sigma_deg,
        conditioning=reception.conditioning,
    )


def _awake(excursions: Sequence[Excursion], frames: Frames, rests: Rests) -> list[Excursion]:
    """Those outside of marked rests."""
    asked_for = ~rested(excursions, frames, rests)
    return [e for e, asked in zip(excursions, asked_for.tolist(), strict=True) if asked]


def _large_enough(sorted_out: Membership, observation: Observation) -> Membership:
    """Movements too small to be the exercise's are attempts at it."""
    small = [e for e in sorted_out.kept if e.rise < observation.least_deg]
    if not small:
        return sorted_out
    kept = [e for e in sorted_out.kept if e.rise >= observation.least_deg]
    attempts = sorted([*sorted_out.attempts, *small], key=lambda e: e.start)
    alike = sorted_out.alike if kept else None
    return replace(sorted_out, kept=kept, attempts=attempts, alike=alike)


_SMALL: Final = Wording(
    "i movimenti sono piccoli quanto ciò che si distingue appena: si contano soltanto",
    "the movements are hardly larger than what can be told apart: they are only counted",
)
_ANOTHERS: Final = Wording(
    "un sollevamento così piccolo può essere della gamba: l'ampiezza si dice da {n}° in su",
    "a lift as small as this may be the shank's: its range is told from {n}° on",
)
_UNEVEN: Final = Wording(
    "i movimenti sono piccoli e disuguali: possono non essere dell'esercizio",
    "the movements are small and uneven: they may be none of the exercise",
)


def _looked_at_twice(
    found: FoundRepetitions,
    frames: Frames,
    track: StreamTrack,
    sorted_out: Membership,
    *,
    observation: Observation,
    doubts: list[Doubt],
) -> tuple[Membership, Observation, list[Doubt]]:
    """What a second look leaves of a small set (`small_movement`), and what can be told of it."""
    counted, seen = observation.method is Method.COUNT, found.raw is not None
    values = found.in_frames(len(frames)) if seen else ()
    kept, others = sorted_out.kept, sorted_out.none_of_the_set
    small = small_movement(kept, sorted_out.attempts, others, values, sorted_out.alike)
    if small is None:
        return sorted_out, observation, doubts
    attempts = sorted([*sorted_out.attempts, *small.tried], key=lambda e: e.start)
    # A limb that nearly hangs, or a joint that hardly bends, shows less in its angle than it turns.
    turned = len(count(frames, track.frame_rate_hz).excursions) if seen else 0
    most = max(small.most, turned if small.moved or turned >= FEW else 0)
    if most and not small.sized:
        most += 1 + most // MISSED
    more = most - len(sorted_out.kept) - len(attempts)
    looked_at = replace(
        sorted_out,
        attempts=attempts,
        unsure=max(sorted_out.unsure, small.odd),
        possible=max(sorted_out.possible, more),
    )
    if not small.phased:
        timed = tuple(name for name in observation.also if name not in STROKE_TIMES)
        observation = replace(observation, also=timed)
    if small.uneven:
        observation = replace(observation, trunk=None, also=())
    anothers = small.size_deg < observation.told_from_deg
    told = small.sized and not anothers
    if told or not sorted_out.kept or (counted and not small.uneven):
        return looked_at, observation, doubts
    span = observation.stream, int(frames.index[0]), int(frames.index[-1]) + 1
    reason = _UNEVEN if small.uneven else _SMALL
    if anothers and small.sized:
        reason = _ANOTHERS.filled(n=round(observation.told_from_deg))
    why = doubt(DoubtKind.UNSEEN, span[:1], *span[1:], reason)
    if not counted:
        observation = doubted(observation, [*doubts, why])
    return looked_at, observation, [*doubts, why]


def _counted_between(
    sorted_out: Membership, doubts: Sequence[Doubt], reception: Reception, hidden: int
) -> tuple[int, int] | tuple[None, None]:
    """The bounds of the count; none where a sensor that is not where it should be saw nothing."""
    moved = sorted_out.kept or sorted_out.attempts or sorted_out.other
    if not moved and any(d.kind not in _COUNTABLE for d in doubts):
        return None, None
    low, high = count_interval(sorted_out, doubted=bool(doubts), lost=reception.lost)
    return reception.between(low, high + hidden)


def _hidden(
    repetitions: Sequence[Repetition], track: StreamTrack, from_index: int, to_index: int
) -> int:
    """How many repetitions lost samples may hide beside those that were seen."""
    spans = [(r.start_index, r.end_index) for r in repetitions]
    received = track.measured(from_index, to_index)[0]
    return hidden_by_losses(spans, received, (from_index, to_index), track.opened.rate_hz)


def _slippage(
    observation: Observation, found: FoundRepetitions, frames: Frames, sorted_out: Membership
) -> Slippage:
    """How unlike the ends of a limb's repetitions are.

    A swept angle has no plane of its own, nor a joint's, whose limb may lie otherwise each time:
    a strap that gives shows there in the looseness.
    """
    if observation.method not in {Method.ELEVATION, Method.FLEXION}:
        return Slippage()
    ups = up_in_sensor(frames.q) if observation.method is Method.ELEVATION else None
    return slippage_of(ups, found.in_frames(len(frames)), sorted_out.kept)


def _turns_on_limb(sorted_out: Membership, joint: Flexion | None) -> bool:
    """Whether nothing repeats, as of a sensor that is loose.

    Of a joint the looseness says so by itself: what is moved now so, now so, fits its hinge all
    the same.
    """
    alike = sorted_out.alike
    unlike = sorted_out.mixed or (alike is not None and alike < UNLIKE)
    return unlike and (joint is None or joint.looseness > MOST_LOOSE)


def _of_proximal(
    seen: Observation,
    tracks: Mapping[str, StreamTrack],
    frames: Frames,
    from_index: int,
    to_index: int,
) -> list[Doubt]:
    """Doubts about a joint's other stream and about both clocks."""
    other = None if seen.hinge is None else tracks.get(seen.hinge.proximal)
    if other is None or not len(frames):
        return []
    near = other.frames_between(frames.t_us[0], frames.t_us[-1])
    if not len(near):
        return []
    span = int(near.index[0]), int(near.index[-1]) + 1
    return [
        *rate_doubts(other, *span),
        *channel_doubts(other, *span),
        *clock_doubts(tracks[seen.stream], from_index, to_index),
        *clock_doubts(other, *span),
    ]


def _size_deg(e: Excursion, observation: Observation) -> float | None:
    return None if observation.method is Method.COUNT else round(e.rise, 2)


def _between_s(
    first: Excursion, last: Excursion, frames: Frames, track: StreamTrack, from_index: int
) -> tuple[float, float]:
    """From the start of one excursion to the end of another, seconds in the item."""
    ends = frames.index.item(first.start), frames.index.item(last.end)
    start_s, end_s = (round((i - from_index) / track.opened.rate_hz, 4) for i in ends)
    return start_s, end_s


def _other(
    excursions: Sequence[Excursion], frames: Frames, track: StreamTrack, from_index: int
) -> tuple[OtherMovement, ...]:
    """Stretches of other movement: excursions with no more than a short break between them."""
    stretches: list[list[Excursion]] = []
    for e in excursions:
        if stretches and (e.start - stretches[-1][-1].end) / track.frame_rate_hz < BREAK_S:
            stretches[-1].append(e)
        else:
            stretches.append([e])
    found = (_between_s(s[0], s[-1], frames, track, from_index) for s in stretches)
    return tuple(OtherMovement(start_s=a, end_s=b) for a, b in found)


def _moving_s(repetitions: Sequence[Repetition], rests: Rests) -> float:
    """The time of the repetitions with the short breaks between them; rests count for nothing."""
    breaks = [
        max(0.0, b.start_s - a.end_s)
        for a, b in pairwise(repetitions)
        if not any(a.peak_index < begun < b.peak_index for begun in rests.beginnings)
    ]
    usual = max(BREAK_S, 2 * statistics.median(breaks)) if breaks else BREAK_S
    own = sum(r.end_s - r.start_s for r in repetitions)
    return own + sum(b for b in breaks if b <= usual)


def _revisions(
    live: Sequence[Excursion], recorded: Sequence[Excursion], frames: Frames
) -> list[Revision]:
    index = frames.index.item
    return [
        Revision(what=what, start_index=index(e.start), end_index=index(e.end))
        for what, found in (
            ("dropped", without_match(live, recorded)),
            ("added", without_match(recorded, live)),
        )
        for e in found
    ]


def _in_flexion(
    repetitions: Sequence[Repetition], observation: Observation
) -> Sequence[Repetition]:
    """The repetitions of a joint that was straightened, with the most flexed angle as peak."""
    hinge = observation.hinge
    if hinge is None or hinge.straight_deg is None:
        return repetitions
    return [
        r.model_copy(update={"peak_deg": hinge.straight_deg - r.peak_deg + r.range_deg})
        if r.peak_deg is not None and r.range_deg is not None
        else r
        for r in repetitions
    ]


def _measures(
    observation: Observation, repetitions: Sequence[Repetition], track: StreamTrack
) -> list[Measure]:
    in_flexion = _in_flexion(repetitions, observation)
    return measures_of(observation.also, in_flexion, track.opened.rate_hz)


def _leaned(
    observation: Observation,
    tracks: Mapping[str, StreamTrack],
    frames: Frames,
    excursions: Sequence[Excursion],
) -> tuple[list[Measure], list[Doubt]]:
    """How far the trunk leaned, where a sensor on it tells; and what speaks against that.

    Such a doubt is about the lean alone: the limb's range does not rest on the trunk's sensor.
    """
    track = None if observation.trunk is None else tracks.get(observation.trunk)
    if track is None or not len(frames):
        return [], []
    trunk = track.frames_between(frames.t_us[0], frames.t_us[-1])
    own = tracks[observation.stream]
    doubts = trunk_doubts(
        trunk, frames, (observation.stream, track.opened.stream), own.frame_rate_hz
    )
    leaned = lean(trunk, [(frames.t_us[e.start], frames.t_us[e.end]) for e in excursions])
    return [] if leaned is None or doubts else [leaned], doubts


def _range_of_motion(
    repetitions: Sequence[Repetition], bands: ItemBands, doubts: Sequence[Doubt], *, sure: bool
) -> RangeOfMotion | None:
    ranges = [r.range_deg for r in repetitions if r.range_deg is not None]
    if not ranges:
        return None
    p10, median, p90 = (float(v) for v in np.percentile(ranges, (10, 50, 90)))
    figure = of_median(bands.range_figure(median), ranges, sure=sure)
    known = gate(replace(figure, low=max(0.0, figure.low)), doubts)
    if not isinstance(known, Known):
        return None
    return _range_told(known, bands.observation.what, p10, p90)


def _range_told(known: Known, what: str, p10_deg: float, p90_deg: float) -> RangeOfMotion:
    return RangeOfMotion(
        what=what,
        median_deg=round(known.value, 2),
        p10_deg=round(p10_deg, 2),
        p90_deg=round(p90_deg, 2),
        band_low_deg=round(known.low, 2),
        band_high_deg=round(known.high, 2),
    )


def _ends(r: Repetition) -> tuple[float, float]:
    """The angles it lies between; without a zero from 0 on."""
    if r.peak_deg is None or r.start_deg is None:
        return 0.0, r.range_deg or 0.0
    return r.start_deg, r.peak_deg


def _active_peak(
    repetitions: Sequence[Repetition], bands: ItemBands, doubts: Sequence[Doubt], *, sure: bool
) -> ActivePeak | None:
    told = [_ends(r) for r in repetitions if r.peak_deg is not None]
    if not told or not bands.observation.zeroed:
        return None
    starts, peaks = zip(*told, strict=True)
    figure = of_median(bands.peak_figure(statistics.median(peaks)), peaks, sure=sure)
    known = gate(figure, doubts)
    if not isinstance(known, Known):
        return None
    return _peak_told(known, bands.observation.what, statistics.median(starts))


def _peak_told(known: Known, what: str, start_deg: float) -> ActivePeak:
    return ActivePeak(
        what=what,
        peak_deg=round(known.value, 2),
        start_deg=round(start_deg, 2),
        band_low_deg=round(known.low, 2),
        band_high_deg=round(known.high, 2),
    )
