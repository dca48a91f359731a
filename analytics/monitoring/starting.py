"""The rules for what a picture of sessions cannot show: who has not started, and on which plan.

kind    raised when                                                   cleared when
start   no session three days after the first plan came into force,   a session is there
or after a new enrolment where that was later;
or the first plan was sent two days ago and is not taken;
or the home refused it
plan    a later version was sent three days ago and is not taken,     it is taken
or the home refused it;
or every version that came into force has ended                       another is in force
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .alert import Evidence
from .alert_words import ENDED, NOT_AGAIN, NOT_TAKEN, REFUSED, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from therapy.wording import Wording

    from .alert import AlertKind
    from .plan_versions import VersionView

__all__ = ["NOT_STARTED_DAYS", "NOT_TAKEN_DAYS", "starting_evidence"]

NOT_STARTED_DAYS: Final = 3
NOT_TAKEN_DAYS: Final = 2
LATER_NOT_TAKEN_DAYS: Final = 3


def starting_evidence(
    versions: Sequence[VersionView],
    first_session: date | None,
    day: date,
    *,
    back: date | None = None,
) -> tuple[Evidence, ...]:
    """What the two rules say on a day.

    Args:
        versions: all of the plan.
        first_session: the day of the first one; None: there is none.
        day: the day of judgement.
        back: when the patient was last enrolled again; the time before counts for no waiting.
    """
    in_force = [v for v in versions if v.effective is not None and v.effective <= day]
    if first_session is not None and first_session <= day:
        newest = max((v.plan.version for v in in_force), default=0)
        later = [
            v
            for v in versions
            if v.plan.version > newest or (v.plan.version == newest and v.refused is not None)
        ]
        waiting = _waiting("plan", later, day, LATER_NOT_TAKEN_DAYS, WORDS["plan"])
        return waiting or _ended(in_force, day)
    if not in_force:
        return _waiting("start", versions, day, NOT_TAKEN_DAYS, NOT_TAKEN)
    since = min(v.effective for v in in_force if v.effective is not None)
    words = WORDS["start"]
    if back is not None and back > since:
        since, words = back, NOT_AGAIN
    days = (day - since).days
    if days < NOT_STARTED_DAYS:
        return _ended(in_force, day)
    not_started = _raised("start", words.filled(days=days, since=since), days=days)
    return (not_started, *_ended(in_force, day))


def _ended(begun: Sequence[VersionView], day: date) -> tuple[Evidence, ...]:
    """Of versions that came into force, where none goes on."""
    until = {v.plan.version: v.plan.valid_to for v in begun}
    ends = [last for last in until.values() if last is not None]
    if len(ends) < len(until) or not ends or max(ends) >= day:
        return ()
    version = max(v for v, last in until.items() if last == max(ends))
    told = ENDED.filled(version=version, until=max(ends))
    return (_raised("plan", told, version=version, days=(day - max(ends)).days),)


def _waiting(
    kind: AlertKind, versions: Sequence[VersionView], day: date, patience: int, words: Wording
) -> tuple[Evidence, ...]:
    """Of the newest version that was sent and that the home has not taken.

    It waits since the first of those that were sent since the home last answered: another version
    does not let it have been waiting for less.
    """
    sent = [v for v in versions if v.published is not None and v.published <= day]
    if not sent:
        return ()
    newest = sent[-1]
    taken = newest.taken is not None and newest.taken <= day
    # What was taken and is refused since waits from then on, and not before.
    again = taken and newest.refused is not None and newest.refused <= day
    refused = again or (newest.state == "refused" and newest.taken is None)
    since = newest.published or day
    if again and newest.refused is not None:
        since = newest.refused
    for view in () if newest.state == "refused" else reversed(sent[:-1]):
        if view.state == "refused" or (view.taken is not None and view.taken <= day):
            break
        since = min(since, view.published or day)
    days = (day - since).days
    if (taken and not again) or (not refused and days < patience):
        return ()
    words = REFUSED if refused else words
    version = newest.plan.version
    # Words that name the version tell when that one was sent.
    told_since = since if kind == "start" else newest.published
    told = words.filled(version=version, since=told_since, days=days)
    return (_raised(kind, told, version=version, days=days),)


def _raised(kind: AlertKind, words: Wording, **figures: float) -> Evidence:
    numbers = {name: float(value) for name, value in figures.items()}
    return Evidence(kind=kind, state="raised", it=words.it, en=words.en, figures=numbers)
