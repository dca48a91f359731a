"""Where every sample went, in counts: the ledger that a page shows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["LossLedger"]


class LossLedger(BaseModel):
    """Samples on their way from the wearable to the clinic's journal.

    Attributes:
        emitted: sent by the wearables; None where nobody can know (a real wearable).
        received: taken by the gateway.
        stored: in the clinic's journal, each once.
        lost: declared lost for good, by gap markers.
        duplicates: stored twice; there should be none.
        resent: sent again on the way to the clinic; costs time, not data.
        refused: messages that could not be read, on any path.
        clock_offset_s: how far the home's clock is ahead of the clinic's; None where the home
            has not told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    emitted: int | None = Field(default=None, ge=0)
    received: int = Field(default=0, ge=0)
    stored: int = Field(default=0, ge=0)
    lost: int = Field(default=0, ge=0)
    duplicates: int = Field(default=0, ge=0)
    resent: int = Field(default=0, ge=0)
    refused: int = Field(default=0, ge=0)
    clock_offset_s: float | None = None
