"""What stands around a patient's plan: messages, episode, harm, hand-over, consents, answers.

Each is drawn from records that only ever add up: what is taken back is taken back by a later one,
and stays readable. Of two records of one thing the later counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeGuard, TypeVar

from telemetry.messages.around.agreements import CarerTold, ConsentTold
from telemetry.messages.around.episode import (
    EpisodeNoted,
    HandedOver,
    SensorsReturned,
    StandingUnlocked,
    TakenOver,
)
from telemetry.messages.around.harm import AdverseEventNoted, AdverseEventWithdrawn
from telemetry.messages.around.letters import MessageTaken, MessageWithdrawn, MessageWritten
from telemetry.messages.around.scores import QuestionnaireAnswered, QuestionnaireWithdrawn
from telemetry.messages.around.take_curve import TakeRecorded
from telemetry.messages.care import DaysExcused, Discharged, DoneCorrected, Enrolled
from telemetry.messages.events import CheckAnswered, PromptShown, SuspectedFall
from therapy.session.locks import standing_locks
from therapy.session.questions import BARRIER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from telemetry.messages.care import CareRecord
    from telemetry.messages.events import SessionEvent

__all__ = [
    "AROUND",
    "Around",
    "BarrierTold",
    "CoverState",
    "HarmState",
    "LetterState",
    "around_of",
    "is_beside",
]

AROUND: Final = (
    MessageWritten,
    MessageWithdrawn,
    MessageTaken,
    EpisodeNoted,
    SensorsReturned,
    StandingUnlocked,
    HandedOver,
    TakenOver,
    AdverseEventNoted,
    AdverseEventWithdrawn,
    ConsentTold,
    CarerTold,
    QuestionnaireAnswered,
    QuestionnaireWithdrawn,
    TakeRecorded,
)
"""The records that are read here and nowhere else."""

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterState:
    """How far one message of a therapist has come; None: not yet, or never.

    `taken_ns` and `read_ns` are by the home's clock.
    """

    written: MessageWritten
    taken_ns: int | None = None
    read_ns: int | None = None
    withdrawn: MessageWithdrawn | None = None

    @property
    def state(self) -> Literal["sent", "delivered", "read", "withdrawn"]:
        """Read stays read, whatever was taken back later."""
        if self.read_ns is not None:
            return "read"
        if self.withdrawn is not None:
            return "withdrawn"
        return "sent" if self.taken_ns is None else "delivered"


@dataclass(frozen=True, slots=True)
class BarrierTold:
    """What the person said had got in the way; `answer` None: they left the question out."""

    day: date | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class HarmState:
    """An adverse event as it was last written down, and whether it was taken back."""

    event: AdverseEventNoted
    withdrawn: AdverseEventWithdrawn | None = None


@dataclass(frozen=True, slots=True)
class CoverState:
    """A hand-over that was not taken back; `taken` by whom, None: nobody has taken over yet."""

    handed: HandedOver
    taken: TakenOver | None = None

    def holds(self, day: date) -> bool:
        """Whether it does on a day."""
        last = self.handed.last
        return self.handed.first <= day and (last is None or day <= last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """All of it.

    Attributes:
        letters: in the order in which they were written.
        barriers: in the order of their days.
        episode: as last noted.
        discharged: the word that ended it, where it is the last.
        unlocked: the last word on standing after a fall.
        locked_since_ns: since when a fall keeps standing locked; None: it does not.
        last_lock_ns: the last of the falls that do.
        harms: in the order of their days.
        hand_overs: those that were not taken back, in the order in which they were written, each
            with who has taken it over.
        carers: as each was last told of; one who helps no more is `lifted`.
        consents: by what, as last told.
        filled: questionnaires that count, in the order of their days.
        excused, corrected: everything said of days, in order.
        takes: by exercise, the physiotherapist's own that goes with the plan.
    """

    letters: tuple[LetterState, ...] = ()
    barriers: tuple[BarrierTold, ...] = ()
    episode: EpisodeNoted | None = None
    discharged: Discharged | None = None
    sensors: SensorsReturned | None = None
    unlocked: StandingUnlocked | None = None
    locked_since_ns: int | None = None
    last_lock_ns: int | None = None
    harms: tuple[HarmState, ...] = ()
    hand_overs: tuple[CoverState, ...] = ()
    carers: tuple[CarerTold, ...] = ()
    consents: Mapping[str, ConsentTold] = field(default_factory=dict)
    filled: tuple[QuestionnaireAnswered, ...] = ()
    excused: tuple[DaysExcused, ...] = ()
    corrected: tuple[DoneCorrected, ...] = ()
    takes: Mapping[str, TakeRecorded] = field(default_factory=dict)

    def stands_in(self, day: date) -> CoverState | None:
        """The hand-over that holds on a day; of several the one that was written last."""
        return next((c for c in reversed(self.hand_overs) if c.holds(day)), None)

    def to_take_over(self, day: date) -> CoverState | None:
        """The hand-over that whoever takes over on a day means: that which holds, else the last."""
        return self.stands_in(day) or next(reversed(self.hand_overs), None)

    def agreed(self, what: str) -> bool | None:
        """Whether the person agreed to something; None: nobody has told."""
        told = self.consents.get(what)
        return None if told is None else told.given


_Beside: TypeAlias = "tuple[date | None, Sequence[SessionEvent]]"


def is_beside(event: object) -> TypeGuard[SessionEvent]:
    """Whether an event of a session is one that is read here."""
    match event:
        case PromptShown(message=message):
            return message is not None
        case CheckAnswered(question=question):
            return question in {BARRIER, "fallen"}
    return isinstance(event, SuspectedFall)


def around_of(
    records: Sequence[CareRecord],
    beside: Sequence[_Beside],
    day_of: Callable[[int], date],
) -> Around:
    """What stands around a plan.

    Args:
        records: care records of one patient, in the order of their places.
        beside: of each session its day and, in order, the events for which `is_beside` holds.
        day_of: the day that a moment belongs to, as the pages have it.
    """
    ordered = sorted(records, key=lambda r: r.t_ns)
    unlocked = _last(ordered, StandingUnlocked)
    locks = standing_locks(
        (events for _, events in beside), None if unlocked is None else unlocked.covered_ns
    )
    word = next((r for r in reversed(ordered) if isinstance(r, Enrolled | Discharged)), None)
    gone = {r.filled for r in _of(ordered, QuestionnaireWithdrawn)}
    carers = {r.carer: r for r in _of(ordered, CarerTold)}
    filled = {r.filled: r for r in _of(ordered, QuestionnaireAnswered) if r.filled not in gone}
    takes = {r.exercise: r for r in _of(ordered, TakeRecorded)}
    return Around(
        letters=_letters(ordered, beside),
        barriers=_barriers(beside),
        episode=_last(ordered, EpisodeNoted),
        discharged=word if isinstance(word, Discharged) else None,
        sensors=_last(ordered, SensorsReturned),
        unlocked=unlocked,
        locked_since_ns=min(locks, default=None),
        last_lock_ns=max(locks, default=None),
        harms=_harms(ordered),
        hand_overs=_covers(ordered, day_of),
        carers=tuple(carers.values()),
        consents={r.what: r for r in _of(ordered, ConsentTold)},
        filled=tuple(sorted(filled.values(), key=lambda r: r.day)),
        excused=tuple(_of(ordered, DaysExcused)),
        corrected=tuple(_of(ordered, DoneCorrected)),
        takes={e: r for e, r in takes.items() if r.curve is not None},
    )


def _letters(ordered: Sequence[CareRecord], beside: Sequence[_Beside]) -> tuple[LetterState, ...]:
    taken: dict[str, int] = {}
    for record in _of(ordered, MessageTaken):
        taken.setdefault(record.message, record.home_ns)
    read: dict[str, int] = {}
    for event in (event for _, events in beside for event in events):
        if isinstance(event, PromptShown) and event.message is not None:
            read[event.message] = min(event.t_ns, read.get(event.message, event.t_ns))
    back = {r.message: r for r in _of(ordered, MessageWithdrawn)}
    found = {
        r.message: LetterState(
            written=r,
            taken_ns=taken.get(r.message, read.get(r.message)),
            read_ns=read.get(r.message),
            withdrawn=back.get(r.message),
        )
        for r in _of(ordered, MessageWritten)
    }
    return tuple(found.values())


def _barriers(beside: Iterable[_Beside]) -> tuple[BarrierTold, ...]:
    """Of each session the last answer: the person may have gone back to it."""
    told = []
    for day, events in beside:
        last = [e for e in events if isinstance(e, CheckAnswered) and e.question == BARRIER][-1:]
        told += [BarrierTold(day, e.answer if isinstance(e.answer, str) else None) for e in last]
    return tuple(sorted(told, key=lambda b: b.day.isoformat() if b.day else ""))


def _covers(ordered: Sequence[CareRecord], day_of: Callable[[int], date]) -> tuple[CoverState, ...]:
    """One for a later time takes nothing from one that holds now.

    Taken back is the one of that name and those days, or all where there is none such. Taken over
    is the one that the page shows on that day.
    """
    found: list[CoverState] = []
    for record in ordered:
        if isinstance(record, HandedOver):
            others = [c for c in found if not _same_cover(c.handed, record)]
            if record.lifted:
                found = others if len(others) < len(found) else []
            else:
                found = [*others, CoverState(record)]
        elif isinstance(record, TakenOver):
            meant = Around(hand_overs=tuple(found)).to_take_over(day_of(record.t_ns))
            found = [replace(c, taken=record) if c is meant else c for c in found]
    return tuple(found)


def _same_cover(one: HandedOver, other: HandedOver) -> bool:
    return (one.to, one.first, one.last) == (other.to, other.first, other.last)


def _harms(ordered: Sequence[CareRecord]) -> tuple[HarmState, ...]:
    back = {r.event: r for r in _of(ordered, AdverseEventWithdrawn)}
    noted = {r.event: r for r in _of(ordered, AdverseEventNoted)}
    found = []
    for event, record in noted.items():
        gone = back.get(event)
        # Written down anew after it was taken back, it stands again.
        stands = gone is None or gone.t_ns < record.t_ns
        found.append(HarmState(record, None if stands else gone))
    return tuple(sorted(found, key=lambda s: s.event.day))


def _of(ordered: Sequence[CareRecord], kind: type[_R]) -> list[_R]:
    return [r for r in ordered if isinstance(r, kind)]


def _last(ordered: Sequence[CareRecord], kind: type[_R]) -> _R | None:
    found = _of(ordered, kind)
    return found[-1] if found else None
