"""Blocks of records travel whole or not at all."""

import contextlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.errors import DecodeError
from telemetry.messages.record import Ack, Record, RecordKind, decode_block, encode_block

HOME = "01J00000000000000000000002"
ULIDS = st.from_regex(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", fullmatch=True)
records = st.lists(
    st.builds(
        Record,
        home=st.just(HOME),
        position=st.integers(1, 2**40),
        t_ns=st.integers(0, 2**62),
        kind=st.sampled_from(RecordKind),
        body=st.binary(max_size=50),
        session=st.none() | ULIDS,
        stream=st.none() | ULIDS,
    ),
    min_size=1,
    max_size=5,
)


@given(records)
def test_a_block_comes_back_unchanged(sent):
    assert decode_block(encode_block(sent)) == sent


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_raise_a_decode_error(payload):
    with contextlib.suppress(DecodeError):
        decode_block(payload)


@pytest.mark.parametrize(
    "body",
    [
        {"v": 2, "home": HOME, "records": [[1, 2, "event", None, None, b""]]},
        {"v": 1, "home": HOME, "records": []},
        {"v": 1, "home": HOME, "records": [[0, 2, "event", None, None, b""]]},
        {"v": 1, "home": HOME, "records": [[1, 2, "nope", None, None, b""]]},
        {"v": 1, "home": HOME, "records": [[1, 2, "event", 3, None, b""]]},
        {"v": 1, "home": HOME, "records": [[1, 2, "event"]]},
        [1],
    ],
)
def test_a_wrong_block_is_refused_whole(body):
    with pytest.raises(DecodeError):
        decode_block(cbor2.dumps(body))


@given(records, st.data())
def test_a_block_that_was_changed_on_its_way_is_refused(sent, data):
    payload = bytearray(encode_block(sent))
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(DecodeError):
        assert decode_block(bytes(payload)) == sent  # a bit that CBOR does not care about


def test_a_block_of_two_homes_is_refused():
    row = {"position": 1, "t_ns": 1, "kind": RecordKind.EVENT, "body": b""}
    with pytest.raises(ValueError, match="one home"):
        encode_block([Record(home="A", **row), Record(home="B", **row)])


def test_an_acknowledgement_comes_back_and_a_wrong_one_is_named():
    ack = Ack(home=HOME, position=12)
    assert Ack.decode(ack.encode()) == ack
    with pytest.raises(DecodeError, match="position"):
        Ack.decode(b'{"home": "%s", "position": -1}' % HOME.encode())
