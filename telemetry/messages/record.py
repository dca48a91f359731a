"""The record path: what a journal holds, and how a block of it travels to the clinic.

A record is known by `(home, position)`. `home` is the ULID of the journal that numbered it,
`position` counts from 1 without holes. The clinic answers with the highest contiguous position
that it has committed; the rest is sent again.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import cbor2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from telemetry.errors import DecodeError
from telemetry.identity import UlidText, is_ulid
from telemetry.printable import shown

from .bounded_cbor import read_cbor
from .codec import MAX_PAYLOAD_BYTES
from .newer import first_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Ack", "NewRecord", "Record", "RecordKind", "decode_block", "encode_block"]

WIRE_VERSION = 1


class RecordKind(StrEnum):
    """What a record's body is."""

    MOTION = "motion"
    """A MotionBatch, CBOR: the only kind that may be dropped when a journal is full."""
    STREAM = "stream"
    """A stream's marker, CBOR: opened, gap, quality, ended."""
    EVENT = "event"
    """A session's event, JSON."""
    RESULT = "result"
    """What the signal core found, JSON."""
    CARE = "care"
    """What a clinic did or heard of a patient, JSON; only in the clinic's own records."""
    DROPPED = "dropped"
    """Stands where motion was dropped, so that positions stay contiguous; body: the StreamGap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record before a journal has numbered it.

    Attributes:
        subject: the home that it is about, where that is another than the one that writes it:
            what a clinic finds in a home's session. It is not sent anywhere.
    """

    t_ns: int
    kind: RecordKind
    body: bytes
    session: str | None = None
    stream: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A numbered record; `subject` as in `NewRecord`, None where it is about `home` itself."""

    home: str
    position: int
    t_ns: int
    kind: RecordKind
    body: bytes
    session: str | None = None
    stream: str | None = None
    subject: str | None = None


class Ack(BaseModel):
    """All of `home`'s records up to and with `position` are committed at the clinic."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: UlidText
    position: int = Field(ge=0, lt=1 << 63)

    def encode(self) -> bytes:
        """The acknowledgement as JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def decode(cls, payload: bytes) -> Ack:
        """Read what `encode` wrote.

        Raises:
            DecodeError: not JSON, or a wrong field.
        """
        try:
            return cls.model_validate_json(payload)
        except ValidationError as e:
            raise DecodeError("acknowledgement", first_problem(e)) from e


def encode_block(records: Sequence[Record]) -> bytes:
    """Records of one home as one CBOR payload.

    Raises:
        ValueError: there are none, or they are of several homes.
    """
    homes = {r.home for r in records}
    if len(homes) != 1:
        raise ValueError(f"a block holds records of one home, not of {len(homes)}")
    rows = [[r.position, r.t_ns, str(r.kind), r.session, r.stream, r.body] for r in records]
    home = homes.pop()
    return cbor2.dumps(
        {"v": WIRE_VERSION, "home": home, "records": rows, "crc": _checksum(home, rows)}
    )


def decode_block(payload: bytes) -> list[Record]:
    """Read what `encode_block` wrote.

    Raises:
        DecodeError: too large, not CBOR, another version, a wrong row, or not what was sent.
    """
    what = "record block"
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise DecodeError(what, f"{len(payload)} bytes, more than {MAX_PAYLOAD_BYTES}")
    body = read_cbor(payload, what)
    if body.get("v") != WIRE_VERSION:
        raise DecodeError(what, f"not version {WIRE_VERSION} of the record block")
    home, rows = body.get("home"), body.get("records")
    if not isinstance(home, str) or not isinstance(rows, list) or not rows:
        raise DecodeError(what, "home or records missing")
    if not is_ulid(home):
        raise DecodeError(what, f"home {shown(home)} is no ULID")
    # Rows first: only plain values can be summed up without harm.
    records = [_row(home, row, i) for i, row in enumerate(rows)]
    if body.get("crc") != _checksum(home, rows):
        raise DecodeError(what, "checksum does not match: it was changed on its way")
    return records


def _checksum(home: str, rows: list[Any]) -> int:
    """CRC-32 of home and rows as CBOR: TCP's own lets one spoiled packet in many thousand pass."""
    return zlib.crc32(cbor2.dumps([home, rows]))


def _row(home: str, row: Any, i: int) -> Record:
    match row:
        case [int(position), int(t_ns), str(kind), session, stream, bytes(data)] if (
            0 < position < 1 << 63
            and abs(t_ns) < 1 << 63
            and (session is None or (isinstance(session, str) and is_ulid(session)))
            and (stream is None or (isinstance(stream, str) and is_ulid(stream)))
        ):
            try:
                named = RecordKind(kind)
            except ValueError as e:
                raise DecodeError("record block", f"row {i} has unknown kind {shown(kind)}") from e
            return Record(
                home=home,
                position=position,
                t_ns=t_ns,
                kind=named,
                body=data,
                session=session,
                stream=stream,
            )
    raise DecodeError(
        "record block", f"row {i} is not [position, t_ns, kind, session, stream, body]"
    )
