"""Takes, outside screens and anonymous answers, as a home offers them."""

import asyncio
import json
import shutil
import socket
from datetime import date

import pytest
from typer.testing import CliRunner

from games.persuasion.questionnaire import SurveyAnswer
from ports import free_port
from ripresa.cli.main import app
from ripresa.home.letters.sent_takes import takes_at_hand
from ripresa.home.outside_screens import page_for, send_osc, websocket_port
from ripresa.home.survey_box import SurveyBox
from ripresa.platform.background import running
from ripresa.platform.broker import local_broker
from ripresa.platform.child import port_open
from ripresa.survey.quarters import survey_of
from telemetry.errors import ConfigurationError
from telemetry.messages.live import RepetitionCounted, encode_live
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

TOPICS = HomeTopics("clinic", "p-1")


def test_a_recorded_session_becomes_the_physiotherapists_take(kept, tmp_path, monkeypatch):
    folder = tmp_path / "home-of-its-own"
    shutil.copytree(kept.folder, folder)
    monkeypatch.setenv("RIPRESA_HOME", str(folder))
    told = CliRunner().invoke(app, ["home", "take", kept.session, "abduction"])
    assert told.exit_code == 0, told.output
    take = takes_at_hand(folder / "takes")["arm-abduction"]
    assert 10 < take.times_s[-1] <= 20
    assert max(take.levels) > 0.8
    assert max(take.levels) <= 1.0


def test_a_damaged_take_is_left_out_with_a_line(tmp_path, caplog):
    (tmp_path / "arm-abduction.json").write_text("{}")
    assert takes_at_hand(tmp_path) == {}
    assert "record it again" in caplog.text


async def test_repetitions_go_out_as_osc(mosquitto):
    settings = MqttSettings(port=mosquitto.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as screen:
        screen.bind(("127.0.0.1", 0))
        screen.settimeout(10)
        port = screen.getsockname()[1]
        counted = RepetitionCounted(
            session="01J00000000000000000000001",
            item="1",
            number=3,
            t_ns=1,
            range_deg=None,
            peak_deg=None,
            reached=0.9,
        )
        sending = send_osc(settings, TOPICS, "127.0.0.1", port)
        async with MqttBus(settings, "core") as bus, running(sending):
            await bus.wait_connected()
            await asyncio.sleep(0.5)
            bus.publish(TOPICS.control, encode_live(counted))
            datagram = await asyncio.to_thread(screen.recv, 1000)
    assert datagram.startswith(b"/ripresa/repetition\0")
    assert b"01J" not in datagram


@pytest.mark.parametrize("embedded", [False, True])
async def test_the_homes_broker_listens_for_browsers_when_asked(tmp_path, embedded):
    port = free_port()
    async with local_broker(tmp_path, port=free_port(), embedded=embedded, websocket_port=port):
        assert await asyncio.to_thread(port_open, port)


def test_the_pages_address_names_port_key_and_topics(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_WEBSOCKET_PORT", "9001")
    with pytest.raises(ConfigurationError, match="no home runs"):
        page_for(TOPICS, tmp_path)
    (tmp_path / "screens.key").write_text("abc")
    assert "port=9001&key=abc" in page_for(TOPICS, tmp_path)
    monkeypatch.setenv("RIPRESA_WEBSOCKET_PORT", "x")
    with pytest.raises(ConfigurationError, match="give a number"):
        websocket_port()
    monkeypatch.delenv("RIPRESA_WEBSOCKET_PORT")
    with pytest.raises(ConfigurationError, match="RIPRESA_WEBSOCKET_PORT"):
        page_for(TOPICS, tmp_path)


async def test_who_asks_for_the_page_is_told_why_the_home_lets_no_browser_in(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("RIPRESA_WEBSOCKET_PORT", str(port))
        (tmp_path / "screens.key").write_text("of a home that was killed")
        async with local_broker(tmp_path, port=free_port(), websocket_port=port):
            with pytest.raises(ConfigurationError, match=rf"port {port} cannot be used.*another"):
                page_for(TOPICS, tmp_path)
    with pytest.raises(ConfigurationError, match="no home runs"):
        page_for(TOPICS, tmp_path)


def test_an_answer_is_kept_without_name_and_time(tmp_path):
    box = SurveyBox(tmp_path / "surveys")
    box.keep(SurveyAnswer(survey="2026-q4", marks={"fun": 5}))
    (path,) = (tmp_path / "surveys").iterdir()
    assert json.loads(path.read_text()) == {"survey": "2026-q4", "marks": {"fun": 5}}
    assert path.stat().st_mtime == 0
    assert box.answered() == {"2026-q4"}
    path.write_text('{"survey": "2026-q4", "marks": {}, "patient": "p"}')
    assert box.answers() == []


def test_a_survey_is_a_quarter():
    assert survey_of(date(2026, 11, 22)) == "2026-q4"
    assert survey_of(date(2026, 1, 1)) == "2026-q1"
