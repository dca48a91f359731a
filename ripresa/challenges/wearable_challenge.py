"""The wearables challenge: what of a motion arrives, how true, how late, and what is said of it.

An entry's `solve` is an `edge.rehearsal.served_wearable.ServedWearable` of its kind. Data are

- `simulated`: its virtual twin senses known motions, and a gateway records it over a virtual radio.
  A twin is what its maker says of a device: this measures format, decoder and what is declared, not
  the device itself.
- a journal, archive or export with sessions that were recorded with the device: the streams of its
  model. There the motion is not known; loss is what was declared, noise the stillest second's.

Cases, simulated: five raises at different paces; a sensor that lies still; a radio with a
connection interval of 30 ms; a link that is cut on the way; a device at half its rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edge.rehearsal.served_wearable import ServedWearable, heard_arrays
from edge.virtual.motion_source import resampled, still, swing
from edge.wearables.catalogue import WEARABLES, WearableKind
from research.challenges.challenge import ChallengeEntry, Entry, EntryKind, Section
from research.challenges.entry_guard import FaultRows
from research.challenges.figures import FigureLabel, figure_rows, mean_figures
from research.challenges.running import Challenge, Scored, Scoring
from ripresa.recordings.session_source import session_source

from .careless_wearable import CARELESS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edge.virtual.motion_source import SensedMotion
    from research.challenges.challenge import Figure

__all__ = ["CHALLENGE", "WearableChallenge"]

TWINS = {
    "movella-dot": "edge.virtual.peripherals.virtual_dot:VirtualDot",
    "witmotion": "edge.virtual.peripherals.virtual_witmotion:VirtualWitMotion",
    "movesense": "edge.virtual.peripherals.virtual_movesense:VirtualMovesense",
    "thingy52": "edge.virtual.peripherals.virtual_thingy52:VirtualThingy52",
    "open-imu": "edge.virtual.peripherals.virtual_open_imu:VirtualOpenImu",
}
"""Ripresa's own that carry a gyroscope, by model."""
SIMULATED = "simulated"
ON_TWIN = "on its virtual twin, over a virtual radio; no device, nobody wears it"
SECONDS, RATE_HZ = 8.0, 60.0
PERIODS_S = (2.0, 3.0, 4.0, 5.0, 6.0)
NS_PER_MS = 1e6
UNFINISHED = 16
STILL_M_S2, STILL_DEG_S = 0.2, 2.0
DESIGN = {
    "lost_percent": FigureLabel("samples lost", "%"),
    "undeclared_percent": FigureLabel("samples lost without a word", "%"),
    "acc_error_m_s2": FigureLabel("acceleration, root mean square error", "m/s²"),
    "gyr_error_deg_s": FigureLabel("angular velocity, root mean square error", "°/s"),
    "acc_noise_m_s2": FigureLabel("noise floor of the acceleration", "m/s²"),
    "gyr_noise_deg_s": FigureLabel("noise floor of the angular velocity", "°/s"),
    "jitter_ms": FigureLabel("jitter of the samples' times", "ms"),
    "lag_ms": FigureLabel("lag of the arrivals, 95th percentile", "ms"),
    "cut_undeclared_percent": FigureLabel(
        "samples lost without a word when the link is cut", "%", topic="robustness"
    ),
    "half_rate_told_percent": FigureLabel(
        "told that it samples at half its rate", "%", "higher", topic="robustness"
    ),
}
ENERGY = {"battery_told_percent": FigureLabel("tells its battery", "%", "higher")}


@dataclass(frozen=True, slots=True)
class _Scene:
    """One simulated case."""

    name: str
    motion: SensedMotion
    more: Mapping[str, Any]
    score: Callable[[Mapping[str, Any], SensedMotion], dict[str, Any]]


