"""Whatever the line does to blocks and acknowledgements, the sender's window gets all across."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.transfer.send_window import SendWindow, WindowLimits

S = 1_000_000_000
LIMITS = WindowLimits(records=5, size_bytes=1000, patience_s=2, max_pause_s=8)


def steady(acked=0, limits=LIMITS):
    window = SendWindow(acked, 0, limits)
    window.acknowledge(acked, 0)
    return window


def test_it_starts_by_asking_with_one_record():
    window = SendWindow(10, 0, LIMITS)
    assert window.room(0) == (10, 1, 1)
    window.note_sent(11, 100, 0)
    assert window.room(0)[1] == 0
    assert window.acknowledge(11, S)
    assert window.room(S) == (11, 5, 1000)


def test_records_and_bytes_under_way_are_bounded():
    window = steady()
    window.note_sent(3, 400, 0)
    assert window.room(0) == (3, 2, 600)
    window.note_sent(4, 700, 0)
    assert window.room(0)[1] == 0, "one block may pass the limit of bytes, none follows it"
    window.acknowledge(3, 0)
    assert window.room(0) == (4, 4, 300)


def test_silence_leads_to_single_records_with_growing_pauses():
    window = steady()
    window.note_sent(5, 10, 0)
    probes = []
    for second in range(60):
        window.tick(second * S)
        if window.probing and window.room(second * S)[1]:
            probes.append(second)
            window.note_sent(1, 10, second * S)
    assert probes == [2, 4, 8, 16, 24, 32, 40, 48, 56]


def test_an_old_acknowledgement_is_ignored_while_steady_and_believed_while_probing():
    window = steady(10)
    window.note_sent(12, 10, 0)
    assert not window.acknowledge(7, 0)
    assert window.acked == 10
    window.tick(3 * S)
    assert window.acknowledge(7, 3 * S)
    assert window.room(3 * S)[0] == 7, "the clinic's journal is an older copy: fill it up again"


def test_time_with_nothing_under_way_is_no_silence():
    window = steady(3)
    window.tick(1000 * S)
    window.note_sent(4, 10, 1000 * S)
    window.tick(1001 * S)
    assert not window.probing


@st.composite
def weather(draw):
    """What happens at each step: how a message fares, and who restarts."""
    return draw(
        st.lists(
            st.sampled_from(
                ["pass", "pass", "pass", "drop", "repeat", "swap", "ack lost", "restart sender"]
            ),
            min_size=20,
            max_size=120,
        )
    )


@given(weather(), st.integers(1, 60))
def test_everything_arrives_once_in_order_whatever_the_line_does(steps, total):  # noqa: C901
    window, kept, now = SendWindow(0, 0, LIMITS), 0, 0
    line, committed, stored = [], 0, []
    steps = [*steps, *["pass"] * (6 * total + 60)]
    for step in steps:
        now += S
        if step == "restart sender":
            window = SendWindow(kept, now, LIMITS)
        window.tick(now)
        after, limit, _ = window.room(now)
        if limit > 0 and after < total:
            block = list(range(after + 1, min(after + limit, total) + 1))[:3]
            window.note_sent(block[-1], 100, now)
            if step != "drop":
                line.append(block)
            if step == "repeat":
                line.append(block)
            if step == "swap":
                line.reverse()
                continue
        while line:
            for position in line.pop(0):
                if position == committed + 1:
                    committed += 1
                    stored.append(position)
            if step != "ack lost":
                window.acknowledge(committed, now)
            assert window.acked <= committed, "nothing is believed stored that is not"
        kept = window.acked
    assert stored == list(range(1, total + 1))
    assert window.acked == total
