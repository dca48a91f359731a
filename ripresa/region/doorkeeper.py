"""Lets clients in at a region's broker: who they are, what they may do, and under which name.

A server asks for each connection. Steps: the user's password against the access list that
Mosquitto would read; the client id, which takes over a session at a broker: a clinic's is its
user's alone, any other belongs to who had it first, which all servers remember together; then the
user's rules. Several doorkeepers may answer:
each question goes to one of them. While none does, nobody new comes in, and who is in stays.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from typing import TYPE_CHECKING, Final

import nats
from nats.errors import Error as NatsError
from nats.js.api import KeyValueConfig
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

from ingest.enrolment.access_list import AccessList
from ingest.enrolment.broker_access import CLINIC_USER
from telemetry.errors import ConfigurationError, DecodeError, TransportError

from .clinic_names import is_clinics_name
from .server_tokens import DoorQuestion, DoorSeal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nats.aio.msg import Msg
    from nats.js.client import JetStreamContext
    from nats.js.kv import KeyValue

__all__ = ["Doorkeeper"]

log = logging.getLogger(__name__)

QUESTIONS: Final = "$SYS.REQ.USER.AUTH"
QUEUE: Final = "doorkeepers"
NAMES: Final = "client-names"
USER: Final = "doorkeeper"
LONGEST_NAME: Final = 200
AGAIN_S: Final = 0.5


class Doorkeeper:
    """Answers the servers' questions; `run` until cancelled.

    Args:
        servers: addresses of the nodes.
        password: the doorkeepers' own.
        seal: signs the answers.
        access: folder of the access list, which is read anew where it has changed.
        replicas: on how many nodes it is remembered whose a client id is.
    """

    def __init__(
        self,
        servers: Sequence[str],
        *,
        password: str,
        seal: DoorSeal,
        access: Path,
        replicas: int = 3,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._servers = list(servers)
        self._password = password
        self._seal = seal
        self._folder = access
        self._replicas = replicas
        self._now_s = now_s
        self._list: AccessList | None = None
        self._read_at: tuple[int, ...] = ()
        self._names: KeyValue | None = None
        self.ready = asyncio.Event()
        """Questions are answered."""

    async def run(self) -> None:
        """Answer until cancelled.

        Raises:
            ConfigurationError: the access list cannot be read.
            TransportError: no server lets us in.
        """
        self._access()
        try:
            connection = await nats.connect(
                self._servers,
                user=USER,
                password=self._password,
                max_reconnect_attempts=-1,
                allow_reconnect=True,
                error_cb=_told,
            )
        except (NatsError, OSError) as e:
            raise TransportError(
                f"no server at {', '.join(self._servers)} lets the doorkeeper in: "
                f"{e or type(e).__name__}"
            ) from e
        try:
            self._names = await self._kept_names(connection.jetstream())
            await connection.subscribe(QUESTIONS, QUEUE, cb=self._answer)
            await connection.flush()
            self.ready.set()
            await asyncio.Event().wait()
        except NatsError as e:
            raise TransportError(f"the servers refuse the doorkeeper: {e}") from e
        finally:
            await connection.close()

    async def _kept_names(self, stream: JetStreamContext) -> KeyValue:
        """The servers' memory of whose each client id is, once enough of them are there."""
        while True:
            try:
                return await stream.create_key_value(
                    KeyValueConfig(bucket=NAMES, replicas=self._replicas, history=1)
                )
            except (NatsError, TimeoutError) as e:
                log.info("the servers do not remember names yet: %s", e or type(e).__name__)
                await asyncio.sleep(AGAIN_S)

    async def _answer(self, message: Msg) -> None:
        try:
            question = DoorQuestion.decode(message.data)
        except DecodeError as e:
            log.warning("%s", e)
            return
        reason = await self._reason_against(question)
        now_s = int(self._now_s())
        if reason:
            log.info("turned away: %s", reason)
            answer = self._seal.turn_away(question, reason, now_s)
        else:
            rules = self._access().rules_of(question.user)
            answer = self._seal.welcome(question, rules, now_s)
        await message.respond(answer)

    async def _reason_against(self, question: DoorQuestion) -> str:
        """Why somebody does not come in; nothing where they do. It names nobody."""
        if not question.client or len(question.client) > LONGEST_NAME:
            return "no client id, or one that is too long"
        try:
            access = self._access()
        except ConfigurationError as e:
            log.error("%s", e)  # noqa: TRY400 - one line says it
            return "the access list cannot be read"
        # It takes milliseconds by intention: other questions are answered meanwhile.
        if not await asyncio.to_thread(access.is_let_in, question.user, question.password):
            return "unknown user or wrong password"
        if is_clinics_name(question.client):
            # Nobody else ever gets one, so there is nothing to remember.
            return "" if question.user == CLINIC_USER else "the client id is a clinic's"
        try:
            mine = await self._has_name(question)
        except (NatsError, TimeoutError) as e:
            log.warning("whose a client id is cannot be told: %s", e or type(e).__name__)
            return "whose the client id is cannot be told now"
        return "" if mine else "the client id is another user's"

    async def _has_name(self, question: DoorQuestion) -> bool:
        """Whether a client id is this user's, for who has it first keeps it."""
        if self._names is None:
            return False
        key = hashlib.sha256(question.client.encode()).hexdigest()
        # Kept where no erasure reaches: neither the id nor the user can be read from it.
        user = hashlib.sha256(question.user.encode()).hexdigest().encode()
        try:
            return (await self._names.get(key)).value == user
        except KeyNotFoundError:
            pass
        try:
            await self._names.create(key, user)
        except KeyWrongLastSequenceError:
            # Another doorkeeper was a moment earlier.
            return (await self._names.get(key)).value == user
        return True

    def _access(self) -> AccessList:
        try:
            stats = [(self._folder / name).stat() for name in ("passwd", "acl")]
        except OSError as e:
            raise ConfigurationError(f"no access list in {self._folder}: {e.strerror}") from e
        read_at = tuple(x for s in stats for x in (s.st_mtime_ns, s.st_ino, s.st_size))
        if self._list is None or read_at != self._read_at:
            self._list, self._read_at = AccessList.read(self._folder), read_at
        return self._list


async def _told(error: Exception) -> None:
    log.warning("the way to the servers: %s", error or type(error).__name__)
