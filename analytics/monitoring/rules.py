"""The rules that raise alerts: explicit, explainable, described and never advising.

Each rule reads one patient's picture of a day and says `raised`, `held` or `cleared`; the gap
between the two levels is its hysteresis. Numbers are proposals to be set per clinic; how many
alerts they make, how many of them false, and what they miss is kept by `ripresa bench clinic`.

    kind       raised when                                             cleared when
    unwell     "I feel unwell" was pressed in the last 7 days          not for 7 days
    fall       a fall was told in the last 7 days, or one was          not for 7 days
               suspected and the question left without an answer
    pain       it ended, or was at the stop value after, any of the    none of the last 3,
               last 3 sessions; or their median and mean are the        and half the rise
               plan's rise above those of the sessions before (28 days);
               above their highest while those are fewer than 5
    few days   so few active days in 14 as the agreed goal gives       at the goal's own number
               by chance in 1 of 200 fortnights; or none
    - grave    none for so many known days, 10 or more, as the patient's
               own four weeks before give by chance once in 1000
    range      assessments fell beyond their error                     by half of it
    speed      beyond chance (99 %) more than the plan's share of 3     under half of it
               sessions too fast
    overdose   over 130 % of the dose in 7 days, each day's by the     up to 110 %
               plan in force on it
    data       nothing heard for 3 days                                heard
    medicine   a changed medicine was told in the last 7 days          not for 7 days

Where a home's clock is so wrong that its session's day cannot be, or is still to come, a fall,
"I feel unwell" and a changed medicine are told at once, under the day that was told, until a
clinician says which it was (`undated_events`).

Of a patient who has not started, and of a plan that the home has not taken, tell `plan_versions`
and `fold`: there is no picture of a patient without a plan in force.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from therapy.exercises.library import EXERCISES, exercise_named
from therapy.wording import Wording

from .adherence import DayHistory
from .alert import Evidence, event_name
from .alert_words import STOPPED, UNDATED, WORDS
from .change import baseline_and_recent, change_between, sem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from .alert import AlertKind
    from .change import Context, RangeChange
    from .evidence import Picture, SessionFacts

__all__ = ["events_of", "evidence_of", "fewest_days", "undated_events"]

NO_AMOUNT: Final = (0.0, 0.0, 0.0)
"""And the interval that holds it."""

RECENT_DAYS: Final = 7
FORTNIGHT: Final = 14
LEAST_KNOWN_DAYS: Final = 10
QUIET_CHANCE: Final = 0.001
HABIT_DAYS: Final = 28
MOST_QUIET_DAYS: Final = 28
CHANCE: Final = 0.005
OVER: Final = 1.3
OVER_CLEARED: Final = 1.1
SILENT_DAYS: Final = 3
LAST_SESSIONS: Final = 3
USUAL_SESSIONS: Final = 5
"""That tell a patient's usual pain: the median of fewer jumps by chance."""
LEAST_REPETITIONS: Final = 20
NOTHING: Final = DayHistory()


def evidence_of(picture: Picture) -> tuple[Evidence, ...]:
    """What every rule says of the picture."""
    return (
        *events_of(picture.day, picture.sessions),
        _pain(picture),
        _few_days(picture),
        _range(picture),
        _speed(picture),
        _overdose(picture),
        _data(picture),
    )


def events_of(day: date, sessions: Iterable[SessionFacts]) -> tuple[Evidence, ...]:
    """What must be told of the last days' sessions, whatever plan was in force, or none.

    Args:
        day: the day of judgement.
        sessions: in order, for at least the last 7 days.
    """
    first = day - timedelta(days=RECENT_DAYS)
    recent = [s for s in sessions if first <= s.day <= day]
    unanswered = sum(s.fall_unanswered and not s.fallen for s in recent)
    falls = [s for s in recent if s.fallen or s.fall_unanswered]
    return (
        _event("unwell", [s for s in recent if s.unwell]),
        _event("fall", falls, n=len(falls) - unanswered, unanswered=unanswered),
        _event("medicine", [s for s in recent if s.medicine]),
    )


