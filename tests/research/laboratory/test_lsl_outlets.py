"""What goes into the Lab Streaming Layer comes out equal, stamps, labels and units as well."""

from __future__ import annotations

import json

import numpy as np
import pytest

from builders import SESSION, STREAM, T0_NS, batch, opened
from journals import ended, session_opened
from needs import need_library
from telemetry.clock import ManualClock
from telemetry.messages.live import ControlBatch, RepetitionCounted

pytestmark = pytest.mark.slow

CONFIGURATION = """
[multicast]
ResolveScope = machine
[lab]
KnownPeers = {127.0.0.1}
SessionID = ripresa-test
[ports]
IPv6 = disable
[log]
level = -3
"""


@pytest.fixture(scope="module")
def lsl(tmp_path_factory):
    """pylsl, on this machine alone; read before its library is loaded."""
    file = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    file.write_text(CONFIGURATION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(file))
        need_library("pylsl")
        import pylsl

        yield pylsl


@pytest.fixture
def outlets(lsl):  # noqa: ARG001 - its library reads its file before it is loaded here
    from research.laboratory.lsl_outlets import LslOutlets

    return LslOutlets(ManualClock(T0_NS))


def inlet_of(lsl, source):
    found = lsl.resolve_byprop("source_id", source, timeout=10)
    assert found, f"no stream {source} was found"
    inlet = lsl.StreamInlet(found[0])
    inlet.open_stream(timeout=10)
    return inlet


def pulled(inlet, rows):
    """That many samples and their stamps, as they were sent: no clock correction on one machine."""
    values, stamps = [], []
    while len(values) < rows:
        more, at = inlet.pull_chunk(timeout=10, max_samples=rows - len(values))
        assert more, f"only {len(values)} of {rows} samples came"
        values += more
        stamps += at
    return np.array(values), np.array(stamps)


def described(inlet):
    channel = inlet.info(timeout=10).desc().child("channels").child("channel")
    found = []
    while not channel.empty():
        found.append((channel.child_value("label"), channel.child_value("unit")))
        channel = channel.next_sibling("channel")
    return found


def test_motion_is_read_back_equal_with_its_stamps_labels_and_units(lsl, outlets):
    outlets.take(opened())
    outlets.take(batch(20))
    inlet = inlet_of(lsl, STREAM)
    sent = batch(50, first_index=20)
    outlets.take(sent)
    values, stamps = pulled(inlet, 50)
    wanted = np.column_stack([v for v in (sent.acc, sent.gyr, sent.mag) if v is not None])
    assert np.array_equal(values.astype(np.float32), wanted)
    offsets = stamps - sent.t_ns / 1e9
    assert np.ptp(offsets) < 1e-6, "the times between samples are the recorded ones"
    info = inlet.info(timeout=10)
    assert info.nominal_srate() == opened().rate_hz
    assert info.name() == f"Ripresa {opened().placement}"
    names = [(f"acc_{axis}", "m/s^2") for axis in "xyz"]
    assert described(inlet)[:3] == names
    assert described(inlet)[3:6] == [(f"gyr_{axis}", "rad/s") for axis in "xyz"]


def test_stamps_are_in_the_layers_own_clock(lsl, outlets):
    """A sample taken now is stamped as a foreign outlet would stamp it now."""
    inlet = inlet_of(lsl, "ripresa-events")
    before = lsl.local_clock()
    outlets.take_event(session_opened(t_ns=T0_NS))
    (_,), (stamp,) = pulled(inlet, 1)
    # The manual clock stands at T0 since the outlets were made.
    assert before - 30 < stamp <= before


def test_joints_carry_angle_and_control_and_an_unseen_angle_is_no_number(lsl, outlets):
    inlet = inlet_of(lsl, "ripresa-joints")
    common = {"session": SESSION, "item": "01-abd", "dt_us": (0, 16_667), "target": 0.9}
    control = (0.25, 0.5)
    outlets.take_live(ControlBatch(**common, t0_ns=T0_NS, control=control, angle_deg=(40.0, 80.0)))
    outlets.take_live(ControlBatch(**common, t0_ns=T0_NS + 10**9, control=control))
    values, stamps = pulled(inlet, 4)
    assert described(inlet) == [
        ("angle_deg", "degrees"),
        ("control", "1"),
        ("target", "1"),
        ("limit", "1"),
    ]
    assert values[:2].tolist() == [
        [40.0, 0.25, pytest.approx(0.9), 1.0],
        [80.0, 0.5, pytest.approx(0.9), 1.0],
    ]
    assert np.isnan(values[2:, 0]).all()
    assert np.allclose(np.diff(stamps), [0.016667, 1 - 0.016667, 0.016667], atol=1e-6)


def test_events_and_repetitions_are_markers(lsl, outlets):
    inlet = inlet_of(lsl, "ripresa-events")
    event = session_opened()
    outlets.take_event(event)
    counted = RepetitionCounted(
        session=SESSION, item="01-abd", number=1, t_ns=T0_NS, range_deg=90, peak_deg=100, reached=1
    )
    outlets.take_live(counted)
    values, _ = pulled(inlet, 2)
    assert [json.loads(str(text[0]))["type"] for text in values] == ["session.opened", "repetition"]


def test_a_stream_heard_of_in_its_midst_has_its_place_where_somebody_knows_it(lsl):
    from research.laboratory.lsl_outlets import LslOutlets

    known = LslOutlets(ManualClock(T0_NS), lambda _: opened())
    known.take(batch(5))
    assert inlet_of(lsl, STREAM).info().name() == f"Ripresa {opened().placement}"
    known.take(ended(5))
    assert known.streams == []
