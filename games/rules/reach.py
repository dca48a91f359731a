"""One repetition as a reach: leave rest, come to the demand, hold it, go back to rest.

Volo and Raccolto share it. A reach ends in one `TrialOutcome`:

1. `REST` until the position passes `LEAVE` of the demand.
2. `OUT` until the position was inside the opening for the hold asked for (`reached`), or fell
   back to rest, or `PATIENCE_S` are over: then the trial is short of the demand, no blame.
3. `BACK` until the position is at rest again; the outcome is told there, so that both ways
   count for tempo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from .progress import POINTS, Ending, TrialOutcome

if TYPE_CHECKING:
    from .smoothed_control import SmoothedControl

__all__ = ["Asked", "Reach", "ReachStage"]

LEAVE = 0.30
RETURN = 0.20
PATIENCE_S = 15.0


class ReachStage(Enum):
    """Where a repetition is."""

    REST = "rest"
    OUT = "out"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trial asks for, in shares of the ceiling, so that it can never lie beyond it.

    Attributes:
        share: the demand as a share of the ceiling, at most 1.
        half: half the opening around it, as a share of the ceiling.
        hold_s: how long to stay inside.
        min_phase_s: the way up or down must not be faster; None: any speed.
    """

    number: int
    share: float
    half: float
    hold_s: float
    min_phase_s: float | None

    def demand(self, control: SmoothedControl) -> float:
        """The level asked for under the control's present ceiling."""
        return self.share * control.ceiling

    def holds(self, control: SmoothedControl) -> bool:
        """Whether the control is inside the opening."""
        return abs(control.position - self.demand(control)) <= self.half * control.ceiling


@dataclass(frozen=True, slots=True)
class Reach:
    """A repetition on its way."""

    stage: ReachStage = ReachStage.REST
    t_from_ns: int = 0
    out_ns: int = 0
    held_ns: int = 0
    peak: float = 0.0
    reached: bool = False
    hasty: bool = False
    compensated: bool = False

    def moved(self, control: SmoothedControl, asked: Asked, dt_ns: int) -> Reach:
        """One fixed step later; `ended` tells whether this completes it."""
        demand = asked.demand(control)
        if demand <= 0:
            return self
        if self.stage is ReachStage.REST:
            if control.position <= LEAVE * demand:
                return self
            return Reach(ReachStage.OUT, t_from_ns=control.t_ns, peak=control.position)
        hasty = self.hasty or control.is_hasty(asked.min_phase_s)
        compensated = self.compensated or control.compensating
        if self.stage is ReachStage.BACK:
            return replace(self, hasty=hasty, compensated=compensated)
        inside = asked.holds(control)
        # A slip out of the opening takes back what it lasts, not all: hands tremble.
        held_ns = max(0, self.held_ns + (dt_ns if inside else -dt_ns))
        out_ns = self.out_ns + dt_ns
        reached = inside and held_ns >= asked.hold_s * 1e9
        late = out_ns >= (PATIENCE_S + asked.hold_s) * 1e9
        back = reached or late or control.position < RETURN * demand
        return Reach(
            ReachStage.BACK if back else ReachStage.OUT,
            self.t_from_ns,
            out_ns,
            held_ns,
            max(self.peak, control.position),
            reached,
            hasty,
            compensated,
        )

    def ended(self, control: SmoothedControl, asked: Asked) -> bool:
        """Whether the control is back at rest after a way out."""
        return self.stage is ReachStage.BACK and control.position < RETURN * asked.demand(control)

    def outcome(self, control: SmoothedControl, asked: Asked, level: float) -> TrialOutcome:
        """What the finished repetition was; points only for one done as asked."""
        if not self.reached:
            ending = Ending.SHORT
        elif self.hasty:
            ending = Ending.TOO_FAST
        elif self.compensated:
            ending = Ending.COMPENSATED
        else:
            ending = Ending.FULL
        return TrialOutcome(
            number=asked.number,
            ending=ending,
            points=POINTS if ending is Ending.FULL else 0,
            demand=asked.demand(control),
            peak=min(self.peak, control.ceiling),
            ceiling=control.ceiling,
            level=level,
            t_from_ns=self.t_from_ns,
            t_to_ns=control.t_ns,
        )

    def progress(self, control: SmoothedControl, asked: Asked) -> float:
        """How much of the way to the demand, or back, is done: 0 to 1, for drawing."""
        demand = asked.demand(control)
        if demand <= 0:
            return 0.0
        share = min(1.0, control.position / demand)
        return share if self.stage is not ReachStage.BACK else 1.0 - share
