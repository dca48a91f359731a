"""What InfluxDB's answers mean: which state it is in, and what somebody has to do about it.

2.7 and 1.8 say the same things in other words and with other codes; both are told apart here by
code and text, once, so that clinic, command line and status name a state in the same line.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import StoreBusy, StoreError, StoreNotAuthorised
from telemetry.printable import printable
from telemetry.trouble import Trouble, TroubleKind, words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DatabaseWaits", "LinesRefused", "LinesTooMany", "answer_meant", "no_answer"]


class LinesRefused(StoreError):  # noqa: N818 - an answer
    """The database does not want at least one of these lines, now or ever (400, 422)."""


class LinesTooMany(StoreError):  # noqa: N818 - an answer
    """More than the database takes at once (413)."""


class DatabaseWaits(StoreBusy):
    """The database takes nothing in, or answers nothing; the message says what to do.

    Attributes:
        kind: its state.
        subject: which address, organisation, bucket or right.
    """

    def __init__(self, kind: TroubleKind, subject: str) -> None:
        self.kind, self.subject = kind, subject
        super().__init__(words(Trouble(kind=kind, subject=subject, since_ns=0), "en"))


class DatabaseNotAuthorised(DatabaseWaits, StoreNotAuthorised):
    """It does not know the token, or the token may not do this."""


_SAID: Final[Mapping[str, TroubleKind]] = {
    "not attempting to open shard": TroubleKind.DATABASE_SHUT,
    "no space left on device": TroubleKind.DATABASE_FULL,
    "disk quota exceeded": TroubleKind.DATABASE_FULL,
    "file too large": TroubleKind.DATABASE_FULL,
}
"""In a server's own fault, the first that is found: a shard that did not open names its cause."""


def answer_meant(status: int, body: Any, *, bucket: str, org: str, doing: str) -> StoreError:
    """What an answer that is no success means.

    Args:
        status: HTTP's.
        body: bytes or text of the answer.
        bucket: what was asked about; may be empty.
        org: whose.
        doing: what was asked for, such as "write".
    """
    reason = _reason(body)
    if status in (400, 422) and doing == "write":
        return LinesRefused(reason)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return LinesTooMany(reason)
    kind, subject = _state(status, reason, bucket, org, doing)
    refused = status in (401, 403)
    return DatabaseNotAuthorised(kind, subject) if refused else DatabaseWaits(kind, subject)


def _state(status: int, reason: str, bucket: str, org: str, doing: str) -> tuple[TroubleKind, str]:
    """Which state, and of what."""
    found: tuple[TroubleKind, str] | None = None
    match status:
        case 401:
            found = TroubleKind.DATABASE_TOKEN, "RIPRESA_INFLUX_TOKEN"
        case 403:
            found = TroubleKind.DATABASE_RIGHTS, f"{doing} {bucket}".strip()
        case 404 if "organization" in reason:
            found = TroubleKind.DATABASE_ORG, org
        case 404 if bucket:
            found = TroubleKind.DATABASE_BUCKET, bucket
        case 404 if "page not found" in reason:
            found = TroubleKind.DATABASE_WAITS, f"{doing}: {reason}, so it is not version 2"
    if found is not None:
        return found
    known = (kind for said, kind in _SAID.items() if said in reason)
    kind = next(known, TroubleKind.DATABASE_WAITS)
    if kind is TroubleKind.DATABASE_WAITS:
        return kind, f"{doing}: {status} {reason}"[:200]
    return kind, bucket or doing


def no_answer(url: str, error: Exception) -> DatabaseWaits:
    """Nobody answers there."""
    return DatabaseWaits(TroubleKind.DATABASE_AWAY, f"{url} ({type(error).__name__})")


def _reason(body: Any) -> str:
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
    try:
        found = json.loads(text)
        text = str(found.get("message") or found.get("error") or text)
    except (ValueError, AttributeError):
        pass
    return printable(" ".join(text.split()))[:300]
