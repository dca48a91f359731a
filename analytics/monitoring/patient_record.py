"""A patient's recorded sessions as adherence, change and alerts read them.

Nothing here is computed anew: events and the core's results are sorted by day and context, and
assessments get the posture, placement and calibration level that their session's events tell.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from telemetry.messages.events import SegmentCalibrated, SessionOpened
from therapy.plan.plan import plan_in_force

from .adherence import DayHistory, items_done, items_reported
from .change import assessments_of
from .evidence import Picture, facts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import SessionResult
    from therapy.plan.plan import Plan

    from .adherence import ItemDone
    from .change import Assessment

__all__ = ["SessionRecord", "assessments_in", "history_of", "picture_of"]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session as recorded.

    Attributes:
        events: all, in order.
        result: the one that counts; None where the core has not run, or found nothing.
        placements: of each stream; a session with one wearable needs none.
    """

    events: Sequence[SessionEvent]
    result: SessionResult | None = None
    placements: Mapping[str, str] = field(default_factory=dict)

    @property
    def opened(self) -> SessionOpened | None:
        """Its first event."""
        return next((e for e in self.events if isinstance(e, SessionOpened)), None)


def history_of(
    plans: Sequence[Plan],
    records: Sequence[SessionRecord],
    *,
    excused: Collection[date] = (),
    unheard: Collection[date] = (),
    reported: Mapping[date, Sequence[ItemDone]] | None = None,
) -> dict[date, DayHistory]:
    """What is known of each day on which something is known.

    Args:
        plans: all versions; a session counts by the one it was opened with.
        records: sessions, in any order.
        excused: days that the clinician excused.
        unheard: days of which the home has not told.
        reported: what the patient says was done without wearables, beside what the sessions
            that were played by keys tell.
    """
    by_version = {plan.version: plan for plan in plans}
    measured: dict[date, list[ItemDone]] = defaultdict(list)
    told: dict[date, list[ItemDone]] = defaultdict(list)
    for reported_day, done in (reported or {}).items():
        told[reported_day] += done
    for record in records:
        opened = record.opened
        plan = None if opened is None else by_version.get(opened.plan_version)
        if opened is None or plan is None:
            continue
        if record.result is not None:
            measured[date.fromisoformat(opened.day)] += items_done(plan, record.result)
        if by_keys := items_reported(record.events):
            told[date.fromisoformat(opened.day)] += by_keys
    return {
        day: DayHistory(
            measured=tuple(measured.get(day, ())),
            reported=tuple(told.get(day, ())),
            excused=day in excused,
            heard=day not in unheard or day in measured or day in told,
        )
        for day in sorted({*measured, *told, *excused, *unheard})
    }


def assessments_in(record: SessionRecord) -> tuple[Assessment, ...]:
    """The assessments of one session, each in its context."""
    opened = record.opened
    if opened is None or record.result is None:
        return ()
    placements = dict(record.placements)
    if len(opened.wearables) == 1:
        for item in record.result.items:
            placements.setdefault(item.stream, opened.wearables[0].placement)
    levels = {
        event.placement: event.level
        for event in record.events
        if isinstance(event, SegmentCalibrated) and event.passed
    }
    return assessments_of(
        record.result,
        day=date.fromisoformat(opened.day),
        posture=opened.posture,
        placements=placements,
        levels=levels,
    )


def picture_of(
    plans: Sequence[Plan],
    records: Sequence[SessionRecord],
    day: date,
    *,
    history: Mapping[date, DayHistory] | None = None,
    stable: Sequence[Assessment] = (),
) -> Picture | None:
    """What the alert rules read on `day`; None where no plan is in force.

    Args:
        plans: all versions.
        records: of one patient, in any order; those after `day` are left out.
        day: the day of judgement, in the plan's time zone.
        history: as `history_of` makes it; None: from the records alone. Days that are in force
            and not in it count as days without therapy.
        stable: assessments of a stable period, for the patient's own error.
    """
    plan = plan_in_force(plans, day)
    if plan is None:
        return None
    known = dict(history_of(plans, records) if history is None else history)
    since = max(plan.valid_from, min(known, default=day))
    for ordinal in range(since.toordinal(), day.toordinal()):
        known.setdefault(date.fromordinal(ordinal), DayHistory())
    facts = [facts_of(r.events, r.result) for r in records]
    sessions = [f for f in facts if f is not None and f.day <= day]
    found = [a for record in records for a in assessments_in(record) if a.day <= day]
    return Picture(
        plan=plan,
        day=day,
        history=known,
        sessions=sorted(sessions, key=lambda f: f.t_ns),
        assessments=found,
        stable=stable,
    )
