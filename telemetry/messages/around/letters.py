"""A physiotherapist's word to a patient's next session: written, taken back, taken by the home.

That the person has read one is an event of the session in which they did (`PromptShown.message`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from telemetry.identity import UlidText
from telemetry.messages.bounds import Int64

from .care_body import CareBody, Who

__all__ = ["LETTER_LENGTH", "MessageTaken", "MessageWithdrawn", "MessageWritten"]

LETTER_LENGTH: Final = 280
"""Letters of a message: as many as a page of the home shows large enough to be read."""


class MessageWritten(CareBody):
    """Somebody wrote to the patient's next session, in the person's own language."""

    type: Literal["care.message-written"] = "care.message-written"
    message: UlidText
    text: Annotated[str, Field(min_length=1, max_length=LETTER_LENGTH)]
    by: Who


class MessageWithdrawn(CareBody):
    """It is not to be shown any more; where it was read already, it was."""

    type: Literal["care.message-withdrawn"] = "care.message-withdrawn"
    message: UlidText
    by: Who


class MessageTaken(CareBody):
    """The home has it; `home_ns` is when, by its clock."""

    type: Literal["care.message-taken"] = "care.message-taken"
    message: UlidText
    home_ns: Int64
