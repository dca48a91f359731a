"""A session by keys: the state machine, what keys do, and screens without a window or a clock."""

from __future__ import annotations

from games.audio.sound import Sounds
from games.audio.speech import Voice
from games.engine.devices import Devices
from games.engine.pace import InstantPace
from games.engine.window import Window
from games.look import Look
from games.session.by_keys import CountedKeys
from games.session.run import SessionScreens
from games.session.shown_session import ScreenSettings
from session_stage import T0_NS, Stage
from telemetry.identity import new_ulid
from therapy.session.agenda import agenda_of
from therapy.session.session import advance, open_session
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import Moment


class KeyedSession:
    """The state machine, with what keys do as the person's report.

    Args:
        plan: what is to be done; no assessment.
        clock: tells the present instant.
        only: ids of the plan's items; None: all that are due.
    """

    def __init__(self, plan, clock, only=None):
        self.clock = clock
        agenda = agenda_of(plan, plan.day_of(clock.now_ns()), only=only, assess=False)
        opened = open_session(
            SessionSettings(plan=plan, site="home", agenda=agenda, by_keys=True),
            session=new_ulid(clock),
            moment=Moment(clock.now_ns()),
        )
        self.state, self.events, self.refused = opened.state, list(opened.events), []

    def take(self, what):
        step = advance(self.state, what, Moment(self.clock.now_ns()))
        self.state, self.events = step.state, [*self.events, *step.events]
        if step.refused is not None:
            self.refused.append(step.refused)

    count = take

    def request(self, wish):
        self.take(wish.stamped(new_ulid(self.clock), self.state.session))

    def heart_bpm(self):
        return None


class KeyedStage(Stage):
    """Screens of a session by keys; `keys` is what is pressed."""

    def __init__(self, the_plan, look=None):
        self.window = Window(headless=True, title="test")
        self.pace = InstantPace(T0_NS, 10)
        look = look or Look(language="it", audio_only=True, voice=False)
        self.view = KeyedSession(the_plan, self.pace)
        self.keys = CountedKeys(self.view)
        self.voice = Voice(look.language, on=False)
        devices = Devices(
            window=self.window,
            pace=self.pace,
            source=self.keys,
            sounds=Sounds(0.0),
            voice=self.voice,
        )
        self.screens = SessionScreens(self.view, devices, ScreenSettings(look=look))
        self.seen = []
