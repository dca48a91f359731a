"""Grafana's dashboards: valid, held to the follower's schema, and answered by a real database."""

import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from builders import batch, opened
from dashboards.grafana.grafana_cli import app
from dashboards.grafana.provisioning import dashboards, provisioning_files, write_provisioning
from dashboards.grafana.pushing import push
from influxd import Influxd
from ingest.influx.followers import influx_followers
from ingest.influx.server import InfluxSettings, InfluxWriter, MemoryLines
from ingest.journal.journal import Journal
from ingest.transfer.intake import open_parcel, store_parcels
from journals import event_record, item_record, result_record
from ripresa.care.care_journal import JournalCareRecord
from ripresa.care.figure_follower import FigureFollower
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    CheckAnswered,
    PainReported,
)
from telemetry.messages.motion import StreamGap
from telemetry.messages.record import Record, encode_block
from telemetry.messages.results import Conditioning
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
DAY_NS = 86_400 * 10**9
HOME = "01J0000000000000000000H0ME"
MODELS = dashboards()
UIDS = sorted(MODELS)
ONCE_LOOKED_AT = {"closed", "seen_by", "seen_day", "action", "not_observable"}
"""Fields that an alert has only once it is over or seen, an exercise where it tells no angle."""
NO_TAGS = {"_measurement", "_field", "at", "session", "open"}


class Doses:
    """Twenty of everything."""

    def repetitions(self, _patient, _plan_version, _exercise, _side):
        return 20


def played(pretend):
    """A session with everything that a dashboard shows, and a missed day after it."""
    events = pretend.script()
    stream = batch().stream
    assessment = {"item": "abduction", "spans": {stream: 0}}
    more = [
        PainReported(session=pretend.session, number=10, t_ns=pretend.t0_ns + 5, pain=4),
        CheckAnswered(
            session=pretend.session,
            number=11,
            t_ns=pretend.t0_ns + 2 * 10**9,
            at="in",
            question="medicine",
            answer=True,
        ),
        AssessmentStarted(
            session=pretend.session,
            number=12,
            t_ns=pretend.t0_ns,
            exercise="arm-abduction",
            side="right",
            **assessment,
        ),
        AssessmentEnded(
            session=pretend.session, number=13, t_ns=pretend.t0_ns + 3 * 10**9, **assessment
        ),
    ]
    result, adherence = pretend.results()
    (gated,) = pretend.gated(result).items
    item = gated.model_copy(update={"conditioning": Conditioning(samples=4800, missing=7)})
    assessed = item.model_copy(
        update={
            "assessment": True,
            "repetitions": item.repetitions[:3],
            "side": "right",
            "judged": True,
        }
    )
    return [
        event_record(events[0]),
        item_record(opened(opened_ns=pretend.t0_ns), session=pretend.session),
        *(event_record(e) for e in [*events[1:], *more]),
        item_record(
            StreamGap(
                stream=stream, first_index=4800, count=7, reason="radio", t_ns=pretend.t0_ns + 5
            ),
            session=pretend.session,
        ),
        result_record(result.model_copy(update={"items": (item, assessed)})),
        result_record(adherence),
    ]


async def follow(folder, pretend, writer, settings):
    """Bring the session through a clinic's journal and the follower into `writer`."""
    records = [
        Record(
            home=HOME,
            position=place,
            t_ns=r.t_ns,
            kind=r.kind,
            body=r.body,
            session=r.session,
            stream=r.stream,
        )
        for place, r in enumerate(played(pretend), 1)
    ]
    with Journal.open(folder / "clinic.db", ManualClock()) as clinic:
        topic = HomeTopics("clinic", pretend.patient).record
        outcome = store_parcels(clinic, [open_parcel(topic, encode_block(records))], now_ns=0)
        assert outcome.counts["dead_letters"] == 0
        for follower in influx_followers(clinic, writer, settings, ManualClock(), doses=Doses()):
            await follower.catch_up()
            assert follower.status().set_aside == 0
        care = JournalCareRecord(clinic, pretend.plan_of, ManualClock(pretend.t0_ns + 2 * DAY_NS))
        FigureFollower(care, writer, settings.therapy_bucket, ManualClock()).step()


