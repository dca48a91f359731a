"""What is on this machine, what that means, and what to do."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import socket
import sys
from collections.abc import Callable  # noqa: TC003 - one import is clearer than two
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .broker import USUAL_PORT, find_mosquitto
from .child import port_open
from .configuration import ripresa_home

__all__ = ["MachineFinding", "examine", "run_doctor_command"]

Grade = Literal["good", "fair", "missing"]


@dataclass(frozen=True, slots=True)
class MachineFinding:
    """One thing looked at: how it is, what that means, what to do (empty where nothing)."""

    part: str
    grade: Grade
    state: str
    meaning: str
    advice: str = ""


def examine() -> list[MachineFinding]:
    """Look at everything; a check that fails becomes a finding, never an exception."""
    findings = []
    for part, check in CHECKS.items():
        try:
            findings.append(check())
        except Exception as e:  # noqa: BLE001 - a doctor that falls ill helps nobody
            findings.append(
                MachineFinding(part, "missing", f"could not be examined: {e}", "unknown")
            )
    return findings


def _python() -> MachineFinding:
    return MachineFinding(
        "Python",
        "good",
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "3.11 or later is needed",
    )


def _state_folder() -> MachineFinding:
    folder = ripresa_home()
    exists = folder
    while not exists.exists():
        exists = exists.parent
    free_gb = shutil.disk_usage(exists).free / 1e9
    if not os.access(exists, os.W_OK):
        return MachineFinding(
            "Folder",
            "missing",
            f"{folder} cannot be written",
            "nothing can be recorded",
            "set RIPRESA_HOME to a folder of yours",
        )
    grade: Grade = "good" if free_gb > 1 else "fair"
    return MachineFinding(
        "Folder",
        grade,
        f"{folder}, {free_gb:.0f} GB free",
        "one hour of one wearable takes about 10 MB",
        "" if grade == "good" else "free some room: when it is full the oldest raw motion goes",
    )


def _bluetooth() -> MachineFinding:
    chosen = os.environ.get("RIPRESA_RADIO", "")
    if chosen and not re.fullmatch(r"hci\d+", chosen):
        return _virtual_radio(chosen)
    system = platform.system()
    if system == "Linux":
        return _bluez()
    if system == "Darwin":
        return MachineFinding(
            "Bluetooth",
            "fair",
            "macOS asks for permission at the first scan",
            "real wearables can be used once it is given",
            "System Settings, Privacy & Security, Bluetooth: allow your terminal",
        )
    return MachineFinding("Bluetooth", "fair", f"{system}: not examined", "real wearables may work")


def _virtual_radio(transport: str) -> MachineFinding:
    """The radio that RIPRESA_RADIO names instead of this machine's own."""
    kind, _, rest = transport.partition(":")
    host, _, port = rest.rpartition(":")
    means = "virtual wearables in its place; this machine's own Bluetooth is not used"
    if kind != "tcp-client" or not port.isdigit():
        return MachineFinding(
            "Bluetooth", "fair", f"RIPRESA_RADIO={transport}: not examined", means
        )
    try:
        with socket.create_connection((host or "127.0.0.1", int(port)), timeout=1):
            pass
    except OSError as e:
        return MachineFinding(
            "Bluetooth",
            "missing",
            f"RIPRESA_RADIO={transport}: no virtual radio there ({e})",
            "no wearable can be reached, virtual or real",
            "start one (python -m edge.virtual.serve), or unset RIPRESA_RADIO",
        )
    return MachineFinding("Bluetooth", "good", f"a virtual radio at {host}:{port}", means)


def _bluez() -> MachineFinding:
    adapters = sorted(p.name for p in Path("/sys/class/bluetooth").glob("hci*"))
    bus = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or (
        "/run/dbus/system_bus_socket" if Path("/run/dbus/system_bus_socket").exists() else None
    )
    if not adapters:
        return MachineFinding(
            "Bluetooth",
            "fair",
            "no adapter",
            "real wearables cannot be reached; the demo brings a virtual radio",
            "plug in a Bluetooth 4.2 or later adapter for real wearables",
        )
    if bus is None:
        return MachineFinding(
            "Bluetooth",
            "missing",
            f"{', '.join(adapters)}, but no system D-Bus",
            "BlueZ cannot be asked",
            "start dbus and bluetooth: systemctl start dbus bluetooth",
        )
    return MachineFinding(
        "Bluetooth",
        "good",
        ", ".join(adapters),
        "real wearables can be reached if bluetoothd runs and you may use it",
        "if a scan is refused: add yourself to the group 'bluetooth' and log in again",
    )


