"""Games that old, tired, one-armed, colour-blind people can play."""

import hashlib
import itertools

import numpy as np
import pygame
import pytest

from games.audio.level_guide import STEPS, Guide
from games.audio.sound import SOUNDS, Sounds, rendered
from games.audio.speech import Voice, command_for
from games.engine.devices import Devices
from games.engine.game import game_named
from games.engine.game_requests import NobodyAsked
from games.engine.loop import Loop
from games.engine.pace import InstantPace
from games.engine.play_settings import PlaySettings, Stopping
from games.engine.window import Window
from games.figures.drawing import ExerciseDrawing, share_at
from games.figures.poses import POSES
from games.inputs.keys import KeysSource
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.look import Look
from games.rules.control import ControlSample
from games.rules.mode import Mode
from games.rules.progress import GamePhase
from games.rules.setting import Setting
from games.rules.take import Take
from games.session.page import Choice, Page
from games.session.page_screen import PageScreen
from games.ui.canvas import Canvas
from games.ui.hud import SMALLEST_TARGET, Button, Hud, pill
from games.ui.menu import Menu
from games.ui.pain_scale import PainScale
from games.ui.palette import ALERT, CREAM, INK, PAPER, SEEN_BY, contrast, seen
from games.ui.texts import FRAME
from telemetry.errors import ConfigurationError
from telemetry.messages.requests import ReportPain, ReportUnwell
from therapy.exercises.library import LIBRARY

pytestmark = pytest.mark.slow

T0_NS = 1_700_000_000_000_000_000
GAMES = ("onda", "raccolto", "volo")


class Table:
    """A loop without anybody watching."""

    def __init__(
        self, name="volo", *, look=None, source=None, setting=None, frames_per_s=20, stopping=None
    ):
        self.window = Window(headless=True, title="test")
        self.pace = InstantPace(T0_NS, frames_per_s)
        self.asks = NobodyAsked()
        self.sounds, self.voice = Sounds(0.0), Voice("it", on=False)
        devices = Devices(
            window=self.window,
            pace=self.pace,
            source=source or PlayerSource(Player(PROFILES["strong"], 3), T0_NS),
            sounds=self.sounds,
            voice=self.voice,
        )
        settings = PlaySettings(
            game=game_named(name),
            setting=setting or Setting(sets=1, repetitions=2, rest_s=0),
            look=look or Look(voice=False),
            pain_at_check_in=0,
            stopping=stopping or Stopping(after_s=200),
        )
        self.loop = Loop(settings, devices, self.asks)

    def frame(self):
        self.loop.frame()
        self.pace.wait(bool)

    def play(self):
        while self.loop.stopped_by is None:
            self.frame()
            yield self

    def press(self, *keys):
        for key in keys:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


@pytest.fixture
def table():
    tables = []

    def make(*args, **more):
        tables.append(Table(*args, **more))
        return tables[-1]

    yield make
    for made in tables:
        made.window.close()


def pixels(window):
    return hashlib.sha256(pygame.image.tobytes(window.picture, "RGB")).hexdigest()


@pytest.mark.parametrize("name", GAMES)
def test_the_same_seed_and_player_give_the_same_frames(table, name):
    hashes = [[pixels(t.window) for t in table(name, frames_per_s=4).play()] for _ in range(2)]
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) > 10


@pytest.mark.parametrize("name", GAMES)
def test_nothing_flashes(table, name):
    """No picture is much lighter or darker than the one before it (WCAG 2.3.1: 10 %)."""
    means = [
        pygame.surfarray.array3d(t.window.picture)[::8, ::8].mean() / 255
        for t in itertools.islice(table(name).play(), 240)
        if t.loop.mode is Mode.PLAY
    ]
    assert np.abs(np.diff(means)).max() < 0.05


@pytest.mark.parametrize("look", [
    Look(side="left", voice=False),
    Look(text_scale=2.0, language="en", voice=False),
    Look(reduced_motion=True, voice=False),
    Look(audio_only=True, voice=False),
])  # fmt: skip
def test_every_mode_plays_a_whole_game(table, look):
    played = table("raccolto", look=look)
    for _ in played.play():
        pass
    assert played.loop.stopped_by == "done"
    assert played.loop.simulation.state.progress.trials == 2


