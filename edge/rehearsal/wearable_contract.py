"""What every wearable must keep, as tests that a package's own tests inherit.

    from edge.rehearsal.wearable_contract import WearableContract
    from mywearable import KIND

    class TestMyWearable(WearableContract):
        kind = KIND

pytest collects the rest. Its virtual twin speaks over a virtual radio with a real gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.virtual.motion_source import swing
from edge.virtual.peripherals.virtual_catalogue import twin_of
from edge.virtual.virtual_radio import VirtualRadio
from edge.wearables.catalogue import WEARABLES
from edge.wearables.wearable import Advertisement, Sampling
from telemetry.clock import ScaledClock
from telemetry.errors import DecodeError
from telemetry.identity import checked_name
from telemetry.messages.motion import MotionBatch, StreamGap, StreamOpened, StreamQuality

if TYPE_CHECKING:
    from edge.virtual.peripheral import VirtualWearable
    from edge.wearables.catalogue import WearableKind
    from telemetry.messages.motion import StreamItem

__all__ = ["WearableContract"]

SECONDS, SPEED = 8.0, 8.0
PATIENCE_S = 30.0
STRANGERS = (None, "", "Kettle", "LE-Headphones", "Polar H10 12345678", "Xsens DOT", "WT901BLE01")
FUZZED = 3000
LONGEST = 260


def _check(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _why_unserved(identity: str, met: set[str], items: int) -> str:
    """What to look at when the twin's motion has not come to its end."""
    if items:
        return "it was served, and then its motion did not end: see the gateway's log above"
    if identity in met:
        return f"{identity} was met, and no sample came: does its run start, when, by what?"
    others = ", ".join(sorted(met))
    return (
        f"the twin calls itself {identity}, the wearable calls it {others}"
        if others
        else f"{identity} was not met: does `recognises` take what the twin advertises?"
    )


class WearableContract:
    """Inherit, set `kind`, and pytest does the rest.

    Attributes:
        kind: the wearable and its twin.
        step_m_s2, step_rad_s: half a step of its sensors, and what its format rounds.
    """

    kind: ClassVar[WearableKind]
    step_m_s2: ClassVar[float] = 0.01
    step_rad_s: ClassVar[float] = 0.02

    def test_no_bytes_raise_anything_but_a_decode_error(self) -> None:
        """Whatever the radio brings, a stream goes on."""
        rng = random.Random(7)
        wearable = self.kind.wearable
        decoder = wearable.decoder(Sampling.in_g(100.0))
        for _ in range(FUZZED):
            payload = rng.randbytes(rng.randrange(LONGEST))
            with contextlib.suppress(DecodeError):
                reading = decoder.decode(rng.choice(wearable.data_characteristics), payload)
                _check(reading is None or len(reading), "a reading without samples")

    def test_its_names_can_stand_in_a_topic(self) -> None:
        """Models and identities travel in topics and files."""
        checked_name(self.kind.wearable.model, "model")
        checked_name(self.kind.name, "name")
        known = {w.model for w in WEARABLES}
        _check(self.kind.wearable.model not in known, "its model is one of Ripresa's own")

    def test_it_takes_nothing_else_in_the_air_for_itself(self) -> None:
        """A home hears its neighbours' devices, too."""
        for name in STRANGERS:
            taken = self.kind.wearable.recognises(Advertisement(name=name))
            _check(not taken, f"it takes {name!r} for itself")

    def test_its_motion_arrives_whole(self) -> None:
        """Every sample that the twin sensed is there, with its values, and nothing is said."""
        wearable, items = asyncio.run(self._served())
        self._check_streams(wearable, items)
        opened = [i for i in items if isinstance(i, StreamOpened)]
        _check(len(opened) == 1, f"{len(opened)} streams instead of one")
        _check(opened[0].wearable == wearable.identity, "another identity than its twin's")
        gaps = [i for i in items if isinstance(i, StreamGap)]
        _check(not gaps, f"losses without a lossy link: {gaps}")
        odd = {(i.kind, i.state) for i in items if isinstance(i, StreamQuality)}
        _check(all(state == "good" for _, state in odd), f"a healthy stream is said to be {odd}")

    def test_after_a_lost_link_values_and_indices_still_fit(self) -> None:
        """What a link loses is declared, and what comes after it stands in its own place."""
        wearable, items = asyncio.run(self._served(cut=True))
        if not all(o.numbered for o in items if isinstance(o, StreamOpened)):
            return
        self._check_streams(wearable, items)

    async def _served(self, *, cut: bool = False) -> tuple[VirtualWearable, list[StreamItem]]:
        clock, items = ScaledClock.start(SPEED), list[Any]()
        radio = VirtualRadio(clock)
        wearable = await radio.add(twin_of(self.kind), swing(SECONDS, 60.0))
        met: set[str] = set()

        def placement_of(identity: str) -> str | None:
            met.add(identity)
            return "wrist-left" if identity == wearable.identity else None

        gateway = Gateway(
            Radio(await radio.backend()),
            placement_of,
            clock=clock,
            sinks=[items.append],
            kinds=[self.kind.wearable],
        )
        try:
            async with gateway, asyncio.timeout(PATIENCE_S):
                if cut:
                    await wearable.reached(int(len(wearable.motion) * 0.4))
                    radio.air.cut_link(wearable.address)
                await wearable.ended.wait()
                await gateway.settled()
        except TimeoutError as e:
            raise AssertionError(_why_unserved(wearable.identity, met, len(items))) from e
        finally:
            await radio.close()
        return wearable, items

    def _check_streams(self, wearable: VirtualWearable, items: list[StreamItem]) -> None:
        batches = [i for i in items if isinstance(i, MotionBatch)]
        stored = sum(len(b) for b in batches)
        lost = sum(i.count or 0 for i in items if isinstance(i, StreamGap))
        _check(stored, "no sample arrived")
        _check(
            stored + lost == wearable.emitted,
            f"{wearable.emitted} sensed, {stored} stored and {lost} declared lost",
        )
        for batch in batches:
            sensed = slice(batch.first_index, batch.next_index)
            acc = np.abs(batch.acc - wearable.motion.acc[sensed]).max()
            _check(acc <= self.step_m_s2, f"acceleration is off by {acc:.3g} m/s²")
            if batch.gyr is not None:
                gyr = np.abs(batch.gyr - wearable.motion.gyr[sensed]).max()
                _check(gyr <= self.step_rad_s, f"angular velocity is off by {gyr:.3g} rad/s")
