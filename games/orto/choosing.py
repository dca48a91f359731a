"""Choosing a bed at rest: light goes from bed to bed, and a rise takes the one that is lit. Pure.

1. At rest, below `REST` of today's range for `RESTED_S`, the beds light in turn, `LIT_S` each,
   endlessly: nobody is ever late.
2. As soon as rest is left the light stays where it is, so that a slow rise chooses what was meant.
3. A rise above `CHOSEN` for `CHOSEN_S` chooses the bed that is lit. Who comes back to rest before
   that has chosen nothing, and the light goes on.

Whoever rises without any light has made a repetition, and no choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from games.rules.smoothed_control import SmoothedControl

__all__ = ["LIT_S", "RESTED_S", "BedChoice"]

REST: Final = 0.15
RESTED_S: Final = 0.5
LIT_S: Final = 3.0
CHOSEN: Final = 0.25
CHOSEN_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class BedChoice:
    """One choice on its way.

    Attributes:
        beds: how many there are.
        first: the one that lights first.
        rested_ns: at rest so long; 0 where it was left.
        lit_ns: for so long beds have been lighting, all rounds together.
        left_ns: since rest was left.
        above_ns: for so long it has been a rise.
        chosen: the bed; None: not yet.
        decided_s: from the chosen bed's lighting to the beginning of the rise.
    """

    beds: int
    first: int = 0
    rested_ns: int = 0
    lit_ns: int = 0
    left_ns: int = 0
    above_ns: int = 0
    chosen: int | None = None
    decided_s: float | None = None

    @property
    def lit(self) -> int | None:
        """The bed that is lit, or that was chosen; None: none is."""
        if self.chosen is not None:
            return self.chosen
        if self.lit_ns == 0:
            return None
        return (self.first + self._turn) % self.beds

    @property
    def rounds(self) -> int:
        """How often each bed has been lit already."""
        return self._turn // self.beds

    @property
    def at_rest(self) -> bool:
        """Whether rest is kept, or was not yet looked for."""
        return self.left_ns == 0

    @property
    def _turn(self) -> int:
        return int(self.lit_ns // (LIT_S * 1e9))

    def moved(self, control: SmoothedControl, dt_ns: int) -> BedChoice:
        """One fixed step later."""
        if self.chosen is not None or control.ceiling <= 0:
            return self
        at = control.position / control.ceiling
        if at < REST:
            rested_ns = self.rested_ns + dt_ns
            goes_on = rested_ns >= RESTED_S * 1e9
            lit_ns = self.lit_ns + (dt_ns if goes_on else 0)
            return replace(self, rested_ns=rested_ns, lit_ns=lit_ns, left_ns=0, above_ns=0)
        left_ns = self.left_ns + dt_ns
        above_ns = self.above_ns + dt_ns if at > CHOSEN else 0
        on = replace(self, rested_ns=0, left_ns=left_ns, above_ns=above_ns)
        if above_ns < CHOSEN_S * 1e9 or on.lit is None:
            return on
        since_lit_ns = self.lit_ns % round(LIT_S * 1e9)
        decided_s = round((since_lit_ns + left_ns - above_ns) * 1e-9, 3)
        return replace(on, chosen=on.lit, decided_s=decided_s)
