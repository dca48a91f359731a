"""What became of one case: the published figures beside the truth, in a form that travels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.monitoring.adherence import session_adherence

from .published import Published, analysed, published_of
from .session_case import ITEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .case_spec import CaseSpec
    from .session_case import SessionCase

__all__ = ["Outcome", "coverage_percent", "judged", "median_half_width_deg", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case.

    Attributes:
        name, kind, right: of the case.
        shown: what was published.
        true_deg: the true median range; None where it is not known.
        holds: it lies in the published band; None where no range was published, or none is known.
        holds_peak: the same of the active peak.
        each_holds, each_holds_peak: the same of each repetition's own range and peak.
        done: repetitions of the set; None where nobody counted.
        quality: of the session, as adherence has it; None: not judged.
        sparc: of each stroke.
    """

    name: str
    kind: str
    right: bool
    shown: Published
    true_deg: float | None
    holds: bool | None
    done: int | None
    quality: float | None = None
    sparc: tuple[float, ...] = ()
    holds_peak: bool | None = None
    each_holds: tuple[bool, ...] = ()
    each_holds_peak: tuple[bool, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether a range or a peak was published whose band does not hold the true one."""
        return (not self.shown.refused and not self.holds) or self.holds_peak is False

    @property
    def count_error(self) -> int:
        """Counted less done."""
        return 0 if self.done is None else self.shown.count - self.done


def judged(spec: CaseSpec) -> Outcome:
    """Make a case, run it through the product as a recorded session, and hold it to its truth."""
    case = spec.make()
    result = analysed(case.recording)
    if not result.items:
        return outcome_of(case, Published(None, None, None, 0, reason="no item was seen"))
    item = result.items[0]
    adherence = session_adherence(case.recording.plan, result, [ITEM], "2026-01-02")
    return outcome_of(
        case,
        published_of(item),
        quality=adherence.quality,
        sparc=tuple(s for r in item.repetitions for s in (r.sparc, r.sparc_down) if s is not None),
    )


def outcome_of(
    case: SessionCase,
    shown: Published,
    *,
    quality: float | None = None,
    sparc: tuple[float, ...] = (),
) -> Outcome:
    """Published figures beside a case's truth."""
    done = None if case.truth.repetitions is None else len(case.truth.repetitions)
    return Outcome(
        name=case.name,
        kind=case.kind,
        right=case.right,
        shown=shown,
        true_deg=case.truth.range_deg(shown.spans),
        holds=None if shown.refused else shown.holds(case.truth),
        done=done,
        quality=quality,
        sparc=sparc,
        holds_peak=shown.holds_peak(case.truth),
        each_holds=tuple(shown.each_holds(case.truth)),
        each_holds_peak=tuple(shown.each_holds_peak(case.truth)),
    )


def coverage_percent(outcomes: Sequence[Outcome]) -> float | None:
    """Published ranges whose band holds the true one; None where none can be judged."""
    held = [o.holds for o in outcomes if o.holds is not None]
    return 100 * float(np.mean(held)) if held else None


def median_half_width_deg(outcomes: Sequence[Outcome]) -> float | None:
    """Median half width of the published bands."""
    widths = [w for o in outcomes if (w := o.shown.half_width_deg) is not None]
    return float(np.median(widths)) if widths else None
