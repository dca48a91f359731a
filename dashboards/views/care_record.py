"""What a clinic knows of its patients beside their sessions: figures, worklist, who saw what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import MonitoredHours, worklist
from telemetry.messages.results import AdherenceResult, SurveyTold
from therapy.wording import WordedError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from analytics.monitoring.figures import PatientFigures
    from analytics.monitoring.worklist import WorkLine
    from telemetry.clock import Clock
    from telemetry.messages.care import AlertSeen
    from telemetry.seams import SessionReader

__all__ = ["CareRecord", "MemoryCareRecord", "known_alert", "recorded_facts"]


class CareRecord(Protocol):
    """The clinic's own knowledge; called from the server's worker threads."""

    @property
    def hours(self) -> MonitoredHours:
        """When somebody looks at alerts."""
        ...

    def figures(self, patient: str) -> PatientFigures | None:
        """All that is shown of a patient, as of now; None where nothing is known of them."""
        ...

    def worklist(self) -> Sequence[WorkLine]:
        """Everybody, who needs a look first."""
        ...

    def stamp(self) -> Hashable:
        """Is another whenever the worklist may be."""
        ...

    def acknowledge(self, seen: AlertSeen) -> None:
        """Write down who looked at an alert and what was done.

        Raises:
            ConfigurationError: there is no such alert.
            StoreBusy: try again later; nothing was written.
        """
        ...


def known_alert(figures: PatientFigures | None, seen: AlertSeen) -> AlertSeen:
    """Hold what somebody says to have seen against the alerts there are.

    Returns:
        The same, with the events that they had before them.

    Raises:
        ConfigurationError: there is none of that kind and day, or it tells of other events by now.
    """
    alerts = () if figures is None else figures.alerts
    found = next((a for a in alerts if (a.kind, a.opened) == (seen.kind, seen.opened)), None)
    if found is not None and found.events and seen.digest not in (None, found.digest):
        raise WordedError(
            f"di questo avviso del {seen.opened} intanto si sa altro: rilegga l'elenco",
            f"more is known of this alert of {seen.opened} by now: read the list again",
        )
    if found is None:
        raise WordedError(
            f"nessun avviso così del {seen.opened}: rilegga l'elenco, può essere cambiato",
            f"no alert {seen.kind!r} of {seen.opened}: read the list again, it may have changed",
        )
    return seen.model_copy(update={"events": found.events}) if found.events else seen


def recorded_facts(reader: SessionReader, patient: str | None = None) -> Iterator[Fact]:
    """What the recorded sessions tell, where no clinic knows more of its patients."""
    for summary in reader.sessions(patient=patient):
        session, home = summary.session, summary.home
        told = (*reader.events(session, home=home), *reader.results(session, home=home))
        for place, body in enumerate(told):
            if not isinstance(body, AdherenceResult | SurveyTold):
                yield Fact(FactOrigin(own=False, home="", position=place), body, summary.session)


class MemoryCareRecord:
    """A `CareRecord` over facts in memory, for tests and demonstrations.

    Args:
        facts: in any order.
        clock: says which day it is.
        fold: that facts go into; None: one without plans of its own.
        hours: when somebody looks.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        clock: Clock,
        fold: Fold | None = None,
        hours: MonitoredHours | None = None,
    ) -> None:
        self.hours = hours or MonitoredHours()
        self.seen: list[AlertSeen] = []
        self._clock = clock
        self._fold = Fold() if fold is None else fold
        for fact in facts:
            self._fold.take(fact)

    def figures(self, patient: str) -> PatientFigures | None:
        """A patient's figures as of now."""
        self._fold.look(self._clock.now_ns())
        return self._fold.figures(patient)

    def worklist(self) -> Sequence[WorkLine]:
        """Everybody, who needs a look first."""
        self._fold.look(self._clock.now_ns())
        return worklist(self._fold.all_figures())

    def stamp(self) -> Hashable:
        """Another one each time: nobody counts here what changes."""
        return object()

    def acknowledge(self, seen: AlertSeen) -> None:
        """Keep it in memory.

        Raises:
            ConfigurationError: there is no such alert.
        """
        seen = known_alert(self.figures(seen.patient), seen)
        self.seen.append(seen)
        origin = FactOrigin(own=True, home="memory", position=1_000_000 + len(self.seen))
        self._fold.take(Fact(origin, seen))
