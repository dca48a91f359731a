"""A site's organisation in Grafana is made by command: a source with its token, dashboards."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from dashboards.grafana.flux import DATASOURCE_UID
from dashboards.grafana.grafana_cli import app
from dashboards.grafana.organising import SiteSource, organise
from dashboards.grafana.provisioning import dashboards
from ingest.influx.access import SiteTokens, keep_tokens
from telemetry.errors import ConfigurationError, TransportError, TransportRefused

ADMIN = ("admin", "open-sesame")


class FakeGrafana:
    """Organisations, members, sources and dashboards as Grafana keeps them, in memory."""

    def __init__(self, refuses=""):
        self.organisations, self.members, self.sources, self.dashboards = {}, [], {}, {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                org = int(self.headers.get("X-Grafana-Org-Id") or 1)
                status, told = outer.does(self.command, self.path, body, org)
                if refuses and refuses in self.path:
                    status, told = 403, {"message": "no rights"}
                text = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_POST = do_PUT = do_GET  # noqa: N815 - the server looks for these names

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def does(self, method, path, body, org):
        what = path.split("/")[2]
        if what == "orgs" and method == "GET":
            number = self.organisations.get(path.rsplit("/", 1)[1])
            return (404, {}) if number is None else (200, {"id": number})
        if what == "orgs" and path.endswith("/users"):
            known = (path.split("/")[3], body["loginOrEmail"]) in self.members
            self.members.append((path.split("/")[3], body["loginOrEmail"]))
            return (409, {"message": "already in it"}) if known else (200, {})
        if what == "orgs":
            self.organisations[body["name"]] = len(self.organisations) + 2
            return 200, {"orgId": self.organisations[body["name"]]}
        if what == "datasources" and method == "GET":
            return (200, {"id": 7}) if org in self.sources else (404, {})
        if what == "datasources":
            self.sources.setdefault(org, []).append((method, path, body))
            return 200, {}
        self.dashboards.setdefault(org, {})[body["dashboard"]["uid"]] = body["dashboard"]
        return 200, {"url": "/d/x"}

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def source(token):
    return SiteSource(url="http://db:8086", organisation="south", bucket="therapy", token=token)


def test_each_site_has_an_organisation_with_its_own_token_and_all_dashboards():
    models = dashboards()
    with FakeGrafana() as grafana:
        south = organise(grafana.url, ADMIN, "south", source("s-token"), models)
        north = organise(grafana.url, ADMIN, "north", source("n-token"), models)
    assert south != north
    assert grafana.organisations == {"south": south, "north": north}
    for number, token in ((south, "s-token"), (north, "n-token")):
        ((method, _, body),) = grafana.sources[number]
        assert (method, body["uid"]) == ("POST", DATASOURCE_UID)
        assert body["secureJsonData"] == {"token": token}
        assert grafana.dashboards[number] == models
    assert 1 not in grafana.sources


def test_made_again_it_stays_the_same_organisation_and_takes_the_new_token():
    with FakeGrafana() as grafana:
        first = organise(grafana.url, ADMIN, "south", source("old"), dashboards())
        assert organise(grafana.url, ADMIN, "south", source("new"), dashboards()) == first
    (_, path, _), (method, again, body) = grafana.sources[first]
    assert (path, method, again) == ("/api/datasources", "PUT", "/api/datasources/7")
    assert body["secureJsonData"] == {"token": "new"}


@pytest.mark.parametrize("refuses", ["/orgs", "/datasources", "/dashboards"])
def test_what_is_refused_and_an_absent_grafana_are_told_without_secrets(refuses):
    with FakeGrafana(refuses) as grafana:
        with pytest.raises(TransportRefused, match="403, no rights") as told:
            organise(grafana.url, ADMIN, "south", source("s-token"), dashboards())
        url = grafana.url
    with pytest.raises(TransportError, match="is it running") as absent:
        organise(url, ADMIN, "south", source("s-token"), dashboards())
    for said in (str(told.value), str(absent.value)):
        assert ADMIN[1] not in said
        assert "s-token" not in said


def test_by_command_a_site_gets_the_token_that_set_up_made_for_it(tmp_path):
    keep_tokens(SiteTokens("c-all", "g-all"), tmp_path)
    environment = {
        "RIPRESA_INFLUX_URL": "http://db:8086",
        "RIPRESA_INFLUX_ORG": "o",
        "RIPRESA_INFLUX_TOKEN": "operator",
        "RIPRESA_GRAFANA_PASSWORD": ADMIN[1],
    }
    with FakeGrafana() as grafana:
        args = ["site", "south", "--tokens", str(tmp_path), "--url", grafana.url]
        lacking = CliRunner().invoke(app, args, env=environment)
        assert isinstance(lacking.exception, ConfigurationError)
        assert "influx setup --site south" in str(lacking.exception)
        keep_tokens(SiteTokens("c-south", "g-south"), tmp_path, "south")
        told = CliRunner().invoke(app, args, env=environment)
    assert told.exit_code == 0, told.output
    ((_, _, body),) = grafana.sources[2]
    assert body["secureJsonData"] == {"token": "g-south"}
    assert body["jsonData"]["organization"] == "south"
    assert "--site south=2" in told.output
    assert "g-south" not in told.output
    assert (tmp_path / "grafana" / "token").read_text() == "g-all\n"
