"""Looking around: which wearables are in range, and which one is which."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edge.wearables.catalogue import identity_of, recognise
from telemetry.errors import ConfigurationError, DecodeError, RipresaError

from .identity_guard import Remembered
from .shaking import ShakeWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from edge.wearables.wearable import Wearable

    from .radio import Connection, Radio, Sighting

__all__ = ["FoundWearable", "Meeting", "blink", "look_around", "meet"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoundWearable:
    """A wearable in range; identity None where it could not be asked, with the reason."""

    model: str
    identity: str | None
    rssi: int
    battery_percent: int | None = None
    problem: str | None = None


async def look_around(radio: Radio, *, seconds: float = 5.0) -> AsyncIterator[FoundWearable]:
    """Scan, then ask each wearable in turn who it is.

    Raises:
        TransportError: no adapter, or no permission.
    """
    for sighting, wearable in (await _sightings(radio, seconds)).values():
        yield await _asked(radio, sighting, wearable)


async def blink(radio: Radio, identity: str, *, seconds: float = 5.0) -> bool:
    """Let the wearable of this identity show itself; False where its kind cannot.

    Raises:
        ConfigurationError: it is not in range.
        TransportError: no adapter, or no permission.
    """
    for sighting, wearable in (await _sightings(radio, seconds)).values():
        advertised = wearable.advertised_identity(sighting.advertisement)
        if advertised not in (None, identity):
            continue
        try:
            async with radio.connected(sighting) as connection:
                if await identity_of(wearable, sighting.advertisement, connection) == identity:
                    return await wearable.blink(connection)
        except RipresaError as e:
            log.warning("%s", e)
    raise ConfigurationError(
        f"{identity} is not in range: wake it up (press or shake it) and try again"
    )


@dataclass(frozen=True, slots=True)
class Meeting:
    """A wearable that was met to be bound.

    Attributes:
        remembered: what tells it from others.
        model: its kind.
        rssi: signal strength, dBm: the one in the hand is the strongest.
        others: how many more devices answer to its identity.
        shaken: seen being shaken on this very connection; None where that was not asked.
        authenticated: bonded by LE Secure Connections.
    """

    remembered: Remembered
    model: str
    rssi: int
    others: int
    shaken: bool | None
    authenticated: bool


async def meet(
    radio: Radio, identity: str, *, seconds: float = 5.0, shake_s: float = 0.0
) -> Meeting | None:
    """Connect to the wearable of this identity, the strongest if several answer to it.

    Args:
        radio: the adapter.
        identity: as it was found.
        seconds: how long to listen.
        shake_s: how long to wait for it to be shaken; 0: do not ask.

    Returns:
        None where it is not in range.

    Raises:
        TransportError: no adapter, no permission, or it did not do as told.
    """
    seen = sorted((await _sightings(radio, seconds)).values(), key=lambda s: -s[0].rssi)
    alike = [
        (sighting, wearable)
        for sighting, wearable in seen
        if wearable.advertised_identity(sighting.advertisement) in (None, identity)
    ]
    advertised = [s for s, w in alike if w.advertised_identity(s.advertisement) == identity]
    for sighting, wearable in alike:
        async with radio.connected(sighting) as connection:
            if await identity_of(wearable, sighting.advertisement, connection) != identity:
                continue
            information = await wearable.information(connection)
            shaken = await _shaken(wearable, connection, shake_s) if shake_s else None
            return Meeting(
                remembered=Remembered(sighting.address, information.serial),
                model=wearable.model,
                rssi=sighting.rssi,
                others=max(0, len(advertised) - 1),
                shaken=shaken,
                authenticated=await connection.bond(),
            )
    return None


async def _shaken(wearable: Wearable, connection: Connection, seconds: float) -> bool:
    """Whether this connection's own samples show a shake within so many seconds."""
    sampling = await wearable.configure(connection)
    decoder, watch, done = wearable.decoder(sampling), ShakeWatch(sampling.rate_hz), asyncio.Event()

    def look(characteristic: str, payload: bytes) -> None:
        with contextlib.suppress(DecodeError):
            reading = decoder.decode(characteristic, payload)
            if reading is not None:
                watch.take(reading)
        if watch.seen:
            done.set()

    for characteristic in wearable.data_characteristics:
        await connection.subscribe(characteristic, partial(look, characteristic))
    await wearable.start(connection, decoder)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await done.wait()
    await wearable.stop(connection)
    return watch.seen


async def _sightings(radio: Radio, seconds: float) -> dict[str, tuple[Sighting, Wearable]]:
    seen: dict[str, tuple[Sighting, Wearable]] = {}

    def on_sighting(sighting: Sighting) -> None:
        wearable = recognise(sighting.advertisement)
        if wearable is not None:
            seen[sighting.address] = (sighting, wearable)

    await radio.start_scan(on_sighting)
    await asyncio.sleep(seconds)
    await radio.stop_scan()
    return seen


async def _asked(radio: Radio, sighting: Sighting, wearable: Wearable) -> FoundWearable:
    try:
        async with radio.connected(sighting) as connection:
            identity = await identity_of(wearable, sighting.advertisement, connection)
            battery = await wearable.battery(connection)
    except RipresaError as e:
        advertised = wearable.advertised_identity(sighting.advertisement)
        return FoundWearable(wearable.model, advertised, sighting.rssi, problem=str(e))
    percent = None if battery is None else battery.percent
    return FoundWearable(wearable.model, identity, sighting.rssi, percent)
