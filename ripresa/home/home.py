"""What a home is: its folder, who it is, its two brokers, its clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ripresa.platform.configuration import Folder, Identity
    from telemetry.clock import Clock
    from telemetry.transport.mqtt import MqttSettings

__all__ = ["Home"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What a home is.

    Attributes:
        folder: its state.
        identity: site, patient, gateway.
        broker: the loopback broker, for the live path.
        clinic_broker: the clinic's; the loopback one where the home has joined none.
        clock: stamps and paces.
        surveys: the way of anonymous answers to the clinic; None: they stay here.
    """

    folder: Folder
    identity: Identity
    broker: MqttSettings
    clinic_broker: MqttSettings
    clock: Clock
    surveys: MqttSettings | None = None
