"""What is told of a person after treatment has ended here, and must still be seen by somebody.

Nothing is asked of them any more, so that no day is judged and no rule of treatment speaks. A home
may go on sending, and somebody at the clinic may write down what happened:

    unwell, fall   of sessions, as while somebody is treated (`rules.events_of`)
    harm           an adverse event was written down while nobody treated the person

They wait for a look where nobody can have looked before the discharge: what they tell of came
after it, or became known after it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from analytics.monitoring.alert import Evidence, event_name
from analytics.monitoring.alert_words import WORDS
from analytics.monitoring.rules import RECENT_DAYS, events_of, undated_events
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analytics.monitoring.alert import Alert, AlertKind
    from analytics.monitoring.evidence import SessionFacts
    from telemetry.messages.around.harm import AdverseEventNoted
    from telemetry.messages.care import AlertShown

    from .around import HarmState

__all__ = [
    "Harm",
    "evidence_of_harm",
    "evidence_untreated",
    "harms_untreated",
    "still_to_see",
]

Harm: TypeAlias = "tuple[date, AdverseEventNoted]"
"""An adverse event, and the day on which it was written down."""

OF_SESSIONS: Final[frozenset[AlertKind]] = frozenset({"unwell", "fall"})
AFTER: Final[frozenset[AlertKind]] = OF_SESSIONS | {"harm"}
_SEVERITY: Final = {
    "mild": Wording("lieve", "mild"),
    "moderate": Wording("moderata", "moderate"),
    "severe": Wording("grave", "severe"),
}


def harms_untreated(
    harms: Iterable[HarmState],
    untreated_ns: Sequence[tuple[int, int]],
    day_of: Callable[[int], date],
) -> tuple[Harm, ...]:
    """Adverse events that stand, and that were written down while nobody treated the person.

    Args:
        harms: all of the person.
        untreated_ns: from which discharge to which enrolment nobody did.
        day_of: the day that a moment belongs to.
    """
    return tuple(
        (day_of(state.event.t_ns), state.event)
        for state in harms
        if state.withdrawn is None and any(a < state.event.t_ns < b for a, b in untreated_ns)
    )


def evidence_untreated(
    day: date, recent: Sequence[SessionFacts], undated: Iterable[SessionFacts] = ()
) -> tuple[Evidence, ...]:
    """What sessions tell of a day on which nobody treated the person.

    Args:
        day: the day of judgement.
        recent: sessions in order, for at least the last 7 days.
        undated: those whose day is not known, where the day is today.
    """
    found = (*events_of(day, recent), *undated_events(undated))
    return tuple(e for e in found if e.kind in OF_SESSIONS and e.state != "cleared")


def evidence_of_harm(day: date, harms: Iterable[Harm]) -> tuple[Evidence, ...]:
    """What was written down in the last 7 days; each day's by itself, as its words name it."""
    first = day - timedelta(days=RECENT_DAYS)
    by_day: dict[date, list[AdverseEventNoted]] = {}
    for noted, event in harms:
        if first <= noted <= day:
            by_day.setdefault(noted, []).append(event)
    return tuple(_of_day(noted, events) for noted, events in sorted(by_day.items()))


def _of_day(noted: date, events: Sequence[AdverseEventNoted]) -> Evidence:
    named = [(event.day, _SEVERITY[event.severity]) for event in events]
    said = WORDS["harm"].filled(
        events=Wording(
            ", ".join(f"{day} ({how.it})" for day, how in named),
            ", ".join(f"{day} ({how.en})" for day, how in named),
        )
    )
    return Evidence(
        kind="harm",
        state="raised",
        it=said.it,
        en=said.en,
        figures={"n": float(len(events))},
        event_days=(noted,),
        events=tuple((noted, event_name(event.t_ns, told=True)) for event in events),
    )


def still_to_see(
    alerts: Iterable[Alert],
    left: tuple[date, int],
    sessions: Iterable[SessionFacts],
    shown: Iterable[AlertShown],
) -> frozenset[tuple[AlertKind, date]]:
    """Of a discharged person alerts that nobody can have looked at while they were treated.

    Args:
        alerts: all of the person.
        left: day and moment of the discharge.
        sessions: that count.
        shown: which alerts stood in the worklist, and when.
    """
    day, t_ns = left
    later: set[tuple[AlertKind, date]] = set()
    for s in sessions:
        if s.day > day or (s.day == day and s.t_ns > t_ns):
            later |= {("unwell", s.day)} if s.unwell else set()
            later |= {("fall", s.day)} if s.fallen or s.fall_unanswered else set()
    before = {(s.kind, s.opened) for s in shown if s.t_ns <= t_ns}
    told = {(alert.kind, alert.opened) for alert in alerts if alert.kind in AFTER}
    return frozenset(key for key in told if key in later or key not in before)