class WearableChallenge(Challenge):
    """Wearables, heard over a virtual radio or as they were recorded."""

    name = "wearables"
    title = "Wearables"

    def entries(self) -> Sequence[Entry]:
        """Our own with a gyroscope, and a careless one, known to be wrong."""
        ours = {w.model: w for w in WEARABLES}
        kinds = [WearableKind(model, ours[model], twin) for model, twin in TWINS.items()]
        described = {kind.name: "ships with Ripresa" for kind in kinds}
        described[CARELESS.name] = (
            "an open-imu of which one notification in ten is lost, and whose "
        )
        described[CARELESS.name] += "scale is 5 % off; known to be wrong"
        return [
            ChallengeEntry(
                kind.name,
                self.name,
                ServedWearable(kind),
                EntryKind.WEARABLE,
                description=described[kind.name],
            )
            for kind in (*kinds, CARELESS)
        ]

    def score(self, scoring: Scoring) -> Scored:
        """Hear every wearable in every scene, or look at its streams in a place.

        Raises:
            ConfigurationError: subjects were asked for, or the place holds no sessions.
        """
        scoring.refuse_subjects("wearable")
        notes: list[str] = []
        faults = FaultRows(notes)
        simulated = scoring.data.lower() == SIMULATED
        scenes = _scenes() if simulated else []
        meter = scoring.meter(len(scenes) or 1)
        bodies: dict[str, dict[str, Any]] = {}
        for entry in scoring.entries:
            rows: dict[str, dict[str, Any]] = {}
            for scene in meter.over(entry, scenes):
                rows[scene.name] = {}
                with faults.row(entry, scene.name):
                    rows[scene.name] = _heard(entry, scene)
            if not simulated:
                with faults.row(entry, "its model"):
                    rows = _recorded(Path(scoring.data), str(entry.solve("facts")["model"]))
                if not rows:
                    notes.append(f"{entry.name}: no stream of its model in {scoring.data}")
            bodies[entry.name] = {
                "mean": mean_figures(rows.values(), (*DESIGN, *ENERGY)),
                "cases": rows,
            } | faults.of(entry)
        people = f"{len(scenes)} scenes {ON_TWIN}" if simulated else "streams as they were recorded"
        leading = bodies[scoring.entries[0].name]
        return Scored(
            population=people,
            body={"mean": leading["mean"], "entries": bodies},
            figures=[f for n, body in bodies.items() for f in _figures(n, body, people)],
            notes=notes,
        )


def _scenes() -> list[_Scene]:
    raises = [
        _Scene(f"raised in {p:g} s", swing(SECONDS, RATE_HZ, period_s=p), {}, _moved)
        for p in PERIODS_S
    ]
    moved = swing(SECONDS, RATE_HZ)
    return [
        *raises,
        _Scene("still", still(SECONDS, RATE_HZ), {}, _at_rest),
        _Scene("radio interval", moved, {"interval_s": 0.03}, _timed),
        _Scene("link cut", moved, {"cut_at": 0.4}, _cut),
        _Scene("half rate", moved, {"pace": 0.5}, _halved),
    ]


def _heard(entry: Entry, scene: _Scene) -> dict[str, Any]:
    motion = scene.motion
    told = entry.solve("hear", acc=motion.acc, gyr=motion.gyr, rate_hz=motion.rate_hz, **scene.more)
    row = scene.score(told, resampled(motion, float(told["rate_hz"])))
    battery = told["battery_percent"]
    return row | {"battery_told_percent": 100.0 * (battery is not None)}


def _moved(told: Mapping[str, Any], sensed: SensedMotion) -> dict[str, Any]:
    """Loss, and how far the values are off where sample and index belong together."""
    index = np.asarray(told["index"], np.int64)
    known = (index >= 0) & (index < len(sensed))
    row = _loss(told, sensed)
    for channel, truth, unit in (("acc", sensed.acc, 1.0), ("gyr", sensed.gyr, 180 / np.pi)):
        if told[channel] is None:
            continue
        values = np.asarray(told[channel], float)
        error = float(np.sqrt(np.mean((values[known] - truth[index[known]]) ** 2)) * unit)
        row["acc_error_m_s2" if channel == "acc" else "gyr_error_deg_s"] = error
    return row


def _at_rest(told: Mapping[str, Any], sensed: SensedMotion) -> dict[str, Any]:
    return _loss(told, sensed) | _noise(told, slice(None))


def _timed(told: Mapping[str, Any], sensed: SensedMotion) -> dict[str, Any]:
    return _loss(told, sensed) | _timing(told, float(told["rate_hz"]))


def _cut(told: Mapping[str, Any], sensed: SensedMotion) -> dict[str, Any]:
    return {"cut_undeclared_percent": _loss(told, sensed)["undeclared_percent"]}


