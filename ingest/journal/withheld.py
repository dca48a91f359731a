"""Raw motion that may not leave its home: a gap stands in its place, so that positions go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.motion import MotionBatch, StreamGap
from telemetry.messages.record import Record, RecordKind

__all__ = ["NOT_AGREED", "without_motion"]

NOT_AGREED: Final = "not agreed"


def without_motion(record: Record) -> Record:
    """The record that stands for one of motion; any other is given back as it is.

    Raises:
        DecodeError: its motion cannot be read.
    """
    if record.kind is not RecordKind.MOTION:
        return record
    item = decode_item(record.body)
    if not isinstance(item, MotionBatch):
        return record
    gap = StreamGap(
        stream=item.stream,
        first_index=item.first_index,
        count=len(item),
        reason=NOT_AGREED,
        t_ns=record.t_ns,
    )
    return replace(record, kind=RecordKind.DROPPED, body=encode_item(gap))
