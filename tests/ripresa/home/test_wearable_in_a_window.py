"""Whole sessions of weeks 1, 5 and 12: the real program, a real window, a virtual wearable."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from arm_motion import raises, sensed
from edge.ble.binding import Bindings, bindings_file
from edge.virtual.process import RadioProcess
from games.journey.scene_walk import scene_named
from games.scenes.scene import Region
from games.session.way.way_texts import WAY
from ingest.journal.reading import JournalReader
from needs import need_program
from ripresa.home.history import counting_result
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ScaledClock
from therapy.plan.plan_file import load_plan
from walked_weeks import write_weeks
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
schedule = { times_per_week = 3 }
"""
PICTURES = os.environ.get("RIPRESA_TEST_PICTURES")
"""A folder that keeps what was seen, to be looked at."""


@pytest.mark.parametrize(
    "walk",
    [
        (1, "it", 1.0),
        (1, "en", 2.0),
        (5, "it", 2.0),
        (5, "en", 1.0),
        (12, "it", 1.0),
        (12, "en", 1.0),
    ],
    ids=lambda walk: "-".join(map(str, walk)),
)
async def test_a_session_by_wearable_is_walked_to_its_last_card(
    display, walk, tmp_path, monkeypatch
):
    week, language, scale = walk
    need_program("xdotool")
    need_program("mosquitto")
    folder = Folder(tmp_path / "home").create()
    (tmp_path / "plan.toml").write_text(PLAN)
    plan = load_plan(tmp_path / "plan.toml")
    PlanFolder(folder.plans).add(plan)
    write_weeks(folder.home_journal, plan, week - 1)
    seen = Path(PICTURES) / f"week-{week:02d}-{language}" if PICTURES else tmp_path
    seen.mkdir(parents=True, exist_ok=True)
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
            Walker, display, "wearable", [WALKED, language, scale, seen], env=env
        )
        try:
            await asyncio.to_thread(walker.walk)
        finally:
            walker.end()
    with JournalReader(folder.home_journal) as reader:
        *before, kept = reader.sessions()
        events = reader.events(kept.session)
        result = counting_result(reader, kept.session)
    assert len(before) == 3 * (week - 1)
    told = {e.type: e for e in events}
    scenes = [scene_named(e.variant) for e in events if getattr(e, "mechanism", "") == "scene"]
    assert [s.region for s in scenes] == [tuple(Region)[(week - 1) // 4]]
    assert WAY["title"][language] in walker.titles
    assert told["segment.calibrated"].passed
    assert told["exercise.ended"].reason == "done"
    assert told["session.closed"].reason == "done"
    (item,) = [i for i in result.items if not i.assessment]
    assert item.range_of_motion.median_deg == pytest.approx(TOP_DEG, abs=8)
