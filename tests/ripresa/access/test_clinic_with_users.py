"""The real `clinic run` with users: they come in, and are out when the command line says so."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys

import httpx
import pytest
import websockets
from typer.testing import CliRunner

from dashboards.access.guarded_entrance import COOKIE, SOCKET_PROTOCOL
from ripresa.cli.main import app

pytestmark = pytest.mark.slow

PASSWORD = "a wave that comes back"


@contextlib.contextmanager
def clinic_process(folder, mosquitto, *more):
    """A clinic as its own process, and the address that it serves its page at."""
    environment = os.environ | {
        "RIPRESA_HOME": str(folder),
        "RIPRESA_MQTT_PORT": str(mosquitto.port),
    }
    command = [sys.executable, "-m", "ripresa", "clinic", "run", "--web-port", "0", *more]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        try:
            for line in process.stderr:
                if found := re.search(r"web page at (http://\S+)/", line):
                    break
            yield found.group(1)
        finally:
            process.terminate()


class Page:
    """One browser at the clinic's page; it keeps the cookie as browsers do on loopback."""

    def __init__(self, url):
        self.url, self.web, self.cookie, self.csrf = url, httpx.AsyncClient(base_url=url), "", ""

    def headers(self):
        return {"Origin": self.url, "Cookie": self.cookie, "X-CSRF-Token": self.csrf}

    async def get(self, path):
        return await self.web.get(path, headers=self.headers())

    async def sign_in(self, name):
        body = {"name": name, "password": PASSWORD}
        answer = await self.web.post("/api/sign-in", json=body, headers=self.headers())
        assert answer.status_code == 200, answer.text
        self.cookie = f"{COOKIE}={answer.cookies[COOKIE]}"
        self.csrf = answer.json()["csrf"]

    def watch(self, patient):
        return websockets.connect(
            f"{self.url.replace('http', 'ws')}/api/live/{patient}",
            additional_headers={"Cookie": self.cookie},
            subprotocols=[SOCKET_PROTOCOL, self.csrf],
            origin=self.url,
        )


def command(*words, typed=""):
    done = CliRunner().invoke(app, words, input=typed)
    assert done.exit_code == 0, done.output
    return done.output


async def test_users_come_in_see_and_are_out_again_and_all_of_it_is_audited(
    tmp_path, mosquitto, monkeypatch
):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    with clinic_process(tmp_path, mosquitto) as url:
        page = Page(url)
        assert (await page.get("/api/patients")).status_code == 200, "no user: no sign-in"
        command("clinic", "user", "add", "anna", "--role", "physiotherapist", typed=twice)
        assert (await page.get("/api/patients")).status_code == 401
        await page.sign_in("anna")
        assert (await page.get("/api/patients")).status_code == 200
        assert (await page.get("/api/patients/p-1")).status_code == 404
        async with page.watch("p-1") as line:
            command("clinic", "user", "disable", "anna")
            async with asyncio.timeout(10):
                await line.wait_closed()
        assert line.close_code == 1008
        assert (await page.get("/api/patients")).status_code == 401
        token = command("clinic", "token", "add", "lab", "--scope", "see-worklist", "--site", "+")
        bearer = {"Authorization": f"Bearer {token.split()[0]}"}
        answer = await page.web.get("/api/patients", headers=bearer)
        assert answer.status_code == 200
    audited = command("patient", "audit")
    for told in (
        "command line: user added",
        "anna: signed in",
        "anna: see-worklist",
        "command line: user disabled",
        "token:lab: see-worklist",
        "chain whole",
    ):
        assert told in audited
    assert "anna: see-patient" in command("patient", "audit", "p-1")
    assert "see-worklist" not in command("patient", "audit", "p-1")
    modes = {p.stat().st_mode & 0o777 for p in (tmp_path / "clinic").glob("access.sqlite*")}
    assert modes == {0o600}


async def test_a_file_of_users_that_is_lost_opens_nothing(tmp_path, mosquitto, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    command("clinic", "user", "add", "anna", "--role", "physiotherapist", typed=twice)
    for left in (tmp_path / "clinic").glob("access.sqlite*"):
        left.unlink()
    with clinic_process(tmp_path, mosquitto) as url:
        page = Page(url)
        assert (await page.get("/api/me")).json()["signs_in"] is True
        assert (await page.get("/api/patients")).status_code == 401
        command("clinic", "user", "add", "bruno", "--role", "physiotherapist", typed=twice)
        await page.sign_in("bruno")
        assert (await page.get("/api/patients")).status_code == 200
