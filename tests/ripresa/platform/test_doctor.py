"""The doctor tells what is there, and never falls ill."""

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
