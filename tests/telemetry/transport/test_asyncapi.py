"""asyncapi.yaml describes the code as it is."""

from pathlib import Path

import yaml

from telemetry.transport.asyncapi import USES, describe
from telemetry.transport.topics import CHANNELS

FILE = Path(__file__).parents[3] / "asyncapi.yaml"


def test_the_file_is_what_the_code_says():
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert told == describe(), "run: python -m telemetry.transport.asyncapi > asyncapi.yaml"


def test_every_channel_is_described():
    assert USES.keys() == CHANNELS.keys()


def test_every_reference_leads_somewhere():
    document = describe()

    def references(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = list(references(document))
    assert found
    for reference in found:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
