"""The gateway on the virtual radio: from a wearable's sample to a record."""

import asyncio
import contextlib
import random
from dataclasses import dataclass

import pytest

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.gateway.gateway_state import StateBoard
from edge.gateway.live_sink import LiveSink
from edge.gateway.record_sink import RecordSink
from edge.virtual.motion_source import swing
from edge.virtual.peripherals.virtual_dot import VirtualDot
from edge.virtual.peripherals.virtual_movesense import VirtualMovesense
from edge.virtual.peripherals.virtual_open_imu import VirtualOpenImu
from edge.virtual.peripherals.virtual_polar import VirtualPolarH10
from edge.virtual.virtual_radio import VirtualRadio
from edge_streams import MemoryRecorder, check_streams, declared_lost, of, stored
from telemetry.clock import ScaledClock
from telemetry.messages.codec import decode_item
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened
from telemetry.messages.notices import GatewayState, LinkState
from telemetry.seams import WearableSource
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import GatewayTopics, HomeTopics

pytestmark = pytest.mark.slow


@dataclass
class Home:
    radio: VirtualRadio
    bus: LocalBus
    recorder: MemoryRecorder
    record: RecordSink
    live: LiveSink
    clock: ScaledClock

    async def gateway(self, placements) -> Gateway:
        board = StateBoard(self.bus, GatewayTopics("site", "gw"), self.clock)
        return Gateway(
            Radio(await self.radio.backend(), connect_timeout_s=2),
            placements.get,
            clock=self.clock,
            sinks=[self.live, self.record],
            board=board,
            rng=random.Random(1),
        )

    @property
    def live_items(self):
        return [decode_item(m.payload) for m in self.bus.published if "/live/motion/" in m.topic]

    def states(self, topic_end):
        return [m.payload for m in self.bus.published if m.topic.endswith(topic_end)]


@contextlib.asynccontextmanager
async def home(speed=20.0):
    clock = ScaledClock.start(speed)
    bus, recorder = LocalBus(), MemoryRecorder()
    record = RecordSink(recorder, clock)
    live = LiveSink(bus, HomeTopics("site", "p1"))
    radio = VirtualRadio(clock)
    record.start()
    try:
        yield Home(radio, bus, recorder, record, live, clock)
    finally:
        await record.stop(timeout_s=1)
        await radio.close()


async def until(condition, timeout_s=30.0):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


async def test_every_emitted_sample_is_published_and_stored():
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(10, 60))
        async with await h.gateway({dot.identity: "wrist-right"}) as gateway:
            await dot.ended.wait()
            await gateway.settled()
        assert await h.record.stop() == 0
        items = h.recorder.items
        check_streams(items)
        check_streams(h.live_items)
        assert dot.emitted == stored(items) == stored(h.live_items) == 600
        (opened,) = of(StreamOpened, items)
        assert (opened.wearable, opened.placement) == (dot.identity, "wrist-right")
        assert of(StreamEnded, items)[0].reason == "stopped"
        assert [len(b) for b in of(MotionBatch, items)] == [60] * 10


async def test_a_stop_in_mid_stream_loses_nothing_that_was_emitted():
    async with home(speed=2) as h:
        worn = [
            await h.radio.add(kind, swing(600, 60))
            for kind in (VirtualDot, VirtualMovesense, VirtualOpenImu)
        ]
        places = {w.identity: f"place-{w.number}" for w in worn}
        async with await h.gateway(places) as gateway:
            await until(lambda: all(w.emitted > 150 for w in worn))
        await h.record.stop()
        assert all(s.reason == "stopped" for s in of(StreamEnded, h.recorder.items))
        check_streams(h.recorder.items)
        assert sum(w.emitted for w in worn) == stored(h.recorder.items)
        assert gateway.streams() == {}


async def test_the_values_are_those_of_the_motion():
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(3, 60))
        async with await h.gateway({dot.identity: "wrist-right"}) as gateway:
            await dot.ended.wait()
            await gateway.settled()
        await h.record.stop()
        whole = MotionBatch.join(of(MotionBatch, h.recorder.items))
        assert (whole.acc == dot.motion.acc).all()
        assert abs(whole.gyr - dot.motion.gyr).max() < 1e-5
        assert set((whole.device_us[1:] - whole.device_us[:-1]).tolist()) <= {16666, 16667}


