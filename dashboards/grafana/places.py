"""The addresses of the dashboards, by which they lead to each other."""

from __future__ import annotations

from typing import Final

__all__ = ["COHORT_UID", "OPERATIONS_UID", "PATIENT_UID", "SESSION_UID"]

COHORT_UID: Final = "ripresa-cohort"
PATIENT_UID: Final = "ripresa-patient"
SESSION_UID: Final = "ripresa-session"
OPERATIONS_UID: Final = "ripresa-operations"
