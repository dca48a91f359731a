"""Angles as OpenSim motion (`.mot`), and what the sensors felt as storage (`.sto`).

No orientations are written: without a magnetometer that is known to be calibrated each sensor's
heading is its own, and OpenSense would take them for one. Time is in seconds from the session's
first event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from telemetry.errors import StoreError

from .exported_session import Labels, file_name, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from .exported_session import ExportedSession

__all__ = ["write_opensim"]


def write_opensim(session: ExportedSession, out: Path) -> list[Path]:
    """Write a session's files; gives them.

    Raises:
        StoreError: the folder cannot be written.
    """
    folder = out / session.opened.patient / session.name
    written = []
    names_of_items = Labels(file_name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for item, angle in session.angles.items():
            path = folder / f"{names_of_items.of(item)}.mot"
            columns = np.column_stack([_seconds(session, angle.t_ns), angle.angle_deg])
            _write(path, ["time", f"{label(item)}_angle"], columns, in_degrees=True)
            written.append(path)
        for stream in session.streams:
            motion, place = stream.motion, stream.opened.placement
            path = folder / f"{file_name(place)}-{file_name(stream.opened.stream)}.sto"
            names = [n for n in motion if n.split("_")[0] in {"acc", "gyr"}]
            columns = np.column_stack(
                [_seconds(session, motion.t_ns), *(motion[n].astype(np.float64) for n in names)]
            )
            _write(path, ["time", *(f"{label(place)}_{n}" for n in names)], columns)
            written.append(path)
    except OSError as e:
        raise StoreError(f"{folder} cannot be written ({e}): give another folder") from e
    return written


def _seconds(session: ExportedSession, t_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return (t_ns - session.begins_ns) / 1e9


def _write(
    path: Path, names: Sequence[str], columns: npt.NDArray[np.float64], *, in_degrees: bool = False
) -> None:
    rising = np.concatenate(([True], np.diff(columns[:, 0]) > 0))
    # OpenSim takes no two rows of one time; a clock that stood still leaves some.
    kept = columns[rising]
    header = [
        path.stem,
        "version=1",
        f"nRows={len(kept)}",
        f"nColumns={kept.shape[1]}",
        f"inDegrees={'yes' if in_degrees else 'no'}",
        "endheader",
        "\t".join(names),
    ]
    with path.open("w", encoding="utf-8") as file:
        file.write("\n".join(header) + "\n")
        np.savetxt(file, kept, delimiter="\t", fmt="%.9g")
