"""The other wearables' bytes. Where no public capture with values exists the vector is ours."""

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wearables import movesense, open_imu, standard, thingy52, witmotion
from edge.wearables.catalogue import WEARABLES, recognise
from edge.wearables.dot import DotDecoder
from edge.wearables.polar import PolarDecoder
from edge.wearables.wearable import Advertisement, Sampling
from telemetry.errors import DecodeError

G = 9.80665


def open_decoder():
    return open_imu.OpenDecoder(
        Sampling(rate_hz=100, acc_range_m_s2=4 * G, gyr_range_rad_s=np.radians(2000))
    )


DECODERS = {
    "dot": DotDecoder,
    "witmotion": witmotion.WitDecoder,
    "polar-h10": lambda: PolarDecoder(100, gyroscope=False),
    "polar-verity": lambda: PolarDecoder(52, gyroscope=True),
    "movesense": movesense.MovesenseDecoder,
    "thingy52": thingy52.ThingyDecoder,
    "open-imu": open_decoder,
}


@pytest.mark.parametrize("name", DECODERS)
@given(payloads=st.lists(st.binary(max_size=300), max_size=6), data=st.data())
def test_no_bytes_raise_anything_but_the_decoders_own_error(name, payloads, data):
    (wearable,) = [w for w in WEARABLES if w.model.endswith(name)]
    decoder = DECODERS[name]()
    for payload in payloads:
        characteristic = data.draw(st.sampled_from(wearable.data_characteristics))
        with contextlib.suppress(DecodeError):
            reading = decoder.decode(characteristic, payload)
            assert reading is None or len(reading.acc) > 0


WIT_FRAME = bytes.fromhex("5561") + struct.pack("<9h", 2048, 0, -2048, 0, 16384, -16384, 0, 0, 0)


def test_a_witmotion_frame_by_the_vendors_formulas():
    # Ours: no public motion frame with values was found.
    reading = witmotion.WitDecoder().decode(witmotion.NOTIFY, WIT_FRAME)
    np.testing.assert_allclose(reading.acc, [[G, 0, -G]], rtol=1e-6)
    np.testing.assert_allclose(np.degrees(reading.gyr), [[0, 1000, -1000]], rtol=1e-6)
    assert reading.device_us is None


def test_the_published_register_answer_decodes():
    answer = bytes.fromhex("55 71 3A 00 68 01 69 00 7A 00 00 00 00 00 00 00 00 00 00 00")
    assert witmotion.decode_register(answer, 0x3A)[:3] == (360, 105, 122)
    with pytest.raises(DecodeError, match="register"):
        witmotion.decode_register(answer, 0x64)


@given(st.lists(st.integers(1, 50), min_size=1), st.integers(1, 12))
def test_witmotion_frames_survive_any_cutting(sizes, frames):
    stream = WIT_FRAME * frames
    decoder, samples, at = witmotion.WitDecoder(), 0, 0
    for size in [*sizes, len(stream)]:
        reading = decoder.decode(witmotion.NOTIFY, stream[at : at + size])
        samples += 0 if reading is None else len(reading)
        at += size
    assert samples == frames


def test_witmotion_frames_with_an_appended_time_are_read():
    decoder = witmotion.WitDecoder()
    reading = decoder.decode(witmotion.NOTIFY, (WIT_FRAME + bytes(8)) * 3)
    assert len(reading) == 3


def test_register_answers_among_the_motion_are_passed_over():
    answer = bytes.fromhex("5571640083010000000000000000000000000000")
    assert len(witmotion.WitDecoder().decode(witmotion.NOTIFY, WIT_FRAME + answer)) == 1


def test_the_sigs_base_is_not_witmotions():
    near = "0000ffe5-0000-1000-8000-00805f9b34fb"
    assert not witmotion.WitMotion().recognises(Advertisement(service_uuids=frozenset({near})))


def movesense_body(milliseconds=1000):
    acc = np.tile([0, 0, G], (8, 1)).astype("<f4")
    gyr = np.tile([180, 0, 0], (8, 1)).astype("<f4")
    return milliseconds.to_bytes(4, "little") + acc.tobytes() + gyr.tobytes()


