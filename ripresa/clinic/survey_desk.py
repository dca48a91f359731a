"""The clinic's side of the anonymous questionnaire: takes answers in, keeps them, releases sums.

Each home has one credential a survey, which the clinic signed without seeing it: an answer counts
once, and nobody counts twice. Of an answer its marks are kept, and apart from them a hash of its
one-time token, so that a repeated delivery counts once. Both lists are sorted anew each time:
neither says what came when, and nothing links one to the other.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from games.persuasion.questionnaire import LEAST_ANSWERS, SurveyAnswer, released
from ripresa.survey.quarters import last_day
from telemetry.errors import DecodeError, StoreError
from telemetry.files import replacing
from telemetry.messages.surveys import SurveyNotice, SurveyTaken
from telemetry.transport.topics import SiteTopics, parse_topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from ripresa.survey.signing_keys import SigningKeys
    from telemetry.transport.bus import Bus, Message

__all__ = ["SurveyArchive", "SurveyBatch", "SurveyDesk"]

log = logging.getLogger(__name__)

QUEUED = 1000
"""More answers than this are turned away; their homes send them again."""


@dataclass(frozen=True, slots=True)
class SurveyBatch:
    """A released batch: how many answers at least, and the median mark of each item."""

    at_least: int
    medians: dict[str, float]


class SurveyArchive:
    """A folder with one file a survey, written anew as a whole for each answer.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def surveys(self) -> list[str]:
        """The surveys of which there are answers, in order."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def add(self, notice: SurveyNotice) -> bool:
        """Keep an answer, durably; False where it was there already.

        Raises:
            DecodeError: its marks are none of the questionnaire's.
            StoreError: the disk refuses, or the survey's file is damaged.
        """
        answer = SurveyAnswer.decode(SurveyAnswer(notice.survey, notice.marks).encode())
        kept = self._read(notice.survey)
        token = hashlib.sha256(bytes.fromhex(notice.token)).hexdigest()
        if token in kept["taken"]:
            return False
        taken = sorted([*kept["taken"], token])
        marks = sorted([*kept["marks"], answer.marks], key=lambda m: json.dumps(m, sort_keys=True))
        self._write(notice.survey, {**kept, "taken": taken, "marks": marks})
        return True

    def released(self, survey: str, today: date) -> list[SurveyBatch]:
        """What a survey says: nothing before it has ended, and then in batches of at least five.

        A batch is closed once and never changes: two looks cannot be subtracted, and an answer
        that comes later waits until there are five of its kind. The marks of a closed batch are
        not kept.

        Raises:
            StoreError: the survey's file is damaged, or the disk refuses.
        """
        kept = self._read(survey)
        if today > last_day(survey) and len(kept["marks"]) >= LEAST_ANSWERS:
            answers = [SurveyAnswer(survey, marks) for marks in kept["marks"]]
            medians = released(answers, survey) or {}
            at_least = len(answers) // LEAST_ANSWERS * LEAST_ANSWERS
            kept["batches"] = [*kept["batches"], {"at_least": at_least, "medians": medians}]
            self._write(survey, {**kept, "marks": []})
        return [SurveyBatch(b["at_least"], dict(b["medians"])) for b in kept["batches"]]

    def _read(self, survey: str) -> dict[str, list[Any]]:
        path = self._folder / f"{survey}.json"
        try:
            body = json.loads(path.read_bytes())
            return {
                "taken": list(body["taken"]),
                "marks": list(body["marks"]),
                "batches": list(body.get("batches", ())),
            }
        except FileNotFoundError:
            return {"taken": [], "marks": [], "batches": []}
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise StoreError(f"{path} cannot be read ({e}): restore it from a back-up") from e

    def _write(self, survey: str, body: dict[str, list[Any]]) -> None:
        path = self._folder / f"{survey}.json"
        with replacing(path) as scratch:
            scratch.write_text(json.dumps(body, indent=0, sort_keys=True), encoding="utf-8")
            # The file's own time would tell when the newest answer came.
            os.utime(scratch, (0, 0))


class SurveyDesk:
    """Takes answers from the bus; run it as a task until cancelled.

    Nothing of a message but its payload is looked at or logged. What cannot be stored is not
    answered, so its home sends it again.

    Args:
        bus: the clinic's connection; with `manual_ack` and `persistent` the broker keeps what
            comes while the clinic is away.
        archive: where they are kept.
        keys: of the surveys: an answer without a credential of theirs is refused.
        site: one site, or `+` for all that this broker serves.
        shut: told with each answer whether it could not be kept.
    """

    def __init__(
        self,
        bus: Bus,
        archive: SurveyArchive,
        keys: SigningKeys,
        *,
        site: str = "+",
        shut: Callable[[bool], object] = lambda _now: None,
    ) -> None:
        self._shut = shut
        self._bus = bus
        self._archive = archive
        self._keys = keys
        self._queue: asyncio.Queue[Message] = asyncio.Queue(QUEUED)
        self.refused = 0
        bus.subscribe(SiteTopics(site).survey, self._on_answer, qos=1)

    async def run(self) -> None:
        """Take answers until cancelled."""
        while True:
            message = await self._queue.get()
            taken = await asyncio.to_thread(self._take, message)
            message.acknowledge()
            if taken is not None:
                site = parse_topic(message.topic).values["site"]
                self._bus.publish(SiteTopics(site).survey_taken, taken.encode(), qos=1)

    def _on_answer(self, message: Message) -> None:
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            message.acknowledge()

    def _take(self, message: Message) -> SurveyTaken | None:
        try:
            notice = self._signed(message.payload)
            self._archive.add(notice)
        except DecodeError:
            # The reason would repeat what was sent, and that may be anything.
            self.refused += 1
            log.warning("an answer that is none was refused")
            return None
        except StoreError as e:
            log.warning("an anonymous answer is not kept, it will come again: %s", e)
            self._shut(True)
            return None
        self._shut(False)
        return SurveyTaken(token=notice.token)

    def _signed(self, payload: bytes) -> SurveyNotice:
        """Read an answer, and hold its credential to the survey's key.

        Raises:
            DecodeError: none, or without a credential of this clinic for its survey.
            StoreError: the key cannot be read.
        """
        notice = SurveyNotice.decode(payload)
        if not self._keys.has_signed(notice):
            raise DecodeError("questionnaire answer", "its credential is none of ours")
        return notice
