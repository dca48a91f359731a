"""What a page sends as a plan's body, bounded before anything reads it."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from fastapi import HTTPException

__all__ = ["bounded"]

DEEPEST: Final = 8
LARGEST: Final = 60_000
"""Characters of JSON: a hundred exercises and all their texts."""


def bounded(body: dict[str, Any]) -> dict[str, Any]:
    """The body itself, where a plan could be in it: what cannot be stored or shown is refused.

    Raises:
        HTTPException: 422, it is too deep or too large, or holds what JSON or UTF-8 has no place
            for.
    """
    left: list[tuple[Any, int]] = [(body, 1)]
    while left:
        value, depth = left.pop()
        if depth > DEEPEST:
            raise HTTPException(422, "this is no plan: it is too deep")
        if isinstance(value, dict):
            left += [(inner, depth + 1) for pair in value.items() for inner in pair]
        elif isinstance(value, list):
            left += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str):
            _text(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise HTTPException(422, "this is no plan: a number is not one")
    if len(json.dumps(body, ensure_ascii=False)) > LARGEST:
        raise HTTPException(422, "this is no plan: it is too large")
    return body


def _text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as e:
        raise HTTPException(422, "this is no plan: a text is not one") from e
