"""The clinic's end of a live lease: asks the home, holds on while somebody watches, lets go.

The home decides (`ripresa.watching`). Here a lease is one act of one watcher, and what came of it;
nothing of it outlives the watcher's page, a broken line, or this program.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict

from dashboards.access.principal import Role
from telemetry.errors import DecodeError
from telemetry.identity import new_ulid
from telemetry.messages.notices import LONGEST_LEASE_S, LiveRequest, Receipt
from telemetry.transport.topics import HomeTopics, parse_topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from dashboards.access.principal import Principal
    from telemetry.clock import Clock
    from telemetry.messages.notices import LiveWatcher
    from telemetry.transport.bus import Bus, Message

    from .running_sessions import RunningSessions

__all__ = ["HeldLease", "LeaseFrame", "LiveLeases", "watcher_of"]

log = logging.getLogger(__name__)

HOLD_EVERY_S: Final = 5
ANSWER_WITHIN_S: Final = 10

LeaseReason: TypeAlias = Literal[
    "", "no consent", "no such session", "too many", "no answer", "nobody trains"
]
"""Why a session is not seen: the first three as its home says."""

_TOLD_AS: Final[Mapping[Role, LiveWatcher]] = MappingProxyType(
    {
        Role.PHYSIOTHERAPIST: "physiotherapist",
        Role.RESEARCHER: "researcher",
        Role.ADMIN: "admin",
    }
)
"""By which of several roles somebody is told."""


class LeaseFrame(BaseModel):
    """How a watcher's lease stands; `until_ms` (Unix epoch) while it is given.

    `reason`: of a refusal or an end; empty: its time is over, or it was let go.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lease: Literal["none", "asked", "given", "refused", "over"]
    reason: LeaseReason = ""
    until_ms: float | None = None


def watcher_of(principal: Principal) -> LiveWatcher:
    """As what the patient is told of somebody: their role, where they have signed in."""
    if not principal.name:
        return "clinic"
    return next((told for role, told in _TOLD_AS.items() if role in principal.roles), "clinic")