def test_audio_only_says_and_sounds_everything_that_is_needed(table):
    played = table("volo", look=Look(audio_only=True, voice=False))
    for _ in played.play():
        pass
    assert {"Salga con calma", "Plani giù, piano"} <= set(played.voice.said)
    assert played.voice.said[-1] == "Fatto. Ripetizioni ampie e con calma: 2 su 2. 20 punti"
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
    assert played.voice.said[-1] == "Quanto dolore sente, da 0 a 10?"


@pytest.mark.parametrize(("keys", "answer"), [
    ((pygame.K_1, pygame.K_0), 10),
    ((pygame.K_KP1, pygame.K_KP0), 10),
    ((pygame.K_x,), 10),
    ((pygame.K_KP7,), 7),
    ((pygame.K_1, pygame.K_3), 3),
    ((pygame.K_1, pygame.K_RETURN), 1),
    ((pygame.K_0,), 0),
])  # fmt: skip
def test_pain_can_be_typed_as_people_type_it(keys, answer):
    scale, now_ns = PainScale(T0_NS), T0_NS + 700_000_000
    *before, last = keys
    assert [scale.key(key, now_ns) for key in before] == [None] * len(before)
    assert scale.key(last, now_ns + 100_000_000) == answer
    assert scale.waited(now_ns + 10_000_000_000) is None


def test_a_pain_of_1_is_told_after_waiting_for_the_0_of_a_10(table):
    played = table("volo", source=KeysSource())
    played.frame()
    played.press(pygame.K_p, pygame.K_1)
    played.frame()
    assert played.asks.requests == []
    for _ in range(40):
        played.frame()
    assert played.asks.requests == [ReportPain(pain=1)]
    assert played.loop.mode is Mode.PLAY


@pytest.mark.parametrize("away", ["enter", "click"])
def test_the_last_card_can_be_taken_away_but_not_by_a_press_meant_for_the_game(table, away):
    def press():
        if away == "enter":
            played.press(pygame.K_RETURN)
        else:
            at = {"button": 1, "pos": (640, 300)}
            pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, at))
        played.frame()

    played = table("volo", source=KeysSource(), stopping=Stopping(lingers=True))
    played.loop.press("unwell")
    press()
    assert played.loop.stopped_by is None
    for _ in range(30):
        played.frame()
    press()
    assert played.loop.stopped_by == "closed"


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_offer_of_keys_stays_off_the_pictures_edges_at_200_per_cent(language):
    window = Window(headless=True, title="t")
    canvas = Canvas(window.picture, 2.0)
    place = pill(canvas, FRAME["keys"][language], 26, "midbottom", (640, 600))
    assert place.left >= 16
    assert place.right <= 1280 - 16
    window.close()


def test_guidance_by_ear_rises_on_the_way_up_and_does_not_chatter():
    guide, heard = Guide(), []
    for n in range(200):
        position = 0.8 * n / 200 + 0.01 * (-1) ** n
        guide, sound = guide.moved(position, 0.8)
        heard += [sound] if sound else []
    assert heard == list(STEPS)


def test_pain_is_one_key_and_one_digit_and_stops_motion_meanwhile(table):
    played = table()
    for _ in range(20):
        played.frame()
    played.press(pygame.K_p)
    played.frame()
    assert played.loop.mode is Mode.PAIN
    steps = played.loop.simulation.steps
    for _ in range(20):
        played.frame()
    assert played.loop.simulation.steps == steps
    played.press(pygame.K_7)
    played.frame()
    assert played.asks.requests == [ReportPain(pain=7)]
    assert played.loop.mode is Mode.STOPPED


def test_amber_pain_goes_on_easier(table):
    played = table(setting=Setting(level=0.8))
    for _ in range(5):
        played.frame()
    played.press(pygame.K_p, pygame.K_2)
    for _ in range(5):
        played.frame()
    assert played.loop.mode is Mode.PLAY
    assert played.loop.simulation.state.progress.level == 0.8
    played.loop._pain_at_check_in = 4
    played.press(pygame.K_p, pygame.K_4)
    for _ in range(5):
        played.frame()
    assert played.loop.mode is Mode.PLAY
    assert played.loop.simulation.state.progress.level < 0.8


def test_unwell_is_a_button_too_and_ends_at_once(table):
    played = table()
    played.frame()
    button = next(b for b in Hud(Look()).buttons if b.name == "unwell")
    event = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=button.place.center)
    pygame.event.post(event)
    played.frame()
    assert played.asks.requests == [ReportUnwell()]
    assert played.loop.mode is Mode.UNWELL


