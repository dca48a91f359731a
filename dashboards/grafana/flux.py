"""Flux as Grafana takes it: a query type for the foundation SDK, which has none, and its parts.

Queries keep to what InfluxDB 2.x and the `/api/v2/query` of 1.8 (Flux 0.65) both understand:
no `schema` package, no `timezone` option. Figures of days stand at noon in the clinic's zone or as
near to it as the day reaches in UTC, so that a day in UTC is the clinic's day; what was recorded in
a session stands when it was, and names the day that the session belongs to. The bucket is the data
source's own default, so its name stands in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "DATASOURCE",
    "DATASOURCE_UID",
    "EVER",
    "NO_DAY",
    "WEEKDAYS",
    "Flux",
    "FluxQuery",
    "a_patient_a_row",
    "answered",
    "calendar",
    "coded",
    "daily",
    "daily_of_sessions",
    "figure",
    "lines_by",
    "newest_first",
    "of_session",
    "per_tag",
    "points",
    "standing",
    "tag_values",
    "wide",
]

DATASOURCE_UID: Final = "ripresa-influxdb"
DATASOURCE: Final = DataSourceRef(type_val="influxdb", uid=DATASOURCE_UID)

Fold = Literal["sum", "max", "mean", "last", "count"]


@dataclass
class FluxQuery(Dataquery):
    """One query of a panel."""

    query: str
    ref_id: str = "A"

    def to_json(self) -> dict[str, object]:
        """As the dashboard's JSON has it."""
        return {"refId": self.ref_id, "query": self.query, "datasource": DATASOURCE}


class Flux(Builder[FluxQuery]):
    """Builder of a `FluxQuery`, as panels want one."""

    def __init__(self, query: str, ref_id: str = "A") -> None:
        self._query = FluxQuery(query, ref_id)

    def build(self) -> FluxQuery:
        """The query."""
        return self._query


EVER: Final = "start: 0, stop: 2200-01-01T00:00:00Z"
"""All there is: a range without an end stops at now, and a home's clock may be ahead of that."""
_DAY_NS: Final = 86_400_000_000_000
_DAYS_OVER: Final = f"time(v: int(v: v.timeRangeStop) / {_DAY_NS} * {_DAY_NS} + {_DAY_NS})"
"""The end of the dashboard's last day: what is told of a day stands at its noon, also before it."""
_OF_DAYS: Final = ("adherence_day", "alert", "assessment")


def points(measurement: str, fields: Sequence[str], **tags: str) -> str:
    """A measurement's fields within the dashboard's time, where the tags have these values.

    A tag's value may be a dashboard variable such as `${patient}`. Of days the last one is whole.
    """
    stop = _DAYS_OVER if measurement in _OF_DAYS else "v.timeRangeStop"
    wanted = "".join(f' and r.{tag} == "{value}"' for tag, value in tags.items())
    either = " or ".join(f'r._field == "{field}"' for field in fields)
    return (
        "from(bucket: v.defaultBucket)\n"
        f"  |> range(start: v.timeRangeStart, stop: {stop})\n"
        f'  |> filter(fn: (r) => r._measurement == "{measurement}"{wanted})\n'
        f"  |> filter(fn: (r) => {either})\n"
    )


def wide(keep: Sequence[str]) -> str:
    """One row a point, one column a field, oldest first."""
    columns = ", ".join(f'"{name}"' for name in ("_time", *keep))
    return (
        '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        f"  |> keep(columns: [{columns}])\n"
        '  |> sort(columns: ["_time"])\n'
    )


def standing(*fields: str, **tags: str) -> str:
    """Of each patient the one point that says where they stand today, whatever time is shown."""
    wanted = "".join(f' and r.{tag} == "{value}"' for tag, value in tags.items())
    either = " or ".join(f'r._field == "{field}"' for field in fields)
    return (
        "from(bucket: v.defaultBucket)\n"
        f"  |> range({EVER})\n"
        f'  |> filter(fn: (r) => r._measurement == "patient"{wanted})\n'
        f"  |> filter(fn: (r) => {either})\n"
    )


def a_patient_a_row(fields: Sequence[str], *by: str) -> str:
    """One row a patient, one column a field, sorted."""
    columns = ", ".join(f'"{name}"' for name in ("patient", *fields))
    order = ", ".join(f'"{name}"' for name in (*by, "patient"))
    return (
        '  |> pivot(rowKey: ["_time", "patient"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        f"  |> keep(columns: [{columns}])\n"
        f"  |> sort(columns: [{order}])\n"
    )


def answered(field: str, at: str, name: str) -> str:
    """Of reports that were asked for at one moment of a session, a field, under a name."""
    return (
        '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        f'  |> filter(fn: (r) => r.at == "{at}")\n'
        f'  |> keep(columns: ["_time", "{field}"])\n'
        f'  |> rename(columns: {{{field}: "{name}"}})\n'
        '  |> sort(columns: ["_time"])\n'
    )


def newest_first(keep: Sequence[str]) -> str:
    """One row a point, one column a field, the newest first."""
    return wide(keep).replace('sort(columns: ["_time"])', 'sort(columns: ["_time"], desc: true)')


WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NO_DAY: Final = -1
"""In a calendar, the number of a day of which there is nothing."""