class HeldLease:
    """One watcher's lease of one patient's session, and how it stands.

    Args:
        send: takes a wish to the patient's home; False: nothing could be asked.
        told: takes each change.
        clock: paces.
        withdrawn: whether the person has told the clinic that nobody may watch.
    """

    def __init__(
        self,
        patient: str,
        watcher: LiveWatcher,
        send: Callable[[LiveRequest], bool],
        told: Callable[[LeaseFrame], None],
        clock: Clock,
        *,
        withdrawn: Callable[[], bool] = lambda: False,
    ) -> None:
        self._withdrawn = withdrawn
        self._patient, self._watcher, self._clock = patient, watcher, clock
        self._send, self._told = send, told
        self.wish: LiveRequest | None = None
        self._before: LiveRequest | None = None
        self.frame = LeaseFrame(lease="none")
        self._asked_ns = 0

    def ask(self, session: str | None) -> None:
        """Ask for a new lease by a deliberate act.

        One that is given is let go once the home has answered, so that the person at home does not
        see a watcher go and come.
        """
        if self.frame.lease == "given":
            self._before = self.wish
        if self._withdrawn():
            self._stand(LeaseFrame(lease="refused", reason="no consent"))
            self.let_go()
            return
        if session is None:
            self._stand(LeaseFrame(lease="refused", reason="nobody trains"))
            self.let_go()
            return
        self._asked_ns = self._clock.now_ns()
        self.wish = LiveRequest(
            what="ask",
            lease=new_ulid(self._clock),
            patient=self._patient,
            session=session,
            watcher=self._watcher,
        )
        self._stand(LeaseFrame(lease="asked"))
        if not self._send(self.wish):
            self._stand(LeaseFrame(lease="refused", reason="no answer"))

    def fail(self) -> None:
        """Nobody can be asked now; what is held is let go, and the home told so."""
        self._stand(LeaseFrame(lease="refused", reason="no answer"))
        self.let_go()

    def answered(self, receipt: Receipt) -> None:
        """Take the home's answer."""
        self._let_go_of_the_one_before()
        if receipt.state == "taken" and self.frame.lease == "asked":
            until_ms = self._clock.now_ns() / 1e6 + LONGEST_LEASE_S * 1000
            self._stand(LeaseFrame(lease="given", until_ms=until_ms))
        elif receipt.state in ("refused", "done"):
            told = {reason: reason for reason in get_args(LeaseReason)}
            self.over(told.get(receipt.note, ""), refused=receipt.state == "refused")

    def over(self, reason: LeaseReason = "", *, refused: bool = False) -> None:
        """It is no more, whoever ended it."""
        if self.frame.lease in ("asked", "given"):
            self._stand(LeaseFrame(lease="refused" if refused else "over", reason=reason))
        self.wish = None

    def look(self) -> None:
        """Hold on to it; once its time is over, let go."""
        if self.wish is None:
            return
        now_ns, frame = self._clock.now_ns(), self.frame
        if self._withdrawn():
            self._stand(LeaseFrame(lease="over", reason="no consent"))
            self.let_go()
            return
        if frame.lease == "asked" and now_ns - self._asked_ns > ANSWER_WITHIN_S * 1_000_000_000:
            self._stand(LeaseFrame(lease="refused", reason="no answer"))
            self.let_go()
        elif frame.until_ms is not None and now_ns / 1e6 >= frame.until_ms:
            self.let_go()
        elif frame.lease == "given":
            self._send(self.wish.model_copy(update={"what": "hold"}))

    def let_go(self) -> None:
        """Tell the home that nobody watches by it any more."""
        self._let_go_of_the_one_before()
        wish, self.wish = self.wish, None
        if wish is not None:
            self._send(wish.model_copy(update={"what": "end"}))
        if self.frame.lease in ("asked", "given"):
            self._stand(LeaseFrame(lease="over"))

    def _let_go_of_the_one_before(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            self._send(before.model_copy(update={"what": "end"}))

    def _stand(self, frame: LeaseFrame) -> None:
        self.frame = frame
        self._told(frame)


class LiveLeases:
    """The leases of all who watch.

    Args:
        bus: the clinic's broker.
        running: the sessions that can be asked for.
        site_of: a patient's site; None where none is known.
        clock: paces and stamps.
        withdrawn: whether a person has told the clinic that nobody may watch, whatever is set at
            their home.
    """

    def __init__(
        self,
        bus: Bus,
        running: RunningSessions,
        site_of: Callable[[str], str | None],
        clock: Clock,
        withdrawn: Callable[[str], bool] = lambda _patient: False,
    ) -> None:
        self._withdrawn = withdrawn
        self.running = running
        self._bus, self._site_of, self._clock = bus, site_of, clock
        self._held: set[HeldLease] = set()
        bus.subscribe(HomeTopics("+", "+").receipt, self._take, qos=1)
        bus.on_connect(self._all_over)

    @contextlib.asynccontextmanager
    async def held(
        self, patient: str, watcher: LiveWatcher, told: Callable[[LeaseFrame], None]
    ) -> AsyncIterator[HeldLease]:
        """A watcher's lease, which nobody has asked for yet; let go at the end."""
        site = self._site_of(patient)

        def send(wish: LiveRequest) -> bool:
            if site is None or not self._bus.connected:
                return False
            self._bus.publish(HomeTopics(site, patient).live_request, wish.encode())
            return True

        lease = HeldLease(
            patient,
            watcher,
            send,
            told,
            self._clock,
            withdrawn=lambda: self._withdrawn(patient),
        )
        self._held.add(lease)
        holding = asyncio.create_task(self._hold(lease))
        try:
            yield lease
        finally:
            holding.cancel()
            lease.let_go()
            self._held.discard(lease)

    async def _hold(self, lease: HeldLease) -> None:
        while True:
            await self._clock.sleep(HOLD_EVERY_S)
            lease.look()

    def _take(self, message: Message) -> None:
        if message.retained or b'"live"' not in message.payload:
            return
        try:
            receipt = Receipt.decode(message.payload)
        except DecodeError as e:
            log.warning("refused: %s", e)
            return
        whose = parse_topic(message.topic).values["patient"]
        for lease in tuple(self._held):
            wish = lease.wish
            if wish is not None and (wish.lease, wish.patient) == (receipt.id, whose):
                lease.answered(receipt)

    def _all_over(self) -> None:
        """After a broken line the home has let go of them as well."""
        for lease in tuple(self._held):
            lease.over()
