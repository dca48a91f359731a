"""Each game at each level of immersion: by ear alone, in a window, in a browser, in an engine."""

import json
import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pygame
import pytest

from games.engine.game import games_at_hand
from games.inputs.link_thread import bus_on_its_own_thread
from games.inputs.prescribed import RHYTHMS, RhythmPlayer
from games.outside.browser_page import page_address
from games.outside.osc import OscOut
from games.rules.control import Invitation
from games.rules.setting import Setting
from telemetry.clock import ManualClock, SystemClock
from telemetry.identity import new_ulid
from telemetry.messages.events import CloseReason, SessionClosed, encode_event
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TOPICS = HomeTopics("home", "P001")
SESSION = new_ulid(ManualClock())
RATE_HZ = 30
SECONDS = 14
GAMES = sorted(games_at_hand())
PICTURES = os.environ.get("RIPRESA_TEST_PICTURES")
"""A folder that keeps what was seen, for the documentation."""


def started(game, folder, env, *options):
    """`ripresa play`, moved by the wearable, once its first frame is shown."""
    ready = folder / "ready"
    told = ["--json", folder / "result.json", "--picture", folder / "seen.png"]
    words = ["play", game, "--input", "wearable", "--ready-file", ready, *told, *options]
    program = subprocess.Popen(
        [sys.executable, "-m", "ripresa", *map(str, words)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not ready.exists():
        assert program.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return program


def fed(bus, at=lambda _control: None):
    """The prescription, sample by sample as they fall due, then the session's end."""
    player = RhythmPlayer(RHYTHMS["prescription"], Setting(), 1, rate_hz=RATE_HZ)
    clock = SystemClock()
    t0_ns = clock.now_ns()
    sent = []
    for n in range(SECONDS * RATE_HZ):
        t_ns = t0_ns + n * 10**9 // RATE_HZ
        while clock.now_ns() < t_ns:
            time.sleep(1 / 500)
        control = player.sample(t_ns, Invitation(1.0)).control
        batch = ControlBatch(
            session=SESSION, item="1", t0_ns=t_ns, dt_us=(0,), control=(control,), calibrated=True
        )
        bus.publish(TOPICS.control, encode_live(batch))
        sent.append(control)
        at(control)
    closed = SessionClosed(session=SESSION, number=3, t_ns=t_ns, reason=CloseReason.DONE)
    bus.publish(TOPICS.event, encode_event(closed), qos=1)
    return sent


def brightness(file):
    return sum(pygame.transform.average_color(pygame.image.load(file))[:3]) / 3


def bound():
    """Where an engine listens."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    listener.setblocking(False)
    return listener


def heard(listener):
    """The controls that came as OSC."""
    controls = []
    with listener:
        while True:
            try:
                datagram = listener.recv(1024)
            except BlockingIOError:
                return controls
            if datagram.startswith(b"/ripresa/control\0"):
                controls.append(struct.unpack(">f", datagram[28:32])[0])


@pytest.mark.parametrize("game", GAMES)
def test_a_game_is_played_by_ear_in_a_window_in_a_browser_and_in_an_engine(
    game, broker, browser, display, tmp_path
):
    plain, web = broker
    own = {"DISPLAY": display, "RIPRESA_MQTT_PORT": str(plain), "SDL_AUDIODRIVER": "dummy"}
    own |= {"RIPRESA_SITE": "home", "RIPRESA_PATIENT": "P001", "RIPRESA_HOME": str(tmp_path)}
    base = {k: v for k, v in os.environ.items() if k != "SDL_VIDEODRIVER"}
    folders = {level: tmp_path / level for level in ("window", "ear")}
    programs, heights = [], set()
    for level, folder in folders.items():
        folder.mkdir()
        options = ["--audio-only"] if level == "ear" else []
        programs.append(started(game, folder, base | own, *options))
    browser.get(page_address(TOPICS, web, key=""))
    listener = bound()

    def seen(control):
        if len(heights) < 3 and control > 0.9:
            heights.add(browser.execute_script("return document.body.dataset.control"))

    with bus_on_its_own_thread(lambda: MqttBus(MqttSettings(port=plain), "core")) as bus:
        out = OscOut(bus, TOPICS, port=listener.getsockname()[1])
        sent = fed(bus, seen)
        for program in programs:
            assert program.wait(30) == 0
        out.close()
    for folder in folders.values():
        result = json.loads((folder / "result.json").read_text())
        assert result["game"] == game
        assert result["samples"] > len(sent) / 2
        assert result["repetitions"] >= 1
        assert result["stopped_by"] == "source ended"
    dark, bright = (brightness(folders[level] / "seen.png") for level in ("ear", "window"))
    assert dark < 60
    assert bright > dark or game == "onda"
    assert any(float(height) > 0.8 for height in heights)
    controls = heard(listener)
    assert len(controls) > len(sent) / 2
    assert max(controls) > 0.9
    if PICTURES:
        browser.save_screenshot(f"{PICTURES}/browser-{game}.png")
        for level, folder in folders.items():
            (folder / "seen.png").rename(Path(PICTURES) / f"{level}-{game}.png")
