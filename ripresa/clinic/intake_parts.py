"""The clinic's intake, put together once: for `clinic run`, and for what rehearses its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent
from ingest.transfer.quota import Quota
from ingest.transfer.receiver import Receiver

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.journal.journal import Journal
    from ingest.transfer.receiver import ReceiverLimits
    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus
    from telemetry.trouble import TroubleBoard

__all__ = ["clinic_intake"]


def clinic_intake(
    bus: Bus,
    journal: Journal,
    clock: Clock,
    *,
    site: str = "+",
    quota: Quota | None = None,
    board: TroubleBoard | None = None,
    limits: ReceiverLimits | None = None,
    audit_key: Path | None = None,
) -> Receiver:
    """A receiver that keeps to consent and quotas and tells its troubles."""
    key = AuditKey.at(audit_key or journal.path.with_name("audit.key"))
    return Receiver(
        bus,
        journal,
        clock,
        site=site,
        barred=Consent(journal, key).barred,
        limits=limits,
        quota=quota or Quota(),
        board=board,
    )
