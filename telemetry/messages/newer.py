"""Reading what a newer program wrote: what is known of it, and what is not.

Within one version of the wire a field never changes its meaning; a change is a new type. So a
body with unknown fields is read without them, and one of an unknown type is not read at all.
Whoever keeps bodies keeps them as they came, to read them again after an update.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from telemetry.errors import DecodeError, NewerVersion
from telemetry.printable import printable

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Decoded", "first_problem", "read_known"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decoded(Generic[T]):
    """A message, and how many of its fields nobody here knows."""

    content: T
    unknown: int = 0


def read_known(adapter: TypeAdapter[T], payload: bytes, what: str) -> Decoded[T]:
    """Read a message of a union that is told apart by `type`.

    Raises:
        NewerVersion: of a type that is not known here.
        DecodeError: not JSON, or a known field that is missing or wrong.
    """
    try:
        return Decoded(adapter.validate_json(payload))
    except ValidationError as e:
        problems = e.errors(include_url=False, include_input=False, include_context=False)
        kinds = {problem["type"] for problem in problems}
        if kinds == {"union_tag_invalid"}:
            raise NewerVersion(what, first_problem(e)) from e
        if kinds != {"extra_forbidden"}:
            raise DecodeError(what, first_problem(e)) from e
    body = json.loads(payload)
    for problem in problems:
        _, *path, name = problem["loc"]  # the first is the type by which the union was told apart
        _at(body, path).pop(name)
    try:
        return Decoded(adapter.validate_json(json.dumps(body)), len(problems))
    except ValidationError as e:
        raise DecodeError(what, first_problem(e)) from e


def first_problem(error: ValidationError) -> str:
    """The first of a validation's complaints, as `place: what is wrong`; may be printed."""
    detail = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in detail["loc"])
    more = "" if error.error_count() == 1 else f" (and {error.error_count() - 1} more)"
    return printable(f"{place}: {detail['msg']}{more}" if place else f"{detail['msg']}{more}")


def _at(body: Any, path: list[int | str]) -> Any:
    for part in path:
        body = body[part]
    return body
