"""The therapist's message as a page of its own, before a session begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from games.persuasion.prompts import PROMPTS, Mechanism
from telemetry.messages.requests import NotePrompt

from .page import Choice, Page, Read
from .session_texts import SESSION

if TYPE_CHECKING:
    from therapy.wording import Language

__all__ = ["Letter", "letter_page", "told_read"]

GUARD_S = 1.0
VARIANT = "quote"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: its ULID and what it says."""

    message: str
    text: str


def letter_page(letter: Letter, language: Language) -> Page:
    """One message, read aloud as well; to have read it is said by the person."""
    title = PROMPTS[Mechanism.MESSAGE][VARIANT][language]
    read = Choice(SESSION["read"][language], Read(letter.message))
    return Page(
        title,
        lines=(f"«{letter.text}»" if language == "it" else f"“{letter.text}”",),
        choices=(read,),
        spoken=f"{title}: {letter.text}",
        guard_s=GUARD_S,
    )


def told_read(message: str, language: Language) -> NotePrompt:
    """The request that has it recorded."""
    return NotePrompt(
        mechanism=Mechanism.MESSAGE.value, variant=VARIANT, language=language, message=message
    )
