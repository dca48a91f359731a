"""The dashboard of one session: its angle, repetitions, phases, other movement and losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.models import dashboard as dm

from .flux import EVER, Flux, of_session, points, wide
from .places import COHORT_UID, OF_PATIENT, PATIENT_UID, SESSION_UID
from .style import (
    AMBER,
    BLUE,
    RUST,
    Panels,
    leads_to,
    patient_variable,
    query_variable,
)

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders import table

__all__ = ["session_dashboard", "sessions_table"]

_REPETITION_NAMES = {
    "_time": "Began",
    "exercise": "Exercise",
    "side": "Side",
    "number": "Number",
    "peak_deg": "Peak, °",
    "peak_low_deg": "Peak from, °",
    "peak_high_deg": "Peak to, °",
    "start_deg": "Began at, °",
    "range_deg": "Excursion, °",
    "range_low_deg": "Excursion from, °",
    "range_high_deg": "Excursion to, °",
    "up_s": "Up, s",
    "hold_s": "Held, s",
    "down_s": "Down, s",
    "flags": "Movement",
    "technical": "Reception",
}
_REPETITION_TAGS = ("exercise", "side")
_REPETITION_FIELDS = tuple(
    name for name in _REPETITION_NAMES if name not in ("_time", *_REPETITION_TAGS)
)
_ITEM_NAMES = {
    "_time": "Began",
    "exercise": "Exercise",
    "side": "Side",
    "assessment": "Assessment",
    "repetitions": "Repetitions",
    "count_low": "At least",
    "count_high": "At most",
    "attempts": "Attempts",
    "other_s": "Other movement, s",
    "peak_deg": "Peak, °",
    "peak_low_deg": "Peak from, °",
    "peak_high_deg": "Peak to, °",
    "peak_from_deg": "Began at, °",
    "rom_median_deg": "Excursion, °",
    "band_low_deg": "Excursion from, °",
    "band_high_deg": "Excursion to, °",
    "not_observable": "Why no angle",
    "judged": "Judged",
    "alike": "Alike, 0-1",
}
_ITEM_TAGS = ("exercise", "side", "assessment")
_ITEM_FIELDS = tuple(name for name in _ITEM_NAMES if name not in ("_time", *_ITEM_TAGS))
_SESSIONS = (
    "from(bucket: v.defaultBucket)\n"
    f"  |> range({EVER})\n"
    '  |> filter(fn: (r) => r._measurement == "session" and r._field == "session"'
    ' and r.patient == "${patient}")\n'
    "  |> group()\n"
    '  |> sort(columns: ["_time"], desc: true)\n'
    '  |> keep(columns: ["_value"])\n'
)


def session_dashboard() -> d.Dashboard:
    """One session, to be opened from its patient's dashboard, which sets the time."""
    panels = Panels()
    return (
        d.Dashboard("Ripresa · one session")
        .uid(SESSION_UID)
        .description("Research software, not a medical device.")
        .tags(["ripresa"])
        .time("now-24h", "now")
        .timezone("browser")
        .tooltip(dm.DashboardCursorSync.CROSSHAIR)
        .link(leads_to("This patient", PATIENT_UID))
        .link(leads_to("All patients", COHORT_UID))
        .with_variable(patient_variable())
        .with_variable(query_variable("session", "Session", _SESSIONS))
        .with_panel(panels.watermark())
        .with_panel(
            panels.lines(
                "Angle and repetitions",
                of_session("angle", ["angle_deg"]),
                unit="degree",
                shown={"angle_deg": ("angle", BLUE), "peak_deg": ("peak of a repetition", AMBER)},
                about="Ten times a second, as it moved the game; the peaks are those of the result "
                "that counts, each at its repetition's beginning. Where no angle may be told "
                "there is none.",
            )
            .with_target(Flux(of_session("repetition", ["peak_deg"]), "B"))
            # At ten a second points hide the line; peaks of repetitions are no line.
            .override_by_name(
                "angle_deg",
                [
                    dm.DynamicConfigValue("custom.showPoints", "never"),
                    dm.DynamicConfigValue("custom.lineWidth", 1),
                ],
            )
            .override_by_name("peak_deg", [dm.DynamicConfigValue("custom.drawStyle", "points")])
            .span_nulls(1000.0)
            .span(24)
            .height(11)
        )
        .with_panel(
            panels.rows(
                "Phases",
                [of_session("phase", ["phase", "item"])],
                names={"_time": "Began", "phase": "Phase", "item": "Item of the plan"},
                about="Which phase of the session began when.",
            ).span(24)
        )
        .with_panel(
            panels.rows(
                "What counts",
                [of_session("item", _ITEM_FIELDS, _ITEM_TAGS)],
                names=_ITEM_NAMES,
                about="Of the result that counts, an exercise a line. At least and at most: the "
                "true number lies between them in 95 of 100 exercises, and a peak or an excursion "
                "between from and to. A peak is told where the angle's zero is known. Judged 0: so "
                "much was lost that how the person moved is not judged.",
            ).span(24)
        )
        .with_panel(
            panels.rows(
                "Repetitions",
                [of_session("repetition", _REPETITION_FIELDS, _REPETITION_TAGS)],
                names=_REPETITION_NAMES,
                about="Of the result that counts. Between from and to the true peak or excursion "
                "of that one repetition lies in 95 of 100.",
            ).span(24)
        )
        .with_panel(
            panels.rows(
                "Attempts and other movement",
                [of_session("movement", ["seconds"], ["what", "exercise", "side"])],
                names={
                    "_time": "Began",
                    "what": "What",
                    "exercise": "Exercise",
                    "side": "Side",
                    "seconds": "Lasted, s",
                },
                about="What counts for nothing: movement far behind the set's own repetitions, "
                "walking, handling, getting ready.",
            )
        )
        .with_panel(
            panels.rows(
                "Samples lost",
                [
                    points("gap", ["count", "reason"], patient="${patient}")
                    + wide(["count", "reason"])
                ],
                names={"_time": "Time", "count": "Samples lost", "reason": "Reason"},
                about="Declared lost for good in the time shown. An empty table is good news.",
            )
        )
        .with_panel(
            panels.lines(
                "Pain",
                of_session("report", ["pain"]),
                unit="short",
                shown={"pain": ("pain", RUST)},
                about="0 to 10, as told at check-in and check-out.",
            )
            .min(0)
            .max(10)
        )
    )


