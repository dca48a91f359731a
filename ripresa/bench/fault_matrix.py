"""The fault matrix: every fault of the radio, the record path and the processes, many seeds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from edge.rehearsal.radio_faults import RADIO_FAULTS, run_radio_fault
from ingest.faults.kills import bench_kills
from ingest.faults.record_faults import FAULTS, bench_record_faults
from ripresa.platform.broker import find_mosquitto
from telemetry.clock import ScaledClock, SystemClock
from telemetry.errors import ConfigurationError

from .clinic_for_faults import ClinicForFaults
from .clinic_under_test import clinic_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from edge.rehearsal.radio_faults import FaultOutcome
    from ingest.faults.record_faults import FaultReport

__all__ = ["bench_faults", "what_is_amiss"]

RADIO_SPEED = 8.0
KILLED = ("home kill -9", "broker kill -9", "clinic kill -9")
KILL_SEED = 1


def bench_faults(
    folder: Path,
    *,
    seeds: Sequence[int] = tuple(range(20)),
    said: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run every fault once for each seed.

    Radio faults are held against the virtual wearable's own count; faults of the record path
    and killed processes, both with the real `clinic run`, against what the home's journal had
    promised to keep.

    Args:
        folder: scratch space.
        seeds: of everything random.
        said: told of progress.

    Returns:
        `runs`, `faults` (names), `undeclared_lost`, `duplicates` (surplus ones included),
        `declared_lost`; in `amiss` each scene that lost or doubled something: its `fault`, its
        `seed` and how many samples of which. All kills are one scene.

    Raises:
        ConfigurationError: there is no mosquitto.
        StoreError: the clinic did not get everything in time.
    """
    tell = said or (lambda _: None)
    amiss: list[dict[str, object]] = []

    def hold(report: FaultOutcome | FaultReport) -> None:
        if wrong := what_is_amiss(report):
            amiss.append(wrong)
            tell(f"amiss: {report}")

    totals = {"runs": 0, "undeclared_lost": 0, "duplicates": 0, "declared_lost": 0}

    def add(runs: int, undeclared: float, duplicates: float, declared: float) -> None:
        totals["runs"] += runs
        totals["undeclared_lost"] += int(undeclared)
        totals["duplicates"] += int(duplicates)
        totals["declared_lost"] += int(declared)

    for fault in RADIO_FAULTS:
        tell(f"radio: {fault}")
        for seed in seeds:
            clock = ScaledClock.start(RADIO_SPEED)
            found = asyncio.run(run_radio_fault(fault, seed, clock))
            surplus = found.duplicates + found.surplus
            add(1, found.undeclared_lost, surplus, found.declared_lost)
            hold(found)
    names: list[str] = [*RADIO_FAULTS, *FAULTS]
    mosquitto = find_mosquitto()
    if mosquitto is None:
        raise ConfigurationError("the faults are done to a real clinic and broker: get mosquitto")
    tell("record path, with clinic run")
    with ClinicForFaults(folder / "faulted", mosquitto) as clinic:
        record = bench_record_faults(folder / "record", seeds=seeds, clinic=clinic.scene, told=hold)
    add(
        int(_number(record["runs"])),
        _number(record["undeclared_lost"]),
        _number(record["duplicates"]),
        _number(record["declared_lost"]),
    )
    tell("killed processes")
    runs = len(KILLED) * len(seeds)
    kills = bench_kills(
        folder / "kills",
        SystemClock(),
        runs=runs,
        seed=KILL_SEED,
        mosquitto=mosquitto,
        clinic=clinic_program(folder / "clinic"),
    )
    add(runs, kills["lost"], kills["stored_twice"], 0)
    if kills["lost"] or kills["stored_twice"]:
        wrong = {"undeclared_lost": kills["lost"], "duplicates": kills["stored_twice"]}
        amiss.append({"fault": ", ".join(KILLED), "seed": KILL_SEED} | wrong)
    names += KILLED
    return {"runs": totals.pop("runs"), "faults": names, **totals, "amiss": amiss}


def what_is_amiss(report: FaultOutcome | FaultReport) -> dict[str, object]:
    """A scene by its `fault` and `seed` with what was wrong in it; empty where nothing was."""
    wrong = {
        "undeclared_lost": report.undeclared_lost,
        "duplicates": report.duplicates,
        "surplus": report.surplus,
    }
    return {"fault": report.fault, "seed": report.seed} | wrong if any(wrong.values()) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