def calendar(code: str) -> str:
    """A row a week, a column a weekday, the newest week first; each day's number.

    Rows stand at noon of their Monday, so that it is Monday in most zones.

    Args:
        code: in Flux, the number of a row `r` whose `_value` the field has.
    """
    empty = ", ".join(f"{day}: {NO_DAY}" for day in WEEKDAYS)
    spread = ", ".join(
        f"{day}: if r.weekday == {i} then r.code else {NO_DAY}" for i, day in enumerate(WEEKDAYS)
    )
    most = ", ".join(
        f"{day}: if r.{day} > accumulator.{day} then r.{day} else accumulator.{day}"
        for day in WEEKDAYS
    )
    columns = ", ".join(f'"{name}"' for name in ("_time", *WEEKDAYS))
    return (
        # The first day of the epoch was a Thursday.
        "  |> map(fn: (r) => ({days: int(v: r._time) / 86400000000000, "
        f"code: {code}}}))\n"
        "  |> map(fn: (r) => ({days: r.days, code: r.code, "
        "weekday: r.days + 3 - (r.days + 3) / 7 * 7}))\n"
        f"  |> map(fn: (r) => ({{week: r.days - r.weekday, {spread}}}))\n"
        '  |> group(columns: ["week"])\n'
        f"  |> reduce(identity: {{{empty}}}, fn: (r, accumulator) => ({{{most}}}))\n"
        "  |> group()\n"
        "  |> map(fn: (r) => ({r with "
        "_time: time(v: r.week * 86400000000000 + 43200000000000)}))\n"
        f"  |> keep(columns: [{columns}])\n"
        '  |> sort(columns: ["_time"], desc: true)\n'
    )


def coded(codes: Mapping[str, int]) -> str:
    """In Flux, the number that stands for a text."""
    told = "".join(f'if r._value == "{text}" then {n} else ' for text, n in codes.items())
    return f"{told}{NO_DAY}"


def lines_by(*tags: str) -> str:
    """One series for each value of these tags, each a line of its own."""
    columns = ", ".join(f'"{tag}"' for tag in tags)
    return (
        f"  |> group(columns: [{columns}])\n"
        f'  |> keep(columns: ["_time", "_value", {columns}])\n'
        '  |> sort(columns: ["_time"])\n'
    )


def of_session(measurement: str, fields: Sequence[str], keep: Sequence[str] = ()) -> str:
    """A measurement's points of the chosen patient and session, one row a point, oldest first.

    `keep` names tags that are shown beside the fields.
    """
    columns = ", ".join(f'"{name}"' for name in ("_time", *fields, *keep))
    return (
        points(measurement, ("session", *fields), patient="${patient}")
        + '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        '  |> filter(fn: (r) => r.session == "${session}")\n'
        f"  |> keep(columns: [{columns}])\n"
        '  |> sort(columns: ["_time"])\n'
    )


def daily(fold: Literal["sum", "max", "mean"]) -> str:
    """All series of a field folded per day (UTC), one column a field.

    A day without a point has a row without a figure: columns are as wide as a day, however few
    there are.
    """
    return (
        '  |> group(columns: ["_field"])\n'
        f'  |> aggregateWindow(every: 1d, fn: {fold}, timeSrc: "_start", createEmpty: true)\n'
        '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        '  |> drop(columns: ["_start", "_stop"])\n'
        '  |> sort(columns: ["_time"])\n'
    )


def daily_of_sessions(
    measurement: str, field: str, fold: Literal["sum", "mean"], **tags: str
) -> str:
    """A field of what was recorded in sessions, folded by the day that each belongs to.

    That is the day of its plan's zone, until the plan's `day_ends`, or as a clinician has put it
    right: wherever the point stands. A day without a session has a row without a figure.
    """
    told = points(measurement, (field, "day"), **tags)
    return (
        told.replace("start: v.timeRangeStart, stop: v.timeRangeStop", EVER)
        + '  |> pivot(rowKey: ["_time", "exercise", "side"], columnKey: ["_field"], '
        'valueColumn: "_value")\n'
        f"  |> filter(fn: (r) => exists r.{field} and exists r.day)\n"
        f'  |> map(fn: (r) => ({{_time: time(v: r.day + "T12:00:00Z"), '
        f"_value: float(v: r.{field})}}))\n"
        "  |> group()\n"
        '  |> sort(columns: ["_time"])\n'
        f"  |> range(start: v.timeRangeStart, stop: {_DAYS_OVER})\n"
        f'  |> aggregateWindow(every: 1d, fn: {fold}, timeSrc: "_start", createEmpty: true)\n'
        '  |> keep(columns: ["_time", "_value"])\n'
        f'  |> rename(columns: {{_value: "{field}"}})\n'
    )


def figure(fold: Fold) -> str:
    """All that the points say, folded into one figure."""
    return f'  |> group()\n  |> sort(columns: ["_time"])\n  |> {fold}()\n'


def per_tag(tag: str, fold: Fold, name: str) -> str:
    """One figure for each value of a tag, in a column called `name`."""
    return (
        f'  |> group(columns: ["{tag}"])\n'
        '  |> sort(columns: ["_time"])\n'
        f"  |> {fold}()\n"
        "  |> group()\n"
        f'  |> keep(columns: ["{tag}", "_value"])\n'
        f'  |> rename(columns: {{_value: "{name}"}})\n'
    )


def tag_values(measurement: str, tag: str, **tags: str) -> str:
    """The values of a tag, for a variable; 1.8 has no `schema.tagValues`."""
    wanted = "".join(f' and r.{name} == "{value}"' for name, value in tags.items())
    return (
        "from(bucket: v.defaultBucket)\n"
        f"  |> range({EVER})\n"
        f'  |> filter(fn: (r) => r._measurement == "{measurement}"{wanted})\n'
        f'  |> keep(columns: ["{tag}"])\n'
        "  |> group()\n"
        f'  |> distinct(column: "{tag}")\n'
        '  |> keep(columns: ["_value"])\n'
    )
