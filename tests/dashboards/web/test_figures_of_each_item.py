"""A recorded session's page tells the figures of each of its items, not of the last one alone."""

import pytest

from dashboards.web.app import create_app
from dashboards.web.serving import serve
from telemetry.messages.results import ItemResult, Measure, Repetition, SessionResult
from therapy_builders import item, plan

pytestmark = pytest.mark.slow

FIGURES = {
    "balance-stance": (Measure(name="sway RMS", value=0.14, unit="m/s²", low=0.13, high=0.15),),
    "walk": (
        Measure(name="walking", value=0.8, unit="min"),
        Measure(name="steps", value=105.0, unit="1/min"),
    ),
    "five-sits": (Measure(name="time to the fifth sit", value=12.2, unit="s"),),
}
SITES = {"balance-stance": "sternum", "walk": "shank-right", "five-sits": "thigh-right"}


def measured(exercise, measures):
    once = {"number": 1, "start_index": 0, "peak_index": 60, "end_index": 120}
    phases = {"up_s": 1.0, "hold_s": 0.0, "down_s": 1.0, "range_deg": None, "peak_deg": None}
    return ItemResult(
        item=exercise,
        exercise=exercise,
        side="right",
        stream="01J0000000000000000000000S",
        rate_hz=60.0,
        repetitions=(Repetition(**once, **phases, start_s=0.0, end_s=2.0),),
        range_of_motion=None,
        measures=measures,
    )


@pytest.fixture(params=[True])
def app(pretend, request):
    opened, *_, started, _, ended, _, _, closed = pretend.script()
    events = [opened]
    for n, exercise in enumerate(FIGURES):
        told = {"item": exercise, "exercise": exercise, "number": 2 * n + 1}
        events.append(started.model_copy(update=told))
        events.append(ended.model_copy(update={"item": exercise, "number": 2 * n + 2}))
    events.append(closed.model_copy(update={"number": 2 * len(FIGURES) + 1}))
    result = SessionResult(
        session=pretend.session,
        core_version="8",
        plan_version=1,
        provisional=False,
        items=tuple(measured(*one) for one in FIGURES.items()),
    )
    reader = pretend.MemoryReader(
        {pretend.session: events}, {pretend.session: [result] if request.param else []}
    )
    doses = {"balance-stance": {"sets": 3, "holds": 1}, "walk": {"sets": 2, "minutes": 5}}
    items = [
        item(id=e, exercise=e, placements=[SITES[e]], limit_deg=None)
        | {"dose": doses.get(e, {"sets": 1, "repetitions": 5})}
        for e in FIGURES
    ]
    known = plan(*items)
    return create_app(reader, plan=lambda _patient, _version: known)


async def test_each_item_tells_its_figures_and_minutes_are_never_a_count(app, pretend, chromium):
    async with serve(app, port=0) as page:
        await chromium.open(f"{page.url}session/{pretend.session}?lang=it")
        await chromium.until("document.body.dataset.ready === 'yes'")
        told = await chromium.text(".card-movement")
        others = await chromium.text(".card-repetitions .others")
    assert "oscillazione del busto (RMS): 0,14 m/s² (al 95 %: 0,13–0,15)" in told
    assert "passi: 105 al minuto" in told
    assert "tempo fino alla quinta seduta: 12,2 s" in told
    assert "Non osservabile" not in told
    assert "0,8 / 10 minuti" in others


@pytest.mark.parametrize("app", [False], indirect=True)
async def test_where_no_result_has_come_no_exercise_is_called_nought(app, pretend, chromium):
    async with serve(app, port=0) as page:
        await chromium.open(f"{page.url}session/{pretend.session}?lang=en")
        await chromium.until("document.body.dataset.ready === 'yes'")
        assert await chromium.text(".ring-text .count") == "–"
        card = await chromium.text(".card-repetitions")
    assert "how much was done is not known" in card
    assert "– / 10 minutes" in card
    assert "0 / " not in card
