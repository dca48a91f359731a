"""The air of a scene: its sky, what its light does to every colour, how far one sees.

Whatever a place holds is painted in the colours it has on a plain morning and relit by
`Atmosphere.lit`: its colour times the light's tint, faded towards the haze with distance, whitened
where snow lies. So a place needs one drawing, and its 12 lights and weathers agree with each other.

Skies keep to two bands of luminance, because what moves before them is told apart by contrast in
every kind of colour vision: by day at least `LEAST_DAY`, by night at most `MOST_NIGHT` (relative
luminance of WCAG 2.2), below the uppermost `FREE` of the picture, where nothing moves, and
above `LAND`, where land lies before every sky. A test holds every sky to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .colour import mix
from .scene import Light, Region, SceneWeather

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .colour import Colour
    from .scene import GameScene

__all__ = ["LEAST_DAY", "MOST_NIGHT", "Atmosphere", "Falls", "Orb", "atmosphere_of"]

Falls: TypeAlias = Literal["petals", "snow", "rain"]
Stops: TypeAlias = tuple[tuple[float, "Colour"], ...]

LEAST_DAY: Final = 0.62
MOST_NIGHT: Final = 0.035
FREE: Final = 0.15
LAND: Final = 0.8


@dataclass(frozen=True, slots=True)
class Orb:
    """Sun or moon: its middle and radius on the picture of 1280 by 720, its colours."""

    x: int
    y: int
    radius: int
    colour: Colour
    halo: Colour
    moon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Atmosphere:
    """What light and weather do to a place.

    Attributes:
        sky: stops of the sky from the top (0) to the lower edge (1).
        tint: factors on red, green and blue of everything lit.
        haze: colour of the far air.
        density: how much of the haze lies before the farthest thing, 0 to 1.
        orb: sun or moon; veiled by the weather, never behind the play.
        veil: how much of the orb the weather hides, 0 to 1.
        stars: how many.
        snow: how white lies on the ground, 0 to 1.
        falls: what comes down; None: nothing.
        night: whether what moves is light before dark, instead of dark before light.
    """

    sky: Stops
    tint: tuple[float, float, float]
    haze: Colour
    density: float
    orb: Orb
    veil: float
    stars: int
    snow: float
    falls: Falls | None
    night: bool

    def lit(self, colour: Colour, far: float = 0.0) -> Colour:
        """A colour in this light at a distance, 0 at hand to 1 at the horizon."""
        red, green, blue = (min(255, round(c * t)) for c, t in zip(colour, self.tint, strict=True))
        return mix((red, green, blue), self.haze, min(1.0, self.density * far))

    def sky_at(self, share: float) -> Colour:
        """The sky's colour at a share of the picture's height."""
        for (low, above), (high, below) in pairwise(self.sky):
            if low <= share <= high:
                return mix(above, below, (share - low) / (high - low))
        return self.sky[0 if share < self.sky[0][0] else -1][1]

    @property
    def behind(self) -> tuple[Colour, ...]:
        """The sky's shades before which a game's figures move."""
        return tuple(self.sky_at(FREE + (LAND - FREE) * n / 6) for n in range(7))

    def ground(self, colour: Colour, far: float = 0.0) -> Colour:
        """The same of what lies open to the sky: snow whitens it."""
        return self.lit(mix(colour, SNOW, self.snow), far)


SNOW: Final[Colour] = (244, 247, 255)


@dataclass(frozen=True, slots=True)
class _Lighting:
    """A light before weather and region."""

    sky: Stops
    tint: tuple[float, float, float]
    haze: Colour
    dull: Colour
    orb: Orb
    stars: int = 0


_LIGHTINGS: Final[Mapping[Light, _Lighting]] = {
    Light.DAWN: _Lighting(
        sky=(
            (0.0, (198, 224, 242)),
            (0.38, (233, 240, 240)),
            (0.7, (255, 238, 212)),
            (1.0, (255, 222, 186)),
        ),
        tint=(1.0, 1.0, 1.0),
        haze=(244, 232, 222),
        dull=(216, 222, 230),
        orb=Orb(950, 400, 54, (255, 253, 240), (255, 246, 210)),
    ),
    Light.NOON: _Lighting(
        sky=(
            (0.0, (104, 172, 236)),
            (0.15, (172, 216, 247)),
            (0.42, (196, 225, 246)),
            (0.72, (216, 234, 242)),
            (1.0, (236, 242, 236)),
        ),
        tint=(0.98, 1.05, 0.96),
        haze=(220, 234, 242),
        dull=(206, 216, 226),
        orb=Orb(1010, 96, 40, (255, 255, 250), (255, 252, 232)),
    ),
    Light.GOLD: _Lighting(
        sky=(
            (0.0, (240, 224, 206)),
            (0.36, (255, 220, 172)),
            (0.68, (255, 211, 154)),
            (1.0, (254, 196, 138)),
        ),
        tint=(1.14, 0.94, 0.72),
        haze=(255, 214, 166),
        dull=(226, 212, 206),
        orb=Orb(980, 410, 64, (255, 246, 214), (255, 226, 150)),
    ),
    Light.NIGHT: _Lighting(
        sky=(
            (0.0, (8, 12, 34)),
            (0.45, (12, 22, 52)),
            (0.75, (20, 32, 64)),
            (1.0, (30, 44, 80)),
        ),
        tint=(0.28, 0.36, 0.54),
        haze=(32, 46, 82),
        dull=(24, 34, 58),
        orb=Orb(930, 150, 52, (244, 240, 226), (190, 206, 250), moon=True),
        stars=240,
    ),
}

_HUES: Final[Mapping[tuple[Region, bool], tuple[Colour, float]]] = {
    (Region.HILLS, False): ((255, 255, 255), 0.0),
    (Region.VILLAGES, False): ((255, 214, 220), 0.26),
    (Region.COAST, False): ((176, 236, 240), 0.24),
    (Region.HILLS, True): ((0, 0, 0), 0.0),
    (Region.VILLAGES, True): ((46, 24, 72), 0.34),
    (Region.COAST, True): ((4, 40, 66), 0.42),
}
"""What a region adds to its skies, by day and by night, and how much of it."""

ROSE_COAST: Final = ((255, 206, 200), 0.34)
"""The sea's green would turn gold to olive."""