def undated_events(sessions: Iterable[SessionFacts]) -> tuple[Evidence, ...]:
    """What must be told at once of sessions whose day cannot be, or is still to come.

    It is known by the day that was told, until a clinician says which it was.
    """
    found: dict[tuple[AlertKind, date], list[tuple[date, str]]] = {}
    for s in sessions:
        said: dict[AlertKind, bool] = {
            "unwell": s.unwell,
            "fall": s.fallen or s.fall_unanswered,
            "medicine": s.medicine,
        }
        for kind in (kind for kind, so in said.items() if so):
            found.setdefault((kind, s.day), []).append((s.day, _name(kind, s)))
    return tuple(
        Evidence(
            kind=kind,
            state="raised",
            it=words.it,
            en=words.en,
            figures={"n": float(len(events))},
            event_days=(day,),
            events=tuple(events),
        )
        for (kind, day), events in found.items()
        for words in (UNDATED[kind].filled(day=day),)
    )


def fewest_days(goal_a_week: float, days: int) -> int:
    """The highest number of active days that the goal gives by chance in 1 of 200 periods.

    Binomial with the goal's share of days. No active day at all is always few.
    """
    share, total = min(goal_a_week / 7, 0.95), 0.0
    for k in range(days + 1):
        total += math.comb(days, k) * share**k * (1 - share) ** (days - k)
        if total > CHANCE:
            return max(0, k - 1)
    return days


def _event(kind: AlertKind, sessions: Sequence[SessionFacts], **figures: float) -> Evidence:
    figures = figures or {"n": len(sessions)}
    told = _told(kind, raised=bool(sessions), cleared=not sessions, **figures)
    days = tuple(dict.fromkeys(s.day for s in sessions))
    events = tuple((s.day, _name(kind, s)) for s in sessions)
    return replace(told, event_days=days, events=events)


def _name(kind: AlertKind, session: SessionFacts) -> str:
    return event_name(session.t_ns, told=kind != "fall" or session.fallen)


def _pain(picture: Picture) -> Evidence:
    limits = picture.plan.limits
    sessions = list(_since(picture, 2 * FORTNIGHT))
    last, earlier = sessions[-LAST_SESSIONS:], sessions[:-LAST_SESSIONS]
    after = [s.pain_after for s in last if s.pain_after is not None]
    ended = sum(s.ended_by_pain for s in last)
    high = sum(s.ended_by_pain or (s.pain_after or 0) >= limits.pain_stop for s in last)
    before = [s.pain_after for s in earlier if s.pain_after is not None]
    rise, compared = 0.0, len(before) >= LAST_SESSIONS and len(after) == LAST_SESSIONS
    if compared:
        few = len(before) < USUAL_SESSIONS
        # Median and mean must both have risen: whole numbers make a median of three jump.
        rise = min(
            statistics.median(after) - (max(before) if few else statistics.median(before)),
            statistics.fmean(after) - statistics.fmean(before),
        )
    return _told(
        "pain",
        raised=high > 0 or rise >= limits.pain_rise,
        cleared=high == 0 and rise < limits.pain_rise / 2,
        sessions=len(last),
        ended=ended,
        pain=max(after, default=0),
        rise=rise,
        changed=_changed(rise) if compared else Wording("", ""),
    )


def _changed(rise: float) -> Wording:
    """How much pain has changed; where there is too little to compare, nothing is said of it."""
    told = f"{rise:+.1f}"
    return Wording(
        f"; rispetto alle sedute precedenti {told.replace('.', ',')} (il minore fra i cambiamenti "
        "della mediana e della media)",
        f"; {told} against the sessions before (the smaller of the changes of median and mean)",
    )


