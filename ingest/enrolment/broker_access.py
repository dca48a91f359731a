"""Who may say what to the clinic's Mosquitto: its password file and its access control list.

A home has a user of its own, `{site}.{patient}`, that may write its own records and states
and read what the clinic says to it: nothing of any other home. The clinic's own user writes
acknowledgements, plans, messages and commands. Anonymous answers come under a user that all
homes share, so that the broker knows no name for them. Nobody else may do anything.
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
    "SURVEY_USER",
    "Access",
    "clinic_access",
    "gateway_in",
    "home_user",
    "with_home",
    "with_surveys",
    "without_home",
]

CLINIC_USER = "clinic"
SURVEY_USER = "survey"
"""Shared by all homes: has no dot, so that no home's own user is called so."""
ITERATIONS = 20_000
CLINIC_WRITES = (
    *("ack", "plan", "message", "command"),
    *("record", "receipt", "ledger", "state"),  # to clear what a broker has kept of a home
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
    rules = [
        f"user {CLINIC_USER}",
        "topic read ripresa/#",
        *(f"topic write ripresa/+/+/{name}" for name in CLINIC_WRITES),
    ]
    return Access(password_line(CLINIC_USER, password, salt), "\n".join(rules) + "\n")


def with_surveys(access: Access, password: str, salt: bytes) -> Access:
    """The files with the user for anonymous answers, or with a new password for it.

    It may write answers and read which were taken, not the answers of others.
    """
    rest = _without_user(access, SURVEY_USER)
    topics = SiteTopics("+")
    says_taken = f"topic write {topics.survey_taken}"
    acl = rest.acl
    if f"{says_taken}\n" not in acl:
        acl = acl.replace(f"user {CLINIC_USER}\n", f"user {CLINIC_USER}\n{says_taken}\n", 1)
    rules = [
        f"user {SURVEY_USER}",
        f"topic write {topics.survey}",
        f"topic read {topics.survey_taken}",
    ]
    return Access(
        rest.passwords + password_line(SURVEY_USER, password, salt),
        acl + "\n" + "\n".join(rules) + "\n",
    )


def with_home(
    access: Access, site: str, patient: str, *, gateway: str, password: str, salt: bytes
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
        *(f"topic read {topic}" for topic in (home.ack, home.plan, home.message, home.command)),
        f"topic write {box.state}",
        f"topic write {home.ledger}",
    ]
    if f"topic write {box.state}\n" in rest.acl or gateway == patient:
        raise ConfigurationError(
            f"gateway {gateway!r} is another home's or the patient's own name: give another name"
        )
    return Access(
        rest.passwords + password_line(user, password, salt),
        rest.acl + "\n" + "\n".join(rules) + "\n",
    )


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


def password_line(user: str, password: str, salt: bytes) -> str:
    """A line of Mosquitto's password file: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, 64)
    parts = (base64.b64encode(part).decode() for part in (salt, key))
    return f"{user}:$7${ITERATIONS}${'$'.join(parts)}\n"
