"""Orto as a player meets it: decide at rest, move as prescribed; a wrong bed grows, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.engine.simulation import Simulation
from games.orto.cards import HIGHEST, LEVELS, beds_of, dealt
from games.orto.choosing import LIT_S, RESTED_S
from games.orto.colours import LIT, colours_in
from games.orto.game import GAME
from games.orto.levels import ChoiceStanding, ChosenInSession, level_after
from games.rules.control import ControlSample
from games.rules.progress import Cue, TrialOutcome
from games.rules.setting import Setting
from games.scenes.scene import SCENES
from games.ui.palette import SEEN_BY, contrast, seen

RATE_HZ = 60
T0_NS = 1_700_000_000_000_000_000


class Garden:
    """A game moved by hand."""

    def __init__(self, **setting):
        fields = {"sets": 1, "repetitions": 10, "rest_s": 0.0, "step_hz": 60, "seed": 3, **setting}
        self.simulation = Simulation(GAME, Setting(**fields))
        self.t_ns = T0_NS

    @property
    def state(self):
        return self.simulation.state

    def stay(self, seconds, level=0.0):
        for _ in range(round(seconds * RATE_HZ)):
            self.t_ns += 1_000_000_000 // RATE_HZ
            self.simulation.feed(ControlSample(self.t_ns, level, 1.0, 1.2))

    def wait_for(self, holds):
        for _ in range(60 * RATE_HZ):
            if holds(self.state):
                return
            self.stay(1 / RATE_HZ)
        raise AssertionError("it never came")

    def ramp(self, start, end, seconds):
        count = round(seconds * RATE_HZ)
        for n in range(1, count + 1):
            self.stay(1 / RATE_HZ, start + (end - start) * n / count)

    def repeat(self, top=1.0):
        self.ramp(0, top, 3.0)
        self.stay(1.0, top)
        self.ramp(top, 0, 3.0)

    def heard(self, kind):
        return [e for e in self.simulation.events if isinstance(e, kind)]

    def cues(self):
        return [c.name for c in self.heard(Cue)]


def lit_on(*, meant):
    def holds(state):
        lit = state.choosing.lit
        return lit is not None and state.card.meant(lit) is meant

    return holds


def test_at_rest_the_beds_light_in_turn_three_seconds_each_without_end():
    garden = Garden(choice_level=2)
    garden.stay(RESTED_S - 0.1)
    assert garden.state.choosing.lit is None
    garden.stay(0.2)
    seen_lit = []
    for _ in range(9):
        seen_lit.append(garden.state.choosing.lit)
        garden.stay(LIT_S)
    assert seen_lit == seen_lit[:3] * 3
    assert set(seen_lit) == {0, 1, 2}


@pytest.mark.parametrize("meant", [True, False])
def test_starting_to_rise_chooses_the_lit_bed_and_one_repetition_plants_it(meant):
    garden = Garden()
    garden.wait_for(lit_on(meant=meant))
    bed = garden.state.choosing.lit
    garden.repeat()
    (plant,) = garden.state.plants
    (choice,) = garden.state.choices
    assert (plant.bed, plant.grown) == (bed, 1.0)
    assert (choice.right, choice.level, choice.number) == (meant, 1, 1)
    # Whichever bed it was, the exercise is worth the same.
    assert garden.state.progress.score == 10
    assert ("elsewhere" in garden.cues()) is not meant


def test_a_slow_rise_chooses_what_was_lit_as_rest_was_left():
    garden = Garden()
    garden.wait_for(lit_on(meant=True))
    bed = garden.state.choosing.lit
    garden.ramp(0, 0.3, 5.0)
    garden.stay(4.0, 0.24)
    garden.stay(0.5, 0.35)
    assert garden.state.choosing.chosen == bed


def test_who_comes_back_to_rest_has_chosen_nothing_and_the_light_goes_on():
    garden = Garden()
    garden.wait_for(lit_on(meant=True))
    garden.ramp(0, 0.22, 1.0)
    garden.ramp(0.22, 0, 1.0)
    assert garden.state.choosing.chosen is None
    garden.wait_for(lit_on(meant=False))
    assert not garden.heard(TrialOutcome)


def test_a_twitch_above_the_line_is_no_choice():
    garden = Garden()
    garden.wait_for(lit_on(meant=True))
    garden.ramp(0, 0.28, 0.2)
    garden.ramp(0.28, 0, 0.2)
    garden.stay(1.0)
    assert (garden.state.choosing.chosen, garden.state.choices) == (None, ())


def test_a_repetition_without_any_light_counts_and_is_no_choice():
    garden = Garden()
    garden.repeat()
    assert garden.state.progress.full == len(garden.state.plants) == 1
    assert garden.state.choices == ()


def test_a_repetition_that_was_not_complete_plants_a_sprout_and_nothing_shrinks():
    garden = Garden()
    for top in (1.0, 0.6, 1.0):
        garden.wait_for(lit_on(meant=True))
        before = garden.state.plants
        garden.repeat(top)
        assert garden.state.plants[:-1] == before
    assert [p.grown for p in garden.state.plants] == [1.0, 0.45, 1.0]


def test_the_time_to_decide_runs_from_the_beds_light_to_the_rise():
    garden = Garden()
    garden.wait_for(lit_on(meant=True))
    garden.stay(1.0)
    garden.repeat()
    # Three seconds to the top: a quarter of the way is passed after 0.75 s.
    assert garden.state.choices[0].decided_s == pytest.approx(1.75, abs=0.1)


def test_a_card_that_is_turned_over_is_shown_again_after_two_rounds():
    garden = Garden(choice_level=3)
    assert garden.state.card_shown
    garden.wait_for(lambda s: not s.card_shown)
    assert GAME.line(garden.state).shown == "recall"
    garden.wait_for(lambda s: s.card_shown)
    assert garden.state.choosing.rounds == 2


def test_two_cards_are_shown_together_and_planted_in_their_order():
    garden = Garden(choice_level=4)
    first, second = garden.state.card.shows
    for wanted in (first, second):
        garden.wait_for(lambda s, bed=wanted: s.choosing.lit == bed)
        garden.repeat()
    assert [c.right for c in garden.state.choices] == [True, True]
    assert len(garden.state.card.shows) == 2


def test_a_change_of_rule_is_announced_and_turns_what_is_right():
    garden = Garden(choice_level=5, repetitions=4)
    for _ in range(2):
        garden.wait_for(lit_on(meant=True))
        garden.repeat()
    line = GAME.line(garden.state)
    assert line.spoken[0] == "rule.elsewhere"
    assert line.shown.startswith("not.")
    garden.wait_for(lambda s: s.choosing.lit == s.card.bed)
    garden.repeat()
    assert not garden.state.choices[-1].right


@given(
    seed=st.integers(0, 2**31),
    level=st.integers(1, HIGHEST),
    number=st.integers(1, 60),
    per_set=st.integers(1, 30),
)
def test_every_card_has_a_bed_that_is_right_and_one_that_is_not(seed, level, number, per_set):
    beds = beds_of(seed, level)
    card = dealt(seed, level, number, per_set)
    assert len(beds) == len(set(beds)) == LEVELS[level - 1].beds
    meant = {card.meant(bed) for bed in range(len(beds))}
    assert meant == {True, False}
    assert card == dealt(seed, level, number, per_set)


def test_by_ear_every_bed_is_named_as_it_lights():
    garden = Garden(choice_level=2)
    garden.wait_for(lambda s: s.choosing.lit is not None)
    named = []
    for _ in range(3):
        named += [k for k in GAME.line(garden.state).by_ear if k.startswith("bed.")]
        garden.stay(LIT_S)
    assert sorted(named) == sorted(f"bed.{kind}" for kind in garden.state.beds)


def test_every_line_has_its_text():
    for level in range(1, HIGHEST + 1):
        garden = Garden(choice_level=level, repetitions=4, seed=level)
        for _ in range(4):
            for _ in range(30):
                garden.stay(0.5)
                line = GAME.line(garden.state)
                assert {line.shown, *line.spoken, *line.by_ear} <= set(GAME.texts)
            garden.repeat()


def test_two_good_sessions_in_a_row_go_up_and_one_poor_one_goes_down():
    good, fair, poor = (ChosenInSession(10, n) for n in (8, 6, 4))
    assert level_after([]) == level_after([good]) == 1
    assert level_after([good, good]) == 2
    assert level_after([good, fair, good]) == 1
    assert level_after([good, good, poor]) == 1
    assert level_after([good] * 40) == HIGHEST
    assert level_after([good, good, ChosenInSession(3, 0)]) == 2


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_the_level_stays_among_those_there_are(sessions):
    told = [ChosenInSession(asked, min(right, asked)) for asked, right in sessions]
    assert 1 <= level_after(told) <= HIGHEST


@pytest.mark.parametrize("vision", SEEN_BY)
def test_a_lit_bed_stands_out_from_its_pot_in_every_scene(vision):
    for scene in SCENES:
        colours = colours_in(scene)
        for shade in (colours.clay, colours.deep):
            assert contrast(seen(LIT, vision), seen(shade, vision)) >= 3


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_what_is_kept_between_sessions_is_the_whole_standing(sessions):
    standing = ChoiceStanding()
    for asked, right in sessions:
        standing = standing.after(ChosenInSession(asked, min(right, asked)))
        assert ChoiceStanding.kept_in(standing.kept()) == standing
        assert all(0 <= share <= 1 for share in standing.kept().values())
    assert ChoiceStanding.kept_in({}) == ChoiceStanding()
