"""The AsyncAPI 3.0 description of all topics, made from the code, so that it cannot lie.

`python -m telemetry.transport.asyncapi > asyncapi.yaml` writes it; a test holds the file to it.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import yaml
from pydantic import BaseModel, TypeAdapter

from telemetry.messages import events, live, notices, record, requests, surveys

from .topics import CHANNELS

__all__ = ["describe", "to_yaml"]

CBOR: Final = "application/cbor"

PARAMETERS: Final = {
    "site": "Name of the clinic's site.",
    "patient": "Pseudonym; the key to the person lies apart, at the clinic.",
    "gateway": "Name of the home's gateway.",
    "stream": "ULID of one run of one wearable.",
}

# Channel: what it is for, who sends (home or clinic), QoS, retained, its JSON messages.
USES: Final[dict[str, tuple[str, str, int, bool, tuple[Any, ...]]]] = {
    "motion": (
        "A stream's items as they arrive: batches, and the markers opened, gap, quality and ended.",
        "send",
        0,
        False,
        (),
    ),
    "control": (
        "The normalised movement for games and pages, and repetitions as they are counted.",
        "send",
        0,
        False,
        (
            live.ControlBatch,
            live.RepetitionCounted,
            live.SensorSilent,
            live.FallNoticed,
            live.Unfollowed,
        ),
    ),
    "event": (
        "The session's events as they happen; the journal keeps them.",
        "send",
        0,
        False,
        (events.SessionEvent,),
    ),
    "live_request": (
        "Somebody at the clinic wishes to see a session live, for a lease of ten minutes at most.",
        "receive",
        0,
        False,
        (notices.LiveRequest,),
    ),
    "watched": (
        "Who sees the session at this moment, for screens: on the home's own broker only.",
        "send",
        0,
        False,
        (notices.WatchedNow,),
    ),
    "request": (
        "What games and screens ask of the session service, the only writer of events.",
        "receive",
        1,
        False,
        (requests.Request,),
    ),
    "record": ("Blocks of the home's journal on their way to the clinic.", "send", 1, False, ()),
    "ack": (
        "The highest contiguous position of a home's journal that the clinic has committed.",
        "receive",
        1,
        False,
        (record.Ack,),
    ),
    "plan": ("The plan in force.", "receive", 1, True, (notices.PlanNotice,)),
    "message": (
        "The therapist's message, shown at the next session.",
        "receive",
        1,
        True,
        (notices.TherapistMessage,),
    ),
    "command": (
        "What the clinic asks of the home, until it is done.",
        "receive",
        1,
        True,
        (notices.Command,),
    ),
    "receipt": (
        "The home's answers to plans, messages, commands and wishes to watch.",
        "send",
        1,
        False,
        (notices.Receipt,),
    ),
    "state": (
        "The state of a gateway and its wearables; its last will is `lost`.",
        "send",
        1,
        True,
        (notices.GatewayState,),
    ),
    "ledger": (
        "What a home has counted of its samples, for the loss ledger.",
        "send",
        1,
        False,
        (notices.LedgerNotice,),
    ),
    "survey_request": (
        "A home asks for its one credential for a survey, blinded.",
        "send",
        1,
        False,
        (surveys.SurveyRequest,),
    ),
    "survey_issue": (
        "The blind signature that makes a home's credential.",
        "receive",
        1,
        False,
        (surveys.SurveyIssue,),
    ),
    "survey_key": (
        "The public keys of the open surveys, the same for every home.",
        "receive",
        1,
        True,
        (surveys.SurveyKeys,),
    ),
    "survey": (
        "Anonymous answers to the questionnaire, under a user that names nobody.",
        "send",
        1,
        False,
        (surveys.SurveyNotice,),
    ),
    "survey_taken": (
        "The one-time tokens of answers that the clinic has stored.",
        "receive",
        1,
        False,
        (surveys.SurveyTaken,),
    ),
}

UNIONS: Final = {events.SessionEvent: "SessionEvent", requests.Request: "Request"}
"""Names of messages that come in kinds, by their union."""

BINARY: Final = {
    "motion": (
        "StreamItem",
        (
            "A map whose `k` is batch, opened, gap, quality or ended. A batch's arrays are RFC "
            "8746 typed arrays, little-endian: dt_us and lag_us sint32, device_us sint64, acc "
            "(m/s²), gyr (rad/s) and mag float32, three values a sample."
        ),
    ),
    "record": (
        "RecordBlock",
        (
            "A map of v, home, records and crc; each record is [position, t_ns, kind, session, "
            f"stream, body], kind one of {', '.join(record.RecordKind)}; crc is the CRC-32 of the "
            "CBOR of [home, records]."
        ),
    ),
}


def describe() -> dict[str, Any]:
    """The whole description as nested dictionaries."""
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for name, address in CHANNELS.items():
        purpose, action, qos, retain, models = USES[name]
        carried = [_json_message(m, messages, schemas) for m in models]
        if name in BINARY:
            title, text = BINARY[name]
            messages[title] = {"contentType": CBOR, "description": text}
            carried.append(title)
        channels[name] = {
            "address": address,
            "description": purpose,
            "parameters": {p: {"description": PARAMETERS[p]} for p in _parameters(address)},
            "messages": {m: {"$ref": f"#/components/messages/{m}"} for m in carried},
        }
        operations[f"{action}_{name}"] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{name}"},
            "bindings": {"mqtt": {"qos": qos, "retain": retain, "bindingVersion": "0.2.0"}},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ripresa over MQTT",
            "version": "1",
            "description": (
                "Seen from a home. The live path moves games and pages: QoS 0, never recorded, "
                "never waited for. The record path keeps the therapy: QoS 1, acknowledged end to "
                "end by the clinic's journal, whatever the broker does. Patients appear by "
                "pseudonym only. Research software, not a medical device."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "home": {"host": "127.0.0.1:1883", "protocol": "mqtt", "protocolVersion": "3.1.1"}
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def to_yaml(value: dict[str, Any]) -> str:
    """The description as YAML."""
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)
    return text


def _parameters(address: str) -> list[str]:
    return [part[1:-1] for part in address.split("/") if part.startswith("{")]


def _json_message(model: Any, messages: dict[str, Any], schemas: dict[str, Any]) -> str:
    is_class = isinstance(model, type) and issubclass(model, BaseModel)
    title = model.__name__ if is_class else UNIONS[model]
    schema = TypeAdapter(model).json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[title] = schema
    messages[title] = {
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{title}"},
    }
    return title


if __name__ == "__main__":
    sys.stdout.write(to_yaml(describe()))
