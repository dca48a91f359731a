"""Orientation filters of others beside VQF, on the same samples in the same run."""

from __future__ import annotations

import importlib
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from vqf import VQF, offlineVQF

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analytics.signals.arrays import Array

__all__ = ["bench_orientation"]

RATE_HZ: Final = 100.0
SECONDS: Final = 60
CHUNK: Final = 10
ROUNDS: Final = 5
WINDOW_S: Final = 0.5


def bench_orientation(_: Path) -> dict[str, float]:
    """Speed of each filter as a share of VQF's over the whole array; processor time.

    Returns:
        `orientation.vqf_samples_per_s`, and `orientation.<filter>_ratio_to_vqf` for VQF in tens and
        one by one, `offlineVQF`, and of imufusion, ahrs' Madgwick and Complementary those that are
        installed: the median of five rounds.

    Raises:
        ConfigurationError: none of the other filters is installed.
    """
    acc, gyr = _swing()
    others = _others(acc, gyr)
    if not others:
        raise ConfigurationError(
            "no other orientation filter is installed: pip install imufusion ahrs"
        )
    filters = _of_vqf(acc, gyr) | others
    rounds = []
    for _round in range(ROUNDS):
        whole = _seconds(lambda: VQF(1 / RATE_HZ).updateBatch(gyr, acc))
        rounds.append((whole, {name: _seconds(work) for name, work in filters.items()}))
    return {
        "orientation.vqf_samples_per_s": len(acc) / median(whole for whole, _ in rounds),
        **{
            f"orientation.{name}_ratio_to_vqf": median(whole / took[name] for whole, took in rounds)
            for name in filters
        },
    }


def _of_vqf(acc: Array, gyr: Array) -> dict[str, Callable[[], object]]:
    def in_tens() -> None:
        vqf = VQF(1 / RATE_HZ)
        for i in range(0, len(acc), CHUNK):
            vqf.updateBatch(gyr[i : i + CHUNK], acc[i : i + CHUNK])

    def one_by_one() -> None:
        vqf = VQF(1 / RATE_HZ)
        for turned, felt in zip(gyr, acc, strict=True):
            vqf.update(turned, felt)

    return {
        "vqf_in_tens": in_tens,
        "vqf_one_by_one": one_by_one,
        "offline_vqf": lambda: offlineVQF(gyr, acc, None, 1 / RATE_HZ),
    }


def _others(acc: Array, gyr: Array) -> dict[str, Callable[[], object]]:
    found: dict[str, Callable[[], object]] = {}
    if imufusion := _module("imufusion"):
        degrees, gravities = np.degrees(gyr), acc / 9.81

        def fuse() -> None:
            ahrs = imufusion.Ahrs()
            ahrs.set_sample_period(1 / RATE_HZ)
            for turned, felt in zip(degrees, gravities, strict=True):
                ahrs.update_no_magnetometer(turned, felt)

        found["imufusion"] = fuse
    if filters := _module("ahrs.filters"):
        found["ahrs_madgwick"] = lambda: filters.Madgwick(gyr=gyr, acc=acc, frequency=RATE_HZ)
        found["ahrs_complementary"] = lambda: filters.Complementary(
            gyr=gyr, acc=acc, frequency=RATE_HZ
        )
    return found


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one run, over as many as fill the window."""
    runs, start = 0, time.process_time()
    while (taken := time.process_time() - start) < WINDOW_S or not runs:
        work()
        runs += 1
    return taken / runs


def _swing() -> tuple[Array, Array]:
    """A limb that swings about a horizontal axis, with a sensor's noise."""
    t = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    angle = np.cos(2 * np.pi * t / 4)
    zero = np.zeros_like(t)
    rng = np.random.default_rng(0)
    acc = 9.81 * np.stack((np.cos(angle), zero, np.sin(angle)), axis=1)
    gyr = np.stack((zero, np.gradient(angle) * RATE_HZ, zero), axis=1)
    return acc + rng.normal(0, 0.05, acc.shape), gyr + rng.normal(0, 0.005, gyr.shape)
