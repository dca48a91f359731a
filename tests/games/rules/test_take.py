"""A movement is recorded to be shown again in its own time."""

import pytest

from game_table import T0_NS
from games.rules.control import ControlSample
from games.rules.take import Take
from telemetry.errors import ConfigurationError


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
