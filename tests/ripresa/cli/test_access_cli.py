"""Users and tokens from the command line; no secret in an argument or twice on a screen."""

import pytest
from typer.testing import CliRunner

from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.tokens import ApiTokens
from ripresa.cli.main import app
from telemetry.clock import SystemClock

PASSWORD = "a wave that comes back"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))

    def run(*words, typed=""):
        return CliRunner().invoke(app, ["clinic", *words], input=typed)

    return run


@pytest.fixture
def kept(tmp_path):
    def read(what):
        with AccessStore(tmp_path / "clinic" / "access.sqlite") as store:
            return what(store, SystemClock()).all()

    return read


def add(run, name="anna", *more):
    return run("user", "add", name, *more, "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n")


def test_the_first_user_is_told_that_everybody_signs_in_from_now_on(run, kept):
    done = add(run)
    assert done.exit_code == 0, done.output
    assert "from now on" in done.output
    assert PASSWORD not in done.output
    assert [(a.name, set(a.roles), set(a.sites)) for a in kept(Accounts)] == [
        ("anna", {"admin"}, {"+"})
    ]
    assert "from now on" not in add(run, "bruno").output


def test_no_password_can_be_given_as_an_argument(run):
    assert "--password" not in run("user", "add", "--help").output
    assert run("user", "add", "anna", "--role", "admin", "--password", PASSWORD).exit_code != 0


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "Anna", "--role", "admin"), PASSWORD, "small letters"),
        (("add", "anna", "--role", "boss"), PASSWORD, "physiotherapist, researcher, admin"),
        (("add", "anna", "--role", "admin", "--site", "a/b"), PASSWORD, "site"),
        (("add", "anna", "--role", "admin"), "short", "12 to 256"),
        (("add", "anna", "--role", "admin"), "aaaaaaaaaaaaaaaa", "guessed"),
        (("add", "annabella-rossi", "--role", "admin"), "annabella-rossi1", "guessed"),
        (("disable", "nobody"), "", "no user nobody"),
        (("reset", "nobody"), PASSWORD, "no user nobody"),
        (("change", "nobody", "--role", "admin"), "", "no user nobody"),
    ],
)
def test_what_cannot_be_is_said(run, kept, words, typed, said):
    done = run("user", *words, typed=f"{typed}\n{typed}\n")
    assert done.exit_code != 0
    assert said in str(done.exception) + done.output
    assert kept(Accounts) == []


def test_a_name_is_given_once(run):
    add(run)
    done = add(run)
    assert "there is a user anna already" in str(done.exception) + done.output


def test_who_is_disabled_is_listed_and_comes_back_by_a_new_password(run, kept):
    add(run)
    assert run("user", "disable", "anna").exit_code == 0
    assert "disabled" in run("user", "list").output
    new = "another wave comes back"
    assert run("user", "reset", "anna", typed=f"{new}\n{new}\n").exit_code == 0
    assert "disabled" not in run("user", "list").output
    assert kept(Accounts)[0].disabled_ns is None


def test_who_is_known_at_the_provider_needs_no_password_and_is_one_person(run):
    identity = ("--identity", "https://id.example.org", "abc")
    words = ("--role", "admin", *identity)
    assert run("user", "add", "anna", *words).exit_code == 0
    assert "provider" in run("user", "list").output
    done = run("user", "add", "bruno", *words)
    assert "is anna's already" in str(done.exception) + done.output
    add(run, "carla")
    done = run("user", "link", "carla", *identity[1:])
    assert "is anna's already" in str(done.exception) + done.output


def test_a_token_is_shown_once(run, kept):
    words = ("token", "add", "lab", "--scope", "see-session", "--site", "milano")
    done = run(*words, "--days", "30")
    assert done.exit_code == 0, done.output
    shown = done.stdout.strip().splitlines()[0]
    assert len(shown) > 43
    assert shown not in run("token", "list").output
    assert "see-session; milano; until" in run("token", "list").output
    assert run("token", "revoke", "lab").exit_code == 0
    assert kept(ApiTokens)[0].revoked_ns is not None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--scope", "acknowledge", "--site", "milano"), "a token is for"),
        (("--scope", "see-session", "--site", "milano", "--days", "367"), "1 to 366"),
        (("--scope", "see-session", "--site", "milano", "--days", "0"), "1 to 366"),
    ],
)
def test_a_token_for_too_much_or_too_long_is_not_made(run, kept, more, said):
    done = run("token", "add", "lab", *more)
    assert done.exit_code != 0
    assert said in str(done.exception) + done.output
    assert kept(ApiTokens) == []
