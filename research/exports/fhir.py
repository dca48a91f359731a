"""A session as a FHIR R4B bundle: what was found, as observations of a pseudonym.

Range of movement and active peak with the ends of their bands as components, repetitions with the
count's interval, pain as it was answered before, in and after the session, heart rate where the
sensor touched the skin, and the time in movement. What was not observable is an observation without
a value, with the reason. Each names exercise or assessment, side, posture and the core's version.
Codes stand in `fhir_codes.toml`, units are UCUM. Nobody's name is in it:
the subject is a pseudonym as an identifier.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import StoreError
from telemetry.messages.events import (
    CheckAnswered,
    ExerciseStarted,
    HeartMeasured,
    PainReported,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    path = out / session.opened.patient / f"{session.name}.fhir.json"
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
    resources += _of_events(session)
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


def _of_events(session: ExportedSession) -> Iterator[dict[str, Any]]:
    for asked in _answered_last(session):
        at = "before the session" if asked.at == "in" else "after the session"
        told = _observation(session, "pain", asked.t_ns, category="survey")
        told["valueQuantity"] = _quantity(int(asked.answer or 0), "pain")
        told["note"] = [{"text": f"{at}: {asked.question}, answered by {asked.answered_by}"}]
        yield told
    for event in session.events:
        if isinstance(event, PainReported):
            told = _observation(session, "pain", event.t_ns, category="survey")
            told["valueQuantity"] = _quantity(event.pain, "pain")
            yield told | {"note": [{"text": "during the session"}]}
        # What a sensor tells without skin contact is no heart rate.
        elif isinstance(event, HeartMeasured) and event.rate_bpm and event.contact is not False:
            told = _observation(session, "heart_rate", event.t_ns, category="vital-signs")
            yield told | {"valueQuantity": _quantity(event.rate_bpm, "heart_rate")}


def _answered_last(session: ExportedSession) -> list[CheckAnswered]:
    """Answers of pain; one that was given again after going back counts with its last."""
    answers = {
        (event.at, event.question): event
        for event in session.events
        if isinstance(event, CheckAnswered) and event.question.startswith("pain")
    }
    return [event for event in answers.values() if type(event.answer) is int]


def _of_item(session: ExportedSession, item: ItemResult) -> list[dict[str, Any]]:
    told = _observation(session, "range", session.begins_ns, item=item)
    rom, peak = item.range_of_motion, item.active_peak
    if rom is None:
        reason = item.not_observable or "not observable with the sensors worn"
        # The exercise was done; its angle is not known.
        told["dataAbsentReason"] = {
            "coding": [{"system": _ABSENT, "code": "unknown"}],
            "text": reason,
        }
    else:
        told["valueQuantity"] = _quantity(rom.median_deg, "range")
        told["component"] = _ends("range", "band", rom.band_low_deg, rom.band_high_deg)
        told["note"].append({"text": f"median over the repetitions: {rom.what}"})
    found = [told]
    if peak is not None:
        reached = _observation(session, "peak", session.begins_ns, item=item)
        reached["valueQuantity"] = _quantity(peak.peak_deg, "peak")
        reached["component"] = _ends("peak", "band", peak.band_low_deg, peak.band_high_deg)
        start = "" if peak.start_deg is None else f", from {peak.start_deg:g} deg"
        reached["note"].append({"text": f"median over the repetitions{start}"})
        found.append(reached)
    counted = _observation(session, "repetitions", session.begins_ns, item=item)
    counted["valueQuantity"] = _quantity(len(item.repetitions), "repetitions")
    counted["component"] = _ends("repetitions", "interval", item.count_low, item.count_high)
    found.append(counted)
    if item.moving_s is not None:
        spent = _observation(session, "duration", session.begins_ns, item=item)
        found.append(spent | {"valueQuantity": _quantity(item.moving_s / 60, "duration")})
    return [_without_empty(one) for one in found]


def _ends(what: str, kind: str, low: float | None, high: float | None) -> list[dict[str, Any]]:
    """Both ends of a figure's 95 % band or interval, or none."""
    if low is None or high is None:
        return []
    return [
        {"code": {"text": f"{end} end of the 95 % {kind}"}, "valueQuantity": _quantity(value, what)}
        for end, value in (("lower", low), ("upper", high))
    ]


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
        told["device"] = {"display": _made_by(session)}
        told["note"] = [{"text": _circumstances(session, item)}]
    return told


def _made_by(session: ExportedSession) -> str:
    version = "unknown" if session.result is None else session.result.core_version
    return f"Ripresa signal core {version}"


def _circumstances(session: ExportedSession, item: ItemResult) -> str:
    """How the item was done, without which two figures of one exercise are not the same figure."""
    started = [
        event
        for event in session.events
        if isinstance(event, ExerciseStarted) and event.item == item.item
    ]
    assisted = not item.assessment and any(event.assisted for event in started)
    kind = "assessment, nothing guided it" if item.assessment else "exercise"
    manner = "assisted" if assisted else "active"
    return f"{kind}; {manner}; item {item.item}; session opened {session.opened.posture}"


def _quantity(value: float, what: str) -> dict[str, Any]:
    unit = _CODES[what]["unit"]
    return {"value": value, "unit": unit, "system": _CODES["systems"]["ucum"], "code": unit}


def _without_empty(resource: dict[str, Any]) -> dict[str, Any]:
    """FHIR has no empty lists."""
    return {name: value for name, value in resource.items() if value != []}


def _instant(t_ns: int) -> str:
    moment = datetime.fromtimestamp(t_ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{t_ns // 1_000_000 % 1000:03d}Z"
