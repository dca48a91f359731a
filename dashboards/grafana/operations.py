"""The dashboard of what runs: gateways, batteries, backlog, lag, troubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.models import dashboard as dm

from .flux import lines_by, points
from .places import COHORT_UID, OPERATIONS_UID
from .style import AMBER, BLUE, GREEN, RUST, Panels, leads_to, steps

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["operations_dashboard"]


def _newest(measurement: str, fields: Sequence[str], *tags: str) -> str:
    """Of each series the newest point, one row each."""
    columns = ", ".join(f'"{name}"' for name in ("_time", *tags, *fields))
    key = ", ".join(f'"{name}"' for name in tags)
    return (
        points(measurement, fields) + "  |> last()\n"
        f'  |> pivot(rowKey: ["_time", {key}], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> group()\n"
        f"  |> keep(columns: [{columns}])\n"
        f"  |> sort(columns: [{key}])\n"
    )


def operations_dashboard() -> d.Dashboard:
    """How the clinic and its homes' boxes are."""
    panels = Panels()
    return (
        d.Dashboard("Ripresa · operations")
        .uid(OPERATIONS_UID)
        .description("Research software, not a medical device.")
        .tags(["ripresa"])
        .time("now-24h", "now")
        .refresh("1m")
        .timezone("browser")
        .link(leads_to("All patients", COHORT_UID))
        .with_panel(panels.watermark())
        .with_panel(
            panels.figure(
                "Troubles that stand",
                points("clinic", ["troubles"]) + "  |> group()\n  |> last()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, RUST)),
                about="On the clinic's board now; they are named below.",
            )
        )
        .with_panel(
            panels.figure(
                "Records without a place",
                points("clinic", ["dead_letters"]) + "  |> group()\n  |> last()\n",
                unit="short",
                thresholds=steps((None, GREEN), (1, AMBER)),
                about="Messages that could not be read and were put aside.",
            )
        )
        .with_panel(
            panels.figure(
                "Messages waiting",
                points("clinic", ["waiting"]) + "  |> group()\n  |> last()\n",
                unit="short",
                thresholds=steps((None, BLUE)),
                about="Received and not yet stored.",
            )
        )
        .with_panel(
            panels.figure(
                "Last word of the clinic",
                points("clinic", ["t_ms"]) + "  |> group()\n  |> last()\n",
                unit="dateTimeFromNow",
                thresholds=steps((None, BLUE)),
                about="The clinic writes at least every ten minutes.",
            )
        )
        .with_panel(
            panels.rows(
                "Troubles",
                [
                    points("trouble", ["open", "since_ms", "grave", "en", "it"]) + "  |> last()\n"
                    '  |> pivot(rowKey: ["_time", "kind", "subject"], columnKey: ["_field"], '
                    'valueColumn: "_value")\n'
                    "  |> group()\n"
                    "  |> filter(fn: (r) => r.open == 1)\n"
                    '  |> keep(columns: ["since_ms", "grave", "en", "it"])\n'
                    '  |> sort(columns: ["since_ms"], desc: true)\n'
                ],
                names={
                    "since_ms": "Since",
                    "grave": "Grave",
                    "en": "What, and what to do",
                    "it": "Che cosa, e che fare",
                },
                about="Those that stand; an empty table is good news. Grave 1: the clinic does "
                "not do what it is there for.",
            )
            .span(24)
            .override_by_name(
                "Since",
                [
                    dm.DynamicConfigValue("unit", "dateTimeAsLocal"),
                    dm.DynamicConfigValue("custom.width", 190),
                ],
            )
            .override_by_name("Grave", [dm.DynamicConfigValue("custom.width", 70)])
        )
        .with_panel(
            panels.rows(
                "Gateways",
                [_newest("gateway", ["state", "backlog", "clock_offset_s"], "gateway")],
                names={
                    "gateway": "Gateway",
                    "_time": "Told",
                    "state": "State",
                    "backlog": "Records not sent",
                    "clock_offset_s": "Clock ahead, s",
                },
                about="As each home's box told last.",
            )
        )
        .with_panel(
            panels.rows(
                "Wearables",
                [
                    _newest(
                        "wearable",
                        ["state", "battery_percent", "placement"],
                        "gateway",
                        "wearable",
                    )
                ],
                names={
                    "gateway": "Gateway",
                    "wearable": "Wearable",
                    "_time": "Told",
                    "placement": "Worn at",
                    "state": "State",
                    "battery_percent": "Battery, %",
                },
                about="As each home's box told last.",
            )
        )
        .with_panel(
            panels.lines_by(
                "Batteries",
                points("wearable", ["battery_percent"]) + lines_by("gateway", "wearable"),
                unit="percent",
                name="${__field.labels.gateway} ${__field.labels.wearable}",
                about="Of each wearable.",
            )
            .min(0)
            .max(100)
        )
        .with_panel(
            panels.lines_by(
                "Backlog of homes",
                points("gateway", ["backlog"]) + lines_by("gateway"),
                unit="short",
                name="${__field.labels.gateway}",
                about="Records that a home holds and the clinic does not.",
            ).min(0)
        )
        .with_panel(
            panels.lines_by(
                "Lag of the database",
                points("follower", ["lag"]) + lines_by("name"),
                unit="short",
                name="${__field.labels.name}",
                about="Records of the journal that a follower has yet to write.",
            )
            .min(0)
            .span(24)
        )
    )
