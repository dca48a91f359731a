"""The doctor tells what is there, and never falls ill."""

import socket

from ripresa.platform import doctor
from ripresa.platform.doctor import examine


def test_every_part_is_examined():
    assert [f.part for f in examine()] == list(doctor.CHECKS)


def test_what_is_not_good_says_what_it_means():
    assert all(f.meaning for f in examine())


def test_a_check_that_fails_becomes_a_finding(monkeypatch):
    def broken():
        raise OSError("no such thing")

    monkeypatch.setitem(doctor.CHECKS, "Broker", broken)
    finding = next(f for f in examine() if f.part == "Broker")
    assert finding.grade == "missing"
    assert "no such thing" in finding.state


def test_a_missing_broker_names_what_serves_instead(monkeypatch):
    monkeypatch.setattr(doctor, "find_mosquitto", lambda: None)
    finding = next(f for f in examine() if f.part == "Broker")
    assert finding.grade == "fair"
    assert "amqtt" in finding.state
    assert "install mosquitto" in finding.advice


def test_a_virtual_radio_is_looked_for_where_one_is_asked_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("RIPRESA_RADIO", f"tcp-client:127.0.0.1:{port}")
        found = next(f for f in examine() if f.part == "Bluetooth")
    assert (found.grade, found.state) == ("good", f"a virtual radio at 127.0.0.1:{port}")
    gone = next(f for f in examine() if f.part == "Bluetooth")
    assert gone.grade == "missing"
    assert "no virtual radio there" in gone.state
    assert "edge.virtual.serve" in gone.advice
