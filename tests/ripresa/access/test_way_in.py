"""From where a clinic's page can be reached: loopback, or TLS by a named proxy and users."""

import httpx
import pytest

from dashboards.access.principal import Role
from dashboards.web.app import LOOPBACK_NAMES, create_app
from dashboards.web.serving import serve
from ripresa.access.way_in import WayIn, hold_reach, reaches_wide
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import ConfigurationError
from telemetry.transport.mqtt import MqttSettings

NAME = "clinic.example.org"


def options(tmp_path, **more):
    return ClinicOptions(
        folder=Folder(tmp_path).create(),
        broker=MqttSettings(port=1),
        site="+",
        clock=ManualClock(),
        **more,
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"web_host": "0.0.0.0"}, "would be open to the network on 0.0.0.0"),
        ({"web_host": "::"}, "would be open to the network on ::"),
        ({"web_host": "clinic"}, "is no address"),
        ({"behind_proxy": ("127.0.0.1",)}, "go together"),
        ({"host_names": (NAME,)}, "go together"),
        ({"behind_proxy": ("everywhere",), "host_names": (NAME,)}, "'everywhere' is no address"),
        ({"behind_proxy": ("*",), "host_names": (NAME,)}, "is no address"),
        ({"behind_proxy": ("127.0.0.1",), "host_names": ("*",)}, "no pattern"),
        ({"behind_proxy": ("127.0.0.1",), "host_names": (NAME,)}, "add somebody first"),
        (
            {"web_host": "0.0.0.0", "behind_proxy": ("10.0.0.0/24",), "host_names": (NAME,)},
            "add somebody first",
        ),
    ],
    ids=str,
)
async def test_a_page_that_others_could_reach_does_not_start(tmp_path, more, said):
    with pytest.raises(ConfigurationError, match=said):
        await run_clinic(options(tmp_path, **more))


@pytest.mark.parametrize(
    ("more", "wide"),
    [
        ({}, False),
        ({"web_host": "localhost"}, False),
        ({"web_host": "0.0.0.0", "published_on_loopback": True}, True),
        ({"behind_proxy": ("127.0.0.1", "10.0.0.0/24"), "host_names": (NAME,)}, False),
    ],
    ids=str,
)
def test_what_can_be_meant_is_let_through(tmp_path, more, wide):
    found = options(tmp_path, **more)
    hold_reach(found)
    assert reaches_wide(found) is wide


class NoSessions:
    def sessions(self, **_):
        return []


@pytest.fixture
def way_in(tmp_path):
    with WayIn(Folder(tmp_path).create(), SystemClock()) as found:
        found.accounts.add("anna", roles=[Role.ADMIN], sites=["+"], password="-")
        yield found


async def asked(way_in, headers, proxies):
    app = create_app(
        NoSessions(),
        entrance=way_in.entrance(lambda _: None, plain_http=False),
        host_names=(*LOOPBACK_NAMES, NAME),
    )

    @app.middleware("http")
    async def who(request, call_next):
        answer = await call_next(request)
        answer.headers["x-who"] = f"{request.url.scheme} {request.client.host}"
        return answer

    async with serve(app, port=0, proxies=proxies) as page, httpx.AsyncClient() as web:
        return await web.get(f"{page.url}api/me", headers={"Host": NAME} | headers)


FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


async def test_a_named_proxy_tells_who_asks_and_how(way_in):
    answer = await asked(way_in, FORWARDED, ("127.0.0.1",))
    assert (answer.status_code, answer.headers["x-who"]) == (200, "https 203.0.113.7")


@pytest.mark.parametrize("proxies", [(), ("192.0.2.1",)])
async def test_nobody_else_is_believed_even_on_this_machine(way_in, proxies):
    answer = await asked(way_in, FORWARDED, proxies)
    assert answer.headers["x-who"] == "http 127.0.0.1"


async def test_what_a_proxy_that_was_not_named_brings_is_not_this_machines(way_in):
    answer = await asked(way_in, FORWARDED | {"Host": "127.0.0.1"}, ())
    assert answer.status_code == 403


async def test_what_a_browser_puts_before_the_proxys_word_is_not_believed(way_in):
    lie = {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}
    answer = await asked(way_in, FORWARDED | lie, ("127.0.0.1",))
    assert answer.headers["x-who"] == "https 203.0.113.7"


async def test_what_the_proxy_brings_in_the_clear_is_refused(way_in):
    answer = await asked(way_in, FORWARDED | {"X-Forwarded-Proto": "http"}, ("127.0.0.1",))
    assert answer.status_code == 403
    assert "https" in answer.json()["detail"]["en"]


async def test_a_name_that_was_not_given_is_refused(way_in):
    answer = await asked(way_in, FORWARDED | {"Host": "evil.example"}, ("127.0.0.1",))
    assert answer.status_code == 400
