"""The heart rate on the screen: recorded and shown where one is worn, and no more than that.

Medicines and loose straps falsify it, so nothing is eased, ended or advised by it. A rate that
is not fresh, or that the sensor took without touching skin, is not shown at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telemetry.messages.events import HeartMeasured

__all__ = ["FRESH_NS", "shown_bpm"]

FRESH_NS = 6_000_000_000


def shown_bpm(measured: HeartMeasured | None, now_ns: int) -> int | None:
    """What to show of the newest measurement, beats a minute; None: nothing."""
    if measured is None or measured.contact is False:
        return None
    return measured.rate_bpm if now_ns - measured.t_ns <= FRESH_NS else None
