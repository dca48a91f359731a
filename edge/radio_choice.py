"""Which radio this machine uses: its own Bluetooth, or a virtual one in another process."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from edge.ble.radio import Radio, RadioBackend
from telemetry.errors import ConfigurationError, TransportError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["chosen_radio"]

VARIABLE = "RIPRESA_RADIO"


async def chosen_radio(environment: Mapping[str, str] = os.environ) -> Radio:
    """The machine's own Bluetooth, unless `RIPRESA_RADIO` names another radio.

    Its value is one of several adapters on Linux, e.g. `hci1`, or the socket of a virtual radio
    as a Bumble transport, e.g. `tcp-client:127.0.0.1:9001`: `python -m edge.virtual.serve`
    offers one.

    Raises:
        ConfigurationError: the value is set, and Bumble is not installed.
        TransportError: nobody listens there.
    """
    spec = environment.get(VARIABLE)
    if not spec:
        return Radio()
    if re.fullmatch(r"hci\d+", spec):
        return Radio(RadioBackend(options={"bluez": {"adapter": spec}}))
    try:
        from edge.virtual.adapter import VirtualAdapter  # noqa: PLC0415 - an extra, not a core part
        from edge.virtual.backend import VirtualClient, VirtualScanner  # noqa: PLC0415
    except ImportError as e:
        raise ConfigurationError(
            f"{VARIABLE} asks for a virtual radio: install Ripresa with its extra 'demo'"
        ) from e
    try:
        adapter = await VirtualAdapter.on_transport(spec)
    except (OSError, ValueError) as e:
        raise TransportError(f"{VARIABLE}={spec}: no virtual radio there ({e})") from e
    return Radio(RadioBackend(VirtualClient, VirtualScanner, {"radio": adapter}, adapter.close))
