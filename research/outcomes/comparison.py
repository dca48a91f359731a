"""Two entries on the same cases: paired differences, with an interval by the bootstrap.

1. Cases that both answered are paired; what only one answered is counted and told, since who fails
   on the hard ones looks better in the rest.
2. For each number that both have of a case, the differences are those of the first entry from the
   second; their mean is told.
3. Its 95 % interval: the percentiles 2.5 and 97.5 of the means of `RESAMPLES` samples of the
   differences, drawn with replacement (Efron, *Annals of Statistics* 1979), from a fixed seed, so
   that the same input gives the same bytes. With fewer than `FEWEST` pairs there is none.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from .result_file import ChallengeResult

__all__ = ["Comparison", "PairedDifference", "bootstrap_interval", "compare"]

RESAMPLES, FEWEST, SEED = 2000, 5, 20_261_127


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """One number over all pairs.

    Attributes:
        key: of the number.
        better: `lower`, `higher`, or neither by itself.
        pairs: how many cases.
        first, second: their means over these cases.
        difference: mean of first minus second.
        low, high: its 95 % interval; None with too few pairs.
        first_better_percent: share of cases in which the first is better; None where no direction
            is known.
        verdict: in words.
    """

    key: str
    better: str
    pairs: int
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    first_better_percent: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two entries, number by number."""

    challenge: str
    population: str
    first: str
    second: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    neither: tuple[str, ...]
    differences: tuple[PairedDifference, ...]

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def compare(first: tuple[ChallengeResult, str], second: tuple[ChallengeResult, str]) -> Comparison:
    """Compare an entry with another, of the same run or of two on the same cases.

    Raises:
        ConfigurationError: an entry is not there, the runs are of different challenges, or no case
            was answered by both.
    """
    (one, a), (two, b) = first, second
    if one.challenge != two.challenge:
        raise ConfigurationError(
            f"{one.path} is of {one.challenge}, {two.path} of {two.challenge}: only entries of one "
            "challenge are compared"
        )
    rows_a, rows_b = one.rows(a), two.rows(b)
    failed_a, failed_b = one.faults(a).keys(), two.faults(b).keys()
    cases = [c for c in rows_a if c in rows_b]
    answered = [c for c in cases if c not in failed_a and c not in failed_b]
    if not answered:
        raise ConfigurationError(f"no case was answered by both {a!r} and {b!r}")
    better = {f.key: f.better for f in (*one.figures, *two.figures) if f.key} | {"error": "lower"}
    keys = sorted({key for c in answered for key in rows_a[c].keys() & rows_b[c].keys()})
    return Comparison(
        challenge=one.challenge,
        population=one.population,
        first=a,
        second=b,
        only_first=tuple(sorted(c for c in cases if c in failed_b and c not in failed_a)),
        only_second=tuple(sorted(c for c in cases if c in failed_a and c not in failed_b)),
        neither=tuple(sorted(c for c in cases if c in failed_a and c in failed_b)),
        differences=tuple(
            _difference(key, answered, rows_a, rows_b, better.get(key, "")) for key in keys
        ),
    )


def bootstrap_interval(values: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """The 95 % interval of the mean of [n] values; None where there are too few."""
    if len(values) < FEWEST:
        return None
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _difference(
    key: str,
    cases: Sequence[str],
    first: Mapping[str, Mapping[str, float]],
    second: Mapping[str, Mapping[str, float]],
    better: str,
) -> PairedDifference:
    paired = [c for c in cases if key in first[c] and key in second[c]]
    a = np.array([first[c][key] for c in paired])
    b = np.array([second[c][key] for c in paired])
    difference = a - b
    interval = bootstrap_interval(difference)
    wins = None
    if better:
        wins = 100 * float(np.mean(difference < 0 if better == "lower" else difference > 0))
    return PairedDifference(
        key=key,
        better=better,
        pairs=len(paired),
        first=float(a.mean()),
        second=float(b.mean()),
        difference=float(difference.mean()),
        low=None if interval is None else interval[0],
        high=None if interval is None else interval[1],
        first_better_percent=wins,
        verdict=_verdict(interval, better),
    )


def _verdict(interval: tuple[float, float] | None, better: str) -> str:
    if interval is None:
        return f"too few pairs: at least {FEWEST}"
    low, high = interval
    if low <= 0 <= high:
        return "no difference shown"
    if not better:
        return "they differ"
    return "the first is better" if (high < 0) == (better == "lower") else "the second is better"
