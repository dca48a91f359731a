"""`bench journey`: twelve weeks of a way: its scenes, its success, and who gets how far.

bench_journey()          # {"scenes_distinct": 36, "repeats_within_7": 0, ...}

Scenes: people of many seeds, three days a week as planned, and as many whose days come as they
like. Play: the simulated players of `games.testing.trials`, the games at hand. Travel: two people
hold the same sessions by therapy's own state machine, through the pages' own choices; the one tells
of strong pain as soon as an exercise is on, the other of none.
"""

from __future__ import annotations

import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, Final

from games.engine.game import game_named, games_at_hand
from games.inputs.player import PROFILES, Player
from games.inputs.simulated import PlayerSource
from games.journey.journey import SessionWalked, journey_on
from games.journey.session_record import session_walked
from games.journey.way import DayWalked, way_of
from games.music.music_files import HEARD, piece
from games.rules.control import Invitation
from games.rules.feedback import PRAISES
from games.session.rehearsal import Rehearsal
from games.session.therapy_pages import page_of
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from telemetry.messages.events import SessionOpened
from telemetry.messages.requests import AnswerCheck, ReportPain, RequestEnvelope
from therapy.plan.plan import Plan
from therapy.session.screens import Ask, Play, screen_of

from .trials import PLAYERS, SESSIONS_A_WEEK, play_weeks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from games.scenes.scene import GameScene
    from telemetry.messages.events import SessionEvent

    from .trials import PlayedSession

__all__ = ["bench_journey", "held_session", "music_cpu", "walked_scenes"]

MONDAY: Final = date(2026, 3, 2)
WEEKS: Final = 12
PLANNED: Final = (0, 2, 4)
PEOPLE: Final = 40
SETTLING: Final = 2 * SESSIONS_A_WEEK
OWN: Final = ("onda", "orto", "raccolto", "volo")
STEP_NS: Final = 50_000_000
LONGEST_STEPS: Final = 20_000
STRONG_PAIN: Final = 8
FRAMES_A_PRESS: Final = 20

PLAN: Final = Plan.model_validate(
    {
        "patient": "p-journey",
        "version": 1,
        "valid_from": "2023-01-01",
        "items": [
            {
                "id": "raise",
                "exercise": "forward-arm-raise",
                "side": "right",
                "posture": "seated",
                "placements": ["upper-arm-right"],
                "dose": {"sets": 1, "repetitions": 4},
                "schedule": {"times_per_week": len(PLANNED)},
            }
        ],
    }
)


def bench_journey(
    *, weeks: int = WEEKS, said: Callable[[str], None] | None = None
) -> dict[str, float]:
    """Walk, play and tell.

    Args:
        weeks: of play by who does the prescription; others play two.
        said: told of progress.

    Returns:
        `scenes_distinct` (the least of all people's in 36 planned sessions), `repeats_within_7`
        (of all people, regular or not), `corrections_per_10` (movements, attempts too, over all
        kinds of players) and `corrections_per_10_worst` (of one player in one game),
        `exercise_success` and `ornament_success` (of who does the prescription, after two weeks,
        the games' mean) with one figure a game, `pain_teller_travel` and `pain_hider_travel`
        (stages in twelve weeks), `music_cpu` (share of a core while music plays).
    """
    regular = [walked_scenes(str(n), _planned_days()) for n in range(PEOPLE)]
    free = [walked_scenes(str(n), _free_days(n)) for n in range(PEOPLE)]
    figures: dict[str, float] = {
        "scenes_distinct": min(len(set(scenes)) for scenes in regular),
        "repeats_within_7": sum(_repeats(scenes) for scenes in (*regular, *free)),
    }
    if said is not None:
        said(f"scenes: {figures['scenes_distinct']:.0f} of 36 distinct")
    figures |= _play(weeks, said)
    for key, pain in (("pain_teller_travel", STRONG_PAIN), ("pain_hider_travel", None)):
        figures[key] = round(_travel(pain), 6)
    return {**figures, "music_cpu": round(music_cpu(), 4)}


def music_cpu(seconds: float = 120) -> float:
    """The share of a core that rendering takes while music plays: all places, notes made anew."""
    began_s = time.process_time()
    for scene in HEARD.values():
        piece(scene, seconds, seed=7)
    return (time.process_time() - began_s) / (seconds * len(HEARD))


def walked_scenes(seed: str, days: Sequence[date]) -> list[GameScene]:
    """The scenes of somebody's sessions on those days, two on a day that comes twice."""
    sessions: list[SessionWalked] = []
    for day in days:
        found = journey_on(
            sessions, today=day, per_week=len(PLANNED), seed=seed, at_hand=frozenset(OWN)
        )
        sessions.append(SessionWalked(day, len(PLANNED), found.scene))
    return [s.scene for s in sessions if s.scene is not None]


def _planned_days() -> list[date]:
    return [MONDAY + timedelta(weeks=w, days=d) for w, d in product(range(WEEKS), PLANNED)]


