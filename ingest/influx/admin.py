"""Sets InfluxDB 2.x up, compares it with the journal, and deletes a patient from it.

Of these InfluxDB 1.8 has no buckets, organisations and tasks: `set_up` refuses there with one
line. `verify` and `delete_patient` work on both.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import DecodeError, StoreBusy
from telemetry.messages.record import RecordKind

from .followers import THERAPY_KINDS
from .record_context import RecordContext
from .therapy_lines import PrescribedDose, superseded_points, therapy_lines

if TYPE_CHECKING:
    from ingest.journal.reading import JournalReader

    from .server import InfluxSettings, InfluxWriter

__all__ = ["Difference", "delete_patient", "minutes_flux", "patient_series", "set_up", "verify"]

DAY_S: Final = 86_400
MINUTES_BUCKET: Final = "motion_minutes"
TASK: Final = "ripresa motion by minute"
# A field that every point of the measurement has, so that counting it counts points.
_UNESCAPED_SPACE: Final = re.compile(rb"(?<!\\) ")
_COUNTED: Final = {"gap": "reason", "adherence": "state"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not the same on both sides."""

    what: str
    journal: int
    database: int


def set_up(writer: InfluxWriter, settings: InfluxSettings) -> list[str]:
    """Make buckets and the down-sampling task where they are missing; tells what it made.

    A bucket that is there keeps its data and gets the retention of the settings.

    Raises:
        StoreBusy: no answer, no right, or a server without buckets (1.8).
    """
    days = settings.motion_days
    kept = 0 if days is None else round(days * DAY_S)
    wanted = {settings.motion_bucket: kept, settings.therapy_bucket: 0, MINUTES_BUCKET: 0}
    made = []
    with writer.asking("set up"):
        buckets: Any = writer.client.buckets_api()
        for name, seconds in wanted.items():
            rules = [_expire(seconds)]
            found: Any = buckets.find_bucket_by_name(name)
            if found is None:
                buckets.create_bucket(bucket_name=name, retention_rules=rules, org=settings.org)
                made.append(f"bucket {name}")
            elif [r.every_seconds for r in found.retention_rules or []] != [seconds]:
                found.retention_rules = rules
                buckets.update_bucket(found)
                made.append(f"retention of bucket {name}")
        tasks: Any = writer.client.tasks_api()
        if not tasks.find_tasks(name=TASK):
            organisations: Any = writer.client.organizations_api()
            (organisation,) = organisations.find_organizations(org=settings.org)
            flux = minutes_flux(settings.motion_bucket) + (
                f' |> to(bucket: "{MINUTES_BUCKET}", org: "{settings.org}")'
            )
            tasks.create_task_every(TASK, flux, "1h", organisation)
            made.append(f"task {TASK}")
    return made


def _expire(seconds: int) -> Any:
    from influxdb_client.domain import bucket_retention_rules  # noqa: PLC0415

    rules: Any = bucket_retention_rules.BucketRetentionRules
    return rules(type="expire", every_seconds=seconds)


def minutes_flux(bucket: str, start: str = "-2h") -> str:
    """Mean of every channel by minute; kept for ever where raw samples are not."""
    return (
        f'from(bucket: "{bucket}") |> range(start: {start}) '
        '|> filter(fn: (r) => r._measurement == "motion") '
        "|> aggregateWindow(every: 1m, fn: mean, createEmpty: false)"
    )


def verify(
    journal: JournalReader,
    writer: InfluxWriter,
    settings: InfluxSettings,
    *,
    doses: PrescribedDose | None = None,
) -> list[Difference]:
    """Compare journal and database, count by count; empty where they agree.

    Motion: samples of each stream that the journal holds, against points of its patient and
    placement in its time. Therapy: distinct points by patient and measurement. What was set
    aside is taken off the journal's side.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    context = RecordContext(journal)
    return [
        *_motion_differences(journal, writer, settings, context),
        *_therapy_differences(journal, writer, settings, context, doses),
    ]


def patient_series(writer: InfluxWriter, settings: InfluxSettings, patient: str) -> int:
    """How many series of a patient still hold something, in both buckets.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    return sum(
        _count(
            writer,
            f"from(bucket: {_text(bucket)}) |> range(start: 0) "
            f"|> filter(fn: (r) => r.patient == {_text(patient)}) "
            '|> limit(n: 1) |> keep(columns: ["_time"]) '
            "|> map(fn: (r) => ({_value: 1})) |> count()",
        )
        for bucket in (settings.motion_bucket, settings.therapy_bucket)
    )


