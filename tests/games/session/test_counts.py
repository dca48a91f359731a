"""Counts on screens are the session's, wherever they are shown: none contradicts another."""

import re

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.inputs.prescribed import Rhythm, RhythmPlayer
from games.inputs.simulated import PlayerSource
from games.persuasion.prompts import Situation, prompts_for
from games.rules.setting import Setting
from games.ui.hud import Hud
from keyed_session import KeyedStage
from session_stage import T0_NS, Stage
from session_stage import seated_raise as plan

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

ITEM = {
    "id": "raise",
    "exercise": "forward-arm-raise",
    "side": "left",
    "posture": "seated",
    "placements": ["upper-arm-left"],
    "dose": {"sets": 2, "repetitions": 4},
    "assessment": "never",
}


def prompts(told):
    return prompts_for(
        Situation(unit="s", closing=told.closing, trials=told.trials, full=told.full), "it"
    )


def numbers(text):
    return [int(n) for n in re.findall(r"\d+", text)]


class Told:
    """What a game's frame showed as its count, by frame."""

    def __init__(self, patched):
        self.counts = []
        drawn = Hud.draw

        def draw(hud, *given, **more):
            self.counts.append(more["counted"])
            drawn(hud, *given, **more)

        patched.setattr(Hud, "draw", draw)


@settings(max_examples=6, deadline=None)
@given(
    reach=st.floats(0.45, 1.1),
    unsteady=st.floats(0, 0.3),
    game=st.sampled_from(["volo", "onda", "raccolto", "orto"]),
    seed=st.integers(0, 99),
)
def test_game_card_and_closing_tell_one_count(reach, unsteady, game, seed):
    with pytest.MonkeyPatch.context() as patched:
        seen = Told(patched)
        stage = Stage(
            plan({**ITEM, "game": game}, limits={"rest_s": 12}), screens={"prompts": prompts}
        )
        rhythm = Rhythm(reach=reach, spread=0.15, unsteady=unsteady)
        mover = RhythmPlayer(rhythm, Setting(), seed, rate_hz=30)
        stage.view._source = PlayerSource(mover, T0_NS)
        kept, cards = [], []
        try:
            for n in range(4000):
                if stage.screens.finished:
                    break
                kind = stage.frame()
                if stage.screens.in_game:
                    kept.append((seen.counts[-1], stage.view.state))
                if kind == "Closed":
                    page = stage.screens.page
                    cards = [page.text, *page.lines]
                if n % 7 == 6 and not stage.moves(kind):
                    stage.press(pygame.K_RETURN)
            else:
                raise AssertionError("the session did not end")
        finally:
            stage.window.close()
    total = round(sum(done for _, done in stage.view.state.totals))
    for (done, dose), state in kept:
        # The frame was drawn before what it moved was counted.
        assert done <= state.counted <= done + 1 or not state.open_item
        assert dose == 8
    told = next((line for line in cards if "Oggi ha fatto" in line), None)
    assert total < 1 or numbers(told)[0] == total
    for line in cards:
        if line.startswith(("Complete nel gioco", "Nel gioco")):
            full, trials = numbers(line)
            # The first three were for the range.
            assert full <= trials <= total - 3


def test_whoever_moves_through_the_rest_gains_nothing_by_it():
    stage = Stage(plan({**ITEM, "game": "raccolto"}, limits={"rest_s": 30}))
    mover = RhythmPlayer(Rhythm(spread=0.0), Setting(), 1, rate_hz=30)
    stage.view._source = PlayerSource(mover, T0_NS)
    in_rest = {}
    try:
        for n in range(4000):
            kind = stage.frame()
            state = stage.view.state
            if state.resting and state.open_item:
                in_rest.setdefault(state.rests.since, set()).add(state.counted)
            if kind == "Ask" and state.totals:
                break
            if n % 7 == 6 and not stage.moves(kind):
                stage.press(pygame.K_RETURN)
    finally:
        stage.window.close()
    # After the first set the effort is asked and a rest follows; the end is shown for a while.
    assert list(in_rest.values()) == [{4}, {8}]
    (first, *_) = [e.t_ns for e in stage.view.events if e.type == "rest.started"]
    (over, *_) = [e.t_ns for e in stage.view.events if e.type == "rest.ended"]
    assert over - first >= 30e9
    assert stage.view.state.totals[0][1] == 8


def pointed(stage, heights):
    """Point up and down again, one height after the other, each way in its time."""
    now_ns, up = stage.pace.now_ns(), False
    until_ns = 0
    while True:
        if now_ns >= until_ns and heights and not stage.screens._loop.resting:
            up = not up
            stage.keys.point(heights[0] if up else 0.0)
            heights = heights if up else heights[1:]
            until_ns = now_ns + 2_500_000_000
        now_ns = yield


@settings(max_examples=4, deadline=None)
@given(
    # Twice the dose in movements ends any set, so fewer than that.
    small=st.lists(st.floats(0.02, 0.48), max_size=3),
    places=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    game=st.sampled_from(["volo", "onda", "raccolto", "orto"]),
)
def test_stray_small_movements_by_keys_use_nothing_up(small, places, game):
    heights = [1.0] * 6
    for height, place in zip(small, places, strict=False):
        heights.insert(place, height)
    dose = {"sets": 2, "repetitions": 2}
    stage = KeyedStage(plan({**ITEM, "game": game, "dose": dose}, limits={"rest_s": 2}))
    moving = None
    try:
        for n in range(3000):
            stage.frame()
            if stage.screens.in_game:
                if moving is None:
                    moving = pointed(stage, heights)
                    next(moving)
                else:
                    moving.send(stage.pace.now_ns())
            if stage.view.state.totals:
                break
            if n % 7 == 6 and not stage.screens.in_game:
                stage.press(pygame.K_RETURN)
    finally:
        stage.window.close()
    ended = [e.reason for e in stage.view.events if e.type == "exercise.ended"]
    assert (ended, stage.view.state.totals) == (["done"], (("raise", 4.0),))
