"""The dashboard of all patients: who needs a look first."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models import dashboard as dm

from .flux import daily, figure, per_tag, points
from .patient import PATIENT_UID
from .style import AMBER, BLUE, GREEN, RUST, Panels, steps

__all__ = ["COHORT_UID", "cohort_dashboard"]

COHORT_UID: Final = "ripresa-cohort"

_LAST_SESSION = (
    '  |> group(columns: ["patient"])\n'
    '  |> sort(columns: ["_time"])\n'
    "  |> last()\n"
    "  |> group()\n"
    '  |> keep(columns: ["patient", "_time"])\n'
    '  |> rename(columns: {_time: "last_session"})\n'
)

_NAMES: Final = {
    "patient": "Patient",
    "missed": "Planned days missed",
    "unwell": "“I feel unwell”",
    "pain": "Highest pain",
    "dose": "Dose",
    "last_session": "Last session",
    "sessions": "Sessions",
    "lost": "Samples lost",
}


def cohort_dashboard() -> d.Dashboard:
    """One line a patient, those with most missed days first."""
    panels = Panels()
    return (
        d.Dashboard("Ripresa · all patients")
        .uid(COHORT_UID)
        .description("Research software, not a medical device.")
        .tags(["ripresa"])
        .time("now-2w", "now")
        .refresh("5m")
        .timezone("browser")
        .with_panel(panels.watermark())
        .with_panel(
            panels.figure(
                "Sessions",
                points("session", ["opened"]) + figure("sum"),
                unit="short",
                thresholds=steps((None, BLUE)),
                about="Sessions opened by all patients in the time shown.",
            )
        )
        .with_panel(
            panels.figure(
                "Planned days missed",
                points("adherence", ["missed"], span="day") + figure("sum"),
                unit="short",
                thresholds=steps((None, GREEN), (1, AMBER)),
                about="Over all patients.",
            )
        )
        .with_panel(
            panels.figure(
                "Dose",
                points("adherence", ["dose"]) + figure("mean"),
                unit="percentunit",
                thresholds=steps((None, RUST), (0.5, AMBER), (0.8, GREEN)),
                about="Mean share of the prescribed dose that was done, over all patients.",
            )
        )
        .with_panel(
            panels.figure(
                "“I feel unwell”",
                points("report", ["unwell"]) + figure("sum"),
                unit="short",
                thresholds=steps((None, GREEN), (1, RUST)),
                about="How often it was pressed in the time shown.",
            )
        )
        .with_panel(_who_first(panels))
        .with_panel(
            panels.columns(
                "Sessions per day",
                points("session", ["opened"]) + daily("sum"),
                unit="short",
                shown={"opened": ("sessions", BLUE)},
                about="All patients.",
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
    queries = [
        points("session", ["opened"]) + per_tag("patient", "sum", "sessions"),
        points("adherence", ["missed"], span="day") + per_tag("patient", "sum", "missed"),
        points("adherence", ["dose"]) + per_tag("patient", "mean", "dose"),
        points("report", ["pain"]) + per_tag("patient", "max", "pain"),
        points("report", ["unwell"]) + per_tag("patient", "sum", "unwell"),
        points("gap", ["count"]) + per_tag("patient", "sum", "lost"),
        points("session", ["opened"]) + _LAST_SESSION,
    ]
    return (
        panels.rows(
            "Who needs a look first",
            queries,
            join="patient",
            names=_NAMES,
            about="Missed days first. It describes what was recorded and decides nothing; "
            "a patient's name leads to their own dashboard.",
        )
        .span(24)
        .height(12)
        .with_transformation(
            dm.DataTransformerConfig(
                id_val="sortBy", options={"sort": [{"field": _NAMES["missed"], "desc": True}]}
            )
        )
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
        .override_by_name(_NAMES["dose"], [dm.DynamicConfigValue("unit", "percentunit")])
        .override_by_name(
            _NAMES["last_session"], [dm.DynamicConfigValue("unit", "dateTimeFromNow")]
        )
        .override_by_name(_NAMES["missed"], _shaded(("transparent", None), (AMBER, 1), (RUST, 3)))
        .override_by_name(_NAMES["pain"], _shaded(("transparent", None), (AMBER, 4), (RUST, 6)))
        .override_by_name(_NAMES["unwell"], _shaded(("transparent", None), (RUST, 1)))
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
