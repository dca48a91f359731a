"""Sessions as Motion-BIDS (specification 1.11).

    OUT/dataset_description.json, README.md, participants.tsv
    OUT/sub-P/ses-S/sub-P_ses-S_scans.tsv
    OUT/sub-P/ses-S/motion/sub-P_ses-S_task-rehabilitation_tracksys-PLACEMENT_run-N_motion.tsv ...

Each sensor has a clock and a rate of its own, so each is a tracking system. Rows lie on its own
sample grid: samples that were lost are `n/a`, and the LATENCY channel holds when each was taken, in
seconds from the first. An item's angle is a task of its own, with the tracking system `core`.
Labels keep the letters and digits of pseudonyms; two that become one are numbered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.errors import StoreError
from telemetry.messages.events import encode_event

from .exported_session import Labels, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .exported_session import ExportedSession, ExportedStream

__all__ = ["BidsDataset"]

VERSION: Final = "1.11.0"
TASK: Final = "rehabilitation"
_TYPES: Final = {"acc": ("ACCEL", "m/s^2"), "gyr": ("GYRO", "rad/s"), "mag": ("MAGN", "n/a")}
_CHANNELS: Final = ("name", "component", "type", "tracked_point", "units", "reference_frame")
_README: Final = """# Rehabilitation exercises with worn sensors

Recorded by Ripresa, by pseudonym only. `n/a` in a motion file is a sample that was lost; LATENCY is
when each was taken. ACCEL and GYRO are in the sensor's own frame. MAGN is relative to the local
field. Files of tracksys-core hold the angle of one exercise item as the signal core of today tells
it from these samples; where the session's close takes an angle back there is none.

Research software, not a medical device.
"""
_FRAME: Final = {
    "reference_frame": {
        "Levels": {
            "sensor": {
                "SpatialAxes": "n/a",
                "RotationOrder": "n/a",
                "RotationRule": "n/a",
                "Description": "The sensor's own axes, right-handed, as marked on it.",
            },
            "joint": {
                "SpatialAxes": "n/a",
                "RotationOrder": "n/a",
                "RotationRule": "n/a",
                "Description": "One angle of a limb or joint; which one is in the channel's name.",
            },
        }
    }
}


@dataclass(slots=True)
class BidsDataset:
    """A dataset that sessions are added to.

    Attributes:
        out: its folder.
        name: of the dataset.
    """

    out: Path
    name: str = "Ripresa sessions"
    _subjects: Labels = field(default_factory=lambda: Labels(label))

    def add(self, session: ExportedSession) -> list[Path]:
        """Write a session; gives its files.

        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            return self._add(session)
        except OSError as e:
            raise StoreError(f"{self.out} cannot be written ({e}): give another folder") from e

    def finish(self) -> list[Path]:
        """Write what the whole dataset has; gives the files.

        Raises:
            StoreError: the folder cannot be written.
        """
        description = {
            "Name": self.name,
            "BIDSVersion": VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [{"Name": "Ripresa"}],
        }
        people = [{"participant_id": f"sub-{s}"} for s in self._subjects.made]
        try:
            return [
                _json(self.out / "dataset_description.json", description),
                _text(self.out / "README.md", _README),
                _tsv(self.out / "participants.tsv", ("participant_id",), people),
            ]
        except OSError as e:
            raise StoreError(f"{self.out} cannot be written ({e}): give another folder") from e

    def _add(self, session: ExportedSession) -> list[Path]:
        subject = self._subjects.of(session.opened.patient)
        stem = f"sub-{subject}_ses-{label(session.name)}"
        folder = self.out / f"sub-{subject}" / f"ses-{label(session.name)}"
        (folder / "motion").mkdir(parents=True, exist_ok=True)
        written, scans = [], []
        runs: dict[str, int] = {}
        items = Labels(label)
        for stream in session.streams:
            place = label(stream.opened.placement)
            runs[place] = runs.get(place, 0) + 1
            name = f"{stem}_task-{TASK}_tracksys-{place}_run-{runs[place]}"
            written += _stream(folder / "motion", name, stream)
            start_ns = int(stream.motion.t_ns[0])
            written += _events(folder / "motion", name, session, start_ns)
            scans.append(_scan(name, start_ns))
        for item, angle in session.angles.items():
            task = items.of(item)
            name = f"{stem}_task-{task}_tracksys-core"
            written += _angle(folder / "motion", name, task, item, angle)
            scans.append(_scan(name, int(angle.t_ns[0])))
        written.append(_tsv(folder / f"{stem}_scans.tsv", ("filename", "acq_time"), scans))
        return written


