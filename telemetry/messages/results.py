"""What the signal core found: the results that a session leaves.

Results name places in a stream by sample index and seconds in the item, never by wall clock,
so that the same samples give the same bytes. Live ones are provisional; those that count are
made once more from the recording at the session's close.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter

from telemetry.identity import Pseudonym, UlidText

from .bounds import STRICT, Count, Day, Int64
from .newer import Decoded, read_known

__all__ = [
    "AdherenceResult",
    "Conditioning",
    "ItemResult",
    "Measure",
    "RangeOfMotion",
    "Repetition",
    "Result",
    "Revision",
    "SessionResult",
    "decode_result",
    "encode_result",
    "read_result",
    "results_hash",
]


class _Frozen(BaseModel):
    model_config = STRICT


class Repetition(_Frozen):
    """One repetition of an exercise item.

    Indices are sample indices of `stream`; seconds count from the item's first sample.
    """

    number: Count
    start_index: Int64
    peak_index: Int64
    end_index: Int64
    start_s: float
    end_s: float
    range_deg: float | None
    peak_deg: float | None
    up_s: float
    hold_s: float
    down_s: float
    peak_velocity_deg_s: float | None = None
    sparc: float | None = None
    flags: tuple[str, ...] = ()


class RangeOfMotion(_Frozen):
    """Range over an item's repetitions, degrees; `what` names the observable, plainly."""

    what: str
    median_deg: float
    p10_deg: float
    p90_deg: float
    band_low_deg: float | None = None
    band_high_deg: float | None = None


class Measure(_Frozen):
    """What else the sensors saw of an item, e.g. `cadence` in `1/min`; one figure for the item."""

    name: str
    value: float
    unit: str


class Revision(_Frozen):
    """A repetition that was counted live and is none, or the other way round."""

    what: Literal["dropped", "added"]
    start_index: Int64
    end_index: Int64


class Conditioning(_Frozen):
    """What was done to an item's samples before anything was computed from them."""

    samples: Count = 0
    rejected: Count = 0
    interpolated: Count = 0
    missing: Count = 0
    restarts: Count = 0


class ItemResult(_Frozen):
    """One exercise item or assessment of one session, seen by one stream.

    `range_of_motion` is None where the sensors worn cannot see it; `not_observable` says why.
    `revisions` says where the repetitions, seen from the item's end, differ from the live count.
    """

    item: str
    exercise: str
    side: Literal["left", "right"]
    stream: str
    rate_hz: float
    assessment: bool = False
    repetitions: tuple[Repetition, ...]
    range_of_motion: RangeOfMotion | None
    not_observable: str | None = None
    measures: tuple[Measure, ...] = ()
    revisions: tuple[Revision, ...] = ()
    conditioning: Conditioning = Conditioning()


class SessionResult(_Frozen):
    """All that the core found in one session."""

    type: Literal["session.result"] = "session.result"
    session: UlidText
    core_version: str
    plan_version: Count
    provisional: bool
    supersedes: Count | None = None
    items: tuple[ItemResult, ...]


class AdherenceResult(_Frozen):
    """How much of the plan one day or session did; each part 0 to 1, None where unknown.

    A session is `measured` or `self-reported`; a day has one of the other states, with the safety
    rule that stopped it, or why nothing is known of it, in `reason`.
    """

    type: Literal["adherence.result"] = "adherence.result"
    session: UlidText | None = None
    patient: Pseudonym
    day: Day
    plan_version: Count
    state: Literal[
        "measured",
        "done",
        "partly",
        "self-reported",
        "excused",
        "unknown",
        "missed",
        "stopped by rule",
        "nothing asked",
    ]
    reason: str | None = None
    sessions: float | None = None
    dose: float | None = None
    range: float | None = None
    quality: float | None = None


Result: TypeAlias = Annotated[SessionResult | AdherenceResult, Field(discriminator="type")]
_ADAPTER: TypeAdapter[Result] = TypeAdapter(Result)


def encode_result(result: Result) -> bytes:
    """One result as JSON."""
    return _ADAPTER.dump_json(result)


def decode_result(payload: bytes) -> Result:
    """Read what `encode_result` wrote; fields that only a newer program knows are left out.

    Raises:
        NewerVersion: of a type that is not known here.
        DecodeError: not JSON, or a field missing or wrong.
    """
    return read_result(payload).content


def read_result(payload: bytes) -> Decoded[Result]:
    """As `decode_result`, and whether all of it was read.

    Raises:
        NewerVersion, DecodeError: as there.
    """
    return read_known(_ADAPTER, payload, "result")


def results_hash(result: SessionResult) -> str:
    """SHA-256 over what was found, leaving out what differs from run to run.

    Left out are the ULIDs of session and streams, and whether the result is provisional;
    a stream counts by its place among the result's streams.
    """
    places: dict[str, int] = {}
    items: list[dict[str, Any]] = []
    for item in result.items:
        body = item.model_dump(mode="json")
        body["stream"] = places.setdefault(item.stream, len(places))
        items.append(body)
    canonical = TypeAdapter(list[dict[str, Any]]).dump_json(items)
    head = f"{result.core_version}\n{result.plan_version}\n".encode()
    return hashlib.sha256(head + canonical).hexdigest()
