"""The physiotherapist's own take of an exercise."""

import pygame
import pytest

from games.rules.control import ControlSample
from games.rules.setting import Setting
from games.rules.take import Take
from telemetry.errors import ConfigurationError

T0_NS = 1_700_000_000_000_000_000


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
