"""The music follows the person, is the same for the same seed, and startles nobody."""

import time
import wave

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.audio.sound import FEEDBACK, SOUNDS
from games.engine.accompaniment import Accompaniment
from games.music.conductor import Conductor, layers_of
from games.music.instruments import RATE_HZ, ambience, sounded
from games.music.music_files import HEARD, piece, write_files
from games.music.music_player import DUCKED, MusicPlayer
from games.music.renderer import MusicRenderer
from games.music.score import (
    LAYERS,
    MOTIFS,
    BeatTempo,
    MusicPart,
    Note,
    mode_of,
    motif_of,
    notes_at,
)
from games.rules.mode import Mode as Doing
from games.scenes.scene import SCENES, GameScene, Light
from games.testing.journey_bench import music_cpu
from loudness import loudness_lufs

TEMPO = BeatTempo.of(3, 1, 3)


def test_three_one_three_and_a_second_of_rest_are_eight_beats_at_sixty():
    assert (TEMPO.beats, TEMPO.bpm) == (8, 60)
    assert (TEMPO.rise, TEMPO.hold, TEMPO.fall, TEMPO.rest) == (3, 1, 3, 1)


@given(up=st.floats(1, 12), hold=st.floats(0, 10), down=st.floats(1, 12))
def test_a_repetition_with_its_rest_is_a_whole_number_of_beats_at_50_to_72(up, hold, down):
    tempo = BeatTempo.of(up, hold, down)
    assert 50 - 1e-9 <= tempo.bpm <= 72 + 1e-9
    whole_s = up + hold + down + 1
    if whole_s >= 4:
        assert tempo.beats * tempo.beat_s == pytest.approx(whole_s)


def played(wanted):
    """Part by half beat, as the person is told to be at each."""
    conductor, parts = Conductor(), []
    for where in wanted:
        conductor = conductor.after_half_beat(where, TEMPO)
        parts.append(conductor.part)
    return parts


def runs(parts):
    found = []
    for part in parts:
        if found and found[-1][0] is part:
            found[-1][1] += 1
        else:
            found.append([part, 1])
    return found


def test_the_chord_waits_for_who_is_slower_and_the_line_never_runs_ahead():
    rest, rise, hold, fall = MusicPart
    slow = [rest] * 2 + [rise] * 14 + [hold] * 10 + [fall] * 10 + [rest] * 4
    slow_parts = dict(runs(played(slow)))
    assert slow_parts[rise] == slow_parts[fall] == 6
    assert slow_parts[hold] > 10
    hasty = [rest] * 2 + [rise, hold, fall] + [rest] * 18
    assert [p for p in runs(played(hasty)) if p[0] is not rest] == [[rise, 6], [hold, 2], [fall, 6]]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=30))
def test_layers_enter_with_complete_repetitions_and_none_leaves_before_the_set_ends(course):
    conductor = Conductor()
    for complete, of_set in course:
        after = conductor.entered(complete, of_set)
        assert 2 <= after.layers <= len(LAYERS)
        assert after.layers >= layers_of(complete)
        if of_set == conductor.of_set:
            assert after.layers >= conductor.layers
        conductor = after


@given(seed=st.integers(0, 2**31), phrase=st.integers(0, 30))
def test_motifs_walk_from_neighbour_to_neighbour(seed, phrase):
    step = (motif_of(seed, phrase + 1) - motif_of(seed, phrase)) % len(MOTIFS)
    assert step in (0, 1, len(MOTIFS) - 1)


@given(
    scene=st.sampled_from(SCENES),
    seed=st.integers(0, 99),
    part=st.sampled_from(MusicPart),
    half=st.integers(0, 40),
)
def test_every_note_lies_in_the_mode_of_its_place(scene, seed, part, half):
    mode = mode_of(scene)
    notes = notes_at(mode, TEMPO, seed=seed, phrase=3, part=part, half=half, layers=len(LAYERS))
    for note in notes:
        semitones = round(12 * np.log2(note.pitch_hz / mode.root_hz), 1) % 12
        fifth = 7.0 if note.layer == "drone" else None
        assert min(abs(semitones - s) for s in (*mode.steps, fifth or 0, 12)) < 0.1
    assert (scene.light is Light.NIGHT) == (len(mode.steps) == 5)


