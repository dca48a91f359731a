"""The JSON of the worklist: who needs somebody first, in parts, with filters and a search."""

import time
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.monitoring.alert import AlertKind
from analytics.monitoring.worklist import WorkLine
from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.views.words import Words
from dashboards.views.work_view import GROUPS, Group, PatientLine, list_summary, patient_line
from telemetry.clock import Clock

from .paging import LARGEST_CURSOR, MOST, USUAL, cursor_of, read_cursor
from .shared_answers import SharedAnswers, sight_of

__all__ = ["PatientList", "Wish", "Worklist", "worklist_routes"]


class PatientList(BaseModel):
    """Patients, those whose alerts are gravest first; then those not seen the longest.

    `counts`, and `covered` where somebody stands in, are of all that one may see, whatever the
    filters; `found` how many these let pass;
    `next` says where the next part begins, None: there is none. `summary` is two lines on all.
    `today` is the clinic's day, in `time_zone`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    patients: tuple[PatientLine, ...]
    next: str | None
    found: int
    counts: dict[Group, int]
    covered: int
    summary: Words
    alerts_read: Words | None
    today: str
    time_zone: str


class Wish(BaseModel):
    """Which part of the worklist."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: str | None = Field(
        default=None, max_length=LARGEST_CURSOR, description="`next` of the part before."
    )
    limit: int = Field(default=USUAL, ge=1, le=MOST)
    q: str = Field(default="", max_length=64, description="Part of a pseudonym.")
    group: Group | None = Field(default=None, description="Only this part of the list.")
    kind: AlertKind | None = Field(default=None, description="Only those with such an alert.")
    covered: bool = Field(default=False, description="Only those whom somebody stands in for.")

    def lets_pass(self, line: PatientLine) -> bool:
        """Whether the filters do."""
        return (
            self.q.casefold() in line.patient.casefold()
            and self.group in (None, line.group)
            and (self.kind is None or self.kind in line.waiting)
            and (not self.covered or line.stand_in is not None)
        )


class Worklist:
    """Lines as pages show them, each made once for what it is drawn from.

    Args:
        lines: everybody who is treated, who needs a look first.
        with_alerts: somebody keeps and reads alerts here.
        clock: says which day it is.
        zone: of the clinic, where its days end.
        read: when alerts are.
    """

    def __init__(
        self,
        lines: Callable[[], Sequence[WorkLine]],
        clock: Clock,
        *,
        zone: str = "UTC",
        with_alerts: bool,
        read: Words | None,
    ) -> None:
        self._lines = lines
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._with_alerts = with_alerts
        self._read = read
        self._made: dict[str, tuple[WorkLine, PatientLine]] = {}

    def part(self, wish: Wish, sees: Callable[[str], bool]) -> PatientList:
        """The part that is wished for, of those whom somebody sees.

        Raises:
            HTTPException: 422, `after` is no place in the list.
        """
        after = None
        if wish.after is not None:
            after = read_cursor(wish.after, int, int, str, str)
        seen = [(line, made) for line, made in self._shown() if sees(made.patient)]
        passed = [(line, made) for line, made in seen if wish.lets_pass(made)]
        later = [(line, made) for line, made in passed if after is None or line.order > after]
        part = later[: wish.limit]
        counts = dict.fromkeys(GROUPS, 0)
        for _, made in seen:
            counts[made.group] += 1
        return PatientList(
            patients=tuple(made for _, made in part),
            next=cursor_of(*part[-1][0].order) if len(later) > len(part) else None,
            found=len(passed),
            counts=counts,
            covered=sum(made.stand_in is not None for _, made in seen),
            summary=list_summary([made for _, made in seen], self.today()),
            alerts_read=self._read,
            today=self.today(),
            time_zone=self._zone.key,
        )

    def today(self) -> str:
        """The day at the clinic."""
        return datetime.fromtimestamp(self._clock.now_ns() / 1e9, self._zone).date().isoformat()

    def _shown(self) -> list[tuple[WorkLine, PatientLine]]:
        known, made = self._made, {}
        for line in self._lines():
            one = known.get(line.patient)
            if one is None or one[0] is not line:
                one = line, patient_line(line, with_alerts=self._with_alerts)
            made[line.patient] = one
        self._made = made
        return list(made.values())


def worklist_routes(
    worklist: Worklist, stamp: Callable[[], Hashable], answers: SharedAnswers
) -> APIRouter:
    """The route of the list.

    Args:
        worklist: makes it.
        stamp: is another whenever it may be.
        answers: keeps what is asked for again and again.
    """
    router = APIRouter(prefix="/api/patients")

    @router.get("", response_model=PatientList)
    def listed(
        request: Request,
        wish: Annotated[Wish, Query()],
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_WORKLIST))],
    ) -> Response:
        """Everybody, who needs a look first."""
        key = ("worklist", wish.model_dump_json(), sight_of(asking.principal))
        # Whose site a patient is may change without a word of theirs: a minute's answers.
        as_of = (stamp(), worklist.today(), time.monotonic() // 60)
        return answers.answer(request, key, as_of, lambda: worklist.part(wish, asking.sees))

    return router
