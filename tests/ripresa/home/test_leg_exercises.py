"""From plan to page: each exercise for legs that carry the body, in a home on virtual wearables.

A simulated person with known truth wears them; the real gateway, session service, core, journal and
page's view do the rest, and a game takes the live control.
"""

import asyncio

import numpy as np
import pytest

from dashboards.views.item_view import item_views
from edge.ble.binding import Bindings, bindings_file
from edge.virtual.process import RadioProcess
from games.rules.setting import setting_for
from homes import one_exercise_home
from research.session_cases.simulated_session import LEAD_S, Person, simulate_item
from ripresa.demo.demo_patient import DemoPatient
from ripresa.home.history import counting_result
from ripresa.home.home_at_work import HomeAtWork
from ripresa.session.plan_folder import PlanFolder
from telemetry.messages.requests import EndAssessment
from therapy.plan.plan_file import sample_plan
from therapy.plan.plan_item import PlanItem
from therapy.session.session_state import SessionStage

pytestmark = [pytest.mark.nightly, pytest.mark.slow, pytest.mark.timeout(240)]

DONE = {
    "heel-raise": ("heel-raise", 8),
    "hip-abduction": ("hip-abduction-alone", 8),
    "bridge": ("bridge", 8),
    "balance-stance": ("balance", 2),
    "walk": ("walk", 8),
    "chair-stand-30s": ("chair-test", 14),
}
"""By the library's id: the simulated exercise, and how much of it."""


def planned(home, exercise):
    """A plan of that exercise alone, standing cleared."""
    known = PlanItem(id="legs", exercise=exercise, side="right", assessment="never")
    site = known.known.sites[0]
    placement = site if site == "sternum" else f"{site}-right"
    item = known.model_copy(update={"placements": (placement,)})
    sample = sample_plan()
    limits = sample.limits.model_copy(update={"cleared_for_standing": True})
    for path in home.folder.plans.iterdir():
        path.unlink()
    PlanFolder(home.folder.plans).add(
        sample.model_copy(update={"items": (item,), "limits": limits})
    )
    return item, placement


@pytest.mark.parametrize("exercise", DONE)
async def test_an_exercise_goes_from_plan_to_game_to_page(
    exercise, tmp_path, mosquitto, monkeypatch
):
    name, amount = DONE[exercise]
    home = one_exercise_home(tmp_path / "home", mosquitto.port)
    item, placement = planned(home, exercise)
    made = simulate_item(name, Person(rate_hz=60.0, repetitions=amount), 4)
    readings = made.readings[made.what.sites[0]]
    first = np.tile(readings[: round(LEAD_S * 60)], (14, 1))
    if exercise == "balance-stance":
        # Who waits for the exercise shifts the feet: standing still would be a stance already.
        first[:, :3] *= 1 + 0.3 * np.sin(2 * np.pi * 2 * np.arange(len(first)) / 60)[:, None]
    whole = np.concatenate([first, readings])
    file = tmp_path / "motion.npz"
    np.savez(file, acc=whole[:, :3], gyr=whole[:, 3:], rate_hz=60.0)
    controls: list[float] = []
    async with RadioProcess(["dot"], home.clock, motions=[file]) as radio:
        monkeypatch.setenv("RIPRESA_RADIO", radio.transport)
        path = bindings_file(home.folder.root)
        Bindings.load(path).bind(radio.identities[0], placement).save(path)
        async with HomeAtWork.at_work(home) as at_work:
            at_work.box.bus.subscribe(
                at_work.home.identity.topics.control,
                lambda message: controls.append(len(message.payload)),
            )
            doing = asyncio.create_task(_exercise(at_work, radio, len(whole)))
            session = await at_work.hold_session()
            await doing
            journal = at_work.box.journal
            result = counting_result(journal, session)
            events = journal.events(session)
    assert setting_for(item, sample_plan().limits).dose >= 1
    assert controls
    (view,) = [v for v in item_views(events, result, (), {}) if v.exercise == exercise]
    done = len(made.motion.repetitions) // (2 if exercise == "chair-stand-30s" else 1)
    assert abs(view.done - done) <= 1
    if exercise in {"hip-abduction", "bridge"}:
        true_deg = made.truth().range_deg(())
        assert view.range_of_motion.median_deg == pytest.approx(true_deg, abs=7)
    else:
        assert view.range_of_motion is None
        assert view.not_observable.it
        assert view.measures


async def _exercise(at_work, radio, length):
    """Do as a person at the screen would, until the motion is through."""
    service, clock = at_work.box.service, at_work.home.clock
    patient = DemoPatient(at_work.box.bus, at_work.home.identity.topics, clock, service)
    await service.wait_for(lambda _: True)
    await patient.answer_questions(SessionStage.CHECK_IN)
    await patient.place_wearables()
    await at_work.box.positions.wait_for_streams(1)
    await patient.start_exercise()
    while (await radio.emitted())[0] < length - 60:
        await asyncio.sleep(0.2)
    if service.state.open_item:
        await patient.end_exercise()
    if service.state.stage is SessionStage.READY_TO_ASSESS:
        at_work.request(EndAssessment())
        await service.wait_for(lambda s: s.stage is SessionStage.CHECK_OUT)
    await patient.answer_questions(SessionStage.CHECK_OUT)
