"""The addresses of the dashboards, by which they lead to each other."""

from __future__ import annotations

from typing import Final

__all__ = [
    "COHORT_UID",
    "OF_EXERCISE",
    "OF_PATIENT",
    "OPERATIONS_UID",
    "PATIENT_UID",
    "SESSION_UID",
]

COHORT_UID: Final = "ripresa-cohort"
PATIENT_UID: Final = "ripresa-patient"
SESSION_UID: Final = "ripresa-session"
OPERATIONS_UID: Final = "ripresa-operations"

OF_PATIENT: Final = {"patient": "${patient}"}
"""Tags of what the variables of a dashboard choose."""
OF_EXERCISE: Final = {"patient": "${patient}", "exercise": "${exercise}", "side": "${side}"}
