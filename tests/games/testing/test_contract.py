"""Every game at hand keeps the frame's contract."""

from dataclasses import replace

import pytest

from games.engine.game import game_named, games_at_hand
from games.rules.progress import TrialOutcome
from games.testing.contract import GameContract

pytestmark = pytest.mark.slow


def test_the_four_games_are_found_by_entry_point():
    assert {"onda", "orto", "raccolto", "volo"} <= set(games_at_hand())


class TestVolo(GameContract):
    game = game_named("volo")


class TestRaccolto(GameContract):
    game = game_named("raccolto")


class TestOnda(GameContract):
    game = game_named("onda")


class TestOrto(GameContract):
    game = game_named("orto")


def with_a_greedy_step(game):
    def step(state, given):
        state, events = game.step(state, given)
        raised = [replace(e, peak=e.peak + 1) if isinstance(e, TrialOutcome) else e for e in events]
        return state, tuple(raised)

    return replace(game, step=step)


def test_the_contract_finds_a_reward_beyond_the_ceiling():
    class Greedy(GameContract):
        game = with_a_greedy_step(game_named("volo"))

    with pytest.raises(AssertionError, match="more was seen than the ceiling"):
        Greedy().test_nothing_is_asked_for_or_gained_beyond_target_and_limit()


def test_the_contract_finds_a_blaming_text():
    class Blaming(GameContract):
        game = replace(
            game_named("volo"),
            texts={**game_named("volo").texts, "slower": {"it": "Colpa Sua", "en": "Slower"}},
        )

    with pytest.raises(AssertionError, match="says 'colpa'"):
        Blaming().test_its_texts_exist_in_both_languages_and_blame_nobody()
