"""The physiotherapist's take, made of a recorded session of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.rules.control import ControlSample
from games.rules.take import Take
from telemetry.messages.around.take_curve import TAKE_POINTS, TAKE_S, TakeCurve
from telemetry.messages.live import ControlBatch
from therapy.wording import WordedError

from .replay import recorded_control

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.seams import SessionReader

__all__ = ["curve_of", "take_of"]


def take_of(reader: SessionReader, session: str, item: str, plans: Path) -> Take:
    """The first repetitions of an item of a session.

    Raises:
        ConfigurationError: the session holds no calibrated movement of it.
        StoreError: it cannot be read.
    """
    batches = [
        m
        for m in recorded_control(reader, session, plans)
        if isinstance(m, ControlBatch) and m.item == item and m.calibrated
    ]
    samples = [
        ControlSample(batch.t0_ns + dt_us * 1000, min(control, 1.0))
        for batch in batches
        for dt_us, control in zip(batch.dt_us, batch.control, strict=True)
    ]
    if not samples:
        raise WordedError(
            f"la seduta {session} non contiene movimenti misurati di {item!r}: ne registri altri",
            f"session {session} holds no movement of {item!r}: record more",
        )
    return Take.of(s for s in samples if s.t_ns - samples[0].t_ns < TAKE_S * 1_000_000_000)


def curve_of(take: Take, exercise: str) -> TakeCurve:
    """A take as it is sent: so many points at even times as the wire holds."""
    span_ms = min(round(take.times_s[-1] * 1000), TAKE_S * 1000)
    points = max(2, min(TAKE_POINTS, span_ms))
    times = sorted({round(n * span_ms / (points - 1)) for n in range(points)})
    levels = (min(1.0, max(0.0, take.at(t / 1000))) for t in times)
    return TakeCurve(
        exercise=exercise, t_ms=tuple(times), control=tuple(round(v, 4) for v in levels)
    )
