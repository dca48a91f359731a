"""Lets the clinic see a session while it is played, as far and as long as the home allows it.

Nothing leaves the home's own broker unless the person at home has said yes and somebody holds a
lease of this very session. Movement as it is shown and the session's events go out, motion never.
The person sees who watches. The end of the lease, of the session, of the consent, of the watcher's
page, of the line, or of either program ends it; only a new deliberate act begins it again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError
from telemetry.messages.notices import LiveRequest, Receipt, WatchedNow

from .lease_book import LeaseBook
from .live_consent import LiveConsent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Literal

    from telemetry.clock import Clock
    from telemetry.messages.notices import LiveWatcher
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics

__all__ = ["LiveRelay"]

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0


class LiveRelay:
    """Answers who wishes to watch, sends on what they may see, tells screens; `run` as a task.

    Args:
        bus: the home's own broker.
        clinic_bus: the clinic's; on the home's own, what is shown is there already.
        topics: the home's.
        clock: of the home: a lease is as long as it says.
        apart: whether the two brokers are two.
        session: the one under way; None: none is.
        consent: where the person's decision is kept.
        barred: whether nobody may watch, whatever was decided here.
    """

    def __init__(
        self,
        bus: Bus,
        clinic_bus: Bus,
        topics: HomeTopics,
        clock: Clock,
        *,
        apart: bool,
        session: Callable[[], str | None],
        consent: Path,
        barred: Callable[[], bool] = lambda: False,
    ) -> None:
        self._own, self._told_watchers = bus, False
        self._clinic, self._topics, self._clock = clinic_bus, topics, clock
        self._session, self._consent, self._barred = session, consent, barred
        self._book = LeaseBook()
        self._ending: str | None = None
        clinic_bus.subscribe(topics.live_request, self._take)
        clinic_bus.on_connect(self._end_all)
        if apart:
            bus.subscribe(topics.control, self._send_on)
            bus.subscribe(topics.event, self._send_on)

    async def run(self) -> None:
        """Take leases back that stand no more, once a second."""
        while True:
            self._look()
            self._tell_screens()
            await self._clock.sleep(LOOK_EVERY_S)

    def watched_by(self) -> tuple[LiveWatcher, ...]:
        """The roles of those who watch now; called from any thread."""
        return self._book.watched(self._clock.now_ns())

    def _take(self, message: Message) -> None:
        # A broker that kept a wish would have it come true long after the act.
        if message.retained or not message.payload:
            return
        try:
            wish = LiveRequest.decode(message.payload)
        except DecodeError as e:
            log.warning("a wish to watch cannot be read: %s", e)
            return
        if wish.patient != self._topics.patient:
            log.warning("a wish to watch names another patient than its topic")
            return
        match wish.what:
            case "ask":
                self._answer_ask(wish)
            case "hold":
                if not self._book.hold(wish.lease, self._clock.now_ns()):
                    self._tell(wish.lease, "done")
            case "end":
                if self._book.end(wish.lease):
                    log.info("somebody at the clinic watches no more")

    def _answer_ask(self, wish: LiveRequest) -> None:
        refused = self._book.ask(
            wish,
            self._clock.now_ns(),
            session=self._session(),
            allowed=self._allowed(),
        )
        self._tell(wish.lease, "taken" if refused is None else "refused", refused or "")
        if refused is None:
            log.info("a %s of the clinic watches the session", wish.watcher)

    def _look(self) -> None:
        if not self._book.leases:
            return
        session = self._session()
        # One look longer, so that what a session ends with is seen.
        shown, self._ending = session or self._ending, session
        allowed = self._allowed()
        for lease in self._book.lapsed(self._clock.now_ns(), session=shown, allowed=allowed):
            self._tell(lease, "done", "" if allowed else "no consent")

    def _allowed(self) -> bool:
        return not self._barred() and LiveConsent.load(self._consent).allowed

    def _tell_screens(self) -> None:
        """Screens outside have no other way to know; one that has just connected hears it soon."""
        watchers = self.watched_by()
        if watchers or self._told_watchers:
            self._own.publish(self._topics.watched, WatchedNow(watchers=watchers).encode())
        self._told_watchers = bool(watchers)

    def _end_all(self) -> None:
        """After a line that was broken nobody watches until they say so again."""
        for lease in self._book.leases:
            self._book.end(lease.lease)
            self._tell(lease.lease, "done")

    def _send_on(self, message: Message) -> None:
        if self._book.leases and self._book.sees(message.payload, self._clock.now_ns()):
            self._clinic.publish(message.topic, message.payload)

    def _tell(self, lease: str, state: Literal["taken", "done", "refused"], note: str = "") -> None:
        receipt = Receipt(
            patient=self._topics.patient,
            what="live",
            id=lease,
            state=state,
            t_ns=self._clock.now_ns(),
            note=note,
        )
        self._clinic.publish(self._topics.receipt, receipt.encode(), qos=1)
