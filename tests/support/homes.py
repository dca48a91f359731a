"""Homes for tests that hold sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ripresa.home.home import Home
from ripresa.platform.configuration import Folder, Identity
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ScaledClock
from telemetry.transport.mqtt import MqttSettings
from therapy.plan.plan_file import sample_plan

if TYPE_CHECKING:
    from pathlib import Path


def one_exercise_home(root: Path, broker_port: int) -> Home:
    """A home whose plan asks for arm abduction alone; its clock runs at four times the speed."""
    folder = Folder(root).create()
    plan = sample_plan()
    items = tuple(i for i in plan.items if i.id == "abduction")
    PlanFolder(folder.plans).add(plan.model_copy(update={"items": items}))
    broker = MqttSettings(port=broker_port)
    return Home(
        folder=folder,
        identity=Identity(),
        broker=broker,
        clinic_broker=broker,
        clock=ScaledClock.start(4),
    )
