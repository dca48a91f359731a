"""Polar's frames, against the vectors of Polar's own published tests."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.virtual.peripherals.virtual_polar import compressed
from edge.wearables.pmd import (
    PmdKind,
    decode_frame,
    decode_response,
    decode_settings,
    start_command,
    stop_command,
)
from edge.wearables.polar import PolarDecoder, PolarH10, PolarVerity
from edge.wearables.wearable import Advertisement
from telemetry.errors import DecodeError

PUBLIC_FRAMES = [
    (
        "02 0094357700000000 01 F7FFFFFFE703 F8FFFEFFE503",
        (PmdKind.ACC, 2_000_000_000, [(-9, -1, 999), (-8, -2, 997)]),
    ),
    (
        "02 6500000000000000 81 F1FF1400F003 06 01 7B0F08",
        (PmdKind.ACC, 101, [(-15, 20, 1008), (-20, 17, 1008)]),
    ),
    (
        "05 FFFFFFFFFFFFFF7F 80 EAFF08000D00 03 01 DF00",
        (PmdKind.GYRO, (1 << 63) - 1, [(-22, 8, 13), (-23, 11, 16)]),
    ),
    (
        "05 0094357700000000 81 0000803F 00002041 0000A041 1C 01 0000A001000008CDCCEC0D",
        (PmdKind.GYRO, 2_000_000_000, [(1.0, 10.0, 20.0), (10.0, 20.0, 1.1)]),
    ),
]


@pytest.mark.parametrize(("hex_bytes", "expected"), PUBLIC_FRAMES)
def test_published_frames_decode_to_their_published_values(hex_bytes, expected):
    frame = decode_frame(bytes.fromhex(hex_bytes))
    kind, last_ns, values = expected
    assert (frame.kind, frame.last_ns) == (kind, last_ns)
    np.testing.assert_allclose(frame.values, values, rtol=1e-6)


def test_published_settings_decode():
    settings = decode_settings(bytes.fromhex("000134000101100002 04F500F401E803D007 040103"))
    assert settings == {0: (52,), 1: (16,), 2: (245, 500, 1000, 2000), 4: (3,)}


def test_published_responses_decode():
    success = decode_response(bytes.fromhex("F00102 0000 FFFFFF"))
    failure = decode_response(bytes.fromhex("F00106 0700"))
    assert (success.status, failure.status) == (0, 7)


def test_commands_are_those_that_many_clients_send():
    assert start_command(PmdKind.ACC, rate_hz=200, range_units=8, channels=False) == bytes.fromhex(
        "02 02 00 01 C8 00 01 01 10 00 02 01 08 00"
    )
    assert start_command(
        PmdKind.GYRO, rate_hz=52, range_units=2000, channels=True
    ) == bytes.fromhex("02 05 00 01 34 00 01 01 10 00 02 01 D0 07 04 01 03")
    assert stop_command(PmdKind.ACC) == bytes.fromhex("03 02")


def test_a_factor_scales_compressed_frames():
    payload = bytes.fromhex("05 FFFFFFFFFFFFFF7F 80 EAFF08000D00 03 01 DF00")
    assert decode_frame(payload, factor=0.5).values[1].tolist() == [-11.5, 5.5, 8.0]


@given(
    st.lists(st.tuples(*[st.integers(-32768, 32767)] * 3), min_size=1, max_size=60).map(np.array)
)
def test_what_is_compressed_comes_back(steps):
    header = bytes.fromhex("05 0000000000000000 80")
    np.testing.assert_array_equal(decode_frame(header + compressed(steps)).values, steps)


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x02", b"\x05"]))
def test_no_bytes_raise_anything_but_the_decoders_own_error(tail, head):
    for decode in (decode_frame, decode_response, decode_settings):
        with contextlib.suppress(DecodeError):
            decode(head + tail)


def acc_frame(last_ns, n=4):
    body = np.tile(np.array([0, 0, 1000], "<i2"), (n, 1)).tobytes()
    return bytes((2,)) + last_ns.to_bytes(8, "little", signed=True) + b"\x01" + body


def gyr_frame(last_ns, values):
    steps = np.array(values)
    return bytes((5,)) + last_ns.to_bytes(8, "little", signed=True) + b"\x80" + compressed(steps)


DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"


def test_the_first_frame_is_timed_by_the_rate_and_later_ones_by_their_neighbours():
    decoder = PolarDecoder(100, gyroscope=False)
    first = decoder.decode(DATA, acc_frame(1_000_000_000))
    second = decoder.decode(DATA, acc_frame(1_040_400_000))
    after_loss = decoder.decode(DATA, acc_frame(2_000_000_000))
    assert first.device_us.tolist() == [970_000, 980_000, 990_000, 1_000_000]
    assert second.device_us.tolist() == [1_010_100, 1_020_200, 1_030_300, 1_040_400]
    assert after_loss.device_us.tolist() == [1_970_000, 1_980_000, 1_990_000, 2_000_000]


def test_angular_velocity_is_interpolated_onto_the_acceleration():
    decoder = PolarDecoder(50, gyroscope=True)
    decoder.factors[PmdKind.GYRO] = 1.0
    assert decoder.decode(DATA, acc_frame(1_000_000_000)) is None
    gyr = [[0, 0, 0], [10, 0, 0], [20, 0, 0], [30, 0, 0], [40, 0, 0]]
    reading = decoder.decode(DATA, gyr_frame(1_010_000_000, gyr))
    assert reading.device_us.tolist() == [940_000, 960_000, 980_000, 1_000_000]
    np.testing.assert_allclose(np.degrees(reading.gyr[:, 0]), [5, 15, 25, 35], rtol=1e-5)


def test_where_angular_velocity_is_missing_nothing_is_made_up():
    decoder = PolarDecoder(50, gyroscope=True)
    decoder.factors[PmdKind.GYRO] = 1.0
    zero = [[0, 0, 0]] * 4
    decoder.decode(DATA, gyr_frame(100_000_000, zero))
    decoder.decode(DATA, acc_frame(100_000_000))
    decoder.decode(DATA, acc_frame(180_000_000))
    decoder.decode(DATA, acc_frame(260_000_000))
    reading = decoder.decode(DATA, gyr_frame(260_000_000, zero))
    assert reading.device_us.tolist() == [220_000, 240_000, 260_000]


def test_a_time_before_the_epoch_is_a_time():
    decoder = PolarDecoder(100, gyroscope=False)
    first = decoder.decode(DATA, acc_frame(-1_700_000_000_000_000_000))
    assert np.diff(first.device_us).tolist() == [10_000] * 3
    assert first.device_us[-1] == -1_700_000_000_000_000


@pytest.mark.parametrize("first", ["acc", "gyr"])
@pytest.mark.parametrize("lost", ["time", "nothing"])
def test_a_wearable_that_loses_its_time_in_mid_stream_loses_no_sample(first, lost):
    decoder = PolarDecoder(50, gyroscope=True)
    decoder.factors[PmdKind.GYRO] = 1.0
    us = []
    for k in range(40):
        known = 800_000_000_000_000_000 if k < 20 or lost == "nothing" else 0
        now_ns = (k + 1) * 80_000_000
        gone = k == 20 and lost == "time"
        # At the leap the other measurement's frame still carries the old time.
        old = 800_000_000_000_000_000 if gone else known
        acc_ns = now_ns + (old if first == "gyr" else known)
        gyr_ns = now_ns + (old if first == "acc" else known)
        for frame in (acc_frame(acc_ns), gyr_frame(gyr_ns, [[0, 0, 0]] * 4)):
            reading = decoder.decode(DATA, frame)
            us += [] if reading is None else reading.device_us.tolist()
    assert len(us) >= 40 * 4 - 4
    assert np.diff(us).tolist() == [20_000] * (len(us) - 1)


def test_the_serial_number_is_read_from_the_name():
    h10 = Advertisement(name="Polar H10 8C4CAD2D")
    verity = Advertisement(name="Polar Sense A1B2C3D4")
    assert PolarH10().recognises(h10)
    assert not PolarH10().recognises(verity)
    assert PolarH10().advertised_identity(h10) == "polar-h10-8C4CAD2D"
    assert PolarVerity().advertised_identity(verity) == "polar-verity-A1B2C3D4"


def test_a_frame_that_comes_before_its_factor_is_left_out():
    decoder = PolarDecoder(50, gyroscope=True)
    acc = bytes((2,)) + bytes(8) + b"\x80" + compressed(np.array([[0, 0, 4096]] * 4))
    assert decoder.decode(DATA, acc) is None
    decoder.factors |= {PmdKind.ACC: 2.44140625e-4, PmdKind.GYRO: 0.5}
    later = bytes((2,)) + (80_000_000).to_bytes(8, "little") + acc[9:]
    decoder.decode(DATA, later)
    reading = decoder.decode(DATA, gyr_frame(80_000_000, [[2, 0, 0]] * 4))
    assert len(reading) == 4
    np.testing.assert_allclose(reading.acc[:, 2], 9.80665, rtol=1e-6)
    np.testing.assert_allclose(np.degrees(reading.gyr[:, 0]), 1.0, rtol=1e-6)
