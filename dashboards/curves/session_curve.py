"""The angle of a recorded session as it is kept and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict

from .envelope import Span, envelope, unsampled

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["CurveState", "ItemCurve", "SessionCurve", "item_curve"]

CurveState: TypeAlias = Literal["there", "working", "no result", "no plan", "no motion"]
"""`working`: it is being worked out; the others: why there is none."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class ItemCurve(_Frozen):
    """One item's angle: lowest and highest of each step, degrees; None where none was told.

    Seconds count from the item's first sample, as its repetitions count them. In `lost` no sample
    came; in `unseen` samples came and no angle could be told of them.
    """

    item: str
    assessment: bool
    seconds: float
    step_s: float
    low_deg: tuple[float | None, ...]
    high_deg: tuple[float | None, ...]
    lost: tuple[Span, ...]
    unseen: tuple[Span, ...]


class SessionCurve(_Frozen):
    """All items of a session whose range is told; `of` names the result that it belongs to."""

    of: str
    state: CurveState
    items: tuple[ItemCurve, ...] = ()


def item_curve(
    key: tuple[str, bool],
    t_s: npt.NDArray[np.float64],
    angle_deg: npt.NDArray[np.float64],
    *,
    seconds: float,
    steps: int,
) -> ItemCurve:
    """Thin one item's samples.

    Args:
        key: its name, and whether it is the assessment of it.
        t_s: [n] seconds from its first sample.
        angle_deg: [n], NaN where none was told.
        seconds: how long it was.
        steps: of the envelope.
    """
    found = envelope(t_s, angle_deg, seconds=seconds, steps=steps)
    lost = unsampled(t_s, seconds=seconds)
    untold = unsampled(t_s[np.isfinite(angle_deg)], seconds=seconds)
    item, assessment = key
    return ItemCurve(
        item=item,
        assessment=assessment,
        seconds=round(seconds, 2),
        step_s=round(found.step_s, 6),
        low_deg=found.low,
        high_deg=found.high,
        lost=lost,
        unseen=tuple(span for span in untold if not _within_any(span, lost)),
    )


def _within_any(span: Span, others: tuple[Span, ...]) -> bool:
    return any(a <= span[0] + 0.01 and span[1] <= b + 0.01 for a, b in others)
