"""A home box starts at log-in, full screen, and is taken away again without a trace."""

import subprocess

import pytest

from needs import need_program
from ripresa.platform.home_installation import (
    HOME_UNIT,
    SESSION_UNIT,
    Installation,
    install,
    remove,
    settings_of,
)


@pytest.fixture
def installation(tmp_path):
    return Installation(
        home=tmp_path / "user",
        command=("/opt/my ripresa/bin/python", "-m", "ripresa.cli.main"),
        settings={"RIPRESA_HOME": "/home/anna/100% mine"},
        session=("--language", "it"),
    )


def files_in(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file())


def test_what_is_written_is_taken_away_again_and_nothing_else(installation):
    installation.home.mkdir()
    own = installation.home / ".config" / "autostart" / "mail.desktop"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    install(installation, enable=False)
    assert len(files_in(installation.home)) == 5
    assert len(remove(installation, disable=False)) == 4
    assert files_in(installation.home) == [own]
    assert remove(installation, disable=False) == ["nothing of it was here"]


def test_installing_twice_is_as_installing_once(installation):
    install(installation, enable=False)
    before = {p: p.read_text() for p in files_in(installation.home)}
    install(installation, enable=False)
    assert {p: p.read_text() for p in files_in(installation.home)} == before


def test_home_and_session_exclude_each_other_and_the_session_is_full_screen(installation):
    texts = {path.name: text for path, text in installation.files.items()}
    assert f"Conflicts={SESSION_UNIT}" in texts[HOME_UNIT]
    assert f"Conflicts={HOME_UNIT}" in texts[SESSION_UNIT]
    assert "home session --full-screen --language it" in texts[SESSION_UNIT]
    assert '"/opt/my ripresa/bin/python" -m ripresa.cli.main' in texts[HOME_UNIT]
    assert "100%% mine" in texts[HOME_UNIT]


def test_no_secret_is_written_into_a_unit_file():
    environment = {"RIPRESA_HOME": "/h", "RIPRESA_MQTT_PASSWORD": "x", "PATH": "/bin"}
    assert settings_of(environment) == {"RIPRESA_HOME": "/h"}


def test_systemd_itself_finds_the_units_whole(installation, tmp_path):
    program = need_program("systemd-analyze")
    install(Installation(installation.home, ("/bin/true",), {}), enable=False)
    units = installation.home / ".config" / "systemd" / "user"
    done = subprocess.run(
        [program, "--user", "verify", str(units / HOME_UNIT), str(units / SESSION_UNIT)],
        check=False,
        capture_output=True,
        text=True,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert "ripresa" not in done.stderr, done.stderr