def _broker() -> MachineFinding:
    found = find_mosquitto()
    taken = f"; port {USUAL_PORT} is taken, a free one is used" if port_open(USUAL_PORT) else ""
    if found:
        return MachineFinding(
            "Broker", "good", f"mosquitto{taken}", "13 000 messages a second and more"
        )
    return MachineFinding(
        "Broker",
        "fair",
        f"no mosquitto: amqtt within Ripresa serves{taken}",
        "enough for one home; slower",
        "install mosquitto for more than one home",
    )


def _display() -> MachineFinding:
    if platform.system() == "Linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return MachineFinding(
            "Display",
            "fair",
            "none (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            "games play headless and save a picture",
            "run on a desktop to see the games, or under xvfb-run",
        )
    return MachineFinding("Display", "good", "there", "games open a window")


def _browser() -> MachineFinding:
    import webbrowser  # noqa: PLC0415

    try:
        webbrowser.get()
    except webbrowser.Error:
        found = next((b for b in BROWSERS if shutil.which(b)), None)
        return MachineFinding(
            "Browser",
            "fair",
            "none found" if found is None else f"{found}, and no display to open it on",
            "the web page's address is printed instead of opened",
            "open it in a browser on this machine",
        )
    return MachineFinding("Browser", "good", "there", "the web page opens by itself")


def _influx() -> MachineFinding:
    from ingest.influx.server import InfluxSettings  # noqa: PLC0415

    settings = InfluxSettings.from_environment()
    program = shutil.which("influxd")
    if settings is not None:
        return MachineFinding(
            "InfluxDB", "good", settings.url, "the clinic's journal is followed into it"
        )
    if program:
        return MachineFinding(
            "InfluxDB",
            "fair",
            "influxd is on the PATH, none is configured",
            "the tests use it; the demo does not",
            "set RIPRESA_INFLUX_URL, RIPRESA_INFLUX_TOKEN and RIPRESA_INFLUX_ORG",
        )
    return MachineFinding(
        "InfluxDB",
        "fair",
        "none configured, none on the PATH",
        "the web page works without it; Grafana needs it",
        "use docker-compose.yml, or set RIPRESA_INFLUX_URL, _TOKEN and _ORG",
    )


def _recordings() -> MachineFinding:
    absent = [name for name in ("bumble", "seglearn") if importlib.util.find_spec(name) is None]
    if absent:
        return MachineFinding(
            "Demo",
            "fair",
            f"{' and '.join(absent)} not installed",
            "the demo cannot run; a home or a clinic can",
            f"{Path(sys.executable).name} -m pip install 'ripresa[demo]'",
        )
    return MachineFinding(
        "Demo", "good", "virtual radio and recordings are there", "ripresa demo works"
    )


CHECKS: dict[str, Callable[[], MachineFinding]] = {
    "Python": _python,
    "Folder": _state_folder,
    "Bluetooth": _bluetooth,
    "Broker": _broker,
    "Display": _display,
    "Browser": _browser,
    "InfluxDB": _influx,
    "Demo": _recordings,
}

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox")
MARKS = {"good": ("✔", "green"), "fair": ("•", "yellow"), "missing": ("✘", "red")}


def run_doctor_command() -> None:
    """Print the findings as a table."""
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="What is on this machine", title_justify="left", show_lines=True)
    for column in ("", "Part", "State", "What it means", "What to do"):
        # A folder or a variable that is cut cannot be used.
        table.add_column(column, overflow="fold")
    for finding in examine():
        mark, colour = MARKS[finding.grade]
        told = (finding.part, finding.state, finding.meaning, finding.advice)
        table.add_row(f"[{colour}]{mark}[/]", *map(escape, told))
    Console().print(table)
