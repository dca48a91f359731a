"""What the clinic has to tell its homes: kept until each home has answered.

A notice is a file `PATIENT.WHAT.json`; the newest of a kind replaces the one before, and one of
messages holds all that are not known to be read. A home's answer is a file beside it, by the
notice's name: it comes at any time, and written into the notice it could put back one that was
replaced meanwhile. Commands of different matters do not replace each
other: they share a topic, and the next goes once the home has done the one before. The clinic
publishes all, retained, whenever it meets its broker, so that a broker that forgets costs time
only. A home's receipt ends a command; a plan or a message stays published, and says since when the
home has it. When a home has erased, nothing of it stays here either.
"""

from __future__ import annotations

import asyncio
import json
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from telemetry.errors import DecodeError, StoreError
from telemetry.files import write_atomically
from telemetry.identity import Name, Pseudonym
from telemetry.messages.around.letters import MessageTaken
from telemetry.messages.care import PlanAnswered
from telemetry.messages.notices import Command, PlanNotice, Receipt, TherapistMessage
from telemetry.transport.topics import HomeTopics, parse_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from telemetry.clock import Clock
    from telemetry.messages.care import CareRecord
    from telemetry.messages.notices import CommandKind
    from telemetry.transport.bus import Bus, Message

__all__ = ["Outbox", "OutboxLetter", "OutboxPublisher"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
ANSWER: Final = ".answer"
_OF_ANSWERS: Final = {"answered_ns", "answer", "note"}
_MATTERS: Final[Mapping[CommandKind, str]] = MappingProxyType(
    {
        "unlock": "standing",
        "lock": "standing",
        "keep motion": "motion",
        "send motion": "motion",
    }
)
"""Of commands that stand beside an erasure or a withdrawal, and beside each other."""


class OutboxLetter(BaseModel):
    """One notice on its way.

    Attributes:
        id: the plan's version, or the ULID of a message or a command.
        answered_ns: when the home answered, by its clock; None: not yet.
        answer: `taken`, `done` or `refused`.
        left: sites at which the one before stood: nothing of it stays published there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: Name
    patient: Pseudonym
    what: Literal["plan", "message", "command"]
    id: str
    notice: PlanNotice | TherapistMessage | Command
    answered_ns: int | None = None
    answer: str | None = None
    note: str = ""
    left: tuple[Name, ...] = ()

    @property
    def topic(self) -> str:
        """Where it is published."""
        return self._topic_at(self.site)

    @property
    def left_topics(self) -> tuple[str, ...]:
        """Where the one before was."""
        return tuple(self._topic_at(site) for site in self.left)

    def _topic_at(self, site: str) -> str:
        topics = HomeTopics(site, self.patient)
        return {"plan": topics.plan, "message": topics.message, "command": topics.command}[
            self.what
        ]

    @property
    def kind(self) -> str:
        """What a newer one takes the place of."""
        if not isinstance(self.notice, Command):
            return self.what
        matter = _MATTERS.get(self.notice.what)
        return self.what if matter is None else f"{self.what}-{matter}"

    @property
    def over(self) -> bool:
        """Whether it is a command that was answered."""
        return self.what == "command" and self.answer in ("done", "refused")


class Outbox:
    """The letters of one clinic.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def post(self, letter: OutboxLetter) -> None:
        """Put a letter in, in place of the one before of its kind.

        Raises:
            StoreError: the folder cannot be written.
        """
        path = self._path(letter.patient, letter.kind)
        before = _letter_at(path)
        if before is not None:
            left = dict.fromkeys((*letter.left, *before.left, before.site))
            left.pop(letter.site, None)
            letter = letter.model_copy(update={"left": tuple(left)})
        # One that is sent anew under its name is answered anew.
        path.with_suffix(ANSWER).unlink(missing_ok=True)
        write_atomically(path, letter.model_dump_json(indent=1, exclude=_OF_ANSWERS))

    def follow(self, patient: str, site: str) -> None:
        """Send plan and message to the site where the patient's home is by now.

        A command stays where it was given: it is for the box that had been told before.

        Raises:
            StoreError: the folder cannot be written.
        """
        for letter in self.letters(patient):
            if letter.what != "command" and letter.site != site:
                told = {"site": site, "answered_ns": None, "answer": None, "note": ""}
                self.post(letter.model_copy(update=told))

    def letters(self, patient: str | None = None) -> list[OutboxLetter]:
        """All letters, or one patient's; one that cannot be read is told and left out."""
        return [
            _answered(letter, path.with_suffix(ANSWER))
            for path in sorted(self._folder.glob(f"{patient or '*'}.*.json"))
            if (letter := _letter_at(path)) is not None
        ]

    def answer(self, receipt: Receipt) -> OutboxLetter | None:
        """Write an answer down; None where it is to no letter here, or an old one.

        Raises:
            StoreError: the folder cannot be written.
        """
        for letter in self.letters(receipt.patient):
            if (letter.what, letter.id) == (receipt.what, receipt.id):
                answered = letter.model_copy(
                    update={
                        "answered_ns": receipt.t_ns,
                        "answer": receipt.state,
                        "note": receipt.note,
                    }
                )
                if answered != letter:
                    path = self._path(letter.patient, letter.kind).with_suffix(ANSWER)
                    told = answered.model_dump_json(include={"id", *_OF_ANSWERS})
                    write_atomically(path, told)
                return answered
        return None

    def forget(self, patient: str) -> None:
        """Delete every letter to a patient's home."""
        for path in self._folder.glob(f"{patient}.*"):
            path.unlink(missing_ok=True)

    def _path(self, patient: str, what: str) -> Path:
        return self._folder / f"{patient}.{what}.json"


class OutboxPublisher:
    """Publishes the letters and takes the answers; `run` as a task until cancelled.

    Args:
        bus: the clinic's broker.
        outbox: the letters.
        clock: paces the look for new ones.
        note: takes what a home said of a plan, for the clinic's figures.
    """

    def __init__(
        self,
        bus: Bus,
        outbox: Outbox,
        clock: Clock,
        note: Callable[[Sequence[CareRecord]], None] = lambda _records: None,
    ) -> None:
        self.note = note
        self._bus = bus
        self._outbox = outbox
        self._clock = clock
        self._published: dict[str, bytes] = {}
        bus.subscribe(HomeTopics("+", "+").receipt, self._take, qos=1)
        bus.on_connect(self._published.clear)

    async def run(self) -> None:
        """Publish what is new, every two seconds."""
        while True:
            if self._bus.connected:
                self.publish(await asyncio.to_thread(self._outbox.letters))
            await self._clock.sleep(LOOK_EVERY_S)

    def publish(self, letters: list[OutboxLetter]) -> None:
        """Publish what the broker does not have from us yet; what was answered or has moved goes.

        Of a patient's commands the first that was not answered, an erasure before all.
        """
        wanted = dict.fromkeys((topic for x in letters for topic in x.left_topics), b"")
        for letter in _first_of_each_topic(letters):
            wanted[letter.topic] = b"" if letter.over else letter.notice.encode()
        for topic, payload in wanted.items():
            if self._published.get(topic) != payload:
                self._bus.publish(topic, payload, qos=1, retain=True)
                self._published[topic] = payload

    def _take(self, message: Message) -> None:
        message.acknowledge()
        if message.retained:
            if message.payload:  # an answer is given once: kept, it would come with each start
                self._bus.publish(message.topic, b"", qos=1, retain=True)
            return
        try:
            receipt = _receipt(message)
        except DecodeError as e:
            log.warning("refused: %s", e)
            return
        try:
            self._keep(receipt)
            letter = self._outbox.answer(receipt)
        except StoreError as e:
            log.warning("an answer could not be kept: %s", e)
            return
        if letter is None:
            return
        self.publish([x for x in self._outbox.letters(letter.patient) if x.what == letter.what])
        if isinstance(letter.notice, Command) and letter.notice.what == "erase":
            for other in self._outbox.letters(letter.patient):
                for topic in (other.topic, *other.left_topics):
                    self._bus.publish(topic, b"", qos=1, retain=True)
                    self._published.pop(topic, None)
            self._outbox.forget(letter.patient)
            log.info("a home has erased what it kept")

    def _keep(self, receipt: Receipt) -> None:
        """Note what a home said of what was sent to it; the same again is noted once."""
        known = [
            x
            for x in self._outbox.letters(receipt.patient)
            if (x.what, x.id) == (receipt.what, receipt.id)
        ]
        if not known or known[0].answered_ns == receipt.t_ns:
            return
        if receipt.what == "message" and receipt.state == "taken":
            self._keep_taken(known[0], receipt)
        if receipt.what != "plan" or receipt.state == "done" or not receipt.id.isdecimal():
            return
        self.note(
            [
                PlanAnswered(
                    patient=receipt.patient,
                    t_ns=self._clock.now_ns(),
                    version=int(receipt.id),
                    state="taken" if receipt.state == "taken" else "refused",
                    home_ns=receipt.t_ns,
                    note=receipt.note,
                    note_it=receipt.note_it,
                )
            ]
        )

    def _keep_taken(self, letter: OutboxLetter, receipt: Receipt) -> None:
        """A home has messages; with each connection it says so again, and once is enough."""
        if isinstance(letter.notice, TherapistMessage) and letter.answered_ns is None:
            self.note(
                [
                    MessageTaken(
                        patient=receipt.patient,
                        t_ns=self._clock.now_ns(),
                        message=told.message,
                        home_ns=receipt.t_ns,
                    )
                    for told in letter.notice.letters
                ]
            )


def _letter_at(path: Path) -> OutboxLetter | None:
    """The letter of a file; None where there is none, or it cannot be read."""
    try:
        return OutboxLetter.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as e:
        log.warning("letter %s is left out: %s", path.name.split(".", 1)[1], e)
        return None


def _answered(letter: OutboxLetter, path: Path) -> OutboxLetter:
    """The letter with its answer, where one came to this very letter."""
    try:
        told = json.loads(path.read_bytes())
        if not isinstance(told, dict) or told.pop("id", None) != letter.id:
            return letter
        return OutboxLetter.model_validate(letter.model_dump() | told)
    except FileNotFoundError:
        return letter
    except (OSError, ValueError) as e:
        log.warning("answer %s is left out (%s)", path.name.split(".", 1)[1], type(e).__name__)
        return letter


def _first_of_each_topic(letters: Sequence[OutboxLetter]) -> list[OutboxLetter]:
    def turn(letter: OutboxLetter) -> tuple[bool, bool, str]:
        notice = letter.notice
        erases = isinstance(notice, Command) and notice.what == "erase"
        return letter.over, not erases, letter.id

    first: dict[str, OutboxLetter] = {}
    for letter in sorted(letters, key=turn):
        first.setdefault(letter.topic, letter)
    return list(first.values())


def _receipt(message: Message) -> Receipt:
    """A home's answer, held against its topic.

    Raises:
        DecodeError: it cannot be read, or names another patient.
    """
    receipt = Receipt.decode(message.payload)
    if receipt.patient != parse_topic(message.topic).values["patient"]:
        raise DecodeError("receipt", "names another patient than its topic")
    return receipt
