"""Line protocol: one line a point, and samples in bulk.

    measurement,tag=value,... field=value,... time

Source: InfluxDB's line protocol reference. Tags and keys escape comma, space and equals sign;
strings are quoted; integers end in `i`. Samples are formatted in bulk: building a client's
point object for each costs ten times as much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.messages.motion import MotionBatch

__all__ = ["FieldValue", "field_text", "line", "motion_lines", "series"]

FieldValue: TypeAlias = "str | int | float | None"

_TAG = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\=", "\n": r"\ ", "\\": "/"})
_TEXT = str.maketrans({"\\": r"\\", '"': r"\"", "\n": " ", "\r": " "})
_AXES = {"acc": ("acc_x", "acc_y", "acc_z"), "gyr": ("gyr_x", "gyr_y", "gyr_z")}
_AXES |= {"mag": ("mag_x", "mag_y", "mag_z")}
_DECIMALS = {"acc": 4, "gyr": 5, "mag": 5}


def series(measurement: str, tags: Mapping[str, str]) -> str:
    """Measurement and tags, sorted by key as the server likes them; empty tags are left out."""
    parts = [f",{key}={value.translate(_TAG)}" for key, value in sorted(tags.items()) if value]
    return measurement + "".join(parts)


def line(
    measurement: str, tags: Mapping[str, str], fields: Mapping[str, FieldValue], t_ns: int
) -> bytes:
    """One point; fields that are None, not finite or an empty text are left out.

    InfluxDB 2.7.12 answers empty texts wrongly: asked over several weeks at once, it gives some of
    them the text of a point beside, and that one none.

    Raises:
        ValueError: no field is left.
    """
    written = [f"{key}={text}" for key, value in fields.items() if (text := field_text(value))]
    if not written:
        raise ValueError(f"{measurement}: a point needs a field")
    return f"{series(measurement, tags)} {','.join(written)} {t_ns}".encode()


def motion_lines(batch: MotionBatch, tags: Mapping[str, str]) -> bytes:
    """A batch's samples, one line each; samples that are not finite are left out."""
    channels = [name for name in _AXES if getattr(batch, name) is not None]
    values = np.hstack([getattr(batch, name) for name in channels]).astype(np.float64)
    keep = np.isfinite(values).all(axis=1)
    template = f"{series('motion', tags)} " + ",".join(
        f"{axis}=%.{_DECIMALS[name]}f" for name in channels for axis in _AXES[name]
    )
    template += " %d"
    rows = np.empty((int(keep.sum()), values.shape[1] + 1), object)
    rows[:, :-1], rows[:, -1] = values[keep], batch.t_ns[keep]
    # One formatting call for all samples is the fastest that plain Python has.
    return ("\n".join([template] * len(rows)) % tuple(rows.ravel().tolist())).encode()


def field_text(value: FieldValue) -> str:
    """A field's value as it is written; empty for one that is left out."""
    match value:
        case bool() | None:
            return "" if value is None else f"{int(value)}i"
        case int():
            return f"{value}i"
        case float():
            return f"{value:.9g}" if np.isfinite(value) else ""
        case str():
            return f'"{value.translate(_TEXT)}"' if value else ""