ELSEWHERE = {
    "angle",
    "assessment",
    "clinic",
    "follower",
    "gateway",
    "movement",
    "trouble",
    "wearable",
}
"""Measurements that this session does not make; `test_same_numbers` asks for them."""
NEVER_TOLD = {"ripresa-patient Next morning A"}


def panels(uid):
    return [p for p in MODELS[uid]["panels"] if p["type"] != "text"]


def queries():
    """Every query of both dashboards: (where it stands, Flux)."""
    for uid in UIDS:
        for variable in MODELS[uid].get("templating", {}).get("list", []):
            yield f"{uid} variable {variable['name']}", variable["query"]["query"]
        for panel in panels(uid):
            for target in panel["targets"]:
                yield f"{uid} {panel['title']} {target['refId']}", target["query"]


QUERIES = dict(queries())


@pytest.mark.parametrize("uid", UIDS)
def test_the_model_is_the_classic_one_with_ids_and_no_overlap(uid):
    model = MODELS[uid]
    assert model["schemaVersion"] == 42
    assert model["uid"] == uid
    ids = [p["id"] for p in model["panels"]]
    assert sorted(ids) == list(range(1, len(ids) + 1))
    cells = set()
    for panel in model["panels"]:
        at = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not mine & cells, panel["title"]
        assert at["x"] + at["w"] <= 24
        cells |= mine


@pytest.mark.parametrize("uid", UIDS)
def test_every_panel_says_what_it_is_of_and_the_dashboard_what_it_is_not(uid):
    texts = [p for p in MODELS[uid]["panels"] if p["type"] == "text"]
    assert "not a medical device" in texts[0]["options"]["content"]
    assert all(p["title"] and p["description"] for p in panels(uid))


