"""Plays a game from the command line: by wearable, by keys, or by a recorded session."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ripresa.platform.configuration import Identity, clock_from, mqtt_settings
from ripresa.recordings.session_source import session_source
from telemetry.clock import ScaledClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.messages.live import ControlBatch, RepetitionCounted

if TYPE_CHECKING:
    from pathlib import Path

    from games.look import Look
    from games.rules.setting import Setting

__all__ = ["PlayOptions", "play_game"]

WITHOUT = "Without a wearable: --input keys"
LEAD_NS = 1_000_000_000
"""Between the first frame and the first sample of a replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayOptions:
    """What `ripresa play` was asked for.

    Attributes:
        source: `wearable`, `keys`, `recording:SESSION`; None: keys, or headless a simulated
            patient.
        look: language, text size, side; None: the defaults.
        ready_file: made once the first frame has been shown.
        self_paced: no rest and no lower bound of time, for a replay that follows nobody.
        place: the journal, archive or export that holds a recording; None: this machine's journal.
        archive: where a journal's older motion lies; None: beside it.
        plans: the folder of plans; None: where it lies beside the place.
        of: the home, where several have a session of that name.
        speed: of a recording, times real time.
    """

    game: str
    source: str | None = None
    headless: bool = False
    seed: int = 1
    look: Look | None = None
    json_file: Path | None = None
    picture: Path | None = None
    ready_file: Path | None = None
    self_paced: bool = False
    place: Path | None = None
    archive: Path | None = None
    plans: Path | None = None
    of: str | None = None
    speed: float = 1.0


def play_game(options: PlayOptions) -> dict[str, Any]:
    """Play to the end.

    Raises:
        RipresaError: an unknown game, input or session; no broker, no display.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from games.engine.play import play, play_over_mqtt

    common: dict[str, Any] = {
        "headless": options.headless,
        "picture": options.picture,
        "json_file": options.json_file,
        "setting": _setting(options),
        "look": options.look,
    }
    match (options.source or "keys").split(":", 1):
        case ["keys"]:
            return play(options.game, **common)
        case ["wearable"]:
            topics = Identity.read().topics
            try:
                return play_over_mqtt(
                    options.game,
                    mqtt_settings(),
                    topics,
                    # A broker lets go of whoever had the name before: two screens need two.
                    client_id=f"game-{topics.patient}-{os.getpid()}",
                    clock=clock_from(),
                    on_ready=None if options.ready_file is None else options.ready_file.touch,
                    **common,
                )
            except TransportError as e:
                raise TransportError(f"{e} {WITHOUT}") from e
        case ["recording", session] if session:
            return _replay(options, session, common)
    raise ConfigurationError(f"input {options.source!r}: use wearable, keys or recording:SESSION")


def _setting(options: PlayOptions) -> Setting:
    from games.rules.setting import Setting

    # A replay follows nobody: it keeps the pace it was recorded at.
    if options.self_paced or (options.source or "").startswith("recording:"):
        return Setting(
            seed=options.seed, sets=1, repetitions=20, rest_s=0, hold_s=0, min_phase_s=None
        )
    return Setting(seed=options.seed)


def _replay(options: PlayOptions, session: str, common: dict[str, Any]) -> dict[str, Any]:
    """A recorded session through the core, and its control into the game, in its scene."""
    from games.engine.play import play
    from games.inputs.recorded import RecordedSource
    from games.journey.session_record import scene_shown
    from games.look import Look
    from ripresa.recordings.replay import recorded_control

    kept = session_source(options.place, plans=options.plans, archive=options.archive)
    with kept.reading() as reader:
        messages = recorded_control(reader, session, kept.plans, home=options.of)
        scene = scene_shown(reader.events(session, home=options.of))
    if not any(isinstance(m, ControlBatch) for m in messages):
        raise ConfigurationError(f"session {session} holds no motion that could move a game")
    played = [m for m in messages if isinstance(m, ControlBatch | RepetitionCounted)]
    clock = clock_from() if options.speed == 1 else ScaledClock.start(options.speed)
    source = RecordedSource(played, lead_ns=LEAD_NS)
    tempo = source.tempo
    if scene is not None:
        common["look"] = replace(common["look"] or Look(), scene=scene)
    if tempo is not None:
        common["setting"] = replace(common["setting"], **asdict(tempo))
    return play(options.game, source=source, clock=clock, **common)
