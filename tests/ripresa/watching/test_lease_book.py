"""Who may see a session live, and until when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripresa.watching.lease_book import HELD_WITHIN_S, MOST_LEASES, LeaseBook
from ripresa.watching.live_consent import LiveConsent
from telemetry.errors import DecodeError
from telemetry.messages.notices import LONGEST_LEASE_S, LiveRequest

S = 1_000_000_000
SESSION = "01J00000000000000000000001"
OTHER = "01J00000000000000000000002"


def wish(number=0, **more):
    fields = {"what": "ask", "patient": "p-01", "session": SESSION, "watcher": "physiotherapist"}
    return LiveRequest(**(fields | {"lease": f"01K0000000000000000000{number:04d}"} | more))


def asked(book, a_wish=None, now_s=0, *, session=SESSION, allowed=True):
    return book.ask(a_wish or wish(), now_s * S, session=session, allowed=allowed)


def test_nobody_sees_what_was_not_agreed_to():
    book = LeaseBook()
    assert asked(book, allowed=False) == "no consent"
    assert not book.sees(SESSION.encode(), 0)


@pytest.mark.parametrize("session", [None, OTHER])
def test_a_lease_is_of_the_session_under_way_alone(session):
    assert asked(LeaseBook(), session=session) == "no such session"


def test_a_lease_shows_its_own_session_and_no_other():
    book = LeaseBook()
    assert asked(book) is None
    assert book.sees(f'{{"session":"{SESSION}"}}'.encode(), S)
    assert not book.sees(f'{{"session":"{OTHER}"}}'.encode(), S)


@given(st.lists(st.integers(1, HELD_WITHIN_S - 1), min_size=1, max_size=100))
def test_holding_on_keeps_a_lease_to_its_end_and_never_beyond(gaps):
    book, now_s = LeaseBook(), 0
    asked(book)
    for gap in gaps:
        now_s += gap
        asked(book, now_s=now_s)  # the same act again gains nothing
        assert book.hold(wish().lease, now_s * S) is (now_s < LONGEST_LEASE_S)
        assert bool(book.watched(now_s * S)) is (now_s < LONGEST_LEASE_S)


def test_whoever_is_not_heard_of_watches_no_more():
    book = LeaseBook()
    asked(book)
    assert book.watched((HELD_WITHIN_S - 1) * S) == ("physiotherapist",)
    assert book.watched(HELD_WITHIN_S * S) == ()
    assert not book.hold(wish().lease, HELD_WITHIN_S * S)


@given(back_s=st.integers(HELD_WITHIN_S, 10**6))
def test_a_clock_that_is_set_back_ends_a_lease_and_never_lengthens_it(back_s):
    book, began_s = LeaseBook(), 2 * 10**6
    asked(book, now_s=began_s)
    now_ns = (began_s - back_s) * S
    assert not book.sees(SESSION.encode(), now_ns)
    assert not book.hold(wish().lease, now_ns)
    assert book.lapsed(now_ns, session=SESSION, allowed=True) == [wish().lease]


@pytest.mark.parametrize("ending", ["let go", "session over", "another session", "consent gone"])
def test_what_is_over_does_not_come_back(ending):
    book = LeaseBook()
    asked(book)
    if ending == "let go":
        assert book.end(wish().lease)
    else:
        session = {"session over": None, "another session": OTHER}.get(ending, SESSION)
        allowed = ending != "consent gone"
        assert book.lapsed(S, session=session, allowed=allowed) == [wish().lease]
    assert asked(book, now_s=2) == "no such session"
    assert not book.hold(wish().lease, 2 * S)
    assert asked(book, wish(1), now_s=2) is None


def test_there_are_no_more_than_a_clinic_has_screens():
    book = LeaseBook()
    assert [asked(book, wish(n)) for n in range(MOST_LEASES)] == [None] * MOST_LEASES
    assert asked(book, wish(MOST_LEASES)) == "too many"


@pytest.mark.parametrize("lease_s", [0, LONGEST_LEASE_S + 1, -1])
def test_no_wish_is_longer_than_ten_minutes(lease_s):
    text = wish().model_dump_json().replace(f'"lease_s":{LONGEST_LEASE_S}', f'"lease_s":{lease_s}')
    with pytest.raises(DecodeError):
        LiveRequest.decode(text.encode())


@pytest.mark.parametrize("kept", [None, "", "yes", '{"allowed": "true", "t_ns": 1}', "[1]"])
def test_only_a_plain_yes_is_one(tmp_path, kept):
    path = tmp_path / "live_view.json"
    if kept is not None:
        path.write_text(kept)
    assert not LiveConsent.load(path).allowed
    LiveConsent(allowed=True, t_ns=5).keep(path)
    assert LiveConsent.load(path) == LiveConsent(allowed=True, t_ns=5)
