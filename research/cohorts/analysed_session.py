"""What a cohort keeps of one session: its result by one core, or why there is none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from pydantic import BaseModel, ValidationError

from telemetry.errors import StoreDamaged
from telemetry.messages.bounds import STRICT
from telemetry.messages.codec import encode_item
from telemetry.messages.events import encode_event
from telemetry.messages.motion import MotionBatch
from telemetry.messages.results import SessionResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from therapy.plan.plan import Plan

__all__ = ["AnalysedSession", "InputHash", "analysed_name", "read_analysed"]

_COLUMNS: Final = ("t_ns", "lag_us", "device_us", "acc", "gyr", "mag")


class AnalysedSession(BaseModel):
    """One session's row of a cohort.

    Attributes:
        session, home, patient, day: whose it is, and of which day.
        site: that the session was opened at; None where there is a fault.
        core_version: that made the result.
        input_hash: SHA-256 of events, plan and samples, however they were cut and stored; None
            where they could not be read.
        source: `analysed` here, or as it was `recorded`, where the motion is not kept any more.
        result: what the core found; None where there is a fault.
        fault: why there is no result.
    """

    model_config = STRICT

    version: Literal[1] = 1
    session: str
    home: str | None
    patient: str
    site: str | None
    day: str
    core_version: str
    input_hash: str | None
    source: Literal["analysed", "recorded"] = "analysed"
    result: SessionResult | None
    fault: str | None = None

    @property
    def name(self) -> str:
        """Names it among all."""
        return analysed_name(self.patient, self.session, self.home)


def analysed_name(patient: str, session: str, home: str | None) -> str:
    """Names a session among all: two homes may give one name to two.

    It begins with whose it is, so that an erasure finds what is the person's by its name.
    """
    return f"{patient}@{session}" if home is None else f"{patient}@{session}.{home}"


def read_analysed(path: Path) -> AnalysedSession:
    """One row as it was written.

    Raises:
        StoreDamaged: the file is no such row.
    """
    try:
        return AnalysedSession.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as e:
        raise StoreDamaged(f"{path} is no result of a cohort ({type(e).__name__})") from e


class InputHash:
    """SHA-256 of all that a session's result is a function of.

    A journal keeps about a second of samples a batch, an archive a thousand rows: so each column
    of a stream is hashed by itself, and its markers, which name the sample they stand at.

    Args:
        events: of the session, in order.
        plan: that it was opened with.
    """

    def __init__(self, events: Sequence[SessionEvent], plan: Plan) -> None:
        self._whole = hashlib.sha256(plan.canonical_json().encode())
        for event in events:
            self._whole.update(encode_event(event))

    def watching(self, items: Iterable[StreamItem]) -> Iterator[StreamItem]:
        """A stream's items, unchanged; all of them are to be taken before the next stream's."""
        columns = {name: hashlib.sha256() for name in ("index", *_COLUMNS, "markers")}
        for item in items:
            if isinstance(item, MotionBatch):
                index = np.arange(item.first_index, item.next_index, dtype=np.int64)
                columns["index"].update(index.tobytes())
                for name in _COLUMNS:
                    values = getattr(item, name)
                    if values is not None:
                        columns[name].update(np.ascontiguousarray(values).tobytes())
            else:
                columns["markers"].update(encode_item(item))
            yield item
        for column in columns.values():
            self._whole.update(column.digest())

    def hexdigest(self) -> str:
        """Of what was seen so far."""
        return self._whole.hexdigest()
