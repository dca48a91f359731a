"""The radio's side of the fault matrix, one seed of each; and the account itself."""

import pytest

from edge.rehearsal.radio_faults import RADIO_FAULTS, account, run_radio_fault
from edge_streams import STREAM, batch
from telemetry.clock import ScaledClock
from telemetry.messages.motion import StreamGap

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", RADIO_FAULTS)
async def test_no_sample_is_lost_undeclared_nor_stored_twice(fault):
    # A second gateway takes real time to connect, in which the wearable's clock goes on.
    speed = 4 if fault == "gateway killed" else 16
    outcome = await run_radio_fault(fault, 1, ScaledClock.start(speed))
    assert outcome.undeclared_lost == 0
    assert outcome.duplicates == 0
    assert outcome.surplus == 0
    assert outcome.emitted == outcome.stored + outcome.declared_lost
    assert outcome.stored > 0.1 * outcome.emitted


def gap(first, count):
    return StreamGap(stream=STREAM, first_index=first, count=count, reason="radio")


def test_the_account_tells_undeclared_losses_and_duplicates():
    lossy = account("f", 1, 100, [batch(0, 50), gap(50, 20), batch(70, 20)])
    assert (lossy.undeclared_lost, lossy.declared_lost, lossy.stored) == (10, 20, 70)
    doubled = account("f", 1, 100, [batch(0, 100), batch(90, 10)])
    assert (doubled.duplicates, doubled.undeclared_lost, doubled.surplus) == (10, 0, 0)
    invented = account("f", 1, 90, [batch(0, 100)])
    assert invented.surplus == 10


def test_a_gap_of_unknown_length_declares_what_is_missing():
    outcome = account("f", 1, 100, [batch(0, 50), gap(50, None)])
    assert (outcome.declared_lost, outcome.undeclared_lost) == (50, 0)
