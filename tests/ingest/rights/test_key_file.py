"""Names stand in one file, and a pseudonym tells nothing of them."""

import pytest

from ingest.rights.key_file import KeyFile
from telemetry.errors import ConfigurationError
from telemetry.identity import checked_name


def test_a_person_gets_one_pseudonym_that_can_stand_in_a_topic(tmp_path):
    keys = KeyFile(tmp_path / "apart" / "names.tsv")
    pseudonym = keys.add("Anna  Bianchi\t1950")
    assert checked_name(pseudonym, "patient") == pseudonym
    assert KeyFile(tmp_path / "apart" / "names.tsv").person(pseudonym) == "Anna Bianchi 1950"
    assert keys.person("p-other") is None
    with pytest.raises(ConfigurationError, match="already"):
        keys.add("Anna Bianchi 1950")
    with pytest.raises(ConfigurationError, match="nobody"):
        keys.add("  ")


def test_only_its_owner_may_read_it_and_what_is_forgotten_is_gone(tmp_path):
    path = tmp_path / "names.tsv"
    keys = KeyFile(path)
    first, second = keys.add("Anna"), keys.add("Bruno")
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert keys.forget(first)
    assert not keys.forget(first)
    assert "Anna" not in path.read_text()
    assert keys.person(second) == "Bruno"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        KeyFile(tmp_path).person("p-1")
