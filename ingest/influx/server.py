"""The InfluxDB behind the followers: where it is, and what its answers mean.

`LineWriter` is the seam; `InfluxWriter` is InfluxDB 2.x by influxdb-client (1.8 answers the
same calls), `MemoryLines` keeps lines in memory, for tests.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, Self

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from telemetry.errors import ConfigurationError
from telemetry.settings import EnvironmentSettings, SecretFile

from .answers import LinesRefused, answer_meant, no_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from influxdb_client.client.influxdb_client import InfluxDBClient

    from telemetry.errors import StoreError

__all__ = [
    "InfluxSettings",
    "InfluxWriter",
    "LineWriter",
    "MemoryLines",
]


NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxSettings:
    """Where the database is, how to get in, what its buckets are called.

    `motion_days` is how long a motion bucket keeps that has yet to be made, None: for ever; one
    that is there keeps as long as it says itself.
    """

    url: str
    token: str = field(repr=False)
    org: str
    motion_bucket: str = "motion"
    therapy_bucket: str = "therapy"
    minutes_bucket: str = "motion_minutes"
    motion_days: float | None = 90.0
    timeout_s: float = 10.0

    @property
    def buckets(self) -> tuple[str, str, str]:
        """All of them."""
        return self.motion_bucket, self.minutes_bucket, self.therapy_bucket

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> InfluxSettings | None:
        """The database named by `RIPRESA_INFLUX_*`; None where no address is given.

        `URL`, `TOKEN` or `TOKEN_FILE`, `ORG`, `MOTION_BUCKET`, `THERAPY_BUCKET`,
        `MINUTES_BUCKET` and `MOTION_DAYS`, of which 0 keeps motion for good.

        Raises:
            ConfigurationError: an address without token or organisation, a token file that
                cannot be read, or days that are no number.
        """
        named = _Database.read(environment)
        if named.url is None:
            return None
        if named.org is None:
            raise ConfigurationError("RIPRESA_INFLUX_URL is set, so set RIPRESA_INFLUX_ORG too")
        return cls(
            url=named.url,
            token=named.secret(),
            org=named.org,
            motion_bucket=named.motion_bucket,
            therapy_bucket=named.therapy_bucket,
            minutes_bucket=named.minutes_bucket,
            motion_days=named.motion_days or None,
        )


class _Database(EnvironmentSettings):
    model_config = SettingsConfigDict(env_prefix="RIPRESA_INFLUX_")

    url: str | None = None
    token: SecretStr | None = None
    token_file: SecretFile | None = None
    org: str | None = None
    motion_bucket: str = "motion"
    therapy_bucket: str = "therapy"
    minutes_bucket: str = "motion_minutes"
    motion_days: float = Field(default=90.0, ge=0, allow_inf_nan=False)

    def secret(self) -> str:
        if self.token is not None:
            return self.token.get_secret_value()
        if self.token_file is not None:
            return self.token_file.read_text(encoding="utf-8").strip()
        raise ConfigurationError(
            "RIPRESA_INFLUX_URL is set, so set RIPRESA_INFLUX_TOKEN or "
            "RIPRESA_INFLUX_TOKEN_FILE too"
        )


class LineWriter(Protocol):
    """Takes line protocol."""

    def write(self, bucket: str, lines: bytes) -> None:
        """Write all of `lines`; when it returns they are in the database.

        Raises:
            StoreBusy: no answer, or too busy (429, 5xx), or it does not let us in (401, 403,
                404): the same lines may go well later; nothing is wrong with them.
            LinesRefused: one of them is wrong for good; others may have been written.
            LinesTooMany: try fewer.
        """
        ...

    def delete_points(
        self, bucket: str, measurement: str, patient: str, *, start_ns: int, stop_ns: int
    ) -> None:
        """Delete a patient's points of one measurement and span of time, ends included.

        Raises:
            StoreBusy: they may still be there.
        """
        ...

    def delete_patient(self, bucket: str, patient: str) -> None:
        """Delete all of a patient's points.

        Raises:
            StoreBusy: they may still be there.
        """
        ...


class InfluxWriter:
    """`LineWriter` on a real server; a context manager. Nothing is buffered, nothing retried."""

    def __init__(self, settings: InfluxSettings) -> None:
        from influxdb_client.client.influxdb_client import (  # noqa: PLC0415 - takes a second to import
            InfluxDBClient,
        )
        from influxdb_client.client.write_api import SYNCHRONOUS  # noqa: PLC0415

        self._settings = settings
        self.client: InfluxDBClient = InfluxDBClient(
            url=settings.url,
            token=settings.token,
            org=settings.org,
            timeout=round(settings.timeout_s * 1000),
        )
        self._api = self.client.write_api(write_options=SYNCHRONOUS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.close()  # type: ignore[no-untyped-call]

    def write(self, bucket: str, lines: bytes) -> None:
        """Write line protocol with nanosecond times, synchronously.

        Raises:
            StoreBusy, LinesRefused, LinesTooMany: see `LineWriter`.
        """
        from influxdb_client.rest import ApiException  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        try:
            self._api.write(bucket=bucket, org=self._settings.org, record=lines)
        except ApiException as e:
            raise self._meant(e, bucket, "write") from e
        except (HTTPError, OSError) as e:
            raise no_answer(self._settings.url, e) from e

    def query(self, flux: str) -> list[Any]:
        """Run a Flux query; returns the client's tables.

        Raises:
            StoreBusy: no answer, or the server refuses the query.
        """
        with self.asking("query"):
            tables: list[Any] = self.client.query_api().query(flux, org=self._settings.org)
            return tables

    def to_be_set_up(self) -> bool:
        """Whether the server waits for its first user (2.x); 1.8 has no such state.

        Raises:
            StoreBusy: no answer.
        """
        from influxdb_client.rest import ApiException  # noqa: PLC0415

        with self.asking("tell whether it is set up"):
            try:
                answer: Any = self.client.api_client.call_api(  # type: ignore[no-untyped-call]
                    "/api/v2/setup", "GET", response_type="object", auth_settings=[]
                )
            except ApiException as e:
                if e.status and e.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return False
                raise
        body = answer[0] if isinstance(answer, tuple) else answer
        return isinstance(body, dict) and body.get("allowed") is True

    def delete_patient(self, bucket: str, patient: str) -> None:
        """Delete all of a patient's points.

        Raises:
            StoreBusy: no answer, or the server refuses.
        """
        stop = datetime(2200, 1, 1, tzinfo=UTC)
        old = f"DROP SERIES WHERE \"patient\" = '{patient}'"
        self._delete(bucket, f'patient="{patient}"', datetime.fromtimestamp(0, UTC), stop, old)

    def delete_points(
        self, bucket: str, measurement: str, patient: str, *, start_ns: int, stop_ns: int
    ) -> None:
        """Delete a patient's points of one measurement and span of time, ends included.

        Raises:
            StoreBusy: no answer, or the server refuses.
        """
        start = datetime.fromtimestamp(start_ns // NS_PER_S, UTC)
        stop = datetime.fromtimestamp(stop_ns // NS_PER_S + 1, UTC)
        old = (
            f'DELETE FROM "{measurement}" WHERE "patient" = \'{patient}\' '  # noqa: S608 - names
            f"AND time >= {start_ns} AND time <= {stop_ns}"
        )
        predicate = f'_measurement="{measurement}" AND patient="{patient}"'
        self._delete(bucket, predicate, start, stop, old)

    def _delete(
        self, bucket: str, predicate: str, start: datetime, stop: datetime, influxql: str
    ) -> None:
        from influxdb_client.rest import ApiException  # noqa: PLC0415

        with self.asking("delete"):
            try:
                self.client.delete_api().delete(start, stop, predicate, bucket, self._settings.org)
            except ApiException as e:
                if e.status not in (404, 405):
                    raise
                self._by_influxql(bucket, influxql)

    def is_old(self) -> bool:
        """Whether this is InfluxDB 1.x: no organisations, tokens and bucket API.

        Raises:
            StoreBusy: no answer.
        """
        from influxdb_client.rest import ApiException  # noqa: PLC0415

        with self.asking("tell its kind"):
            organisations: Any = self.client.organizations_api()
            try:
                organisations.find_organizations(limit=1)
            except ApiException as e:
                if e.status == 404:
                    return True
                raise
        return False

    def influxql(self, statement: str) -> dict[str, Any]:
        """Run a statement of 1.x; returns the answer, which may hold an `error`.

        Raises:
            StoreBusy: no answer, or the server refuses.
        """
        with self.asking("manage what 1.x has"):
            return self._ask_influxql([("q", statement)])

    def _by_influxql(self, bucket: str, influxql: str) -> None:
        # 1.8 has no delete endpoint of version 2.
        self._ask_influxql([("db", bucket.split("/", maxsplit=1)[0]), ("q", influxql)])

    def _ask_influxql(self, parameters: list[tuple[str, str]]) -> dict[str, Any]:
        # The answer is read to its end: the server goes on working after the first bytes.
        answer = self.client.api_client.call_api(  # type: ignore[no-untyped-call]
            "/query",
            "POST",
            query_params=parameters,
            header_params={"Authorization": f"Token {self._settings.token}"},
            response_type="object",
            auth_settings=[],
            _return_http_data_only=True,
        )
        return dict(answer or {})

    @contextmanager
    def asking(self, what: str) -> Iterator[None]:
        """Turn the client's exceptions into one line.

        Raises:
            StoreBusy: no answer, or the server refuses.
        """
        from influxdb_client.rest import ApiException  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        try:
            yield
        except ApiException as e:
            raise self._meant(e, "", what) from e
        except (HTTPError, OSError) as e:
            raise no_answer(self._settings.url, e) from e

    def _meant(self, e: Any, bucket: str, doing: str) -> StoreError:
        said = e.body or e.reason
        return answer_meant(e.status or 0, said, bucket=bucket, org=self._settings.org, doing=doing)


class MemoryLines:
    """Keeps lines in a dictionary by series, fields and time, as the database would."""

    def __init__(self) -> None:
        self.lines: dict[str, list[bytes]] = {}
        self.calls = 0
        self.trouble: list[Exception] = []
        """Raised, first to last, by the next calls."""
        self.refuses: dict[bytes, str] = {}
        """A line that contains the key is refused with the value as reason."""

    def write(self, bucket: str, lines: bytes) -> None:
        """Keep `lines`, or raise what the test asked for."""
        self.calls += 1
        if self.trouble:
            raise self.trouble.pop(0)
        for mark, reason in self.refuses.items():
            if mark in lines:
                raise LinesRefused(reason)
        self.lines.setdefault(bucket, []).extend(lines.split(b"\n"))

    def delete_points(
        self, bucket: str, measurement: str, patient: str, *, start_ns: int, stop_ns: int
    ) -> None:
        """Forget the lines that match."""
        head, mark = f"{measurement},".encode(), f"patient={patient},".encode()
        self.lines[bucket] = [
            line
            for line in self.lines.get(bucket, [])
            if not line.startswith(head)
            or mark not in line
            or not start_ns <= int(line.rsplit(b" ", 1)[1]) <= stop_ns
        ]

    def delete_patient(self, bucket: str, patient: str) -> None:
        """Forget the lines of a patient."""
        mark = f",patient={patient},".encode()
        self.lines[bucket] = [text for text in self.lines.get(bucket, []) if mark not in text]
