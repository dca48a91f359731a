"""How a clinic comes to be, how a home joins it: keys, certificates, passwords, one join file.

`init_clinic` makes what `docker-compose.yml` reads: `.env` and the folder `secrets`.
`enrol_home` adds a home's user to the broker's files and writes a join file that holds all
that the home needs; `join_home` lays it down at the home. All of them are readable by their
owner only, none is ever shown.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from telemetry.errors import ConfigurationError, DecodeError
from telemetry.files import make_private_folder, write_atomically
from telemetry.identity import Name, Pseudonym, checked_name
from telemetry.messages.newer import first_problem
from telemetry.transport.mqtt import MqttSettings

from .broker_access import (
    SURVEY_USER,
    Access,
    clinic_access,
    gateway_in,
    home_user,
    with_home,
    with_live,
    with_survey_user,
    without_home,
)
from .certificates import make_certificates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = [
    "JoinFile",
    "Joined",
    "dismiss_home",
    "enrol_home",
    "forget_home",
    "gateway_of",
    "give_to",
    "init_clinic",
    "join_home",
    "joined",
    "service_owner",
    "write_join_file",
]

TLS_PORT = 8883
OLD_SURVEY_PASSWORD = "survey.password"  # noqa: S105 - a file's name
"""Of the user that all homes shared once."""
BROKER = "broker"  # the part of `secrets` that the broker's container sees
SALT_BYTES = 12
_OF_THE_BOX = ("join.json", "clinic-ca.crt", "lock", "status.sock")
"""What of a home's folder is whoever's that it serves."""
IMAGE_USER = 10001
"""The user that the Dockerfile makes."""


class JoinFile(BaseModel):
    """All that a home must know of its clinic; nobody else knows its `survey_username`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(default=1, ge=1, le=1)
    host: str
    port: int = Field(gt=0, lt=1 << 16)
    ca_certificate: str
    username: str
    password: str = Field(repr=False)
    survey_username: str | None = Field(default=None, repr=False)
    survey_password: str | None = Field(default=None, repr=False)
    site: Name
    patient: Pseudonym
    gateway: Name


@dataclass(frozen=True, slots=True)
class Joined:
    """A home that has joined: who it is, and how it reaches the clinic's broker.

    `surveys` is the way of anonymous answers, under a user that names nobody; None in a home that
    joined before there was one.
    """

    site: str
    patient: str
    gateway: str
    broker: MqttSettings
    surveys: MqttSettings | None = None


def init_clinic(folder: Path, *, site: str, hosts: Sequence[str]) -> list[Path]:
    """Make secrets, certificates and the broker's files of a new clinic; tells what it wrote.

    Args:
        folder: where `docker-compose.yml` lies.
        site: the clinic's name in topics.
        hosts: names and addresses under which homes reach it.

    Raises:
        ConfigurationError: there is a clinic already, a name cannot be used, or `openssl` is
            missing.
    """
    checked_name(site, "site")
    place, env = folder / "secrets", folder / ".env"
    if env.exists() or place.exists():
        raise ConfigurationError(
            f"{env} or {place} is there already: a second start would lock every home out; "
            "move them away if that is meant"
        )
    password = _password()
    owner = service_owner()
    values = {
        "RIPRESA_SITE": site,
        "RIPRESA_HOST": hosts[0],
        "RIPRESA_UID": str(owner[0]),
        "RIPRESA_GID": str(owner[1]),
        "RIPRESA_MQTT_PASSWORD": password,
        "RIPRESA_INFLUX_ORG": site,
        "RIPRESA_INFLUX_OPERATOR_TOKEN": _password(),
        "RIPRESA_INFLUX_MOTION_DAYS": "90",
        "RIPRESA_INFLUX_ADMIN_PASSWORD": _password(),
        "GRAFANA_ADMIN_PASSWORD": _password(),
    }
    place.mkdir(mode=0o700, parents=True)
    (place / BROKER).mkdir(mode=0o700)
    for name in ("clinic", "grafana"):
        make_private_folder(place / "influx" / name)
    make_certificates(place, place / BROKER, hosts)
    access = clinic_access(password, secrets.token_bytes(SALT_BYTES))
    _write_access(place / BROKER, access)
    write_atomically(place / "audit.key", secrets.token_hex(32) + "\n")
    write_atomically(env, "".join(f"{name}={value}\n" for name, value in values.items()))
    for name in ("", "mosquitto", "clinic"):
        (folder / "state" / name).mkdir(mode=0o700, exist_ok=True)
    for part in (place, folder / "state"):
        give_to(part, owner)
    return [env, *sorted(path for path in place.rglob("*") if path.is_file())]


