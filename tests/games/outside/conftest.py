"""A broker for browsers, and a browser."""

import contextlib
import socket
import subprocess
import time

import pytest

from needs import need_program
from ports import free_port


@pytest.fixture
def broker(tmp_path):
    """A mosquitto that listens for MQTT and for MQTT over WebSocket."""
    plain, web = free_port(), free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {plain} 127.0.0.1\nallow_anonymous true\n"
        f"listener {web} 127.0.0.1\nprotocol websockets\n"
    )
    server = subprocess.Popen(
        [need_program("mosquitto"), "-c", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for port in (plain, web):
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
    yield plain, web
    server.terminate()
    server.wait()


@pytest.fixture
def browser():
    need_program("chromium", "chromium-browser", "google-chrome")
    driver = need_program("chromedriver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=Service(driver))
    opened.set_window_size(1280, 720)
    yield opened
    opened.quit()
