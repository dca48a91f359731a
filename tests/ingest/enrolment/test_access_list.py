"""The access files that Mosquitto reads are read alike for other brokers."""

import secrets

import pytest

from ingest.enrolment.access_list import AccessList
from ingest.enrolment.broker_access import (
    clinic_access,
    home_user,
    with_home,
    with_survey_user,
    without_home,
)
from telemetry.errors import ConfigurationError
from telemetry.transport.topics import HomeTopics

OWN = HomeTopics("milano", "p-1")


def written(access, folder):
    (folder / "passwd").write_text(access.passwords)
    (folder / "acl").write_text(access.acl)
    return AccessList.read(folder)


@pytest.fixture
def access():
    access = clinic_access("clinics", secrets.token_bytes(12))
    for patient in ("p-1", "p-2"):
        access = with_home(
            access, "milano", patient, gateway=f"box-{patient}", password=patient, salt=b"12"
        )
    return with_survey_user(access, "ab12", "survey's", secrets.token_bytes(12))


def test_each_user_has_their_own_password_and_no_other(access, tmp_path):
    known = written(access, tmp_path)
    passwords = {"clinic": "clinics", "milano.p-1": "p-1", "survey-ab12": "survey's"}
    for user, own in passwords.items():
        guesses = (*passwords.values(), "", "P-1")
        assert [p for p in guesses if known.is_let_in(user, p)] == [own]
    assert not known.is_let_in("nobody", "")


def test_a_home_has_the_rules_that_were_written_for_it_alone(access, tmp_path):
    rules = written(access, tmp_path).rules_of(home_user("milano", "p-1"))
    assert OWN.record in rules.write
    assert OWN.ack in rules.read
    assert not [t for t in (*rules.read, *rules.write) if "p-2" in t or "+" in t]
    assert written(access, tmp_path).rules_of("clinic").deny == (HomeTopics("+", "+").motion("#"),)


def test_who_was_taken_out_comes_in_no_more(access, tmp_path):
    known = written(without_home(access, "milano", "p-1"), tmp_path)
    assert not known.is_let_in("milano.p-1", "p-1")
    assert known.is_let_in("milano.p-2", "p-2")
    assert not known.rules_of("milano.p-1").write


@pytest.mark.parametrize(
    "line", ["", ":", "$7$", "$7$0$$", "$6$1$YQ==$YQ==", "$7$1$?$?", "$7$x$YQ==$YQ==", "plain"]
)
def test_a_spoilt_hash_lets_nobody_in(tmp_path, line):
    (tmp_path / "passwd").write_text(f"anna:{line}\n")
    (tmp_path / "acl").write_text("topic read a\nuser anna\ntopic read b\n")
    known = AccessList.read(tmp_path)
    assert not any(known.is_let_in("anna", guess) for guess in ("", "a", "plain"))
    assert known.rules_of("anna").read == ("b",)


def test_a_list_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="access list"):
        AccessList.read(tmp_path)