def test_the_committed_files_are_what_the_code_writes():
    folder = ROOT / "deploy" / "grafana" / "provisioning"
    committed = {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert committed == provisioning_files(), "run `ripresa dashboards build`"


def test_building_twice_changes_nothing_the_second_time(tmp_path):
    assert len(write_provisioning(tmp_path)) == len(provisioning_files())
    assert write_provisioning(tmp_path) == []


def test_the_data_source_takes_its_token_from_the_file_that_set_up_writes():
    text = provisioning_files()["datasources/ripresa.yaml"]
    (source,) = yaml.safe_load(text)["datasources"]
    assert source["secureJsonData"]["token"] == "$__file{/run/ripresa/influx/token}"  # noqa: S105
    used = {p["datasource"]["uid"] for uid in UIDS for p in panels(uid)}
    assert used == {source["uid"]}


def test_each_site_has_a_source_and_a_token_of_its_own(tmp_path):
    told = CliRunner().invoke(
        app, ["build", "--folder", str(tmp_path), "--site", "north=2", "--site", "south=3"]
    )
    assert told.exit_code == 0, told.output
    text = (tmp_path / "datasources" / "ripresa.yaml").read_text()
    sources = yaml.safe_load(text)["datasources"]
    assert [(s["orgId"], s["jsonData"]["organization"]) for s in sources] == [
        (2, "north"),
        (3, "south"),
    ]
    assert len({s["secureJsonData"]["token"] for s in sources}) == 2
    wrong = CliRunner().invoke(app, ["build", "--folder", str(tmp_path), "--site", "north"])
    assert "NAME=N" in str(wrong.exception)


class MemoryFigures(MemoryLines):
    """Lines in memory, of which nothing stood there before."""

    def query(self, _flux):
        return []


def named_in(flux):
    """Measurement, fields and tags that a query names."""
    measurement = re.search(r'_measurement == "(\w+)"', flux)[1]
    fields = set(re.findall(r'_field == "(\w+)"', flux))
    tags = set(re.findall(r"r\.(\w+) ==", flux)) - {
        "_measurement",
        "_field",
        "at",
        "session",
        "open",
        "_value",
        "weekday",
    }
    tags |= set(re.findall(r'(?:group|distinct)\(columns?: \[?"(\w+)"', flux)) - {"_field", "week"}
    return measurement, fields, tags


async def test_the_queries_name_only_what_the_follower_writes(pretend, tmp_path):
    memory = MemoryFigures()
    settings = InfluxSettings(url="-", token="-", org="-", motion_days=None)  # noqa: S106
    await follow(tmp_path, pretend, memory, settings)
    fields, tags = {}, {}
    for text in (line.decode() for line in memory.lines["therapy"]):
        series, rest = text.split(" ", 1)
        measurement, *pairs = series.split(",")
        tags.setdefault(measurement, set()).update(p.split("=")[0] for p in pairs)
        fields.setdefault(measurement, set()).update(re.findall(r"(?:^|,)(\w+)=", rest))
    for where, flux in QUERIES.items():
        measurement, named_fields, named_tags = named_in(flux)
        if measurement in ELSEWHERE or where in NEVER_TOLD:
            continue
        assert named_fields - ONCE_LOOKED_AT <= fields[measurement], where
        assert named_tags <= tags[measurement], where


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.kill()


def interpolated(flux, bucket, pretend):
    """What Grafana does to a query before it sends it."""
    day = datetime.fromtimestamp(pretend.t0_ns / 1e9, UTC)
    values = {
        "v.defaultBucket": json.dumps(bucket),
        "v.timeRangeStart": f"{day:%Y-%m-%d}T00:00:00Z",
        "v.timeRangeStop": f"{day:%Y-%m}-28T00:00:00Z",
        "${patient}": pretend.patient,
        "${exercise}": "arm-abduction",
        "${side}": "right",
        "${session}": pretend.session,
    }
    for name, value in values.items():
        flux = flux.replace(name, value)
    assert "v." not in re.sub(r'"[^"]*"', "", flux)
    assert "${" not in flux
    return flux


@pytest.fixture
async def database(influxd, pretend, tmp_path):
    name = f"d{uuid.uuid4().hex}"
    bucket, motion = influxd.create_bucket(name), influxd.create_bucket(f"{name}m")
    settings = InfluxSettings(
        url=influxd.url,
        token="-",  # noqa: S106
        org="-",
        motion_bucket=motion,
        therapy_bucket=bucket,
        motion_days=None,
    )
    with InfluxWriter(settings) as writer:
        await follow(tmp_path, pretend, writer, settings)
    return influxd, bucket


async def test_every_query_is_answered_with_the_followers_data(database, pretend):
    influxd, bucket = database
    empty = [
        where
        for where, flux in QUERIES.items()
        if named_in(flux)[0] not in ELSEWHERE
        and where not in NEVER_TOLD
        and not influxd.ask(interpolated(flux, bucket, pretend))
    ]
    assert empty == []


NO_FIGURES = {"", "result", "table", "_time"}


async def test_the_figures_are_the_sessions_own(database, pretend):
    influxd, bucket = database

    def rows(where):
        """What is shown; a day without a point has a row without a figure."""
        found = influxd.ask(interpolated(QUERIES[where], bucket, pretend))
        return [r for r in found if any(v for k, v in r.items() if k not in NO_FIGURES)]

    (done,) = rows("ripresa-patient Repetitions against the plan A")
    (asked,) = rows("ripresa-patient Repetitions against the plan B")
    assert (done["repetitions"], asked["prescribed"]) == ("20", "20")
    (band,) = rows("ripresa-patient Range at assessments A")
    assert (band["rom_median_deg"], band["rom_p10_deg"], band["rom_p90_deg"]) == (
        "142",
        "137",
        "148",
    )
    (dose,) = rows("ripresa-patient Adherence A")
    # Half of one exercise of two that the plan asks for, at 142 of 150 degrees.
    assert (dose["dose"], float(dose["range"])) == ("0.25", pytest.approx(142 / 150))
    (before,) = rows("ripresa-patient Pain before and after A")
    (after,) = rows("ripresa-patient Pain before and after B")
    assert (before["before"], after["after"]) == ("3", "2")
    (last,) = rows("ripresa-patient Pain, last reported A")
    assert last["_value"] == "2"
    (fast,) = rows("ripresa-patient Too fast A")
    assert float(fast["too_fast"]) == pytest.approx(1 / 20)
    (patients,) = rows("ripresa-patient variable patient")
    assert patients["_value"] == pretend.patient
    (lost,) = rows("ripresa-cohort Samples lost per day A")
    assert lost["count"] == "7"


def test_build_writes_where_it_is_told_and_says_what(tmp_path):
    outcome = CliRunner().invoke(app, ["build", "--folder", str(tmp_path)])
    assert outcome.exit_code == 0
    assert "ripresa-patient.json" in outcome.output
    again = CliRunner().invoke(app, ["build", "--folder", str(tmp_path)])
    assert "up to date" in again.output


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    outcome = CliRunner().invoke(app, ["build", "--folder", str(tmp_path / "file")])
    assert isinstance(outcome.exception, ConfigurationError)
    assert "give --folder" in str(outcome.exception)


class FakeGrafana:
    """A loopback HTTP server that answers as Grafana's dashboard API does."""

    def __init__(self, status=200):
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        self.got = got = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                got.append((self.path, self.headers["Authorization"], body))
                answer = {"url": f"/d/{body['dashboard']['uid']}", "message": "no rights"}
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        import threading

        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def test_push_sends_every_dashboard_with_the_token():
    with FakeGrafana() as grafana:
        addresses = push(grafana.url, "sesame", MODELS)
    assert addresses == [f"{grafana.url}/d/{uid}" for uid in MODELS]
    assert [path for path, _, _ in grafana.got] == ["/api/dashboards/db"] * len(MODELS)
    assert {token for _, token, _ in grafana.got} == {"Bearer sesame"}
    assert all(body["overwrite"] for _, _, body in grafana.got)


def test_a_refusal_and_an_absent_grafana_are_named_without_the_token():
    with FakeGrafana(status=403) as grafana:
        with pytest.raises(TransportError, match="refuses dashboard .* check the token") as told:
            push(grafana.url, "sesame", MODELS)
        url = grafana.url
    assert "sesame" not in str(told.value)
    with pytest.raises(TransportError, match="is it running"):
        push(url, "sesame", MODELS)


class FakeKept:
    """A Grafana that has the dashboards given, and whose source answers with a status."""

    def __init__(self, kept, answers=200):
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                model = kept.get(self.path.rsplit("/", 1)[1])
                self.answer(404 if model is None else 200, {"dashboard": model})

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(answers, {})

            def answer(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    __enter__ = FakeGrafana.__enter__
    __exit__ = FakeGrafana.__exit__


def test_check_tells_what_is_missing_changed_or_does_not_answer(tmp_path):
    write_provisioning(tmp_path)
    args = ["check", "--folder", str(tmp_path), "--token", "sesame", "--url"]
    kept = {uid: {**model, "id": 7, "version": 3} for uid, model in MODELS.items()}
    with FakeKept(kept) as grafana:
        well = CliRunner().invoke(app, [*args, grafana.url])
    assert (well.exit_code, well.output) == (0, "all is as the code says\n")
    first, second = list(MODELS)[:2]
    del kept[first]
    kept[second] = {**kept[second], "title": "mine"}
    (tmp_path / "alerting" / "ripresa.yaml").write_text("")
    with FakeKept(kept, answers=401) as grafana:
        told = CliRunner().invoke(app, [*args, grafana.url])
    assert told.exit_code == 1
    for said in ("alerting", f"no dashboard {first}", f"{second} is not as", "does not answer"):
        assert said in told.output
    assert "sesame" not in told.output


async def test_a_snapshot_holds_what_each_panel_shows(database, pretend, tmp_path, monkeypatch):
    influxd, bucket = database
    for name, value in (
        ("URL", influxd.url),
        ("TOKEN", "-"),
        ("ORG", "-"),
        ("THERAPY_BUCKET", bucket),
    ):
        monkeypatch.setenv(f"RIPRESA_INFLUX_{name}", value)
    file = tmp_path / "shown.json"
    args = ["snapshot", str(file), "--patient", pretend.patient, "--start", "2020-01-01T00:00:00Z"]
    told = CliRunner().invoke(app, args)
    assert told.exit_code == 0, told.output
    shown = json.loads(file.read_text())
    (last,) = shown["ripresa-patient"]["Pain, last reported"]
    assert last["_value"] == 2
    assert "Repetitions against the plan" not in shown["ripresa-patient"]