async def test_a_lost_link_is_mended_and_its_samples_are_declared():
    async with home(speed=4) as h:
        dot = await h.radio.add(VirtualDot, swing(600, 60))
        async with await h.gateway({dot.identity: "thigh-left"}) as gateway:
            await until(lambda: dot.emitted > 200)
            h.radio.air.take_away(dot.address)
            await until(lambda: not dot.connected)
            lost_at = dot.emitted
            h.radio.air.bring_back(dot.address)
            counters = gateway.counters()[dot.identity]
            await until(lambda: counters.connections >= 2 and counters.decoded > lost_at + 200)
        await h.record.stop()
        items = h.recorder.items
        check_streams(items)
        assert len(of(StreamOpened, items)) == 1
        assert declared_lost(items) > 0
        assert dot.emitted == stored(items) + declared_lost(items)


async def test_a_reboot_opens_a_new_stream():
    async with home(speed=4) as h:
        dot = await h.radio.add(VirtualDot, swing(16, 60), boot_us=3_000_000_000)
        async with await h.gateway({dot.identity: "thigh-left"}) as gateway:
            await until(lambda: dot.emitted > 120)
            await dot.reboot()
            await dot.ended.wait()
            await gateway.settled()
        await h.record.stop()
        items = h.recorder.items
        check_streams(items)
        first, second = of(StreamOpened, items)
        assert second.epoch == first.epoch + 1
        assert [e.reason for e in of(StreamEnded, items)] == ["rebooted", "stopped"]


async def test_silence_on_a_live_link_is_cut_and_mended():
    async with home(speed=1) as h:
        dot = await h.radio.add(VirtualDot, swing(600, 60))
        async with await h.gateway({dot.identity: "thigh-left"}) as gateway:
            await until(lambda: dot.emitted > 10)
            dot.tamper = lambda _: []
            await until(lambda: gateway.counters()[dot.identity].watchdog >= 1)
            dot.tamper = None
            before = gateway.counters()[dot.identity].decoded
            await until(lambda: gateway.counters()[dot.identity].decoded > before)
        await h.record.stop()
        check_streams(h.recorder.items)
        assert len(of(StreamOpened, h.recorder.items)) == 1


async def test_malformed_packets_are_counted_and_stop_nothing():
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(10, 60))
        rng = random.Random(7)

        def spoil(payload):
            kind = rng.random()
            if kind < 0.05:
                return [payload[: rng.randrange(28)]]
            if kind < 0.10:
                return [payload[:4] + b"\x00\x00\xc0\x7f" + payload[8:]]
            if kind < 0.15:
                return [rng.randbytes(4) + payload[4:]]
            return [payload, payload] if kind < 0.2 else [payload]

        dot.tamper = spoil
        async with await h.gateway({dot.identity: "wrist-right"}) as gateway:
            await dot.ended.wait()
            await gateway.settled()
            counters = gateway.counters()[dot.identity]
        await h.record.stop()
        items = h.recorder.items
        check_streams(items)
        assert counters.refused_notifications > 5
        assert counters.rejected_samples > 5
        assert counters.repeated_notifications > 5
        assert stored(items) < dot.emitted
        unknown = any(i.count is None for i in items if hasattr(i, "count"))
        assert dot.emitted == stored(items) + declared_lost(items) or unknown


async def test_a_wearable_that_is_not_bound_is_left_alone():
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(5, 60))
        async with await h.gateway({}):
            await until(lambda: dot.links and not dot.connected)
            await asyncio.sleep(0.3)
        assert dot.links == 1
        assert dot.emitted == 0
        assert h.live_items == []


async def test_states_are_retained_and_told():
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(3, 60))
        async with await h.gateway({dot.identity: "wrist-right"}) as gateway:
            await dot.ended.wait()
            await gateway.settled()
        told = [GatewayState.decode(p).state for p in h.states("gw/state")]
        assert told[0] == LinkState.INIT
        assert told[-1] == LinkState.SLEEPING
        said = [GatewayState.decode(p) for p in h.states("gw/state")]
        states = [w for state in said for w in state.wearables if w.wearable == dot.identity]
        assert list(dict.fromkeys(s.state for s in states)) == [
            LinkState.INIT,
            LinkState.READY,
            LinkState.SLEEPING,
        ]
        assert states[-2].battery_percent == 87
        assert states[-2].placement == "wrist-right"


async def test_a_recorder_that_refuses_holds_up_nothing_and_loses_nothing():
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(10, 60))
        async with await h.gateway({dot.identity: "wrist-right"}) as gateway:
            h.recorder.refusing = True
            await until(lambda: dot.emitted > 300)
            assert h.live.published > 200
            h.recorder.refusing = False
            await dot.ended.wait()
            await gateway.settled()
        assert await h.record.stop() == 0
        assert stored(h.recorder.items) == dot.emitted


