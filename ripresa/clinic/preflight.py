"""What would fail at `docker compose up -d`, found before: files, rights, ports, certificates."""

from __future__ import annotations

import contextlib
import platform
import shutil
import sqlite3
import stat
import time
from typing import TYPE_CHECKING, Any, Final

import yaml

from ingest.enrolment.certificates import hosts_of, valid_for
from ingest.journal.schema import connect
from ripresa.platform.child import port_open
from ripresa.platform.doctor import MachineFinding
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["preflight"]

PORTS: Final = {8883: "homes", 8470: "web page", 8086: "InfluxDB", 3000: "Grafana"}
ROOM_GB: Final = 5.0
LEAST_GB: Final = 1.0
GRAFANA_UID: Final = 472
"""Of the user that Grafana's image runs as."""
RENEW_DAYS: Final = 30.0
EARLIEST_S: Final = 1_760_000_000
"""Before this program was: a clock that says so is wrong."""


def preflight(folder: Path) -> list[MachineFinding]:
    """Look at a clinic's folder and machine; each finding is good, fair, or missing."""
    findings: list[MachineFinding] = []
    for look in LOOKS:
        try:
            findings += look(folder)
        except (OSError, ConfigurationError, sqlite3.Error, yaml.YAMLError) as e:
            findings.append(_missing(look.__name__.strip("_"), f"cannot be looked at ({e})", ""))
    return findings


def _files(folder: Path) -> Iterator[MachineFinding]:
    if not (folder / ".env").is_file() or not (folder / "secrets").is_dir():
        yield _missing("Clinic", f"none in {folder.resolve()}", "run `ripresa clinic init` there")
        return
    values = _environment(folder)
    uid = int(values.get("RIPRESA_UID", "0") or 0)
    if uid == 0:
        yield _missing(
            "User",
            "RIPRESA_UID is 0: a broker started as root cannot read its password file",
            "set RIPRESA_UID and RIPRESA_GID in .env to a user's, and chown -R secrets state to it",
        )
        return
    wrong = [p for p in _private(folder) if stat.S_IMODE(p.stat().st_mode) & 0o077]
    for path in wrong:
        yield _missing("Rights", f"{path} is readable by others", f"chmod go= {path}")
    foreign = [p for p in _private(folder) if p.name != ".env" and p.stat().st_uid != uid]
    for path in foreign[:3]:
        yield _missing("Owner", f"{path} is not of user {uid}", "chown -R it to RIPRESA_UID")
    if not wrong and not foreign:
        yield _good("Files", f"there, and of user {uid} alone")


def _shipped(folder: Path) -> Iterator[MachineFinding]:
    """What containers read as another user: a clone under a strict umask has it shut."""
    env = folder / ".env"
    uid = int(_environment(folder).get("RIPRESA_UID", "0") or 0) if env.is_file() else 0
    configuration, provisioning = folder / "deploy" / "mosquitto", folder / "deploy" / "grafana"
    read_by = [(p, uid) for p in configuration.glob("*.conf")]
    read_by += [(p, GRAFANA_UID) for p in (provisioning, *provisioning.rglob("*"))]
    shut = [path for path, user in read_by if path.exists() and not _readable(path, user)]
    if shut:
        yield _missing(
            "Shipped",
            f"{shut[0]} cannot be read by the container's user"
            + (f", nor {len(shut) - 1} more" if len(shut) > 1 else ""),
            f"chmod -R go+rX {folder / 'deploy'}",
        )


def _readable(path: Path, uid: int) -> bool:
    status = path.stat()
    wanted = 0o5 if path.is_dir() else 0o4
    mode = status.st_mode >> 6 if status.st_uid == uid else status.st_mode
    return mode & wanted == wanted


def _compose(folder: Path) -> Iterator[MachineFinding]:
    path = folder / "docker-compose.yml"
    if not path.is_file():
        yield _missing("Compose", f"no {path}", "run this where docker-compose.yml lies")
        return
    services: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    wide = [
        f"{name} {port}"
        for name, service in services.items()
        for port in service.get("ports", ())
        if not str(port).startswith("127.0.0.1:") and not str(port).endswith(":8883")
    ]
    for what in wide:
        yield _missing("Published", f"{what} is open to the network", "put 127.0.0.1: before it")
    command = services.get("clinic", {}).get("command", ())
    published = services.get("clinic", {}).get("ports", ())
    vouched = "--published-on-loopback" in command
    if vouched and not (published and all(str(p).startswith("127.0.0.1:") for p in published)):
        yield _missing("Page", "its port is not held to 127.0.0.1", "publish it as 127.0.0.1:8470")
    elif not wide:
        yield _good("Published", "8883 to the network, all else to this machine")


