"""Play a game: the one function that the command line and the demo call.

Wiring. `play` runs in its own process, on that process's main thread, and returns a plain
dict, ready for JSON, when the game has ended:

    play("volo")                                      # keys and mouse in a window
    play("volo", headless=True, picture=Path("volo.png"))          # a simulated patient
    play_over_mqtt("volo", MqttSettings(port=port), HomeTopics(site, patient),
                   client_id="game-1", clock=ScaledClock.from_spec(spec),
                   headless=..., setting=..., picture=..., json_file=...)

`play_over_mqtt` follows the session: it takes control batches of whatever item is on, shows
them while the range of today is still being found (`calibrated` False) and plays from then on,
publishes requests (pain, unwell) at `HomeTopics.request`, and returns when the item it played
has ended or the session is closed. `on_ready` is called once the first frame has been shown
and the subscriptions are asked for: start the wearables then. SIGTERM ends it in good order.
`play(..., source=RecordedSource(batches))` replays control batches of a recording.
"""

from __future__ import annotations

import json
import signal
import time
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from games.look import Look
from games.rules.setting import Setting
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError
from therapy.plan.limits import Limits

from .game import game_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from games.inputs.source import ControlSource
    from games.rules.progress import TrialOutcome
    from telemetry.clock import Clock
    from telemetry.transport.mqtt import MqttSettings
    from telemetry.transport.topics import HomeTopics

    from .game_requests import Asks
    from .loop import Loop

__all__ = ["play", "play_over_mqtt"]

SIMULATED_START_NS = 1_700_000_000_000_000_000
SIMULATED_CAP_S = 900.0
SIMULATED_FRAMES_PER_S = 30


def play(
    name: str = "volo",
    *,
    source: ControlSource | None = None,
    asks: Asks | None = None,
    clock: Clock | None = None,
    setting: Setting | None = None,
    look: Look | None = None,
    limits: Limits | None = None,
    pain_at_check_in: int | None = None,
    headless: bool = False,
    picture: Path | None = None,
    json_file: Path | None = None,
    stop_after_s: float | None = None,
    on_ready: Callable[[], None] | None = None,
    heart: Callable[[], int | None] = lambda: None,
) -> dict[str, Any]:
    """Play one game to its end.

    Args:
        name: a game at hand, see `games.engine.game.games_at_hand`.
        source: the control; None: keys and mouse, or headless a simulated patient, who plays
            at once and not in real time.
        asks: where requests go; None: nowhere, they are counted.
        clock: the box's clock; None: the machine's.
        setting: dose, tempo, seed; None: the defaults.
        look: language, text size, side; None: the defaults.
        limits: the patient's limits, from the plan; None: the defaults.
        pain_at_check_in: what was told there; None: nothing.
        headless: no window.
        picture: a frame that shows the game well is saved here, as PNG.
        json_file: the result is written here, too.
        stop_after_s: end after so long on the clock.
        on_ready: called after the first frame.
        heart: tells the heart rate in beats a minute, where one is worn and fresh.

    Returns:
        The result: `game`, `seed`, `frames`, `samples`, `steps`, `repetitions`, `full`,
        `success_rate`, `ornaments`, `score`, `level`, `silences`, `outcomes`, `choices`,
        `requests`, `latency_ms` (`arrival_to_frame` and `sample_to_frame`: p50, p95, p99 in real
        ms), `digest`,
        `stopped_by`, `picture`.

    Raises:
        ConfigurationError: an unknown game, no display, or a file that cannot be written.
    """
    game = game_named(name)
    setting, look = setting or Setting(), look or Look()
    clock = clock or SystemClock()
    from games.inputs.keys import KeysSource  # noqa: PLC0415 - pygame's weight only where it is played

    from .devices import devices_for  # noqa: PLC0415
    from .game_requests import NobodyAsked  # noqa: PLC0415
    from .loop import Loop  # noqa: PLC0415
    from .pace import ClockPace, InstantPace  # noqa: PLC0415
    from .play_settings import PlaySettings, Stopping  # noqa: PLC0415

    stopping = Stopping(
        after_s=stop_after_s,
        lingers=not headless and source is None,
        portrayed=picture is not None,
    )
    pace: ClockPace | InstantPace = ClockPace(clock)
    if source is None and headless:
        pace, source = InstantPace(SIMULATED_START_NS, SIMULATED_FRAMES_PER_S), _simulated(setting)
        stopping = replace(stopping, after_s=stop_after_s or SIMULATED_CAP_S)
    settings = PlaySettings(
        game=game,
        setting=setting,
        look=look,
        limits=limits or Limits(),
        pain_at_check_in=pain_at_check_in,
        stopping=stopping,
    )
    moved_by = source or KeysSource(setting.up_s, setting.down_s)
    title = game.texts["title"][look.language]
    with devices_for(look, pace, moved_by, title=title, headless=headless) as devices:
        loop = Loop(settings, devices, asks or NobodyAsked(), heart=heart)
        with _ending_on_sigterm(loop):
            began_s = time.perf_counter()
            loop.frame()
            if on_ready is not None:
                on_ready()
            loop.run()
            result = _result(game.name, setting, loop, time.perf_counter() - began_s)
        if picture is not None:
            devices.window.save(picture, loop.portrait)
            result["picture"] = str(picture)
    if json_file is not None:
        _write(json_file, result)
    return result


