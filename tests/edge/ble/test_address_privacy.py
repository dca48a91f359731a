"""No radio address in logs and messages."""

import logging

import pytest

from edge.ble.adapter_faults import explained
from edge.ble.address_privacy import keep_addresses_out_of_logs, without_addresses

BLEAKS = "bleak.backends.bluezdbus.client"


@pytest.mark.parametrize(
    "text",
    ["C0:11:22:33:44:5f gone", "(/org/bluez/hci0/dev_C0_11_22_33_44_5F): x", "c0-11-22-33-44-5f"],
)
def test_addresses_are_blotted_out_of_what_bleak_logs(caplog, text):
    keep_addresses_out_of_logs()
    keep_addresses_out_of_logs()
    # A program that ran before in this process may have made bleak quiet.
    with caplog.at_level(logging.WARNING, logger="bleak"):
        logging.getLogger(BLEAKS).warning("Failed to cancel %s", text)
    assert "<address>" in caplog.text
    assert "33" not in caplog.text


def test_other_figures_stay():
    text = "dot-D422CD000001 at 12:30:45, 15172001-4947-11e9-8646-d663bd873d93"
    assert without_addresses(text) == text


def test_what_is_no_fault_of_the_adapter_is_not_explained():
    assert explained(ValueError("other")) is None
    assert "systemctl start dbus" in explained(FileNotFoundError())
