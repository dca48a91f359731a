"""Motion on the wire: CBOR maps with RFC 8746 typed arrays, little-endian.

Every item is a map whose `k` names its kind. Numbers of samples and lengths are checked
against each other, so that what decodes is whole: a receiver never meets half a batch.
"""

from __future__ import annotations

import dataclasses
import math
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import cbor2
import numpy as np
import numpy.typing as npt

from telemetry.errors import DecodeError, NewerVersion
from telemetry.printable import shown

from .bounded_cbor import read_cbor
from .motion import (
    MotionBatch,
    QualityKind,
    StreamEnded,
    StreamGap,
    StreamItem,
    StreamOpened,
    StreamQuality,
    TimeQuality,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_PAYLOAD_BYTES", "decode_item", "encode_item"]

MAX_PAYLOAD_BYTES = 1 << 20
_Enum = TypeVar("_Enum", bound=StrEnum)

# RFC 8746, section 2.1: sint32, sint64 and float32, little-endian.
_TAGS = {"<i4": 78, "<i8": 79, "<f4": 85}
_Marker: TypeAlias = StreamOpened | StreamGap | StreamQuality | StreamEnded
_MARKERS: dict[str, type[_Marker]] = {
    "opened": StreamOpened,
    "gap": StreamGap,
    "quality": StreamQuality,
    "ended": StreamEnded,
}
_KINDS = {cls: kind for kind, cls in _MARKERS.items()}


def encode_item(item: StreamItem) -> bytes:
    """One stream item as CBOR; `decode_item` gives it back unchanged."""
    if isinstance(item, MotionBatch):
        return _encode_batch(item)
    body: dict[str, Any] = {"k": _KINDS[type(item)]}
    body |= {f.name: getattr(item, f.name) for f in dataclasses.fields(item)}
    return cbor2.dumps(body)


def decode_item(payload: bytes) -> StreamItem:
    """Read what `encode_item` wrote.

    Raises:
        DecodeError: too large, not CBOR, an unknown kind, a missing or wrong field, arrays
            that do not fit each other.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise DecodeError("stream item", f"{len(payload)} bytes, more than {MAX_PAYLOAD_BYTES}")
    body = read_cbor(payload, "stream item")
    kind = body.pop("k", None)
    if kind == "batch":
        return _read_batch(body)
    if isinstance(kind, str) and kind in _MARKERS:
        return _read_marker(_MARKERS[kind], body)
    raise NewerVersion("stream item", f"unknown kind {shown(kind)}")


def _encode_batch(b: MotionBatch) -> bytes:
    """The map of a batch: what is alike in every batch of a stream is written once and kept."""
    parts = [b"", _stream_head(b.stream), _dumps(b.first_index), _T0, _dumps(b.t0_ns)]
    for name, (dtype, *_) in _FORMS.items():
        value = getattr(b, name)
        if value is not None:
            raw = value.astype(dtype, copy=False).tobytes()
            parts += (_array_head(name, len(raw)), raw)
    # Four entries before the arrays; two parts each.
    parts[0] = _map_head(4 + (len(parts) - 5) // 2)
    return b"".join(parts)


_dumps = cbor2.dumps
_T0 = _dumps("t0_ns")


@lru_cache(maxsize=16)
def _map_head(entries: int) -> bytes:
    return _dumps(dict.fromkeys(range(entries)))[:1]


@lru_cache(maxsize=64)
def _stream_head(stream: str) -> bytes:
    return b"".join(map(_dumps, ("k", "batch", "stream", stream, "first_index")))


@lru_cache(maxsize=1024)
def _array_head(name: str, size: int) -> bytes:
    """What stands before an array's bytes: its name, its tag, how many they are."""
    tagged = _dumps(cbor2.CBORTag(_FORMS[name][1], bytes(size)))
    return _dumps(name) + tagged[: len(tagged) - size]


_ARRAYS = {
    "dt_us": "<i4",
    "lag_us": "<i4",
    "device_us": "<i8",
    "acc": "<f4",
    "gyr": "<f4",
    "mag": "<f4",
}
_VECTORS = {"acc", "gyr", "mag"}
_FORMS = {
    name: (np.dtype(form), _TAGS[form], width, width * np.dtype(form).itemsize)
    for name, form in _ARRAYS.items()
    for width in (3 if name in _VECTORS else 1,)
}
"""Of each array its type, its tag, values a sample and bytes a sample."""
_REQUIRED = {"dt_us", "lag_us", "acc"}


def _read_batch(body: dict[str, Any]) -> MotionBatch:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, (dtype, tag, width, sample_bytes) in _FORMS.items():
        tagged = body.get(name)
        if tagged is None:
            if name in _REQUIRED:
                raise DecodeError("motion batch", f"{name} is missing")
            continue
        if type(tagged) is not cbor2.CBORTag or tagged.tag != tag:
            raise DecodeError("motion batch", f"{name} is not a typed array of {dtype}")
        raw = tagged.value
        if type(raw) is not bytes or len(raw) % sample_bytes:
            raise DecodeError("motion batch", f"{name} is not a whole number of samples")
        n = len(raw) // sample_bytes
        # A view of the bytes as they came: nothing is copied, and none can be changed.
        arrays[name] = np.ndarray(n if width == 1 else (n, width), dtype, raw)
    n = len(arrays["dt_us"])
    if n == 0:
        raise DecodeError("motion batch", "no samples")
    for name, array in arrays.items():
        if len(array) != n:
            raise DecodeError("motion batch", f"{name} has {len(array)} samples, dt_us has {n}")
    t0_ns = _integer(body, "t0_ns", "motion batch")
    if t0_ns % 1000:
        raise DecodeError("motion batch", f"t0_ns {t0_ns} is no whole microsecond")
    return MotionBatch(
        stream=_text(body, "stream", "motion batch"),
        first_index=_integer(body, "first_index", "motion batch", least=0),
        t0_ns=t0_ns,
        **arrays,
    )


def _read_marker(cls: type[_Marker], body: dict[str, Any]) -> StreamItem:
    what = f"{_KINDS[cls]} marker"
    fields = {f.name: f for f in dataclasses.fields(cls)}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in body:
            if field.default is dataclasses.MISSING:
                raise DecodeError(what, f"{name} is missing")
            continue
        values[name] = _READERS[str(field.type)](body, name, what)
    return cls(**values)


def _integer(body: dict[str, Any], name: str, what: str, *, least: int | None = None) -> int:
    value = body.get(name)
    # One bit to spare, so that no sum of two overflows.
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 62:
        raise DecodeError(what, f"{name} is {shown(value)}, not an integer")
    if least is not None and value < least:
        raise DecodeError(what, f"{name} is {shown(value)}, less than {least}")
    return value


def _text(body: dict[str, Any], name: str, what: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > 200:
        raise DecodeError(what, f"{name} is {shown(value)}, not a short text")
    return value


def _number(body: dict[str, Any], name: str, what: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DecodeError(what, f"{name} is {shown(value)}, not a number")
    return float(value)


def _flag(body: dict[str, Any], name: str, what: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise DecodeError(what, f"{name} is {shown(value)}, not true or false")
    return value


def _one_of(kinds: type[_Enum]) -> Callable[[dict[str, Any], str, str], _Enum]:
    def read(body: dict[str, Any], name: str, what: str) -> _Enum:
        try:
            return kinds(body[name])
        except ValueError as e:
            raise DecodeError(
                what, f"{name} is {shown(body[name])}, not one of {[str(k) for k in kinds]}"
            ) from e

    return read


_READERS: dict[str, Any] = {
    "str": _text,
    "int": _integer,
    "float": _number,
    "bool": _flag,
    "TimeQuality": _one_of(TimeQuality),
    "QualityKind": _one_of(QualityKind),
    "int | None": lambda b, n, w: None if b[n] is None else _integer(b, n, w, least=0),
    "float | None": lambda b, n, w: None if b[n] is None else _number(b, n, w),
    "str | None": lambda b, n, w: None if b[n] is None else _text(b, n, w),
}
