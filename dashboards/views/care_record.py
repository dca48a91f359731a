"""What a clinic keeps of its patients beside their sessions: judged days, alerts, who saw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from analytics.monitoring.alerts import MonitoredHours, acknowledged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.monitoring.alerts import Acknowledgement, Alert, AlertKind
    from telemetry.messages.results import AdherenceResult
    from therapy.plan.plan import Plan

__all__ = ["CareRecord", "MemoryCareRecord"]


class CareRecord(Protocol):
    """The clinic's own knowledge; called from the server's worker threads."""

    @property
    def hours(self) -> MonitoredHours:
        """When somebody looks at alerts."""
        ...

    def plans(self, patient: str) -> Sequence[Plan]:
        """All versions of a patient's plan; empty where only the sessions' own are known."""
        ...

    def days(self, patient: str) -> Sequence[AdherenceResult]:
        """Days as the clinic judged them at their end, missed ones among them."""
        ...

    def alerts(self, patient: str | None = None) -> Sequence[Alert]:
        """One patient's alerts, or everybody's, in the order in which they opened."""
        ...

    def acknowledge(
        self, patient: str, kind: AlertKind, number: int, acknowledgement: Acknowledgement
    ) -> None:
        """Write down who looked at an alert and what was done.

        Raises:
            ConfigurationError: there is none of that kind and number.
            StoreBusy: try again later; nothing was written.
        """
        ...


class MemoryCareRecord:
    """A `CareRecord` in memory, for tests and demonstrations."""

    def __init__(
        self,
        days: Sequence[AdherenceResult] = (),
        alerts: Sequence[Alert] = (),
        plans: Sequence[Plan] = (),
        hours: MonitoredHours | None = None,
    ) -> None:
        self.hours = hours or MonitoredHours()
        self._plans = list(plans)
        self._days = list(days)
        self._alerts = tuple(alerts)

    def plans(self, patient: str) -> Sequence[Plan]:
        """The plans given that are this patient's."""
        return [plan for plan in self._plans if plan.patient == patient]

    def days(self, patient: str) -> Sequence[AdherenceResult]:
        """The days given that are this patient's."""
        return [day for day in self._days if day.patient == patient]

    def alerts(self, patient: str | None = None) -> Sequence[Alert]:
        """The alerts given, acknowledged or not."""
        return [a for a in self._alerts if patient in (None, a.patient)]

    def acknowledge(
        self, patient: str, kind: AlertKind, number: int, acknowledgement: Acknowledgement
    ) -> None:
        """Keep it in memory.

        Raises:
            ConfigurationError: there is none of that kind and number.
        """
        mine = acknowledged(self.alerts(patient), kind, number, acknowledgement)
        others = [a for a in self._alerts if a.patient != patient]
        self._alerts = (*others, *mine)
