"""`--plain` is the exercise alone: no ornament and no point is seen in any game."""

from dataclasses import replace

import pygame
import pytest

from games.engine.game import game_named, games_at_hand
from games.engine.simulation import Simulation
from games.engine.window import Window
from games.inputs.prescribed import RHYTHMS, RhythmPlayer
from games.look import Look
from games.rules.mode import Mode
from games.rules.progress import TrialOutcome
from games.rules.setting import Setting
from games.ui.canvas import HEIGHT, WIDTH, Canvas
from games.ui.ending import ending_lines
from games.ui.hud import Hud

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000
SETTING = Setting(sets=1, repetitions=6, level=0.0, step_hz=20)


@pytest.fixture(autouse=True)
def window():
    made = Window(headless=True, title="test")
    yield made
    made.close()


def played(name):
    """States of an easy set, in which ornaments succeed, each with the outcomes so far."""
    simulation = Simulation(game_named(name), SETTING)
    player = RhythmPlayer(RHYTHMS["prescription"], SETTING, 1, rate_hz=20)
    states, outcomes = [], []
    for n in range(20 * 40):
        t_ns = T0_NS + n * 50_000_000
        sample = player.sample(t_ns, game_named(name).invites(simulation.state))
        outcomes += [e for e in simulation.feed(sample) if isinstance(e, TrialOutcome)]
        if n % 100 == 99:
            states.append((simulation.state, list(outcomes)))
    assert any(o.ornament for o in outcomes)
    return states


def without(state):
    """The same play, and no ornament in it."""
    changes = {"golden": frozenset(), "lanterns": 0}
    own = {k: v for k, v in changes.items() if hasattr(state, k)}
    return replace(state, progress=replace(state.progress, ornaments=0, score=0), **own)


def pictures(name, states, *, plain, ornament):
    """What is drawn of each state, with the frame around it."""
    look = Look(language="en", plain=plain)
    surface = pygame.Surface((WIDTH, HEIGHT))
    canvas, screen, hud = Canvas(surface), game_named(name).screen(look), Hud(look)
    drawn, known = [], 0
    for state, outcomes in states:
        shown = state if ornament else without(state)
        for outcome in outcomes[known:]:
            screen.heard(replace(outcome, ornament=outcome.ornament and ornament))
        known = len(outcomes)
        screen.backdrop(canvas, shown)
        screen.draw(canvas, shown)
        hud.draw(canvas, SETTING, shown.progress, "", None)
        drawn.append(pygame.image.tobytes(surface, "RGB"))
    return drawn


@pytest.mark.parametrize("name", games_at_hand())
def test_with_it_nobody_sees_whether_an_ornament_succeeded_and_without_one_does(name):
    states = played(name)
    seen = {
        plain: [pictures(name, states, plain=plain, ornament=o) for o in (True, False)]
        for plain in (True, False)
    }
    assert seen[True][0] == seen[True][1]
    assert seen[False][0] != seen[False][1]


def test_with_it_the_last_card_tells_no_points():
    (state, _) = played("raccolto")[-1]
    assert state.progress.score
    for points in (True, False):
        lines = ending_lines(
            Mode.DONE, state.progress, state.setting, "en", measured=True, points=points
        )
        assert any("points" in line for line in lines) is points
