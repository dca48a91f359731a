"""What a record's body must be, told by its kind; nothing else enters a journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError
from telemetry.messages.codec import MAX_PAYLOAD_BYTES, decode_item
from telemetry.messages.events import SessionEvent, decode_event
from telemetry.messages.motion import MotionBatch, StreamGap, StreamItem
from telemetry.messages.record import NewRecord, Record, RecordKind
from telemetry.messages.results import Result, decode_result

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["MAX_BODY_BYTES", "Examined", "examine"]

MAX_BODY_BYTES: Final = MAX_PAYLOAD_BYTES - 4096
"""A block of one record must fit in one message, its envelope included."""

Content: TypeAlias = "StreamItem | SessionEvent | Result"


@dataclass(frozen=True, slots=True)
class Examined:
    """A body that was read and is whole."""

    content: Content
    first_index: int | None = None
    samples: int = 0


def examine(record: NewRecord | Record) -> Examined:
    """Read a record's body and hold it against what the record says of itself.

    Raises:
        DecodeError: too large, unreadable, of another kind, or of another stream or session
            than the record names.
    """
    if len(record.body) > MAX_BODY_BYTES:
        raise DecodeError(
            f"{record.kind} record", f"{len(record.body)} bytes, more than {MAX_BODY_BYTES}"
        )
    match record.kind:
        case RecordKind.EVENT:
            event = decode_event(record.body)
            _same(record, "session", event.session, record.session)
            return Examined(event)
        case RecordKind.RESULT:
            return Examined(decode_result(record.body))
        case _:
            return _examine_item(record)


def _examine_item(record: NewRecord | Record) -> Examined:
    item = decode_item(record.body)
    _same(record, "stream", item.stream, record.stream)
    if record.kind is RecordKind.MOTION:
        if not isinstance(item, MotionBatch):
            raise DecodeError("motion record", f"holds a {type(item).__name__}")
        return Examined(item, item.first_index, len(item))
    if isinstance(item, MotionBatch):
        raise DecodeError(f"{record.kind} record", "holds motion")
    if record.kind is RecordKind.DROPPED and not isinstance(item, StreamGap):
        raise DecodeError("dropped record", f"holds a {type(item).__name__}, not a gap")
    return Examined(item, item.first_index if isinstance(item, StreamGap) else None)


def _same(record: NewRecord | Record, what: str, found: str, named: str | None) -> None:
    if found != named:
        raise DecodeError(f"{record.kind} record", f"{what} {named!r} holds one of {found!r}")