def _users(folder: Path) -> Iterator[MachineFinding]:
    """Whether anybody has to sign in; the file is looked at, never made."""
    path = folder / "state" / "clinic" / "clinic" / "access.sqlite"
    if path.is_file():
        with contextlib.closing(connect(path, busy_timeout_s=1.0, read_only=True)) as db:
            if db.execute("SELECT 1 FROM account LIMIT 1").fetchone() is not None:
                yield _good("Users", "there are some: the page asks for sign-in")
                return
    yield MachineFinding(
        "Users",
        "fair",
        "none yet: whoever uses this machine sees everything on the page",
        "",
        "once it runs: docker compose exec clinic ripresa clinic user add NAME --role admin",
    )


def _ports(folder: Path) -> Iterator[MachineFinding]:
    del folder
    taken = [port for port in PORTS if port_open(port)]
    if not taken:
        yield _good("Ports", f"{', '.join(map(str, PORTS))} are free")
    for port in taken:
        yield MachineFinding(
            "Port", "fair", f"{port} ({PORTS[port]}) is taken", "", "by this clinic, if it runs"
        )


def _certificates(folder: Path) -> Iterator[MachineFinding]:
    broker = folder / "secrets" / "broker"
    if not (broker / "server.crt").is_file():
        return
    for name in ("ca.crt", "server.crt"):
        if not valid_for(broker / name, 0):
            yield _missing("Certificate", f"{name} is over", "ripresa clinic renew-certificates")
            return
        if not valid_for(broker / name, RENEW_DAYS):
            yield MachineFinding(
                "Certificate",
                "fair",
                f"{name} ends within {RENEW_DAYS:.0f} days",
                "",
                "ripresa clinic renew-certificates",
            )
    host, known = _environment(folder).get("RIPRESA_HOST", ""), hosts_of(broker / "server.crt")
    if host not in known:
        yield _missing(
            "Certificate",
            f"it is for {', '.join(known)}, homes are told {host}",
            "set RIPRESA_HOST in .env to one of them",
        )
    else:
        yield _good("Certificate", f"for {', '.join(known)}")


def _disk(folder: Path) -> Iterator[MachineFinding]:
    free_gb = shutil.disk_usage(folder).free / 1e9
    if free_gb < LEAST_GB:
        yield _missing("Disk", f"{free_gb:.1f} GB free", "make room: a full disk takes nothing in")
    elif free_gb < ROOM_GB:
        yield MachineFinding(
            "Disk", "fair", f"{free_gb:.1f} GB free", "", f"images and data take {ROOM_GB:.0f} GB"
        )
    else:
        yield _good("Disk", f"{free_gb:.0f} GB free")


def _clock(folder: Path) -> Iterator[MachineFinding]:
    now_s = time.time()
    written = [p.stat().st_mtime for p in _private(folder)]
    if now_s < max([EARLIEST_S, *written]) - 60:
        yield _missing("Clock", "it is behind files that are there already", "set it, run ntpd")
    else:
        yield _good("Clock", "is not behind")


def _image(folder: Path) -> Iterator[MachineFinding]:
    machine = platform.machine()
    dockerfile = folder / "Dockerfile"
    text = dockerfile.read_text(encoding="utf-8") if dockerfile.is_file() else ""
    if machine in ("x86_64", "AMD64"):
        yield _good("Machine", machine)
    elif machine in ("aarch64", "arm64") and "g++" in text:
        yield _good("Machine", f"{machine}: the image's first stage compiles what has no wheel")
    elif machine in ("aarch64", "arm64"):
        yield _missing("Machine", f"{machine} needs a compiler", "use the shipped Dockerfile")
    else:
        yield MachineFinding("Machine", "fair", f"{machine} is not tried", "", "")


LOOKS: Final[tuple[Callable[[Path], Iterator[MachineFinding]], ...]] = (
    _files,
    _shipped,
    _compose,
    _users,
    _ports,
    _certificates,
    _disk,
    _clock,
    _image,
)


def _private(folder: Path) -> list[Path]:
    roots = [folder / "secrets", folder / "state"]
    found = [p for root in roots if root.is_dir() for p in (root, *root.rglob("*"))]
    env = folder / ".env"
    return [*([env] if env.is_file() else []), *(p for p in found if not p.is_symlink())]


def _environment(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _good(part: str, state: str) -> MachineFinding:
    return MachineFinding(part, "good", state, "")


def _missing(part: str, state: str, advice: str) -> MachineFinding:
    return MachineFinding(part, "missing", state, "", advice)
