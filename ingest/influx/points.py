"""Points that are figures: kept in the database exactly as they are now, and nothing else beside.

InfluxDB adds fields to a point that is there already, so one whose fields change keeps what it
no longer has (a dose of 0 on a day that is excused now). `PointTable` therefore reads what stands
there once, keeps it in mind, and where a point differs takes it away before it writes it anew.
The same comparison tells whether journal and database agree.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from .lines import field_text, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .lines import FieldValue
    from .server import InfluxWriter

__all__ = ["Difference", "Point", "PointKey", "PointTable", "compared", "read_point", "stored"]

NS_PER_S: Final = 1_000_000_000
LAST_NS: Final = 7_258_118_400 * NS_PER_S
"""The year 2200."""
NOT_TAGS: Final = frozenset(
    ("result", "table", "_start", "_stop", "_time", "_measurement", "_field", "_value")
)
_ESCAPED: Final = re.compile(r"\\([, =\\])")
_UNESCAPED_SPACE: Final = re.compile(r"(?<!\\) ")
_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\),")
_UNESCAPED_EQUALS: Final = re.compile(r"(?<!\\)=")
_FIELD: Final = re.compile(r'([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)')

Written: TypeAlias = "dict[str, str]"
"""Fields as line protocol writes them: two values are the same if they are written alike.

An empty text is left out: the database answers it as nothing.
"""


class PointKey(NamedTuple):
    """What makes a point the same point; tags as sorted pairs."""

    measurement: str
    tags: tuple[tuple[str, str], ...]
    t_ns: int

    @property
    def patient(self) -> str:
        """Whose it is."""
        return dict(self.tags).get("patient", "")


@dataclass(frozen=True, slots=True)
class Point:
    """One point; fields that are None are absent."""

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, FieldValue]
    t_ns: int

    @property
    def key(self) -> PointKey:
        """What makes it the same point."""
        tags = tuple(sorted((k, v) for k, v in self.tags.items() if v))
        return PointKey(self.measurement, tags, self.t_ns)

    @property
    def written(self) -> Written:
        """Its fields as they are written."""
        return _told({name: field_text(value) for name, value in self.fields.items()})

    def line(self) -> bytes:
        """As line protocol.

        Raises:
            ValueError: it has no field.
        """
        return line(self.measurement, self.tags, self.fields, self.t_ns)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same on both sides, and how many values each side has of it."""

    what: str
    journal: int
    database: int


def read_point(text: bytes) -> tuple[PointKey, Written]:
    """Read one line of line protocol, as `line` writes it."""
    head, rest = _UNESCAPED_SPACE.split(text.decode(), maxsplit=1)
    fields, t_ns = rest.rsplit(" ", 1)
    measurement, *pairs = _UNESCAPED_COMMA.split(head)
    tags = [tuple(_ESCAPED.sub(r"\1", p) for p in _UNESCAPED_EQUALS.split(pair)) for pair in pairs]
    key = PointKey(measurement, tuple(sorted((k, v) for k, v in tags)), int(t_ns))
    return key, _told(dict(_FIELD.findall(fields)))


def stored(
    writer: InfluxWriter,
    bucket: str,
    measurements: Sequence[str],
    patient: str | None = None,
    *,
    start_ns: int = 0,
    stop_ns: int = LAST_NS,
) -> dict[PointKey, Written]:
    """What stands in a bucket of some measurements, by point.

    Args:
        writer: the database.
        bucket: where they stand.
        measurements: which ones.
        patient: whose; None: everybody's.
        start_ns: the first moment.
        stop_ns: the end, not included.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    either = " or ".join(f"r._measurement == {json.dumps(name)}" for name in measurements)
    whose = "" if patient is None else f" and r.patient == {json.dumps(patient)}"
    flux = (
        f"from(bucket: {json.dumps(bucket)}) "
        f"|> range(start: time(v: {start_ns}), stop: time(v: {stop_ns})) "
        f"|> filter(fn: (r) => ({either}){whose})"
    )
    found: dict[PointKey, Written] = defaultdict(dict)
    for table in writer.query(flux):
        for row in table.records:
            values: dict[str, Any] = row.values
            tags = tuple(
                sorted(
                    (k, str(v)) for k, v in values.items() if k not in NOT_TAGS and v is not None
                )
            )
            key = PointKey(str(values["_measurement"]), tags, _ns(values["_time"]))
            found[key][str(values["_field"])] = field_text(values["_value"])
    return {key: _told(fields) for key, fields in found.items()}


def compared(
    wanted: Mapping[PointKey, Written], there: Mapping[PointKey, Written]
) -> list[Difference]:
    """Where two sets of points differ, by measurement, field, patient and day in UTC."""
    sides: dict[tuple[str, str, str, str], tuple[set[object], set[object]]] = {}
    for place, side in enumerate((wanted, there)):
        for key, fields in side.items():
            day = datetime.fromtimestamp(key.t_ns / 1e9, UTC).date().isoformat()
            for name, text in fields.items():
                both = sides.setdefault((key.measurement, name, key.patient, day), (set(), set()))
                both[place].add((key, text))
    return [
        Difference(f"{measurement}.{name} of {patient} on {day}", len(ours), len(theirs))
        for (measurement, name, patient, day), (ours, theirs) in sorted(sides.items())
        if ours != theirs
    ]


class PointTable:
    """Points of some measurements in one bucket, each patient's replaced whole.

    Args:
        writer: the database.
        bucket: where they stand.
        measurements: nobody else writes them.
    """

    def __init__(self, writer: InfluxWriter, bucket: str, measurements: Sequence[str]) -> None:
        self._writer = writer
        self._bucket = bucket
        self._measurements = measurements
        self._known: dict[str, dict[PointKey, Written]] = {}

    def replace(self, patient: str, points: Iterable[Point]) -> int:
        """Let exactly these points of a patient stand; returns how many were written or taken away.

        Raises:
            StoreBusy: the database does not answer; what it has is read again before the next.
        """
        wanted = {point.key: point for point in points if point.written}
        known = self._known.pop(patient, None)
        if known is None:
            known = stored(self._writer, self._bucket, self._measurements, patient)
        differing = {k for k, p in wanted.items() if known.get(k) != p.written}
        gone = known.keys() - wanted.keys()
        stale = {(k.measurement, k.t_ns) for k in gone | (differing & known.keys())}
        for measurement, t_ns in sorted(stale):
            self._writer.delete_points(
                self._bucket, measurement, patient, start_ns=t_ns, stop_ns=t_ns
            )
        lines = [
            point.line()
            for key, point in wanted.items()
            if key in differing or (key.measurement, key.t_ns) in stale
        ]
        for begin in range(0, len(lines), 2000):
            self._writer.write(self._bucket, b"\n".join(lines[begin : begin + 2000]))
        self._known[patient] = {key: point.written for key, point in wanted.items()}
        return len(lines) + len(gone)

    def patients(self) -> list[str]:
        """Whose points were written by this object."""
        return list(self._known)


def _told(fields: Written) -> Written:
    return {name: text for name, text in fields.items() if text not in ("", '""')}


def _ns(moment: datetime) -> int:
    return int(moment.timestamp()) * NS_PER_S + moment.microsecond * 1000
