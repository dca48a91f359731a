"""Each token may do what it is for, and nothing else, at a real InfluxDB that asks who it is."""

import dataclasses
import stat
import uuid

import httpx
import pytest
from typer.testing import CliRunner

from influxd import Influxd
from ingest.influx.access import issue_tokens, keep_tokens, withdraw_others
from ingest.influx.server import InfluxSettings, InfluxWriter
from ripresa.cli.influx_cli import app
from telemetry.errors import StoreBusy

pytestmark = pytest.mark.slow

OPERATOR = "root:sesame"
PAIN = b"report,site=s,patient=p-1 pain=9i 1700000000000000000"


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd"), operator=OPERATOR)
    server.start()
    yield server
    server.kill()


def settings_of(influxd, site):
    name = f"{site}{uuid.uuid4().hex}"
    buckets = [influxd.create_bucket(f"{name}{part}") for part in ("m", "t", "n")]
    return InfluxSettings(
        url=influxd.url,
        token=OPERATOR,
        org=name,
        motion_bucket=buckets[0],
        therapy_bucket=buckets[1],
        minutes_bucket=buckets[2],
    )


@pytest.fixture
def site(influxd):
    return settings_of(influxd, "north")


def issued(settings):
    with InfluxWriter(settings) as writer:
        tokens = issue_tokens(writer, settings)
        withdraw_others(writer, settings, tokens)
    return tokens


def answers(settings, token, bucket):
    """How the database answers each way in which somebody may try to write, read and delete."""
    database = bucket.split("/")[0]
    head = {"Authorization": f"Token {token}"}
    flux = f'from(bucket: "{bucket}") |> range(start: 0)'
    forged = f'{flux} |> to(bucket: "{bucket}", org: "{settings.org}")'
    with httpx.Client(base_url=settings.url, headers=head) as web:
        said = {
            "write": web.post("/api/v2/write", params={"bucket": bucket, "org": "-"}, content=PAIN),
            "write of 1.x": web.post("/write", params={"db": database}, content=PAIN),
            "drop": web.post("/query", params={"q": 'DROP MEASUREMENT "report"', "db": database}),
            "read": web.post("/api/v2/query", json={"query": flux, "type": "flux"}),
            "write by a query": web.post("/api/v2/query", json={"query": forged, "type": "flux"}),
        }
    return {what: a.status_code < 300 and "error" not in a.text for what, a in said.items()}


def points(influxd, bucket):
    return influxd.count(bucket, "report", "pain")


def test_what_grafana_holds_reads_the_sites_figures_and_writes_nothing(influxd, site):
    tokens = issued(site)
    for bucket in (site.therapy_bucket, site.minutes_bucket):
        able = answers(site, tokens.grafana, bucket)
        assert [what for what, done in able.items() if done] == ["read"]
    assert not any(answers(site, tokens.grafana, site.motion_bucket).values())
    assert points(influxd, site.therapy_bucket) == 0


def test_what_the_clinic_holds_writes_the_sites_buckets_and_no_others(influxd, site):
    tokens, other = issued(site), settings_of(influxd, "south")
    for bucket in (site.motion_bucket, site.therapy_bucket, site.minutes_bucket):
        able = answers(site, tokens.clinic, bucket)
        assert able["write"]
        assert able["read"]
    for token in (tokens.clinic, tokens.grafana):
        assert not any(answers(other, token, other.therapy_bucket).values())
    clinic = dataclasses.replace(site, token=tokens.clinic)
    with InfluxWriter(clinic) as writer:
        writer.write(site.therapy_bucket, PAIN)
        writer.delete_patient(site.therapy_bucket, "p-1")
    assert points(influxd, site.therapy_bucket) == 0


def test_only_the_operators_token_can_make_others(site):
    tokens = issued(site)
    clinic = dataclasses.replace(site, token=tokens.clinic)
    with InfluxWriter(clinic) as writer, pytest.raises(StoreBusy):
        issue_tokens(writer, site)


def test_tokens_are_kept_apart_and_old_ones_cease_when_they_are_rotated(site, tmp_path):
    before = issued(site)
    keep_tokens(before, tmp_path)
    environment = {
        "RIPRESA_INFLUX_URL": site.url,
        "RIPRESA_INFLUX_TOKEN": OPERATOR,
        "RIPRESA_INFLUX_ORG": site.org,
        "RIPRESA_INFLUX_MOTION_BUCKET": site.motion_bucket,
        "RIPRESA_INFLUX_THERAPY_BUCKET": site.therapy_bucket,
        "RIPRESA_INFLUX_MINUTES_BUCKET": site.minutes_bucket,
    }
    said = CliRunner().invoke(app, ["rotate", "--tokens", str(tmp_path)], env=environment)
    assert said.exit_code == 0, said.output
    for whose in ("clinic", "grafana"):
        path = tmp_path / whose / "token"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        token = path.read_text().strip()
        assert token not in said.output
        assert answers(site, token, site.therapy_bucket)["read"]
        assert not any(answers(site, getattr(before, whose), site.therapy_bucket).values())
