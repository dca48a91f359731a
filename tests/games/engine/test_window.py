"""A real window on a virtual display, worked by keys and by a replayed wearable."""

import json
import os
import subprocess
import sys

import pytest

from needs import need_program

pytestmark = pytest.mark.slow

GAME = """
import math, sys
import pygame
from itertools import pairwise
from pathlib import Path
from games.inputs.keys import KeysSource
from games.engine.play import play
from games.rules.setting import Setting
from games.inputs.recorded import RecordedSource
from telemetry.clock import SystemClock
from telemetry.messages.live import ControlBatch

class Told(KeysSource):
    # Tells when the control has gone all the way.

    def poll(self, now_ns, invited):
        arrivals = super().poll(now_ns, invited)
        for before, after in pairwise([self._told, *(a.sample.control for a in arrivals)]):
            if after in (0.0, 1.0) and after != before:
                print("top" if after else "rest", flush=True)
            self._told = after
        return arrivals

    _told = 0.0

class Slow(RecordedSource):
    # Tells how many samples each frame was given; a machine may take long to its first frame.

    def poll(self, now_ns, invited):
        arrivals = super().poll(now_ns, invited)
        given.append(len(arrivals))
        return arrivals

given = []
clock, source = SystemClock(), Told(0.9, 0.9)
if sys.argv[2] == "recorded":
    t0_ns = 1_700_000_000_000_000_000
    values = [0.5 - 0.5 * math.cos(2 * math.pi * i / 60 / 3) for i in range(60 * 7)]
    batches = [
        ControlBatch(session="01J0000000000000000000000A", item="1", t0_ns=t0_ns + i * 16_666_667,
                     dt_us=(0,), control=(v,), calibrated=True)
        for i, v in enumerate(values)
    ]
    source = Slow(batches)
play(
    "volo", source=source, clock=clock, json_file=Path(sys.argv[1]),
    setting=Setting(up_s=0.9, down_s=0.9), stop_after_s=25,
    on_ready=lambda: print("ready", pygame.display.get_wm_info()["window"], flush=True),
)
if given:
    print("first frame", given[0], flush=True)
"""


def started(display, file, source):
    environment = {**os.environ, "DISPLAY": display, "SDL_AUDIODRIVER": "dummy"}
    environment.pop("SDL_VIDEODRIVER", None)
    game = subprocess.Popen(
        [sys.executable, "-c", GAME, str(file), source],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return game, heard(game, "ready").split()[-1]


def heard(game, word):
    """The line with which the game tells of `word`."""
    while word not in (line := game.stdout.readline()):
        assert line, f"the game ended before {word!r}"
    return line


def xdo(display, *words):
    tool = need_program("xdotool")
    done = subprocess.run(
        [tool, *words], env={**os.environ, "DISPLAY": display}, capture_output=True, check=True
    )
    return done.stdout.decode()


def test_two_keys_play_a_repetition_and_one_key_ends_it_as_unwell(display, tmp_path):
    need_program("xdotool")
    file = tmp_path / "keys.json"
    game, window = started(display, file, "keys")
    xdo(display, "windowfocus", window)
    xdo(display, "key", "Up")
    heard(game, "top")
    xdo(display, "key", "Down")
    heard(game, "rest")
    xdo(display, "key", "u")
    xdo(display, "key", "Escape")
    game.wait(timeout=20)
    result = json.loads(file.read_text())
    assert result["requests"] == ["unwell.reported"]
    assert result["repetitions"] == 1
    assert result["stopped_by"] == "closed"


def test_a_replayed_wearable_plays_in_a_window_of_another_size(display, tmp_path):
    need_program("xdotool")
    file = tmp_path / "recorded.json"
    game, window = started(display, file, "recorded")
    xdo(display, "windowsize", window, "900", "700")
    assert heard(game, "first frame") == "first frame 1\n", "it began before anybody could see it"
    game.wait(timeout=30)
    result = json.loads(file.read_text())
    assert result["stopped_by"] == "source ended"
    assert result["samples"] == 420
    assert result["repetitions"] == 2


@pytest.mark.parametrize("size", ["800x600", "1280x720"])
def test_no_button_lies_outside_a_small_display(display, size, tmp_path):
    need_program("xdotool")
    file = tmp_path / "small.json"
    game, window = started(display, file, "keys")
    assert f"Geometry: {size}" in xdo(display, "getwindowgeometry", window)
    width, height = map(int, size.split("x"))
    xdo(display, "mousemove", str(round(width * 0.9)), str(round(height / 2 + 0.255 * width)))
    xdo(display, "click", "1")
    xdo(display, "windowfocus", window, "key", "Escape")
    game.wait(timeout=20)
    assert json.loads(file.read_text())["requests"] == ["unwell.reported"]


def test_where_nothing_can_be_seen_no_window_is_pretended():
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    game = subprocess.run(
        [sys.executable, "-c", "from games.engine.play import play; play('volo')"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "no window can be opened" in game.stderr.splitlines()[-1]
