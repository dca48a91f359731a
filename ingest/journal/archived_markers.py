"""A stream's markers as plain JSON, for files that any tool reads."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import DecodeError
from telemetry.messages.motion import (
    QualityKind,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
    TimeQuality,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.messages.motion import StreamItem

__all__ = ["marker_from_json", "marker_to_json"]

_KINDS: Final[dict[str, Any]] = {
    "opened": StreamOpened,
    "gap": StreamGap,
    "quality": StreamQuality,
    "ended": StreamEnded,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_WORDS: Final[dict[str, Any]] = {"time_quality": TimeQuality, "quality_kind": QualityKind}


def marker_to_json(item: StreamItem) -> dict[str, Any]:
    """A marker's fields under their own names, with its kind as `marker`.

    Raises:
        KeyError: a batch is no marker.
    """
    body: dict[str, Any] = asdict(item)
    if isinstance(item, StreamQuality):
        body["quality_kind"] = body.pop("kind")
    plain = {name: str(value) if name in _WORDS else value for name, value in body.items()}
    return {"marker": _NAMES[type(item)], **plain}


def marker_from_json(body: Mapping[str, Any]) -> StreamItem:
    """Read what `marker_to_json` wrote; fields that only a newer program knows are left out.

    Raises:
        DecodeError: not a marker, or a field missing.
    """
    try:
        kind = _KINDS[body["marker"]]
        values = {n: _WORDS[n](v) if n in _WORDS else v for n, v in body.items()}
        if kind is StreamQuality:
            values["kind"] = values.pop("quality_kind")
        known = {f.name for f in fields(kind)}
        marker: StreamItem = kind(**{n: v for n, v in values.items() if n in known})
    except (KeyError, TypeError, ValueError) as e:
        raise DecodeError("marker", f"not one ({e})") from e
    return marker
