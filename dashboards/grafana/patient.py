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
    daily_of_sessions,
    figure,
    newest_first,
    points,
    standing,
    tag_values,
    wide,
)
from .places import COHORT_UID, OF_EXERCISE, OF_PATIENT, PATIENT_UID
from .ranges import (
    assessed_peak_with_band,
    assessed_peaks,
    beside_the_other_side,
    range_with_band,
)
from .session import sessions_table
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
_COUNT_FIELDS = (
    "repetitions",
    "count_low",
    "count_high",
    "attempts",
    "other_s",
    "judged",
    "alike",
)


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
            query_variable("exercise", "Exercise", tag_values("item", "exercise", **OF_PATIENT))
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
                standing("state", **OF_PATIENT)
                + '  |> last()\n  |> group()\n  |> keep(columns: ["_value"])\n',
                unit="string",
                thresholds=steps((None, BLUE)),
                about="Enrolled, plan sent, taken or refused, started, silent, paused; now.",
            )
        )
        .with_panel(
            panels.figure(
                "Planned days missed",
                standing("missed", **OF_PATIENT) + "  |> last()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, AMBER), (3, RUST)),
                about="In the four calendar weeks up to today: days on which the plan asked for a "
                "session and none was recorded. Unknown days are none of them.",
            )
        )
        .with_panel(
            panels.figure(
                "Dose",
                standing("dose", **OF_PATIENT) + "  |> last()\n",
                unit="percentunit",
                thresholds=steps((None, RUST), (0.5, AMBER), (0.8, GREEN)),
                about="Share of the prescribed dose in the four calendar weeks up to today, capped "
                "per exercise and day, averaged over exercises and days.",
            )
        )
        .with_panel(
            panels.figure(
                "Pain, last reported",
                points("report", ["pain"], **OF_PATIENT) + figure("last"),
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
                [points("alert", _ALERT_FIELDS, **OF_PATIENT) + newest_first(_ALERT_FIELDS)],
                names={
                    "_time": "Day",
                    "text_en": "What",
                    "text_it": "Che cosa",
                    "closed": "Over on",
                    "seen_by": "Seen by",
                    "seen_day": "Seen on",
                    "action": "Done",
                },
                about="By their evidence now, the newest first. A dash under “Seen by”: "
                "nobody has looked.",
            ).span(24)
        )
        .with_panel(assessed_peaks(panels))
        .with_panel(beside_the_other_side(panels))
        .with_panel(range_with_band(panels, "Range at assessments", assessment="true"))
        .with_panel(range_with_band(panels, "Range reached in exercises", assessment="false"))
        .with_panel(assessed_peak_with_band(panels))
        .with_panel(
            panels.rows(
                "Counted, and in doubt",
                [points("item", _COUNT_FIELDS, **OF_EXERCISE) + newest_first(_COUNT_FIELDS)],
                names={
                    "_time": "Began",
                    "repetitions": "Repetitions",
                    "count_low": "At least",
                    "count_high": "At most",
                    "attempts": "Attempts",
                    "other_s": "Other, s",
                    "judged": "Judged",
                    "alike": "Alike, 0-1",
                },
                about="For the exercise and side chosen above, the newest first. The true number "
                "lies between at least and at most in 95 of 100 exercises; attempts stayed far "
                "behind the others and count for nothing. Judged 0: too much was lost. Alike: how "
                "much neighbouring repetitions resemble each other.",
            )
        )
        .with_panel(
            panels.columns(
                "Repetitions against the plan",
                _daily_of_items("repetitions", **OF_EXERCISE),
                unit="short",
                shown={"repetitions": ("done", BLUE), "prescribed": ("prescribed", GREY)},
                about="Per day, for the exercise and side chosen above.",
            ).with_target(Flux(_daily_of_items("prescribed", **OF_EXERCISE), "B"))
        )
        .with_panel(
            panels.columns(
                "Adherence",
                points("adherence_day", ["dose", "range"], **OF_PATIENT) + daily("max"),
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
                [points("report", ["settled"], **OF_PATIENT) + newest_first(["settled"])],
                names={"_time": "Asked", "settled": "Extra pain of the day before has settled"},
                about="As answered when the session before had left more pain than it began with; "
                "1: settled, 0: not.",
            )
        )
        .with_panel(_by_exercise(panels))
        .with_panel(
            panels.lines(
                "Effort",
                points("report", ["effort"], **OF_PATIENT) + "  |> toFloat()\n" + wide(["effort"]),
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
                daily_of_sessions(
                    "repetition", "too_fast", "mean", assessment="false", **OF_EXERCISE
                ),
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
                daily_of_sessions("item", "samples", "sum", **OF_PATIENT),
                unit="short",
                shown={"samples": ("used", BLUE), "missing": ("missing", RUST)},
                about="Samples that the results rest on, and those missing among them, per day.",
            ).with_target(Flux(daily_of_sessions("item", "missing", "sum", **OF_PATIENT), "B"))
        )
        .with_panel(
            panels.rows(
                "Data quality: gaps declared",
                [
                    points("gap", ["count", "reason"], **OF_PATIENT)
                    + newest_first(["count", "reason"])
                ],
                names={"_time": "Time", "count": "Samples lost", "reason": "Reason"},
                about="Samples that are lost for good, and why. An empty table is good news.",
            )
        )
        .with_panel(sessions_table(panels))
        .with_panel(
            panels.rows(
                "Why exercises ended",
                [
                    points("exercise_end", ["item", "reason"], **OF_PATIENT)
                    + newest_first(["item", "reason"])
                ],
                names={"_time": "Time", "item": "Item of the plan", "reason": "Ended"},
                about="Done, pain, tired, unwell, time, lost sensor, other.",
            )
        )
    )


def _daily_of_items(field: str, **tags: str) -> str:
    return daily_of_sessions("item", field, "sum", assessment="false", **tags)


def _days(panels: Panels) -> table.Panel:
    """What each day came to, a cell a day."""
    codes = {state: number for number, (state, _) in enumerate(STATES)}
    return panels.calendar(
        "Days",
        points("adherence_day", ["state"], **OF_PATIENT) + calendar(coded(codes)),
        about="What each day of the clinic came to, a week a row. Unknown is grey: nothing was "
        "heard, or the home did not have the plan; it is not missed.",
        cells=[(number, state, colour) for number, (state, colour) in enumerate(STATES)],
    )


def _pain_days(panels: Panels) -> table.Panel:
    """The highest pain of each day, a cell a day."""
    return panels.calendar(
        "Highest pain of each day",
        points("adherence_day", ["pain"], **OF_PATIENT) + calendar("int(v: r._value)"),
        about="The highest pain told on each day, 0 to 10: amber from 4, rust from 6.",
        cells=[(0, "", "transparent"), (4, "", AMBER), (6, "", RUST)],
    )


def _by_exercise(panels: Panels) -> table.Panel:
    """What was done of each exercise in the time shown."""
    query = (
        points("item", ["repetitions", "prescribed"], assessment="false", **OF_PATIENT)
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


def _pains(panels: Panels) -> timeseries.Panel:
    """Pain before and after, each a line of its own."""
    before, after = (
        points("report", ["pain", "at"], **OF_PATIENT) + answered("pain", at, name)
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
