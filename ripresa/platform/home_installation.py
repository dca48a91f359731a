"""Sets a home box up to start at log-in, full screen, and takes itself away again.

Two systemd user units that exclude each other: the home that serves quietly, and a session with
its screens, after which the home serves again. A desktop entry starts a session; a copy of it
does so at log-in. Nothing outside the user's own folders is touched.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Installation", "install", "remove", "settings_of"]

HOME_UNIT: Final = "ripresa-home.service"
SESSION_UNIT: Final = "ripresa-session.service"
ENTRY: Final = "ripresa.desktop"
TIMEOUT_S: Final = 20
SECRET: Final = ("PASSWORD", "TOKEN", "SECRET", "KEY")
COMPILER: Final = (
    "on this processor one library is built from its source: install a compiler first, "
    "e.g. sudo apt install build-essential python3-dev"
)


@dataclass(frozen=True, slots=True)
class Installation:
    """What is written where.

    Attributes:
        home: the user's own folder.
        command: how `ripresa` is called, e.g. this Python and its module.
        settings: environment that the home is to have, e.g. `RIPRESA_HOME`.
        session: options of the session, e.g. `--language it`.
    """

    home: Path
    command: Sequence[str]
    settings: Mapping[str, str]
    session: Sequence[str] = ()

    @property
    def files(self) -> dict[Path, str]:
        """Text of each file, by its path."""
        units = self.home / ".config" / "systemd" / "user"
        entry = self._entry()
        return {
            units / HOME_UNIT: self._unit(
                "the home of Ripresa", ("home", "run"), f"Conflicts={SESSION_UNIT}", "on-failure"
            ),
            units / SESSION_UNIT: self._unit(
                "a therapy session with its screens",
                ("home", "session", "--full-screen", *self.session),
                f"Conflicts={HOME_UNIT}",
                "no",
                after=f"ExecStopPost=systemctl --user --no-block start {HOME_UNIT}",
            ),
            self.home / ".local" / "share" / "applications" / ENTRY: entry,
            self.home / ".config" / "autostart" / ENTRY: entry,
        }

    def _unit(
        self, what: str, does: Sequence[str], conflict: str, restart: str, *, after: str = ""
    ) -> str:
        starts = " ".join(_quoted(part) for part in (*self.command, *does))
        lines = [
            "[Unit]",
            f"Description=Ripresa: {what} (research software, not a medical device)",
            conflict,
            "",
            "[Service]",
            *(f"Environment={_quoted(f'{k}={v}')}" for k, v in sorted(self.settings.items())),
            f"ExecStart={starts}",
            *([after] if after else []),
            f"Restart={restart}",
            # Nothing lingers: a broker that the home started ends with it.
            "KillMode=control-group",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        ]
        return "\n".join(lines)

    @staticmethod
    def _entry() -> str:
        return "\n".join(
            [
                "[Desktop Entry]",
                "Type=Application",
                "Name=Ripresa",
                "Comment=Exercises as games",
                "Comment[it]=Esercizi come giochi",
                f"Exec=systemctl --user start {SESSION_UNIT}",
                "Terminal=false",
                "Categories=Health;",
                "",
            ]
        )


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of Ripresa in an environment, without secrets: unit files can be read."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith("RIPRESA_") and not any(word in name for word in SECRET)
    }


def install(installation: Installation, *, enable: bool = True) -> list[str]:
    """Write the files and let systemd know; what is there already is written anew.

    Returns:
        What was done and what is left to do, a line each.

    Raises:
        ConfigurationError: not a Linux with systemd, or a file cannot be written.
    """
    if not sys.platform.startswith("linux"):
        raise ConfigurationError(
            "starting at log-in is set up on Linux with systemd only: "
            "elsewhere put 'ripresa home session --full-screen' among the programs that start"
        )
    told = []
    for path, text in installation.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_atomically(path, text)
        except StoreError as e:
            raise ConfigurationError(f"{path} cannot be written: {e}") from e
        told.append(f"wrote {path}")
    if platform.machine().startswith(("arm", "aarch64")) and shutil.which("cc") is None:
        told.append(COMPILER)
    if enable:
        told.append(_systemctl("daemon-reload"))
        told.append(_systemctl("enable", "--now", HOME_UNIT))
    return [line for line in told if line]


def remove(installation: Installation, *, disable: bool = True) -> list[str]:
    """Take away what `install` wrote, and nothing else; sessions and plans stay.

    Returns:
        What was done, a line each.
    """
    told = [_systemctl("disable", "--now", HOME_UNIT, SESSION_UNIT)] if disable else []
    for path in installation.files:
        if path.exists():
            path.unlink()
            told.append(f"removed {path}")
    if disable:
        told.append(_systemctl("daemon-reload"))
    return [line for line in told if line] or ["nothing of it was here"]


def _systemctl(*asked: str) -> str:
    """Ask systemd; a line where it could not be asked, empty where all went well."""
    program = shutil.which("systemctl")
    call = f"systemctl --user {' '.join(asked)}"
    if program is None:
        return f"systemd is not here: later, run '{call}'"
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [program, "--user", *asked], check=False, capture_output=True, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return f"systemd did not answer: later, run '{call}'"
    return "" if done.returncode == 0 else f"systemd refused: later, run '{call}'"


def _quoted(part: str) -> str:
    """A word of a unit file, in quotes where it needs them; `%` would name a specifier."""
    escaped = part.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if any(c in escaped for c in " \t'\"") else escaped
