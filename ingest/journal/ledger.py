"""The account of samples: what was emitted, stored, declared lost; and what does not add up.

Pure functions over a stream's items. The promise is, for every stream that numbers its samples:
`emitted = stored + lost` with nothing undeclared and nothing stored twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from telemetry.messages.motion import StreamItem
    from telemetry.seams import SessionReader

__all__ = ["ARCHIVED", "AT_CLINIC", "Ledger", "StreamAccount", "balance", "stream_account"]

ARCHIVED: Final = "archived"
AT_CLINIC: Final = "kept at the clinic"

Spans: TypeAlias = "list[tuple[int, int]]"
"""Half-open index intervals, sorted, disjoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAccount:
    """What the items of one stream say.

    Attributes:
        stored: sample indices that are stored, each counted once.
        duplicates: samples stored more than once.
        lost: indices declared lost and not stored.
        moved: indices that retention has taken from this journal, stored elsewhere.
        undeclared: indices neither stored nor declared lost, up to the end that the stream
            declares, or else up to the last one seen.
        unknown_gaps: gaps whose size the wearable cannot tell.
        reasons: declared losses by reason.
        ended: whether the stream's end is there.
        numbered: False where the wearable does not number samples: loss on the radio is
            invisible there.
    """

    stream: str
    stored: int = 0
    duplicates: int = 0
    lost: int = 0
    moved: int = 0
    undeclared: int = 0
    unknown_gaps: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    ended: bool = False
    numbered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A session's account, in samples.

    Attributes:
        emitted: what the wearables sent, where their truth is known; else None.
        stored, lost, moved, duplicates, undeclared: sums over the streams.
        resent: samples that the uplink sent more than once.
    """

    emitted: int | None
    stored: int
    lost: int
    moved: int
    duplicates: int
    undeclared: int
    resent: int
    streams: tuple[StreamAccount, ...]

    @property
    def balanced(self) -> bool:
        """Whether everything emitted is stored once or declared lost."""
        whole = self.undeclared == 0 and self.duplicates == 0
        return whole and self.emitted in (None, self.stored + self.moved + self.lost)


def stream_account(
    stream: str, items: Iterable[StreamItem], *, moved: Collection[str] = (ARCHIVED,)
) -> StreamAccount:
    """Add up one stream; gaps with a reason in `moved` are no loss.

    1. Merge the batches' index intervals; what they overlap is a duplicate.
    2. Merge the declared gaps and take away what is stored after all.
    3. What lies below the stream's end in neither is undeclared.
    """
    batches: Spans = []
    gaps: dict[str, Spans] = {}
    unknown = end = 0
    ended, numbered = False, True
    for item in items:
        match item:
            case MotionBatch():
                batches.append((item.first_index, item.next_index))
            case StreamGap(count=None):
                unknown += 1
            case StreamGap(first_index=first, count=int(count), reason=reason):
                gaps.setdefault(reason, []).append((first, first + count))
            case StreamEnded():
                ended, end = True, max(end, item.next_index)
            case StreamOpened():
                numbered = item.numbered
    stored, duplicates = _merged(batches)
    claimed, reasons = stored, dict[str, int]()
    for reason, spans in gaps.items():
        after = _merged([*claimed, *spans])[0]
        if count := _size(after) - _size(claimed):
            reasons[reason] = count
        claimed = after
    elsewhere = sum(reasons.pop(reason, 0) for reason in moved)
    end = max(end, claimed[-1][1] if claimed else 0)
    return StreamAccount(
        stream=stream,
        stored=_size(stored),
        duplicates=duplicates,
        lost=sum(reasons.values()),
        moved=elsewhere,
        undeclared=end - _size(claimed),
        unknown_gaps=unknown,
        reasons=reasons,
        ended=ended,
        numbered=numbered,
    )


def balance(
    reader: SessionReader,
    streams: Iterable[str],
    *,
    emitted: int | None = None,
    resent: int = 0,
    moved: Collection[str] = (ARCHIVED,),
    home: str | None = None,
) -> Ledger:
    """Add up the streams of a session as one journal holds them.

    Args:
        reader: the journal that counts: the clinic's, or a home's own.
        streams: the session's.
        emitted: the wearables' own truth in samples, where it is known.
        resent: as the uplink counted.
        moved: reasons of gaps that are no loss: `ARCHIVED` at the clinic, `AT_CLINIC` at a home.
        home: whose session it is, where another home may call one the same.
    """
    accounts = tuple(
        stream_account(s, reader.stream_items(s, home=home), moved=moved) for s in streams
    )
    return Ledger(
        emitted=emitted,
        stored=sum(a.stored for a in accounts),
        lost=sum(a.lost for a in accounts),
        moved=sum(a.moved for a in accounts),
        duplicates=sum(a.duplicates for a in accounts),
        undeclared=sum(a.undeclared for a in accounts),
        resent=resent,
        streams=accounts,
    )


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[Spans, int]:
    """The union of intervals, and by how much they overlap."""
    union: Spans = []
    overlap = 0
    for first, stop in sorted(spans):
        if union and first <= union[-1][1]:
            overlap += max(0, min(stop, union[-1][1]) - first)
            union[-1] = (union[-1][0], max(stop, union[-1][1]))
        elif stop > first:
            union.append((first, stop))
    return union, overlap


def _size(spans: Spans) -> int:
    return sum(stop - first for first, stop in spans)