def test_the_same_seed_gives_the_same_sound_and_another_seed_another():
    scene = GameScene()
    first, again, *others = (piece(scene, 30, seed) for seed in (1, 1, 2, 3, 4))
    assert np.array_equal(first, again)
    assert not all(np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("layer", [*LAYERS[1:]])
def test_no_instrument_starts_within_20_ms(layer):
    tone = np.abs(sounded(Note(layer, 440.0, 3.0, 1.0), 1.0))
    early = tone[: round(0.02 * RATE_HZ) // 2].max()
    assert early < 0.5 * tone.max()
    assert tone[0] < 0.01 > tone[-1]


def test_no_effect_starts_within_20_ms_and_cues_are_where_old_ears_hear():
    assert min(attack for _, _, attack, _ in SOUNDS.values()) >= 0.02
    for name in set(FEEDBACK.values()):
        loudest = max(SOUNDS[name][0], key=lambda part: part[1])[0]
        assert 500 <= loudest <= 2000, name


def test_the_air_of_a_place_meets_itself_without_a_click():
    for region in ("hills", "villages", "coast"):
        wave_of = ambience(region)
        assert abs(wave_of[0] - wave_of[-1]) < 3 * np.abs(np.diff(wave_of)).max()


@pytest.mark.parametrize("place", HEARD)
def test_a_minute_of_each_place_is_as_loud_as_it_should_be_and_never_clips(place):
    sound = piece(HEARD[place], 60, 7)
    assert np.abs(sound).max() < 0.9
    assert -20 <= loudness_lufs(sound) <= -16


def test_two_minutes_of_each_place_are_written_as_files(tmp_path):
    files = write_files(tmp_path / "music", seconds=2)
    assert [f.stem for f in files] == [f"music-{name}" for name in HEARD]
    with wave.open(str(files[0])) as one:
        assert (one.getnchannels(), one.getframerate()) == (1, RATE_HZ)
        assert one.getnframes() == 2 * RATE_HZ


def test_rendering_takes_less_than_a_twentieth_of_a_core():
    music = MusicRenderer(GameScene(), TEMPO, 1)
    music.conductor = music.conductor.entered(9, 0)
    for _ in range(16):  # notes are kept once they were made
        music.half_beat(MusicPart.RISE)
    began_s = time.process_time()
    sound = np.concatenate([music.half_beat(MusicPart.HOLD) for _ in range(60)])
    assert time.process_time() - began_s < 0.05 * sound.size / RATE_HZ


def test_the_bench_tells_the_share_of_a_core():
    assert 0 < music_cpu(seconds=4) < 0.05


def settled(player, **how):
    for _ in range(120):
        player.sound(**how)
    return player.level


def test_speech_takes_12_db_off_questions_all_of_it_and_one_key_too():
    player = MusicPlayer(0.5)
    assert settled(player) == pytest.approx(0.5, rel=0.01)
    assert settled(player, speech=True) == pytest.approx(0.5 * DUCKED, rel=0.01)
    assert settled(player, quiet=True) < 0.001
    player.muted = True
    assert settled(player) < 0.001


def test_in_every_game_the_music_goes_with_the_repetition(table):
    for name in ("volo", "orto"):
        played_game = table(name)
        music = played_game.loop._devices.music
        seen_parts = [music.part for _ in played_game.play()]
        order = [part for part, _ in runs(seen_parts)]
        assert order[:4] == list(MusicPart)
        assert music.layers > 2


def test_one_key_turns_off_all_that_is_heard_and_on_again(table):
    played_game = table("volo")
    loop = played_game.loop
    played_game.press(pygame.K_m)
    played_game.frame()
    assert loop._sounds.muted
    assert loop._voice.muted
    assert loop._devices.music.muted
    loop.press("mute")
    assert not loop._sounds.muted


def test_while_pain_is_asked_for_there_is_no_music(table):
    played_game = table("volo")
    played_game.frame()
    played_game.loop.press("pain")
    follows = played_game.loop._accompaniment
    assert isinstance(follows, Accompaniment)
    music = played_game.loop._devices.music
    music.level = 0.4
    for _ in range(60):
        follows.follow(played_game.loop.simulation.state, Doing.PAIN)
    assert music.level < 0.001


def test_half_beats_are_rendered_ahead_in_a_thread(monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    player = MusicPlayer(0.5)
    player.play(GameScene(), BeatTempo.of(0.5, 0, 0.5, 0.5), 1)
    try:
        assert any(player.halves >= 2 or time.sleep(0.05) for _ in range(200))
    finally:
        player.close()
        pygame.mixer.quit()
    assert player.halves >= 2
