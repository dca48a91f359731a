"""Whatever the bytes: a value within bounds, or an error that can be printed."""

import struct

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import SESSION, STREAM
from telemetry.clock import ManualClock
from telemetry.errors import DecodeError
from telemetry.identity import is_ulid, new_ulid
from telemetry.messages.codec import decode_item
from telemetry.messages.events import decode_event
from telemetry.messages.notices import LedgerNotice, Receipt
from telemetry.messages.record import decode_block
from telemetry.messages.results import decode_result
from telemetry.printable import printable, shown

HUGE = 10**9000
CYCLE = bytes.fromhex("d81c81d81d00")
DECODERS = (
    decode_block,
    decode_item,
    decode_event,
    decode_result,
    LedgerNotice.decode,
    Receipt.decode,
)


def told(decode, payload):
    with pytest.raises(DecodeError) as caught:
        decode(payload)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 600
    return text


def block_of(rows, home=SESSION):
    return cbor2.dumps({"v": 1, "home": home, "records": rows, "crc": 0})


@pytest.mark.parametrize(
    "payload",
    [
        CYCLE,
        b"\xa3\x61v\x01\x64home" + cbor2.dumps(SESSION) + b"\x67records" + CYCLE,
        block_of([[1, HUGE, "event", None, None, b""]]),
        block_of([[HUGE, 0, "event", None, None, b""]]),
        block_of([[1, 0, "\x1b[2J" * 9999, None, None, b""]]),
        block_of([[1, 0, "event", "x" * 90_000, None, b""]]),
        block_of([[1, 0, "event", None, None, b""]], home="\x1b]0;owned\x07"),
        b"\x81" * 100_000,
        b"\x9f" * 1000,
        b"\xc5\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xd8\x23\x78\x1e" + b"(?:a{65535}){65535}" + b" " * 11,
    ],
    ids=range(11),
)
def test_a_hostile_block_is_an_error_that_can_be_printed(payload):
    told(decode_block, payload)


@pytest.mark.parametrize(
    "body",
    [
        {"k": "ended", "stream": STREAM, "next_index": HUGE, "reason": "x"},
        {"k": "ended", "stream": STREAM, "next_index": 1 << 62, "reason": "x"},
        {"k": "gap", "stream": STREAM, "first_index": 0, "count": -1, "reason": "x", "t_ns": 0},
        {"k": "\x1b[31m" * 1000},
        {"k": "ended", "stream": ["\x1b"], "next_index": 0, "reason": "x"},
    ],
    ids=range(5),
)
def test_a_hostile_stream_item_is_an_error_that_can_be_printed(body):
    told(decode_item, cbor2.dumps(body))


@pytest.mark.parametrize("day", ["2026-99-99", "2026-02-30", "0000-00-00", "2026-1-1", "x"])
def test_a_day_that_does_not_exist_opens_no_session(day):
    told(
        decode_event,
        (
            f'{{"type":"session.opened","session":"{SESSION}","number":0,"t_ns":0,"patient":"p",'
            f'"site":"s","plan_version":1,"day":"{day}","posture":"standing"}}'
        ).encode(),
    )


@pytest.mark.parametrize(
    "number", [str(1 << 63), "1" + "0" * 30, "1" * 4000, "9" * 60_000, "1e400"]
)
@pytest.mark.parametrize("field", ["t_ns", "number", "pain"])
def test_a_number_that_no_store_holds_is_refused(field, number):
    body = {"t_ns": "0", "number": "0", "pain": "1"} | {field: number}
    told(
        decode_event,
        (
            f'{{"type":"pain.reported","session":"{SESSION}","t_ns":{body["t_ns"]},'
            f'"number":{body["number"]},"pain":{body["pain"]}}}'
        ).encode(),
    )


def test_an_unknown_field_with_an_escape_sequence_is_not_printed_raw():
    text = told(
        decode_event,
        f'{{"type":"\\u001b[31munwell","session":"{SESSION}","t_ns":0,"number":0}}'.encode(),
    )
    assert "\x1b" not in text


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_decode_error(payload):
    for decode in DECODERS:
        try:
            decode(payload)
        except DecodeError as e:
            assert str(e).isprintable()  # noqa: PT017 - most bytes raise, some may not


VALUES = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["v", "home", "records", "crc", "k", "stream"]), VALUES))
def test_no_map_raises_anything_but_a_decode_error(body):
    for decode in (decode_block, decode_item):
        try:
            decode(cbor2.dumps(body))
        except DecodeError as e:
            assert str(e).isprintable()  # noqa: PT017 - most maps raise, some may not


def cyclic():
    loop = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value", [HUGE, cyclic(), "\x1b" * 9, {"a": HUGE}, b"\x1b", 1.5, None], ids=range(7)
)
def test_any_value_can_be_shown(value):
    assert shown(value).isprintable()
    assert len(shown(value)) <= 60


@given(st.text())
def test_what_is_printable_is_bounded_and_obeyed_by_no_terminal(text):
    made = printable(text, 50)
    assert len(made) <= 50
    assert made.isprintable()


@pytest.mark.parametrize("now_ns", [-1, -(1 << 62), 0, (1 << 63) - 1, struct.calcsize("q")])
def test_a_ulid_can_be_drawn_by_any_clock(now_ns):
    assert is_ulid(new_ulid(ManualClock(now_ns)))
