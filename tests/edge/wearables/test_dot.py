"""The DOT's bytes, against a published capture."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wearables.dot import (
    PAYLOAD_MEDIUM,
    DotDecoder,
    MovellaDot,
    decode_battery,
    decode_payload,
)
from edge.wearables.wearable import Advertisement
from telemetry.errors import DecodeError

# Published with a bleak example script for the DOT: two consecutive notifications in mode 6.
FIRST = bytes.fromhex("d8052244af9640406b2aa7405add14c000000000")
SECOND = bytes.fromhex("f34622440da53c409c13a640f01009c000000000")


def test_the_published_capture_decodes_to_its_published_values():
    first, second = decode_payload(6, FIRST), decode_payload(6, SECOND)
    assert first.device_us.tolist() == [1143080408]
    np.testing.assert_array_equal(
        first.acc, np.array([[3.009197, 5.223928, -2.3260102]], dtype=np.float32)
    )
    np.testing.assert_array_equal(
        second.acc, np.array([[2.947574, 5.1898937, -2.1416588]], dtype=np.float32)
    )
    assert second.device_us[0] - first.device_us[0] == 16667


def test_rates_come_in_radians_per_second():
    # Ours, built from the field list: no mode 21 capture is public.
    payload = bytes.fromhex("102700000000803f 00000040 0000404000003443 00000000 000034c3")
    reading = decode_payload(21, payload.ljust(40, b"\0"))
    assert reading.acc.tolist() == [[1, 2, 3]]
    np.testing.assert_allclose(reading.gyr, [[np.pi, 0, -np.pi]], rtol=1e-6)


@given(st.sampled_from([6, 20, 21, 5, 0, 255]), st.binary(max_size=64))
def test_no_bytes_raise_anything_but_the_decoders_own_error(mode, payload):
    with contextlib.suppress(DecodeError):
        reading = decode_payload(mode, payload)
        assert len(reading) == len(reading.device_us) == 1


def test_a_short_payload_is_refused_by_name_and_offset():
    with pytest.raises(DecodeError, match="movella-dot: 27 bytes, at least 28 expected at byte 27"):
        DotDecoder().decode(PAYLOAD_MEDIUM, bytes(27))


def test_other_characteristics_carry_no_samples():
    assert DotDecoder().decode("15172004-4947-11e9-8646-d663bd873d93", FIRST) is None


@pytest.mark.parametrize(
    ("advertisement", "known"),
    [
        (Advertisement(name="Xsens DOT"), True),
        (Advertisement(name="Movella DOT"), True),
        (Advertisement(company_ids=frozenset({0x0886})), True),
        (Advertisement(name="Kettle"), False),
    ],
)
def test_it_is_known_by_name_or_company(advertisement, known):
    assert MovellaDot().recognises(advertisement) is known


def test_battery_beyond_full_is_refused():
    assert decode_battery(bytes([87, 1])).charging
    with pytest.raises(DecodeError, match="101 per cent"):
        decode_battery(bytes([101, 0]))