def _free_days(seed: int) -> list[date]:
    """Weeks of none to ten sessions, some of them two on a day."""
    rng = random.Random(f"days {seed}")
    days = [MONDAY + timedelta(days=rng.randrange(7 * WEEKS)) for _ in range(36)]
    return sorted(days)


def _repeats(scenes: Sequence[GameScene]) -> int:
    """Scenes that one of the six before them had been already."""
    return sum(scene in scenes[max(0, n - 6) : n] for n, scene in enumerate(scenes))


def _play(weeks: int, said: Callable[[str], None] | None) -> dict[str, float]:
    games = [name for name in OWN if name in games_at_hand()]
    pairs = [(g, p, weeks if p == "prescription" else 2) for g in games for p in PLAYERS]
    figures: dict[str, float] = {}
    corrected, moved, worst = 0, 0, 0.0
    with ProcessPoolExecutor() as pool:
        for (game, player, _), found in zip(pairs, pool.map(_played, pairs), strict=True):
            corrections, movements, success, ornament = found
            corrected, moved = corrected + corrections, moved + movements
            worst = max(worst, 10 * corrections / max(1, movements))
            if player == "prescription":
                figures[f"exercise_success.{game}"] = round(success, 4)
                figures[f"ornament_success.{game}"] = round(ornament, 4)
                if said is not None:
                    said(f"{game}: {success:.0%} complete, ornament {ornament:.0%}")
    for layer in ("exercise_success", "ornament_success"):
        figures[layer] = round(statistics.mean(figures[f"{layer}.{game}"] for game in games), 4)
    figures["corrections_per_10"] = round(10 * corrected / max(1, moved), 3)
    figures["corrections_per_10_worst"] = round(worst, 3)
    return figures


def _played(pair: tuple[str, str, int]) -> tuple[int, int, float, float]:
    """Corrections, movements, and after two weeks the shares of complete ones and of ornaments."""
    game, player, weeks = pair
    sessions = list(play_weeks(game_named(game), player, weeks=weeks))
    corrections = sum(_corrections(s) for s in sessions)
    movements = sum(_movements(s) for s in sessions)
    outcomes = [o for s in sessions[SETTLING:] for o in s.outcomes]
    success = sum(o.success for o in outcomes) / max(1, len(outcomes))
    ornament = sum(o.ornament for o in outcomes) / max(1, len(outcomes))
    return corrections, movements, success, ornament


def _corrections(session: PlayedSession) -> int:
    return sum(message not in PRAISES | {"enough"} for _, message in session.told)


def _movements(session: PlayedSession) -> int:
    """Repetitions, and attempts as far as something was told at them."""
    return max([len(session.outcomes), *(moved for moved, _ in session.told)])


def _travel(pain: int | None) -> float:
    """Stages after twelve weeks of planned sessions, each telling that pain or none."""
    days = [
        session_walked(held_session(day, pain=pain), day, len(PLANNED)) for day in _planned_days()
    ]
    return float(way_of(DayWalked(s.day, s.per_week) for s in days if s is not None).travelled)


def held_session(day: date, *, pain: int | None) -> list[SessionEvent]:
    """A whole session by therapy's own state machine; `pain` is told as soon as an exercise is on.

    Raises:
        RuntimeError: it does not come to its end, or opens on another day.
    """
    t0_ns = (day - date(1970, 1, 1)).days * 86_400_000_000_000 + 10 * 3_600_000_000_000
    clock = ManualClock(t0_ns)
    source = PlayerSource(Player(PROFILES["strong"], 3), t0_ns)
    now_ns = t0_ns
    session = Rehearsal(PLAN, source, lambda: now_ns, lambda: new_ulid(clock), assess=False)
    for step in range(LONGEST_STEPS):
        now_ns = t0_ns + step * STEP_NS
        screen = screen_of(session.state)
        if session.state.closed:
            break
        if pain is not None and isinstance(screen, Play) and step % FRAMES_A_PRESS == 0:
            session.request(ReportPain(pain=pain))
            continue
        moving = isinstance(screen, Play) or bool(page_of(screen, "en").of)
        session.poll(now_ns, Invitation(1.0 if moving and step // 60 % 2 else 0.0))
        if step % FRAMES_A_PRESS == 0 and not moving:
            _answer(session, pain or 0)
    opened = session.events[0]
    if not session.state.closed or not isinstance(opened, SessionOpened):
        raise RuntimeError("a session without an end")
    if opened.day != day.isoformat():
        raise RuntimeError(f"the session of {day} belongs to {opened.day}")
    return session.events


def _answer(session: Rehearsal, pain: int) -> None:
    """Without complaints, but for the pain at the end."""
    screen = screen_of(session.state)
    page = page_of(screen, "en")
    if isinstance(screen, Ask) and screen.question.kind == "pain":
        told = pain if screen.question.at == "out" else 0
        session.request(AnswerCheck(question=screen.question.id, answer=told))
        return
    asks = page.choices[0].asks
    if isinstance(asks, RequestEnvelope):
        session.request(asks)
