"""Every MQTT topic there is, built and read in one place.

`ripresa/{site}/{patient}/...` belongs to one patient's home; `ripresa/{site}/{gateway}/state`
to a gateway, with a last will; `ripresa/{site}/survey` to nobody, so that it cannot tell whose home
spoke. `asyncapi.yaml` describes them; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telemetry.errors import DecodeError
from telemetry.identity import checked_name

__all__ = ["CHANNELS", "GatewayTopics", "HomeTopics", "SiteTopics", "TopicParts", "parse_topic"]

ROOT: Final = "ripresa"

CHANNELS: Final = {
    "motion": "ripresa/{site}/{patient}/live/motion/{stream}",
    "control": "ripresa/{site}/{patient}/live/control",
    "event": "ripresa/{site}/{patient}/live/event",
    "live_request": "ripresa/{site}/{patient}/live/request",
    "watched": "ripresa/{site}/{patient}/live/watched",
    "request": "ripresa/{site}/{patient}/request",
    "record": "ripresa/{site}/{patient}/record",
    "ack": "ripresa/{site}/{patient}/ack",
    "plan": "ripresa/{site}/{patient}/plan",
    "message": "ripresa/{site}/{patient}/message",
    "command": "ripresa/{site}/{patient}/command",
    "receipt": "ripresa/{site}/{patient}/receipt",
    "state": "ripresa/{site}/{gateway}/state",
    "ledger": "ripresa/{site}/{patient}/ledger",
    "survey_request": "ripresa/{site}/{patient}/survey-request",
    "survey_issue": "ripresa/{site}/{patient}/survey-issue",
    "survey_key": "ripresa/{site}/survey-key",
    "survey": "ripresa/{site}/survey",
    "survey_taken": "ripresa/{site}/survey-taken",
}
"""Name of each channel and its address."""


@dataclass(frozen=True, slots=True)
class HomeTopics:
    """The topics of one patient's home; `site` or `patient` may be `+` to listen to all."""

    site: str
    patient: str

    def __post_init__(self) -> None:
        for what, value in (("site", self.site), ("patient", self.patient)):
            if value != "+":
                checked_name(value, what)

    def _at(self, channel: str, **more: str) -> str:
        return CHANNELS[channel].format(site=self.site, patient=self.patient, **more)

    def motion(self, stream: str = "+") -> str:
        """Live motion: a stream's items in CBOR, QoS 0."""
        return self._at("motion", stream=stream)

    @property
    def control(self) -> str:
        """Live control and repetitions for games and pages, JSON, QoS 0."""
        return self._at("control")

    @property
    def event(self) -> str:
        """The session's events as they happen, JSON, QoS 0; the journal has them for good."""
        return self._at("event")

    @property
    def live_request(self) -> str:
        """Somebody at the clinic wishes to see a session live, JSON, QoS 0, never retained."""
        return self._at("live_request")

    @property
    def watched(self) -> str:
        """Who sees the session now, for screens of the home; JSON, QoS 0, on its own broker."""
        return self._at("watched")

    @property
    def request(self) -> str:
        """What games and screens ask of the session service, JSON, QoS 1."""
        return self._at("request")

    @property
    def record(self) -> str:
        """Blocks of the home's journal on their way to the clinic, CBOR, QoS 1."""
        return self._at("record")

    @property
    def ack(self) -> str:
        """The clinic's acknowledgements, JSON, QoS 1."""
        return self._at("ack")

    @property
    def plan(self) -> str:
        """The plan in force, JSON, retained."""
        return self._at("plan")

    @property
    def message(self) -> str:
        """The therapist's message, JSON, retained."""
        return self._at("message")

    @property
    def command(self) -> str:
        """What the clinic asks of the home, JSON, retained."""
        return self._at("command")

    @property
    def receipt(self) -> str:
        """The home's answers to plans, messages and commands, JSON, QoS 1."""
        return self._at("receipt")

    @property
    def ledger(self) -> str:
        """What the home has counted of its samples, for the loss ledger at the clinic."""
        return self._at("ledger")

    @property
    def survey_request(self) -> str:
        """A home asks for its credential for the anonymous questionnaire, JSON, QoS 1."""
        return self._at("survey_request")

    @property
    def survey_issue(self) -> str:
        """What makes that credential, JSON, QoS 1."""
        return self._at("survey_issue")


@dataclass(frozen=True, slots=True)
class GatewayTopics:
    """The one retained state of a gateway and its wearables."""

    site: str
    gateway: str

    def __post_init__(self) -> None:
        for what, value in (("site", self.site), ("gateway", self.gateway)):
            if value != "+":
                checked_name(value, what)

    @property
    def state(self) -> str:
        """The state of the gateway and its wearables; its last will is `lost`."""
        return CHANNELS["state"].format(site=self.site, gateway=self.gateway)


@dataclass(frozen=True, slots=True)
class SiteTopics:
    """The topics that all homes of a site share, without a name; `site` may be `+`."""

    site: str

    def __post_init__(self) -> None:
        if self.site != "+":
            checked_name(self.site, "site")

    @property
    def survey_key(self) -> str:
        """The public keys of the surveys that are open, JSON, retained: one for all homes."""
        return CHANNELS["survey_key"].format(site=self.site)

    @property
    def survey(self) -> str:
        """Anonymous answers to the questionnaire, JSON, QoS 1."""
        return CHANNELS["survey"].format(site=self.site)

    @property
    def survey_taken(self) -> str:
        """The tokens of answers that the clinic has stored, JSON, QoS 1."""
        return CHANNELS["survey_taken"].format(site=self.site)


@dataclass(frozen=True, slots=True)
class TopicParts:
    """A topic taken apart: the channel's name and the values that stood in its address."""

    channel: str
    values: dict[str, str]


def parse_topic(topic: str) -> TopicParts:
    """Tell which channel a topic is, and whose.

    Raises:
        DecodeError: none of ours.
    """
    parts = topic.split("/")
    for channel, address in CHANNELS.items():
        pattern = address.split("/")
        if len(pattern) != len(parts):
            continue
        values = {
            name[1:-1]: part
            for name, part in zip(pattern, parts, strict=True)
            if name.startswith("{")
        }
        if address.format(**values) == topic and all(values.values()):
            return TopicParts(channel, values)
    raise DecodeError("topic", f"{topic!r} is none of Ripresa's")
