"""What stands beside a game: the heart rate, the cue to breathe, the offer of a retest."""

import pygame
import pytest

from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.engine.devices import Devices
from games.engine.game import game_named
from games.engine.game_requests import NobodyAsked
from games.engine.loop import Loop
from games.engine.pace import InstantPace
from games.engine.play_settings import PlaySettings
from games.engine.window import Window
from games.inputs.keys import KeysSource
from games.inputs.source import ArrivedSample
from games.inputs.wearable import BusLink
from games.look import Look
from games.rules.control import ControlSample
from games.rules.heart_rate import FRESH_NS, shown_bpm
from games.rules.setting import setting_for
from games.ui.canvas import Canvas
from games.ui.hud import Hud
from games.ui.palette import ALERT, CALM, PAPER, contrast
from telemetry.clock import ManualClock
from telemetry.messages.events import HeartMeasured, encode_event
from telemetry.messages.requests import CalibrateRange
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.plan.limits import Limits
from therapy.plan.plan_file import sample_plan

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000
SESSION = "01J00000000000000000000001"


@pytest.fixture
def window():
    made = Window(headless=True, title="test")
    yield made
    made.close()


def measured(rate=72, contact=None, t_ns=T0_NS, number=0):
    return HeartMeasured(
        session=SESSION,
        number=number,
        t_ns=t_ns,
        wearable="band",
        rate_bpm=rate,
        contact=contact,
    )


def playing(window, look, heart=lambda: None, asks=None):
    devices = Devices(
        window=window,
        pace=InstantPace(T0_NS, 30),
        source=KeysSource(),
        sounds=Sounds(0.0),
        voice=Voice("it", on=False),
    )
    settings = PlaySettings(game=game_named("volo"), look=look)
    return Loop(settings, devices, asks or NobodyAsked(), heart=heart)


def test_a_heart_rate_is_shown_while_it_is_fresh_and_taken_on_skin():
    assert shown_bpm(None, T0_NS) is None
    assert shown_bpm(measured(72), T0_NS + FRESH_NS) == 72
    assert shown_bpm(measured(72), T0_NS + FRESH_NS + 1) is None
    assert shown_bpm(measured(72, contact=True), T0_NS) == 72
    assert shown_bpm(measured(72, contact=False), T0_NS) is None


async def test_a_game_over_the_bus_hears_the_rate_from_the_sessions_events():
    clock, bus, topics = ManualClock(T0_NS), LocalBus(), HomeTopics("clinic", "patient-1")
    link = BusLink(bus, topics, clock)
    assert link.heart_bpm() is None
    bus.publish(topics.event, encode_event(measured(88)))
    await clock.advance(1)
    assert link.heart_bpm() == 88
    assert not link.ended
    await clock.advance(60)
    assert link.heart_bpm() is None


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_rate_stands_clear_of_every_button_at_any_size_of_text(window, text_scale, side):
    look = Look(language="it", text_scale=text_scale, side=side)
    canvas, hud = Canvas(window.picture, text_scale), Hud(look)
    drawn = {}
    for rate in (None, 188):
        canvas.surface.fill((0, 0, 0))
        hud.draw_heart(canvas, rate)
        drawn[rate] = pygame.mask.from_threshold(canvas.surface, (0, 0, 0), (1, 1, 1, 255)).count()
        ground = pygame.mask.from_threshold(canvas.surface, (0, 0, 0), (1, 1, 1, 255))
        ground.invert()
        for place in ground.get_bounding_rects():
            assert place.collidelist([b.place for b in hud.buttons]) == -1
    assert drawn[188] < drawn[None], "without a sensor nothing is drawn"


def test_the_heart_is_not_drawn_in_the_colour_of_alarm():
    red, _, blue = CALM
    assert blue > red
    assert CALM != ALERT
    assert contrast(CALM, PAPER) >= 4.5


def test_no_rate_changes_what_a_game_does(window):
    digests = set()
    for heart in (lambda: None, lambda: 40, lambda: 190):
        loop = playing(window, Look(), heart)
        loop._source.press(1)
        for _ in range(90):
            loop.frame()
            loop._pace.wait(bool)
        digests.add(loop.simulation.digest())
    assert len(digests) == 1


def test_a_retest_is_asked_for_only_while_it_is_offered(window):
    asks = NobodyAsked()
    loop = playing(window, Look(), asks=asks)
    loop.press("retest")
    assert asks.requests == []
    loop.retest_offered = True
    loop.frame()
    loop.press("retest")
    assert asks.requests == [CalibrateRange(retest=True)]


def test_a_game_asks_for_no_more_than_is_left_of_the_days_dose():
    item, limits = sample_plan().items[0], Limits()
    assert setting_for(item, limits).dose == item.asked.amount
    assert setting_for(item, limits, left=7).dose == 7
    assert setting_for(item, limits, left=0).dose == 1
    assert setting_for(item, limits, left=1000).dose == item.asked.amount


def test_samples_that_come_late_hold_the_game_and_say_so(window):
    loop = playing(window, Look(language="en"))
    now_ns = loop._pace.now_ns()
    for age_s, expected in ((0.02, ""), (0.7, "late"), (0.02, "")):
        t_ns = now_ns - round(age_s * 1e9)
        sample = ControlSample(t_ns, 0.5)
        steps = loop.samples, loop.simulation.newest_ns
        loop._apply([ArrivedSample(sample, now_ns, "arm", t_ns)])
        assert loop._why_it_stands(now_ns) == expected
        moved = loop.simulation.newest_ns != steps[1]
        assert moved is (expected == "")
        now_ns += 100_000_000


def test_between_two_long_frames_no_sensor_is_silent(window):
    loop = playing(window, Look(language="en"))
    now_ns = loop._pace.now_ns()
    sample = ControlSample(now_ns, 0.5)
    loop._apply([ArrivedSample(sample, now_ns, "arm", now_ns, frame_ns=580_000_000)])
    assert loop._why_it_stands(now_ns + 600_000_000) == ""
    assert loop._why_it_stands(now_ns + 900_000_000) == "silent"
