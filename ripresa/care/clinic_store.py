"""A clinic's journal with all that its use needs: archive, plans, consent. Put together once.

`clinic run`, filling the database, comparing it and looking at the figures take their parts from
here: what one of them respects, all of them do.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from analytics.monitoring.worklist import MonitoredHours
from ingest.influx.admin import strangers, verify, with_stored_retention
from ingest.influx.followers import influx_followers
from ingest.influx.minutes import minutes_follower
from ingest.influx.points import compared, stored
from ingest.influx.record_context import RecordContext
from ingest.journal.archive import ArchiveReader
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent
from ripresa.curves.curve_desk import CurveDesk
from ripresa.curves.curve_maker import CurveMaker
from ripresa.platform.configuration import audit_key_at_hand
from ripresa.region.held_partition import held_partition
from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import ConfigurationError
from telemetry.transport.partition import Partition

from .angle_follower import AngleCurves, angle_differences, angle_follower
from .care_journal import JournalCareRecord, fold_journal
from .figure_follower import FigureFollower
from .figure_points import MEASUREMENTS, figure_points
from .figure_table import FigureTable
from .other_parts import OtherParts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ingest.influx.followers import InfluxFollower
    from ingest.influx.points import Difference
    from ingest.influx.server import InfluxSettings, InfluxWriter
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock

__all__ = ["ANGLE_DAYS", "TIME_ZONE", "ClinicStore", "monitored_hours"]

TIME_ZONE = "Europe/Rome"
ANGLE_DAYS = 7.0
DAY_NS = 86_400_000_000_000


class ClinicStore:
    """What one clinic knows; a context manager.

    Args:
        folder: the clinic's state.
        clock: stamps what is written, and says which day it is.
        time_zone: of the clinic, where its days end.

    Raises:
        StoreBusy, StoreError: the journal cannot be opened.
        ConfigurationError: no such time zone, or the audit key cannot be read.
    """

    def __init__(self, folder: Folder, clock: Clock, time_zone: str = TIME_ZONE) -> None:
        self.hours = monitored_hours(time_zone)
        self.plans = PlanFolder(folder.plans)
        self._clock = clock
        with contextlib.ExitStack() as stack:
            self.journal = stack.enter_context(Journal.open(folder.clinic_journal, clock))
            self.whole = stack.enter_context(ArchiveReader(folder.clinic_journal, folder.archive))
            key = AuditKey.at(audit_key_at_hand(folder) or folder.audit_key)
            self.consent = Consent(self.journal, key)
            self.table = FigureTable(folder.figures, key.hash("key", "figures"))
            self._partition = held_partition(folder) or Partition()
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the journal."""
        self._stack.close()

    def care(
        self,
        *,
        heard: Mapping[str, int] | None = None,
        clock_wrong: Callable[[], bool] = lambda: False,
    ) -> JournalCareRecord:
        """The figures, kept up with the journal."""
        return JournalCareRecord(
            self.journal,
            self.plans.version,
            self._clock,
            self.hours,
            restricted=self.consent.unused,
            restricted_among=self.consent.unused_among,
            erased=self.consent.erased,
            heard=heard,
            clock_wrong=clock_wrong,
            table=self.table,
        )

    def curves(self, folder: Path) -> CurveDesk:
        """What works out and keeps the curves of sessions."""
        context = RecordContext(self.whole, self.consent.unused)

        def patient_of(home: str) -> str | None:
            whose = context.whose_home(home)
            return None if whose is None else whose.patient

        maker = CurveMaker(context, self.plans.version)
        return CurveDesk(maker, self.journal, folder, patient_of, self._clock)

    def followers(
        self, writer: InfluxWriter, settings: InfluxSettings
    ) -> tuple[InfluxFollower, ...]:
        """What fills the database's buckets: motion, therapy, minutes, angles."""
        kept = with_stored_retention(writer, settings)
        unused = self.consent.unused
        found = influx_followers(
            self.journal,
            writer,
            kept,
            self._clock,
            doses=self.plans,
            restricted=unused,
            whole=self.whole,
        )
        minutes = minutes_follower(
            self.journal, writer, kept, self._clock, restricted=unused, whole=self.whole
        )
        angles = angle_follower(
            self.journal,
            writer,
            kept,
            self._clock,
            plan=self.plans.version,
            restricted=unused,
            whole=self.whole,
        )
        return (*found, minutes, angles)

    def figures(
        self, care: JournalCareRecord, writer: InfluxWriter, settings: InfluxSettings
    ) -> FigureFollower:
        """What keeps the database's figures as the clinic's are."""
        return FigureFollower(care, writer, settings.therapy_bucket, self._clock)

    def other_parts(self) -> OtherParts:
        """Who stands in a database that all parts write, and is another part's.

        Raises:
            StoreError: the journal cannot be read.
        """
        return OtherParts(self._partition, self.journal)

    def differences(
        self, writer: InfluxWriter, settings: InfluxSettings, *, angle_days: float = ANGLE_DAYS
    ) -> list[Difference]:
        """Where this store and the database differ: records, and the figures drawn from them.

        Args:
            writer: the database.
            settings: its buckets.
            angle_days: of how many days back the sessions' curves are compared: each of them is
                made anew from its motion.

        Raises:
            StoreBusy, StoreError: the database or the journal cannot be read now.
        """
        kept, now_ns = with_stored_retention(writer, settings), self._clock.now_ns()
        unused = self.consent.unused
        elsewhere = self.other_parts().have
        found = strangers(self.whole, writer, kept, unused, elsewhere)
        found += verify(
            self.whole, writer, kept, doses=self.plans, now_ns=now_ns, restricted=unused
        )
        curves = AngleCurves(RecordContext(self.whole, unused), self.plans.version)
        found += angle_differences(
            curves,
            self.whole.sessions(),
            writer,
            kept.therapy_bucket,
            start_ns=now_ns - round(angle_days * DAY_NS),
            stop_ns=now_ns,
        )
        fold = fold_journal(self.whole, self.plans.version, now_ns)
        zone = ZoneInfo(self.hours.time_zone)
        used = [f for f in fold.all_figures() if not unused(f.patient)]
        points = [p for f in used for p in figure_points(f, zone)]
        wanted = {point.key: point.written for point in points}
        there = stored(writer, settings.therapy_bucket, MEASUREMENTS)
        ours = {k: told for k, told in there.items() if not elsewhere(k.patient)}
        return found + compared(wanted, ours)


def monitored_hours(time_zone: str) -> MonitoredHours:
    """When somebody looks at alerts: the usual hours, in the clinic's time zone.

    Raises:
        ConfigurationError: there is no such time zone.
    """
    try:
        ZoneInfo(time_zone)
    except (OSError, ValueError, KeyError) as e:
        raise ConfigurationError(f"time zone {time_zone!r}: give e.g. Europe/Rome") from e
    return MonitoredHours(time_zone=time_zone)
