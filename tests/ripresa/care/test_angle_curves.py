"""The database's curve of a session is that of the result which counts, whatever lies beside it."""

import asyncio
import uuid
from collections import Counter
from datetime import date

import numpy as np
import pytest

from influxd import Influxd
from ingest.influx.record_context import RecordContext
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.journal.journal import Journal
from ingest.transfer.intake import open_parcel, store_parcels
from research.virtual_clinic import virtual_session
from research.virtual_clinic.virtual_patient import Rates, drawn_patient
from ripresa.care.angle_follower import AngleCurves, angle_differences, angle_follower
from ripresa.session.closing import result_record
from telemetry.clock import ManualClock
from telemetry.messages.record import encode_block
from telemetry.messages.results import SessionResult
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

DAY = date(2025, 9, 20)
OPENED_NS = 1_758_358_800_000_000_000


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.kill()


def trained(clinic, folder, seed, person):
    """A home of the person's own sends a session with motion; its ULID."""
    rng = np.random.default_rng(seed)
    rates = Rates(broken=0, fall=0, unwell=0)
    lived = virtual_session.live_session(rng, person, DAY, rates, assess=True, motion=True)
    topic = HomeTopics("simulated", person.name).record
    before = 0
    with Journal.open(folder / f"{seed}.sqlite", ManualClock(1)) as home:
        home.append_now(lived.records)
        while block := home.records(before):
            before = block[-1].position
            store_parcels(clinic, [open_parcel(topic, encode_block(block))], now_ns=OPENED_NS)
    return next(r.session for r in lived.records if r.session)


def curves(influxd, bucket):
    """How many points each session and item has."""
    rows = influxd.ask(
        f'from(bucket: "{bucket}") |> range(start: 0) |> filter(fn: (r) => r._measurement == '
        '"angle") |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")'
    )
    return Counter((r["session"], r["item"]) for r in rows)


def result_of(journal, session):
    return [r for r in journal.results(session) if isinstance(r, SessionResult)][-1]


def superseding(journal, session, **update):
    """The clinic analyses a session anew: the result takes the place of the one before."""
    before = result_of(journal, session)
    after = before.model_copy(update={"supersedes": 0} | update)
    journal.append_now([result_record(after, OPENED_NS + 10**12)])


def test_a_result_that_withholds_a_figure_takes_its_curve_away_and_no_other(
    influxd, tmp_path, monkeypatch
):
    name = f"d{uuid.uuid4().hex}"
    bucket = influxd.create_bucket(name)
    settings = InfluxSettings(
        url=influxd.url,
        token="-",  # noqa: S106
        org="-",
        motion_bucket=influxd.create_bucket(f"{name}m"),
        therapy_bucket=bucket,
    )
    person = drawn_patient(np.random.default_rng(1), 0, date(2025, 9, 1), 84, Rates())
    # Both homes of the patient train within the same minutes.
    starts = iter((OPENED_NS, OPENED_NS + 20_000_000_000))
    monkeypatch.setattr(virtual_session, "_moment", lambda *_, **__: next(starts))
    clock = ManualClock(OPENED_NS + 10**12)
    with Journal.open(tmp_path / "c.sqlite", clock) as journal, InfluxWriter(settings) as writer:

        def differences(**more):
            plans = {"plan": lambda _p, _v: person.plans[0][1]}
            made = AngleCurves(RecordContext(journal, **more), **plans)
            span = {"start_ns": OPENED_NS - 10**14, "stop_ns": OPENED_NS + 10**14}
            found = angle_differences(made, journal.sessions(), writer, bucket, **span)
            return {d.what.split(" of ")[0] for d in found}

        assert differences() == set()
        one, other = (trained(journal, tmp_path, seed, person) for seed in (5, 6))
        follower = angle_follower(
            journal, writer, settings, clock, plan=lambda _p, _v: person.plans[0][1]
        )
        assert differences() == {"angle.angle_deg", "angle.item", "angle.session"}
        asyncio.run(follower.catch_up())
        assert differences() == set()
        assert differences(restricted=lambda _patient: True)
        before = curves(influxd, bucket)
        assert {key for key in before if before[key] > 100} == {
            (session, item) for session in (one, other) for item in ("raise", "bend")
        }
        items = tuple(
            i.model_copy(update={"range_of_motion": None}) if i.item == "bend" else i
            for i in result_of(journal, one).items
        )
        superseding(journal, one, items=items)
        asyncio.run(follower.catch_up())
        after = curves(influxd, bucket)
        assert (one, "bend") not in after
        assert after == Counter({k: n for k, n in before.items() if k != (one, "bend")})
        superseding(journal, one, items=())
        asyncio.run(follower.catch_up())
        assert {session for session, _ in curves(influxd, bucket)} == {other}
        assert differences() == set()
        tags = f"site=simulated,patient={person.name},exercise=arm-raise,side=right"
        writer.write(bucket, f"angle,{tags} angle_deg=170 {OPENED_NS + 10**13}".encode())
        assert differences() == {"angle.angle_deg"}
