"""What is chosen in a session's Orto decides the next session's level, and nothing else."""

import pygame
import pytest

from games.orto.levels import ChoiceStanding
from games.rules.play_choice import PLAY_CHOICE, choice_named
from session_stage import Stage, seated_raise
from telemetry.messages.events import PromptShown

pytestmark = pytest.mark.slow

RAISE = {
    "id": "raise",
    "exercise": "forward-arm-raise",
    "side": "left",
    "posture": "seated",
    "placements": ["upper-arm-left"],
    "dose": {"sets": 1, "repetitions": 8},
    "assessment": "never",
    "game": "orto",
}


def test_two_sessions_of_right_choices_lead_a_level_up_and_a_loop_plays_at_it():
    levels = {}
    for standing in (ChoiceStanding(1, 1), ChoiceStanding(2, 0)):
        played = Stage(seated_raise(RAISE), screens={"levels": levels})
        played.run(lambda _: (pygame.K_RETURN,))
        levels = played.screens.levels
        assert ChoiceStanding.kept_in(levels) == standing
    played = Stage(seated_raise(RAISE), screens={"levels": levels})
    for n in range(2000):
        kind = played.frame()
        if played.screens.in_game:
            break
        if n % 7 == 6 and not played.moves(kind):
            played.press(pygame.K_RETURN)
    assert len(played.screens._loop.simulation.state.beds) == 3


def test_each_choice_is_an_event_as_it_was_made():
    played = Stage(seated_raise(RAISE))
    made = []
    for n in range(3000):
        if played.screens.finished:
            break
        kind = played.frame()
        if played.screens.in_game:
            made = list(played.screens._loop.choices)
        if n % 7 == 6 and not played.moves(kind):
            played.press(pygame.K_RETURN)
    told = [e for e in played.view.events if isinstance(e, PromptShown)]
    found = [choice_named(e.variant) for e in told if e.mechanism == PLAY_CHOICE]
    assert len(made) >= 4
    assert [game for game, _ in found] == ["orto"] * len(made)
    for (_, one), choice in zip(found, made, strict=True):
        assert (one.number, one.level, one.right) == (choice.number, choice.level, choice.right)
        assert abs(one.decided_s - choice.decided_s) < 0.001


def test_a_choice_of_another_version_is_none():
    for odd in ("", "orto", "orto.1.1.perhaps.3", "orto.x.1.right.3", "orto.1.1.right.3.4"):
        assert choice_named(odd) is None
