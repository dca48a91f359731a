"""What moves the game and the live page: small JSON messages, never recorded, never waited for."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from telemetry.errors import DecodeError
from telemetry.identity import UlidText

from .newer import first_problem

__all__ = [
    "ControlBatch",
    "FallNoticed",
    "LiveMessage",
    "RepetitionCounted",
    "SensorSilent",
    "Stamps",
    "Unfollowed",
    "decode_live",
    "encode_live",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Stamps(_Frozen):
    """When a batch's last sample passed each hop, nanoseconds of the shared clock."""

    sampled_ns: int
    arrived_ns: int
    received_ns: int
    analysed_ns: int


class ControlBatch(_Frozen):
    """The player's movement, normalised: 0 is rest, 1 is today's target.

    Attributes:
        item: the exercise item being played; None between items.
        t0_ns, dt_us: host time of each sample.
        control: one value a sample; may pass 1, which gains nothing.
        angle_deg: what a person reads, where the angle is observable; else None.
        target: where a repetition counts as full, in units of `control`.
        limit: the clinician's limit, in units of `control`; no target lies beyond it.
        calibrated: False while the range of today is still being found.
    """

    type: Literal["control"] = "control"
    session: UlidText
    item: str | None
    t0_ns: int
    dt_us: tuple[int, ...]
    control: tuple[float, ...]
    angle_deg: tuple[float, ...] | None = None
    target: float = 1.0
    limit: float = 1.0
    calibrated: bool = False
    stamps: Stamps | None = None


class RepetitionCounted(_Frozen):
    """One more repetition, provisional until the session closes.

    Attributes:
        t_ns: host time at which it was known.
        begun_ns, turned_ns: host times of its beginning and of its turning back; None: not known.
        reached: peak in units of `control`.
    """

    type: Literal["repetition"] = "repetition"
    session: UlidText
    item: str
    number: int
    t_ns: int
    range_deg: float | None
    peak_deg: float | None
    reached: float
    too_fast: bool = False
    flags: tuple[str, ...] = ()
    begun_ns: int | None = None
    turned_ns: int | None = None


class SensorSilent(_Frozen):
    """A stream gave no sample for longer than its frames allow, or gives fresh ones again.

    Attributes:
        silent: whether everything waits for it.
        why: `silent`, or `late` where samples come, each over half a second old.
    """

    type: Literal["silent"] = "silent"
    session: UlidText
    stream: str
    silent: bool
    why: Literal["silent", "late"] = "silent"


class FallNoticed(_Frozen):
    """A stream's motion looked like a fall; a reason to ask, no finding.

    Attributes:
        placement: where the wearable is worn.
        t_ns: host time of the impact.
    """

    type: Literal["fall"] = "fall"
    session: UlidText
    stream: str
    placement: str
    t_ns: int


class Unfollowed(_Frozen):
    """What computes gave an item up; its motion is recorded, and seen again at the close."""

    type: Literal["unfollowed"] = "unfollowed"
    session: UlidText
    item: str


LiveMessage: TypeAlias = Annotated[
    ControlBatch | RepetitionCounted | SensorSilent | FallNoticed | Unfollowed,
    Field(discriminator="type"),
]


_LIVE: TypeAdapter[LiveMessage] = TypeAdapter(LiveMessage)


def encode_live(message: LiveMessage) -> bytes:
    """One live message as JSON."""
    return _LIVE.dump_json(message)


def decode_live(payload: bytes) -> LiveMessage:
    """Read what `encode_live` wrote.

    Raises:
        DecodeError: not JSON, an unknown type, or a wrong field.
    """
    try:
        return _LIVE.validate_json(payload)
    except ValidationError as e:
        raise DecodeError("live message", first_problem(e)) from e
