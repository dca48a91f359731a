"""One person of a cohort: the days as the clinic's figures judge them, and the ranges seen.

A person is counted once, however many sites, homes and copies of a session there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from telemetry.messages.results import AdherenceResult

__all__ = ["ACTIVE", "CohortPatient", "FollowUpEnd", "RangeSeen"]

FollowUpEnd: TypeAlias = Literal["data end", "discharged", "plan over", "home silent"]
"""Why nothing is known of a person afterwards."""
ACTIVE: Final = ("done", "partly", "self-reported", "stopped by rule")
"""States of a day on which the person trained, or set out to."""
_SET_ASIDE: Final = ("excused", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeSeen:
    """The median range of one item of one session, degrees, with its band's half width.

    `kind` is `assessment` for repetitions that nothing guided, else `exercise`; `deg` is None
    where the sensors worn could not see it.
    """

    day: date
    exercise: str
    side: str
    what: str
    kind: Literal["assessment", "exercise"]
    deg: float | None
    half_width_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPatient:
    """One person.

    Attributes:
        patient: pseudonym.
        sites: where the sessions were opened.
        days: what each day came to; a day of which nothing can be said is not there.
        last_day: the last day of which something can be known.
        ended: why it is the last.
        ranges: of all sessions, in the order of days.
    """

    patient: str
    sites: tuple[str, ...]
    days: Mapping[date, AdherenceResult]
    last_day: date
    ended: FollowUpEnd
    ranges: tuple[RangeSeen, ...] = ()

    @property
    def first_day(self) -> date | None:
        """The first day that asked for something or on which something was done."""
        told = [day for day, one in self.days.items() if one.state != "nothing asked"]
        return min(told, default=None)

    @property
    def last_active(self) -> date | None:
        """The last day with therapy; None: there was none."""
        active = [
            day for day, one in self.days.items() if one.state in ACTIVE and day <= self.last_day
        ]
        return max(active, default=None)

    def week_of(self, day: date) -> int:
        """Whole weeks since the first day."""
        first = self.first_day
        return 0 if first is None else (day - first).days // 7

    def idle_days(self) -> tuple[int, int]:
        """Days since the last one with therapy, those excused or unknown left out; and missed."""
        since, first = self.last_active, self.first_day
        if first is None:
            return 0, 0
        day = first if since is None else since + timedelta(days=1)
        idle = missed = 0
        while day <= self.last_day:
            one = self.days.get(day)
            idle += one is None or one.state not in _SET_ASIDE
            missed += one is not None and one.state == "missed"
            day += timedelta(days=1)
        return idle, missed
