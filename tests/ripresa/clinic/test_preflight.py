"""The preflight, held to the shipped files and to what `clinic init` makes."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.principal import Role
from ingest.enrolment.certificates import hosts_of, renew_certificates
from ingest.enrolment.enrolment import enrol_home, init_clinic
from ingest.journal.journal import Journal
from needs import need_program
from ports import free_port
from ripresa.clinic import preflight as looked
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.preflight import preflight
from ripresa.platform.child import wait_for_port
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import NotAuthorised
from telemetry.transport.mqtt import MqttBus, MqttSettings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    need_program("openssl")
    monkeypatch.setattr(looked, "port_open", lambda _port: False)
    for name in ("docker-compose.yml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path / name)
    init_clinic(tmp_path, site="clinic", hosts=["clinic.example.org", "192.0.2.7"])
    return tmp_path


def failing(folder):
    return {(f.part, f.state) for f in preflight(folder) if f.grade == "missing"}


def parts(folder):
    return {part for part, _ in failing(folder)}


@pytest.mark.parametrize("mask", [0o022, 0o000, 0o077])
def test_what_init_makes_passes_whatever_the_umask(tmp_path, monkeypatch, mask):
    before = os.umask(mask)
    try:
        need_program("openssl")
        monkeypatch.setattr(looked, "port_open", lambda _port: False)
        for name in ("docker-compose.yml", "Dockerfile"):
            shutil.copy(ROOT / name, tmp_path / name)
        init_clinic(tmp_path, site="clinic", hosts=["clinic.example.org"])
        enrol_home(tmp_path, "p-1")
        with Journal.open(tmp_path / "elsewhere" / "j.sqlite", ManualClock()) as journal:
            journal.move_cursor("x", 1)
            modes = [stat.S_IMODE(p.stat().st_mode) for p in journal.path.parent.glob("j.*")]
    finally:
        os.umask(before)
    assert failing(tmp_path) == set()
    assert {mode & 0o077 for mode in modes} == {0}


def _owner(folder):
    status = (folder / "secrets").stat()
    return status.st_uid, status.st_gid


def test_root_never_runs_the_broker_and_another_owns_its_files(folder):
    if os.geteuid() != 0:
        return
    uid, _ = _owner(folder)
    assert uid != 0
    enrol_home(folder, "p-1")
    assert {p.stat().st_uid for p in (folder / "secrets" / "broker").iterdir()} == {uid}
    env = folder / ".env"
    env.write_text(env.read_text().replace(f"RIPRESA_UID={uid}", "RIPRESA_UID=0"))
    assert "User" in parts(folder)


def test_what_others_can_read_is_named(folder):
    (folder / "secrets" / "broker" / "passwd").chmod(0o644)
    assert "Rights" in parts(folder)


def test_a_port_that_is_open_to_the_network_is_named(folder):
    compose = folder / "docker-compose.yml"
    compose.write_text(compose.read_text().replace("127.0.0.1:8470:8470", "8470:8470"))
    assert {"Published", "Page"} <= parts(folder)


def test_a_host_that_the_certificate_is_not_for_is_named(folder):
    env = folder / ".env"
    env.write_text(env.read_text().replace("clinic.example.org", "other.example.org"))
    assert "Certificate" in parts(folder)


def test_no_clinic_there_is_named(tmp_path):
    assert "Clinic" in parts(tmp_path)


def test_a_renewed_certificate_is_for_the_same_hosts_and_its_authority_is_believed(folder):
    broker = folder / "secrets" / "broker"
    before = (broker / "server.crt").read_bytes()
    renew_certificates(folder)
    assert (broker / "server.crt").read_bytes() != before
    assert hosts_of(broker / "server.crt") == ["clinic.example.org", "192.0.2.7"]
    assert verified(broker)


def test_a_new_authority_stands_beside_the_old_one_until_all_homes_know_it(folder):
    broker = folder / "secrets" / "broker"
    old = (broker / "ca.crt").read_text()
    renew_certificates(folder, authority=True)
    assert (broker / "ca.crt").read_text().endswith(old)
    assert verified(broker), "what the broker shows is still of the old one"
    renew_certificates(folder)
    assert verified(broker), "and now of the new one, which every new join file holds"
    assert failing(folder) == set()


def verified(broker):
    command = ["openssl", "verify", "-CAfile", str(broker / "ca.crt"), str(broker / "server.crt")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("part", ["mosquitto/mosquitto.conf", "grafana/provisioning"])
def test_shipped_files_that_no_container_can_read_are_named(folder, part):
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    for path in (folder / "deploy", *(folder / "deploy").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert failing(folder) == set()
    shut = folder / "deploy" / part
    os.chown(shut, 4242, -1) if os.geteuid() == 0 else None
    shut.chmod(0o700 if shut.is_dir() else 0o600)
    assert ("Shipped" in parts(folder)) == (os.geteuid() == 0 or "grafana" in part)


def test_what_root_does_for_a_clinic_belongs_to_its_user(folder):
    """Enrolling writes the clinic's journal: as root's the service could not open it."""
    if os.geteuid() != 0:
        return
    with CareDesk.at(Folder(folder / "state" / "clinic").create(), ManualClock()) as desk:
        desk.enrol("p-1", "clinic")
    uid, _ = _owner(folder)
    owners = {p.stat().st_uid for p in (folder / "state").rglob("*")}
    assert owners == {uid}
    assert failing(folder) == set()


async def test_the_shipped_broker_starts_as_the_user_that_owns_its_files(folder):
    """In the real broker, by the real configuration, whoever made the clinic."""
    program = need_program("mosquitto")
    uid, gid = _owner(folder)
    for above in (folder, *folder.parents[:3]):
        if above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o055)
    text = (ROOT / "deploy" / "mosquitto" / "mosquitto.conf").read_text()
    plain, tls = free_port(), free_port()
    text = text.replace("/run/ripresa", str(folder / "secrets" / "broker"))
    text = text.replace("/mosquitto/data/", f"{folder / 'state' / 'mosquitto'}/")
    text = text.replace("listener 1883", f"listener {plain} 127.0.0.1")
    text = text.replace("listener 8883", f"listener {tls} 127.0.0.1")
    configuration = folder / "m.conf"
    configuration.write_text(text)
    configuration.chmod(0o644)
    (folder / "secrets").chmod(0o711)  # in its container it is mounted, and nothing is above it
    (folder / "state").chmod(0o711)
    identity = {"user": uid, "group": gid} if os.geteuid() == 0 else {}
    broker = subprocess.Popen(  # noqa: ASYNC220 - returns at once
        [program, "-c", str(configuration)], **identity
    )
    try:
        await wait_for_port(tls, "mosquitto")
        values = dict(
            line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if line
        )
        settings = MqttSettings(
            port=plain, username="clinic", password=values["RIPRESA_MQTT_PASSWORD"]
        )
        async with MqttBus(settings, "clinic") as bus:
            await bus.wait_connected()
        async with MqttBus(MqttSettings(port=plain), "nobody") as bus:
            with pytest.raises(NotAuthorised):
                await bus.wait_connected(3)
    finally:
        broker.terminate()
        broker.wait()


def test_that_nobody_has_to_sign_in_is_said_until_somebody_has(folder):
    def users():
        return [f.grade for f in preflight(folder) if f.part == "Users"]

    assert users() == ["fair"]
    path = Folder(folder / "state" / "clinic").access
    with AccessStore(path) as store:
        assert users() == ["fair"]
        Accounts(store, ManualClock()).add("anna", roles=[Role.ADMIN], sites=["+"], password="-")  # noqa: S106 - no hash
        assert users() == ["good"]