def _halved(told: Mapping[str, Any], _sensed: SensedMotion) -> dict[str, Any]:
    """Told by a remark, by the rate it was opened with, or by gaps as long as what is missing."""
    remarked = any(kind == "rate" and state != "good" for kind, state in told["remarks"])
    opened = told["opened_hz"] is not None and abs(told["opened_hz"] / told["rate_hz"] - 1) < 0.1
    gaps = sum(count or 0 for _, count in told["gaps"]) > 0.8 * len(told["index"])
    return {"half_rate_told_percent": 100.0 * (remarked or opened or gaps)}


def _loss(told: Mapping[str, Any], sensed: SensedMotion) -> dict[str, Any]:
    stored = len(told["index"])
    counts = [count for _, count in told["gaps"]]
    missing = max(0, len(sensed) - stored)
    after_last = len(sensed) - 1 - int(told["index"][-1]) if stored else len(sensed)
    if after_last <= UNFINISHED:
        # What does not fill a notification at the end is not sent.
        missing = max(0, missing - after_last)
    # A gap of unknown length declares whatever is missing there.
    declared = missing if None in counts else min(missing, sum(c or 0 for c in counts))
    return {
        "lost_percent": 100.0 * missing / len(sensed),
        "undeclared_percent": 100.0 * (missing - declared) / len(sensed),
    }


def _noise(told: Mapping[str, Any], part: slice) -> dict[str, Any]:
    row = {"acc_noise_m_s2": float(np.asarray(told["acc"], float)[part].std(axis=0).max())}
    if told["gyr"] is not None:
        gyr = np.degrees(np.asarray(told["gyr"], float)[part])
        row["gyr_noise_deg_s"] = float(gyr.std(axis=0).max())
    return row


def _timing(told: Mapping[str, Any], rate_hz: float) -> dict[str, Any]:
    """Times against an even grid at the true rate; arrivals beyond the earliest of them."""
    due_ns = np.asarray(told["index"], float) / rate_hz * 1e9
    first = np.asarray(told["t_ns"], np.int64)[0]
    times = (np.asarray(told["t_ns"], np.int64) - first) - due_ns
    arrivals = (np.asarray(told["arrival_ns"], np.int64) - first) - due_ns
    late = arrivals - arrivals.min()
    return {
        "jitter_ms": float(times.std() / NS_PER_MS),
        "lag_ms": float(np.percentile(late, 95) / NS_PER_MS),
    }


def _recorded(place: Path, model: str) -> dict[str, dict[str, Any]]:
    """A row for each recorded stream of that model."""
    rows: dict[str, dict[str, Any]] = {}
    with session_source(place).reading() as reader:
        for session in reader.sessions():
            for stream in reader.streams(session.session, home=session.home):
                items = list(reader.stream_items(stream, home=session.home))
                if any(getattr(i, "model", None) == model for i in items):
                    row = _recorded_row(heard_arrays(items))
                    if row:
                        rows[f"{session.session} {stream}"] = row
    return rows


def _recorded_row(told: Mapping[str, Any]) -> dict[str, Any]:
    stored = len(told["index"])
    if stored < 2:
        return {}
    lost = sum(count or 0 for _, count in told["gaps"])
    steps = np.diff(np.asarray(told["t_ns"], np.int64)) / np.diff(told["index"])
    row = {"lost_percent": 100.0 * lost / (stored + lost)}
    row |= _timing(told, 1e9 / float(np.median(steps)))
    second = max(2, round(1e9 / float(np.median(steps))))
    starts = range(0, max(1, stored - second), second)
    quiet = min(starts, key=lambda s: np.asarray(told["acc"])[s : s + second].std(axis=0).max())
    noise = _noise(told, slice(quiet, quiet + second))
    # Who never lies still shows movement there, and no noise floor.
    still = noise["acc_noise_m_s2"] < STILL_M_S2 and noise.get("gyr_noise_deg_s", 0) < STILL_DEG_S
    return row | (noise if still else {})


def _figures(name: str, body: Mapping[str, Any], people: str) -> list[Figure]:
    both = ((Section.DESIGN, DESIGN), (Section.SUSTAINABILITY, ENERGY))
    return [
        figure
        for section, labels in both
        for figure in figure_rows(name, body["mean"], labels, section=section, population=people)
    ]


CHALLENGE = WearableChallenge()