def test_a_movesense_packet_is_the_same_whole_or_in_two_parts():
    head = bytes((2, movesense.REFERENCE))
    whole = movesense.MovesenseDecoder().decode(movesense.DATA, head + movesense_body())
    decoder = movesense.MovesenseDecoder()
    body = movesense_body()
    assert decoder.decode(movesense.DATA, head + body[:100]) is None
    parts = decoder.decode(movesense.DATA, bytes((3, movesense.REFERENCE)) + body[100:])
    for reading in (whole, parts):
        np.testing.assert_allclose(reading.acc[0], [0, 0, G], rtol=1e-6)
        np.testing.assert_allclose(reading.gyr[7], [np.pi, 0, 0], rtol=1e-6)
        assert reading.device_us[0] == 1_000_000
        assert reading.device_us[7] == 1_000_000 + round(7e6 / 104)


def test_a_second_part_alone_is_refused():
    with pytest.raises(DecodeError, match="second part without the first at byte 0"):
        movesense.MovesenseDecoder().decode(movesense.DATA, bytes((3, movesense.REFERENCE, 1, 2)))


def test_a_thingy_sample_by_nordics_fixed_point():
    # Ours, from the firmware's Q formats.
    payload = struct.pack("<9h", 1024, 0, -1024, 32, 0, -32, 0, 0, 0)
    reading = thingy52.ThingyDecoder().decode(thingy52.RAW, payload)
    np.testing.assert_allclose(reading.acc, [[G, 0, -G]], rtol=1e-6)
    np.testing.assert_allclose(np.degrees(reading.gyr), [[1, 0, -1]], rtol=1e-6)


def open_packet(sequence, us, samples):
    return struct.pack("<BHI", 1, sequence, us) + np.array(samples, "<i2").tobytes()


def test_an_open_packet_as_documented():
    packet = open_packet(7, 0xFFFF_FFFF, [[8192, 0, 0, 0, 0, 16384], [0, 8192, 0, 0, 0, -16384]])
    reading = open_decoder().decode(open_imu.DATA, packet)
    np.testing.assert_allclose(reading.acc, [[G, 0, 0], [0, G, 0]], rtol=1e-6)
    np.testing.assert_allclose(np.degrees(reading.gyr[:, 2]), [1000, -1000], rtol=1e-6)
    assert reading.device_us.tolist() == [0xFFFF_FFFF, 9_999]


def test_a_repeated_open_packet_gives_nothing():
    decoder, packet = open_decoder(), open_packet(7, 0, [[0] * 6])
    assert decoder.decode(open_imu.DATA, packet) is not None
    assert decoder.decode(open_imu.DATA, packet) is None


def test_the_sampling_characteristic_comes_back():
    own = open_imu.OpenSampling(104.0, 8, 1000)
    assert open_imu.OpenSampling.decode(own.encode()) == own
    with pytest.raises(DecodeError, match="version 2"):
        open_imu.OpenSampling.decode(b"\x02" + own.encode()[1:])


@pytest.mark.parametrize(
    ("hex_bytes", "expected"),
    [
        ("00FF", standard.HeartRate(255)),
        ("007F", standard.HeartRate(127)),
        ("018080", standard.HeartRate(32896)),
        ("0600", standard.HeartRate(0, contact=True)),
        ("0400", standard.HeartRate(0, contact=False)),
        ("0200", standard.HeartRate(0)),
        ("09 0000 FFFF", standard.HeartRate(0, energy_kj=65535)),
        ("08 00 7F80", standard.HeartRate(0, energy_kj=32895)),
        ("10 00 FFFF", standard.HeartRate(0, rr_s=(65535 / 1024,))),
    ],
)
def test_published_heart_rates_decode(hex_bytes, expected):
    assert standard.decode_heart_rate(bytes.fromhex(hex_bytes)) == expected


@given(st.binary(max_size=30))
def test_no_bytes_break_the_standard_services(payload):
    for decode in (standard.decode_heart_rate, standard.decode_battery_level):
        with contextlib.suppress(DecodeError):
            decode(payload)


def test_nothing_else_in_the_air_is_taken_for_a_wearable():
    for name in (None, "", "Kettle", "LE-Headphones", "Polar Vantage", "iPhone"):
        assert recognise(Advertisement(name=name)) is None


def test_models_are_told_apart():
    assert len({w.model for w in WEARABLES}) == len(WEARABLES)
