"""A movement too small to be a repetition uses nothing up; a set ends all the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.engine.game import game_named
from games.engine.simulation import Simulation
from games.rules.control import ControlSample
from games.rules.progress import Cue, GamePhase, TrialOutcome
from games.rules.setting import Setting

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000
GAMES = ("onda", "orto", "raccolto", "volo")


class Played:
    """A game of two sets of two at 20 Hz, moved by hand."""

    def __init__(self, game, **setting):
        fields = {"sets": 2, "repetitions": 2, "rest_s": 2.0, "step_hz": 20, **setting}
        self.simulation = Simulation(game_named(game), Setting(**fields))
        self.t_ns, self.rests = T0_NS, []

    @property
    def progress(self):
        return self.simulation.state.progress

    def move(self, to, *, up_s=3.0, stay_s=1.0, counted=None):
        """Up, stay and down; the session counts as the way down is nearly over."""
        for n in range(round((2 * up_s + stay_s) * 20)):
            at_s = n / 20
            way = min(1.0, at_s / up_s, (2 * up_s + stay_s - at_s) / up_s)
            self.feed(to * way)
        if counted is not None:
            self.simulation.count(counted)
        self.wait(1.0)

    def wait(self, seconds):
        for _ in range(round(seconds * 20)):
            self.feed(0.0)

    def feed(self, level):
        self.t_ns += 50_000_000
        before = self.progress.phase
        self.simulation.feed(ControlSample(self.t_ns, level))
        if before is not self.progress.phase is GamePhase.REST:
            self.rests.append(self.progress.counted)

    def heard(self, kind):
        return [e for e in self.simulation.events if isinstance(e, kind)]


@pytest.mark.parametrize("game", GAMES)
@settings(max_examples=10)
@given(st.lists(st.sampled_from([0.1, 0.18, 0.22, 1.0]), max_size=8))
def test_an_attempt_is_no_trial(game, heights):
    played = Played(game, sets=1, repetitions=9, rest_s=0)
    for height in heights:
        played.move(height)
    full = heights.count(1.0)
    assert played.progress.trials == full == len(played.heard(TrialOutcome))
    assert played.progress.phase is GamePhase.PLAY


@pytest.mark.parametrize("game", GAMES)
def test_who_makes_only_attempts_is_told_at_the_second_and_the_set_ends(game):
    played = Played(game)
    played.move(0.2)
    played.move(0.2)
    assert [c.name for c in played.heard(Cue) if c.name == "further"] == ["further"]
    for _ in range(6):
        assert played.progress.phase is GamePhase.PLAY
        played.move(0.2)
    assert (played.progress.phase, played.progress.trials) == (GamePhase.DONE, 0)


@pytest.mark.parametrize("game", GAMES)
@settings(max_examples=10)
@given(counts=st.lists(st.booleans(), min_size=8, max_size=8), before=st.integers(0, 3))
def test_where_a_session_counts_its_count_is_the_dose(game, counts, before):
    """However the game judges a movement: sets, rests and the end follow the session's count."""
    played = Played(game, before=before, left=4)
    counted = before
    played.simulation.count(counted)
    for counts_it in counts:
        if played.progress.phase is not GamePhase.PLAY:
            played.wait(3.0)
        if played.progress.phase is GamePhase.DONE:
            break
        counted += counts_it
        played.move(1.0, counted=counted)
    moved = played.progress.trials + played.progress.attempts
    over = counted - before >= 4 or moved >= 8
    assert (played.progress.phase is GamePhase.DONE) is over
    assert [n % 2 for n in played.rests] == [0] * len(played.rests)
    assert counted - before <= 4
