"""Captions: what is spoken is written as long as reading takes, once, and never beside itself."""

import pytest

from games.audio.captions import A_WORD_NS, LEAST_NS, Captions
from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.engine.devices import Devices
from games.engine.game import game_named
from games.engine.game_requests import NobodyAsked
from games.engine.loop import Loop
from games.engine.pace import InstantPace
from games.engine.play_settings import PlaySettings
from games.engine.window import Window
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.look import Look
from games.ui.canvas import Canvas

T0_NS = 1_700_000_000_000_000_000


def test_a_caption_stands_as_long_as_it_takes_to_read_and_not_where_it_is_written():
    voice = Voice("en", on=False)
    voice.say("Before")
    captions = Captions(voice, on=True)
    assert captions.line(0, ()) == ""
    long = " ".join(["word"] * 20)
    voice.say(long)
    assert captions.line(0, ()) == long
    assert captions.line(0, ("up", long)) == ""
    assert captions.line(0, (f"{long}.",)) == ""
    assert captions.line(20 * A_WORD_NS - 1, ()) == long
    assert captions.line(20 * A_WORD_NS, ()) == ""
    voice.say("Up")
    assert captions.line(30 * A_WORD_NS, ()) == "Up"
    assert captions.line(30 * A_WORD_NS + LEAST_NS, ()) == ""


def test_who_did_not_ask_for_captions_sees_none():
    voice = Voice("en", on=False)
    captions = Captions(voice, on=False)
    voice.say("Up")
    assert captions.line(0, ()) == ""


@pytest.mark.slow
@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_all_that_orto_speaks_is_written_once_on_the_screen(monkeypatch, language, scale):
    pace = InstantPace(T0_NS, 10)
    window = Window(headless=True, title="test")
    voice = Voice(language, on=False)
    devices = Devices(
        window=window,
        pace=pace,
        source=PlayerSource(Player(PROFILES["strong"], 3), T0_NS),
        sounds=Sounds(0.0),
        voice=voice,
    )
    look = Look(language=language, text_scale=scale, captions=True)
    written, inside = set(), []

    def within(canvas, text, place, *_):
        written.add(text)
        inside.append(canvas.surface.get_rect().contains(place))

    monkeypatch.setattr(Canvas, "write_within", within)
    loop = Loop(PlaySettings(game=game_named("orto"), look=look), devices, NobodyAsked())
    cues = set()
    monkeypatch.setattr(loop._hud, "draw", lambda _c, _s, _p, cue, *_a, **_k: cues.add(cue))
    for _ in range(400):
        loop.frame()
        pace.wait(bool)
    assert len(set(voice.said)) > 3
    assert {line.rstrip(".") for line in voice.said} <= {
        line.rstrip(".") for line in written | cues
    }
    assert all(inside)
    window.close()
