"""Who may say what to the clinic's Mosquitto: its password file and its access control list.

A home has a user of its own, `{site}.{patient}`, that may write its own records and states
and read what the clinic says to it: nothing of any other home. The clinic's own user writes
acknowledgements, plans, messages, commands and wishes to watch, and reads all but live motion,
which no home can send it either. Anonymous answers come under a second user of each
home, whose name means nothing and which nothing here ties to the home: users of that kind stand
together, in the order of their names. Nobody else may do anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from telemetry.errors import ConfigurationError
from telemetry.transport.topics import GatewayTopics, HomeTopics, SiteTopics

__all__ = [
    "CLINIC_USER",
    "Access",
    "clinic_access",
    "gateway_in",
    "home_user",
    "with_home",
    "with_live",
    "with_survey_user",
    "without_home",
]

CLINIC_USER = "clinic"
SURVEY_USER = "survey"
"""Begins the names of those for answers: no dot is in them, as there is in a home's own."""
ITERATIONS = 20_000
CLINIC_WRITES = (
    *("ack", "plan", "message", "command"),
    *("survey-issue", "live/request"),
    # To clear what a broker has kept of a home:
    *("record", "receipt", "ledger", "state", "survey-request"),
)
_WHOLE = re.MULTILINE | re.DOTALL
_USER_LINE = re.compile(r"^user (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Access:
    """The two files' texts."""

    passwords: str
    acl: str


def home_user(site: str, patient: str) -> str:
    """The broker's name for a home; a dot cannot stand in either part, so it is unambiguous."""
    topics = HomeTopics(site, patient)
    return f"{topics.site}.{topics.patient}"


def clinic_access(password: str, salt: bytes) -> Access:
    """The files of a clinic without homes."""
    acl = _with_clinic_rules(f"user {CLINIC_USER}\ntopic read ripresa/#\n")
    return Access(password_line(CLINIC_USER, password, salt), acl)


def with_survey_user(access: Access, name: str, password: str, salt: bytes) -> Access:
    """The files with one more user for anonymous answers.

    It may write answers and read which were taken, not the answers of others. The one user that
    all homes shared once goes: two connections under it threw each other off.

    Args:
        access: the files.
        name: random hexadecimal.
        password: its password.
        salt: of its hash.
    """
    rest, topics = _without_user(access, SURVEY_USER), SiteTopics("+")
    user = f"{SURVEY_USER}-{name}"
    rules = f"user {user}\ntopic write {topics.survey}\ntopic read {topics.survey_taken}\n"
    passwords = [*rest.passwords.splitlines(), password_line(user, password, salt).rstrip("\n")]
    acl = _with_clinic_rules(rest.acl)
    blocks = [*re.split(r"\n(?=user )", acl), rules]
    return Access(
        "".join(f"{line}\n" for line in sorted(passwords, key=_survey_last)),
        "\n".join(
            block.rstrip("\n") + "\n"
            for block in sorted(blocks, key=lambda block: _survey_last(block.removeprefix("user ")))
        ),
    )


def _survey_last(text: str) -> tuple[bool, str]:
    """Leaves all others as they stand, and sorts those for answers after them."""
    theirs = text.startswith(f"{SURVEY_USER}-")
    return theirs, text if theirs else ""


def _with_clinic_rules(acl: str) -> str:
    """The clinic's user may do what a clinic does today, whichever made the file."""
    topics, head = SiteTopics("+"), f"user {CLINIC_USER}\n"
    wanted = [f"topic write ripresa/+/+/{name}" for name in CLINIC_WRITES]
    wanted += [f"topic write {topic}" for topic in (topics.survey_taken, topics.survey_key)]
    wanted.append(f"topic deny {HomeTopics('+', '+').motion('#')}")
    missing = [rule for rule in wanted if f"{rule}\n" not in acl]
    return acl.replace(head, head + "".join(f"{rule}\n" for rule in missing), 1)


def with_home(
    access: Access,
    site: str,
    patient: str,
    *,
    gateway: str,
    password: str,
    salt: bytes,
    iterations: int = ITERATIONS,
) -> Access:
    """The files with one home more, or with a new password for one that is there.

    Raises:
        ConfigurationError: a name may not stand in a topic, or the gateway's name is taken.
    """
    user = home_user(site, patient)
    rest = without_home(access, site, patient)
    home, box = HomeTopics(site, patient), GatewayTopics(site, gateway)
    rules = [
        f"user {user}",
        f"topic write {home.record}",
        f"topic write {home.receipt}",
        f"topic write {home.survey_request}",
        *(f"topic read {topic}" for topic in (home.ack, home.plan, home.message, home.command)),
        *(f"topic read {topic}" for topic in (home.survey_issue, SiteTopics(site).survey_key)),
        f"topic write {box.state}",
        f"topic write {home.ledger}",
        *_live_rules(home),
    ]
    if f"topic write {box.state}\n" in rest.acl or gateway == patient:
        raise ConfigurationError(
            f"gateway {gateway!r} is another home's or the patient's own name: give another name"
        )
    return Access(
        rest.passwords + password_line(user, password, salt, iterations),
        rest.acl + "\n" + "\n".join(rules) + "\n",
    )


def _live_rules(home: HomeTopics) -> list[str]:
    """What a home may show of a session while it is played: movement and events, never motion."""
    shown = [f"topic write {topic}" for topic in (home.control, home.event)]
    return [*shown, f"topic read {home.live_request}"]


def with_live(access: Access) -> Access:
    """The files in which every home may be watched, also one that was let in before that was."""
    blocks = re.split(r"\n(?=user )", access.acl)
    for n, block in enumerate(blocks):
        named = re.search(r"^topic write ripresa/([^/+]+)/([^/+]+)/record$", block, re.MULTILINE)
        if named:
            missing = [r for r in _live_rules(HomeTopics(*named.groups())) if r not in block]
            blocks[n] = "\n".join([block.rstrip("\n"), *missing]) + "\n"
    return Access(access.passwords, "\n".join(blocks))


def gateway_in(access: Access, site: str, patient: str) -> str | None:
    """The name of the box that a home's user speaks for; None where it has no user."""
    user = home_user(site, patient)
    block = re.search(rf"^user {re.escape(user)}$(.*?)(?=^user |\Z)", access.acl, _WHOLE)
    named = block and re.search(
        rf"^topic write ripresa/{site}/([^/]+)/state$", block[1], re.MULTILINE
    )
    return named[1] if named else None


def without_home(access: Access, site: str, patient: str) -> Access:
    """The files without a home."""
    return _without_user(access, home_user(site, patient))


def _without_user(access: Access, user: str) -> Access:
    passwords = [p for p in access.passwords.splitlines() if not p.startswith(f"{user}:")]
    blocks = re.split(r"\n(?=user )", access.acl)
    kept = [b for b in blocks if (m := _USER_LINE.search(b)) is None or m[1] != user]
    acl = "\n".join(b.rstrip("\n") + "\n" for b in kept)
    return Access("".join(p + "\n" for p in passwords), acl)


def password_line(user: str, password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """A line of Mosquitto's password file: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, 64)
    parts = (base64.b64encode(part).decode() for part in (salt, key))
    return f"{user}:$7${iterations}${'$'.join(parts)}\n"
