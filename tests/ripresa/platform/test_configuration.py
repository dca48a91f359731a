"""Settings come from one folder and the environment; half a setting is named."""

import pytest

from ripresa.platform.configuration import Folder, Identity, clock_from, mqtt_settings, ripresa_home
from telemetry.errors import ConfigurationError


def test_the_named_folder_is_used(tmp_path):
    assert ripresa_home({"RIPRESA_HOME": str(tmp_path)}) == tmp_path


def test_without_a_name_it_is_the_platforms_data_folder():
    assert ripresa_home({}).name == "ripresa"


def test_the_folders_are_made_for_their_owner_only(tmp_path):
    folder = Folder(tmp_path / "r").create()
    for made in (folder.root, folder.home_journal.parent, folder.logs):
        assert made.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigurationError, match="RIPRESA_HOME"):
        Folder(blocked / "r").create()


def test_a_pseudonym_that_cannot_stand_in_a_topic_is_refused():
    with pytest.raises(ConfigurationError, match="patient"):
        _ = Identity(patient="Anna Rossi").topics


def test_the_broker_is_named_by_the_environment(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden\n")
    settings = mqtt_settings(
        {
            "RIPRESA_MQTT_HOST": "clinic.example",
            "RIPRESA_MQTT_PORT": "8883",
            "RIPRESA_MQTT_USERNAME": "home-1",
            "RIPRESA_MQTT_PASSWORD_FILE": str(secret),
        }
    )
    assert (settings.host, settings.port, settings.password) == ("clinic.example", 8883, "hidden")
    assert "hidden" not in repr(settings)


def test_without_a_name_the_broker_is_on_loopback():
    assert mqtt_settings({}).host == "127.0.0.1"


@pytest.mark.parametrize("port", ["x", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(port):
    with pytest.raises(ConfigurationError, match="RIPRESA_MQTT_PORT"):
        mqtt_settings({"RIPRESA_MQTT_PORT": port})


def test_a_clock_is_handed_on():
    clock = clock_from({"RIPRESA_CLOCK": "4.0,1,2"})
    assert clock.speed == 4