def service_owner() -> tuple[int, int]:
    """Who runs broker and clinic: the one who makes it, and never root.

    A broker that is started as root drops that for a user of its own and cannot read its
    password file any more. For root it is whoever called sudo, else the image's own user.
    """
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    user, group = os.environ.get("SUDO_UID", "0"), os.environ.get("SUDO_GID", "0")
    if user.isdecimal() and group.isdecimal() and int(user):
        return int(user), int(group)
    return IMAGE_USER, IMAGE_USER


def give_to(folder: Path, owner: tuple[int, int]) -> None:
    """Hand a folder and all in it over; only root needs to, and can."""
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *owner)


def enrol_home(folder: Path, patient: str, *, gateway: str | None = None) -> JoinFile:
    """Add a home to the broker's files and make its join file.

    Enrolling again gives a new password; the old one ceases when the broker reads its files.

    Raises:
        ConfigurationError: no clinic there, or a name cannot be used.
    """
    values, keys = _environment(folder), folder / "secrets"
    site, place = values["RIPRESA_SITE"], keys / BROKER
    password = _password()
    before = Access(_read(place / "passwd"), _read(place / "acl"))
    # Of no meaning: a name that held the pseudonym would stay where an erasure cannot follow.
    known = gateway_in(before, site, patient) or f"box-{secrets.token_hex(4)}"
    box = checked_name(gateway or known, "gateway")
    salt = secrets.token_bytes(SALT_BYTES)
    access = with_home(before, site, patient, gateway=box, password=password, salt=salt)
    # Whose it is stands in the join file and nowhere else.
    survey, survey_password = secrets.token_hex(8), _password()
    access = with_survey_user(access, survey, survey_password, secrets.token_bytes(SALT_BYTES))
    access = with_live(access)
    _write_access(place, access)
    (keys / OLD_SURVEY_PASSWORD).unlink(missing_ok=True)
    return JoinFile(
        host=values["RIPRESA_HOST"],
        port=TLS_PORT,
        ca_certificate=_read(place / "ca.crt"),
        username=home_user(site, patient),
        password=password,
        survey_username=f"{SURVEY_USER}-{survey}",
        survey_password=survey_password,
        site=site,
        patient=patient,
        gateway=box,
    )


def gateway_of(folder: Path, patient: str) -> tuple[str, ...]:
    """The name of a patient's box, as the broker's files have it; empty where they do not."""
    acl = folder / "secrets" / BROKER / "acl"
    if not acl.is_file() or not (folder / ".env").is_file():
        return ()
    found = gateway_in(Access("", _read(acl)), _environment(folder)["RIPRESA_SITE"], patient)
    return () if found is None else (found,)


def forget_home(folder: Path, patient: str) -> bool:
    """Take a home's user away, and delete its join file where it lies beside the compose file.

    Returns:
        False where there is no clinic here, or nothing of that home.
    """
    if not (folder / ".env").is_file() or not (folder / "secrets" / BROKER).is_dir():
        return False
    found = dismiss_home(folder, patient)
    for path in folder.glob("*.json"):
        try:
            join = JoinFile.model_validate_json(_read(path))
        except (ValidationError, ConfigurationError):
            continue
        if join.patient == patient:
            path.unlink(missing_ok=True)
            found = True
    return found


def dismiss_home(folder: Path, patient: str) -> bool:
    """Take a home's user out of the broker's files; False where it has none.

    Raises:
        ConfigurationError: no clinic there, or a name cannot be used.
    """
    values, place = _environment(folder), folder / "secrets" / BROKER
    before = Access(_read(place / "passwd"), _read(place / "acl"))
    after = without_home(before, values["RIPRESA_SITE"], patient)
    if after.passwords == before.passwords:
        return False
    _write_access(place, after)
    return True


