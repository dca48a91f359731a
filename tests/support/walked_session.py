"""A session by keys in a real window that tells what is on it; arguments: language, scale, folder.

A picture of each page goes into the folder. A line of JSON a page: its title, its buttons with
their middle in pixels; and while a game is on, how high the control is. A test's person looks at
these, and presses or clicks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pygame

from games.engine.devices import devices_for
from games.engine.pace import ClockPace
from games.look import Look
from games.session.by_keys import CountedKeys
from games.session.page_screen import PageScreen
from games.session.run import SessionScreens
from games.session.shown_session import ScreenSettings
from keyed_session import KeyedSession
from telemetry.clock import SystemClock
from telemetry.messages.events import ExerciseReported, SessionClosed
from therapy.plan.plan import Plan

PLAN = Plan.model_validate(
    {
        "patient": "walker",
        "version": 1,
        "valid_from": "2020-01-01",
        "check_in": {"fallen": True, "breathlessness": True},
        "limits": {"rest_s": 5},
        "items": [
            {
                "id": "raise",
                "exercise": "forward-arm-raise",
                "side": "right",
                "posture": "seated",
                "placements": ["wrist-right"],
                "dose": {"sets": 2, "repetitions": 2},
                "assessment": "never",
                "game": "volo",
            }
        ],
    }
)


def tell(**what) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def page_told(screens: SessionScreens, look: Look, to_window) -> dict:
    page = screens.page
    middle = [to_window(b.place.center) for b in PageScreen(look).buttons(page)]
    words = [c.text for c in page.choices]
    return {
        "page": page.title,
        "clinical": page.clinical,
        "scale": any(c.small for c in page.choices),
        "buttons": [[w, *m] for w, m in zip(words, middle, strict=True)],
    }


def main(language: str, scale: str, folder: str) -> None:
    clock = SystemClock()
    session = KeyedSession(PLAN, clock)
    keys = CountedKeys(session)
    look = Look(language=language, text_scale=float(scale), voice=False, sound=0.0)
    with devices_for(look, ClockPace(clock), keys, title="walk") as devices:
        screens = SessionScreens(session, devices, ScreenSettings(look=look))
        window, before = devices.window, None
        width, height = window.picture.get_size()
        shown_w, shown_h = pygame.display.get_window_size()
        zoom = min(shown_w / width, shown_h / height)
        left, top = (shown_w - zoom * width) / 2, (shown_h - zoom * height) / 2

        def to_window(at):
            return [round(left + zoom * at[0]), round(top + zoom * at[1])]

        tell(window=pygame.display.get_wm_info()["window"])
        frames = pages = 0
        while not screens.finished:
            screens.frame()
            frames += 1
            if screens.in_game:
                if frames % 12 == 0:
                    loop = screens._loop
                    tell(
                        game=round(keys._control, 2),
                        resting=loop.resting,
                        counted=session.state.counted,
                        trials=loop.simulation.state.progress.trials,
                    )
                    window.save(Path(folder) / "game.png")
                before = None
            elif (page := page_told(screens, look, to_window)) != before:
                tell(**page)
                before, pages = page, pages + 1
                window.save(Path(folder) / f"{pages:02d}.png")
            devices.pace.wait(lambda: False)
    told = sum(e.amount for e in session.events if isinstance(e, ExerciseReported))
    closed = session.events[-1]
    tell(done=told, closed=closed.reason if isinstance(closed, SessionClosed) else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
