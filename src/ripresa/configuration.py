"""Where Ripresa keeps its state and how it is set: one folder, one file, the environment.

Everything lies under one folder, `RIPRESA_HOME`: configuration, journals, archive, logs.
Secrets come from the environment or from files and are never printed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError
from telemetry.topics import HomeTopics

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LOOPBACK", "Folder", "Identity", "InfluxSettings", "influx_settings", "ripresa_home"]

LOOPBACK = "127.0.0.1"


def ripresa_home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds all state: `RIPRESA_HOME`, or the platform's data folder."""
    named = environment.get("RIPRESA_HOME")
    if named:
        return Path(named).expanduser()
    import platformdirs  # noqa: PLC0415 - only where it is needed: the command line starts in a blink

    return Path(platformdirs.user_data_dir("ripresa", appauthor=False))


@dataclass(frozen=True, slots=True)
class Folder:
    """The places inside one `RIPRESA_HOME`."""

    root: Path

    @property
    def home_journal(self) -> Path:
        """The home box's journal."""
        return self.root / "home" / "journal.sqlite"

    @property
    def clinic_journal(self) -> Path:
        """The clinic's journal of its homes."""
        return self.root / "clinic" / "journal.sqlite"

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


@dataclass(frozen=True, slots=True)
class InfluxSettings:
    """An InfluxDB 2.x to follow the clinic's journal into."""

    url: str
    org: str
    token: str = field(repr=False)


def influx_settings(environment: Mapping[str, str] = os.environ) -> InfluxSettings | None:
    """The database named by `RIPRESA_INFLUX_URL`, `_TOKEN`, `_ORG`; None where none is.

    Raises:
        ConfigurationError: only some of the three are set.
    """
    names = ("URL", "TOKEN", "ORG")
    values = {n: environment.get(f"RIPRESA_INFLUX_{n}", "") for n in names}
    if not any(values.values()):
        return None
    missing = [f"RIPRESA_INFLUX_{n}" for n in names if not values[n]]
    if missing:
        raise ConfigurationError(f"InfluxDB is half configured: set {' and '.join(missing)} too")
    return InfluxSettings(values["URL"], values["ORG"], values["TOKEN"])


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a home box is: its site, its patient's pseudonym, its gateway."""

    site: str = "demo-clinic"
    patient: str = "demo-patient"
    gateway: str = "demo-gateway"

    @property
    def topics(self) -> HomeTopics:
        """The home's topics.

        Raises:
            ConfigurationError: a name cannot stand in a topic.
        """
        return HomeTopics(self.site, self.patient)
