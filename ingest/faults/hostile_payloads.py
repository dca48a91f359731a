"""What one home with bad intentions, or a broken one, may send: mutations that know the structure.

Every message that a home may say is built whole, then spoiled in one or a few places: a field
takes a value that no store holds or another's name, a tree grows deep or into itself, bytes
flip. Cases that once went wrong are among them. The blocks carry a right checksum and right
numbers as often as not, so that what is inside is reached.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import cbor2
import numpy as np
from pydantic import TypeAdapter

from telemetry.messages.care import CareRecord
from telemetry.messages.codec import encode_item
from telemetry.messages.events import SessionEvent
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened
from telemetry.messages.notices import GatewayState, LedgerNotice, LinkState, Receipt
from telemetry.messages.results import Result
from telemetry.messages.surveys import SurveyRequest
from telemetry.transport.topics import GatewayTopics, HomeTopics

from .message_samples import MessageSamples

if TYPE_CHECKING:
    import random

__all__ = ["HostilePayloads", "Shot"]

T0_NS: Final = 1_790_000_000_000_000_000
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CYCLE: Final = bytes.fromhex("d81c81d81d00")
NASTY: Final[tuple[Any, ...]] = (
    *(None, True, -1, 0, 1 << 63, -(1 << 63) - 1, 10**30, 10**4000, 1e308, float("nan")),
    *("", "\x00", "\x1b[2J\x1b]0;x\x07", "x" * 70_000, "2026-99-99", "0000-00-00", "../../etc"),
    *([], [[]] * 50, {}, {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {}}}}}}}}}, b"\xff" * 99),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One message."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(slots=True)
class HostilePayloads:
    """An endless source of them.

    Attributes:
        dice: decides everything.
        site, patient, gateway: whose topics it may write.
        victims: patients, homes, sessions and streams of others, whose names it has learned.
    """

    dice: random.Random
    site: str
    patient: str
    gateway: str
    victims: dict[str, list[str]]
    _homes: list[str] = field(default_factory=list)
    _samples: dict[str, MessageSamples] = field(default_factory=dict)
    _positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        models: dict[str, TypeAdapter[Any]] = {
            "event": TypeAdapter(SessionEvent),
            "result": TypeAdapter(Result),
            "care": TypeAdapter(CareRecord),
            "receipt": TypeAdapter(Receipt),
            "ledger": TypeAdapter(LedgerNotice),
            "state": TypeAdapter(GatewayState),
            "survey": TypeAdapter(SurveyRequest),
        }
        self._samples = {kind: MessageSamples(model, self.dice) for kind, model in models.items()}

    def shot(self) -> Shot:
        """The next one."""
        topics = HomeTopics(self.site, self.patient)
        state = GatewayTopics(self.site, self.gateway).state
        kinds = ("record", "receipt", "ledger", "survey", "state")
        kind = self.dice.choices(kinds, (12, 2, 2, 1, 1))[0]
        retain = self.dice.random() < 0.02
        match kind:
            case "record":
                return Shot(topics.record, self._flipped(self._block()), retain)
            case "receipt":
                return Shot(topics.receipt, self._notice(self._receipt()), retain)
            case "ledger":
                return Shot(topics.ledger, self._notice(self._ledger()), retain)
            case "survey":
                asked = self._sample("survey")
                return Shot(topics.survey_request, self._notice(asked), retain)
            case _:
                return Shot(state, self._notice(self._state()), retain=True)

    def _ulid(self) -> str:
        return "01" + "".join(self.dice.choices(CROCKFORD, k=24))

    def _name(self, what: str, own: str) -> str:
        known = self.victims.get(what)
        return self.dice.choice(known) if known and self.dice.random() < 0.4 else own

    def _home(self) -> str:
        if len(self._homes) < 3 or (len(self._homes) < 25 and self.dice.random() < 0.003):
            self._homes.append(self._ulid())
        return self._name("home", self.dice.choice(self._homes))

    def _block(self) -> bytes:
        dice = self.dice
        if dice.random() < 0.05:
            return dice.choice((CYCLE, b"\x81" * 9000, b"\x9f" * 99, b"\xc2\x5a\x00\x00\xea\x60"))
        home = self._home()
        # From a little before the newest number: a block that was refused is covered again.
        newest = self._positions.get(home, 0)
        first = max(1, newest + 1 - dice.choice((0, 2, 4, 40)))
        rows = [self._row(first + i) for i in range(dice.randint(1, 6))]
        self._positions[home] = max(newest, first + len(rows) - 1)
        body = {"v": 1, "home": home, "records": rows, "crc": 0}
        if dice.random() < 0.15:
            body[dice.choice(list(body))] = dice.choice(NASTY)
        try:
            body["crc"] = zlib.crc32(cbor2.dumps([body["home"], body["records"]]))
            return cbor2.dumps(body)
        except (cbor2.CBOREncodeError, OverflowError, RecursionError):
            return CYCLE

    def _row(self, position: int) -> list[Any]:
        dice = self.dice
        if dice.random() < 0.02:
            position = dice.choice((position + 7, max(1, position - 3), (1 << 63) - 1))
        session = self._name("session", self._ulid())
        stream = self._name("stream", self._ulid())
        kind = dice.choice(("event", "event", "result", "stream", "motion", "dropped", "care"))
        if kind in ("event", "result", "care"):
            body = self._json(kind, session)
            stream_named = None
        else:
            body, stream_named = self._item(kind, stream), stream
        row = [position, T0_NS, kind, session, stream_named, body]
        if dice.random() < 0.03:
            row[dice.randrange(6)] = dice.choice(NASTY)
        return row

    def _sample(self, kind: str, **given: object) -> dict[str, Any]:
        """Any message of a kind, by its model, about somebody or other."""
        patient = self._name("patient", self.patient)
        names = {"patient": patient, "site": self.site, "gateway": self.gateway}
        return self._samples[kind].sample(**names, **given)

    def _json(self, kind: str, session: str) -> bytes:
        dice = self.dice
        if dice.random() < 0.5:
            return self._spoiled(self._sample(kind, session=session))
        patient = self._name("patient", self.patient)
        event: dict[str, Any] = {"session": session, "number": dice.randint(0, 9), "t_ns": T0_NS}
        bodies: dict[str, list[dict[str, Any]]] = {
            "event": [
                event
                | {
                    "type": "session.opened",
                    "patient": patient,
                    "site": self.site,
                    "plan_version": 1,
                    "day": dice.choice(("2026-11-20", "1970-01-01", "2026-99-99", "9999-12-31")),
                    "posture": "standing",
                },
                event | {"type": "pain.reported", "pain": 10},
                event | {"type": "unwell.reported"},
                event | {"type": "session.closed", "reason": "pain"},
                event | {"type": "felt.something", "how": "new"},
                event | {"type": "unwell.reported", "more": {"deep": [1]}},
            ],
            "result": [
                {
                    "type": "session.result",
                    "session": session,
                    "core_version": "x",
                    "plan_version": 1,
                    "provisional": False,
                    "items": [],
                },
                {
                    "type": "adherence.result",
                    "patient": patient,
                    "day": "2026-11-20",
                    "plan_version": 1,
                    "state": "missed",
                },
            ],
            "care": [{"type": "care.discharged", "patient": patient, "t_ns": T0_NS, "by": "me"}],
        }
        return self._spoiled(dice.choice(bodies[kind]))

    def _item(self, kind: str, stream: str) -> bytes:
        dice = self.dice
        if kind == "motion":
            n = dice.randint(1, 20)
            body = encode_item(
                MotionBatch(
                    stream=stream,
                    first_index=dice.choice((0, 20, 1 << 40)),
                    t0_ns=T0_NS,
                    dt_us=np.arange(n, dtype=np.int32),
                    lag_us=np.zeros(n, np.int32),
                    acc=np.full((n, 3), np.nan, np.float32),
                )
            )
        elif kind == "dropped":
            gap = StreamGap(stream=stream, first_index=0, count=1 << 60, reason="x", t_ns=T0_NS)
            body = encode_item(gap)
        else:
            opened = StreamOpened(
                stream=stream,
                wearable="w",
                model="m",
                placement="wrist-right",
                rate_hz=60.0,
                opened_ns=T0_NS,
            )
            body = encode_item(
                dice.choice((opened, StreamEnded(stream=stream, next_index=0, reason="x")))
            )
        if dice.random() < 0.4:
            tree = cbor2.loads(body)
            tree[dice.choice(list(tree))] = dice.choice(NASTY)
            body = cbor2.dumps(tree)
        return body

    def _receipt(self) -> dict[str, Any]:
        if self.dice.random() < 0.5:
            return self._sample("receipt")
        found: dict[str, Any] = json.loads(
            Receipt(
                patient=self._name("patient", self.patient),
                what="command",
                id=self._ulid(),
                state="done",
                t_ns=T0_NS,
                note="\x1b[31m",
            ).encode()
        )
        return found

    def _ledger(self) -> dict[str, Any]:
        if self.dice.random() < 0.5:
            return self._sample("ledger")
        found: dict[str, Any] = json.loads(
            LedgerNotice(
                gateway=self.gateway,
                patient=self._name("patient", self.patient),
                home_ns=self.dice.choice((0, T0_NS, (1 << 62))),
            ).encode()
        )
        return found

    def _state(self) -> dict[str, Any]:
        if self.dice.random() < 0.5:
            return self._sample("state")
        state = GatewayState(gateway=self.gateway, state=LinkState.READY)
        found: dict[str, Any] = json.loads(state.encode())
        return found

    def _notice(self, body: dict[str, Any]) -> bytes:
        return self._flipped(self._spoiled(body))

    def _spoiled(self, body: dict[str, Any]) -> bytes:
        dice = self.dice
        if dice.random() < 0.4:
            body = body | {dice.choice(list(body)): dice.choice(NASTY)}
        try:
            return json.dumps(body, default=repr).encode()
        except ValueError:  # an integer of more digits than Python writes
            return b'{"t_ns":' + b"9" * 20_000 + b"}"

    def _flipped(self, payload: bytes) -> bytes:
        dice = self.dice
        if not payload or dice.random() < 0.8:
            return payload
        spoiled = bytearray(payload)
        for _ in range(dice.randint(1, 8)):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        return bytes(spoiled[: dice.randint(1, len(spoiled))] if dice.random() < 0.3 else spoiled)