def _few_days(picture: Picture) -> Evidence:
    days = [picture.day - timedelta(days=i) for i in range(1, FORTNIGHT + 1)]
    asked = [(d, plan) for d in days if (plan := picture.plan_on(d)) is not None]
    known = [(picture.history[d], plan) for d, plan in asked if d in picture.history]
    told = [(h, plan.goal_days_a_week) for h, plan in known if _tells(h)]
    active = sum(_active(h) for h, _ in known if h.heard or h.measured)
    expected = sum(goal for _, goal in told) / 7
    enough = len(told) >= LEAST_KNOWN_DAYS
    quiet = _quiet_days(picture)
    if quiet is not None:
        return _stopped(quiet, expected=round(picture.plan.goal_days_a_week * quiet / 7))
    few = enough and active <= fewest_days(7 * expected / len(told), len(told))
    return _told(
        "few days",
        raised=few,
        cleared=enough and active >= math.floor(expected),
        active=active,
        days=len(told),
        expected=round(expected),
    )


def _stopped(quiet: int, *, expected: int) -> Evidence:
    words = STOPPED.filled(quiet=quiet, expected=expected)
    return Evidence(
        kind="few days",
        state="raised",
        it=words.it,
        en=words.en,
        figures={"quiet": float(quiet), "expected": float(expected)},
        grave=True,
    )


def _quiet_days(picture: Picture) -> int | None:
    """How many known days there was no activity up to now, if that is no chance; else None.

    Chance is by the patient's own share of active days in the four weeks before; where those are
    not known, by the agreed goal.
    """
    told = _told_days(picture, HABIT_DAYS + MOST_QUIET_DAYS)
    quiet = next((i for i, active in enumerate(told) if active), len(told))
    before = told[quiet : quiet + HABIT_DAYS]
    share = picture.plan.goal_days_a_week / 7
    if len(before) >= FORTNIGHT:
        share = sum(before) / len(before)
    if quiet < LEAST_KNOWN_DAYS or (1 - min(share, 0.95)) ** quiet > QUIET_CHANCE:
        return None
    return quiet


def _told_days(picture: Picture, most: int) -> list[bool]:
    """Of the days that were asked, heard and not excused, newest first, whether active."""
    days = (picture.day - timedelta(days=i) for i in range(1, 2 * most))
    known = [
        picture.history[d] for d in days if d in picture.history and picture.plan_on(d) is not None
    ]
    told = [h for h in known if _tells(h)]
    return [_active(h) for h in told[:most]]


def _tells(history: DayHistory) -> bool:
    """Whether a day says anything of activity: heard, not excused, not stopped by a rule."""
    return _active(history) or (history.heard and not history.excused and history.stopped is None)


def _active(history: DayHistory) -> bool:
    return any(d.amount for d in (*history.measured, *history.reported))


def _range(picture: Picture) -> Evidence:
    changes = (_change(picture, context) for context in _contexts(picture))
    found = [change for change in changes if change is not None]
    if not found:
        return Evidence(kind="range", state="held")
    context, change = min(found, key=lambda pair: pair[1].change_deg / pair[1].threshold_deg)
    return _told(
        "range",
        raised=-change.change_deg > change.threshold_deg,
        cleared=-change.change_deg <= change.threshold_deg / 2,
        exercise=EXERCISES[context.exercise].name,
        fall=-change.change_deg,
        before=change.baseline_deg,
        now=change.recent_deg,
        threshold=change.threshold_deg,
    )


def _contexts(picture: Picture) -> tuple[Context, ...]:
    return tuple(dict.fromkeys(a.context for a in picture.assessments))


def _change(picture: Picture, context: Context) -> tuple[Context, RangeChange] | None:
    baseline, recent = baseline_and_recent(picture.assessments, context)
    if not baseline or not recent:
        return None
    limb = exercise_named(context.exercise).limb
    stable = [a for a in picture.stable if a.context == context]
    return context, change_between(baseline, recent, sem_of(stable, limb=limb))