def delete_patient(writer: InfluxWriter, settings: InfluxSettings, patient: str) -> None:
    """Delete all points of a patient from both buckets.

    Raises:
        StoreBusy: the database did not do it.
    """
    for bucket in (settings.motion_bucket, settings.therapy_bucket):
        writer.delete_patient(bucket, patient)


def _motion_differences(
    journal: JournalReader, writer: InfluxWriter, settings: InfluxSettings, context: RecordContext
) -> list[Difference]:
    found = []
    aside = dict(journal.set_aside_by_stream("influx:motion"))
    expected: Counter[tuple[str, str]] = Counter()
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for stream, home, samples, first_ns, last_ns in journal.motion_by_stream():
        whose = journal.patient_of(home)
        if whose is None:
            continue
        key = whose[1], context.placement(stream)
        expected[key] += samples - aside.get(stream, 0)
        before = spans.get(key, (first_ns, last_ns))
        spans[key] = min(before[0], first_ns), max(before[1], last_ns)
    for (patient, placement), samples in expected.items():
        first_ns, last_ns = spans[patient, placement]
        # The last record's own samples follow its time by some seconds.
        stop_ns = last_ns + 3600 * 1_000_000_000
        stored = _count(
            writer,
            f"from(bucket: {_text(settings.motion_bucket)}) "
            f"|> range(start: {_time(first_ns)}, stop: {_time(stop_ns)}) "
            '|> filter(fn: (r) => r._measurement == "motion" and r._field == "acc_x" '
            f"and r.patient == {_text(patient)} and r.placement == {_text(placement)}) "
            "|> group() |> count()",
        )
        if stored != samples:
            found.append(Difference(f"motion of {patient} at {placement}", samples, stored))
    return found


def _therapy_differences(
    journal: JournalReader,
    writer: InfluxWriter,
    settings: InfluxSettings,
    context: RecordContext,
    doses: PrescribedDose | None,
) -> list[Difference]:
    points: dict[tuple[str, str], set[tuple[bytes, bytes]]] = {}
    after = 0
    while arrivals := journal.arrivals(after, kinds=THERAPY_KINDS):
        after = arrivals[-1].seq
        for arrival in arrivals:
            whose = context.whose(arrival.record, _result(arrival.record.body, arrival.record.kind))
            if whose is None:
                continue
            for old in superseded_points(arrival.record, context):
                known = points.get((old.patient, old.measurement), set())
                known -= {p for p in known if old.start_ns <= int(p[1]) <= old.stop_ns}
            for text in therapy_lines(arrival.record, context, doses):
                series, time = _UNESCAPED_SPACE.split(text)[0], text.rsplit(b" ", 1)[1]
                name = series.split(b",", 1)[0].decode()
                points.setdefault((whose[1], name), set()).add((series, time))
    found = []
    for (patient, name), expected in points.items():
        field = _COUNTED.get(name, "session")
        stored = _count(
            writer,
            f"from(bucket: {_text(settings.therapy_bucket)}) |> range(start: 0) "
            f"|> filter(fn: (r) => r._measurement == {_text(name)} and r._field == {_text(field)} "
            f"and r.patient == {_text(patient)}) |> group() |> count()",
        )
        if stored != len(expected):
            found.append(Difference(f"{name} of {patient}", len(expected), stored))
    return found


def _result(body: bytes, kind: RecordKind) -> Any:
    from telemetry.messages.results import decode_result  # noqa: PLC0415

    if kind is not RecordKind.RESULT:
        return None
    try:
        return decode_result(body)
    except DecodeError:
        return None


def _count(writer: InfluxWriter, flux: str) -> int:
    """The one number that a counting query answers with; 0 for no table at all."""
    tables = writer.query(flux)
    total = 0
    for table in tables:
        for row in table.records:
            value = row.values.get("_value")
            if not isinstance(value, int):
                raise StoreBusy(f"InfluxDB answers {value!r} where a count was asked for")
            total += value
    return total


def _text(value: str) -> str:
    """A Flux string literal."""
    return json.dumps(value, ensure_ascii=False)


def _time(t_ns: int) -> str:
    return f"time(v: {t_ns})"
