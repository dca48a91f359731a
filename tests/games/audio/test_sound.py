"""Sounds are soft, speech is a program, and guidance by ear does not chatter."""

import numpy as np
import pytest

from games.audio.level_guide import STEPS, Guide
from games.audio.sound import SOUNDS, rendered
from games.audio.speech import Voice, command_for


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
