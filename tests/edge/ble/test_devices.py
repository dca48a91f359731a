"""Identities, bindings, and the commands around them."""

import asyncio
import os
import stat
from types import SimpleNamespace

import numpy as np
import pytest
from bumble.core import AdvertisingData
from typer.testing import CliRunner

from edge.ble.binding import Bindings, bindings_file
from edge.ble.discovery import blink, look_around, meet
from edge.ble.identity_guard import IdentityGuard, Remembered
from edge.ble.radio import Radio
from edge.devices_cli import app
from edge.gateway.gateway import Gateway
from edge.radio_choice import chosen_radio
from edge.virtual.motion_source import SensedMotion, still
from edge.virtual.peripherals.virtual_catalogue import VIRTUAL_WEARABLES
from edge.virtual.peripherals.virtual_dot import VirtualDot
from edge.virtual.peripherals.virtual_witmotion import VirtualWitMotion
from edge.virtual.process import RadioProcess
from edge.virtual.virtual_radio import VirtualRadio
from telemetry.clock import ScaledClock
from telemetry.errors import ConfigurationError, TransportError

pytestmark = pytest.mark.slow


def test_bindings_come_back_from_their_file(tmp_path):
    path = bindings_file(tmp_path / "home")
    bound = Bindings().bind("dot-1", "wrist-right", model="movella-dot").bind("dot-2", "thigh-left")
    bound.save(path)
    assert Bindings.load(path) == bound
    assert bound.placement_of("dot-1") == "wrist-right"
    assert bound.placement_of("dot-9") is None
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_wearable_has_one_place_and_a_place_may_have_a_spare():
    bound = Bindings().bind("a", "wrist-right").bind("b", "wrist-right").bind("a", "wrist-left")
    assert [(b.wearable, b.placement) for b in bound.entries] == [
        ("a", "wrist-left"),
        ("b", "wrist-right"),
    ]


def test_what_is_not_bound_cannot_be_unbound():
    with pytest.raises(ConfigurationError, match="ripresa devices list"):
        Bindings().unbind("a")


@pytest.mark.parametrize("text", ["", "[]", '{"bindings": [{"wearable": "a b"}]}'])
def test_a_broken_file_is_told_in_one_line(tmp_path, text):
    path = bindings_file(tmp_path)
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"devices\.json.*bind again"):
        Bindings.load(path)


def test_no_address_can_be_bound():
    with pytest.raises(ConfigurationError):
        Bindings().bind("C0:00:00:00:00:01", "wrist-right")


async def test_looking_around_asks_each_wearable_who_it_is():
    radio = VirtualRadio(ScaledClock.start())
    for kind in VIRTUAL_WEARABLES.values():
        await radio.add(kind, still(1, 10))
    found = [f async for f in look_around(Radio(await radio.backend()), seconds=0.4)]
    await radio.close()
    assert {f.identity for f in found} == {w.identity for w in radio.wearables}
    assert not any(f.problem for f in found)


async def test_the_right_one_blinks():
    radio = VirtualRadio(ScaledClock.start())
    first = await radio.add(VirtualDot, still(1, 10))
    second = await radio.add(VirtualDot, still(1, 10))
    adapter = Radio(await radio.backend())
    assert await blink(adapter, second.identity, seconds=0.3)
    assert (first.identified, second.identified) == (0, 1)
    with pytest.raises(ConfigurationError, match="not in range"):
        await blink(adapter, "dot-000000000000", seconds=0.3)
    await radio.close()


def test_the_commands_bind_list_and_forget(tmp_path):
    run = CliRunner().invoke
    environment = {"RIPRESA_HOME": str(tmp_path)}
    assert "nothing is bound" in run(app, ["list"], env=environment).output
    bound = run(app, ["bind", "dot-1", "wrist-right"], env=environment)
    assert bound.exit_code == 0
    assert "note" not in bound.output
    assert "wrist-right" in run(app, ["list"], env=environment).output
    assert run(app, ["unbind", "dot-1"], env=environment).exit_code == 0
    assert "nothing is bound" in run(app, ["list"], env=environment).output


def test_a_place_that_no_exercise_looks_at_is_bound_with_a_note(tmp_path):
    bound = CliRunner().invoke(app, ["bind", "dot-1", "nose"], env={"RIPRESA_HOME": str(tmp_path)})
    assert bound.exit_code == 0
    assert "no exercise of the library looks at nose; it knows foot-left" in bound.output


