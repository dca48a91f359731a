"""Sets InfluxDB 2.x up, compares it with the journal, and deletes a patient from it.

Of these InfluxDB 1.8 has no buckets, organisations and tasks: `set_up` refuses there with one
line. `verify` and `delete_patient` work on both.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import DecodeError, StoreBusy
from telemetry.trouble import TroubleKind

from .answers import DatabaseWaits
from .database_watch import probe
from .followers import THERAPY_KINDS
from .points import Difference, PointKey, Written, compared, read_point, stored
from .record_context import RecordContext
from .therapy_lines import PrescribedDose, Superseded, superseded_points, therapy_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.journal.reading import JournalReader

    from .server import InfluxSettings, InfluxWriter

__all__ = [
    "delete_patient",
    "has_bucket",
    "patient_series",
    "patients_in",
    "set_up",
    "strangers",
    "verify",
    "with_stored_retention",
]

DAY_S: Final = 86_400
OLD_TASK: Final = "ripresa motion by minute"
RECORD_MEASUREMENTS: Final = (
    "adherence",
    "exercise_end",
    "gap",
    "heart",
    "item",
    "movement",
    "phase",
    "repetition",
    "report",
    "reported",
    "session",
    "session_end",
)
"""What the follower of records writes; figures are written and compared apart."""


def set_up(
    writer: InfluxWriter, settings: InfluxSettings, *, motion_days: float | None = None
) -> list[str]:
    """Make buckets where they are missing; tells what it made.

    How long motion is kept stands in its bucket and nowhere else: one that is there keeps its
    data and its retention, unless another is asked for.

    Args:
        writer: the database.
        settings: names of buckets, and how long motion is kept in a new one.
        motion_days: how long it is kept from now on, 0: for ever; None: as it is.

    Raises:
        StoreBusy: no answer, no right, or a server without buckets (1.8).
    """
    days = settings.motion_days if motion_days is None else motion_days
    kept = round((days or 0) * DAY_S)
    wanted = {settings.motion_bucket: kept, settings.therapy_bucket: 0, settings.minutes_bucket: 0}
    made = []
    _right_organisation(writer, settings)
    with writer.asking("set up"):
        buckets: Any = writer.client.buckets_api()
        for name, seconds in wanted.items():
            rules = [_expire(seconds)]
            found: Any = _bucket(buckets, settings, name)
            if found is None:
                buckets.create_bucket(bucket_name=name, retention_rules=rules, org=settings.org)
                made.append(f"bucket {name}")
            elif (name, motion_days is None) == (settings.motion_bucket, False) and [
                r.every_seconds for r in found.retention_rules or []
            ] != [seconds]:
                found.retention_rules = rules
                buckets.update_bucket(found)
                made.append(f"retention of bucket {name}")
        tasks: Any = writer.client.tasks_api()
        for task in tasks.find_tasks(name=OLD_TASK):
            # The minutes are written by the clinic itself: a task misses what comes late.
            tasks.delete_task(task.id)
            made.append(f"task {OLD_TASK} taken away")
    return made


def _right_organisation(writer: InfluxWriter, settings: InfluxSettings) -> None:
    """Ask with an empty write: buckets are found by name alone, in whatever organisation.

    Raises:
        DatabaseWaits: no answer, not set up yet, a wrong token or a wrong organisation.
    """
    try:
        probe(writer, settings)
    except DatabaseWaits as e:
        if e.kind is not TroubleKind.DATABASE_BUCKET:
            raise


def with_stored_retention(writer: InfluxWriter, settings: InfluxSettings) -> InfluxSettings:
    """The settings with the retention that the motion bucket itself has.

    Where the server has no buckets (1.8), or does not answer, they stay as they are.
    """
    try:
        with writer.asking("tell its retention"):
            buckets: Any = writer.client.buckets_api()
            found: Any = _bucket(buckets, settings, settings.motion_bucket)
    except StoreBusy:
        return settings
    if found is None:
        return settings
    seconds = [r.every_seconds for r in found.retention_rules or [] if r.every_seconds]
    return replace(settings, motion_days=seconds[0] / DAY_S if seconds else None)


def _bucket(buckets: Any, settings: InfluxSettings, name: str) -> Any:
    """A bucket of the settings' organisation: another's may have the same name."""
    # Asked for by name, one that is not there is an error and not an empty list.
    found = buckets.find_buckets_iter(org=settings.org)
    return next((bucket for bucket in found if bucket.name == name), None)


def _expire(seconds: int) -> Any:
    from influxdb_client.domain import bucket_retention_rules  # noqa: PLC0415

    rules: Any = bucket_retention_rules.BucketRetentionRules
    return rules(type="expire", every_seconds=seconds)


def verify(
    journal: JournalReader,
    writer: InfluxWriter,
    settings: InfluxSettings,
    *,
    doses: PrescribedDose | None = None,
    now_ns: int | None = None,
    restricted: Callable[[str], bool] = lambda _patient: False,
) -> list[Difference]:
    """Compare journal and database; empty where they agree.

    Motion: samples of each stream that journal and archive hold, against points of its patient
    and placement in its time; streams that began before what the bucket keeps are left out, as
    what was set aside is. Therapy: every field of every point, told by field, patient and day.
    Of a restricted patient none are wanted.

    Args:
        journal: the clinic's; where older motion lies in an archive, a reader of both.
        writer: the database.
        settings: its buckets, and how long they keep.
        doses: the plans.
        now_ns: the clock's time, from which on backwards the motion bucket keeps; None: all of it.
        restricted: whose data must not be used.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    context = RecordContext(journal, restricted)
    return [
        *_motion_differences(journal, writer, settings, context, _kept_from(settings, now_ns)),
        *_therapy_differences(journal, writer, settings, context, doses),
    ]


