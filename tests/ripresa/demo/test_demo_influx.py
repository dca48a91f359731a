"""The demo's data reach a real InfluxDB, and the dashboard's queries bring them back."""

import asyncio
import contextlib
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from dashboards.grafana.provisioning import dashboards
from influxd import Influxd
from ripresa.demo.demo import DemoOptions, run_demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PATIENT_DASHBOARD = "ripresa-patient"
SHOWN = ("Range reached in exercises", "Repetitions against the plan", "Adherence")


@pytest.fixture
def influxd(tmp_path, monkeypatch):
    server = Influxd(tmp_path)
    server.start()
    for bucket in ("motion", "therapy", "motion_minutes"):
        server.command(f'CREATE DATABASE "{bucket}"')
    for name, value in (
        ("URL", server.url),
        ("TOKEN", "any"),
        ("ORG", "clinic"),
        ("MOTION_BUCKET", "motion/autogen"),
        ("THERAPY_BUCKET", "therapy/autogen"),
    ):
        monkeypatch.setenv(f"RIPRESA_INFLUX_{name}", value)
    yield server
    server.kill()


def numbers(row):
    for text in row.values():
        with contextlib.suppress(ValueError):
            yield float(text)


def interpolated(flux):
    for name, value in {
        "v.defaultBucket": json.dumps("therapy/autogen"),
        "v.timeRangeStart": "-1d",
        # The demo's clock runs ahead of this machine's, and a day's point stands at its noon.
        "v.timeRangeStop": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "v.windowPeriod": "1m",
        "${patient}": "demo-patient",
        "${exercise}": "forward-arm-raise",
        "${side}": "left",
    }.items():
        flux = flux.replace(name, value)
    return flux


async def test_the_dashboards_queries_return_the_demos_data(influxd):
    summary = await run_demo(
        DemoOptions(recording="spar:3:FEL:1", speed=4, headless=True, game=None)
    )

    def shown():
        found = {}
        for panel in dashboards()[PATIENT_DASHBOARD]["panels"]:
            for target in panel.get("targets", []):
                rows = influxd.ask(interpolated(target["query"]))
                found.setdefault(panel["title"], []).extend(v for r in rows for v in numbers(r))
        return found

    # What the clinic's followers have taken, the database shows a little later on a busy machine.
    patience = time.monotonic() + 60
    while not all((found := shown())[title] for title in SHOWN) and time.monotonic() < patience:
        await asyncio.sleep(0.5)
    for title in SHOWN:
        assert found[title], title
    everything = [round(v, 2) for values in found.values() for v in values]
    assert summary.rom_deg.median in everything
    assert summary.repetitions in everything
    stored = influxd.ask(
        'from(bucket: "motion/autogen") |> range(start: -1d, stop: 1h) '
        '|> filter(fn: (r) => r._field == "acc_x") |> count()',
    )
    assert sum(int(r["_value"]) for r in stored) == summary.ledger.stored
