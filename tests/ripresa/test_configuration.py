"""Settings come from one folder and the environment; half a setting is named."""

import pytest

from ripresa.configuration import Folder, Identity, influx_settings, ripresa_home
from telemetry.errors import ConfigurationError

DATABASE = {
    "RIPRESA_INFLUX_URL": "http://127.0.0.1:8086",
    "RIPRESA_INFLUX_TOKEN": "hidden",
    "RIPRESA_INFLUX_ORG": "clinic",
}


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


def test_a_database_is_configured_by_all_three_or_not_at_all():
    assert influx_settings({}) is None
    assert influx_settings(DATABASE).org == "clinic"
    with pytest.raises(ConfigurationError, match="RIPRESA_INFLUX_TOKEN"):
        influx_settings({**DATABASE, "RIPRESA_INFLUX_TOKEN": ""})


def test_a_token_never_shows():
    assert "hidden" not in repr(influx_settings(DATABASE))


def test_a_pseudonym_that_cannot_stand_in_a_topic_is_refused():
    with pytest.raises(ConfigurationError, match="patient"):
        _ = Identity(patient="Anna Rossi").topics
