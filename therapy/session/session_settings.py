"""What a session is opened with: the plan, what to do, what is worn, and what is known before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.messages.events import Worn
    from therapy.plan.plan import Plan

    from .agenda import Agenda

__all__ = ["RangeSource", "SessionSettings"]

RangeSource: TypeAlias = Literal["calibration repetitions", "first repetitions of the recording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """The settings of one session.

    Attributes:
        plan: the version in force today.
        site: where the home belongs.
        agenda: what to do.
        worn: the wearables.
        posture: None takes the first item's.
        range_source: where today's range comes from.
        next_morning: yesterday left extra pain, so ask whether it settled.
        helper_present: somebody is there to help with calibration.
        stored: placements for which the clinic stored an offset, beside the plan's own.
        measured: whether the home measures segment calibrations; else the screens tell the
            outcome, as in a rehearsal.
        by_keys: no sensor is worn, so none is calibrated and no range is looked for; what is
            done is recorded as reported.
        standing_locked: a fall was told, or its question skipped, and nobody has unlocked since.
        sessions_today: sessions opened today already.
        last_targets: of each item the target of its last session, degrees, so that a smaller
            range of today is shown as such.
        replay_of: the session that is played again.
        clock_synchronised: whether a time service keeps the clock; None: not told.
        missed: planned days in a row without therapy before today.
    """

    plan: Plan
    site: str
    agenda: Agenda
    worn: tuple[Worn, ...] = ()
    posture: str | None = None
    range_source: RangeSource = "calibration repetitions"
    next_morning: bool = False
    helper_present: bool = False
    stored: frozenset[str] = frozenset()
    measured: bool = False
    by_keys: bool = False
    standing_locked: bool = False
    sessions_today: int = 0
    last_targets: Mapping[str, float] = field(default_factory=dict)
    replay_of: str | None = None
    clock_synchronised: bool | None = None
    missed: int = 0
