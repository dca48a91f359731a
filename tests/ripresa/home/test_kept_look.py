"""Volumes, captions and points are kept at a home; an option of a command goes before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from games.look import Look
from ripresa.cli.look_options import kept_options, look_of
from ripresa.cli.main import app
from ripresa.home.looks.kept_look import KeptLook
from telemetry.errors import ConfigurationError

volumes = st.none() | st.floats(0, 1)
looks = st.builds(
    KeptLook,
    music=volumes,
    sound=volumes,
    speech=volumes,
    captions=st.none() | st.booleans(),
    points=st.none() | st.booleans(),
)


@given(looks, looks)
def test_what_is_asked_goes_before_what_is_kept_and_that_before_the_beginning(asked, kept):
    look, start = asked.over(kept).applied(Look()), Look()
    for name in KeptLook.model_fields:
        first = [getattr(one, name) for one in (asked, kept, start)]
        assert getattr(look, name) == next(value for value in first if value is not None)


@given(looks)
def test_what_is_kept_is_read_back(tmp_path_factory, look):
    path = tmp_path_factory.mktemp("look") / "home" / "look.json"
    look.save(path)
    assert KeptLook.load(path) == look


def test_a_damaged_file_leaves_the_look_as_it_begins(tmp_path):
    path = tmp_path / "look.json"
    for odd in ("{", '{"music": 7}', '{"music": NaN}', '{"points": "perhaps"}'):
        path.write_text(odd, encoding="utf-8")
        assert KeptLook.load(path) == KeptLook()


def test_a_setting_holds_for_every_later_session_and_an_option_for_one(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))

    def run(*asked):
        return CliRunner().invoke(app, ["home", "settings", *asked]).output

    assert run() == "music 0.4, effects 0.7, speech 0.5; captions off, points on\n"
    run("--music", "0", "--captions", "--no-points")
    assert run("--speech", "1") == "music 0, effects 0.7, speech 1; captions on, points off\n"
    look = look_of("it", 1.0, "right", audio_only=False)
    assert (look.music, look.speech, look.captions, look.shows_points) == (0, 1, True, False)
    wishes = kept_options(0.9, None, None, captions=False, points=None)
    look = look_of("it", 1.0, "right", audio_only=False, wishes=wishes)
    assert (look.music, look.speech, look.captions, look.shows_points) == (0.9, 1, False, False)
    assert "music 0," in run()


@pytest.mark.parametrize("volume", ["1.1", "-0.1", "nan"])
def test_a_volume_that_there_is_not_is_refused_by_name(volume, tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    asked = ["home", "settings", "--effects", volume]
    refused = CliRunner().invoke(app, asked).exception
    assert isinstance(refused, ConfigurationError)
    assert "--effects" in str(refused)
