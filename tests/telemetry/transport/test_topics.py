"""Topics are built and read in one place."""

import pytest

from telemetry.errors import ConfigurationError, DecodeError
from telemetry.transport.bus import topic_matches
from telemetry.transport.topics import CHANNELS, GatewayTopics, HomeTopics, SiteTopics, parse_topic

HOME = HomeTopics("clinic-1", "p-001")


def test_every_home_topic_reads_back_as_its_channel():
    for channel in (
        "control",
        "event",
        "request",
        "record",
        "ack",
        "plan",
        "message",
        "command",
        "receipt",
    ):
        parts = parse_topic(getattr(HOME, channel))
        assert parts.channel == channel
        assert parts.values == {"site": "clinic-1", "patient": "p-001"}
    assert parse_topic(HOME.motion("S")).values["stream"] == "S"


def test_gateway_topics_read_back():
    gateway = GatewayTopics("clinic-1", "gw")
    assert parse_topic(gateway.state).channel == "state"


def test_a_sites_topics_name_nobody():
    site = SiteTopics("clinic-1")
    for channel in ("survey", "survey_taken"):
        parts = parse_topic(getattr(site, channel))
        assert parts.channel == channel
        assert parts.values == {"site": "clinic-1"}
    with pytest.raises(ConfigurationError, match="site"):
        SiteTopics("a/b")
    assert not topic_matches(HomeTopics("+", "+").receipt, site.survey_taken)


def test_no_two_channels_share_an_address():
    assert len(set(CHANNELS.values())) == len(CHANNELS)


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "ä", "x" * 41, "-a"])
def test_a_name_that_would_break_a_topic_is_refused(name):
    with pytest.raises(ConfigurationError, match="patient"):
        HomeTopics("s", name if name != "+" else "a+")


@pytest.mark.parametrize("topic", ["", "x", "ripresa/a/b", "ripresa/a/b/nope", "ripresa//b/record"])
def test_a_foreign_topic_is_named(topic):
    with pytest.raises(DecodeError, match="none of Ripresa's"):
        parse_topic(topic)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "covers"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("#", "a", True),
    ],
)
def test_filters_match_as_mqtt_says(topic_filter, topic, covers):
    assert topic_matches(topic_filter, topic) is covers
