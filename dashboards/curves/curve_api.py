"""The curve of a recorded session for its page: read where it is kept, never worked out here."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.access.refused import Refused, no_session
from telemetry.errors import AmbiguousName
from telemetry.identity import UlidText
from telemetry.messages.results import ItemResult, SessionResult
from telemetry.seams import SessionIndex

from .session_curve import CurveState, ItemCurve, SessionCurve

__all__ = ["CurveView", "PhaseView", "curve_routes"]


class PhaseView(BaseModel):
    """A repetition's own time: up from `start_s`, held until `down_s`, down until `end_s`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: float
    top_s: float
    down_s: float
    end_s: float


class ItemCurveView(BaseModel):
    """An item's curve and the phases of its repetitions, in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    curve: ItemCurve
    phases: tuple[PhaseView, ...]


class CurveView(BaseModel):
    """The session's curve, or why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: CurveState
    items: tuple[ItemCurveView, ...] = ()


def curve_routes(reader: SessionIndex, curve: Callable[[str, str], SessionCurve]) -> APIRouter:
    """The route of a session's curve.

    Args:
        reader: the recorded sessions.
        curve: the curve of a session and home.
    """
    router = APIRouter(prefix="/api")

    @router.get("/sessions/{session}/curve")
    def of_session(
        session: UlidText,
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_SESSION))],
        home: UlidText | None = None,
    ) -> CurveView:
        """The angle over each item's time, thinned to lowest and highest of each step."""
        unknown = no_session(session)
        try:
            summary = reader.session(session, home=home)
        except AmbiguousName:
            summary = None
        if summary is None or summary.home is None:
            raise Refused(404, unknown)
        asking.about(summary.patient, unknown)
        found = curve(session, summary.home)
        results = reader.results(session, home=summary.home)
        counted = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
        items = {(i.item, i.assessment): i for r in counted[-1:] for i in r.items}
        return CurveView(
            state=found.state,
            items=tuple(
                ItemCurveView(curve=c, phases=_phases(items.get((c.item, c.assessment))))
                for c in found.items
            ),
        )

    return router


def _phases(item: ItemResult | None) -> tuple[PhaseView, ...]:
    """Of an item of which too much was lost to tell how long its strokes took there are none."""
    told = item is not None and item.judged
    return tuple(
        PhaseView(
            start_s=r.start_s,
            top_s=round(r.start_s + r.up_s, 4),
            down_s=round(r.start_s + r.up_s + r.hold_s, 4),
            end_s=r.end_s,
        )
        for r in (item.repetitions if item and told else ())
    )
