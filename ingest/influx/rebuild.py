"""Buckets made anew: what was deleted stands in no file of the database any more.

InfluxDB 2.x keeps the tag values of deleted points in the index of its series for as long as the
bucket is there. So: fresh buckets beside the old ones, filled from the journal, compared with it,
and only then the old ones are dropped and the fresh ones take their names. Cut off anywhere, it
is begun again; the old buckets go last. InfluxDB 1.8 has no buckets and cannot rename what stands
in their place: there each database is dropped first, and filled after.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import StoreBusy

from .admin import has_bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from .points import Difference
    from .server import InfluxSettings, InfluxWriter

__all__ = ["rebuild_buckets"]

FRESH: Final = ".rebuild"
"""Ends the name of a bucket that is being filled."""


def rebuild_buckets(
    writer: InfluxWriter,
    settings: InfluxSettings,
    *,
    fill: Callable[[InfluxSettings], int],
    differences: Callable[[InfluxSettings], list[Difference]],
) -> int:
    """Make all buckets anew; returns how many points were written.

    Nobody else may write meanwhile.

    Args:
        writer: the database; its token may make and delete buckets.
        settings: names of the buckets.
        fill: writes everything into buckets of other names.
        differences: what is not as the journal has it, in buckets of other names.

    Raises:
        StoreBusy: the database refuses, or what was filled is not what the journal holds; then
            the old buckets are there still (in 1.8: run it again).
    """
    if not writer.is_old():
        return _beside(writer, settings, fill, differences)
    for name in settings.buckets:
        if has_bucket(writer, name):
            _empty_database(writer, name)
    points = fill(settings)
    _refuse(differences(settings), "run it again")
    return points


def _beside(
    writer: InfluxWriter,
    settings: InfluxSettings,
    fill: Callable[[InfluxSettings], int],
    differences: Callable[[InfluxSettings], list[Difference]],
) -> int:
    fresh = replace(
        settings,
        motion_bucket=settings.motion_bucket + FRESH,
        minutes_bucket=settings.minutes_bucket + FRESH,
        therapy_bucket=settings.therapy_bucket + FRESH,
    )
    names = dict(zip(settings.buckets, fresh.buckets, strict=True))
    with writer.asking("rebuild"):
        buckets: Any = writer.client.buckets_api()
        for name, beside in names.items():
            old, left = buckets.find_bucket_by_name(name), buckets.find_bucket_by_name(beside)
            if old is None and left is not None:
                # Cut off after the old one was dropped: then the fresh one was whole.
                _rename(buckets, left, name)
                old, left = left, None
            if left is not None:
                buckets.delete_bucket(left)
            if old is not None:
                rules = old.retention_rules
                buckets.create_bucket(bucket_name=beside, retention_rules=rules, org=settings.org)
    points = fill(fresh)
    _refuse(differences(fresh), "nothing was taken away, the old buckets serve on")
    with writer.asking("rebuild"):
        for name, beside in names.items():
            old, filled = buckets.find_bucket_by_name(name), buckets.find_bucket_by_name(beside)
            if old is not None and filled is not None:
                buckets.delete_bucket(old)
                _rename(buckets, filled, name)
    return points


def _rename(buckets: Any, bucket: Any, name: str) -> None:
    bucket.name = name
    buckets.update_bucket(bucket)


def _empty_database(writer: InfluxWriter, name: str) -> None:
    """Drop a database of 1.8 and make it anew with the same policies."""
    database = name.split("/", maxsplit=1)[0]
    found = _done(writer, f'SHOW RETENTION POLICIES ON "{database}"')
    series = found["results"][0]["series"][0]
    policies = [dict(zip(series["columns"], row, strict=True)) for row in series["values"]]
    _done(writer, f'DROP DATABASE "{database}"')
    _done(writer, f'CREATE DATABASE "{database}"')
    for policy in policies:
        verb = "ALTER" if policy["name"] == "autogen" else "CREATE"
        _done(
            writer,
            f'{verb} RETENTION POLICY "{policy["name"]}" ON "{database}" '
            f"DURATION {policy['duration']} REPLICATION {policy['replicaN']}"
            f"{' DEFAULT' if policy['default'] else ''}",
        )


def _done(writer: InfluxWriter, statement: str) -> dict[str, Any]:
    answer = writer.influxql(statement)
    for result in answer.get("results", ()):
        if "error" in result:
            raise StoreBusy(f"InfluxDB refuses: {result['error']}")
    return answer


def _refuse(found: list[Difference], then: str) -> None:
    if found:
        first = found[0]
        raise StoreBusy(
            f"what was filled is not what the journal holds ({len(found)} difference(s), "
            f"{first.what}: journal {first.journal}, database {first.database}); {then}"
        )