_FALLS: Final[Mapping[Region, Falls]] = {
    Region.HILLS: "petals",
    Region.VILLAGES: "snow",
    Region.COAST: "rain",
}


def atmosphere_of(scene: GameScene) -> Atmosphere:
    """The air of a scene: the light's, veiled by the weather, coloured by the region."""
    light = _LIGHTINGS[scene.light]
    night = scene.light is Light.NIGHT
    hue, share = _HUES[scene.region, night]
    if scene.region is Region.COAST and scene.light is Light.GOLD:
        hue, share = ROSE_COAST
    falls = _FALLS[scene.region] if scene.weather is SceneWeather.FALLING else None
    wet = falls in ("snow", "rain")
    veil = 0.55 if scene.weather is SceneWeather.HAZE else 0.8 if wet else 0.0
    air = mix(mix(light.haze, light.dull, 0.75 if wet else 0.0), hue, share)
    sky = tuple((at, mix(mix(colour, hue, share), air, 0.75 * veil)) for at, colour in light.sky)
    density = {SceneWeather.CLEAR: 0.0, SceneWeather.HAZE: 0.82}.get(
        scene.weather, 0.6 if wet else 0.2
    )
    return Atmosphere(
        sky=sky,
        tint=_dulled(light.tint, 0.6 if wet else 0.0),
        haze=air,
        density=density,
        orb=light.orb,
        veil=veil,
        stars=round(light.stars * (1 - veil)),
        snow=0.62 if falls == "snow" else 0.0,
        falls=falls,
        night=night,
    )


def _dulled(tint: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    """The tint without some of its colour, as under clouds."""
    grey = sum(tint) / 3
    red, green, blue = (t + (grey - t) * share for t in tint)
    return red, green, blue
