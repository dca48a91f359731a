"""`ripresa lsl`: a running session on the laboratory's network."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["lsl"]


def lsl(
    patient: Annotated[str | None, typer.Option(help="Pseudonym; without it this home's.")] = None,
    site: Annotated[str | None, typer.Option(help="Without it this home's.")] = None,
) -> None:
    """Send motion, joint angles and events to the Lab Streaming Layer, until stopped.

    It hears the broker of RIPRESA_MQTT_HOST. LSL asks nobody who listens: whoever is on the network
    can read along, pseudonym included.
    """
    from research.laboratory.lsl_outlets import LslOutlets
    from ripresa.laboratory.lsl_bridge import bridge_to_lsl, opened_here
    from ripresa.platform.configuration import Identity, clock_from, mqtt_settings
    from ripresa.platform.program import run_until_stopped
    from telemetry.transport.topics import HomeTopics

    own = Identity.read()
    topics = HomeTopics(site or own.site, patient or own.patient)
    outlets = LslOutlets(clock_from(), opened_here)
    run_until_stopped(bridge_to_lsl(mqtt_settings(), topics, outlets))
