"""A session's events and results as tables."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .table import Table, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import ItemResult, SessionResult

__all__ = ["Angle", "event_table", "item_table", "repetition_table"]

_EVENT_COLUMNS = ("number", "t_ns", "type", "item")
_BARE = {"number": int, "t_ns": int, "repetitions": int, "assessment": bool}
_OF_ITEM = ("item", "exercise", "side", "assessment", "stream")
_OF_STROKES = ("up_s", "hold_s", "down_s", "peak_velocity_deg_s", "sparc", "sparc_down")


class Angle(Table):
    """The observable of one exercise item over time, as the live path shows it.

    Columns `t_ns` (host time, UTC), `angle_deg`, `control` (0 at rest, 1 at today's target).
    """

    @property
    def t_ns(self) -> npt.NDArray[np.int64]:
        """[n] host times, UTC."""
        column: npt.NDArray[np.int64] = self["t_ns"]
        return column

    @property
    def angle_deg(self) -> npt.NDArray[np.float64]:
        """[n] degrees."""
        column: npt.NDArray[np.float64] = self["angle_deg"]
        return column

    @property
    def control(self) -> npt.NDArray[np.float64]:
        """[n] normalised."""
        column: npt.NDArray[np.float64] = self["control"]
        return column


def event_table(events: Sequence[SessionEvent]) -> Table:
    """One row an event, one column a field; what is no single value is JSON text."""
    rows = []
    for event in events:
        body = event.model_dump(mode="json", exclude={"session"})
        rows.append({name: _single(value) for name, value in body.items()})
    return table_of(rows, _EVENT_COLUMNS, bare=_BARE)


def repetition_table(result: SessionResult | None) -> Table:
    """One row a repetition of a session's result; flags are joined by semicolons.

    How long its strokes took, and how smooth they were, is empty where too much was lost to judge.
    """
    rows = []
    for item in () if result is None else result.items:
        for repetition in item.repetitions:
            body = repetition.model_dump()
            body |= {name: "; ".join(body[name]) for name in ("flags", "technical")}
            if not item.judged:
                body |= dict.fromkeys(_OF_STROKES)
            rows.append({name: getattr(item, name) for name in _OF_ITEM} | body)
    return table_of(
        rows, (*_OF_ITEM, "number", "start_s", "end_s", "range_deg", "peak_deg"), bare=_BARE
    )


def item_table(result: SessionResult | None) -> Table:
    """One row an exercise item or assessment of a session's result, with the core that made it."""
    made = {} if result is None else result.model_dump(include={"core_version", "plan_version"})
    rows = [_item_row(item) | made for item in (() if result is None else result.items)]
    first = (*_OF_ITEM, "rate_hz", "repetitions", "range_median_deg", "core_version")
    return table_of(rows, first, bare=_BARE)


def _item_row(item: ItemResult) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(item, name) for name in _OF_ITEM}
    row |= {
        "rate_hz": item.rate_hz,
        "repetitions": len(item.repetitions),
        "count_low": item.count_low,
        "count_high": item.count_high,
        "attempts": len(item.attempts),
        "moving_s": item.moving_s,
        "judged": item.judged,
        "alike": item.alike,
        "not_observable": item.not_observable,
        "doubts": "; ".join(doubt.en for doubt in item.doubts),
    }
    rom, peak = item.range_of_motion, item.active_peak
    row |= {
        "observable": None if rom is None else rom.what,
        "range_median_deg": None if rom is None else rom.median_deg,
        "range_p10_deg": None if rom is None else rom.p10_deg,
        "range_p90_deg": None if rom is None else rom.p90_deg,
        "range_low_deg": None if rom is None else rom.band_low_deg,
        "range_high_deg": None if rom is None else rom.band_high_deg,
        "peak_deg": None if peak is None else peak.peak_deg,
        "peak_start_deg": None if peak is None else peak.start_deg,
        "peak_low_deg": None if peak is None else peak.band_low_deg,
        "peak_high_deg": None if peak is None else peak.band_high_deg,
        "donning_sigma_deg": item.donning_sigma_deg,
    }
    row |= {f"samples_{name}": n for name, n in item.conditioning.model_dump().items()}
    return row | {_measure(m.name, m.unit): m.value for m in item.measures}


def _measure(name: str, unit: str) -> str:
    """A column's name: `cadence` in `1/min` is `cadence_per_min`."""
    return "_".join(
        re.sub(r"\W+", "_", part).strip("_")
        for part in (name, unit.replace("1/", "per ").replace("/", " per ").replace("²", "2"))
        if part.strip("_ 1")
    ).lower()


def _single(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
