"""The compose file names what is there, keeps secrets out, and bounds every service."""

import re
from pathlib import Path

import pytest
import yaml

from ingest.enrolment.enrolment import init_clinic
from needs import need_program

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def test_the_services_of_a_clinic_are_there():
    assert set(SERVICES) == {"mosquitto", "influxdb", "influxdb-setup", "clinic", "grafana"}
    assert SERVICES["influxdb"]["image"].startswith("influxdb:2.7")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_watched_and_restarted(name):
    service = SERVICES[name]
    assert "mem_limit" in service
    if name == "influxdb-setup":
        return
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service


def test_every_folder_that_is_mounted_is_shipped_or_made_by_init(tmp_path):
    need_program("openssl")
    init_clinic(tmp_path, site="clinic", hosts=["localhost"])
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if not source.startswith("./"):
                assert source in COMPOSE["volumes"]
                continue
            assert (ROOT / source).exists() or (tmp_path / source).exists(), source


def test_every_variable_is_written_by_init_and_no_secret_stands_in_the_file(tmp_path):
    need_program("openssl")
    init_clinic(tmp_path, site="clinic", hosts=["localhost"])
    text = (ROOT / "docker-compose.yml").read_text()
    wanted = set(re.findall(r"\$\{(\w+)", text))
    written = dict(
        line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines() if line
    )
    assert wanted <= written.keys()
    for line in text.splitlines():
        if re.search(r"(PASSWORD|TOKEN)\b.*:", line):
            assert "${" in line, line


def test_dependencies_name_services_and_conditions_that_exist():
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            assert name in SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name]


def test_only_the_tls_port_is_open_to_others():
    opened = [port for s in SERVICES.values() for port in s.get("ports", [])]
    assert [p for p in opened if not p.startswith("127.0.0.1:")] == ["8883:8883"]


def test_the_service_runs_as_a_normal_user():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for path in source.split():
            assert (ROOT / path).exists(), path
