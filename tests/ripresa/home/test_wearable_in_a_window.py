"""A whole session of the real program in a real window, moved by a virtual wearable."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from arm_motion import raises, sensed
from edge.ble.binding import Bindings, bindings_file
from edge.virtual.process import RadioProcess
from ingest.journal.reading import JournalReader
from needs import need_program
from ripresa.home.history import counting_result
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ScaledClock
from therapy.plan.plan_file import load_plan
from walker import Walker

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(420)]

WALKED = Path(__file__).parents[2] / "support" / "walked_home.py"
STILL_S = 60
"""So long the arm hangs still, while the questions are answered and the sensor is calibrated."""
TOP_DEG = 80.0

PLAN = """
patient = "demo-patient"
version = 1
valid_from = 2020-01-01
limits = { rest_s = 5 }
[[items]]
id = "raise"
exercise = "forward-arm-raise"
side = "right"
posture = "seated"
placements = ["wrist-right"]
dose = { sets = 1, repetitions = 6 }
assessment = "every day"
game = "volo"
"""


@pytest.mark.parametrize(("language", "scale"), [("it", 1.0), ("en", 2.0)])
async def test_a_session_by_wearable_is_walked_to_its_last_card(
    display, language, scale, tmp_path, monkeypatch
):
    need_program("xdotool")
    need_program("mosquitto")
    folder = Folder(tmp_path / "home").create()
    (tmp_path / "plan.toml").write_text(PLAN)
    PlanFolder(folder.plans).add(load_plan(tmp_path / "plan.toml"))
    raised = raises(30, top_deg=TOP_DEG, rest_deg=0.0, up_s=2.5, hold_s=1.2, down_s=2.5)
    acc, gyr = sensed(np.concatenate([np.zeros(STILL_S * 60), raised]), noise=0.02)
    motion = tmp_path / "motion.npz"
    np.savez(motion, acc=acc, gyr=gyr, rate_hz=60.0)
    clock = ScaledClock.start(1)
    async with RadioProcess(["dot"], clock, motions=[motion]) as radio:
        path = bindings_file(folder.root)
        Bindings.load(path).bind(radio.identities[0], "wrist-right").save(path)
        own = {"RIPRESA_HOME": str(folder.root), "RIPRESA_RADIO": radio.transport}
        own["RIPRESA_CLOCK"] = clock.spec
        monkeypatch.delenv("RIPRESA_MQTT_PORT", raising=False)
        env = {**os.environ, **own}
        walker = await asyncio.to_thread(
            Walker, display, "wearable", [WALKED, language, scale, tmp_path], env=env
        )
        try:
            await asyncio.to_thread(walker.walk)
        finally:
            walker.end()
    with JournalReader(folder.home_journal) as reader:
        (kept,) = reader.sessions()
        events = reader.events(kept.session)
        result = counting_result(reader, kept.session)
    told = {e.type: e for e in events}
    assert told["segment.calibrated"].passed
    assert told["exercise.ended"].reason == "done"
    assert told["session.closed"].reason == "done"
    (item,) = [i for i in result.items if not i.assessment]
    assert item.range_of_motion.median_deg == pytest.approx(TOP_DEG, abs=8)
