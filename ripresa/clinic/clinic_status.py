"""How the running clinic is, in one document: for `clinic status`, the health check, the page."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from telemetry.clock import SystemClock
from telemetry.errors import StoreError
from telemetry.printable import printable
from telemetry.trouble import TroubleBoard, TroubleKind, words

from .wrong_clock import plainly_wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ingest.influx.database_watch import Follows
    from ingest.journal.journal import Journal
    from ingest.transfer.quota import Quota
    from ingest.transfer.receiver import Receiver
    from ripresa.platform.supervise import Supervisor
    from telemetry.clock import Clock
    from telemetry.transport.mqtt import MqttBus, MqttSettings
    from telemetry.transport.own_voice import OwnVoice

__all__ = ["ClinicStatus"]

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0
AWAY_AFTER_S: Final = 5.0
HOME_OFF_S: Final = 600.0
"""A session near midnight then belongs to another day."""
MOST_TOLD: Final = 100


class ClinicStatus:
    """Watches the parts, keeps the board, and says it all in one document.

    Args:
        buses: the connections; the first, for records, says whether the broker is there.
    """

    def __init__(  # noqa: PLR0917 - one of each part of the clinic
        self,
        journal: Journal,
        buses: Sequence[MqttBus],
        receiver: Receiver,
        followers: Sequence[Follows],
        supervisor: Supervisor,
        quota: Quota,
        board: TroubleBoard,
        clock: Clock,
        broker: MqttSettings,
        offsets: Mapping[str, float],
        set_aside: Callable[[], Mapping[str, int]] = dict,
        left_out: Callable[[], Mapping[str, int]] = dict,
        voice: OwnVoice | None = None,
    ) -> None:
        self._journal = journal
        self._bus, *_ = self._buses = buses
        self._receiver = receiver
        self._followers = followers
        self._supervisor = supervisor
        self._quota = quota
        self._board = board
        self._clock = clock
        self._broker = f"{broker.host}:{broker.port}"
        self._started_ns = self._changed_ns = clock.now_ns()
        self._connected = False
        self._offsets = offsets
        self._set_aside = set_aside
        self._left_out = left_out
        self._voice = voice

    async def run(self) -> None:
        """Keep the board in step with the parts, until cancelled."""
        while True:
            if isinstance(self._clock, SystemClock) and (off_s := self._clock.anchor_again()):
                log.warning("this machine's clock was %+.0f s off and was set", off_s)
            self._look()
            await self._clock.sleep(LOOK_EVERY_S)

    def document(self) -> dict[str, Any]:
        """Everything, as JSON would have it."""
        self._look()
        messages, size = self._receiver.waiting
        troubles = self._board.all()
        return {
            "pid": os.getpid(),
            "since_ns": self._started_ns,
            "now_ns": self._clock.now_ns(),
            "well": not any(trouble.grave for trouble in troubles),
            "broker": {
                "address": self._broker,
                "connected": self._connected,
                "since_ns": self._changed_ns,
            },
            "homes": self._homes(),
            "waiting": {"messages": messages, "bytes": size},
            "intake": dict(self._receiver.counts),
            "turned_away": self._quota.turned_away(),
            "left_out": dict(self._left_out()),
            **self._kept(),
            "followers": [
                {
                    "name": s.name,
                    "lag": s.backlog,
                    "set_aside": s.set_aside,
                    "trouble": s.trouble,
                }
                for s in (follower.status() for follower in self._followers)
            ],
            "programs": [
                {
                    "name": name,
                    "running": state.running,
                    "restarts": state.restarts,
                    "last_error": state.last_error,
                }
                for name, state in self._supervisor.programs.items()
            ],
            "troubles": [
                {
                    "kind": str(trouble.kind),
                    "subject": trouble.subject,
                    "since_ns": trouble.since_ns,
                    "grave": trouble.grave,
                    "figures": dict(trouble.figures),
                    "it": words(trouble, "it"),
                    "en": words(trouble, "en"),
                }
                for trouble in troubles
            ],
        }

    def _look(self) -> None:
        self._look_at_clock()
        self._look_at_homes()
        now_ns = self._clock.now_ns()
        if self._bus.connected != self._connected:
            away_s = (now_ns - self._changed_ns) / 1e9
            self._connected, self._changed_ns = self._bus.connected, now_ns
            if self._connected:
                log.info("the broker %s is there after %.0f s", self._broker, away_s)
        if self._connected:
            self._board.clear(TroubleKind.BROKER_AWAY)
            self._board.clear(TroubleKind.BROKER_REFUSES)
        elif self._bus.refused is not None:
            self._board.clear(TroubleKind.BROKER_AWAY)
            self._tell(TroubleKind.BROKER_REFUSES, self._broker, now_ns)
        elif now_ns - self._changed_ns >= AWAY_AFTER_S * 1e9:
            self._board.clear(TroubleKind.BROKER_REFUSES)
            self._tell(TroubleKind.BROKER_AWAY, self._broker, now_ns)
        self._look_at_subscriptions(now_ns)
        turned = self._quota.turned_lately(now_ns)
        self._keep_in_step(TroubleKind.QUOTA_PASSED, "messages", turned, now_ns)

    def _look_at_subscriptions(self, now_ns: int) -> None:
        """What the broker does not let us hear, though it has let us in."""
        unheard = {printable(name) for bus in self._buses for name in bus.unheard}
        if self._voice is not None and self._voice.deaf:
            unheard.add(self._voice.topic)
        for trouble in self._board.all():
            if trouble.kind is TroubleKind.TOPIC_UNHEARD and trouble.subject not in unheard:
                self._board.clear(trouble.kind, trouble.subject)
        for name in sorted(unheard):
            self._tell(TroubleKind.TOPIC_UNHEARD, name, now_ns)

    def _tell(self, kind: TroubleKind, subject: str, now_ns: int) -> None:
        if self._board.show(kind, subject, now_ns):
            told = next(t for t in self._board.all() if (t.kind, t.subject) == (kind, subject))
            log.warning("%s", words(told, "en"))

    def _look_at_clock(self) -> None:
        now_ns = self._clock.now_ns()
        if plainly_wrong(now_ns, self._journal, self._offsets.values()):
            self._board.show(TroubleKind.CLOCK_WRONG, _day(now_ns), now_ns)
        else:
            self._board.clear(TroubleKind.CLOCK_WRONG)

    def _look_at_homes(self) -> None:
        """Whose clock is wrong, and what of theirs lies on a day that cannot be."""
        now_ns = self._clock.now_ns()
        # By a clinic's clock that is wrong itself no home's is judged.
        judged = not self._board.has(TroubleKind.CLOCK_WRONG)
        wrong = {
            patient: abs(off_s) / 3600
            for patient, off_s in list(self._offsets.items())
            if judged and abs(off_s) > HOME_OFF_S
        }
        self._keep_in_step(TroubleKind.HOME_CLOCK, "hours", wrong, now_ns)
        self._keep_in_step(TroubleKind.DAYS_ASIDE, "sessions", self._set_aside(), now_ns)
        self._keep_in_step(TroubleKind.FIGURES_BOUNDED, "facts", self._left_out(), now_ns)

    def _keep_in_step(
        self, kind: TroubleKind, figure: str, found: Mapping[str, float], now_ns: int
    ) -> None:
        for trouble in self._board.all():
            if trouble.kind is kind and trouble.subject not in found:
                self._board.clear(kind, trouble.subject)
        for subject, value in list(found.items())[:MOST_TOLD]:
            self._board.show(kind, subject, now_ns, **{figure: value})

    def _homes(self) -> list[dict[str, Any]]:
        heard = self._receiver.heard_ns
        try:
            homes = self._journal.homes()
        except StoreError:
            return []
        return [
            {
                "home": known.home,
                "site": known.site,
                "patient": known.patient,
                "committed": known.committed,
                "last_record_ns": heard.get((known.site, known.patient, known.home)),
            }
            for known in homes
            if known.site is not None and known.patient is not None
        ]

    def _kept(self) -> dict[str, Any]:
        """Letters and held records, from the journal; None where it cannot be read now."""
        try:
            letters = int(self._journal.rows("SELECT count(*) FROM dead_letter")[0][0])
            gone = self._journal.rows("SELECT home, count(*) FROM forgone GROUP BY home")
            held = self._journal.held()
        except StoreError:
            return {"dead_letters": None, "forgone": None, "held": None}
        now_ns = self._clock.now_ns()
        self._keep_in_step(TroubleKind.LETTERS_GONE, "letters", dict(gone), now_ns)
        for kind, count, figure in (
            (TroubleKind.LETTERS_KEPT, letters, "letters"),
            (TroubleKind.HELD_RECORDS, held, "records"),
        ):
            if count:
                self._board.show(kind, "journal", now_ns, **{figure: count})
            else:
                self._board.clear(kind)
        return {"dead_letters": letters, "forgone": sum(n for _, n in gone), "held": held}


def _day(t_ns: int) -> str:
    try:
        return datetime.fromtimestamp(t_ns / 1e9, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return "?"