def test_a_pause_costs_nothing_and_demands_no_catching_up(table):
    class Steady:
        ended = waiting = False

        def __init__(self):
            self.last_ns = T0_NS

        def poll(self, now_ns, _invited):
            from games.inputs.source import ArrivedSample

            arrivals = []
            while self.last_ns < now_ns:
                self.last_ns += 16_666_667
                level = 0.5 - 0.5 * np.cos((self.last_ns - T0_NS) * 1e-9 * 2 * np.pi / 6)
                arrivals.append(
                    ArrivedSample(ControlSample(self.last_ns, float(level)), self.last_ns)
                )
            return arrivals

        def counted(self):
            return []

    played = table(source=Steady())
    for _ in range(30):
        played.frame()
    score = played.loop.simulation.state.progress.score
    played.press(pygame.K_SPACE)
    for _ in range(100):
        played.frame()
    steps = played.loop.simulation.steps
    assert played.loop.mode is Mode.PAUSED
    played.press(pygame.K_SPACE)
    played.frame()
    played.frame()
    assert played.loop.simulation.steps - steps < 30
    assert played.loop.simulation.state.progress.score >= score


def test_two_keys_without_holding_down_play_a_game(table):
    keys = KeysSource(1.0, 1.0)
    played = table(source=keys, frames_per_s=30)
    for n, _ in zip(range(200), played.play(), strict=False):
        if n % 90 == 5:
            played.press(pygame.K_UP)
        elif n % 90 == 50:
            played.press(pygame.K_DOWN)
    assert played.loop.simulation.state.progress.trials == 2


def test_where_no_wearable_comes_keys_take_its_place(table):
    class Mute:
        ended = waiting = False

        def poll(self, _now_ns, _invited):
            return []

        def counted(self):
            return []

    played = table(source=Mute(), setting=Setting(up_s=1.0, down_s=1.0))
    for n in range(80):
        played.frame()
        if n in (10, 45):
            played.press(pygame.K_UP if n == 10 else pygame.K_DOWN)
    assert played.loop.simulation.state.progress.trials == 1


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_every_target_is_large_enough_on_the_picture_and_apart(side, scale):
    look = Look(side=side, text_scale=scale)
    pages = [
        Page(
            "t", choices=(*(Choice(str(n), "x", small=True) for n in range(11)), Choice("s", "x"))
        ),
        Page("t", choices=tuple(Choice(str(n), "x") for n in range(4))),
        Page("t", exercise="elbow-bend", choices=(Choice("a", "x"), Choice("b", "x"))),
    ]
    hud = list(Hud(look).buttons)
    Window(headless=True, title="t")
    screen = PageScreen(look)
    for buttons in (hud + PainScale.buttons(), *(hud + screen.buttons(page) for page in pages)):
        for button in buttons:
            assert min(button.place.size) >= SMALLEST_TARGET
            assert pygame.Rect(0, 0, 1280, 720).contains(button.place), button
        for a, b in itertools.combinations(buttons, 2):
            assert not a.place.colliderect(b.place), (a.name, b.name)


def test_a_smaller_target_or_text_is_refused():
    with pytest.raises(ValueError, match="below 64 px"):
        Button("x", "x", "X", pygame.Rect(0, 0, 63, 200))
    Window(headless=True, title="t")
    with pytest.raises(ValueError, match="below 24 px"):
        Canvas(pygame.Surface((10, 10))).text("x", 23, INK)


@pytest.mark.parametrize("vision", list(SEEN_BY))
def test_text_stands_out_by_4_5_to_1_for_every_kind_of_colour_vision(vision):
    for ink, ground in ((INK, PAPER), (INK, CREAM), (ALERT, PAPER)):
        assert contrast(seen(ink, vision), seen(ground, vision)) >= 4.5


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (1920, 1080), (720, 1280)])
def test_the_picture_fits_any_window_and_presses_land_where_they_are_seen(size):
    window = Window(headless=True, title="t", size=size)
    window.show()
    scale = min(size[0] / 1280, size[1] / 720)
    left, top = (size[0] - 1280 * scale) / 2, (size[1] - 720 * scale) / 2
    x, y = window.to_picture((round(left + 900 * scale), round(top + 600 * scale)))
    assert abs(x - 900) < 4
    assert abs(y - 600) < 4
    window.close()


def raised(menu, level, seconds, now_ns):
    taken = None
    for _ in range(round(seconds * 50)):
        now_ns += 20_000_000
        menu, choice = menu.waited(now_ns, level)
        taken = choice if choice is not None else taken
    return menu, taken, now_ns


