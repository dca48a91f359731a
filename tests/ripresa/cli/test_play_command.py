"""What is played again looks as it did: the scene stands in the session's own record."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from games.journey.scene_walk import scene_variant
from games.look import Look
from games.scenes.scene import SCENES
from ripresa.cli.play_command import PlayOptions, play_game
from telemetry.messages.events import PromptShown
from telemetry.messages.live import ControlBatch

SESSION = "01J00000000000000000000001"
T0_NS = 1_700_000_000_000_000_000


@pytest.fixture
def played(monkeypatch):
    """What a replay plays with, of a session whose record holds the events given."""

    def play(events, look):
        batch = ControlBatch(
            session=SESSION, item="raise", t0_ns=T0_NS, dt_us=(0, 1000), control=(0.0, 0.1),
            target=1.0, limit=1.5,
        )  # fmt: skip
        reader = SimpleNamespace(events=lambda *_, **__: events)
        kept = SimpleNamespace(reading=lambda: nullcontext(reader), plans=None)
        found = {}
        monkeypatch.setattr("ripresa.cli.play_command.session_source", lambda *_, **__: kept)
        monkeypatch.setattr("ripresa.recordings.replay.recorded_control", lambda *_, **__: [batch])
        monkeypatch.setattr("games.engine.play.play", lambda _, **given: found.update(given))
        play_game(PlayOptions(game="volo", source=f"recording:{SESSION}", look=look))
        return found["look"]

    return play


def shown(variant):
    return PromptShown(
        session=SESSION, number=1, t_ns=T0_NS, mechanism="scene", variant=variant, language="it"
    )


def test_a_replay_is_shown_in_its_sessions_scene_and_otherwise_as_asked_for(played):
    look = played([shown(scene_variant(SCENES[20]))], Look(language="en"))
    assert (look.scene, look.language) == (SCENES[20], "en")
    assert played([shown(scene_variant(SCENES[20]))], None).scene == SCENES[20]


@pytest.mark.parametrize("events", [[], [shown("moon.dawn.clear")]])
def test_a_session_without_a_scene_of_ours_is_shown_as_ever(played, events):
    assert played(events, Look(language="en")) == Look(language="en")
