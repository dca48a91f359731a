"""What a record's body must be, told by its kind; nothing else enters a journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError, NewerVersion
from telemetry.messages.bounded_cbor import read_cbor
from telemetry.messages.care import CareRecord, read_care
from telemetry.messages.codec import MAX_PAYLOAD_BYTES, decode_item
from telemetry.messages.events import SessionEvent, read_event
from telemetry.messages.motion import MotionBatch, StreamGap, StreamItem
from telemetry.messages.record import NewRecord, Record, RecordKind
from telemetry.messages.results import Result, read_result
from telemetry.printable import shown

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["MAX_BODY_BYTES", "Examined", "Held", "examine"]

MAX_BODY_BYTES: Final = MAX_PAYLOAD_BYTES - 4096
"""A block of one record must fit in one message, its envelope included."""

Content: TypeAlias = "StreamItem | SessionEvent | Result | CareRecord"


class Held(IntEnum):
    """How much of a body this program could read; the body itself is kept as it came."""

    NOT = 0
    """All of it."""
    IN_PART = 1
    """All but fields that only a newer program knows."""
    WHOLLY = 2
    """Nothing: it is of a type that only a newer program knows."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A body that was read and is whole; `content` is None where it is wholly held."""

    content: Content | None
    first_index: int | None = None
    samples: int = 0
    held: Held = Held.NOT


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
    try:
        return _examine_known(record)
    except NewerVersion:
        _examine_unknown(record)
        return Examined(None, held=Held.WHOLLY)


def _examine_known(record: NewRecord | Record) -> Examined:
    match record.kind:
        case RecordKind.EVENT:
            event = read_event(record.body)
            _same(record, "session", event.content.session, record.session)
            return Examined(event.content, held=_held(event.unknown))
        case RecordKind.RESULT:
            result = read_result(record.body)
            _same(record, "session", result.content.session, record.session)
            return Examined(result.content, held=_held(result.unknown))
        case RecordKind.CARE:
            care = read_care(record.body)
            return Examined(care.content, held=_held(care.unknown))
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


def _examine_unknown(record: NewRecord | Record) -> None:
    """Of a type that nobody here knows: whose it says it is must hold all the same."""
    if record.kind in (RecordKind.MOTION, RecordKind.DROPPED):
        raise DecodeError(f"{record.kind} record", "holds an item of an unknown kind")
    if record.kind is RecordKind.STREAM:
        body, name, named = read_cbor(record.body, "stream item"), "stream", record.stream
    else:
        body, name, named = json.loads(record.body), "session", record.session
    _same(record, name, body.get(name), named)


def _held(unknown: int) -> Held:
    return Held.IN_PART if unknown else Held.NOT


def _same(record: NewRecord | Record, what: str, found: object, named: str | None) -> None:
    if found != named:
        raise DecodeError(
            f"{record.kind} record", f"{what} {shown(named)} holds one of {shown(found)}"
        )
