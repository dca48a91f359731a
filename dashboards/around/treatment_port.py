"""What a page may do around a plan, whoever keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from telemetry.messages.care import CareRecord

__all__ = ["TakeSession", "TreatmentPort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSession:
    """A session that was held on the clinic's own machine.

    Attributes:
        session: ULID.
        patient: the pseudonym that it was held under.
        items: what was moved in it: item of its plan, and exercise.
        known: whether somebody of that pseudonym is treated here.
    """

    session: str
    patient: str
    opened_ns: int
    items: tuple[tuple[str, str], ...]
    known: bool


class TreatmentPort(Protocol):
    """The clinic's own deeds; called from the server's worker threads.

    Each raises `ConfigurationError` where it is about what there is not, and `StoreError` where it
    cannot be written down: then nothing has happened.
    """

    def write_message(self, patient: str, text: str, by: str) -> None:
        """Send a message to the patient's next session."""
        ...

    def withdraw_message(self, patient: str, message: str, by: str) -> None:
        """Take one back that was not read yet."""
        ...

    def unlock_standing(
        self, patient: str, by: str, *, lifted: bool = False, seen_ms: float | None = None
    ) -> int:
        """Allow standing exercises again after a fall, or take that back; returns when."""
        ...

    def reopen(self, patient: str, by: str) -> None:
        """Let treatment go on after a discharge, where it was."""
        ...

    def motion_at_home(self, patient: str) -> Literal["", "waiting", "done"]:
        """Whether the home has done what it was last told of raw motion; empty: never told."""
        ...

    def plan_at_home(self, patient: str) -> Literal["", "waiting", "done"]:
        """Whether the home has the plan, and its takes, as last sent; empty: none was."""
        ...

    def own_sessions(self) -> list[TakeSession] | None:
        """What a take can be made of, the newest first; None: that cannot be read now."""
        ...

    def send_take(self, patient: str, item: str, session: str, own_item: str, by: str) -> None:
        """Send an item's repetitions of such a session with the plan."""
        ...

    def withdraw_take(self, patient: str, item: str, by: str) -> None:
        """Send the plan without a take of an item's exercise."""
        ...

    def note(self, record: CareRecord, *, seen_ms: float | None = None) -> None:
        """Write down what only needs to be known.

        Args:
            record: what.
            seen_ms: when that was noted which it takes the place of; None: whatever there is.
        """
        ...