def _stream(folder: Path, name: str, stream: ExportedStream) -> list[Path]:
    motion, opened = stream.motion, stream.opened
    row = motion.index - motion.index[0]
    rows = int(row[-1]) + 1
    point = opened.placement
    columns: dict[str, Any] = {}
    channels = []
    counts: dict[str, int] = {}
    for column in motion:
        part = column.split("_")
        if part[0] not in _TYPES or len(part) < 3:
            continue
        kind, units = _TYPES[part[0]]
        counts[kind] = counts.get(kind, 0) + 1
        columns[f"{part[0]}_{part[1]}"] = motion[column]
        channels.append((f"{part[0]}_{part[1]}", part[1], kind, point, units, "sensor"))
    columns["latency"] = (motion.t_ns - motion.t_ns[0]) / 1e9
    channels.append(("latency", "n/a", "LATENCY", point, "s", "n/a"))
    seconds = float(columns["latency"][-1])
    sidecar = {
        "TaskName": TASK,
        "TaskDescription": "Prescribed exercises at home, all of one session.",
        "SamplingFrequency": opened.rate_hz,
        "SamplingFrequencyEffective": (rows - 1) / seconds if seconds > 0 else opened.rate_hz,
        "RecordingDuration": seconds,
        "MotionChannelCount": len(channels),
        "TrackedPointsCount": 1,
        "MissingValues": "n/a",
        "TrackingSystemName": label(opened.placement),
        "ManufacturersModelName": opened.model,
        "LATENCYChannelCount": 1,
        **{f"{kind}ChannelCount": n for kind, n in counts.items()},
    }
    return _motion_files(folder, name, columns, channels, sidecar, row, rows)


def _angle(folder: Path, name: str, task: str, item: str, angle: Any) -> list[Path]:
    seconds = (angle.t_ns - angle.t_ns[0]) / 1e9
    columns = {"angle": angle.angle_deg, "latency": seconds}
    rows = len(seconds)
    rate_hz = (rows - 1) / float(seconds[-1]) if rows > 1 and seconds[-1] > 0 else 1.0
    channels = [
        ("angle", "n/a", "JNTANG", task, "deg", "joint"),
        ("latency", "n/a", "LATENCY", task, "s", "n/a"),
    ]
    sidecar = {
        "TaskName": task,
        "TaskDescription": f"Exercise item {item}: the angle as the signal core tells it.",
        "SamplingFrequency": rate_hz,
        "MotionChannelCount": 2,
        "JNTANGChannelCount": 1,
        "LATENCYChannelCount": 1,
        "TrackedPointsCount": 1,
        "MissingValues": "n/a",
        "TrackingSystemName": "core",
    }
    return _motion_files(folder, name, columns, channels, sidecar, np.arange(rows), rows)


def _motion_files(  # noqa: PLR0917 - what four files of one recording hold
    folder: Path,
    name: str,
    columns: Mapping[str, Any],
    channels: Sequence[tuple[str, ...]],
    sidecar: Mapping[str, Any],
    row: Any,
    rows: int,
) -> list[Path]:
    table = [dict(zip(_CHANNELS, channel, strict=True)) for channel in channels]
    return [
        _samples(folder / f"{name}_motion.tsv", columns, row, rows),
        _json(folder / f"{name}_motion.json", sidecar),
        _tsv(folder / f"{name}_channels.tsv", _CHANNELS, table),
        _json(folder / f"{name}_channels.json", _FRAME),
    ]


def _samples(path: Path, columns: Mapping[str, Any], row: Any, rows: int) -> Path:
    """No header; one column a channel; a row a place on the grid."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.compute as arithmetic  # noqa: PLC0415
    import pyarrow.csv as pc  # noqa: PLC0415

    made = {}
    for name, values in columns.items():
        known = ~np.isnan(values)
        if rows == len(row) and known.all():
            made[name] = pa.array(values)
            continue
        whole = np.zeros(rows, values.dtype)
        whole[row] = values
        lost = np.ones(rows, bool)
        lost[row] = ~known
        text = pa.array(whole, mask=lost).cast(pa.string())
        made[name] = arithmetic.fill_null(text, "n/a")
    options = pc.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    pc.write_csv(pa.table(made), path, options)
    return path


def _events(folder: Path, name: str, session: ExportedSession, start_ns: int) -> list[Path]:
    rows = []
    for event in session.events:
        body = json.loads(encode_event(event))
        fields = {k: v for k, v in body.items() if k not in {"session", "number", "t_ns", "type"}}
        rows.append(
            {
                "onset": f"{(event.t_ns - start_ns) / 1e9:.6f}",
                "duration": "n/a",
                "trial_type": event.type,
                "value": json.dumps(fields),
            }
        )
    rows.sort(key=lambda row: float(row["onset"]))
    described = {
        "trial_type": {"Description": "Kind of the session's event."},
        "value": {"Description": "The event's fields as JSON."},
    }
    columns = ("onset", "duration", "trial_type", "value")
    return [
        _tsv(folder / f"{name}_events.tsv", columns, rows),
        _json(folder / f"{name}_events.json", described),
    ]


def _scan(name: str, start_ns: int) -> dict[str, str]:
    moment = datetime.fromtimestamp(start_ns // 1_000_000_000, UTC)
    acquired = f"{moment:%Y-%m-%dT%H:%M:%S}.{start_ns // 1000 % 1_000_000:06d}Z"
    return {"filename": f"motion/{name}_motion.tsv", "acq_time": acquired}


def _tsv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Path:
    lines = ["\t".join(columns)]
    lines += ["\t".join(str(row.get(column, "n/a")) for column in columns) for row in rows]
    return _text(path, "\n".join(lines) + "\n")


def _json(path: Path, body: Any) -> Path:
    return _text(path, json.dumps(body, indent=1) + "\n")


def _text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
