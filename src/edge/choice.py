"""Which radio this machine uses: its own Bluetooth, or a virtual one in another process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError, TransportError

from .radio import Radio, RadioBackend

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["chosen_radio"]

VARIABLE = "RIPRESA_RADIO"


async def chosen_radio(environment: Mapping[str, str] = os.environ) -> Radio:
    """The machine's own Bluetooth, unless `RIPRESA_RADIO` names a virtual radio's socket.

    Its value is a Bumble transport, e.g. `tcp-client:127.0.0.1:9001`, as
    `python -m edge.virtual.serve` offers it.

    Raises:
        ConfigurationError: the value is set, and Bumble is not installed.
        TransportError: nobody listens there.
    """
    spec = environment.get(VARIABLE)
    if not spec:
        return Radio()
    try:
        from .virtual.adapter import VirtualAdapter  # noqa: PLC0415 - an extra, not a core part
        from .virtual.backend import VirtualClient, VirtualScanner  # noqa: PLC0415
    except ImportError as e:
        raise ConfigurationError(
            f"{VARIABLE} asks for a virtual radio: install Ripresa with its extra 'demo'"
        ) from e
    try:
        adapter = await VirtualAdapter.on_transport(spec)
    except (OSError, ValueError) as e:
        raise TransportError(f"{VARIABLE}={spec}: no virtual radio there ({e})") from e
    return Radio(RadioBackend(VirtualClient, VirtualScanner, {"radio": adapter}, adapter.close))
