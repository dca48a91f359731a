"""The wearable of docs/write-a-wearable.md, installed from the page, keeps the contract."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from edge.virtual.peripherals.virtual_catalogue import virtual_names, virtual_wearable
from edge.wearables import catalogue
from edge.wearables.catalogue import installed_kinds, recognise, wearables_at_hand
from edge.wearables.wearable import Advertisement

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[3] / "docs" / "write-a-wearable.md"
SERVICE = "c1077010-0001-4d61-9c5e-3f1d8a6b2e90"


@pytest.fixture
def package(tmp_path):
    """The page's files in a folder, with the metadata that an installation writes."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```python file=(\S+)\n(.*?)```", text, re.DOTALL)
    assert {name for name, _ in blocks} == {
        "ciottolo/wearable.py",
        "ciottolo/virtual.py",
        "test_ciottolo.py",
    }
    for name, code in blocks:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(code, encoding="utf-8")
    (entry,) = re.findall(r"^    (ciottolo = .*)$", text, re.MULTILINE)
    info = tmp_path / "ciottolo-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ciottolo\nVersion: 1.0\n")
    told = entry.replace('"', "")
    (info / "entry_points.txt").write_text(f"[ripresa.wearables]\n{told}\n")
    return tmp_path


def test_the_page_builds_a_wearable_that_keeps_the_contract(package):
    contract = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ciottolo.py"],
        cwd=package,
        env=os.environ | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert contract.returncode == 0, contract.stdout[-2000:]
    assert "6 passed" in contract.stdout or "......" in contract.stdout


def test_an_installed_package_adds_the_wearable_and_its_twin(package, monkeypatch):
    monkeypatch.syspath_prepend(str(package))
    installed_kinds.cache_clear()
    try:
        assert [w.model for w in wearables_at_hand()][-1] == "ciottolo"
        heard = Advertisement(service_uuids=frozenset({SERVICE}))
        assert recognise(heard).model == "ciottolo"
        assert virtual_names()[-1] == "ciottolo"
        assert virtual_wearable("ciottolo").__name__ == "VirtualCiottolo"
    finally:
        installed_kinds.cache_clear()
    for name in [m for m in sys.modules if m.split(".")[0] == "ciottolo"]:
        del sys.modules[name]


@pytest.mark.nightly
def test_a_twin_that_is_called_otherwise_is_told_by_both_names(package):
    twin = package / "ciottolo" / "virtual.py"
    code = twin.read_text(encoding="utf-8")
    twin.write_text(code.replace('f"ciottolo-{self.serial}"', '"pebble"'), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ciottolo.py"]
        + ["-k", "arrives_whole"],
        cwd=package,
        env=os.environ | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "the twin calls itself pebble, the wearable calls it ciottolo-" in told


@pytest.mark.parametrize("value", ["nowhere.at.all:KIND", "json:dumps"])
def test_a_package_that_cannot_be_loaded_is_named_and_left_out(value, monkeypatch, caplog):
    point = metadata.EntryPoint("broken", value, catalogue.ENTRY_POINTS)
    monkeypatch.setattr(catalogue, "entry_points", lambda **_: [point])
    installed_kinds.cache_clear()
    try:
        assert wearables_at_hand() == catalogue.WEARABLES
        assert value in caplog.text
    finally:
        installed_kinds.cache_clear()
