"""A scene: where on the journey, in which light, in which weather.

A session has one scene and every game in it shows its own place of that region, so that two
exercises of one session lie in one light. Three regions, four lights and three weathers make 36
scenes, and with the places of four games 144 pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIRST_SCENES", "PLACES", "SCENES", "GameScene", "Light", "Region", "SceneWeather"]


class Region(StrEnum):
    """A third of the way, in the order in which it is walked."""

    HILLS = "hills"
    VILLAGES = "villages"
    COAST = "coast"


class Light(StrEnum):
    """The time of day that is drawn; it follows the seed, never the clock."""

    DAWN = "dawn"
    NOON = "noon"
    GOLD = "gold"
    NIGHT = "night"


class SceneWeather(StrEnum):
    """What the air does; what falls is the region's: petals, snow or rain."""

    CLEAR = "clear"
    HAZE = "haze"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class GameScene:
    """One scene of a session."""

    region: Region = Region.HILLS
    light: Light = Light.DAWN
    weather: SceneWeather = SceneWeather.CLEAR

    def told(self, game: str) -> Wording:
        """The scene in words: the game's place of it, its light, its weather."""
        place = PLACES.get(game, REGIONS)[self.region]
        sky = FALLS[self.region] if self.weather is SceneWeather.FALLING else SKIES[self.weather]
        light = LIGHTS[self.light]
        return Wording(f"{place.it}, {light.it}, {sky.it}", f"{place.en}, {light.en}, {sky.en}")


SCENES: Final = tuple(GameScene(*parts) for parts in product(Region, Light, SceneWeather))
"""All 36, in one order."""

FIRST_SCENES: Final[Mapping[str, GameScene]] = {
    "volo": GameScene(Region.HILLS, Light.DAWN, SceneWeather.CLEAR),
    "raccolto": GameScene(Region.HILLS, Light.GOLD, SceneWeather.CLEAR),
    "onda": GameScene(Region.HILLS, Light.NIGHT, SceneWeather.CLEAR),
    "orto": GameScene(Region.HILLS, Light.NOON, SceneWeather.CLEAR),
}
"""Where a game is played outside of any journey."""

REGIONS: Final[Mapping[Region, Wording]] = {
    Region.HILLS: Wording("Colline", "Hills"),
    Region.VILLAGES: Wording("Borghi", "Villages"),
    Region.COAST: Wording("Costa", "Coast"),
}

PLACES: Final[Mapping[str, Mapping[Region, Wording]]] = {
    "volo": {
        Region.HILLS: Wording("Colline di cipressi", "Cypress hills"),
        Region.VILLAGES: Wording("Tetti del borgo", "Village roofs"),
        Region.COAST: Wording("Scogliere", "Cliffs"),
    },
    "raccolto": {
        Region.HILLS: Wording("Melograni", "Pomegranates"),
        Region.VILLAGES: Wording("Olivi", "Olives"),
        Region.COAST: Wording("Limoni", "Lemons"),
    },
    "onda": {
        Region.HILLS: Wording("Lago", "Lake"),
        Region.VILLAGES: Wording("Fiume", "River"),
        Region.COAST: Wording("Mare", "Sea"),
    },
    "orto": {
        Region.HILLS: Wording("Terrazza", "Terrace"),
        Region.VILLAGES: Wording("Cortile", "Courtyard"),
        Region.COAST: Wording("Vasi sul porto", "Harbour pots"),
    },
}
"""The three places of each game."""

LIGHTS: Final[Mapping[Light, Wording]] = {
    Light.DAWN: Wording("all'alba", "at dawn"),
    Light.NOON: Wording("a mezzogiorno", "at noon"),
    Light.GOLD: Wording("nella luce d'oro", "in golden light"),
    Light.NIGHT: Wording("di notte", "by night"),
}

SKIES: Final[Mapping[SceneWeather, Wording]] = {
    SceneWeather.CLEAR: Wording("sereno", "clear"),
    SceneWeather.HAZE: Wording("nella foschia", "in the haze"),
}

FALLS: Final[Mapping[Region, Wording]] = {
    Region.HILLS: Wording("con petali nel vento", "with petals in the wind"),
    Region.VILLAGES: Wording("sotto la neve", "in falling snow"),
    Region.COAST: Wording("sotto la pioggia", "in the rain"),
}