def sessions_table(panels: Panels) -> table.Panel:
    """How each session ended; each leads to itself."""
    query = (
        points("session_end", ["session", "reason", "duration_s"], **OF_PATIENT)
        + '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        "  |> map(fn: (r) => ({r with to_ms: int(v: r._time) / 1000000 + 60000, "
        "from_ms: int(v: r._time) / 1000000 - int(v: r.duration_s) * 1000 - 60000}))\n"
        '  |> keep(columns: ["_time", "session", "reason", "duration_s", "from_ms", "to_ms"])\n'
        '  |> sort(columns: ["_time"], desc: true)\n'
    )
    panel = panels.rows(
        "Sessions",
        [query],
        names={
            "_time": "Closed",
            "reason": "Ended",
            "duration_s": "Lasted, s",
            "session": "Session",
            "from_ms": "from",
            "to_ms": "to",
        },
        about="How each session ended, the newest first; each leads to itself.",
    ).override_by_name(
        "Session",
        [
            dm.DynamicConfigValue(
                "links",
                [
                    {
                        "title": "This session",
                        "url": f"/d/{SESSION_UID}?var-patient=${{patient}}"
                        "&var-session=${__value.raw}&from=${__data.fields.from}"
                        "&to=${__data.fields.to}",
                    }
                ],
            )
        ],
    )
    for hidden in ("from", "to"):
        panel = panel.override_by_name(hidden, [dm.DynamicConfigValue("custom.hidden", value=True)])
    return panel