def _speed(picture: Picture) -> Evidence:
    last = [s for s in _since(picture, 2 * FORTNIGHT) if s.repetitions][-LAST_SESSIONS:]
    counted = sum(s.repetitions for s in last)
    share = sum(s.too_fast for s in last) / counted if counted else 0.0
    enough = counted >= LEAST_REPETITIONS and len(last) == LAST_SESSIONS
    limit = picture.plan.limits.fast_share
    # One-sided 99 %, as it is looked at often: a habit at the limit is not told of by chance.
    error = 2.326 * math.sqrt(share * (1 - share) / counted) if counted else 0.0
    return _told(
        "speed",
        raised=enough and share - error > limit,
        cleared=enough and share < limit / 2,
        percent=100 * share,
        sessions=len(last),
    )


def _overdose(picture: Picture) -> Evidence:
    asked: dict[str, float] = {}
    done: dict[str, tuple[float, float, float]] = {}
    for ago in range(1, RECENT_DAYS + 1):
        day = picture.day - timedelta(days=ago)
        plan = picture.plan_on(day)
        if plan is None:
            continue
        for item in plan.items:
            a_day = item.asked.amount * plan.schedule_of(item).per_week / 7
            asked[item.id] = asked.get(item.id, 0.0) + a_day
        for d in picture.history.get(day, NOTHING).measured:
            amount = d.amount or 0.0
            low = amount if d.low is None else d.low
            high = amount if d.high is None else d.high
            before = done.get(d.item, NO_AMOUNT)
            # Counts of one person err alike, so their intervals add up whole.
            done[d.item] = before[0] + amount, before[1] + low, before[2] + high
    shares = [
        (amount / asked[item], low / asked[item], high / asked[item])
        for item, (amount, low, high) in done.items()
        if item in asked and _asked_all_week(picture, item)
    ]
    worst, low, high = max(shares, default=NO_AMOUNT)
    return _told(
        "overdose",
        raised=worst > OVER,
        cleared=worst <= OVER_CLEARED,
        percent=100 * worst,
        counted=_counted(100 * low, 100 * high),
    )


def _counted(low: float, high: float) -> Wording:
    """The interval of what counts came to; nothing where they are sure.

    It is told beside the figure and is none: a look that was noted holds to the figures.
    """
    if round(high) == round(low):
        return Wording("", "")
    return Wording(
        f" (dal conteggio, da {low:.0f} a {high:.0f} %)",
        f" (by the count, {low:.0f} to {high:.0f} %)",
    )


def _asked_all_week(picture: Picture, item: str) -> bool:
    """Whether each of the last seven days had a plan with the item: else a week's is not known."""
    days = (picture.day - timedelta(days=i) for i in range(1, RECENT_DAYS + 1))
    plans = [picture.plan_on(day) for day in days]
    return all(plan is not None and any(i.id == item for i in plan.items) for plan in plans)


def _data(picture: Picture) -> Evidence:
    silent = 0
    while silent < FORTNIGHT:
        known = picture.history.get(picture.day - timedelta(days=silent + 1))
        if known is None or known.heard or known.excused:
            break
        silent += 1
    return _told("data", raised=silent >= SILENT_DAYS, cleared=silent == 0, days=silent)


def _since(picture: Picture, days: int) -> Iterable[SessionFacts]:
    first = picture.day - timedelta(days=days)
    return (s for s in picture.sessions if first <= s.day <= picture.day)


def _told(kind: AlertKind, *, raised: bool, cleared: bool, **figures: float | Wording) -> Evidence:
    words = None if cleared and not raised else WORDS[kind].filled(**figures)
    numbers = {k: float(v) for k, v in figures.items() if not isinstance(v, Wording)}
    return Evidence(
        kind=kind,
        state="raised" if raised else "cleared" if cleared else "held",
        it=words.it if words else "",
        en=words.en if words else "",
        figures=numbers,
    )