def write_join_file(join: JoinFile, path: Path) -> None:
    """Write a join file, readable by its owner only; it replaces an older one."""
    write_atomically(path, json.dumps(join.model_dump(), indent=1) + "\n")


def join_home(path: Path, folder: Path, beside: Iterable[Path] = ()) -> Joined:
    """Lay down a join file in a home's `folder`.

    A home that was another patient's gets a new journal: the old one stays beside it, under
    the old pseudonym, so that nothing of one patient is ever sent as another's. So does what else
    was the person's: their messages, their consents, what was unlocked for them.

    Args:
        path: the join file.
        folder: the home's.
        beside: other places that hold what is the person's.

    Raises:
        ConfigurationError: the file cannot be read or is no join file.
    """
    try:
        join = JoinFile.model_validate_json(_read(path))
    except ValidationError as e:
        raise ConfigurationError(f"{path} is no join file: {first_problem(e)}") from e
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = joined(folder)
    if before is not None and (before.site, before.patient) != (join.site, join.patient):
        _set_aside(folder, before.patient, beside)
    write_atomically(folder / "clinic-ca.crt", join.ca_certificate)
    write_atomically(folder / "join.json", json.dumps(join.model_dump(), indent=1) + "\n")
    found = joined(folder)
    if found is None:
        raise DecodeError("join file", "cannot be read back")
    return found


def _set_aside(folder: Path, patient: str, beside: Iterable[Path]) -> None:
    """Put away all that is one patient's, in the place of nothing that was put away before."""
    taken = {path.name.partition(".")[0] for path in folder.iterdir()}
    names = (f"{patient}-{n}" if n else patient for n in itertools.count())
    name = next(n for n in names if taken.isdisjoint({f"journal-{n}", f"of-{n}"}))
    place, theirs = folder / f"of-{name}", [path for path in beside if path.exists()]
    for path in list(folder.iterdir()):
        if path.name.startswith("journal.sqlite"):
            path.rename(path.with_name(path.name.replace("journal", f"journal-{name}")))
        elif not path.name.startswith((*_OF_THE_BOX, "journal-", "of-")):
            theirs.append(path)
    if theirs:
        place.mkdir(mode=0o700)
    for path in theirs:
        path.rename(place / path.name)


def joined(folder: Path) -> Joined | None:
    """What a home's folder knows of its clinic; None where it has not joined.

    Raises:
        ConfigurationError: the file that was laid down is damaged.
    """
    path = folder / "join.json"
    if not path.exists():
        return None
    try:
        join = JoinFile.model_validate_json(_read(path))
    except ValidationError as e:
        raise ConfigurationError(f"{path} is damaged ({first_problem(e)}): join again") from e
    settings = MqttSettings(
        host=join.host,
        port=join.port,
        username=join.username,
        password=join.password,
        ca_file=folder / "clinic-ca.crt",
    )
    surveys = None
    if join.survey_username is not None and join.survey_password is not None:
        surveys = replace(settings, username=join.survey_username, password=join.survey_password)
    return Joined(join.site, join.patient, join.gateway, settings, surveys)


def _environment(folder: Path) -> dict[str, str]:
    path = folder / ".env"
    if not path.is_file():
        raise ConfigurationError(f"no clinic in {folder}: run `ripresa clinic init` there first")
    pairs = (text.partition("=") for text in _read(path).splitlines() if "=" in text)
    values = {name: value for name, _, value in pairs}
    missing = [name for name in ("RIPRESA_SITE", "RIPRESA_HOST") if not values.get(name)]
    if missing:
        raise ConfigurationError(f"{path} does not say {' and '.join(missing)}: add it")
    return values


def _write_access(place: Path, access: Access) -> None:
    """The broker's two files, of the one who owns the folder: the broker runs as that one."""
    status = place.stat()
    for name, text in (("passwd", access.passwords), ("acl", access.acl)):
        write_atomically(place / name, text)
        if os.geteuid() == 0:
            os.chown(place / name, status.st_uid, status.st_gid)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        why: Any = getattr(e, "strerror", None) or "not text"
        raise ConfigurationError(f"{path} cannot be read ({why})") from e


def _password() -> str:
    return secrets.token_urlsafe(24)
