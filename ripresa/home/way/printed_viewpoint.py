"""The card of a viewpoint, to print and hang on a wall: the map, one's own words and figures."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Final

from games.journey.garden import garden_of
from games.journey.own_progress import progress_of
from games.journey.session_record import session_walked
from games.journey.way import DayWalked, last_viewpoint, way_of
from games.scenes.scene import GameScene
from games.session.way.progress_pages import day_told, goal_told
from games.session.way.way_steps import MapShown
from games.session.way.way_texts import WAY
from ingest.journal.reading import JournalReader
from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import ConfigurationError

from .walked_sessions import own_sessions, walked_sessions

if TYPE_CHECKING:
    from games.journey.own_progress import OwnProgress
    from ripresa.home.home import Home
    from therapy.plan.plan import Plan
    from therapy.wording import Language

__all__ = ["viewpoint_card", "viewpoint_html"]

_STYLE: Final = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 15pt/1.35 "DejaVu Serif", "Noto Serif", Georgia, serif; color: #18203a; margin: 0;
  text-align: center; }
figure { margin: 0 auto; max-width: 236mm; }
img { width: 100%; display: block; border: 3mm solid #fffcf4; outline: 0.3mm solid #d6c8a8;
  box-sizing: border-box; }
h1 { font-size: 25pt; font-weight: normal; margin: 4mm 0 1mm; } p { margin: 1mm 0; }
.mark { font: 8pt "DejaVu Sans", "Noto Sans", sans-serif; color: #5a6474; margin-top: 3mm; }
"""
_RESEARCH: Final = {
    "it": "Software di ricerca, non un dispositivo medico.",
    "en": "Research software, not a medical device.",
}


def viewpoint_card(home: Home, plan: Plan, language: Language) -> str:
    """The card of the newest viewpoint that was reached, as it stood on that day.

    Raises:
        ConfigurationError: none was reached yet.
        StoreError: the journal cannot be read.
    """
    versions = PlanFolder(home.folder.plans).versions(plan.patient)
    with JournalReader(home.folder.home_journal) as reader:
        walked = walked_sessions(reader, versions)
        reached = last_viewpoint(DayWalked(s.day, s.per_week) for s in walked)
        if reached is None:
            raise ConfigurationError(
                "no viewpoint was reached yet: the first one lies after four weeks of the way"
            )
        week, day = reached
        # How near one feels to one's goal is asked before the next session.
        rated_until = min((s.day for s in walked if s.day > day), default=day)
        sessions = [s for s in own_sessions(reader, plan) if s.day <= rated_until]
    until = [s for s in walked if s.day <= day]
    days = [DayWalked(s.day, s.per_week) for s in until]
    weeks = [way_of(days[:n]).week for n in range(len(days))]
    garden = garden_of([(s.plant, w) for s, w in zip(until, weeks, strict=True)], plan.patient)
    scenes = [s.scene for s in until if s.scene is not None]
    scene = scenes[-1] if scenes else GameScene()
    told = [s for s in sessions if session_walked(s.events, s.day, 1) is not None]
    ratings = progress_of(told, goal=plan.goal).ratings
    own = progress_of([s for s in told if s.day <= day], goal=plan.goal)
    own = replace(own, ratings=ratings)
    picture = _painted(MapShown(Fraction(week), scene, garden))
    date = f"{day_told(day, language)} {day.year}"
    return viewpoint_html(own, week, picture, language, date=date)


def viewpoint_html(
    own: OwnProgress, week: int, picture: bytes, language: Language, *, date: str
) -> str:
    """One page without script or anything from elsewhere; it names nobody."""
    figures = WAY["so_far"][language].format(days=own.days, repetitions=own.repetitions)
    lines = [f"{figures}."]
    if own.goal:
        lines.append(goal_told(own.goal, language))
    if own.goal and own.ratings:
        day, rating = own.ratings[-1]
        lines.append(WAY["rated_near"][language].format(day=day_told(day, language), n=rating))
    title = WAY["view_after"][language].format(week=week)
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    image = base64.b64encode(picture).decode()
    way = escape(WAY["title"][language])
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<figure><img alt='{way}' src='data:image/png;base64,{image}'></figure>"
        f"<h1>{escape(title)}</h1>{body}"
        f"<p class='mark'>{way}, {escape(date)}. {_RESEARCH[language]}</p></body></html>\n"
    )


def _painted(shown: MapShown) -> bytes:
    """The map as PNG."""
    import pygame  # noqa: PLC0415 - slow to load, and wanted here only

    from games.engine.window import Window  # noqa: PLC0415
    from games.session.way.map_picture import painted_map  # noqa: PLC0415

    window = Window(headless=True, title="")
    try:
        out = io.BytesIO()
        pygame.image.save(painted_map(shown), out, "map.png")
    finally:
        window.close()
    return out.getvalue()
