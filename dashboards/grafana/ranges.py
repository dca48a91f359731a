"""Panels of a patient's ranges: at assessments and in exercises, beside what they are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.models import dashboard as dm

from .flux import Flux, lines_by, points, wide
from .places import OF_EXERCISE, OF_PATIENT
from .style import AMBER, BLUE, GREEN, GREY, SKY

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders import timeseries

    from .style import Panels

__all__ = [
    "assessed_peak_with_band",
    "assessed_peaks",
    "beside_the_other_side",
    "range_with_band",
]

_RANGE_FIELDS: Final = ("rom_median_deg", "rom_p10_deg", "rom_p90_deg")
_PEAK_FIELDS: Final = ("peak_deg", "peak_low_deg", "peak_high_deg")
_LOW: Final = "10th percentile"
_PEAK_LOW: Final = "band, from"


def assessed_peaks(panels: Panels) -> timeseries.Panel:
    """Assessed range of everything, a line for each exercise, posture and side."""
    return panels.lines_by(
        "Assessments: every exercise, posture and side",
        points("assessment", ["value_deg"], **OF_PATIENT) + lines_by("exercise", "posture", "side"),
        unit="degree",
        name="${__field.labels.exercise} ${__field.labels.posture} ${__field.labels.side}",
        about="Median peak of each day's untargeted repetitions, each exercise, posture and side "
        "a line of its own.",
    ).min(0)


def beside_the_other_side(panels: Panels) -> timeseries.Panel:
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
            points("assessment", shown, **OF_EXERCISE) + wide(shown),
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


def range_with_band(panels: Panels, title: str, *, assessment: str) -> timeseries.Panel:
    """Median range with the band from the 10th to the 90th percentile."""
    about = (
        "Untargeted repetitions: the only source of a trend."
        if assessment == "true"
        else "Effort, not outcome: a game's targets stop at the range of the day."
    )
    panel = panels.lines(
        title,
        points("item", _RANGE_FIELDS, assessment=assessment, **OF_EXERCISE) + wide(_RANGE_FIELDS),
        unit="degree",
        shown={
            "rom_median_deg": ("median", BLUE),
            "rom_p10_deg": (_LOW, SKY),
            "rom_p90_deg": ("90th percentile", SKY),
        },
        about=f"Median, and 10th to 90th percentile as a band. {about}",
    )
    return _banded(panel, "rom_p10_deg", "rom_p90_deg", _LOW).min(0)


def assessed_peak_with_band(panels: Panels) -> timeseries.Panel:
    """Each assessment's peak with the band that its error gives it."""
    panel = panels.lines(
        "Peak at assessments, with its band",
        points("item", _PEAK_FIELDS, assessment="true", **OF_EXERCISE) + wide(_PEAK_FIELDS),
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
