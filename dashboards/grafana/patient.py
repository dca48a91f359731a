"""The dashboard of one patient: range, repetitions against the plan, adherence, pain, quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.models import dashboard as dm

from .flux import (
    Flux,
    answered,
    calendar,
    coded,
    daily,
    figure,
    lines_by,
    newest_first,
    points,
    standing,
    tag_values,
    wide,
)
from .places import COHORT_UID, PATIENT_UID, SESSION_UID
from .style import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    RUST,
    SKY,
    STATES,
    Panels,
    leads_to,
    patient_variable,
    query_variable,
    steps,
)

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders import table, timeseries

__all__ = ["patient_dashboard"]

_ALERT_FIELDS = ("text_en", "text_it", "closed", "seen_by", "seen_day", "action")
_RANGE_FIELDS = ("rom_median_deg", "rom_p10_deg", "rom_p90_deg")
_PEAK_FIELDS = ("peak_deg", "peak_low_deg", "peak_high_deg")
_COUNT_FIELDS = ("repetitions", "count_low", "count_high", "attempts", "other_s", "judged")
_LOW = "10th percentile"
_PEAK_LOW = "band, from"
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
        .link(leads_to("All patients", COHORT_UID))
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
                standing("state", **_OF_PATIENT)
                + '  |> last()\n  |> group()\n  |> keep(columns: ["_value"])\n',
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
        .with_panel(_pain_days(panels))
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
        .with_panel(_peaks(panels))
        .with_panel(_beside(panels))
        .with_panel(_range(panels, "Range at assessments", assessment="true"))
        .with_panel(_range(panels, "Range reached in exercises", assessment="false"))
        .with_panel(_assessed_peak(panels))
        .with_panel(
            panels.rows(
                "Counted, and in doubt",
                [points("item", _COUNT_FIELDS, **_OF_EXERCISE) + newest_first(_COUNT_FIELDS)],
                names={
                    "_time": "Began",
                    "repetitions": "Repetitions",
                    "count_low": "At least",
                    "count_high": "At most",
                    "attempts": "Attempts",
                    "other_s": "Other, s",
                    "judged": "Judged",
                },
                about="For the exercise and side chosen above, the newest first. The true number "
                "lies between at least and at most in 95 of 100 exercises; attempts stayed far "
                "behind the others and count for nothing. Judged 0: too much was lost.",
            )
        )
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
            panels.rows(
                "Next morning",
                [points("report", ["settled"], **_OF_PATIENT) + newest_first(["settled"])],
                names={"_time": "Asked", "settled": "Extra pain of the day before has settled"},
                about="As answered when the session before had left more pain than it began with; "
                "1: settled, 0: not.",
            )
        )
        .with_panel(_by_exercise(panels))
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
                [
                    points("gap", ["count", "reason"], **_OF_PATIENT)
                    + newest_first(["count", "reason"])
                ],
                names={"_time": "Time", "count": "Samples lost", "reason": "Reason"},
                about="Samples that are lost for good, and why. An empty table is good news.",
            )
        )
        .with_panel(_sessions(panels))
        .with_panel(
            panels.rows(
                "Why exercises ended",
                [
                    points("exercise_end", ["item", "reason"], **_OF_PATIENT)
                    + newest_first(["item", "reason"])
                ],
                names={"_time": "Time", "item": "Item of the plan", "reason": "Ended"},
                about="Done, pain, tired, unwell, time, lost sensor, other.",
            )
        )
    )


def _days(panels: Panels) -> table.Panel:
    """What each day came to, a cell a day."""
    codes = {state: number for number, (state, _) in enumerate(STATES)}
    return panels.calendar(
        "Days",
        points("adherence_day", ["state"], **_OF_PATIENT) + calendar(coded(codes)),
        about="What each day of the clinic came to, a week a row. Unknown is grey: nothing was "
        "heard, or the home did not have the plan; it is not missed.",
        cells=[(number, state, colour) for number, (state, colour) in enumerate(STATES)],
    )


def _pain_days(panels: Panels) -> table.Panel:
    """The highest pain of each day, a cell a day."""
    return panels.calendar(
        "Highest pain of each day",
        points("adherence_day", ["pain"], **_OF_PATIENT) + calendar("int(v: r._value)"),
        about="The highest pain told on each day, 0 to 10: amber from 4, rust from 6.",
        cells=[(0, "", "transparent"), (4, "", AMBER), (6, "", RUST)],
    )


def _peaks(panels: Panels) -> timeseries.Panel:
    """Assessed range of everything, a line for each exercise, posture and side."""
    return panels.lines_by(
        "Assessments: every exercise, posture and side",
        points("assessment", ["value_deg"], **_OF_PATIENT)
        + lines_by("exercise", "posture", "side"),
        unit="degree",
        name="${__field.labels.exercise} ${__field.labels.posture} ${__field.labels.side}",
        about="Median peak of each day's untargeted repetitions, each exercise, posture and side "
        "a line of its own.",
    ).min(0)


def _beside(panels: Panels) -> timeseries.Panel:
    """The chosen exercise and side beside its baseline, its target and the other side."""
    shown = ("value_deg", "least_deg", "most_deg", "baseline_deg", "target_deg")
    other = (
        points("assessment", ["unaffected_deg"], patient="${patient}", exercise="${exercise}")
        + '  |> filter(fn: (r) => r.side != "${side}")\n  |> group()\n'
        '  |> keep(columns: ["_time", "_value"])\n'
        '  |> rename(columns: {_value: "other side"})\n'
        '  |> sort(columns: ["_time"])\n'
    )
    return (
        panels.lines(
            "Assessments: baseline, target, other side",
            points("assessment", shown, **_OF_EXERCISE) + wide(shown),
            unit="degree",
            shown={
                "value_deg": ("median peak", BLUE),
                "least_deg": ("lowest repetition", SKY),
                "most_deg": ("highest repetition", SKY),
                "baseline_deg": ("baseline, first three days", GREY),
                "target_deg": ("target of the plan", GREEN),
                "other side": ("other side", AMBER),
            },
            about="For the exercise and side chosen above. The other side is shown where it was "
            "assessed and the plan marks its limb as unaffected.",
        )
        .with_target(Flux(other, "B"))
        .min(0)
    )


def _by_exercise(panels: Panels) -> table.Panel:
    """What was done of each exercise in the time shown."""
    query = (
        points("item", ["repetitions", "prescribed"], assessment="false", **_OF_PATIENT)
        + '  |> group(columns: ["exercise", "side", "_field"])\n'
        "  |> sum()\n"
        '  |> pivot(rowKey: ["exercise", "side"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        '  |> keep(columns: ["exercise", "side", "repetitions", "prescribed"])\n'
        '  |> sort(columns: ["exercise", "side"])\n'
    )
    return panels.rows(
        "By exercise",
        [query],
        names={
            "exercise": "Exercise",
            "side": "Side",
            "repetitions": "Repetitions",
            "prescribed": "Prescribed in these sessions",
        },
        about="Sums over the sessions of the time shown.",
    )


def _sessions(panels: Panels) -> table.Panel:
    """How each session ended; each leads to itself."""
    query = (
        points("session_end", ["session", "reason", "duration_s"], **_OF_PATIENT)
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
    return _banded(panel, "rom_p10_deg", "rom_p90_deg", _LOW).min(0)


def _assessed_peak(panels: Panels) -> timeseries.Panel:
    """Each assessment's peak with the band that its error gives it."""
    panel = panels.lines(
        "Peak at assessments, with its band",
        points("item", _PEAK_FIELDS, assessment="true", **_OF_EXERCISE) + wide(_PEAK_FIELDS),
        unit="degree",
        shown={
            "peak_deg": ("peak", BLUE),
            "peak_low_deg": (_PEAK_LOW, SKY),
            "peak_high_deg": ("band, to", SKY),
        },
        about="For the exercise and side chosen above, where the angle's zero is known: the peak "
        "that was reached and the band in which it lies.",
    )
    return _banded(panel, "peak_low_deg", "peak_high_deg", _PEAK_LOW).min(0)


def _banded(panel: timeseries.Panel, low: str, high: str, low_name: str) -> timeseries.Panel:
    """The panel with what lies between two of its columns shaded, and no line at either edge."""
    for edge in (low, high):
        panel = panel.override_by_name(
            edge,
            [
                dm.DynamicConfigValue("custom.lineWidth", 0),
                dm.DynamicConfigValue("custom.showPoints", "never"),
            ],
        )
    return panel.override_by_name(
        high,
        [
            dm.DynamicConfigValue("custom.fillBelowTo", low_name),
            dm.DynamicConfigValue("custom.fillOpacity", 25),
        ],
    )
