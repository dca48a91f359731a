"""One repetition as a reach: rise from rest, come to today's range, stay, go back.

All games share it: it is the exercise itself, whatever a game draws around it. It goes by the
movement's own turning points, so that somebody who does not come down to the calibrated rest
still begins, ends and is told what to change.

1. `REST`: the lowest position is followed; a rise by `RISE` of the ceiling begins a repetition
   there, at its base.
2. `OUT` until the position has fallen back by `TURN` of the way that was risen.
3. `BACK` until it is at rest, or rises again, or stays where it is for `SETTLE_S`; a rise before
   half of the way back was a wavering, and the repetition goes on.

A movement that rises by less than `ATTEMPT` of the ceiling is an attempt and no repetition, as the
signal core's live count has it.

A repetition is complete where the highest position reached the opening, was held there for
`HELD_SHARE` of the prescribed hold, was at no phase hasty, went without compensation, not
beyond the limit, and came back down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from .control import Invitation
from .progress import POINTS, Ending, TrialOutcome

if TYPE_CHECKING:
    from .setting import Setting
    from .smoothed_control import SmoothedControl

__all__ = ["FULL_SHARE", "Asked", "Reach", "ReachStage", "asked_of"]

FULL_SHARE = 0.8
"""Of today's range; a repetition that gets so far is a full one."""
EASED_SHARE = 0.6
"""The same after pain in the amber band."""
HELD_SHARE = 0.5
RISE = 0.15
ATTEMPT = 0.25
TURN = 0.3
RETURN = 0.25
"""Of the ceiling: as low as a repetition has to come."""
WAVERING = 0.5
SETTLE_S = 1.5
SETTLE_WITHIN = 0.04
MOVING_SHARE = 0.7
"""Of a way up or down, what lies between leaving rest and being back at it."""
HURRIED = 0.65
"""Of the time that a repetition is expected to take; what takes less was hurried."""
BARELY_S = 1.5
"""Where somebody does not come down to rest, the session counts only as the next one begins."""
BEYOND = 1.05
"""Of the clinician's limit; what lies between is a sensor's own error."""


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
        half: how far below it the opening begins, which is open to above: nothing is gained there.
        hold_s: how long to stay inside.
        min_phase_s: the way up or down must not be faster; None: any speed.
        repetition_s: from rest to rest, as prescribed.
    """

    number: int
    share: float
    half: float
    hold_s: float
    min_phase_s: float | None
    repetition_s: float = 7.0

    @property
    def expected_s(self) -> float:
        """How long a repetition in the prescribed tempo lasts between leaving rest and return."""
        return max(0.1, self.hold_s + MOVING_SHARE * (self.repetition_s - self.hold_s))

    def demand(self, control: SmoothedControl) -> float:
        """The level asked for under the control's present ceiling."""
        return self.share * control.ceiling

    def holds(self, control: SmoothedControl) -> bool:
        """Whether the control is inside the opening."""
        return control.position >= (self.share - self.half) * control.ceiling


