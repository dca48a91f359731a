"""What the signal core found: the results that a session leaves.

Results name places in a stream by sample index and seconds in the item, never by wall clock,
so that the same samples give the same bytes. Live ones are provisional; those that count are
made once more from the recording at the session's close.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter

from telemetry.body import Side
from telemetry.identity import Pseudonym, UlidText

from .bounds import STRICT, Count, Day, Int64
from .newer import Decoded, read_known

__all__ = [
    "ActivePeak",
    "AdherenceResult",
    "Attempt",
    "Conditioning",
    "DoubtNote",
    "ItemResult",
    "Measure",
    "OtherMovement",
    "RangeOfMotion",
    "Repetition",
    "Result",
    "Revision",
    "SessionResult",
    "SurveyTold",
    "decode_result",
    "encode_result",
    "read_result",
    "results_hash",
]

SurveyWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
"""A survey, an item, or one of an item's options."""


class _Frozen(BaseModel):
    model_config = STRICT


class Repetition(_Frozen):
    """One repetition of an exercise item.

    Indices are sample indices of `stream`; seconds count from the item's first sample. `peak_deg`
    and `start_deg` are told where the angle's zero is known, `range_deg` is the excursion between
    them; each with its 95 % band. `sparc` is of the way up, `sparc_down` of the way down. `flags`
    are about how the person moved, `technical` about how it was received.
    """

    number: Count
    start_index: Int64
    peak_index: Int64
    end_index: Int64
    start_s: float
    end_s: float
    range_deg: float | None
    peak_deg: float | None
    start_deg: float | None = None
    range_low_deg: float | None = None
    range_high_deg: float | None = None
    peak_low_deg: float | None = None
    peak_high_deg: float | None = None
    up_s: float
    hold_s: float
    down_s: float
    peak_velocity_deg_s: float | None = None
    sparc: float | None = None
    sparc_down: float | None = None
    flags: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()


class Attempt(_Frozen):
    """A movement in the exercise's posture that stays far behind the set's repetitions."""

    start_s: float
    end_s: float
    range_deg: float | None = None


class OtherMovement(_Frozen):
    """A stretch of an item in which something else was done: walking, handling, getting ready."""

    start_s: float
    end_s: float


class ActivePeak(_Frozen):
    """The median active peak of an item's repetitions with the angle they started from, degrees.

    Told where the angle's zero is known; a goniometer's reading, `168°, from 20°`.
    """

    what: str
    peak_deg: float
    start_deg: float
    band_low_deg: float
    band_high_deg: float


class DoubtNote(_Frozen):
    """Why a figure of an item is not told, or not trusted, in plain words."""

    kind: str
    it: str
    en: str


class RangeOfMotion(_Frozen):
    """Range over an item's repetitions, degrees; `what` names the observable, plainly."""

    what: str
    median_deg: float
    p10_deg: float
    p90_deg: float
    band_low_deg: float | None = None
    band_high_deg: float | None = None


class Measure(_Frozen):
    """What else the sensors saw of an item, e.g. `cadence` in `1/min`; one figure for the item.

    `low` to `high` holds the true one in 95 of 100 items, where the figure has such a band.
    """

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


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

    `count_low` to `count_high` holds the number of repetitions in 95 of 100 items. `alike` is how
    much neighbouring repetitions resemble each other, 1 where they are the same, 0 where nothing
    repeats; None for fewer than three. `judged` is false where so much was lost that the person's
    quality cannot be told. `moving_s` is the time of the repetitions and of the short breaks
    between them. `donning_sigma_deg` is what the band assumes of putting the sensor on anew.
    """

    item: str
    exercise: str
    side: Side
    stream: str
    rate_hz: float
    assessment: bool = False
    repetitions: tuple[Repetition, ...]
    range_of_motion: RangeOfMotion | None
    active_peak: ActivePeak | None = None
    not_observable: str | None = None
    doubts: tuple[DoubtNote, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    other_movement: tuple[OtherMovement, ...] = ()
    count_low: int | None = None
    count_high: int | None = None
    alike: float | None = None
    judged: bool = True
    moving_s: float | None = None
    donning_sigma_deg: float | None = None
    measures: tuple[Measure, ...] = ()
    revisions: tuple[Revision, ...] = ()
    conditioning: Conditioning = Conditioning()

    @property
    def received(self) -> bool:
        """Whether anything of use came from the sensor; of no such sample nothing is known."""
        came = self.conditioning.samples > self.conditioning.rejected
        return bool(self.repetitions) or came


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


class SurveyTold(_Frozen):
    """What became of a survey on a session's screens: that it was asked, then what was answered.

    It is written twice: as `asked` once its first question is on the screen, and as `answered` or
    `skipped` at its end. Where somebody goes away in between only the first one is there.

    Attributes:
        survey: which, such as `session-3`.
        done: sessions in which therapy was done by then, this one among them.
        answers: item to mark, or to the option that was chosen; items may be left out.
    """

    type: Literal["survey.told"] = "survey.told"
    session: UlidText
    patient: Pseudonym
    survey: SurveyWord
    done: Count
    state: Literal["asked", "answered", "skipped"]
    answers: dict[SurveyWord, Annotated[int, Field(ge=1, le=9)] | SurveyWord] = Field(
        default_factory=dict, max_length=20
    )


Result: TypeAlias = Annotated[
    SessionResult | AdherenceResult | SurveyTold, Field(discriminator="type")
]
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
