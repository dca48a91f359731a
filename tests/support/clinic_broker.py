"""The clinic's broker as it is shipped, for tests of who may say and hear what."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path

from influxd import free_port
from ingest.enrolment.broker_access import CLINIC_USER
from ingest.enrolment.enrolment import join_home, write_join_file
from needs import need_program
from telemetry.transport.mqtt import MqttBus, MqttSettings

SHIPPED = Path(__file__).parents[2] / "deploy" / "mosquitto" / "mosquitto.conf"


class ClinicBroker:
    """Mosquitto with the shipped configuration, its places and ports alone changed."""

    def __init__(self, folder):
        self.plain, self.tls = free_port(), free_port()
        text = SHIPPED.read_text().replace("/run/ripresa", str(folder / "secrets" / "broker"))
        text = text.replace("/mosquitto/data/", f"{folder}/state/mosquitto/")
        text = text.replace("listener 1883", f"listener {self.plain} 127.0.0.1\nuser root")
        text = text.replace("listener 8883", f"listener {self.tls} 127.0.0.1")
        self.config = folder / "test.conf"
        self.config.write_text(text)
        self.folder = folder

    def __enter__(self):
        self.process = subprocess.Popen(
            [need_program("mosquitto"), "-c", str(self.config)], stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.plain)):
                return self
            time.sleep(0.05)
        raise AssertionError("mosquitto did not start")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def settings(self):
        """The clinic's own way in."""
        env = dict(
            line.split("=", 1) for line in (self.folder / ".env").read_text().splitlines() if line
        )
        password = env["RIPRESA_MQTT_PASSWORD"]
        return MqttSettings(port=self.plain, username=CLINIC_USER, password=password)

    def clinic(self, name="receiver", **more):
        return MqttBus(self.settings, name, **more)

    def joined(self, join, place):
        path = place / "join-file.json"
        write_join_file(join.model_copy(update={"host": "localhost", "port": self.tls}), path)
        return join_home(path, place)

    def home(self, join, place, **more):
        return MqttBus(self.joined(join, place).broker, more.pop("client", "uplink"), **more)

    def anonymous(self, join, place):
        return MqttBus(self.joined(join, place).surveys, "survey-any")
