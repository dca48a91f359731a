"""What is sampled of a model is mostly a message of it: attacks get past the first check."""

import random
from collections import Counter

import pytest
from pydantic import TypeAdapter, ValidationError

from ingest.faults.message_samples import MessageSamples
from telemetry.messages.care import CareRecord
from telemetry.messages.events import SessionEvent
from telemetry.messages.results import Result
from telemetry.messages.surveys import SurveyRequest


@pytest.mark.parametrize(
    ("model", "kinds"), [(SessionEvent, 15), (Result, 2), (CareRecord, 8), (SurveyRequest, 1)]
)
def test_samples_are_of_every_type_and_many_are_sound(model, kinds):
    adapter = TypeAdapter(model)
    samples = MessageSamples(adapter, random.Random(1))
    seen, sound = Counter(), Counter()
    for _ in range(3000):
        body = samples.sample()
        seen[body.get("type")] += 1
        try:
            adapter.validate_python(body)
        except ValidationError:
            continue
        sound[body.get("type")] += 1
    assert len(seen) >= kinds
    assert len(sound) >= 0.5 * len(seen), sorted(seen.keys() - sound.keys())
