"""Scenes: 36 of them, each in words, each sky in a band of luminance that contrast can rest on."""

import subprocess
import sys

from games.engine.game import games_at_hand
from games.scenes.atmosphere import LEAST_DAY, MOST_NIGHT, atmosphere_of
from games.scenes.scene import FIRST_SCENES, PLACES, SCENES, Light
from games.ui.palette import SEEN_BY, luminance, seen

OWN = ("volo", "raccolto", "onda", "orto")


def test_there_are_36_scenes_and_each_of_the_games_has_a_place_for_every_one():
    assert len(set(SCENES)) == 36
    assert {name: set(PLACES[name]) for name in OWN} == {
        name: {scene.region for scene in SCENES} for name in OWN
    }
    assert set(games_at_hand()) & set(OWN) <= FIRST_SCENES.keys()


def test_no_two_scenes_of_a_game_are_told_in_the_same_words_or_seen_in_the_same_air():
    for name in (*OWN, "somebody-elses"):
        for language in ("it", "en"):
            assert len({scene.told(name).text(language) for scene in SCENES}) == 36
    skies = [atmosphere_of(scene) for scene in SCENES]
    assert len({(air.sky, air.falls, air.density) for air in skies}) == 36


def test_every_sky_lies_in_the_band_of_luminance_that_its_light_promises():
    wrong = []
    for scene in SCENES:
        air = atmosphere_of(scene)
        assert air.night is (scene.light is Light.NIGHT)
        for vision in SEEN_BY:
            for colour in air.behind:
                light = luminance(seen(colour, vision))
                if light > MOST_NIGHT if air.night else light < LEAST_DAY:
                    wrong.append((scene, vision, colour, round(light, 3)))
    assert not wrong


def test_what_is_far_fades_into_the_haze_and_what_is_at_hand_does_not():
    for scene in SCENES:
        air = atmosphere_of(scene)
        near, far = air.lit((90, 120, 80)), air.lit((90, 120, 80), 1.0)
        assert (near == far) is (air.density == 0)


def test_scenes_are_pure():
    code = (
        "import sys, games.scenes.atmosphere, games.scenes.scene; sys.exit('pygame' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
