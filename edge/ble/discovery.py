"""Looking around: which wearables are in range, and which one is which."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.wearables.catalogue import identity_of, recognise
from telemetry.errors import ConfigurationError, RipresaError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from edge.wearables.wearable import Wearable

    from .radio import Radio, Sighting

__all__ = ["FoundWearable", "blink", "look_around"]

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
