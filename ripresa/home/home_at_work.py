"""A home at work: opens sessions when asked, serves the bound wearables, closes with results."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Literal

from edge.ble.binding import Bindings
from edge.ble.identity_guard import IdentityGuard
from edge.gateway.gateway import Gateway
from edge.radio_choice import chosen_radio
from games.persuasion.session_prompts import missed_in_a_row
from games.rules.heart_rate import shown_bpm
from ripresa.platform.background import running
from ripresa.session.closing import close_session
from ripresa.session.plan_folder import PlanFolder
from ripresa.session.unfinished import finish_sessions
from ripresa.watching.live_relay import LiveRelay
from ripresa.watching.motion_kept import MotionKept
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, DecodeError, RipresaError, StoreError
from telemetry.identity import new_ulid
from telemetry.messages.events import Worn
from telemetry.messages.notices import Command, TherapistMessage
from therapy.session.agenda import agenda_of, shortened
from therapy.session.session_settings import SessionSettings

from .history import last_targets, left_extra_pain, past_of, sessions_on
from .home_box import LEDGER_EVERY_S, home_box, tell_ledger
from .letters.message_box import MessageBox
from .not_ready import NotReady
from .plan_reception import answer, keep_plan
from .todays_plan import plan_for_today
from .unlocking import Unlocking, standing_locked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from edge.ble.radio import Radio
    from telemetry.messages.live import RepetitionCounted
    from telemetry.messages.requests import OpenSession, Request
    from telemetry.messages.results import SessionResult
    from telemetry.transport.bus import Message
    from therapy.plan.plan import Plan
    from therapy.session.session_state import SessionState

    from .home import Home
    from .home_box import HomeBox

__all__ = ["HomeAtWork"]

log = logging.getLogger(__name__)

ALIVE_EVERY_S = 60.0
NO_WEARABLE = (
    "no wearable is bound: bind one with 'ripresa devices bind', "
    "or play without by 'ripresa home session --keys'"
)


class HomeAtWork:
    """A home that runs; the screens' view of its session.

    Use `at_work` to make one.
    """

    def __init__(
        self, home: Home, plan: Plan, box: HomeBox, bindings: Bindings, kept: MotionKept
    ) -> None:
        self.home = home
        self._kept = kept
        self.plan = plan
        self.box = box
        self._bindings = bindings
        self._loop = asyncio.get_running_loop()
        self._wanted: asyncio.Queue[OpenSession | None] = asyncio.Queue()
        self.stopping = asyncio.Event()
        """Set when the clinic's command ends the work here."""
        self.erasing: Command | None = None
        self.messages = MessageBox(home.folder.therapist_message)
        self.relay = LiveRelay(
            box.bus,
            box.clinic_bus,
            home.identity.topics,
            home.clock,
            apart=home.clinic_broker != home.broker,
            session=lambda: box.service.session,
            consent=home.folder.live_view,
            barred=lambda: kept.now,
        )
        self.found: SessionResult | None = None
        """The result that counts of the session that was held last, once it is written."""
        box.service.on_opening = self._wanted.put_nowait

    @classmethod
    @contextlib.asynccontextmanager
    async def at_work(cls, home: Home) -> AsyncIterator[HomeAtWork]:
        """Run a home as long as the context lasts; what a crash left open is closed first.

        Raises:
            RipresaError: no plan, no broker, or a journal that cannot be used.
        """
        plan = plan_for_today(home)
        bindings = Bindings.load(home.folder.devices)
        kept = MotionKept(home.folder.motion_kept)
        async with home_box(home, plan, surveys=True, withheld=kept.holds) as box:
            self = cls(home, plan, box, bindings, kept)
            topics = home.identity.topics
            box.clinic_bus.subscribe(topics.plan, self._take_plan, qos=1)
            box.clinic_bus.subscribe(topics.message, self._take_message, qos=1)
            box.clinic_bus.subscribe(topics.command, self._take_command, qos=1)
            await finish_sessions(box.journal, PlanFolder(home.folder.plans), plan, home.clock)
            async with running(self.relay.run()):
                yield self

    @property
    def state(self) -> SessionState | None:
        """The session's newest state, for its screens."""
        return self.box.service.state

    def request(self, wish: Request) -> None:
        """Ask the session service; may be called from any thread, returns at once."""
        state = self.state
        session = None if state is None else state.session
        stamped = wish.stamped(new_ulid(self.home.clock), session)
        self._loop.call_soon_threadsafe(self.box.service.request, stamped)

    @property
    def clinic_silent(self) -> bool:
        """Whether a clinic was joined, and cannot be reached now, or its answer not be heard."""
        joined, bus = self.home.clinic_broker != self.home.broker, self.box.clinic_bus
        deaf = self.home.identity.topics.ack in bus.unheard
        return joined and (deaf or not bus.connected)

    def watched_by(self) -> tuple[str, ...]:
        """The roles of those at the clinic who see the session now; called from any thread."""
        return self.relay.watched_by()

    def heart_bpm(self) -> int | None:
        """The heart rate, where one is worn and fresh."""
        return shown_bpm(self.box.service.heart, self.home.clock.now_ns())

    def count(self, repetition: RepetitionCounted) -> None:
        """Count a repetition that keys made; may be called from any thread, returns at once."""
        self._loop.call_soon_threadsafe(self.box.service.count, repetition)

    async def serve(self) -> None:
        """Hold sessions, one after the other, as they are asked for.

        Ends when a command of the clinic says so, see `erasing`, and between sessions when
        another plan has come into force, see `outdated`.

        Between them the home says once a minute that it is there: a clinic must tell a day
        without therapy from a day without news.
        """
        serving = asyncio.create_task(self._serve())
        stopping = asyncio.create_task(self.stopping.wait())
        try:
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (serving, stopping):
                task.cancel()
            await asyncio.gather(serving, stopping, return_exceptions=True)

    @property
    def outdated(self) -> bool:
        """Whether another plan is in force than the one that this works by."""
        try:
            return plan_for_today(self.home) != self.plan
        except ConfigurationError:
            return False

    async def _serve(self) -> None:
        while not self.outdated:
            async with running(self._telling(ALIVE_EVERY_S)):
                wish = await self._next_wish()
            # A box may have been started before its time was set: no session is open here.
            clock = self.home.clock
            if isinstance(clock, SystemClock) and (off_s := clock.anchor_again()):
                log.warning("this box's clock was %+.0f s off and was set", off_s)
            if wish is None:
                continue
            try:
                await self.hold_session(five_minutes=wish.five_minutes)
            except RipresaError as e:
                log.warning("no session: %s", e)

    async def _next_wish(self) -> OpenSession | None:
        """What is asked for next; None now and then, to see whether the plan still holds."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._wanted.get(), ALIVE_EVERY_S)
        return None

    def _telling(self, every_s: float, gateway: Gateway | None = None) -> Coroutine[Any, Any, None]:
        return tell_ledger(
            self.box,
            self.home.identity,
            self.home.clock,
            counters=dict if gateway is None else gateway.counters,
            every_s=every_s,
        )

    async def hold_session(self, *, five_minutes: bool = False, by_keys: bool = False) -> str:
        """One session from opening to results.

        Args:
            five_minutes: the short version of a hard day.
            by_keys: no wearable is served: what is done is recorded as reported.

        Returns:
            Its ULID.

        Raises:
            SessionNotAllowed: the plan allows none now.
            ConfigurationError: therapy is withdrawn, nothing is left, or no wearable is bound.
            RipresaError: the radio or the journal cannot be used.
        """
        if self.home.folder.withdrawn.exists():
            raise NotReady("withdrawn", "therapy is withdrawn: the clinic can resume it")
        box, plan, clock, self.found = self.box, self.plan, self.home.clock, None
        day = plan.day_of(clock.now_ns())
        versions = PlanFolder(self.home.folder.plans).versions(plan.patient)
        past = past_of(box.journal, versions, day)
        agenda = agenda_of(plan, day, past, assess=not by_keys)
        if five_minutes:
            agenda = shortened(agenda)
        if not agenda.items and agenda.locked:
            raise NotReady("locked", "standing is not cleared in the plan: nothing else is due")
        if not agenda.items:
            raise NotReady("dose done", "nothing is left to do today: the plan's dose is done")
        if not by_keys and not self._bindings.entries:
            raise NotReady("no wearable", NO_WEARABLE)
        radio = None if by_keys else await chosen_radio()
        gateway = None if radio is None else self._gateway(radio)
        box.record.start()
        box.positions.forget_ended()
        async with running(self._telling(LEDGER_EVERY_S, gateway)):
            session = await box.service.open(
                SessionSettings(
                    plan=plan,
                    site=self.home.identity.site,
                    agenda=agenda,
                    worn=() if by_keys else self._worn(),
                    standing_locked=standing_locked(
                        box.journal, plan.patient, Unlocking.load(self.home.folder.unlocking)
                    ),
                    sessions_today=sessions_on(box.journal, plan, day),
                    next_morning=left_extra_pain(box.journal, plan),
                    last_targets=last_targets(box.journal, plan),
                    helper_present=plan.helper,
                    measured=not by_keys,
                    by_keys=by_keys,
                    missed=missed_in_a_row(plan, past.days, day),
                )
            )
            async with contextlib.nullcontext() if gateway is None else gateway:
                await box.service.wait_for(lambda state: state.closed)
            if radio is not None:
                await radio.close()
            await box.record.stop()
        self._note_read()
        closed = await close_session(
            box.journal,
            session,
            plan,
            [entry.item.id for entry in agenda.items],
            clock,
            provisional=await box.analysis.result(plan.version),
        )
        self.found = closed.final
        return session

    def _worn(self) -> tuple[Worn, ...]:
        return tuple(
            Worn(wearable=b.wearable, model=b.model or "unknown", placement=b.placement)
            for b in self._bindings.entries
        )

    def _gateway(self, radio: Radio) -> Gateway:
        return Gateway(
            radio,
            self._bindings.placement_of,
            clock=self.home.clock,
            sinks=self.box.sinks,
            board=self.box.board,
            places=self._bindings.places,
            guard=IdentityGuard(
                self._bindings.remembered, lambda: [b.wearable for b in self._bindings.entries]
            ),
            on_heart_rate=self.box.service.note_heart_rate,
        )

    def _take_plan(self, message: Message) -> None:
        """Keep a plan that the clinic published; `serve` ends where it is in force today."""
        keep_plan(self.home, self.box.clinic_bus, message)
        self._wanted.put_nowait(None)

    def _take_message(self, message: Message) -> None:
        """Keep the therapist's messages for the next session."""
        if not message.payload:
            return
        try:
            told = TherapistMessage.decode(message.payload)
            self.messages.take(told)
        except (DecodeError, StoreError) as e:
            log.warning("a message from the clinic cannot be kept: %s", e)
        else:
            self._answer("message", told.message, "taken")

    def _note_read(self) -> None:
        """What was read in the session is not shown in another one."""
        try:
            self.messages.note_read(self.box.service.events)
        except StoreError as e:
            log.warning("messages that were read are shown once more: %s", e)

    def _take_command(self, message: Message) -> None:
        """Do what the clinic asks; an erasure is done once everything here has been closed."""
        if not message.payload:
            return
        try:
            command = Command.decode(message.payload)
        except DecodeError as e:
            log.warning("a command from the clinic cannot be read: %s", e)
            return
        match command.what:
            case "erase":
                self.erasing = command
                self.stopping.set()
            case "withdraw":
                self.home.folder.withdrawn.touch()
                self._answer("command", command.command, "done")
            case "unlock" | "lock":
                self._unlock(command)
            case "resume":
                self.home.folder.withdrawn.unlink(missing_ok=True)
                self._answer("command", command.command, "done")
            case "keep motion" | "send motion":
                self._keep_motion(command)

    def _unlock(self, command: Command) -> None:
        try:
            if command.what == "unlock":
                Unlocking.of(command).keep(self.home.folder.unlocking)
            else:
                Unlocking.of(command).take_back(self.home.folder.unlocking)
        except StoreError as e:
            log.warning("the unlocking cannot be kept, and comes again: %s", e)
        else:
            self._answer("command", command.command, "done")

    def _keep_motion(self, command: Command) -> None:
        turn = self._kept.keep if command.what == "keep motion" else self._kept.send
        try:
            turn(self.home.clock.now_ns())
        except StoreError as e:
            log.warning("what is agreed on motion cannot be kept, and comes again: %s", e)
        else:
            self._answer("command", command.command, "done")

    def _answer(
        self, what: Literal["message", "command"], name: str, state: Literal["taken", "done"]
    ) -> None:
        answer(self.home, self.box.clinic_bus, what, name, state)
