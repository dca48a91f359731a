"""Grafana's own alerts: a few rules on points that are always there, so that silence is silence.

Each rule asks for one number that is written whether or not something is wrong, and fires above a
bound. Only the clinic's own silence fires by the absence of points. What the rules find about
patients is in the worklist as well, with its reasons; the alert says where to look and no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from .flux import DATASOURCE_UID, points, standing
from .places import COHORT_UID, OPERATIONS_UID

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RULES", "AlertRule", "rules_file"]

GRAVE_KINDS: Final = 2
"""Unwell, fall and never started are the three gravest ranks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """One number, and the bound above which it fires.

    Attributes:
        minutes: how far back it asks.
        lasts: for how long it must be so, as Grafana writes it.
        silence: what it means that there is no point at all.
    """

    uid: str
    title: str
    query: str
    above: float
    minutes: int
    lasts: str
    silence: Literal["Alerting", "OK"]
    it: str
    en: str
    dashboard: str


def _last(measurement: str, field: str) -> str:
    return points(measurement, [field]) + "  |> group()\n  |> last()\n"


RULES: Final = (
    AlertRule(
        uid="ripresa-unwell-fall-start",
        title="Unwell, fall or never started, and nobody has looked",
        query=standing("rank") + "  |> group()\n"
        f"  |> map(fn: (r) => ({{_value: if r._value <= {GRAVE_KINDS} then 1.0 else 0.0}}))\n"
        "  |> sum()\n",
        above=0,
        minutes=60,
        lasts="0s",
        silence="OK",
        it="Ci sono pazienti da guardare: malessere, caduta o nessun inizio.",
        en="There are patients to look at: unwell, a fall, or never started.",
        dashboard=COHORT_UID,
    ),
    AlertRule(
        uid="ripresa-clinic-silent",
        title="The clinic service says nothing, or that it is not well",
        query=points("clinic", ["well"]) + "  |> group()\n  |> last()\n"
        "  |> map(fn: (r) => ({_value: if r._value == 1 then 0.0 else 1.0}))\n",
        above=0,
        minutes=25,
        lasts="5m",
        silence="Alerting",
        it="Il servizio della clinica tace o non sta bene.",
        en="The clinic service is silent, or not well.",
        dashboard=OPERATIONS_UID,
    ),
    AlertRule(
        uid="ripresa-troubles",
        title="A trouble stands on the clinic's board",
        query=_last("clinic", "troubles"),
        above=0,
        minutes=25,
        lasts="10m",
        silence="OK",
        it="Un guasto è sul quadro della clinica.",
        en="A trouble stands on the clinic's board.",
        dashboard=OPERATIONS_UID,
    ),
    AlertRule(
        uid="ripresa-database-behind",
        title="The database is behind the journal",
        query=points("follower", ["lag"]) + "  |> last()\n  |> group()\n  |> max()\n",
        above=20_000,
        minutes=25,
        lasts="30m",
        silence="OK",
        it="La banca dati è indietro rispetto al giornale.",
        en="The database is behind the journal.",
        dashboard=OPERATIONS_UID,
    ),
)


def rules_file(org_ids: Sequence[int] = (1,)) -> str:
    """The provisioning file, in the form that Grafana takes since version 9; JSON is YAML."""
    groups = [
        {
            "orgId": org_id,
            "name": "ripresa",
            "folder": "Ripresa",
            "interval": "1m",
            "rules": [_rule(rule) for rule in RULES],
        }
        for org_id in org_ids
    ]
    return json.dumps({"apiVersion": 1, "groups": groups}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: AlertRule) -> dict[str, Any]:
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "for": rule.lasts,
        "noDataState": rule.silence,
        "execErrState": "Error",
        "annotations": {
            "summary": f"{rule.en} · {rule.it}",
            "__dashboardUid__": rule.dashboard,
        },
        "labels": {"source": "ripresa"},
        "data": [
            {
                "refId": "A",
                "datasourceUid": DATASOURCE_UID,
                "relativeTimeRange": {"from": 60 * rule.minutes, "to": 0},
                "model": {"refId": "A", "query": rule.query},
            },
            _expression("B", "reduce", expression="A", reducer="last"),
            _expression(
                "C",
                "threshold",
                expression="B",
                conditions=[{"evaluator": {"type": "gt", "params": [rule.above]}}],
            ),
        ],
    }


def _expression(ref_id: str, kind: str, **model: object) -> dict[str, Any]:
    return {
        "refId": ref_id,
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": {"refId": ref_id, "type": kind, **model},
    }
