"""Sound and speech say what has to be known, softly."""

import numpy as np
import pygame
import pytest

from games.audio.hearing import UNHEARD, unheard
from games.audio.level_guide import STEPS, Guide
from games.audio.sound import SOUNDS, Sounds, rendered
from games.audio.speech import Voice, command_for
from games.inputs.keys import KeysSource
from games.look import Look
from games.rules.progress import GamePhase
from games.rules.setting import Setting
from games.ui.canvas import SMALLEST_TEXT, WIDTH, Canvas
from games.ui.dark_screen import GROUND
from games.ui.texts import FRAME, said


def test_audio_only_says_and_sounds_everything_that_is_needed(table):
    played = table("volo", look=Look(audio_only=True, voice=False))
    for _ in played.play():
        pass
    assert {"Salga con calma", "Plani giù, piano"} <= set(played.voice.said)
    assert played.voice.said[-1] == "Fatto. Complete nel gioco: 2 su 2. 20 punti."
    assert {"step1", "step2", "step3", "chime", "end"} <= set(played.sounds.played)


def test_a_rest_asks_for_no_movement_and_is_told_once_by_ear(table):
    setting = Setting(sets=2, repetitions=1, rest_s=5)
    played = table("raccolto", look=Look(audio_only=True, voice=False), setting=setting)
    for _ in played.play():
        resting = played.loop.simulation.state.progress.phase is GamePhase.REST
        if resting and played.voice.said[-1].startswith("Riposi"):
            break
    told = len(played.voice.said)
    while played.loop._shown.progress.phase is GamePhase.REST:
        assert len(played.voice.said) == told
        played.frame()
    assert "Riposi. Si riparte tra 5 s." in played.voice.said


def test_what_stops_a_game_is_told_by_ear(table):
    played = table("volo", look=Look(audio_only=True, voice=False), source=KeysSource())
    played.press(pygame.K_SPACE)
    played.frame()
    played.frame()
    assert played.voice.said[-1].startswith("Pausa")
    played.press(pygame.K_p)
    played.frame()
    played.frame()
    assert played.voice.said[-1] == "Quanto dolore sente adesso, da 0 a 10?"


@pytest.fixture
def deaf(monkeypatch):
    """A machine on which no audio device opens."""

    def refuses(*_args, **_more):
        raise pygame.error("No such audio device")

    monkeypatch.setattr(pygame.mixer, "init", refuses)
    return Sounds(0.7)


def pixels(played):
    """One frame as it is shown."""
    kept = []
    show = played.window.show
    played.window.show = lambda: kept.append(pygame.surfarray.array3d(played.window.picture))
    played.frame()
    played.window.show = show
    return kept[0].reshape(-1, 3)


@pytest.mark.parametrize("audio_only", [False, True], ids=["seen", "heard"])
def test_a_machine_without_an_audio_device_says_so_on_the_screen(table, deaf, audio_only):
    look = Look(language="en", audio_only=audio_only, voice=False)
    shown = {}
    for sounds in (deaf, Sounds(0.0)):
        played = table("volo", look=look, sounds=sounds)
        shown[sounds.missing] = pixels(played)
    assert (shown[True] != shown[False]).any()
    assert unheard(look, deaf, Voice("en", on=False)).startswith("no_sound")


def test_played_by_ear_without_an_audio_device_the_picture_is_there(table, deaf):
    look = Look(audio_only=True, voice=False)
    dark, seen = table("volo", look=look), table("volo", look=look, sounds=deaf)
    ground = [(pixels(played) == GROUND).all(axis=1).mean() for played in (dark, seen)]
    assert ground[0] > 0.5
    assert ground[1] < 0.05


def test_a_voice_that_is_missing_is_told_where_the_picture_is_dark(monkeypatch):
    monkeypatch.setattr("games.audio.speech.PROGRAMS", ())
    voice, sounds = Voice("it"), Sounds(0.0)
    assert unheard(Look(audio_only=True), sounds, voice) == "no_voice"
    assert unheard(Look(), sounds, voice) == ""


@pytest.mark.parametrize("key", UNHEARD)
@pytest.mark.parametrize("language", ["it", "en"])
def test_what_cannot_be_heard_fits_the_screen_at_the_largest_text(table, key, language):
    canvas = Canvas(table("volo").window.picture, 2.0)
    assert canvas.text(said(FRAME, key, language), SMALLEST_TEXT, GROUND).get_width() < WIDTH - 72


def test_guidance_by_ear_rises_on_the_way_up_and_does_not_chatter():
    guide, heard = Guide(), []
    for n in range(200):
        position = 0.8 * n / 200 + 0.01 * (-1) ** n
        guide, sound = guide.moved(position, 0.8)
        heard += [sound] if sound else []
    assert heard == list(STEPS)


@pytest.mark.parametrize("name", sorted(SOUNDS))
def test_sounds_begin_and_end_softly_and_are_never_loud(name):
    wave = rendered(name).astype(float) / 32767
    assert np.abs(wave).max() <= 0.5
    assert np.abs(wave[:20]).max() < 0.05
    assert np.abs(wave[-20:]).max() < 0.01


def test_speech_is_a_program_with_the_text_as_one_argument():
    command = command_for("/usr/bin/espeak-ng", "--piano; rm", "it")
    assert command[-2:] == ["--", "--piano; rm"]
    assert command[1:3] == ["-v", "it"]


def test_spoken_prompts_are_spoken_where_a_program_is_installed():
    from needs import need_program

    need_program("espeak-ng", "espeak", "say")
    voice = Voice("it")
    assert voice.at_hand
    voice.say("Piano")
    voice.say("Ancora")
    voice.close()
    assert voice.said == ["Piano", "Ancora"]
