"""What an entry answers, as bytes that can be read without running anything of the entry's.

An answer may hold numbers, texts, arrays, lists, mappings and plain objects with fields; an object
comes back as a namespace of its public fields. Pickle would let the answer of a cheating entry run
code where the truth is.
"""

from __future__ import annotations

import dataclasses
import io
from types import SimpleNamespace
from typing import Any

import cbor2
import numpy as np

from telemetry.errors import DecodeError

__all__ = ["decode_answer", "encode_answer"]

MOST_DEPTH = 6
_ARRAY, _FIELDS = "array", "fields"


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
        return _read(cbor2.loads(payload))
    except (cbor2.CBORDecodeError, ValueError, TypeError, KeyError, RecursionError) as e:
        raise DecodeError("an entry's answer", f"not readable ({e})") from e


def _plain(value: Any, depth: int) -> Any:
    if depth < 0:
        raise TypeError("an answer is nested too deeply")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise TypeError(f"an answer holds an array of {value.dtype}")
        held = io.BytesIO()
        np.save(held, value, allow_pickle=False)
        return {_ARRAY: held.getvalue()}
    if isinstance(value, (list, tuple)):
        return [_plain(v, depth - 1) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value)]
    elif hasattr(value, "__dict__"):
        names = [name for name in vars(value) if not name.startswith("_")]
    else:
        raise TypeError(f"an answer holds a {type(value).__name__}")
    return {_FIELDS: {name: _plain(getattr(value, name), depth - 1) for name in names}}


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(v) for v in value)
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return np.load(io.BytesIO(value[_ARRAY]), allow_pickle=False)
        return SimpleNamespace(**{str(k): _read(v) for k, v in value[_FIELDS].items()})
    return value
