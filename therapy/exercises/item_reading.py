"""What a result tells of one exercise, in words: the same on the page, in the game and on paper.

Each figure stands with its band, a count with its doubt; what is not observable stands with why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

from .observable import ARM_APART, TABLE
from .reading import count_reading, excursion_reading, peak_reading

if TYPE_CHECKING:
    from telemetry.messages.results import ActivePeak, ItemResult, RangeOfMotion, Repetition

__all__ = [
    "ItemReading",
    "excursion_told",
    "item_reading",
    "observable_wording",
    "peak_told",
    "refusal_of",
    "repetition_told",
]

_OBSERVABLES: Final = {
    told.en: told
    for told in (ARM_APART, *(w for row in TABLE for w in (row.what, row.no_angle)))
    if told is not None
}
_NOTHING_CAME: Final = Wording(
    "non si sa: dal sensore non è arrivato niente", "not known: nothing came from the sensor"
)
_NOT_KNOWN: Final = Wording("non si sa", "not known")
_ATTEMPTS: Final = Wording(
    "Tentativi rimasti molto indietro: {n}", "Attempts that stayed far behind: {n}"
)
_OTHER: Final = Wording("Altro movimento: {n} s", "Other movement: {n} s")
_NOT_JUDGED: Final = Wording(
    "La qualità non è giudicata: si è perso troppo",
    "Quality is not judged: too much was lost",
)
LEAST_OTHER_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class ItemReading:
    """One exercise.

    Attributes:
        count: its repetitions, between which numbers where they are in doubt.
        figures: the active peak from where it started, where its zero is known, then the excursion.
        refused: why there is no range; None where there is one, or none was looked for.
        beside: attempts, other movement, and whether quality is judged, each where there is some.
        repetitions: of each repetition its peak or excursion; None where no angle is told.
    """

    count: Wording
    figures: tuple[Wording, ...]
    refused: Wording | None
    beside: tuple[Wording, ...]
    repetitions: tuple[Wording | None, ...]


def item_reading(result: ItemResult) -> ItemReading:
    """All that a result tells of one exercise."""
    count = count_reading(len(result.repetitions), result.count_low, result.count_high)
    if not result.received:
        # Where it is told why, "nothing came" may be another reason than that.
        count = _NOTHING_CAME if refusal_of(result) is None else _NOT_KNOWN
    figures = (peak_told(result.active_peak), excursion_told(result.range_of_motion))
    return ItemReading(
        count=count,
        figures=tuple(told for told in figures if told is not None),
        refused=refusal_of(result),
        beside=tuple(_beside(result)),
        repetitions=tuple(map(repetition_told, result.repetitions)),
    )


def _beside(result: ItemResult) -> list[Wording]:
    other_s = sum(o.end_s - o.start_s for o in result.other_movement)
    told = []
    if result.attempts:
        told.append(_ATTEMPTS.filled(n=len(result.attempts)))
    if other_s >= LEAST_OTHER_S:
        told.append(_OTHER.filled(n=round(other_s)))
    if not result.judged:
        told.append(_NOT_JUDGED)
    return told


def peak_told(peak: ActivePeak | None) -> Wording | None:
    """The median active peak, `168°, from 20°`, with its band."""
    if peak is None:
        return None
    return peak_reading(peak.peak_deg, peak.start_deg, _band(peak.band_low_deg, peak.band_high_deg))


def excursion_told(found: RangeOfMotion | None) -> Wording | None:
    """The median excursion with its band."""
    if found is None:
        return None
    return excursion_reading(found.median_deg, _band(found.band_low_deg, found.band_high_deg))


def repetition_told(r: Repetition) -> Wording | None:
    """A repetition's peak from where it started, or else its excursion, with its own band."""
    if r.peak_deg is not None and r.start_deg is not None:
        return peak_reading(r.peak_deg, r.start_deg, _band(r.peak_low_deg, r.peak_high_deg))
    if r.range_deg is None:
        return None
    return excursion_reading(r.range_deg, _band(r.range_low_deg, r.range_high_deg))


def refusal_of(result: ItemResult, *known: Wording | None) -> Wording | None:
    """Why there is no range, as the gate told it; None where nothing was refused.

    Args:
        result: of the exercise.
        known: wordings beside those of the table of observables, such as the plan's.
    """
    reason = result.not_observable
    if not reason:
        return None
    told = next((d for d in result.doubts if d.en == reason), None)
    return observable_wording(reason, *known) if told is None else Wording(told.it, told.en)


def observable_wording(what: str, *known: Wording | None) -> Wording:
    """What a result names in English, in both languages where this room knows it."""
    wordings = {w.en: w for w in known if w is not None}
    return wordings.get(what) or _OBSERVABLES.get(what) or Wording(what, what)


def _band(low_deg: float | None, high_deg: float | None) -> tuple[float, float] | None:
    return None if low_deg is None or high_deg is None else (low_deg, high_deg)
