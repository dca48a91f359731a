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
    from .smoothed_control import Hand

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

    def demand(self, hand: Hand) -> float:
        """The level asked for under the hand's present ceiling."""
        return self.share * hand.ceiling

    def holds(self, hand: Hand) -> bool:
        """Whether the hand is inside the opening."""
        return abs(hand.position - self.demand(hand)) <= self.half * hand.ceiling


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

    def moved(self, hand: Hand, asked: Asked, dt_ns: int) -> Reach:
        """One fixed step later; `ended` tells whether this completes it."""
        demand = asked.demand(hand)
        if demand <= 0:
            return self
        if self.stage is ReachStage.REST:
            if hand.position <= LEAVE * demand:
                return self
            return Reach(ReachStage.OUT, t_from_ns=hand.t_ns, peak=hand.position)
        hasty = self.hasty or hand.is_hasty(asked.min_phase_s)
        compensated = self.compensated or hand.compensating
        if self.stage is ReachStage.BACK:
            return replace(self, hasty=hasty, compensated=compensated)
        inside = asked.holds(hand)
        # A slip out of the opening takes back what it lasts, not all: hands tremble.
        held_ns = max(0, self.held_ns + (dt_ns if inside else -dt_ns))
        out_ns = self.out_ns + dt_ns
        reached = inside and held_ns >= asked.hold_s * 1e9
        late = out_ns >= (PATIENCE_S + asked.hold_s) * 1e9
        back = reached or late or hand.position < RETURN * demand
        return Reach(
            ReachStage.BACK if back else ReachStage.OUT,
            self.t_from_ns,
            out_ns,
            held_ns,
            max(self.peak, hand.position),
            reached,
            hasty,
            compensated,
        )

    def ended(self, hand: Hand, asked: Asked) -> bool:
        """Whether the hand is back at rest after a way out."""
        return self.stage is ReachStage.BACK and hand.position < RETURN * asked.demand(hand)

    def outcome(self, hand: Hand, asked: Asked, level: float) -> TrialOutcome:
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
            demand=asked.demand(hand),
            peak=min(self.peak, hand.ceiling),
            ceiling=hand.ceiling,
            level=level,
            t_from_ns=self.t_from_ns,
            t_to_ns=hand.t_ns,
        )

    def progress(self, hand: Hand, asked: Asked) -> float:
        """How much of the way to the demand, or back, is done: 0 to 1, for drawing."""
        demand = asked.demand(hand)
        if demand <= 0:
            return 0.0
        share = min(1.0, hand.position / demand)
        return share if self.stage is not ReachStage.BACK else 1.0 - share
