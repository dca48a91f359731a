"""How a person wants the games to look, speak and sound; remembered between sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from games.scenes.scene import FIRST_SCENES, GameScene
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from telemetry.body import Side
    from therapy.wording import Language

__all__ = ["Look"]


@dataclass(frozen=True, slots=True)
class Look:
    """The settings of appearance and sound.

    Attributes:
        language: of all texts and of the voice.
        text_scale: 1 to 2; the smallest text is 24 px at 1.
        side: of the hand that presses: the buttons lie there.
        audio_only: the picture is dark and calm; voice and sound say it all.
        reduced_motion: no parallax, no particles.
        plain: neither ornaments nor points.
        points: whether points are shown; they count all the same.
        scanning: choices light up in turn; one key, or the arm that was still, takes one.
        full_screen: the window fills the display from its start.
        sound: volume of the sounds, 0 to 1.
        music: volume of the music, 0 to 1.
        speech: volume of the voice, 0 to 1.
        captions: what is spoken in a game is written, too.
        voice: whether prompts are spoken where a speech program is installed.
        seed: start of the scenery's random numbers.
        scene: place, light and weather of this session; None: each game's first.
    """

    language: Language = "it"
    text_scale: float = 1.0
    side: Side = "right"
    audio_only: bool = False
    reduced_motion: bool = False
    plain: bool = False
    scanning: bool = False
    full_screen: bool = False
    sound: float = 0.7
    music: float = 0.4
    speech: float = 0.5
    captions: bool = False
    points: bool = True
    voice: bool = True
    seed: int = 1
    scene: GameScene | None = None

    def scene_of(self, game: str) -> GameScene:
        """What a game draws: the session's scene, or its own first one."""
        return self.scene or FIRST_SCENES.get(game, GameScene())

    @property
    def shows_points(self) -> bool:
        """Whether points stand on the screen."""
        return self.points and not self.plain

    def __post_init__(self) -> None:
        """Refuse what cannot be shown.

        Raises:
            ConfigurationError: naming the value and what it may be.
        """
        if self.language not in ("it", "en"):
            raise ConfigurationError(f"language {self.language!r}: there are 'it' and 'en'")
        if not 1 <= self.text_scale <= 2:
            raise ConfigurationError(f"text scale {self.text_scale:g}: it may be 1 to 2")
        for name, volume in (("sound", self.sound), ("music", self.music), ("speech", self.speech)):
            if not 0 <= volume <= 1:
                raise ConfigurationError(f"{name} volume {volume:g}: it may be 0 to 1")
