"""How gateways, wearables, followers and the clinic are, as points for the operations dashboard.

A point is written where something has changed, and else every ten minutes, whether or not
something is wrong: alerts of silence rest on that.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from ingest.influx.points import Point
from telemetry.errors import DecodeError, StoreError
from telemetry.messages.notices import GatewayState
from telemetry.transport.topics import GatewayTopics, parse_topic
from telemetry.trouble import TroubleKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ingest.influx.server import LineWriter
    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus, Message

__all__ = ["OF_HOMES", "OperationsFollower", "patient_of", "status_points"]

log = logging.getLogger(__name__)

EVERY_S: Final = 30.0
AT_LEAST_NS: Final = 600 * 1_000_000_000
MOST_GATEWAYS: Final = 10_000


class OperationsFollower:
    """Writes how everything is; `run` as a task until cancelled.

    Args:
        bus: gateways' states come from it.
        site: whose.
        writer: the database.
        bucket: for what is found.
        clock: stamps and paces.
        document: how the clinic is, as `clinic status` has it.
        part: which of the site's clinics it is, so that they do not write over each other; empty
            where it is the only one.
    """

    def __init__(
        self,
        bus: Bus,
        site: str,
        writer: LineWriter,
        bucket: str,
        clock: Clock,
        *,
        document: Callable[[], Mapping[str, Any]],
        part: str = "",
    ) -> None:
        self._site = site
        self._writer = writer
        self._bucket = bucket
        self._clock = clock
        self._document = document
        self._part = part
        self._gateways: dict[tuple[str, str], tuple[GatewayState, int]] = {}
        self._written: dict[object, tuple[object, int]] = {}
        self._open: dict[object, Point] = {}
        bus.subscribe(GatewayTopics(site, "+").state, self._take, qos=1)

    async def run(self) -> None:
        """Follow until cancelled; a database that is away costs points of this hour only."""
        while True:
            due = self.due()
            try:
                await asyncio.to_thread(self.write, due)
            except StoreError as e:
                # The database watch tells of it, once and for all that follows.
                log.debug("operations wait for the database: %s", e)
            await self._clock.sleep(EVERY_S)

    def due(self) -> list[Point]:
        """What has changed, or was not written for long."""
        now_ns = self._clock.now_ns()
        return [p for p in self._points(now_ns) if self._is_due(p, now_ns)]

    def write(self, due: Sequence[Point]) -> None:
        """Write points.

        Raises:
            StoreError: the database does not take them; they are due the next time, too.
        """
        if due:
            self._writer.write(self._bucket, b"\n".join(point.line() for point in due))
        for point in due:
            self._written[point.key[:2]] = (_content(point), point.t_ns)

    def _points(self, now_ns: int) -> Iterator[Point]:
        for (site, gateway), (state, offset_ns) in list(self._gateways.items()):
            yield from _gateway_points(site, gateway, state, offset_ns, now_ns)
        told = list(status_points(self._document(), self._site, now_ns, self._part))
        open_now: dict[object, Point] = {p.key[:2]: p for p in told if p.measurement == "trouble"}
        yield from told
        for key, point in self._open.items():
            if key not in open_now:
                yield Point("trouble", point.tags, dict(point.fields) | {"open": 0}, now_ns)
        self._open = open_now

    def _is_due(self, point: Point, now_ns: int) -> bool:
        content, at_ns = self._written.get(point.key[:2], (None, 0))
        return content != _content(point) or now_ns - at_ns >= AT_LEAST_NS

    def _take(self, message: Message) -> None:
        message.acknowledge()
        values = parse_topic(message.topic).values
        key = (values["site"], values["gateway"])
        try:
            state = GatewayState.decode(message.payload)
        except DecodeError as e:
            log.warning("refused: %s", e)
            return
        if key in self._gateways or len(self._gateways) < MOST_GATEWAYS:
            now_ns = self._clock.now_ns()
            known = state.home_ns is not None and not message.retained
            offset_ns = (state.home_ns or 0) - now_ns if known else 0
            self._gateways[key] = state, offset_ns


def status_points(
    document: Mapping[str, Any], site: str, now_ns: int, part: str = ""
) -> Iterator[Point]:
    """What the clinic's status document says, as points.

    A trouble that is a patient's has that tag, so that erasing reaches it.
    """
    tags = {"site": "all" if site == "+" else site, "part": part}
    troubles = document["troubles"]
    yield Point(
        "clinic",
        tags,
        {
            "well": int(document["well"]),
            "troubles": len(troubles),
            "waiting": int(document["waiting"]["messages"]),
            "dead_letters": document["dead_letters"],
            "held": document["held"],
            "t_ms": now_ns // 1_000_000,
        },
        now_ns,
    )
    for follower in document["followers"]:
        fields = {"lag": int(follower["lag"]), "set_aside": int(follower["set_aside"])}
        yield Point("follower", tags | {"name": follower["name"]}, fields, now_ns)
    for trouble in troubles:
        kind, subject = trouble["kind"], trouble["subject"]
        yield Point(
            "trouble",
            tags | {"kind": kind, "subject": subject, "patient": patient_of(kind, subject)},
            {
                "open": 1,
                "since_ms": trouble["since_ns"] // 1_000_000,
                "grave": int(trouble["grave"]),
                "it": trouble["it"],
                "en": trouble["en"],
            },
            now_ns,
        )


OF_HOMES: Final = frozenset(
    {
        TroubleKind.HOME_CLOCK,
        TroubleKind.DAYS_ASIDE,
        TroubleKind.HOME_NEW,
        TroubleKind.QUOTA_PASSED,
    }
)
"""Troubles whose subject names a patient."""


def patient_of(kind: str, subject: str) -> str:
    """The patient whose trouble it is, from where its kind of subject names them; else empty."""
    if kind in (TroubleKind.HOME_CLOCK, TroubleKind.DAYS_ASIDE):
        return subject
    if kind == TroubleKind.HOME_NEW:
        return subject.rpartition("/")[2]
    if kind == TroubleKind.QUOTA_PASSED:
        try:
            return parse_topic(subject).values.get("patient", "")
        except DecodeError:
            return ""
    return ""


def _gateway_points(
    site: str, gateway: str, state: GatewayState, offset_ns: int, now_ns: int
) -> Iterator[Point]:
    tags = {"site": site, "gateway": gateway}
    fields = {
        "state": str(state.state),
        "backlog": state.backlog,
        "clock_offset_s": float(round(offset_ns / 1e9)),
    }
    yield Point("gateway", tags, fields, now_ns)
    for worn in state.wearables:
        yield Point(
            "wearable",
            tags | {"wearable": worn.wearable},
            {
                "state": str(worn.state),
                "battery_percent": worn.battery_percent,
                "placement": worn.placement,
            },
            now_ns,
        )


def _content(point: Point) -> object:
    return {name: value for name, value in point.fields.items() if name != "t_ms"}
