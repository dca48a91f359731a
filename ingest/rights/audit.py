"""Who did what to whose data: a chain of keyed hashes that names nobody.

An entry holds the keyed hash of a pseudonym, never the pseudonym, so the log survives an
erasure and still shows, to whoever holds the key and the pseudonym, that it took place. Each
entry's link is a keyed hash over the link before it and its own fields: an entry that is
changed, taken out or put in between breaks the chain from there on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import ConfigurationError
from telemetry.files import give_to_folders_owner
from telemetry.secret_files import keep_private

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from ingest.journal.reading import JournalReader

__all__ = ["AuditEntry", "AuditKey", "audit_entries", "broken_links", "names_patient", "note"]

FIRST_LINK: Final = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The secret of the hashes."""

    secret: bytes

    def __repr__(self) -> str:
        return "AuditKey(...)"

    @classmethod
    def at(cls, path: Path) -> AuditKey:
        """The key in a file; made, readable by its owner only, where there is none.

        Raises:
            ConfigurationError: the file cannot be read or made, or holds no key.
        """
        try:
            if not path.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                give_to_folders_owner(path)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(32) + "\n")
            keep_private(path)
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as e:
            raise ConfigurationError(f"audit key {path} cannot be used ({e})") from e
        if len(secret) < 32:
            raise ConfigurationError(f"audit key {path} is shorter than 32 bytes: restore it")
        return cls(secret)

    def hash(self, kind: str, name: str) -> bytes:
        """What stands for a name of some kind."""
        return hmac.digest(self.secret, f"{kind}:{name}".encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry; `subject` is the keyed hash of the pseudonym."""

    number: int
    t_ns: int
    actor: str
    action: str
    subject: bytes
    detail: str
    link: bytes


def names_patient(text: str, patient: str) -> bool:
    """Whether a text holds a pseudonym as a word of its own: `p-1` is not in `p-10`."""
    return re.search(rf"(?<![\w-]){re.escape(patient)}(?![\w-])", text) is not None


def note(
    db: sqlite3.Connection,
    key: AuditKey,
    *,
    t_ns: int,
    actor: str,
    action: str,
    patient: str | None,
    detail: str = "",
) -> None:
    """Add an entry within a write transaction: it stands if and only if the deed does.

    Args:
        db: the connection that writes.
        key: of the hashes.
        t_ns: when.
        actor: who.
        action: what.
        patient: on whom; None: on nobody in particular.
        detail: more.

    Raises:
        ValueError: actor or detail names the patient.
    """
    if patient is not None and (names_patient(detail, patient) or patient == actor):
        raise ValueError("an audit entry must not name the patient")
    row = db.execute("SELECT number, link FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, before = (1, FIRST_LINK) if row is None else (row[0] + 1, row[1])
    subject = key.hash("nobody", "") if patient is None else key.hash("patient", patient)
    fields = (number, t_ns, actor, action, subject, detail)
    link = _link(key, before, fields)
    db.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", (*fields, link))


def audit_entries(
    journal: JournalReader, *, key: AuditKey | None = None, patient: str | None = None
) -> list[AuditEntry]:
    """All entries, or those of one patient, for which the key is needed."""
    about = None if patient is None or key is None else key.hash("patient", patient)
    rows = journal.rows(
        "SELECT number, t_ns, actor, action, subject, detail, link FROM audit "
        "WHERE ?1 IS NULL OR subject = ?1 ORDER BY number",
        (about,),
    )
    return [
        AuditEntry(
            number=number,
            t_ns=t_ns,
            actor=actor,
            action=action,
            subject=subject,
            detail=detail,
            link=link,
        )
        for number, t_ns, actor, action, subject, detail, link in rows
    ]


def broken_links(journal: JournalReader, key: AuditKey) -> list[int]:
    """Numbers of the entries at which the chain does not hold; empty where it is whole.

    Entries cut off at the end are not seen: compare the last number and link with a copy.
    """
    broken, before, expected = [], FIRST_LINK, 1
    for e in audit_entries(journal):
        fields = (e.number, e.t_ns, e.actor, e.action, e.subject, e.detail)
        if e.number != expected or not hmac.compare_digest(_link(key, before, fields), e.link):
            broken.append(e.number)
        before, expected = e.link, e.number + 1
    return broken


def _link(key: AuditKey, before: bytes, fields: tuple[Any, ...]) -> bytes:
    canonical = json.dumps([f.hex() if isinstance(f, bytes) else f for f in fields])
    return hmac.digest(key.secret, before + canonical.encode(), hashlib.sha256)
