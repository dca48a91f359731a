"""What a page sends as a plan's body, bounded before anything reads it."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from dashboards.access.refused import Refused
from therapy.wording import Wording

__all__ = ["bounded"]

DEEPEST: Final = 8
LARGEST: Final = 60_000
"""Characters of JSON: a hundred exercises and all their texts."""


def bounded(body: dict[str, Any]) -> dict[str, Any]:
    """The body itself, where a plan could be in it: what cannot be stored or shown is refused.

    Raises:
        Refused: 422, it is too deep or too large, or holds what JSON or UTF-8 has no place
            for.
    """
    left: list[tuple[Any, int]] = [(body, 1)]
    while left:
        value, depth = left.pop()
        if depth > DEEPEST:
            raise _no_plan("è troppo profondo", "it is too deep")
        if isinstance(value, dict):
            left += [(inner, depth + 1) for pair in value.items() for inner in pair]
        elif isinstance(value, list):
            left += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str):
            _text(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise _no_plan("un numero non lo è", "a number is not one")
    if len(json.dumps(body, ensure_ascii=False)) > LARGEST:
        raise _no_plan("è troppo grande", "it is too large")
    return body


def _no_plan(it: str, en: str) -> Refused:
    return Refused(422, Wording(f"questo non è un piano: {it}", f"this is no plan: {en}"))


def _text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as e:
        raise _no_plan("un testo non lo è", "a text is not one") from e
