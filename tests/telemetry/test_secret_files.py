"""A secret that others can read is told of, and one of our own is theirs no more."""

import logging
import stat

import pytest

from ingest.influx.server import InfluxSettings
from ingest.rights.audit import AuditKey
from telemetry.secret_files import keep_private, tell_if_open


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("open_to", [0o604, 0o640, 0o644, 0o666])
def test_a_secret_of_our_own_becomes_its_owners_and_its_operator_learns_of_it(
    tmp_path, caplog, open_to
):
    path = tmp_path / "key"
    key = AuditKey.at(path)
    assert (mode(path), caplog.text) == (0o600, "")
    path.chmod(open_to)
    with caplog.at_level(logging.WARNING):
        assert AuditKey.at(path) == key
    assert mode(path) == 0o600
    assert str(path) in caplog.text
    assert key.secret.hex() not in caplog.text
    keep_private(path)


def test_a_token_file_that_others_can_read_is_used_and_told_of_with_what_to_do(tmp_path, caplog):
    path = tmp_path / "token"
    path.write_text("sesame")
    path.chmod(0o644)
    environment = {
        "RIPRESA_INFLUX_URL": "http://127.0.0.1:1",
        "RIPRESA_INFLUX_ORG": "o",
        "RIPRESA_INFLUX_TOKEN_FILE": str(path),
    }
    with caplog.at_level(logging.WARNING):
        assert InfluxSettings.from_environment(environment).token == "sesame"  # noqa: S105
    assert "chmod go=" in caplog.text
    assert "sesame" not in caplog.text
    path.chmod(0o600)
    assert not tell_if_open(path)
