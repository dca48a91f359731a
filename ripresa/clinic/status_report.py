"""The clinic's status document in lines for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from dashboards.views.clinic_state import ClinicState
from ripresa.care.operations import OF_HOMES, patient_of
from telemetry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["clinic_state", "report_lines"]

_TEXT: Final[Mapping[str, tuple[str, str]]] = {
    "well": ("tutto bene", "all is well"),
    "unwell": ("qualcosa non va", "something is wrong"),
    "connected": ("broker {address}: collegato dal {since}", "broker {address}: since {since}"),
    "away": ("broker {address}: assente dal {since}", "broker {address}: away since {since}"),
    "stored": (
        "{waiting} in attesa, {letters} messi da parte, {held} di versione più recente",
        "{waiting} waiting, {letters} dead letters, {held} held of a newer version",
    ),
    "home": ("{who}: {committed} record, ultimo {last}", "{who}: {committed} records, last {last}"),
    "never": ("mai da quando è in funzione", "none since the start"),
    "follower": ("{name}: {lag} da scrivere", "{name}: {lag} to write"),
    "aside": (", {lines} righe rifiutate", ", {lines} lines refused"),
    "program": ("{name}: {restarts} riavvii", "{name}: {restarts} restarts"),
    "stopped": ("fermo", "stopped"),
}


def clinic_state(
    document: Mapping[str, Any], sees: Callable[[str], bool] = lambda _patient: True
) -> ClinicState:
    """The document as the page shows it to somebody who sees the patients that `sees` says."""
    document = {
        **document,
        "homes": [home for home in document["homes"] if sees(home["patient"])],
        "troubles": [
            trouble
            for trouble in document["troubles"]
            if trouble["kind"] not in OF_HOMES
            or sees(patient_of(trouble["kind"], trouble["subject"]))
        ],
    }
    told = {
        language: [printable(trouble[language]) for trouble in document["troubles"]]
        for language in ("it", "en")
    }
    return ClinicState(
        well=document["well"],
        troubles_it=tuple(told["it"]),
        troubles_en=tuple(told["en"]),
        lines_it=tuple(map(printable, report_lines(document, "it"))),
        lines_en=tuple(map(printable, report_lines(document, "en"))),
    )


def report_lines(document: Mapping[str, Any], language: Literal["it", "en"]) -> list[str]:
    """What `clinic status` prints."""

    def say(key: str, **values: object) -> str:
        return _TEXT[key][language == "en"].format(**values)

    broker = document["broker"]
    lines = [say("well" if document["well"] else "unwell")]
    lines += [f"! {trouble[language]}" for trouble in document["troubles"]]
    lines.append(
        say(
            "connected" if broker["connected"] else "away",
            address=broker["address"],
            since=_when(broker["since_ns"]),
        )
    )
    lines.append(
        say(
            "stored",
            waiting=document["waiting"]["messages"],
            letters=_figure(document["dead_letters"]),
            held=_figure(document["held"]),
        )
    )
    for home in document["homes"]:
        last_ns = home["last_record_ns"]
        lines.append(
            say(
                "home",
                who=f"{home['site']}/{home['patient']} {home['home']}",
                committed=home["committed"],
                last=say("never") if last_ns is None else _when(last_ns),
            )
        )
    for follower in document["followers"]:
        line = say("follower", name=follower["name"], lag=follower["lag"])
        aside = follower["set_aside"]
        lines.append(line + say("aside", lines=aside) if aside else line)
    for program in document["programs"]:
        line = say("program", name=program["name"], restarts=program["restarts"])
        lines.append(line if program["running"] else f"{line}, {say('stopped')}")
    return lines


def _when(t_ns: int) -> str:
    return datetime.fromtimestamp(t_ns / 1e9, UTC).isoformat(timespec="seconds")


def _figure(value: int | None) -> str:
    return "?" if value is None else str(value)
