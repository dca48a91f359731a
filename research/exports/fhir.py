"""A session as a FHIR R4B bundle: what was found, as observations of a pseudonym.

Range of movement with the ends of its band as components, repetitions with the count's interval,
pain, heart rate and the time in movement. What was not observable is an observation without a
value, with the reason. Codes stand in `fhir_codes.toml`, units are UCUM. Nobody's name is in it:
the subject is a pseudonym as an identifier.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import StoreError
from telemetry.messages.events import HeartMeasured, PainReported

if TYPE_CHECKING:
    from telemetry.messages.results import ItemResult

    from .exported_session import ExportedSession

__all__ = ["session_bundle", "write_fhir"]

_CODES: Final = tomllib.loads(
    (Path(__file__).parent / "fhir_codes.toml").read_text(encoding="utf-8")
)
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_PSEUDONYM: Final = "urn:ripresa:pseudonym"


def write_fhir(session: ExportedSession, out: Path) -> list[Path]:
    """Write a session's bundle; gives its file.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = out / session.opened.patient / f"{session.session}.fhir.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(session_bundle(session), indent=1) + "\n", encoding="utf-8")
    except OSError as e:
        raise StoreError(f"{path} cannot be written ({e}): give another folder") from e
    return [path]


def session_bundle(session: ExportedSession) -> dict[str, Any]:
    """The bundle as JSON."""
    patient = {
        "resourceType": "Patient",
        "id": "subject",
        "identifier": [{"system": _PSEUDONYM, "value": session.opened.patient}],
    }
    resources = [patient]
    for item in () if session.result is None else session.result.items:
        resources += _of_item(session, item)
    for event in session.events:
        if isinstance(event, PainReported):
            code = _observation(session, "pain", event.t_ns, category="survey")
            resources.append(code | {"valueQuantity": _quantity(event.pain, "pain")})
        elif isinstance(event, HeartMeasured) and event.rate_bpm is not None:
            code = _observation(session, "heart_rate", event.t_ns, category="vital-signs")
            resources.append(code | {"valueQuantity": _quantity(event.rate_bpm, "heart_rate")})
    for number, resource in enumerate(resources[1:], 1):
        resource["id"] = f"o{number}"
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:ripresa:session", "value": session.session},
        "timestamp": _instant(session.begins_ns),
        "entry": [
            {"fullUrl": f"urn:ripresa:{session.session}:{r['id']}", "resource": r}
            for r in resources
        ],
    }


def _of_item(session: ExportedSession, item: ItemResult) -> list[dict[str, Any]]:
    found = []
    told = _observation(session, "range", session.begins_ns, item=item)
    rom = item.range_of_motion
    if rom is None:
        reason = item.not_observable or "not observable with the sensors worn"
        told["dataAbsentReason"] = {
            "coding": [{"system": _ABSENT, "code": "not-performed"}],
            "text": reason,
        }
    else:
        told["valueQuantity"] = _quantity(rom.median_deg, "range")
        told["component"] = [
            {"code": {"text": text}, "valueQuantity": _quantity(value, "range")}
            for text, value in (
                ("lower end of the 95 % band", rom.band_low_deg),
                ("upper end of the 95 % band", rom.band_high_deg),
            )
            if value is not None
        ]
        told["note"] = [{"text": f"median over the repetitions: {rom.what}"}]
    found.append(_without_empty(told))
    counted = _observation(session, "repetitions", session.begins_ns, item=item)
    counted["valueQuantity"] = _quantity(len(item.repetitions), "repetitions")
    if item.count_low is not None and item.count_high is not None:
        counted["component"] = [
            {"code": {"text": text}, "valueQuantity": _quantity(value, "repetitions")}
            for text, value in (
                ("lower end of the 95 % interval", item.count_low),
                ("upper end of the 95 % interval", item.count_high),
            )
        ]
    found.append(_without_empty(counted))
    if item.moving_s is not None:
        spent = _observation(session, "duration", session.begins_ns, item=item)
        found.append(spent | {"valueQuantity": _quantity(item.moving_s / 60, "duration")})
    return found


def _observation(
    session: ExportedSession,
    what: str,
    t_ns: int,
    *,
    category: str = "activity",
    item: ItemResult | None = None,
) -> dict[str, Any]:
    known = _CODES[what]
    code: dict[str, Any] = {"text": known["display"]}
    if "code" in known:
        system = _CODES["systems"][known["system"]]
        code["coding"] = [{"system": system, "code": known["code"], "display": known["display"]}]
    told: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": category}]}],
        "code": code,
        "subject": {"reference": f"urn:ripresa:{session.session}:subject"},
        "effectiveDateTime": _instant(t_ns),
    }
    if item is not None:
        told["bodySite"] = {"text": f"{item.side} side, exercise {item.exercise}"}
        told["method"] = {"text": "worn inertial sensors; research software, no medical device"}
    return told


def _quantity(value: float, what: str) -> dict[str, Any]:
    unit = _CODES[what]["unit"]
    return {"value": value, "unit": unit, "system": _CODES["systems"]["ucum"], "code": unit}


def _without_empty(resource: dict[str, Any]) -> dict[str, Any]:
    """FHIR has no empty lists."""
    return {name: value for name, value in resource.items() if value != []}


def _instant(t_ns: int) -> str:
    moment = datetime.fromtimestamp(t_ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{t_ns // 1_000_000 % 1000:03d}Z"