def asked_of(setting: Setting, number: int, *, eased: bool, lower: float = 0.0) -> Asked:
    """The prescription as a trial: today's range, its hold and its tempo.

    Args:
        setting: of the game.
        number: of the trial.
        eased: pain was amber: less is enough from here on.
        lower: how much lower than the ceiling it is drawn, 0 to 0.1; changes nothing else.
    """
    full = EASED_SHARE if eased else FULL_SHARE
    share = min(1.0, max(full, (0.8 if eased else 1.0) - lower))
    return Asked(
        number=number,
        share=share,
        half=share - full,
        hold_s=min(setting.hold_s, setting.hold_cap_s),
        min_phase_s=None if setting.reward_amplitude else setting.min_phase_s,
        repetition_s=setting.up_s + setting.hold_s + setting.down_s,
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """A repetition on its way.

    Attributes:
        base: where it rose from; in `REST` the lowest position so far.
        floor: lowest position on the way back, unmoved for `settled_ns`.
        held_ns: how long it was inside the opening.
        duration_ns: since it began.
        void: it began in a rest, or something cut its way up off: it comes to nothing.
    """

    stage: ReachStage = ReachStage.REST
    base: float | None = None
    t_from_ns: int = 0
    duration_ns: int = 0
    held_ns: int = 0
    peak: float = 0.0
    floor: float = 0.0
    settled_ns: int = 0
    over: bool = False
    hasty: bool = False
    compensated: bool = False
    beyond: bool = False
    void: bool = False

    @property
    def counts(self) -> bool:
        """Whether a repetition is under way that will be one."""
        return self.stage is not ReachStage.REST and not self.void

    def settled(self) -> bool:
        """Whether a rest may begin now: no repetition is under way, or one has barely begun."""
        begun = self.stage is ReachStage.OUT and self.duration_ns < BARELY_S * 1e9
        return begun or not self.counts

    def too_small(self, control: SmoothedControl) -> bool:
        """Whether it has risen too little for a repetition."""
        return self.way < ATTEMPT * control.ceiling

    def rested(self, control: SmoothedControl, asked: Asked, dt_ns: int) -> Reach:
        """One fixed step of a rest later: what begins in it comes to nothing."""
        on = self.moved(control, asked, dt_ns)
        if on.over:
            return Reach(base=on.floor)
        return on if on.stage is ReachStage.REST else replace(on, void=True, held_ns=0)

    def stood(self, control: SmoothedControl) -> Reach:
        """After the game stood still: a way up that this cut off, or that began meanwhile, is void.

        What had turned back already is finished as it is.
        """
        if self.stage is ReachStage.OUT:
            return replace(self, void=True, held_ns=0)
        begun = self._rested(control) if self.stage is ReachStage.REST else self
        return begun if begun.stage is not ReachStage.OUT else replace(begun, void=True)

    def moved(self, control: SmoothedControl, asked: Asked, dt_ns: int) -> Reach:
        """One fixed step later; `over` tells whether this completes it."""
        if control.ceiling <= 0:
            return self
        if self.stage is ReachStage.REST:
            return self._rested(control)
        inside = asked.holds(control)
        # A slip out of the opening takes back what it lasts, not all: people tremble.
        held_ns = max(0, self.held_ns + (dt_ns if inside else -dt_ns))
        if self.stage is ReachStage.BACK or not inside:
            held_ns = max(held_ns, self.held_ns)
        on = replace(
            self,
            duration_ns=self.duration_ns + dt_ns,
            held_ns=0 if self.void else held_ns,
            peak=max(self.peak, control.position),
            hasty=self.hasty or control.is_hasty(asked.min_phase_s),
            compensated=self.compensated or control.compensating,
            beyond=self.beyond or control.beyond > BEYOND,
        )
        if self.stage is ReachStage.OUT:
            return _outward(on, control)
        return _backward(on, control, dt_ns)

    def held_long(self, asked: Asked) -> bool:
        """Whether it was held for as long as it counts."""
        return self.held_ns >= HELD_SHARE * asked.hold_s * 1e9 and self.held_ns > 0

    def turning(self, asked: Asked) -> bool:
        """Whether it is time to go back: the whole hold is over, or the way back has begun."""
        held = self.held_ns > 0 and self.held_ns >= asked.hold_s * 1e9
        return self.void or self.stage is ReachStage.BACK or (self.counts and held)

    def invites(self, control: SmoothedControl, asked: Asked) -> Invitation:
        """Where to go now."""
        return Invitation(0.0 if self.turning(asked) else asked.demand(control))

    def outcome(
        self, control: SmoothedControl, asked: Asked, level: float, *, ornament: bool
    ) -> TrialOutcome:
        """What the finished repetition was; points and ornament only for a complete one."""
        ending = self._ending(control, asked)
        full = ending is Ending.FULL
        return TrialOutcome(
            number=asked.number,
            ending=ending,
            points=POINTS if full else 0,
            demand=asked.demand(control),
            peak=min(self.peak, control.ceiling),
            ceiling=control.ceiling,
            level=level,
            t_from_ns=self.t_from_ns,
            t_to_ns=control.t_ns,
            ornament=full and ornament,
            calm=self._calm(asked),
        )

    def progress(self, control: SmoothedControl, asked: Asked) -> float:
        """How much of the way to the demand, or back, is done: 0 to 1, for drawing."""
        demand = asked.demand(control)
        if demand <= 0 or self.void:
            return 0.0
        share = min(1.0, control.position / demand)
        return share if self.stage is not ReachStage.BACK else 1.0 - share

    def _rested(self, control: SmoothedControl) -> Reach:
        at = control.position
        base = at if self.base is None else min(self.base, at)
        if at - base < RISE * control.ceiling:
            return Reach(base=base)
        return Reach(ReachStage.OUT, base=base, t_from_ns=control.t_ns, peak=at)

    def _calm(self, asked: Asked) -> bool | None:
        if asked.min_phase_s is None:
            return None
        return self.duration_ns * 1e-9 >= HURRIED * asked.expected_s

    @property
    def way(self) -> float:
        """From the base to the highest position."""
        return self.peak - (self.base or 0.0)

    def _ending(self, control: SmoothedControl, asked: Asked) -> Ending:  # noqa: PLR0911 - one a rule
        if self.beyond:
            return Ending.TOO_FAR
        if self.compensated:
            return Ending.COMPENSATED
        if self.hasty:
            return Ending.TOO_FAST
        if self.peak < (asked.share - asked.half) * control.ceiling:
            return Ending.SHORT
        if not self.held_long(asked):
            return Ending.UNHELD
        if self.floor > RETURN * control.ceiling:
            return Ending.NOT_BACK
        return Ending.FULL


def _outward(reach: Reach, control: SmoothedControl) -> Reach:
    if reach.peak - control.position < TURN * reach.way:
        return reach
    return replace(reach, stage=ReachStage.BACK, floor=control.position)


def _backward(reach: Reach, control: SmoothedControl, dt_ns: int) -> Reach:
    at, ceiling = control.position, control.ceiling
    floor = min(reach.floor, at)
    # A slow fall is no standing still: only a floor that hardly moves settles.
    falls = reach.floor - floor > 0.1 * SETTLE_WITHIN * ceiling
    near = at <= reach.floor + SETTLE_WITHIN * ceiling
    settled_ns = reach.settled_ns + dt_ns if near and not falls else 0
    rises = at - floor >= RISE * ceiling
    low = floor <= reach.peak - WAVERING * reach.way
    if rises and not low:
        return replace(reach, stage=ReachStage.OUT, floor=0.0, settled_ns=0)
    home = at <= (reach.base or 0.0) + 0.2 * reach.way and at <= RETURN * ceiling
    over = home or (low and (rises or settled_ns >= SETTLE_S * 1e9))
    return replace(reach, floor=floor, settled_ns=settled_ns, over=over)
