"""Runs a home for the command line: served until stopped, or one session with its screens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ripresa.home.erasing import erase
from ripresa.home.history import broke_off
from ripresa.home.home import Home
from ripresa.home.home_at_work import HomeAtWork
from ripresa.home.letters.postcard_box import PostcardBox
from ripresa.home.letters.sent_takes import takes_at_hand
from ripresa.home.not_ready import words_for
from ripresa.home.outside_screens import websocket_port
from ripresa.home.plan_reception import plan_arrives
from ripresa.home.prompting import Levels, letters_for, prompts_for
from ripresa.home.reminding import Reminding
from ripresa.home.survey_asking import survey_for
from ripresa.home.surveys.session_survey import session_survey
from ripresa.home.way.walked_sessions import journey_for, progress_of_home
from ripresa.platform.background import running
from ripresa.platform.broker import local_broker
from ripresa.platform.configuration import Folder, Identity, clock_from, mqtt_settings, ripresa_home
from ripresa.platform.program import log_to, run_until_stopped
from telemetry.errors import RipresaError, TransportTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from games.inputs.wearable import BusLink
    from games.look import Look

__all__ = ["HeldSession", "hold_session_with_screens", "home_settings", "serve_home"]

log = logging.getLogger(__name__)

OPENING_S = 60
UPLOAD_S = 20
PLAN_PATIENCE_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSession:
    """How a session is held.

    Attributes:
        look: language, text size, side, sound.
        by_keys: no wearable is served: keys move the games, and what is done is recorded as
            the person's own report.
    """

    look: Look
    five_minutes: bool = False
    headless: bool = False
    by_keys: bool = False


def serve_home() -> None:
    """Serve until stopped.

    Raises:
        RipresaError: a part cannot start.
    """
    run_until_stopped(_serve())


def hold_session_with_screens(held: HeldSession) -> str:
    """One session: the home on a thread of its own, the screens on this one.

    Returns:
        One line on how it went.

    Raises:
        RipresaError: a part cannot start, or the plan allows no session now.
    """
    from games.session.by_keys import CountedKeys
    from games.session.run import run_session
    from games.session.shown_session import ScreenSettings
    from games.session.trouble_screen import show_trouble

    worker = _SessionThread(held)
    worker.start()
    try:
        at_work, link = worker.opened()
    except RipresaError as e:
        # Whoever sits before the screen sees no terminal.
        show_trouble(words_for(e), held.look, clock_from(), line=str(e), headless=held.headless)
        raise
    remembered = Levels(at_work.home.folder.levels)
    try:
        levels = run_session(
            at_work,
            ScreenSettings(
                look=held.look,
                levels=remembered.load(),
                five_minutes=held.five_minutes,
                takes=takes_at_hand(at_work.home.folder.takes),
                prompts=prompts_for(at_work, held.look.language),
                letters=letters_for(at_work, held.look.language),
                survey=session_survey(
                    at_work.box.journal, at_work.plan.patient, at_work.home.clock
                ),
                questionnaire=survey_for(at_work),
                reaches=reaches(at_work.home),
                clinic_silent=lambda: at_work.clinic_silent,
                watched_by=at_work.watched_by,
                resumed=_resumed(at_work),
                found=lambda: at_work.found,
                journey=journey_for(at_work),
                progress=lambda: progress_of_home(at_work.home, at_work.plan),
                postcards=PostcardBox(at_work.home.folder.postcards),
            ),
            source=CountedKeys(at_work) if held.by_keys else link,
            clock=at_work.home.clock,
            headless=held.headless,
        )
    finally:
        worker.screens_gone.set()
    remembered.save(levels)
    return worker.result()


class _SessionThread(threading.Thread):
    """Holds one session on an event loop of its own."""

    def __init__(self, held: HeldSession) -> None:
        super().__init__(name="home", daemon=True)
        self._held = held
        self._ready = threading.Event()
        self.screens_gone = threading.Event()
        """Set once nothing is shown any more: until then what is answered can be written."""
        self._opened: tuple[HomeAtWork, BusLink] | None = None
        self._failure: BaseException | None = None
        self._told = ""

    def run(self) -> None:
        """The thread."""
        try:
            asyncio.run(self._hold())
        except BaseException as e:  # noqa: BLE001 - it is raised again on the main thread
            self._failure = e
        finally:
            self._ready.set()

    def opened(self) -> tuple[HomeAtWork, BusLink]:
        """Wait until the session is open.

        Raises:
            RipresaError: it could not be opened.
        """
        self._ready.wait(OPENING_S)
        if self._failure is not None:
            raise self._failure
        if self._opened is None:
            raise TransportTimeout(f"the session did not open within {OPENING_S} s: see the log")
        return self._opened

    def result(self) -> str:
        """Wait until all is written.

        Raises:
            RipresaError: what went wrong.
        """
        self.join(OPENING_S)
        if self._failure is not None:
            raise self._failure
        return self._told

    async def _hold(self) -> None:
        from games.inputs.wearable import BusLink

        async with _home() as home, _at_work(home) as at_work:
            link = BusLink(at_work.box.bus, home.identity.topics, home.clock)
            opening = asyncio.create_task(self._say_when_open(at_work, link))
            telling = asyncio.create_task(Reminding(at_work, show=lambda _: False).run())
            try:
                session = await at_work.hold_session(
                    five_minutes=self._held.five_minutes, by_keys=self._held.by_keys
                )
            finally:
                opening.cancel()
                telling.cancel()
            await asyncio.to_thread(self.screens_gone.wait)
            sent = await _sent(at_work)
            self._told = f"session {session} is recorded; {sent}"

    async def _say_when_open(self, at_work: HomeAtWork, link: BusLink) -> None:
        await at_work.box.service.wait_for(lambda _: True)
        self._opened = (at_work, link)
        self._ready.set()


async def _sent(at_work: HomeAtWork) -> str:
    """Wait a little for what goes to the clinic; where none was joined, for nothing."""
    if reaches(at_work.home) == "home":
        return "it stays on this computer"
    try:
        async with asyncio.timeout(UPLOAD_S):
            await at_work.box.uplink.caught_up()
    except TimeoutError:
        return f"{at_work.box.uplink.status().backlog} records wait for the clinic"
    return "the clinic has it"


@contextlib.asynccontextmanager
async def _at_work(home: Home) -> AsyncIterator[HomeAtWork]:
    """The home at work, once it has a plan."""
    await plan_arrives(home, PLAN_PATIENCE_S)
    async with HomeAtWork.at_work(home) as at_work:
        yield at_work


async def _serve() -> None:
    async with _home() as home:
        while True:
            await plan_arrives(home)
            async with (
                HomeAtWork.at_work(home) as at_work,
                running(Reminding(at_work).run()),
            ):
                await at_work.serve()
            if at_work.erasing is not None or not at_work.outdated:
                break
            log.info("another plan is in force: going on by it")
        if at_work.erasing is not None:
            gone = await erase(home, at_work.erasing)
            log.info("erased: %d files; this home keeps nothing of its patient", gone)


def _resumed(at_work: HomeAtWork) -> bool:
    """Whether the session before this one broke off today."""
    day = at_work.plan.day_of(at_work.home.clock.now_ns())
    return broke_off(at_work.box.journal, at_work.plan, day)


def reaches(home: Home) -> Literal["home", "clinic"]:
    """Who reads what the person tells: a clinic where one was joined, else this computer only."""
    return "home" if home.clinic_broker == home.broker else "clinic"


def home_settings() -> Home:
    """This machine's home, as its folder and the environment describe it.

    Raises:
        ConfigurationError: a setting or the join file is wrong.
    """
    from ingest.enrolment.enrolment import joined

    folder = Folder(ripresa_home()).create()
    joining = joined(folder.home_journal.parent)
    identity = (
        Identity.read()
        if joining is None
        else Identity(site=joining.site, patient=joining.patient, gateway=joining.gateway)
    )
    broker = mqtt_settings()
    return Home(
        folder=folder,
        identity=identity,
        broker=broker,
        clinic_broker=broker if joining is None else joining.broker,
        clock=clock_from(),
        surveys=None if joining is None else joining.surveys,
    )


@contextlib.asynccontextmanager
async def _home() -> AsyncIterator[Home]:
    """This machine's home, with a loopback broker where none is named."""
    home = home_settings()
    log_to(home.folder.logs / "home.log")
    async with contextlib.AsyncExitStack() as stack:
        if not os.environ.get("RIPRESA_MQTT_PORT"):
            broker = await stack.enter_async_context(
                local_broker(home.folder.logs, websocket_port=websocket_port())
            )
            settings = mqtt_settings(os.environ | {"RIPRESA_MQTT_PORT": str(broker.port)})
            alone = home.clinic_broker == home.broker
            home = replace(
                home, broker=settings, clinic_broker=settings if alone else home.clinic_broker
            )
        yield home
