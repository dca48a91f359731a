"""Where Ripresa keeps its state and how it is set: one folder, one file, the environment.

Everything lies under one folder, `RIPRESA_HOME`: configuration, journals, archive, logs.
Secrets come from the environment or from files and are never printed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.places import Places
from telemetry.clock import ScaledClock, SystemClock
from telemetry.errors import ConfigurationError
from telemetry.transport.topics import GatewayTopics, HomeTopics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.clock import Clock
    from telemetry.transport.mqtt import MqttSettings

__all__ = [
    "LOOPBACK",
    "Folder",
    "Identity",
    "clock_from",
    "journal_at_hand",
    "mqtt_settings",
    "ripresa_home",
]

LOOPBACK = "127.0.0.1"


def ripresa_home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds all state: `RIPRESA_HOME`, or the platform's data folder."""
    return Places.from_environment(environment).root


@dataclass(frozen=True, slots=True)
class Folder(Places):
    """The places inside one `RIPRESA_HOME`: those of the record path, and the others."""

    @property
    def therapist_message(self) -> Path:
        """What the therapist wants to be read at the next session."""
        return self.root / "home" / "message.json"

    @property
    def levels(self) -> Path:
        """The games' difficulty by item, from the last session."""
        return self.root / "home" / "levels.json"

    @property
    def reminder(self) -> Path:
        """When the last desktop reminder was shown."""
        return self.root / "home" / "reminder.json"

    @property
    def takes(self) -> Path:
        """The physiotherapist's own takes, by exercise."""
        return self.root / "takes"

    @property
    def surveys(self) -> Path:
        """A home's anonymous answers; nothing in them or about them tells whose they are."""
        return self.root / "surveys"

    @property
    def survey_answers(self) -> Path:
        """The anonymous answers that came to the clinic."""
        return self.root / "survey-answers"

    @property
    def withdrawn(self) -> Path:
        """There while therapy is withdrawn: no session is opened."""
        return self.root / "home" / "withdrawn"

    @property
    def unlocking(self) -> Path:
        """When a clinician last unlocked standing exercises here."""
        return self.root / "home" / "unlocking.json"

    @property
    def outbox(self) -> Path:
        """What the clinic has to tell its homes."""
        return self.root / "outbox"

    @property
    def logs(self) -> Path:
        """Each started part writes a log of its own here."""
        return self.root / "logs"

    @property
    def pictures(self) -> Path:
        """What a game without a screen saves."""
        return self.root / "pictures"

    def create(self) -> Folder:
        """Make the folders, readable by their owner only.

        Raises:
            ConfigurationError: it cannot be written.
        """
        try:
            for folder in (
                self.root,
                self.home_journal.parent,
                self.clinic_journal.parent,
                self.plans,
                self.logs,
                self.pictures,
            ):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise ConfigurationError(
                f"{self.root} cannot be written ({e.strerror}): set RIPRESA_HOME to a folder "
                "of yours"
            ) from e
        return self


def journal_at_hand(named: Path | None = None) -> Path:
    """The journal to read: the one named, else this machine's home's, else its clinic's.

    Raises:
        ConfigurationError: there is none.
    """
    folder = Folder(ripresa_home())
    places = [named] if named else [folder.home_journal, folder.clinic_journal]
    for place in places:
        if place.is_file():
            return place
    raise ConfigurationError(
        f"no journal at {' or '.join(map(str, places))}: set RIPRESA_HOME, or name one"
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a home box is: its site, its patient's pseudonym, its gateway."""

    site: str = "demo-clinic"
    patient: str = "demo-patient"
    gateway: str = "demo-gateway"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Identity:
        """Named by `RIPRESA_SITE`, `RIPRESA_PATIENT`, `RIPRESA_GATEWAY`; else the demo's."""
        named = {
            name: environment[f"RIPRESA_{name.upper()}"]
            for name in ("site", "patient", "gateway")
            if environment.get(f"RIPRESA_{name.upper()}")
        }
        return cls(**named)

    def as_environment(self) -> dict[str, str]:
        """The names as `from_environment` reads them."""
        return {
            "RIPRESA_SITE": self.site,
            "RIPRESA_PATIENT": self.patient,
            "RIPRESA_GATEWAY": self.gateway,
        }

    @property
    def topics(self) -> HomeTopics:
        """The home's topics.

        Raises:
            ConfigurationError: a name cannot stand in a topic.
        """
        return HomeTopics(self.site, self.patient)

    @property
    def gateway_topics(self) -> GatewayTopics:
        """The gateway's topics.

        Raises:
            ConfigurationError: a name cannot stand in a topic.
        """
        return GatewayTopics(self.site, self.gateway)


def mqtt_settings(environment: Mapping[str, str] = os.environ) -> MqttSettings:
    """The broker named by `RIPRESA_MQTT_*`; loopback where nothing is said.

    `HOST`, `PORT`, `USERNAME`, `PASSWORD` or `PASSWORD_FILE`, and for TLS `CA_FILE`,
    `CERT_FILE`, `KEY_FILE`.

    Raises:
        ConfigurationError: the port is no number, or the password's file cannot be read.
    """
    from telemetry.transport.mqtt import MqttSettings  # noqa: PLC0415 - paho is slow to import

    def value(name: str) -> str | None:
        return environment.get(f"RIPRESA_MQTT_{name}") or None

    def path(name: str) -> Path | None:
        named = value(name)
        return Path(named) if named else None

    port = value("PORT") or "1883"
    if not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ConfigurationError(f"RIPRESA_MQTT_PORT is {port!r}: give a number, e.g. 1883")
    password = value("PASSWORD")
    secret_file = path("PASSWORD_FILE")
    if password is None and secret_file is not None:
        try:
            password = secret_file.read_text(encoding="utf-8").strip()
        except OSError as e:
            raise ConfigurationError(
                f"RIPRESA_MQTT_PASSWORD_FILE {secret_file} cannot be read ({e.strerror})"
            ) from e
    return MqttSettings(
        host=value("HOST") or LOOPBACK,
        port=int(port),
        username=value("USERNAME"),
        password=password,
        ca_file=path("CA_FILE"),
        cert_file=path("CERT_FILE"),
        key_file=path("KEY_FILE"),
    )


def clock_from(environment: Mapping[str, str] = os.environ) -> Clock:
    """The clock that a parent process handed on in `RIPRESA_CLOCK`, else the machine's.

    Raises:
        ConfigurationError: it cannot be read.
    """
    spec = environment.get("RIPRESA_CLOCK")
    return ScaledClock.from_spec(spec) if spec else SystemClock()
