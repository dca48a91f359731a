"""Hours of wearables whose links creep, burst and break, in virtual time: do their clocks hold?"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from edge.gateway.counters import Counters
from edge.gateway.stream_assembly import Origin, StreamAssembly
from edge.wearables.wearable import Reading, Sampling
from telemetry.messages.motion import MotionBatch

from .link_model import HOST_EPOCH_US, simulated_arrivals

if TYPE_CHECKING:
    from telemetry.messages.motion import StreamItem

    from .link_model import Arrivals, Float64Array

__all__ = ["troubled_hours"]

RATE_HZ = 52.0
SKEWS_PPM = (60.0, -45.0, 20.0, -15.0, 35.0, -30.0)
QUIET_S = 600.0
WRAP_US = 1 << 32
STREAM = "01K0000000000000000000000A"


def troubled_hours(*, seconds: float = 7200.0, wearables: int = 6) -> dict[str, float]:
    """Several wearables through their gateway's assembly, each with troubles of its own.

    After ten quiet minutes each link, about every quarter of an hour and for some minutes, lets
    its samples come later and later, up to 15 s, until it catches up or breaks; it bursts, and
    loses its connection for up to 20 s.

    Returns:
        `apart_ms.p99`, of the pair that is furthest apart; `apart_ms.median`; `samples`;
        `undeclared`, samples neither stored nor counted as rejected; `rejected`; `streams`, of all
        wearables.
    """
    told, samples, undeclared, refused, streams = [], 0, 0, 0, 0
    for number in range(wearables):
        rng = np.random.default_rng([number, 31])
        skew = SKEWS_PPM[number % len(SKEWS_PPM)]
        arrivals = simulated_arrivals(rng, seconds=seconds, rate_hz=RATE_HZ, skew_ppm=skew)
        troubled, cuts = _troubled(rng, arrivals)
        true_s, error_s, missing, rejected, opened = _assembled(troubled, cuts)
        told.append((true_s, error_s))
        samples, undeclared = samples + len(true_s), undeclared + missing
        refused, streams = refused + rejected, streams + opened
    pairs = [_apart_ms(a, b) for a, b in itertools.combinations(told, 2)]
    return {
        "apart_ms.p99": max(float(np.percentile(p, 99)) for p in pairs),
        "apart_ms.median": float(np.median(np.concatenate(pairs))),
        "samples": float(samples),
        "undeclared": float(undeclared),
        "rejected": float(refused),
        "streams": float(streams),
    }


def _troubled(rng: np.random.Generator, arrivals: Arrivals) -> tuple[Arrivals, list[float]]:
    """With creeping, bursts and lost connections; and when these were lost."""
    arrival, true = arrivals.arrival_s.copy(), arrivals.true_s
    kept = np.ones(len(true), bool)
    cuts = []
    at = QUIET_S + rng.uniform(0, 300)
    while at < true[-1] - 60:
        length = rng.uniform(60, 400)
        inside = (true >= at) & (true < at + length)
        arrival[inside] += np.minimum((true[inside] - at) * rng.uniform(0.005, 0.05), 15)
        end = at + length
        if rng.random() < 0.5:
            gone = rng.uniform(1, 20)
            kept &= ~((arrival >= end) & (arrival < end + gone)) & ~(inside & (arrival >= end))
            cuts.append(end)
        for start in end + rng.uniform(30, 300, 3):
            stop = start + rng.uniform(0.3, 3)
            caught = (arrival > start) & (arrival < stop)
            arrival[caught] = stop
        at = end + rng.uniform(300, 900)
    arrival = np.maximum.accumulate(arrival)
    return (
        replace(
            arrivals,
            true_s=true[kept],
            device_s=arrivals.device_s[kept],
            arrival_s=arrival[kept],
        ),
        cuts,
    )


def _assembled(
    arrivals: Arrivals, cuts: list[float]
) -> tuple[Float64Array, Float64Array, int, int, int]:
    """True times, host times less these, samples undeclared and rejected, streams opened."""
    counters = Counters()
    assembly = StreamAssembly(
        Origin(wearable="troubled", model="simulated", placement="nowhere"),
        Sampling.in_g(RATE_HZ, wrap_us=WRAP_US),
        new_stream=lambda: STREAM,
        counters=counters,
    )
    n = len(arrivals.true_s)
    values = np.random.default_rng(n).normal(0, 1, (n, 3)).astype(np.float32)
    stamps, at_us = arrivals.device_us(), np.rint(arrivals.arrival_s * 1e6).astype(np.int64)
    waiting, pending, rejected = list(cuts), list[int](), 0
    rows: list[int] = []
    host_us: list[int] = []

    def store(items: list[StreamItem]) -> None:
        nonlocal rejected
        # What is rejected came before what is placed now.
        del pending[: counters.rejected_samples - rejected]
        rejected = counters.rejected_samples
        for item in items:
            if isinstance(item, MotionBatch):
                host_us.extend((item.t_ns // 1000 - HOST_EPOCH_US).tolist())
                rows.extend(pending[: len(item)])
                del pending[: len(item)]

    for i in range(n):
        while waiting and waiting[0] <= arrivals.arrival_s[i]:
            store(assembly.link_lost())
            waiting.pop(0)
        row = slice(i, i + 1)
        reading = Reading(values[row], values[row], None, stamps[row] % WRAP_US)
        pending.append(i)
        store(assembly.take(reading, (HOST_EPOCH_US + int(at_us[i])) * 1000))
    store(assembly.end("stopped", 0))
    true = arrivals.true_s[rows]
    return (
        true,
        np.array(host_us) / 1e6 - true,
        n - len(true) - rejected,
        rejected,
        assembly.epoch + 1,
    )


def _apart_ms(
    a: tuple[Float64Array, Float64Array], b: tuple[Float64Array, Float64Array]
) -> Float64Array:
    """[n] how far apart two wearables' errors are while both send."""
    (true_a, error_a), (true_b, error_b) = a, b
    apart: Float64Array = 1e3 * np.abs(error_a - np.interp(true_a, true_b, error_b))
    return apart
