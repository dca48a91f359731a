"""BrainFlow's synthetic board, polled each millisecond: how late its samples are."""

from __future__ import annotations

import importlib
import importlib.util
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["bench_brainflow"]

ROUNDS: Final = 5
SECONDS: Final = 2.5


def bench_brainflow(_: Path) -> dict[str, float]:
    """From the board's own stamp to the program that polls it each millisecond.

    Returns:
        `brainflow.p50_ms`, `p95_ms`, `p99_ms`: the median of five turns.

    Raises:
        ConfigurationError: BrainFlow is not installed.
    """
    if importlib.util.find_spec("brainflow") is None:
        raise ConfigurationError("BrainFlow is not installed: pip install brainflow")
    turns = [_turn() for _ in range(ROUNDS)]
    return {
        f"brainflow.p{p}_ms": median(float(np.percentile(turn, p)) for turn in turns)
        for p in (50, 95, 99)
    }


def _turn() -> list[float]:
    shim: Any = importlib.import_module("brainflow.board_shim")
    board_shim, kind = shim.BoardShim, shim.BoardIds.SYNTHETIC_BOARD
    board_shim.disable_board_logger()
    board = board_shim(kind, shim.BrainFlowInputParams())
    stamps = board_shim.get_timestamp_channel(kind)
    late: list[float] = []
    board.prepare_session()
    try:
        board.start_stream()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(0.001)
            now_s = time.time()
            late += [1e3 * (now_s - stamp) for stamp in board.get_board_data()[stamps]]
    finally:
        board.release_session()
    return late
