"""On which day each session was, where a clinician has put right what its home's clock told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from telemetry.messages.care import SessionDayCorrected, decode_care

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telemetry.seams import SessionSummary

__all__ = ["DAY_CORRECTED", "with_corrected_days"]

DAY_CORRECTED: Final[str] = SessionDayCorrected.model_fields["type"].default


def with_corrected_days(
    summaries: Sequence[SessionSummary], corrections: Iterable[bytes]
) -> list[SessionSummary]:
    """The sessions, each on the day that it belongs to.

    Args:
        summaries: each with the day that its home told.
        corrections: bodies of `SessionDayCorrected`, in the order in which they were written; of
            two of one time the later counts.

    Raises:
        DecodeError: a body is none.
    """
    told = [c for body in corrections if isinstance(c := decode_care(body), SessionDayCorrected)]
    days = {(c.patient, c.home, c.session): c.day for c in sorted(told, key=lambda told: told.t_ns)}
    if not days:
        return list(summaries)
    found = []
    for summary in summaries:
        day = days.get((summary.patient, summary.home or "", summary.session))
        found.append(summary if day is None else replace(summary, day=day.isoformat()))
    return found
