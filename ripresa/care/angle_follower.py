"""The angle of each session, ten times a second, for the dashboard of one session.

Follows the results that count. Steps, for each:

1. The core runs over the session's recorded streams as it did while it was played, and says the
   angle of each sample where an angle may be told.
2. Items of which the result tells no range are left out: what did not pass the gate is not drawn.
3. One sample in each tenth of a second is kept.

A later result replaces the curve of an earlier one. The curve is the one that moved the game; the
figures that count stand in the points of items and repetitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ingest.influx.followers import InfluxFollower
from ingest.influx.lines import line
from ingest.influx.points import compared, read_point, stored
from ingest.influx.record_context import RecordContext, home_of
from ingest.influx.therapy_lines import Superseded
from ripresa.curves.curve_maker import recorded_batches
from telemetry.messages.events import SessionOpened
from telemetry.messages.record import RecordKind
from telemetry.messages.results import SessionResult, decode_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ingest.influx.lines import FieldValue
    from ingest.influx.points import Difference
    from ingest.influx.record_context import Whose
    from ingest.influx.server import InfluxSettings, InfluxWriter, LineWriter
    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader
    from telemetry.clock import Clock
    from telemetry.messages.live import ControlBatch
    from telemetry.messages.record import Record
    from telemetry.seams import SessionSummary
    from therapy.plan.plan import Plan

__all__ = ["ANGLES", "AngleCurves", "angle_differences", "angle_follower"]

ANGLES: Final = "influx:angles"
STEP_NS: Final = 100_000_000
DAY_NS: Final = 86_400_000_000_000


def angle_follower(
    journal: Journal,
    writer: LineWriter,
    settings: InfluxSettings,
    clock: Clock,
    *,
    plan: Callable[[str, int], Plan | None],
    restricted: Callable[[str], bool] = lambda _patient: False,
    whole: JournalReader | None = None,
) -> InfluxFollower:
    """The follower that fills `angle`; it has a cursor of its own."""
    curves = AngleCurves(RecordContext(whole or journal, restricted), plan)
    return InfluxFollower(
        journal,
        writer,
        clock,
        name=ANGLES,
        bucket=settings.therapy_bucket,
        kinds=(RecordKind.RESULT,),
        lines_of=curves.lines,
        context=curves.context,
        superseded_by=curves.superseded,
    )


class AngleCurves:
    """Makes a session's curve from its recorded streams.

    Args:
        context: whose a record is, and its session's events and streams.
        plan: a version of a patient's plan; None where it is not at hand: no curve then.
    """

    def __init__(self, context: RecordContext, plan: Callable[[str, int], Plan | None]) -> None:
        self.context = context
        self._plan = plan

    def lines(self, record: Record) -> list[bytes]:
        """The points of a result that counts.

        Where it takes the place of another, the curves of sessions within its session's time are
        made again as well: the database takes points away by patient and time only.

        Raises:
            DecodeError: the body is not what the record's kind says.
        """
        result, whose = decode_result(record.body), self.context.whose(record)
        if whose is None or not isinstance(result, SessionResult) or result.provisional:
            return []
        points = self._lines(result, home_of(record), whose)
        span = None if result.supersedes is None else self._span(result, home_of(record))
        if span is not None:
            for counted, home in self.context.counting_beside(*span):
                points += self._lines(counted, home, whose)
        return points

    def superseded(self, record: Record) -> list[Superseded]:
        """The curves in the time of a session whose result takes the place of another.

        Raises:
            DecodeError: the body is not what the record's kind says.
        """
        result, whose = decode_result(record.body), self.context.whose(record)
        if whose is None or not isinstance(result, SessionResult) or result.supersedes is None:
            return []
        span = self._span(result, home_of(record))
        if span is None:
            return []
        session, stop_ns = span
        return [
            Superseded(
                measurement="angle",
                patient=whose.patient,
                start_ns=session.opened_ns,
                stop_ns=stop_ns,
            )
        ]

    def counting(self, session: SessionSummary) -> list[bytes]:
        """The points of a session's curve, by the result that counts."""
        whose = None if session.home is None else self.context.whose_home(session.home)
        if session.home is None or whose is None:
            return []
        results = self.context.results(session.session, session.home)
        counted = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
        return self._lines(counted[-1], session.home, whose) if counted else []

    def _span(self, result: SessionResult, home: str) -> tuple[SessionSummary, int] | None:
        session = self.context.session(result.session, home)
        if session is None:
            return None
        return session, session.closed_ns or session.opened_ns + DAY_NS

    def _lines(self, result: SessionResult, home: str, whose: Whose) -> list[bytes]:
        plan = self._plan(whose.patient, result.plan_version)
        if plan is None:
            return []
        # An item and its assessment are one curve: where either is withheld, all of it is.
        withheld = {i.item for i in result.items if i.range_of_motion is None}
        told = {i.item: i for i in result.items if i.item not in withheld}
        points = []
        for item, t_ns, angle_deg in self._curve(result.session, home, plan):
            if item in told:
                tags = whose.tags | {"exercise": told[item].exercise, "side": told[item].side}
                fields: dict[str, FieldValue] = {
                    "session": result.session,
                    "item": item,
                    "angle_deg": angle_deg,
                }
                points.append(line("angle", tags, fields, t_ns))
        return points

    def _curve(self, session: str, home: str, plan: Plan) -> Iterator[tuple[str, int, float]]:
        events = self.context.events(session, home)
        if not any(isinstance(e, SessionOpened) for e in events):
            return
        last_ns: dict[str, int] = {}
        for batch in recorded_batches(self.context, session, home, plan, events):
            yield from _thinned(batch, last_ns)


