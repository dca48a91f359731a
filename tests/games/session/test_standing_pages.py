"""What moves while anything stands over the exercise is no dose, moves no target, ends no item."""

import itertools
import math

import pygame
import pytest

from games.inputs.source import ArrivedSample
from games.look import Look
from games.rules.control import ControlSample
from games.session.run import SessionScreens
from session_stage import T0_NS, Stage
from session_stage import seated_raise as plan
from therapy.session.screens import screen_of
from therapy.session.session import advance
from therapy.session.session_state import FallSuspected, Moment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]


UP_S, HOLD_S, DOWN_S, PAUSE_S = 3.0, 1.0, 3.0, 1.0
PERIOD_NS = round((UP_S + HOLD_S + DOWN_S + PAUSE_S) * 1e9)
ITEM = {
    "id": "raise",
    "exercise": "forward-arm-raise",
    "side": "left",
    "posture": "seated",
    "placements": ["upper-arm-left"],
    "dose": {"sets": 2, "repetitions": 4},
    "assessment": "every day",
}
ASKING = {"fallen": False, "medicine": False, "breathlessness": True}


def level(t_ns):
    """A movement as prescribed, again and again, whatever stands on the screen."""
    at_s = (t_ns - T0_NS) % PERIOD_NS * 1e-9
    way = min(1.0, at_s / UP_S, max(0.0, UP_S + HOLD_S + DOWN_S - at_s) / DOWN_S)
    return 0.5 - 0.5 * math.cos(math.pi * way)


class Restless:
    """Who moves on without a pause."""

    ended = waiting = False

    def __init__(self):
        self.next_ns = T0_NS

    def poll(self, now_ns, _invited):
        arrivals = []
        while self.next_ns <= now_ns:
            sample = ControlSample(self.next_ns, level(self.next_ns), 1.0, 1.2)
            arrivals.append(ArrivedSample(sample, self.next_ns))
            self.next_ns += 33_333_333
        return arrivals

    def counted(self):
        return []


def suspect_a_fall(stage):
    view = stage.view
    step = advance(view._state, FallSuspected("upper-arm-left"), Moment(stage.pace.now_ns()))
    view._state, view.events = step.state, [*view.events, *step.events]


def post(key):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


OVER = {
    "pause": (lambda _: post(pygame.K_SPACE), lambda _: post(pygame.K_SPACE)),
    "pain": (lambda _: post(pygame.K_p), lambda _: post(pygame.K_1)),
    "leaving": (lambda _: post(pygame.K_ESCAPE), lambda _: post(pygame.K_ESCAPE)),
    "fall": (suspect_a_fall, lambda _: post(pygame.K_1)),
}
"""How something comes to stand over the exercise, and how it goes away again."""


def asked_to_move(screens: SessionScreens):
    """Whether a person who looks at the screen would move now."""
    if screens.in_game:
        return not screens._loop.resting
    kind = type(screen_of(screens._view.state)).__name__
    return kind in ("FindRange", "Assess") and not screens._desk.covered


def play_through(stage, over):
    """A session whose arm never rests; gives when the screen asked to move in play and range."""
    asked, over = [], list(over)
    stands_until, leave = None, None
    for n in range(9000):
        if stage.screens.finished or stage.view.state.stage.value == "check-out":
            return asked
        kind = stage.frame()
        state, now_ns = stage.view.state, stage.pace.now_ns()
        if state.open_item:
            moving = asked_to_move(stage.screens) and kind != "Assess"
            asked.append((now_ns, moving, state.counted, state.today))
        if stands_until is not None:
            if now_ns >= stands_until:
                leave(stage)
                stands_until = None
        elif state.open_item and over and now_ns - T0_NS > over[0][0] * 1e9:
            _, what, seconds = over.pop(0)
            if asked_to_move(stage.screens):
                OVER[what][0](stage)
                leave = OVER[what][1]
                stands_until = now_ns + seconds * 1e9
        elif n % 7 == 6 and not asked_to_move(stage.screens) and not stage.screens.in_game:
            stage.press(pygame.K_RETURN)
    raise AssertionError(f"not finished, at {stage.seen}")


def expected(asked):
    """Between which numbers the repetitions lie whose way up and hold were asked for."""
    times = [t for t, *_ in asked]
    sure = possible = 0
    for n in range((times[0] - T0_NS) // PERIOD_NS, (times[-1] - T0_NS) // PERIOD_NS + 1):
        begun = T0_NS + n * PERIOD_NS
        turned = begun + round((UP_S + HOLD_S) * 1e9)
        inner = [m for t, m, *_ in asked if begun + 1.2e9 < t < turned - 0.2e9]
        outer = [m for t, m, *_ in asked if begun - 0.2e9 < t < turned + 1.2e9]
        whole = begun - 0.2e9 > times[0] and turned + DOWN_S * 1e9 < times[-1]
        sure += whole and bool(outer) and all(outer)
        possible += bool(inner) and all(inner)
    return sure, possible


@pytest.mark.parametrize(
    ("game", "over"),
    [
        ("volo", [(20, "pain", 9), (34, "leaving", 5), (75, "pause", 12)]),
        ("onda", [(22, "fall", 6), (62, "pain", 3), (90, "fall", 11)]),
        ("raccolto", [(13, "leaving", 2), (66, "pause", 4), (81, "pause", 5), (97, "pain", 8)]),
    ],
)
def test_an_arm_that_never_rests_gains_nothing_while_anything_stands_over_it(game, over):
    stage = Stage(plan({**ITEM, "game": game}, check_in=ASKING, limits={"rest_s": 25}))
    stage.view._source = Restless()
    try:
        asked = play_through(stage, over)
    finally:
        stage.window.close()
    total = stage.view.state.totals[0][1] if stage.view.state.totals else 0
    sure, possible = expected(asked)
    assert sure <= total <= possible
    for (_, before, *stood), (_, now, *stands) in itertools.pairwise(asked):
        if not before and not now and stood[1] is not None:
            # A way down that was under way is all that may still be told.
            assert stands[1] == stood[1]


@pytest.mark.parametrize(
    ("kind", "language", "scanning"),
    [
        ("effort", "it", False),
        ("effort", "en", True),
        ("breath", "it", True),
        ("breath", "en", False),
    ],
)
def test_a_question_in_mid_exercise_is_left_standing_as_long_as_it_takes(kind, language, scanning):
    look = Look(language=language, scanning=scanning, audio_only=True, voice=False)
    stage = Stage(plan({**ITEM, "game": "volo"}, check_in=ASKING, limits={"rest_s": 5}), look)
    stage.view._source = Restless()
    try:
        for n in range(6000):
            shown = stage.frame()
            game = shown == "Play" and stage.screens.in_game
            if shown == "Play" and not game:
                due = stage.screens._due(screen_of(stage.view.state))
                if due == kind:
                    break
            if n % 7 == 6 and not stage.moves(shown):
                stage.press(pygame.K_RETURN)
        else:
            raise AssertionError("never asked")
        for _ in range(40):
            stage.frame()
        counted = stage.view.state.counted
        for _ in range(1200):
            stage.frame()
        assert stage.view.state.counted == counted
        assert not stage.view.state.totals, "the item ended while a question stood"
        assert stage.screens._due(screen_of(stage.view.state)) == kind
    finally:
        stage.window.close()
