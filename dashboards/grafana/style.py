"""The look that all dashboards share: colours after Okabe and Ito, large, few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.builders import (
    stat,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm
from grafana_foundation_sdk.models import text as tm

from .flux import DATASOURCE, NO_DAY, WEEKDAYS, Flux, tag_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "AMBER",
    "BLUE",
    "GREEN",
    "GREY",
    "RUST",
    "SKY",
    "STATES",
    "Panels",
    "leads_to",
    "patient_variable",
    "query_variable",
    "steps",
]

BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
AMBER: Final = "#E69F00"
RUST: Final = "#D55E00"
GREY: Final = "#8A979D"

STATES: Final[tuple[tuple[str, str], ...]] = (
    ("nothing asked", "transparent"),
    ("unknown", GREY),
    ("excused", "#D8D2C4"),
    ("self-reported", GREEN),
    ("stopped by rule", AMBER),
    ("missed", RUST),
    ("partly", SKY),
    ("done", BLUE),
)
"""What a day comes to; its place is the number that stands for it in a calendar."""
DAYS: Final = {day: day for day in WEEKDAYS}

Shown: TypeAlias = tuple[str, str]
"""How a column is called, and its colour."""

WATERMARK: Final = (
    "**Research software, not a medical device** · *Software di ricerca, non un dispositivo "
    "medico* — Figures describe what was recorded; they advise nothing. Range and repetitions "
    "were checked on recordings of healthy adults only. Days are the clinic's."
)


def steps(*bounds: tuple[float | None, str]) -> d.ThresholdsConfig:
    """Colour from each bound on; the first has None."""
    return (
        d.ThresholdsConfig()
        .mode(dm.ThresholdsMode.ABSOLUTE)
        .steps([dm.Threshold(value, colour) for value, colour in bounds])
    )


def query_variable(name: str, label: str, query: str) -> d.QueryVariable:
    """A choice at the top of the dashboard, filled by a query."""
    return (
        d.QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query({"query": query, "refId": name})
        .refresh(dm.VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(dm.VariableSort.ALPHABETICAL_ASC)
    )


def patient_variable() -> d.QueryVariable:
    """Whose dashboard it is, by pseudonym."""
    return query_variable("patient", "Patient", tag_values("patient", "patient"))


def leads_to(title: str, uid: str) -> d.DashboardLink:
    """A link at the top to another dashboard that keeps patient and time."""
    return (
        d.DashboardLink(title)
        .type(dm.DashboardLinkType.LINK)
        .url(f"/d/{uid}")
        .keep_time(True)
        .include_vars(True)
    )


class Panels:
    """Makes panels one after the other; each gets the next id, which the SDK leaves out."""

    def __init__(self) -> None:
        self._last_id = 0

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def watermark(self) -> text.Panel:
        """What this is and is not."""
        return (
            text.Panel()
            .id(self._next_id())
            .title("")
            .transparent(True)
            .mode(tm.TextMode.MARKDOWN)
            .content(WATERMARK)
            .span(24)
            .height(2)
        )

    def figure(
        self, title: str, query: str, *, unit: str, thresholds: d.ThresholdsConfig, about: str
    ) -> stat.Panel:
        """One large figure, or a word."""
        # Of a column of words only one that is named is shown.
        reduced = c.ReduceDataOptions().calcs(["lastNotNull"])
        if unit == "string":
            reduced = reduced.fields("/^_value$/")
        return (
            stat.Panel()
            .id(self._next_id())
            .title(title)
            .description(about)
            .datasource(DATASOURCE)
            .with_target(Flux(query))
            .unit(unit)
            .no_value("–")
            .thresholds(thresholds)
            .color_mode(cm.BigValueColorMode.VALUE)
            .graph_mode(cm.BigValueGraphMode.NONE)
            .reduce_options(reduced)
            .span(6)
            .height(5)
        )

    def lines(
        self, title: str, query: str, *, unit: str, about: str, shown: Mapping[str, Shown]
    ) -> timeseries.Panel:
        """Values over time, as points joined by a line; each column by its name and colour."""
        panel = (
            timeseries.Panel()
            .id(self._next_id())
            .title(title)
            .description(about)
            .datasource(DATASOURCE)
            .with_target(Flux(query))
            .unit(unit)
            .no_value("–")
            .line_width(2)
            .point_size(8)
            .show_points(cm.VisibilityMode.ALWAYS)
            .span_nulls(True)
            .legend(c.VizLegendOptions().show_legend(True).placement(cm.LegendPlacement.BOTTOM))
            .tooltip(c.VizTooltipOptions().mode(cm.TooltipDisplayMode.MULTI))
            .span(12)
            .height(9)
        )
        for column, (name, colour) in shown.items():
            panel = panel.override_by_name(
                column,
                [
                    dm.DynamicConfigValue("displayName", name),
                    dm.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
                ],
            )
        return panel

    def columns(
        self, title: str, query: str, *, unit: str, about: str, shown: Mapping[str, Shown]
    ) -> timeseries.Panel:
        """Values per day, as columns: two stand side by side, parts of a whole upon each other."""
        panel = self.lines(title, query, unit=unit, about=about, shown=shown)
        if len(shown) == 2:
            for column, place in zip(
                shown, (cm.BarAlignment.BEFORE, cm.BarAlignment.AFTER), strict=True
            ):
                panel = panel.override_by_name(
                    shown[column][0], [dm.DynamicConfigValue("custom.barAlignment", place)]
                )
        elif len(shown) > 2:
            panel = panel.stacking(c.StackingConfig().mode(cm.StackingMode.NORMAL).group("A"))
        return (
            panel.bar_width_factor(0.4)
            .draw_style(cm.GraphDrawStyle.BARS)
            .fill_opacity(70)
            .line_width(0)
            .show_points(cm.VisibilityMode.NEVER)
            .min(0)
        )

    def calendar(
        self,
        title: str,
        query: str,
        *,
        about: str,
        cells: Sequence[tuple[int, str, str]],
        others: str = "",
    ) -> table.Panel:
        """Weeks as rows, weekdays as columns, each day's number as a coloured cell.

        A table can do it in every Grafana; a panel of states came with the eighth.

        Args:
            title: of the panel.
            query: whose rows `flux.calendar` makes.
            about: its description.
            cells: from a number on, what is written, and the colour; a text that is empty: the
                number itself.
            others: what is written where there is no day.
        """
        mapping = dm.ValueMap(
            options={
                str(number): dm.ValueMappingResult(text=text)
                for number, text, _ in ((NO_DAY, others or " ", ""), *cells)
                if text
            },
        )
        colours = [{"color": "transparent", "value": None}]
        colours += [{"color": colour, "value": number} for number, _, colour in cells]  # type: ignore[dict-item]
        panel = self.rows(title, [query], about=about, names={"_time": "Week of"} | DAYS)
        panel = panel.override_by_name(
            "Week of",
            [
                dm.DynamicConfigValue("unit", "time:D MMM"),
                dm.DynamicConfigValue("custom.width", 80),
            ],
        )
        for day in DAYS.values():
            panel = panel.override_by_name(
                day,
                [
                    dm.DynamicConfigValue("mappings", [mapping]),
                    dm.DynamicConfigValue("color", {"mode": "thresholds"}),
                    dm.DynamicConfigValue("thresholds", {"mode": "absolute", "steps": colours}),
                    dm.DynamicConfigValue("custom.align", "center"),
                    dm.DynamicConfigValue("custom.width", 96),
                    dm.DynamicConfigValue(
                        "custom.cellOptions", {"type": "color-background", "mode": "basic"}
                    ),
                    # As Grafana named it before the ninth.
                    dm.DynamicConfigValue("custom.displayMode", "color-background"),
                ],
            )
        return panel.height(9)

    def lines_by(
        self, title: str, query: str, *, unit: str, about: str, name: str
    ) -> timeseries.Panel:
        """Several lines, each called after its tags by `name`, Grafana's own pattern."""
        return self.lines(title, query, unit=unit, about=about, shown={}).display_name(name)

    def rows(
        self,
        title: str,
        queries: Sequence[str],
        *,
        about: str,
        names: Mapping[str, str],
        join: str | None = None,
    ) -> table.Panel:
        """A table; columns are renamed, and stand in the order of `names`.

        Several queries are joined by their column `join`.
        """
        panel = (
            table.Panel()
            .id(self._next_id())
            # Six columns fit into half a screen: none is cut off unseen.
            .min_width(60)
            .title(title)
            .description(about)
            .datasource(DATASOURCE)
            .no_value("–")
            .span(12)
            .height(9)
        )
        for place, query in enumerate(queries):
            panel = panel.with_target(Flux(query, chr(ord("A") + place)))
        if join is not None:
            panel = panel.with_transformation(
                dm.DataTransformerConfig(
                    id_val="joinByField", options={"byField": join, "mode": "outer"}
                )
            )
        order = {name: place for place, name in enumerate(names)}
        return panel.with_transformation(
            dm.DataTransformerConfig(
                id_val="organize",
                options={"indexByName": order, "renameByName": dict(names), "excludeByName": {}},
            )
        )
