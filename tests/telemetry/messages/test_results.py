"""Results hash to the same bytes whatever differs only from run to run."""

import pytest

from builders import SESSION, STREAM
from telemetry.errors import DecodeError
from telemetry.messages.events import PainReported, decode_event, encode_event
from telemetry.messages.results import (
    AdherenceResult,
    ItemResult,
    Repetition,
    SessionResult,
    decode_result,
    encode_result,
    results_hash,
)


def repetition(number=1, **more):
    fields = {
        "start_index": 0,
        "peak_index": 50,
        "end_index": 100,
        "start_s": 0.0,
        "end_s": 1.6,
        "range_deg": 100.0,
        "peak_deg": 110.0,
        "up_s": 0.8,
        "hold_s": 0.1,
        "down_s": 0.7,
    }
    return Repetition(number=number, **(fields | more))


def result(stream=STREAM, session=SESSION, **more):
    item = ItemResult(
        item="1",
        exercise="arm-abduction",
        side="right",
        stream=stream,
        rate_hz=60,
        repetitions=(repetition(**more),),
        range_of_motion=None,
    )
    return SessionResult(
        session=session, core_version="1", plan_version=1, provisional=False, items=(item,)
    )


def test_another_run_of_the_same_samples_hashes_alike():
    other = result(STREAM[:-1] + "9", SESSION[:-1] + "9")
    assert results_hash(result()) == results_hash(other)


def test_another_angle_hashes_differently():
    assert results_hash(result()) != results_hash(result(range_deg=100.1))


def test_results_come_back_unchanged():
    day = AdherenceResult(patient="p", day="2026-01-01", plan_version=1, state="missed")
    for sent in (result(), day):
        assert decode_result(encode_result(sent)) == sent


def test_an_event_comes_back_unchanged_and_a_wrong_one_is_named():
    event = PainReported(session=SESSION, number=3, t_ns=1, pain=4)
    assert decode_event(encode_event(event)) == event
    with pytest.raises(DecodeError, match="pain"):
        decode_event(encode_event(event).replace(b'"pain":4', b'"pain":11'))
    with pytest.raises(DecodeError, match="session event"):
        decode_event(b"\xff")
