"""The dashboard of one patient: range, repetitions against the plan, adherence, pain, quality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.models import dashboard as dm

from .flux import (
    Flux,
    answered,
    daily,
    figure,
    newest_first,
    points,
    standing,
    tag_values,
    wide,
)
from .style import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    RUST,
    SKY,
    Panels,
    patient_variable,
    query_variable,
    steps,
)

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders import statushistory, timeseries

__all__ = ["PATIENT_UID", "patient_dashboard"]

PATIENT_UID: Final = "ripresa-patient"

_ALERT_FIELDS = ("text_en", "text_it", "closed", "seen_by", "seen_day", "action")
_RANGE_FIELDS = ("rom_median_deg", "rom_p10_deg", "rom_p90_deg")
_LOW = "10th percentile"
_OF_PATIENT = {"patient": "${patient}"}
_OF_EXERCISE = {"patient": "${patient}", "exercise": "${exercise}", "side": "${side}"}


def patient_dashboard() -> d.Dashboard:
    """All there is to see of one patient."""
    panels = Panels()
    return (
        d.Dashboard("Ripresa · one patient")
        .uid(PATIENT_UID)
        .description("Research software, not a medical device.")
        .tags(["ripresa"])
        .time("now-4w", "now")
        .refresh("1m")
        .timezone("browser")
        .tooltip(dm.DashboardCursorSync.CROSSHAIR)
        .with_variable(patient_variable())
        .with_variable(
            query_variable("exercise", "Exercise", tag_values("item", "exercise", **_OF_PATIENT))
        )
        .with_variable(
            query_variable(
                "side",
                "Side",
                tag_values("item", "side", patient="${patient}", exercise="${exercise}"),
            )
        )
        .with_panel(panels.watermark())
        .with_panel(
            panels.figure(
                "Where they stand",
                standing("state", **_OF_PATIENT) + "  |> last()\n",
                unit="string",
                thresholds=steps((None, BLUE)),
                about="Enrolled, plan sent, taken or refused, started, silent, paused; now.",
            )
        )
        .with_panel(
            panels.figure(
                "Planned days missed",
                standing("missed", **_OF_PATIENT) + "  |> last()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, AMBER), (3, RUST)),
                about="In the four calendar weeks up to today: days on which the plan asked for a "
                "session and none was recorded. Unknown days are none of them.",
            )
        )
        .with_panel(
            panels.figure(
                "Dose",
                standing("dose", **_OF_PATIENT) + "  |> last()\n",
                unit="percentunit",
                thresholds=steps((None, RUST), (0.5, AMBER), (0.8, GREEN)),
                about="Share of the prescribed dose in the four calendar weeks up to today, capped "
                "per exercise and day, averaged over exercises and days.",
            )
        )
        .with_panel(
            panels.figure(
                "Pain, last reported",
                points("report", ["pain"], **_OF_PATIENT) + figure("last"),
                unit="short",
                thresholds=steps((None, BLUE), (4, AMBER), (6, RUST)),
                about="0 to 10, as the person reported it.",
            )
        )
        .with_panel(_days(panels))
        .with_panel(
            panels.rows(
                "Alerts",
                [points("alert", _ALERT_FIELDS, **_OF_PATIENT) + newest_first(_ALERT_FIELDS)],
                names={
                    "_time": "Day",
                    "text_en": "What",
                    "text_it": "Che cosa",
                    "closed": "Over on",
                    "seen_by": "Seen by",
                    "seen_day": "Seen on",
                    "action": "Done",
                },
                about="By their evidence now, the newest first. An empty cell under “Seen by”: "
                "nobody has looked.",
            ).span(24)
        )
        .with_panel(_range(panels, "Range at assessments", assessment="true"))
        .with_panel(_range(panels, "Range reached in exercises", assessment="false"))
        .with_panel(
            panels.columns(
                "Repetitions against the plan",
                points("item", ["repetitions", "prescribed"], assessment="false", **_OF_EXERCISE)
                + daily("sum"),
                unit="short",
                shown={"repetitions": ("done", BLUE), "prescribed": ("prescribed", GREY)},
                about="Per day, for the exercise and side chosen above.",
            )
        )
        .with_panel(
            panels.columns(
                "Adherence",
                points("adherence_day", ["dose", "range"], **_OF_PATIENT) + daily("max"),
                unit="percentunit",
                shown={"dose": ("dose", BLUE), "range": ("range", GREEN)},
                about="Per day: dose done and range reached, as shares of what the plan asks for. "
                "A missed day has a dose of none; an unknown or excused one has no column.",
            ).max(1)
        )
        .with_panel(_pains(panels))
        .with_panel(
            panels.lines(
                "Effort",
                points("report", ["effort"], **_OF_PATIENT) + "  |> toFloat()\n" + wide(["effort"]),
                unit="short",
                shown={"effort": ("effort", SKY)},
                about="0 to 10, where it was reported.",
            )
            .min(0)
            .max(10)
        )
        .with_panel(
            panels.lines(
                "Too fast",
                points("repetition", ["too_fast"], assessment="false", **_OF_EXERCISE)
                + "  |> toFloat()\n"
                + daily("mean"),
                unit="percentunit",
                shown={"too_fast": ("too fast", AMBER)},
                about="Share of repetitions that were faster than the plan allows, per day.",
            )
            .min(0)
            .max(1)
        )
        .with_panel(
            panels.columns(
                "Data quality: samples",
                points("item", ["samples", "missing"], **_OF_PATIENT) + daily("sum"),
                unit="short",
                shown={"samples": ("used", BLUE), "missing": ("missing", RUST)},
                about="Samples that the results rest on, and those missing among them, per day.",
            )
        )
        .with_panel(
            panels.rows(
                "Data quality: gaps declared",
                [points("gap", ["count", "reason"], **_OF_PATIENT) + wide(["count", "reason"])],
                names={"_time": "Time", "count": "Samples lost", "reason": "Reason"},
                about="Samples that are lost for good, and why. An empty table is good news.",
            )
        )
        .with_panel(
            panels.rows(
                "Sessions",
                [
                    points("session_end", ["reason", "duration_s"], **_OF_PATIENT)
                    + wide(["reason", "duration_s"])
                ],
                names={"_time": "Closed", "reason": "Ended", "duration_s": "Lasted, s"},
                about="How each session ended.",
            )
        )
        .with_panel(
            panels.rows(
                "Why exercises ended",
                [
                    points("exercise_end", ["item", "reason"], **_OF_PATIENT)
                    + wide(["item", "reason"])
                ],
                names={"_time": "Time", "item": "Item of the plan", "reason": "Ended"},
                about="Done, pain, tired, unwell, time, lost sensor, other.",
            )
        )
    )


def _days(panels: Panels) -> statushistory.Panel:
    """What each day came to, a cell a day."""
    return panels.states(
        "Days",
        points("adherence_day", ["state"], **_OF_PATIENT) + wide(["state"]),
        about="What each day of the clinic came to. Unknown is grey: nothing was heard, or the "
        "home did not have the plan; it is not missed.",
    )


def _pains(panels: Panels) -> timeseries.Panel:
    """Pain before and after, each a line of its own."""
    before, after = (
        points("report", ["pain", "at"], **_OF_PATIENT) + answered("pain", at, name)
        for at, name in (("in", "before"), ("out", "after"))
    )
    return (
        panels.lines(
            "Pain before and after",
            before,
            unit="short",
            shown={"before": ("before", SKY), "after": ("after", RUST)},
            about="0 to 10, as told at a session's start and at its end.",
        )
        .with_target(Flux(after, "B"))
        .min(0)
        .max(10)
    )


def _range(panels: Panels, title: str, *, assessment: str) -> timeseries.Panel:
    """Median range with the band from the 10th to the 90th percentile."""
    about = (
        "Untargeted repetitions: the only source of a trend."
        if assessment == "true"
        else "Effort, not outcome: a game's targets stop at the range of the day."
    )
    panel = panels.lines(
        title,
        points("item", _RANGE_FIELDS, assessment=assessment, **_OF_EXERCISE) + wide(_RANGE_FIELDS),
        unit="degree",
        shown={
            "rom_median_deg": ("median", BLUE),
            "rom_p10_deg": (_LOW, SKY),
            "rom_p90_deg": ("90th percentile", SKY),
        },
        about=f"Median, and 10th to 90th percentile as a band. {about}",
    )
    for edge in ("rom_p10_deg", "rom_p90_deg"):
        panel = panel.override_by_name(
            edge,
            [
                dm.DynamicConfigValue("custom.lineWidth", 0),
                dm.DynamicConfigValue("custom.showPoints", "never"),
            ],
        )
    panel = panel.override_by_name(
        "rom_p90_deg",
        [
            dm.DynamicConfigValue("custom.fillBelowTo", _LOW),
            dm.DynamicConfigValue("custom.fillOpacity", 25),
        ],
    )
    return panel.min(0)
