"""The ledger counts every index once: stored, declared lost, or undeclared."""

from hypothesis import given
from hypothesis import strategies as st

from builders import STREAM, batch, opened
from ingest.journal.journal import Journal
from ingest.journal.ledger import balance, stream_account
from journals import ended, item_record
from telemetry.clock import ManualClock
from telemetry.messages.motion import StreamGap


def gap(first, count, reason="radio"):
    return StreamGap(stream=STREAM, first_index=first, count=count, reason=reason)


def account(*items):
    return stream_account(STREAM, items)


def test_a_whole_stream_balances():
    found = account(opened(), batch(10), gap(10, 5), batch(10, first_index=15), ended(25))
    assert (found.stored, found.lost, found.undeclared, found.duplicates) == (20, 5, 0, 0)
    assert found.reasons == {"radio": 5}
    assert found.ended


def test_a_hole_that_nobody_declared_shows():
    assert account(batch(10), batch(10, first_index=15)).undeclared == 5
    assert account(batch(10), ended(12)).undeclared == 2
    assert account(batch(10, first_index=3)).undeclared == 3


def test_what_is_stored_twice_shows():
    found = account(batch(10), batch(10, first_index=5), ended(15))
    assert (found.stored, found.duplicates) == (15, 5)


def test_a_gap_that_was_stored_after_all_is_not_lost():
    found = account(batch(10), gap(5, 10), gap(5, 10, "journal full"), ended(15))
    assert (found.stored, found.lost, found.reasons) == (10, 5, {"radio": 5})


def test_a_gap_of_unknown_size_is_counted_as_such():
    found = account(opened(numbered=False), batch(10), gap(10, None), batch(5, first_index=10))
    assert (found.stored, found.lost, found.unknown_gaps) == (15, 0, 1)
    assert not found.numbered


@given(st.lists(st.sampled_from(["store", "lose", "forget", "double"]), max_size=40), st.data())
def test_every_index_falls_into_exactly_one_column(fates, data):
    items = []
    for i, fate in enumerate(fates):
        if fate in ("store", "double"):
            items += [batch(3, first_index=3 * i)] * (1 + (fate == "double"))
        elif fate == "lose":
            items.append(gap(3 * i, 3))
    items = data.draw(st.permutations([*items, ended(3 * len(fates))]))
    found = account(*items)
    assert found.stored + found.lost + found.undeclared == 3 * len(fates)
    assert found.stored == 3 * sum(f in ("store", "double") for f in fates)
    assert found.duplicates == 3 * fates.count("double")
    assert found.undeclared == 3 * fates.count("forget")


async def test_a_session_is_balanced_against_the_wearables_truth(tmp_path):
    with Journal.open(tmp_path / "j.db", ManualClock()) as journal:
        items = [opened(), batch(10), gap(10, 2), ended(12)]
        await journal.append([item_record(i) for i in items])
        streams = journal.streams(journal.records(0)[0].session)
        assert balance(journal, streams, emitted=12, resent=3).balanced
        assert not balance(journal, streams, emitted=13).balanced
        assert balance(journal, streams).balanced
