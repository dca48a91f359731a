"""The dashboard of all patients: who needs a look first."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models import dashboard as dm

from .flux import a_patient_a_row, daily, points, standing
from .places import COHORT_UID, OPERATIONS_UID, PATIENT_UID
from .style import AMBER, BLUE, GREEN, GREY, RUST, Panels, leads_to, steps

__all__ = ["cohort_dashboard"]

_FIELDS: Final = (
    "kind",
    "why_en",
    "why_it",
    "since",
    "waiting",
    "state",
    "last_session",
    "last_contact_ms",
    "sessions",
    "dose",
    "missed",
    "unknown",
    "stopped",
    "unwell",
    "falls",
    "rank",
)
_NAMES: Final = {
    "patient": "Patient",
    "kind": "What",
    "why_en": "Why",
    "why_it": "Perché",
    "since": "Since",
    "waiting": "Alerts nobody has seen",
    "state": "State",
    "last_session": "Last session",
    "last_contact_ms": "Last contact",
    "sessions": "Sessions",
    "dose": "Dose",
    "missed": "Planned days missed",
    "unknown": "Days unknown",
    "stopped": "Days stopped by a rule",
    "unwell": "“I feel unwell”",
    "falls": "Falls",
    "rank": "Rank",
}


def cohort_dashboard() -> d.Dashboard:
    """One line a patient, who needs a look first on top."""
    panels = Panels()
    return (
        d.Dashboard("Ripresa · all patients")
        .uid(COHORT_UID)
        .description("Research software, not a medical device.")
        .tags(["ripresa"])
        .time("now-4w", "now")
        .refresh("5m")
        .timezone("browser")
        .link(leads_to("Operations", OPERATIONS_UID))
        .with_panel(panels.watermark())
        .with_panel(
            panels.figure(
                "Patients to look at",
                standing("waiting")
                + "  |> group()\n  |> filter(fn: (r) => r._value > 0)\n  |> count()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, AMBER)),
                about="With an alert that nobody has seen; now, whatever time is shown.",
            )
        )
        .with_panel(
            panels.figure(
                "Planned days missed",
                standing("missed") + "  |> group()\n  |> sum()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, AMBER)),
                about="Over all patients, in the four calendar weeks up to today.",
            )
        )
        .with_panel(
            panels.figure(
                "Dose",
                standing("dose") + "  |> group()\n  |> mean()\n",
                unit="percentunit",
                thresholds=steps((None, RUST), (0.5, AMBER), (0.8, GREEN)),
                about="Mean over patients of their share of the prescribed dose in the four "
                "calendar weeks up to today: by days, missed ones as none; unknown, excused and "
                "stopped days lower it for nobody.",
            )
        )
        .with_panel(
            panels.figure(
                "Unwell and falls",
                standing("unwell", "falls") + "  |> group()\n  |> sum()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, RUST)),
                about="Days of the last week on which either was told.",
            )
        )
        .with_panel(_who_first(panels))
        .with_panel(
            panels.columns(
                "Days by what they came to",
                points("adherence_day", ["done", "missed", "unknown", "stopped"]) + daily("sum"),
                unit="short",
                shown={
                    "done": ("done or partly", BLUE),
                    "missed": ("missed", RUST),
                    "unknown": ("unknown", GREY),
                    "stopped": ("stopped by a rule", AMBER),
                },
                about="All patients, each day's of the clinic.",
            )
        )
        .with_panel(
            panels.columns(
                "Samples lost per day",
                points("gap", ["count"]) + daily("sum"),
                unit="short",
                shown={"count": ("samples lost", RUST)},
                about="Declared lost for good, all patients.",
            )
        )
    )


def _who_first(panels: Panels) -> table.Panel:
    return (
        panels.rows(
            "Who needs me first",
            [standing(*_FIELDS) + a_patient_a_row(_FIELDS, "rank", "since")],
            names=_NAMES,
            about="Unwell, falls and those who never started on top, then the other alerts by "
            "their gravity, then the longest. It describes what was recorded and decides nothing; "
            "a patient's name leads to their own dashboard.",
        )
        .span(24)
        .height(14)
        .override_by_name(
            _NAMES["patient"],
            [
                dm.DynamicConfigValue(
                    "links",
                    [
                        {
                            "title": "This patient",
                            "url": f"/d/{PATIENT_UID}?var-patient=${{__value.raw}}&"
                            "${__url_time_range}",
                        }
                    ],
                )
            ],
        )
        .override_by_name(_NAMES["why_en"], [dm.DynamicConfigValue("custom.width", 340)])
        .override_by_name(_NAMES["why_it"], [dm.DynamicConfigValue("custom.width", 340)])
        .override_by_name(_NAMES["dose"], [dm.DynamicConfigValue("unit", "percentunit")])
        .override_by_name(
            _NAMES["last_contact_ms"], [dm.DynamicConfigValue("unit", "dateTimeFromNow")]
        )
        .override_by_name(_NAMES["rank"], [dm.DynamicConfigValue("custom.hidden", value=True)])
        .override_by_name(_NAMES["missed"], _shaded(("transparent", None), (AMBER, 1), (RUST, 3)))
        .override_by_name(_NAMES["unwell"], _shaded(("transparent", None), (RUST, 1)))
        .override_by_name(_NAMES["falls"], _shaded(("transparent", None), (RUST, 1)))
    )


def _shaded(*bounds: tuple[str, float | None]) -> list[dm.DynamicConfigValue]:
    """A cell coloured from each bound on; the number itself says the same."""
    return [
        dm.DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"}),
        dm.DynamicConfigValue(
            "thresholds",
            {"mode": "absolute", "steps": [{"color": c, "value": v} for c, v in bounds]},
        ),
    ]