def angle_differences(
    curves: AngleCurves,
    sessions: Iterable[SessionSummary],
    writer: InfluxWriter,
    bucket: str,
    *,
    start_ns: int,
    stop_ns: int,
) -> list[Difference]:
    """Where the database's curves are not those of the results that count.

    Every curve is made anew from its streams, which takes the core about a hundredth of the
    session's time: so a span is compared, and not all that ever was.

    Args:
        curves: makes them.
        sessions: all there are: whoever has none in the span has no curve in it.
        writer: the database.
        bucket: with what was found.
        start_ns: the first moment that is compared.
        stop_ns: the last.

    Raises:
        StoreBusy: the database cannot be asked.
    """
    of_patient: dict[str, list[SessionSummary]] = {}
    for session in sessions:
        mine = of_patient.setdefault(session.patient, [])
        if start_ns - DAY_NS <= session.opened_ns <= stop_ns:
            mine.append(session)
    found = []
    for patient, mine in sorted(of_patient.items()):
        wanted = dict(read_point(text) for s in mine for text in curves.counting(s))
        # Day by day: a database's answer stands in memory whole.
        for begin_ns in range(start_ns, stop_ns, DAY_NS):
            end_ns = min(begin_ns + DAY_NS, stop_ns)
            there = stored(writer, bucket, ("angle",), patient, start_ns=begin_ns, stop_ns=end_ns)
            here = {key: told for key, told in wanted.items() if begin_ns <= key.t_ns < end_ns}
            found += compared(here, there)
    return found


def _thinned(batch: ControlBatch, last_ns: dict[str, int]) -> Iterator[tuple[str, int, float]]:
    """One sample in each tenth of a second, by item."""
    if batch.item is None or batch.angle_deg is None:
        return
    for dt_us, angle_deg in zip(batch.dt_us, batch.angle_deg, strict=True):
        t_ns = batch.t0_ns + dt_us * 1000
        if t_ns // STEP_NS != last_ns.get(batch.item):
            last_ns[batch.item] = t_ns // STEP_NS
            yield batch.item, t_ns, float(angle_deg)