def play_over_mqtt(
    name: str,
    broker: MqttSettings,
    topics: HomeTopics,
    *,
    client_id: str,
    clock: Clock | None = None,
    item: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Play a game moved by a wearable: analytics' control over MQTT, requests back.

    Args:
        name: a game at hand.
        broker: where the broker is.
        topics: the home's.
        client_id: unique at the broker.
        clock: the box's clock; None: the machine's.
        item: play only this exercise item; None: whichever is on.
        options: as `play` takes them.

    Raises:
        ConfigurationError: as `play`.
        TransportError: no broker answers.
    """
    from games.inputs.link_thread import bus_on_its_own_thread  # noqa: PLC0415
    from games.inputs.wearable import BusLink  # noqa: PLC0415
    from telemetry.transport.mqtt import MqttBus  # noqa: PLC0415 - only where there is a broker

    clock = clock or SystemClock()
    with bus_on_its_own_thread(lambda: MqttBus(broker, client_id)) as bus:
        link = BusLink(bus, topics, clock, item=item)
        result = play(name, source=link, asks=link, clock=clock, heart=link.heart_bpm, **options)
        result["refused"] = link.refused
    return result


def _simulated(setting: Setting) -> ControlSource:
    from games.inputs.player import PROFILES, Player  # noqa: PLC0415
    from games.inputs.simulated import PlayerSource  # noqa: PLC0415

    return PlayerSource(Player(PROFILES["strong"], setting.seed), SIMULATED_START_NS)


@contextmanager
def _ending_on_sigterm(loop: Loop) -> Iterator[None]:
    def end(_number: int, _frame: Any) -> None:
        loop.stopped_by = "terminated"

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not on the main thread: whoever runs us ends us in another way
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _result(name: str, setting: Setting, loop: Loop, elapsed_s: float) -> dict[str, Any]:
    from games.rules.progress import TrialOutcome  # noqa: PLC0415

    simulation = loop.simulation
    progress = simulation.state.progress
    outcomes = [event for event in simulation.events if isinstance(event, TrialOutcome)]
    return {
        "game": name,
        "seed": setting.seed,
        "frames": loop.frames,
        "frames_per_s": round(loop.frames / max(elapsed_s, 1e-9), 1),
        "samples": loop.samples,
        "steps": simulation.steps,
        "repetitions": progress.trials,
        "full": progress.full,
        "success_rate": round(progress.full / progress.trials, 3) if progress.trials else None,
        "ornaments": progress.ornaments,
        "score": progress.score,
        "level": round(progress.level, 3),
        "silences": simulation.silences,
        "late": simulation.late,
        "unusable": simulation.unusable,
        "outcomes": [
            {
                "number": o.number,
                "ending": o.ending.value,
                "points": o.points,
                "ornament": o.ornament,
                "demand": round(o.demand, 4),
                "peak": round(o.peak, 4),
                "t_from_ns": o.t_from_ns,
                "t_to_ns": o.t_to_ns,
                "counted": _counted_as(o, outcomes, loop),
            }
            for o in outcomes
        ],
        "choices": _choices(loop),
        "requests": loop.requested,
        "latency_ms": loop.latencies.summary(),
        "digest": simulation.digest(),
        "stopped_by": loop.stopped_by,
        "picture": None,
    }


def _choices(loop: Loop) -> list[dict[str, Any]]:
    """What was chosen, in a game that lets one choose: a figure of play."""
    return [asdict(choice) for choice in loop.choices]


def _counted_as(outcome: TrialOutcome, outcomes: list[TrialOutcome], loop: Loop) -> list[int]:
    """Analytics' numbers of the repetitions that lie between this trial's start and the next's."""
    later = [o.t_from_ns for o in outcomes if o.t_from_ns > outcome.t_from_ns]
    until_ns = min(later, default=None)
    return [
        c.number
        for c in loop.counted
        if outcome.t_from_ns <= c.t_ns and (until_ns is None or c.t_ns < until_ns)
    ]


def _write(file: Path, result: dict[str, Any]) -> None:
    try:
        file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    except OSError as e:
        raise ConfigurationError(f"result {file} cannot be written: {e.strerror}") from e
