"""Where Ripresa keeps its state and how it is set: one folder, one file, the environment.

Everything lies under one folder, `RIPRESA_HOME`: configuration, journals, archive, logs.
Secrets come from the environment or from files and are never printed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from edge.ble.binding import bindings_file
from ingest.places import Places
from telemetry.clock import ScaledClock, SystemClock
from telemetry.errors import ConfigurationError
from telemetry.files import make_private_folder
from telemetry.settings import EnvironmentSettings, SecretFile
from telemetry.transport.topics import GatewayTopics, HomeTopics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.clock import Clock
    from telemetry.transport.mqtt import MqttSettings

__all__ = [
    "LOOPBACK",
    "Folder",
    "Identity",
    "audit_key_at_hand",
    "clinic_at_hand",
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
    def survey_answers(self) -> Path:
        """The anonymous answers that came to the clinic."""
        return self.root / "survey-answers"

    @property
    def survey_keys(self) -> Path:
        """The surveys' keys, by which a clinic signs credentials, and to whom it gave one."""
        return self.root / "survey-keys"

    @property
    def survey_codes(self) -> Path:
        """The surveys by code, and what was answered by them."""
        return self.root / "clinic" / "surveys.sqlite"

    @property
    def withdrawn(self) -> Path:
        """There while therapy is withdrawn: no session is opened."""
        return self.root / "home" / "withdrawn"

    @property
    def live_view(self) -> Path:
        """Whether the person lets the clinic see sessions live."""
        return self.root / "home" / "live_view.json"

    @property
    def kept_look(self) -> Path:
        """Volumes, captions and points as the person wants them."""
        return self.root / "home" / "look.json"

    @property
    def postcards(self) -> Path:
        """Postcards, who may send them, and whether the person lets any come."""
        return self.root / "home" / "postcards"

    @property
    def motion_kept(self) -> Path:
        """Since when, and in which times before, raw motion stays at home."""
        return self.root / "home" / "motion_kept.json"

    @property
    def unlocking(self) -> Path:
        """When a clinician last unlocked standing exercises here."""
        return self.root / "home" / "unlocking.json"

    @property
    def devices(self) -> Path:
        """The wearables that are bound here, with the address and serial number of each."""
        return bindings_file(self.root)

    @property
    def access(self) -> Path:
        """The clinic's users, their sessions, and API tokens.

        One file for all parts of a clinic on one machine where `RIPRESA_ACCESS_FILE` names it.
        """
        named = os.environ.get("RIPRESA_ACCESS_FILE")
        return Path(named) if named else self.clinic / "access.sqlite"

    @property
    def outbox(self) -> Path:
        """What the clinic has to tell its homes."""
        return self.root / "outbox"

    @property
    def logs(self) -> Path:
        """Each started part writes a log of its own here."""
        return self.root / "logs"

    @property
    def kept_demo(self) -> Path:
        """There in the folder of a kept demo: its home lies here, its broker is gone."""
        return self.root / "kept-demo"

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
                make_private_folder(folder)
        except OSError as e:
            raise ConfigurationError(
                f"{self.root} cannot be written ({e.strerror}): set RIPRESA_HOME to a folder "
                "of yours"
            ) from e
        return self


def clinic_at_hand(folder: Path = Path()) -> Folder:
    """The clinic's state: what RIPRESA_HOME names, else what stands beside the compose file.

    Raises:
        ConfigurationError: it cannot be written.
    """
    beside = folder / "state" / "clinic"
    if not os.environ.get("RIPRESA_HOME") and beside.is_dir():
        return Folder(beside).create()
    return Folder(ripresa_home()).create()


def audit_key_at_hand(folder: Folder, compose: Path = Path()) -> Path | None:
    """The audit log's key; None where a clinic has one that is not here.

    A log that another key goes on with would look as if it had been changed.
    """
    for path in (folder.audit_key, compose / "secrets" / "audit.key"):
        if path.is_file():
            return path
    return None if folder.clinic_journal.is_file() else folder.audit_key


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


class Identity(EnvironmentSettings):
    """Who a home box is: its site, its patient's pseudonym, its gateway.

    `Identity.read()` takes them from `RIPRESA_SITE`, `RIPRESA_PATIENT` and `RIPRESA_GATEWAY`;
    what is not named is the demo's.
    """

    model_config = SettingsConfigDict(env_prefix="RIPRESA_")

    site: str = "demo-clinic"
    patient: str = "demo-patient"
    gateway: str = "demo-gateway"

    def as_environment(self) -> dict[str, str]:
        """The names as `read` takes them."""
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


class _Broker(EnvironmentSettings):
    model_config = SettingsConfigDict(env_prefix="RIPRESA_MQTT_")

    host: str = LOOPBACK
    port: int = Field(default=1883, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    password_file: SecretFile | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


def mqtt_settings(environment: Mapping[str, str] = os.environ) -> MqttSettings:
    """The broker named by `RIPRESA_MQTT_*`; loopback where nothing is said.

    `HOST`, `PORT`, `USERNAME`, `PASSWORD` or `PASSWORD_FILE`, and for TLS `CA_FILE`,
    `CERT_FILE`, `KEY_FILE`.

    Raises:
        ConfigurationError: the port is no number, or the password's file cannot be read.
    """
    from telemetry.transport.mqtt import MqttSettings  # noqa: PLC0415 - paho is slow to import

    named = _Broker.read(environment)
    password = named.password.get_secret_value() if named.password else None
    if password is None and named.password_file is not None:
        password = named.password_file.read_text(encoding="utf-8").strip()
    return MqttSettings(
        host=named.host,
        port=named.port,
        username=named.username,
        password=password,
        ca_file=named.ca_file,
        cert_file=named.cert_file,
        key_file=named.key_file,
    )


def clock_from(environment: Mapping[str, str] = os.environ) -> Clock:
    """The clock that a parent process handed on in `RIPRESA_CLOCK`, else the machine's.

    Raises:
        ConfigurationError: it cannot be read.
    """
    spec = environment.get("RIPRESA_CLOCK")
    return ScaledClock.from_spec(spec) if spec else SystemClock()
