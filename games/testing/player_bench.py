"""`bench players`: simulated players over twelve weeks, their success, their safety.

figures = bench_players()          # {"success_rate.volo.strong": 0.99, ..., "sessions": 10800}
plot_players(figures, Path("players.png"))
"""

from __future__ import annotations

import statistics
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import TYPE_CHECKING

from games.engine.game import game_named
from games.rules.feedback import PRAISES

from .trials import PLAYERS, SESSIONS_A_WEEK, play_weeks, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from .trials import PlayedSession

__all__ = ["SETTLING_WEEKS", "bench_players", "plot_players"]

COUNTED = ("safety_violations", "sessions", "repetitions")
OURS = ("onda", "orto", "raccolto", "volo")
HATCHES = ("", "///", "...")
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Okabe and Ito's, told apart by every kind of colour vision."""
SETTLING_WEEKS = 2
"""The difficulty finds its place in these; the success rate is taken after them."""


def bench_players(
    *,
    weeks: int = 12,
    seed: int = 1,
    rounds: int = 4,
    games: Sequence[str] = OURS,
    said: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Let every kind of player play every game for weeks, on all cores.

    Args:
        weeks: how many, five sessions each; more than `SETTLING_WEEKS`.
        seed: of all that is random.
        rounds: how often each kind of player does so, every time by other chances.
        games: their names.
        said: told of progress, a line for each game and player.

    Returns:
        `success_rate.<game>.<player>`, the share of repetitions whose exercise layer is complete,
        and `ornament_rate.<game>.<player>`, the ornament's, both after the settling weeks;
        `level.<game>.<player>` at the end, on average, `ended_for_pain.<game>.<player>` and
        `never_ended.<game>.<player>` as shares of sessions, `told_late.<game>.<player>`, sessions
        of incomplete or hurried repetitions whose player was not told what to change within two of
        them; `safety_violations`, `sessions`, `repetitions`.
    """
    figures: dict[str, float] = {}
    total: Counter[str] = Counter()
    pairs = [(name, player) for name in games for player in PLAYERS]
    with ProcessPoolExecutor() as pool:
        found = pool.map(_played, pairs, repeat(weeks), repeat(range(seed, seed + rounds)))
        for (name, player), (own, counted) in zip(pairs, found, strict=True):
            figures |= {f"{key}.{name}.{player}": value for key, value in own.items()}
            total.update(counted)
            if said is not None:
                told = f"{own['success_rate']:.0%} complete, ornament {own['ornament_rate']:.0%}"
                said(f"{name}, {player}: {told}")
    return {**figures, **{key: float(total[key]) for key in COUNTED}}


def _played(
    pair: tuple[str, str], weeks: int, seeds: range
) -> tuple[dict[str, float], dict[str, int]]:
    """One kind of player in one game: figures, and what is counted over all."""
    name, player = pair
    game = game_named(name)
    runs = [list(play_weeks(game, player, weeks=weeks, seed=seed)) for seed in seeds]
    sessions = [s for run in runs for s in run]
    settled = [s for run in runs for s in run[SETTLING_WEEKS * SESSIONS_A_WEEK :]] or sessions
    outcomes = [o for s in settled for o in s.outcomes]
    own = {
        "success_rate": _share(o.success for o in outcomes),
        "ornament_rate": _share(o.ornament for o in outcomes),
        "level": round(statistics.mean(run[-1].next_level for run in runs), 3),
        "ended_for_pain": _share(s.ended == "pain" for s in sessions),
        "never_ended": _share(s.ended == "time" for s in sessions),
        "told_late": _share(_told_late(s) for s in sessions),
    }
    counted = {
        "safety_violations": sum(len(violations(s)) for s in sessions),
        "sessions": len(sessions),
        "repetitions": sum(len(s.outcomes) for s in sessions),
    }
    return own, counted


def _told_late(session: PlayedSession) -> bool:
    """Whether somebody whose first two were incomplete, or hurried, was not told by then."""
    first = session.outcomes[:2]
    if len(first) < 2 or any(o.success and o.calm is not False for o in first):
        return False
    return not any(trial <= 2 for trial, message in session.told if message not in PRAISES)


def _share(of: Iterable[bool]) -> float:
    values = list(of)
    return round(sum(values) / max(1, len(values)), 4)


def plot_players(figures: dict[str, float], file: Path) -> None:
    """Draw the success rates as bars, a group for each game, with what is aimed at.

    Raises:
        ConfigurationError: matplotlib is not installed, or the file cannot be written.
    """
    from telemetry.errors import ConfigurationError  # noqa: PLC0415

    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as e:
        raise ConfigurationError("plots need matplotlib: install ripresa[research]") from e
    rates = {
        tuple(key.split(".")[1:]): value
        for key, value in figures.items()
        if key.startswith("success_rate.")
    }
    games = sorted({game for game, _ in rates})
    figure = Figure(figsize=(11, 5), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0.95, color="#4a7a3c", label="95 %")
    shown = [player for player in PLAYERS if any(who == player for _, who in rates)]
    for n, player in enumerate(shown):
        places = [i + (n - len(shown) / 2) * 0.056 for i in range(len(games))]
        heights = [rates.get((game, player), 0.0) for game in games]
        shade = COLOURS[n % len(COLOURS)]
        hatch = HATCHES[n // len(COLOURS)]
        label = player.replace("_", " ")
        axes.bar(places, heights, 0.05, label=label, color=shade, hatch=hatch)
    axes.set_xticks(range(len(games)), games)
    axes.set_ylim(0, 1)
    axes.set_ylabel("complete repetitions")
    axes.set_title("Simulated players, twelve weeks; says nothing about people")
    figure.legend(ncols=8, fontsize="small", loc="outside lower center", frameon=False)
    try:
        figure.savefig(file, dpi=100)
    except OSError as e:
        raise ConfigurationError(f"plot {file} cannot be written: {e.strerror}") from e