async def test_a_radio_in_another_process_is_scanned_and_survives_a_crash(tmp_path):
    async with RadioProcess(["dot", "movesense"], ScaledClock.start()) as process:
        for _ in range(2):
            radio = await chosen_radio({"RIPRESA_RADIO": process.transport})
            found = [f async for f in look_around(radio, seconds=0.5)]
            assert sorted(f.identity for f in found) == sorted(process.identities)
            # As hard as a crash: the next one finds the same radio again.
            await radio.close()
        scan = await asyncio.to_thread(
            CliRunner().invoke,
            app,
            ["scan", "--seconds", "0.5"],
            env={"RIPRESA_HOME": str(tmp_path), "RIPRESA_RADIO": process.transport},
        )
    assert process.identities[0] in scan.output
    assert "87 %" in scan.output
    assert "not bound" in scan.output


async def test_no_virtual_radio_there_is_told():
    with pytest.raises(TransportError, match="no virtual radio there"):
        await chosen_radio({"RIPRESA_RADIO": "tcp-client:127.0.0.1:1"})


async def test_one_of_several_adapters_can_be_chosen(monkeypatch):
    asked = {}

    class Scanner:
        def __init__(self, *_, **options):
            asked.update(options)

        async def start(self):
            pass

        async def stop(self):
            pass

    monkeypatch.setattr("edge.ble.radio.BleakScanner", Scanner)
    radio = await chosen_radio({"RIPRESA_RADIO": "hci1"})
    await radio.start_scan(lambda _: None)
    await radio.stop_scan()
    assert asked["bluez"] == {"adapter": "hci1"}


def shaking(seconds, rate_hz=100.0):
    t_s = np.arange(round(seconds * rate_hz)) / rate_hz
    acc = np.column_stack([0 * t_s, 0 * t_s, 9.81 + 12 * np.sin(2 * np.pi * 4 * t_s)])
    return SensedMotion(acc.astype(np.float32), np.zeros((len(t_s), 3), np.float32), rate_hz)


async def test_meeting_a_wearable_remembers_the_device_and_sees_it_shaken():
    radio = VirtualRadio(ScaledClock.start())
    lying = await radio.add(VirtualWitMotion, still(30, 100))
    shaken = await radio.add(VirtualWitMotion, shaking(30))
    adapter = Radio(await radio.backend())
    one = await meet(adapter, shaken.identity, seconds=0.4, shake_s=4)
    other = await meet(adapter, lying.identity, seconds=0.4, shake_s=1.5)
    assert await meet(adapter, "wit-none", seconds=0.3) is None
    await radio.close()
    assert (one.shaken, other.shaken) == (True, False)
    assert (one.others, one.model) == (0, "witmotion")
    assert one.remembered.address != other.remembered.address


async def test_two_of_one_name_are_told_and_the_strongest_is_met():
    radio = VirtualRadio(ScaledClock.start())
    twins = [await radio.add(VirtualWitMotion, still(5, 100)) for _ in range(2)]
    await named_alike(*twins)
    adapter = Radio(await radio.backend())
    met = await meet(adapter, twins[0].identity, seconds=0.5)
    await radio.close()
    assert met.others == 1


async def named_alike(first, *others):
    """Give others the first one's name, on the air as well."""
    for other in others:
        other.name, other.identity = first.name, first.identity
        fields = [(AdvertisingData.FLAGS, b"\x06"), *other.advertisement()]
        if other.device.is_advertising:
            await other.device.stop_advertising()
        other.device.advertising_data = bytes(AdvertisingData(fields))
        await other.device.start_advertising(auto_restart=False)


async def test_a_neighbours_wearable_of_the_same_name_is_never_served():
    clock = ScaledClock.start(4.0)
    radio = VirtualRadio(clock)
    hers, neighbours = [await radio.add(VirtualWitMotion, still(60, 100)) for _ in range(2)]
    await named_alike(hers, neighbours)
    met = Remembered(address=address_of(hers))
    bound = Bindings().bind(hers.identity, "wrist-right", met=met)
    gateway = Gateway(
        Radio(await radio.backend()),
        bound.placement_of,
        clock=clock,
        guard=IdentityGuard(bound.remembered),
    )
    async with gateway:
        async with asyncio.timeout(20):
            while not hers.emitted:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        assert neighbours.links == 0
    await radio.close()


async def test_two_of_one_name_that_nobody_met_are_told_and_one_stream_is_fed_by_one():
    clock = ScaledClock.start(4.0)
    radio = VirtualRadio(clock)
    twins = [await radio.add(VirtualWitMotion, still(60, 100)) for _ in range(2)]
    await named_alike(*twins)
    states = []
    board = SimpleNamespace(wearable=states.append, gateway=lambda _: None)
    gateway = Gateway(
        Radio(await radio.backend()),
        {twins[0].identity: "wrist-right"}.get,
        clock=clock,
        board=board,
    )
    async with gateway:
        async with asyncio.timeout(20):
            while not any("two devices" in (s.reason or "") for s in states):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        assert sum(t.connected for t in twins) <= 1
    await radio.close()


def address_of(wearable):
    return wearable.address.to_string(False)
