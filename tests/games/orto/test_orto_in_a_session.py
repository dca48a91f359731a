"""What is chosen in a session's Orto decides the next session's level, and nothing else."""

import pygame
import pytest

from games.orto.levels import ChoiceStanding
from session_stage import Stage, seated_raise

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
