"""`bench players`: simulated players over twelve weeks, their success, their safety.

figures = bench_players()          # {"success_rate.volo.strong": 0.76, ..., "sessions": 1080}
plot_players(figures, Path("players.png"))
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from games.engine.game import game_named
from games.inputs.player import PROFILES

from .trials import SESSIONS_A_WEEK, play_weeks, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["SETTLING_WEEKS", "bench_players", "plot_players"]

OURS = ("onda", "raccolto", "volo")
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Okabe and Ito's, told apart by every kind of colour vision."""
SETTLING_WEEKS = 2
"""The difficulty finds its place in these; the success rate is taken after them."""


def bench_players(
    *,
    weeks: int = 12,
    seed: int = 1,
    games: Sequence[str] = OURS,
    said: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Let every kind of player play every game for weeks.

    Args:
        weeks: how many, five sessions each; more than `SETTLING_WEEKS`.
        seed: of all that is random.
        games: their names.
        said: told of progress, a line for each game and player.

    Returns:
        `success_rate.<game>.<player>` after the settling weeks, `level.<game>.<player>` at the
        end, `ended_for_pain.<game>.<player>` as a share of sessions, `safety_violations`,
        `sessions`, `repetitions`.
    """
    figures: dict[str, float] = {}
    total: Counter[str] = Counter()
    for name in games:
        game = game_named(name)
        for player in PROFILES:
            sessions = list(play_weeks(game, player, weeks=weeks, seed=seed))
            settled = sessions[SETTLING_WEEKS * SESSIONS_A_WEEK :] or sessions
            outcomes = [o for s in settled for o in s.outcomes]
            rate = sum(o.success for o in outcomes) / max(1, len(outcomes))
            stopped = sum(s.ended == "pain" for s in sessions) / len(sessions)
            figures[f"success_rate.{name}.{player}"] = round(rate, 4)
            figures[f"level.{name}.{player}"] = round(sessions[-1].next_level, 3)
            figures[f"ended_for_pain.{name}.{player}"] = round(stopped, 3)
            total["safety_violations"] += sum(len(violations(s)) for s in sessions)
            total["sessions"] += len(sessions)
            total["repetitions"] += sum(len(s.outcomes) for s in sessions)
            if said is not None:
                said(f"{name}, {player}: {rate:.0%} of {len(outcomes)} repetitions full")
    return {**figures, **{key: float(value) for key, value in total.items()}}


def plot_players(figures: dict[str, float], file: Path) -> None:
    """Draw the success rates as bars, a group for each game, with the band aimed at.

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
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    axes.axhspan(0.7, 0.8, color="#d9e8d4", label="70-80 %")
    for n, player in enumerate(PROFILES):
        places = [i + (n - 2.5) * 0.13 for i in range(len(games))]
        heights = [rates[game, player] for game in games]
        axes.bar(places, heights, 0.12, label=player.replace("_", " "), color=COLOURS[n])
    axes.set_xticks(range(len(games)), games)
    axes.set_ylim(0, 1)
    axes.set_ylabel("success rate")
    axes.set_title("Simulated players, twelve weeks; says nothing about people")
    figure.legend(ncols=7, fontsize="small", loc="outside lower center", frameon=False)
    try:
        figure.savefig(file, dpi=100)
    except OSError as e:
        raise ConfigurationError(f"plot {file} cannot be written: {e.strerror}") from e