async def test_a_spare_swapped_in_opens_a_new_stream_and_ends_the_other():
    async with home(speed=4) as h:
        worn = await h.radio.add(VirtualDot, swing(60, 60))
        spare = await h.radio.add(VirtualDot, swing(8, 60))
        await spare.power_off()
        places = {worn.identity: "wrist-right", spare.identity: "wrist-right"}
        async with await h.gateway(places) as gateway:
            await until(lambda: worn.emitted > 60)
            await worn.power_off()
            await until(lambda: not gateway.counters() or not worn.connected)
            await spare.power_on()
            await spare.ended.wait()
            await gateway.settled()
        await h.record.stop()
        items = h.recorder.items
        check_streams(items)
        first, second = of(StreamOpened, items)
        assert (first.wearable, second.wearable) == (worn.identity, spare.identity)
        assert first.placement == second.placement
        ended = of(StreamEnded, items)
        assert [(e.stream, e.reason) for e in ended] == [
            (first.stream, "replaced"),
            (second.stream, "stopped"),
        ]


async def test_no_more_connections_than_the_adapter_holds(caplog):
    async with home(speed=1) as h:
        dots = [await h.radio.add(VirtualDot, swing(600, 60)) for _ in range(3)]
        gateway = Gateway(
            Radio(await h.radio.backend(), slots=2),
            {d.identity: f"place-{i}" for i, d in enumerate(dots)}.get,
            clock=h.clock,
            sinks=[h.record],
        )
        async with gateway:
            await until(lambda: "all 2 connections are taken" in caplog.text)
            await until(lambda: len(gateway.streams()) == 2)
            assert sum(d.connected for d in dots) == 2
            await next(d for d in dots if d.connected).power_off()
            await until(lambda: len(gateway.streams()) == 3)


async def test_scanning_rests_while_every_place_is_served():
    async with home(speed=1) as h:
        dot = await h.radio.add(VirtualDot, swing(600, 60))
        adapter = Radio(await h.radio.backend())
        gateway = Gateway(
            adapter,
            {dot.identity: "wrist-right"}.get,
            clock=h.clock,
            sinks=[h.record],
            places={"wrist-right"},
        )
        async with gateway:
            await until(gateway.streams)
            await until(lambda: not adapter.scanning)
            h.radio.air.cut_link(dot.address)
            await until(lambda: gateway.counters()[dot.identity].connections == 2)
            await until(lambda: not adapter.scanning)
        assert not adapter.scanning


async def test_heart_rate_comes_beside_the_motion():
    async with home() as h:
        strap, heard = await h.radio.add(VirtualPolarH10, swing(10, 60)), []
        gateway = Gateway(
            Radio(await h.radio.backend()),
            {strap.identity: "sternum"}.get,
            clock=h.clock,
            sinks=[h.record],
            on_heart_rate=lambda *told: heard.append(told),
        )
        async with gateway:
            await strap.ended.wait()
            await gateway.settled()
        assert len(heard) > 5
        identity, t_ns, measured = heard[0]
        assert identity == strap.identity
        assert abs(t_ns - h.clock.now_ns()) < 60e9
        assert measured.bpm == 72
        assert measured.contact is True


class VirtualKettle(VirtualDot):
    """Something in the air that is no wearable."""

    name = "Kettle"

    def advertisement(self):
        return super().advertisement()[:1]


async def test_strangers_in_the_air_are_counted_and_left_alone():
    async with home() as h:
        kettle = await h.radio.add(VirtualKettle, swing(1, 60))
        dot = await h.radio.add(VirtualDot, swing(3, 60))
        async with await h.gateway({dot.identity: "wrist-right"}) as gateway:
            await dot.ended.wait()
            await gateway.settled()
        assert len(gateway.unknown_devices) == 1
        assert not kettle.emitted


async def test_the_gateway_is_a_source_of_wearables():
    async with home() as h:
        dot, items = await h.radio.add(VirtualDot, swing(3, 60)), []
        gateway = await h.gateway({dot.identity: "wrist-right"})
        assert isinstance(gateway, WearableSource)
        running = asyncio.create_task(gateway.run(items.append))
        await dot.ended.wait()
        await gateway.settled()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        check_streams(items)
        assert stored(items) == dot.emitted == 180
        assert of(StreamEnded, items)


async def test_a_sink_that_fails_takes_no_other_down(caplog):
    async with home() as h:
        dot = await h.radio.add(VirtualDot, swing(3, 60))

        def broken(_item):
            raise ValueError("broken by the test")

        gateway = Gateway(
            Radio(await h.radio.backend()),
            {dot.identity: "wrist-right"}.get,
            clock=h.clock,
            sinks=[broken, h.record],
        )
        async with gateway:
            await dot.ended.wait()
            await gateway.settled()
        await h.record.stop()
        assert stored(h.recorder.items) == dot.emitted
        assert caplog.text.count("a sink refused") < 10
