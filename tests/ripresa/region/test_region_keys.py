"""A region's keys are made once, are readable by their owner only, and sign."""

import stat

import pytest

from ripresa.region.region_keys import RegionKeys
from telemetry.errors import ConfigurationError


def test_keys_read_back_as_they_were_made_and_nodes_get_no_seed(tmp_path):
    keys = RegionKeys.make(tmp_path)
    assert RegionKeys.read(tmp_path) == keys
    place = tmp_path / "region"
    assert {stat.S_IMODE(p.stat().st_mode) & 0o077 for p in (place, *place.iterdir())} == {0}
    told = (place / "nodes.env").read_text()
    assert keys.seal.issuer in told
    assert keys.seed.decode() not in told
    assert keys.seed.decode() not in repr(keys)


def test_keys_are_not_made_twice(tmp_path):
    RegionKeys.make(tmp_path)
    with pytest.raises(ConfigurationError, match="is there already"):
        RegionKeys.make(tmp_path)


def test_missing_and_spoilt_keys_are_told(tmp_path):
    with pytest.raises(ConfigurationError, match="region init"):
        RegionKeys.read(tmp_path)
    RegionKeys.make(tmp_path)
    (tmp_path / "region" / "issuer.seed").write_text("no seed")
    with pytest.raises(ConfigurationError, match=r"issuer\.seed"):
        _ = RegionKeys.read(tmp_path).seal