def patients_in(writer: InfluxWriter, bucket: str) -> list[str]:
    """Whose points stand in a bucket.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    tables = writer.query(
        f"from(bucket: {_text(bucket)}) |> range(start: 0, stop: 2200-01-01T00:00:00Z) "
        '|> first() |> keep(columns: ["patient"]) |> group() |> distinct(column: "patient")'
    )
    found = {row.values.get("_value") for table in tables for row in table.records}
    return sorted(str(patient) for patient in found if patient)


def patient_series(writer: InfluxWriter, settings: InfluxSettings, patient: str) -> int:
    """How many series of a patient still hold something, in all buckets.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    return sum(
        _count(
            writer,
            f"from(bucket: {_text(bucket)}) |> range(start: 0, stop: 2200-01-01T00:00:00Z) "
            f"|> filter(fn: (r) => r.patient == {_text(patient)}) "
            # 2.7 counts only what is left of a row: a column made by `map` counts as none.
            '|> first() |> keep(columns: ["patient"]) |> group() '
            '|> count(column: "patient") |> rename(columns: {patient: "_value"})',
        )
        for bucket in settings.buckets
        if has_bucket(writer, bucket)
    )


def delete_patient(writer: InfluxWriter, settings: InfluxSettings, patient: str) -> None:
    """Delete all points of a patient from all buckets.

    Raises:
        StoreBusy: the database did not do it.
    """
    for bucket in settings.buckets:
        if has_bucket(writer, bucket):
            writer.delete_patient(bucket, patient)


def strangers(
    journal: JournalReader,
    writer: InfluxWriter,
    settings: InfluxSettings,
    restricted: Callable[[str], bool],
    elsewhere: Callable[[str], bool] = lambda _patient: False,
) -> list[Difference]:
    """Patients of whom the database has something, and the journal nothing that may be used.

    Whoever is `elsewhere` stands there by right: another clinic on this database has them.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    known = {home.patient for home in journal.homes()} | set(journal.cared_for())
    return [
        Difference(f"{bucket} of {patient}", 0, 1)
        for bucket in settings.buckets
        if has_bucket(writer, bucket)
        for patient in patients_in(writer, bucket)
        if (patient not in known and not elsewhere(patient)) or restricted(patient)
    ]


def has_bucket(writer: InfluxWriter, bucket: str) -> bool:
    """Whether a bucket is there: a database without minutes has none of a patient's."""
    try:
        writer.query(f"from(bucket: {_text(bucket)}) |> range(start: -1s) |> limit(n: 1)")
    except StoreBusy as e:
        if any(said in str(e) for said in ("not find", "not found", "no database")):
            return False
        raise
    return True


def _kept_from(settings: InfluxSettings, now_ns: int | None) -> int:
    """From when on the motion bucket keeps for sure: an hour is left for its own clock."""
    if settings.motion_days is None or now_ns is None:
        return -(1 << 63)
    return now_ns - round((settings.motion_days * DAY_S - 3600) * 1e9)


def _motion_differences(
    journal: JournalReader,
    writer: InfluxWriter,
    settings: InfluxSettings,
    context: RecordContext,
    kept_from_ns: int,
) -> list[Difference]:
    found = []
    aside = {(s, h): n for s, h, n in journal.set_aside_by_stream("influx:motion")}
    expected: Counter[tuple[str, str]] = Counter()
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for stream, home, samples, first_ns, last_ns in journal.motion_by_stream():
        whose = journal.patient_of(home)
        if whose is None or first_ns < kept_from_ns or context.barred(whose[1]):
            continue
        key = whose[1], context.placement(stream, home)
        expected[key] += samples - aside.get((stream, home), 0)
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
    wanted: dict[PointKey, Written] = {}
    after = 0
    while arrivals := journal.arrivals(after, kinds=THERAPY_KINDS):
        after = arrivals[-1].seq
        for arrival in arrivals:
            try:
                lines = therapy_lines(arrival.record, context, doses)
                superseded = superseded_points(arrival.record, context)
            except DecodeError:
                continue  # set aside by the follower, which tells of it
            for old in superseded:
                wanted = {k: p for k, p in wanted.items() if not _is_of(k, old)}
            for text in lines:
                key, fields = read_point(text)
                # A point written again keeps what it had: the database adds fields.
                wanted[key] = wanted.get(key, {}) | fields
    there = stored(writer, settings.therapy_bucket, RECORD_MEASUREMENTS)
    return compared(wanted, there)


def _is_of(key: PointKey, old: Superseded) -> bool:
    return (key.measurement, key.patient) == (old.measurement, old.patient) and (
        old.start_ns <= key.t_ns <= old.stop_ns
    )


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
