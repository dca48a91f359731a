"""Tokens by which NATS is told whom to let in: JSON web tokens signed by an Ed25519 nkey.

The form is that of NATS' architecture decision record 26 (authentication by a service).
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import nkeys

from telemetry.errors import DecodeError
from telemetry.transport.partition import PARTITIONS, SORTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.enrolment.access_list import AccessRules

__all__ = ["DoorQuestion", "DoorSeal"]

VERSION: Final = 2
ACCOUNT: Final = "HOMES"
"""Of all who speak MQTT, as `deploy/region/nats.conf` names it."""
_HEADER: Final = {"typ": "JWT", "alg": "ed25519-nkey"}
_UNBOUNDED: Final = {"subs": -1, "data": -1, "payload": -1}


@dataclass(frozen=True, slots=True)
class DoorQuestion:
    """Who wants to come in.

    Attributes:
        key: by which the server means this connection.
        server: that asks.
        client: its client id in MQTT; empty where it does not speak MQTT.
        user: as which.
        password: with which.
    """

    key: str
    server: str
    client: str
    user: str
    password: str

    @classmethod
    def decode(cls, token: bytes) -> DoorQuestion:
        """Read a server's question. Who may ask at all is held by the servers' own accounts.

        Raises:
            DecodeError: it is none.
        """
        try:
            body = token.split(b".")[1]
            asked = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))["nats"]
            options = asked["connect_opts"]
            return cls(
                key=str(asked["user_nkey"]),
                server=str(asked["server_id"]["id"]),
                client=str(asked["client_info"].get("mqtt_id") or ""),
                user=str(options.get("user") or ""),
                password=str(options.get("pass") or ""),
            )
        except (IndexError, KeyError, ValueError, TypeError, AttributeError) as e:
            raise DecodeError("door question", f"cannot be read: {type(e).__name__}") from e


class DoorSeal:
    """Signs answers.

    Args:
        seed: of the account key whose public part every server knows.

    Raises:
        ValueError, nkeys.NkeysError: it is none.
    """

    def __init__(self, seed: bytes) -> None:
        self._key = nkeys.from_seed(bytearray(seed))
        self.issuer = self._key.public_key.decode()

    def welcome(self, question: DoorQuestion, rules: AccessRules, now_s: int) -> bytes:
        """Let somebody in, to what the rules say."""
        written = [s for topic in rules.write for s in _subjects(topic)]
        read = [s for topic in rules.read for s in _subjects(topic)]
        denied = [_subject(topic) for topic in rules.deny]
        user = {
            "type": "user",
            "version": VERSION,
            **_UNBOUNDED,
            # An empty list would allow everything.
            "pub": {"allow": written} if written else {"deny": [">"]},
            "sub": {"allow": read, "deny": denied} if read else {"deny": [">"]},
        }
        token = self._sign(question.key, ACCOUNT, user, now_s, name=question.user)
        return self._answer(question, now_s, jwt=token.decode())

    def turn_away(self, question: DoorQuestion, reason: str, now_s: int) -> bytes:
        """Let somebody not in; the reason is for the server's log."""
        return self._answer(question, now_s, error=reason)

    def _answer(self, question: DoorQuestion, now_s: int, **answer: str) -> bytes:
        body = {"type": "authorization_response", "version": VERSION, **answer}
        return self._sign(question.key, question.server, body, now_s)

    def _sign(self, subject: str, audience: str, body: Any, now_s: int, **more: str) -> bytes:
        claims = {"sub": subject, "aud": audience, "iss": self.issuer, "iat": now_s, "nats": body}
        claims |= more
        digest = hashlib.sha512(json.dumps(claims, sort_keys=True).encode()).digest()
        claims["jti"] = base64.b32encode(digest[:32]).decode().rstrip("=")
        signed = _encoded(_HEADER) + b"." + _encoded(claims)
        return signed + b"." + _base64(self._key.sign(signed))


def _encoded(claims: Any) -> bytes:
    return _base64(json.dumps(claims).encode())


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _subject(topic: str) -> str:
    """A topic filter of MQTT as NATS writes it; Ripresa's names have no dot in them."""
    return topic.replace("/", ".").replace("+", "*").replace("#", ">")


def _subjects(topic: str) -> Iterable[str]:
    """A topic, and where records of it are sorted to: the server sorts before it asks."""
    yield _subject(topic)
    if topic.rpartition("/")[2] in ("record", "#"):
        yield ".".join((SORTED, *("*" for _ in PARTITIONS[1:]), _subject(topic)))