def test_a_menu_can_be_worked_by_motion_alone():
    menu, taken, now_ns = raised(Menu.opened(3, T0_NS), 0.0, 3.5, T0_NS)
    assert (menu.focus, taken) == (1, None)
    menu, taken, now_ns = raised(menu, 0.9, 1.2, now_ns)
    assert taken == 1


def test_a_control_that_is_up_when_a_menu_opens_chooses_nothing():
    _, taken, _ = raised(Menu.opened(3, T0_NS), 0.9, 10, T0_NS)
    assert taken is None


def test_the_focus_does_not_wander_away_from_where_keys_put_it():
    menu = Menu.opened(11, T0_NS).moved(3, T0_NS)
    for seconds in range(20):
        menu, taken = menu.waited(T0_NS + seconds * 1_000_000_000, 0.0)
        assert (menu.focus, taken) == (3, None)


def test_a_press_in_the_first_half_second_of_a_menu_does_not_count():
    menu = Menu.opened(2, T0_NS)
    assert not menu.may_choose(T0_NS + 400_000_000)
    assert menu.may_choose(T0_NS + 600_000_000)


def test_each_of_the_thirteen_exercises_has_a_looping_drawing_of_its_own():
    Window(headless=True, title="t")
    drawn = {}
    for exercise in LIBRARY:
        assert exercise.id in POSES
        drawing = ExerciseDrawing(exercise.id)
        frames = [pygame.image.tobytes(drawing.at(s), "RGBA") for s in (0.0, 0.5, 1.0)]
        assert len(set(frames)) == 3, exercise.id
        drawn[frames[1]] = exercise.id
        loop = [share_at(exercise.tempo, t / 10) for t in range(300)]
        assert min(loop) < 0.02
        assert max(loop) > 0.98
    assert len(drawn) == 13


def test_a_left_sided_exercise_is_mirrored_and_a_take_is_shown_as_a_ghost():
    Window(headless=True, title="t")
    right = ExerciseDrawing("elbow-bend").at(0.5)
    left = ExerciseDrawing("elbow-bend", mirrored=True).at(0.5)
    flipped = pygame.transform.flip(left, flip_x=True, flip_y=False)
    assert pygame.image.tobytes(right, "RGBA") == pygame.image.tobytes(flipped, "RGBA")
    ghost = ExerciseDrawing("elbow-bend").at(0.5, ghost=0.1)
    assert pygame.image.tobytes(right, "RGBA") != pygame.image.tobytes(ghost, "RGBA")


@pytest.mark.parametrize("exercise", LIBRARY, ids=lambda e: e.id)
def test_cues_have_at_most_twelve_words(exercise):
    for text in (exercise.cue.it, exercise.cue.en):
        assert len(text.split()) <= 12


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


def test_a_take_is_recorded_kept_and_shown_in_its_own_time(tmp_path):
    samples = [ControlSample(T0_NS + n * 100_000_000, n / 10) for n in range(11)]
    Take.of(samples).save(tmp_path / "take.json")
    take = Take.load(tmp_path / "take.json")
    assert take.at(0.55) == pytest.approx(0.55)
    assert take.at(2.0 + 0.25) == pytest.approx(0.25)
    assert take.at(1.5) == 1.0


@pytest.mark.parametrize("text", ["", "[]", '{"times_s":[0,1],"levels":[0]}', '{"times_s":1}'])
def test_a_damaged_take_is_named_in_one_line(tmp_path, text):
    file = tmp_path / "take.json"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match="take.json is damaged"):
        Take.load(file)


def test_pain_can_be_told_with_two_keys(table):
    played = table()
    for _ in range(20):
        played.frame()
    played.press(pygame.K_p)
    played.frame()
    played.press(pygame.K_RETURN)
    played.frame()
    assert played.asks.requests == [], "a press that came with the question is no answer"
    for _ in range(60):
        played.frame()
    for _ in range(3):
        played.press(pygame.K_RIGHT)
        played.frame()
    played.press(pygame.K_RETURN)
    played.frame()
    assert played.asks.requests == [ReportPain(pain=3)]


def test_unwell_is_in_reach_while_the_pain_scale_is_open(table):
    played = table()
    for _ in range(20):
        played.frame()
    played.press(pygame.K_p)
    played.frame()
    played.press(pygame.K_u)
    played.frame()
    assert played.asks.requests == [ReportUnwell()]
