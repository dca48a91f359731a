"""What an entry answers, as bytes that can be read without running anything of the entry's.

An answer may hold numbers, texts, arrays, lists, mappings and plain objects with fields; an object
comes back as a namespace of its public fields. Pickle would let the answer of a cheating entry run
code where the truth is. What is read is bounded in depth and in how many values it holds, and an
array is no longer than the bytes that came for it. Numbers are finite: who left out what is hard,
as NaN, would be scored on what is easy. Whole ones have 64 bits, as times in nanoseconds need.
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import cbor2
import numpy as np

from telemetry.errors import DecodeError

__all__ = ["decode_answer", "encode_answer"]

MOST_DEPTH = 8
MOST_VALUES = 2_000_000
MOST_NUMBER = 1e15
MOST_WHOLE = 2**63 - 1
_BEYOND = "not finite, or beyond 1e15 (whole ones: 64 bits)"
_ARRAY, _FIELDS, _MAPPING = "array", "fields", "mapping"
_NUMBERS = "biuf"


def encode_answer(answer: object) -> bytes:
    """An answer as CBOR.

    Raises:
        TypeError: it holds something that is no plain value.
    """
    return cbor2.dumps(_plain(answer, MOST_DEPTH))


def decode_answer(payload: bytes) -> Any:
    """Read what `encode_answer` wrote; tuples come back as tuples, objects as namespaces.

    Raises:
        DecodeError: the bytes are no such answer.
    """
    try:
        return _AnswerReader().read(cbor2.loads(payload), MOST_DEPTH + 1)
    except (
        cbor2.CBORDecodeError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        OverflowError,
        MemoryError,
        RecursionError,
    ) as e:
        raise DecodeError("an entry's answer", f"not readable ({e})") from e


def _plain(value: Any, depth: int) -> Any:
    if depth < 0:
        raise TypeError("an answer is nested too deeply")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in _NUMBERS:
            raise TypeError(f"an answer holds an array of {value.dtype}")
        return {_ARRAY: [value.dtype.str, list(value.shape), value.tobytes()]}
    if isinstance(value, (list, tuple)):
        return [_plain(v, depth - 1) for v in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("an answer holds a mapping with keys that are no texts")
        return {_MAPPING: {key: _plain(v, depth - 1) for key, v in value.items()}}
    return {_FIELDS: {name: _plain(v, depth - 1) for name, v in _fields(value).items()}}


def _fields(value: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return {name: v for name, v in vars(value).items() if not name.startswith("_")}
    raise TypeError(f"an answer holds a {type(value).__name__}")


class _AnswerReader:
    """Reads one answer; counts, since CBOR may name one list many times over."""

    def __init__(self) -> None:
        self._read = 0

    def read(self, value: Any, depth: int) -> Any:
        self._read += 1
        if self._read > MOST_VALUES or depth < 0:
            raise ValueError("too many values, or nested too deeply")
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, (int, float)):
            return _bounded(value)
        if isinstance(value, list):
            return tuple(self.read(v, depth - 1) for v in value)
        if isinstance(value, dict) and value:
            if set(value) == {_ARRAY}:
                return _array(*value[_ARRAY])
            (kind, held), *more = value.items()
            if kind in {_FIELDS, _MAPPING} and not more:
                read = {str(k): self.read(v, depth - 1) for k, v in held.items()}
                return read if kind == _MAPPING else SimpleNamespace(**read)
        raise ValueError(f"it holds a {type(value).__name__}")


def _bounded(value: float) -> float:
    most = MOST_WHOLE if isinstance(value, int) else MOST_NUMBER
    if not -most <= value <= most:
        raise ValueError(f"a number that is {_BEYOND}; None says that there is none")
    return value


def _array(kind: str, shape: list[int], held: bytes) -> np.ndarray[Any, Any]:
    dtype = np.dtype(kind)
    if dtype.kind not in _NUMBERS or dtype.subdtype is not None:
        raise ValueError(f"an array of {dtype}")
    # As many values as there are bytes for: a shape alone allocates nothing.
    values = np.frombuffer(held, dtype).reshape(shape).copy()
    if not _within(values):
        raise ValueError(f"an array with numbers that are {_BEYOND}")
    return values


def _within(values: np.ndarray[Any, Any]) -> bool:
    match values.dtype.kind:
        case "f":
            return bool((np.abs(values.astype(np.float64)) <= MOST_NUMBER).all())
        case "u":
            return bool((values <= MOST_WHOLE).all())
    return True
