"""Notices: how gateways and wearables are, what the clinic tells a home, what that answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from telemetry.errors import DecodeError
from telemetry.identity import Name, Pseudonym, UlidText

from .around.take_curve import TakeCurve
from .bounds import STRICT, Count, Int64
from .newer import first_problem

__all__ = [
    "LONGEST_LEASE_S",
    "MOST_EARLIER",
    "MOST_WEARABLES",
    "Command",
    "CommandKind",
    "GatewayState",
    "LedgerNotice",
    "LetterText",
    "LinkState",
    "LiveRequest",
    "LiveWatcher",
    "Notice",
    "PlanNotice",
    "Receipt",
    "TherapistMessage",
    "WatchedNow",
    "WearableState",
]


MOST_WEARABLES = 64
"""In one gateway's state: a home wears a dozen at most."""

MOST_TAKES = 30
"""With one plan: an exercise has one."""

MOST_EARLIER = 4
"""Messages that wait beside the newest one: a session does not begin with a book."""
LONGEST_LEASE_S = 600
"""For so long a session is shown live by one deliberate act of whoever watches."""

CommandKind: TypeAlias = Literal[
    "erase", "withdraw", "resume", "unlock", "lock", "keep motion", "send motion"
]

LiveWatcher: TypeAlias = Literal["physiotherapist", "researcher", "admin", "clinic"]
"""Who watches a session, as the patient is told: a role, nobody's name."""


class LinkState(StrEnum):
    """The life of a gateway or a wearable, after the Homie convention's states."""

    INIT = "init"
    READY = "ready"
    SLEEPING = "sleeping"
    LOST = "lost"


class Notice(BaseModel):
    """A small message in JSON."""

    # What a newer program says besides is left out; what an older one needs is all there.
    model_config = STRICT | ConfigDict(extra="ignore")

    def encode(self) -> bytes:
        """The notice as JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read what `encode` wrote.

        Raises:
            DecodeError: not JSON, or a wrong field.
        """
        try:
            return cls.model_validate_json(payload)
        except ValidationError as e:
            raise DecodeError(cls.__name__, first_problem(e)) from e


class WearableState(Notice):
    """A wearable as its gateway sees it."""

    wearable: Name
    state: LinkState
    model: str | None = None
    placement: str | None = None
    stream: UlidText | None = None
    battery_percent: int | None = Field(default=None, ge=0, le=100)
    reason: str | None = None


class GatewayState(Notice):
    """A gateway and its wearables; `lost` is its last will.

    `home_ns` lets the clinic measure its clock's offset. One retained message says all: a topic
    for each wearable would let a home leave any number of them in the broker.
    """

    gateway: Name
    state: LinkState
    home_ns: Int64 | None = None
    backlog: Count | None = None
    wearables: tuple[WearableState, ...] = Field(default=(), max_length=MOST_WEARABLES)


class LedgerNotice(Notice):
    """What a home has counted of its samples since it started.

    Attributes:
        home_ns: the home's clock when it told, so that the clinic can measure its offset.
        emitted: sent by its wearables, where that is known (virtual ones); else None.
        received: decoded by the gateway.
        declared_lost: in gaps that were declared.
        resent: sent again on the way to the clinic.
        refused: notifications and messages that could not be read.
    """

    gateway: Name
    patient: Pseudonym
    home_ns: Int64 | None = None
    emitted: Count | None = None
    received: Count = 0
    declared_lost: Count = 0
    resent: Count = 0
    refused: Count = 0


class PlanNotice(Notice):
    """A version of a patient's plan; `plan` is the plan's canonical JSON.

    `takes` are the physiotherapist's own, of exercises of this version.
    """

    patient: Pseudonym
    version: int = Field(ge=1, lt=1 << 53)
    plan: dict[str, Any]
    takes: tuple[TakeCurve, ...] = Field(default=(), max_length=MOST_TAKES)


class LetterText(BaseModel):
    """One message of a therapist; empty texts: there is nothing to show."""

    model_config = STRICT | ConfigDict(extra="ignore")

    message: UlidText
    text_it: str = Field(max_length=500)
    text_en: str = Field(max_length=500)


class TherapistMessage(Notice):
    """What the therapist wants the patient to read at the next session.

    The topic keeps one of these, so it holds all that the clinic does not know to be read: the
    newest, and before it `earlier`, oldest first. A home leaves out those that were read there.
    """

    message: UlidText
    text_it: str = Field(max_length=500)
    text_en: str = Field(max_length=500)
    earlier: tuple[LetterText, ...] = Field(default=(), max_length=MOST_EARLIER)

    @property
    def letters(self) -> tuple[LetterText, ...]:
        """All that there is to show, oldest first."""
        newest = LetterText(message=self.message, text_it=self.text_it, text_en=self.text_en)
        return tuple(one for one in (*self.earlier, newest) if one.text_it or one.text_en)


class Command(Notice):
    """What a home must do; it answers with a `Receipt`. A repeat does nothing more.

    `erase` deletes all that the home keeps of its patient; `withdraw` opens no session any
    more, `resume` lifts that; `unlock` lifts what a fall up to `value.covers_ns`, the last that
    the clinic knew of, has locked (without it, before `value.t_ns`), as `value.actor` decided, and
    `lock` takes an unlocking up to `value.t_ns` back, or locks by a fall at `value.fallen_ns` that
    the box may not know of. `keep motion` lets no raw motion leave the home and nobody watch, `send
    motion` lifts that for what comes after.
    """

    command: UlidText
    what: CommandKind
    patient: Pseudonym
    value: dict[str, str | Int64 | None] = {}


class LiveRequest(Notice):
    """Somebody at the clinic wishes to see a session while it is played; never retained.

    The home's `Receipt` of the lease tells what became of it: `taken`, `refused` with why, `done`
    once it is over.

    Attributes:
        what: `ask` for a lease, `hold` it, as whoever has it still watches, or `end` it.
        lease: a deliberate act's own; to go on after it needs another act, and so another lease.
        session: the one to be seen, and no other.
        lease_s: for how long at most.
        watcher: stands on the patient's screen.
    """

    what: Literal["ask", "hold", "end"]
    lease: UlidText
    patient: Pseudonym
    session: UlidText
    watcher: LiveWatcher = "clinic"
    lease_s: int = Field(default=LONGEST_LEASE_S, ge=1, le=LONGEST_LEASE_S)


class WatchedNow(Notice):
    """By whom a session is seen, told to the home's own screens: once a second while it is.

    Attributes:
        watchers: roles, each once; empty: nobody sees it any more.
    """

    watchers: tuple[LiveWatcher, ...] = Field(default=(), max_length=8)


class Receipt(Notice):
    """A home's answer: it has taken a plan or a message, done a command, or refused it.

    Attributes:
        what, id: which one: a plan's version, a message's, a command's or a live lease's ULID.
        note: why it was refused; never names the patient.
        note_it: the same in Italian; empty from a home that tells it in English alone.
    """

    patient: Pseudonym
    what: Literal["plan", "message", "command", "live"]
    id: str = Field(max_length=40)
    state: Literal["taken", "done", "refused"]
    t_ns: Int64
    note: str = Field(default="", max_length=300)
    note_it: str = Field(default="", max_length=300)
