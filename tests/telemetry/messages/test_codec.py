"""What goes over the wire comes back unchanged, and nothing else gets in."""

import contextlib
import itertools

import cbor2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import STREAM, batch, opened, quality
from telemetry.errors import DecodeError
from telemetry.messages.codec import MAX_PAYLOAD_BYTES, decode_item, encode_item
from telemetry.messages.motion import MotionBatch, QualityKind, StreamEnded, StreamGap


def same(a: MotionBatch, b: MotionBatch) -> bool:
    return encode_item(a) == encode_item(b)


@pytest.mark.parametrize(
    "more", [{}, {"gyr": None}, {"device_us": None}, {"mag": np.ones((10, 3), np.float32)}]
)
def test_a_batch_comes_back_unchanged(more):
    sent = batch(10, **more)
    got = decode_item(encode_item(sent))
    assert isinstance(got, MotionBatch)
    assert same(sent, got)
    assert np.array_equal(got.acc, sent.acc)
    assert np.array_equal(got.t_ns, sent.t_ns)


@given(
    n=st.one_of(st.integers(1, 3), st.integers(1, 6000)),
    first_index=st.integers(0, 2**61),
    t0_us=st.integers(-(2**51), 2**51),
    absent=st.sets(st.sampled_from(["gyr", "mag", "device_us"])),
    turned=st.booleans(),
)
def test_a_batch_is_the_canonical_map_whatever_its_length(n, first_index, t0_us, absent, turned):
    """Any CBOR library writes these bytes: what is written once and kept changes nothing."""
    arrays = {
        "dt_us": np.arange(n, dtype=np.int32),
        "lag_us": np.arange(n, dtype=np.int32) * -3,
        "device_us": np.arange(n, dtype=np.int64) << 33,
        "acc": np.arange(3 * n, dtype=np.float32).reshape(n, 3),
        "gyr": np.arange(3 * n, dtype=np.float32).reshape(n, 3) * 0.1,
        "mag": np.arange(3 * n, dtype=np.float32).reshape(n, 3) * 0.01,
    }
    if turned:
        # Views with other strides are written in the same order.
        arrays |= {k: np.asfortranarray(v) for k, v in arrays.items() if v.ndim == 2}
        arrays["dt_us"] = np.repeat(arrays["dt_us"], 2)[::2]
    arrays = {k: v for k, v in arrays.items() if k not in absent}
    sent = MotionBatch(stream=STREAM, first_index=first_index, t0_ns=t0_us * 1000, **arrays)
    tags = {"dt_us": 78, "lag_us": 78, "device_us": 79, "acc": 85, "gyr": 85, "mag": 85}
    expected = {"k": "batch", "stream": STREAM, "first_index": first_index, "t0_ns": t0_us * 1000}
    expected |= {
        k: cbor2.CBORTag(tag, np.ascontiguousarray(arrays[k]).tobytes())
        for k, tag in tags.items()
        if k in arrays
    }
    assert encode_item(sent) == cbor2.dumps(expected)


@pytest.mark.parametrize(
    "marker",
    [
        opened(epoch=3, acc_range_m_s2=156.9, firmware="3.0.0"),
        StreamGap(stream=STREAM, first_index=7, count=None, reason="radio"),
        StreamGap(stream=STREAM, first_index=7, count=3, reason="journal full", t_ns=5),
        quality(lag_us=900_000),
        quality(kind=QualityKind.CLOCK, state="good", uncertainty_us=2100, t_ns=5),
        quality(kind=QualityKind.RATE, state="half", rate_hz=30.1),
        StreamEnded(stream=STREAM, next_index=9, reason="stopped"),
    ],
)
def test_a_marker_comes_back_unchanged(marker):
    assert decode_item(encode_item(marker)) == marker


def test_a_10_channel_sample_in_batches_of_50_takes_under_70_bytes():
    sent = batch(50, mag=np.ones((50, 3), np.float32))
    assert len(encode_item(sent)) / 50 < 70


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_raise_a_decode_error(payload):
    with contextlib.suppress(DecodeError):
        decode_item(payload)


@given(st.data())
def test_a_damaged_batch_decodes_or_raises_a_decode_error(data):
    payload = bytearray(encode_item(batch(3)))
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DecodeError):
        decode_item(bytes(payload))


def damaged(**changes) -> bytes:
    body = cbor2.loads(encode_item(batch(4)))
    body |= changes
    return cbor2.dumps({k: v for k, v in body.items() if v is not ...})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"k": "nonsense"}, "unknown kind 'nonsense'"),
        ({"acc": ...}, "acc is missing"),
        ({"acc": cbor2.CBORTag(85, b"123")}, "acc is not a whole number of samples"),
        ({"acc": cbor2.CBORTag(85, bytes(12))}, "acc has 1 samples, dt_us has 4"),
        ({"acc": [1, 2, 3]}, "acc is not a typed array"),
        ({"gyr": cbor2.CBORTag(78, bytes(48))}, "gyr is not a typed array"),
        ({"first_index": -1}, "first_index is -1"),
        ({"t0_ns": 1}, "no whole microsecond"),
        ({"stream": 5}, "stream is 5"),
        ({"dt_us": cbor2.CBORTag(78, b""), "lag_us": cbor2.CBORTag(78, b"")}, "no samples"),
    ],
)
def test_a_wrong_field_is_named(changes, says):
    with pytest.raises(DecodeError, match=says.replace("(", r"\(")):
        decode_item(damaged(**changes))


def test_an_oversized_payload_is_refused_unread():
    with pytest.raises(DecodeError, match="more than"):
        decode_item(bytes(MAX_PAYLOAD_BYTES + 1))


@given(st.integers(1, 40), st.lists(st.integers(1, 39), max_size=5))
def test_cutting_and_joining_gives_the_same_bytes(n, cuts):
    whole = batch(n, first_index=17)
    at = sorted({0, n, *(c for c in cuts if c < n)})
    parts = [whole.cut(a, b) for a, b in itertools.pairwise(at)]
    assert same(MotionBatch.join(parts), whole)
    assert np.array_equal(np.concatenate([p.arrival_ns for p in parts]), whole.arrival_ns)


def test_batches_that_do_not_follow_each_other_are_not_joined():
    with pytest.raises(ValueError, match="does not follow"):
        MotionBatch.join([batch(3), batch(3, first_index=4)])


def test_a_quality_of_no_known_kind_is_refused():
    body = cbor2.loads(encode_item(quality())) | {"kind": "colour"}
    with pytest.raises(DecodeError, match="kind is 'colour'"):
        decode_item(cbor2.dumps(body))
