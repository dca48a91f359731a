"""Postcards at a home: nothing without both consents, and what is taken back is gone."""

import io

import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ripresa.cli.main import app
from ripresa.home.letters.postcard_box import MOST_SENDERS, PostcardBox
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid

CLOCK = ManualClock(1_700_000_000_000_000_000)


def photo():
    made = pygame.Surface((60, 40))
    made.fill((90, 140, 90))
    out = io.BytesIO()
    pygame.image.save(made, out, "x.png")
    return out.getvalue()


@pytest.fixture
def box(tmp_path):
    made = PostcardBox(tmp_path / "postcards")
    made.allow()
    return made


def put(box, sender="Anna", text="Ciao!", picture=None, *, agreed=True):
    card = new_ulid(CLOCK)
    box.add(card, sender, text, picture, agreed=agreed)
    return card


def pictures(box):
    return sorted(path.stem for path in box._folder.glob("*.jpg"))


def test_nothing_comes_before_the_person_allows_it(tmp_path):
    box = PostcardBox(tmp_path / "postcards")
    with pytest.raises(ConfigurationError, match="postcards allow"):
        put(box)
    assert box.next is None


def test_nothing_comes_of_a_sender_who_has_not_agreed(box):
    with pytest.raises(ConfigurationError, match="--agreed"):
        put(box, agreed=False)
    assert box.cards == ()
    put(box)
    put(box, text="Ancora io", agreed=False)
    assert len(box.cards) == 2


def test_a_fourth_sender_is_refused(box):
    for name in ("Anna", "Bea", "Carlo"):
        put(box, name)
    with pytest.raises(ConfigurationError, match="Anna, Bea, Carlo"):
        put(box, "Dino")
    assert len(box.senders) == MOST_SENDERS
    box.remove("Bea")
    put(box, "Dino")
    assert box.senders == ("Anna", "Carlo", "Dino")


def test_a_sender_who_takes_consent_back_takes_cards_and_pictures_along(box):
    kept = put(box, "Anna", picture=photo())
    put(box, "Bea", picture=photo())
    put(box, "Bea")
    assert box.remove("Bea") == 2
    assert [c.sender for c in box.cards] == ["Anna"]
    assert pictures(box) == [kept]
    assert "Bea" not in (box._folder / "postcards.json").read_text(encoding="utf-8")


def test_a_person_who_refuses_keeps_nothing_of_anybody(box):
    card = put(box, "Anna", "Ti penso", photo())
    assert box.refuse() == 1
    assert not box.keeps(card)
    assert pictures(box) == []
    left = b"".join(path.read_bytes() for path in box._folder.iterdir())
    assert b"Anna" not in left
    assert b"penso" not in left


def test_the_oldest_unseen_card_comes_first_and_a_hidden_one_never_again(box):
    first, second, third = (put(box, text=text) for text in ("uno", "due", "tre"))
    shown = []
    for _ in range(5):
        shown.append(box.next.card)
        box.note_seen(shown[-1])
    assert shown == [first, second, third, first, second]
    box.hide(first)
    assert box.next.card == third
    assert not box.keeps(first)


def test_a_damaged_list_shows_nothing_and_allows_nothing(box):
    put(box)
    (box._folder / "postcards.json").write_text("{", encoding="utf-8")
    assert box.next is None
    assert not box.allowed


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=40,
    deadline=None,
)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.sampled_from("ABCD"), st.booleans()),
            st.tuples(st.just("remove"), st.sampled_from("ABCD"), st.just(False)),
            st.tuples(st.sampled_from(["allow", "refuse", "see", "hide"]), st.just(""), st.just(0)),
        ),
        max_size=25,
    )
)
def test_whatever_is_done_only_who_agreed_is_kept(tmp_path_factory, steps):
    box = PostcardBox(tmp_path_factory.mktemp("box") / "postcards")
    allowed, agreed = False, set()
    for what, name, tells in steps:
        try:
            if what == "add":
                put(box, name, agreed=tells)
                assert allowed
                assert tells or name in agreed
                agreed.add(name)
            elif what == "remove":
                box.remove(name)
                agreed.discard(name)
            elif what == "allow":
                box.allow()
                allowed = True
            elif what == "refuse":
                box.refuse()
                allowed, agreed = False, set()
            elif box.next is not None:
                (box.note_seen if what == "see" else box.hide)(box.next.card)
        except ConfigurationError:
            pass
        assert box.allowed is allowed
        assert set(box.senders) == agreed
        assert {c.sender for c in box.cards} <= agreed
        assert len(box.senders) <= MOST_SENDERS


def test_a_card_is_put_on_the_box_by_file(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path / "state"))
    words, picture = tmp_path / "words.txt", tmp_path / "photo.png"
    words.write_text("Ciao nonna, il glicine è fiorito.\n", encoding="utf-8")
    picture.write_bytes(photo())

    def run(*asked):
        return CliRunner().invoke(app, ["home", "postcards", *asked])

    card = ("add", "--from", "Marta", "--file", str(words), "--picture", str(picture))
    assert isinstance(run(*card, "--agreed").exception, ConfigurationError)
    assert run("allow").exit_code == 0
    assert isinstance(run(*card).exception, ConfigurationError)
    assert "waits at the map" in run(*card, "--agreed").output
    assert "il glicine è fiorito. (seen in 0 sessions, picture)" in run("list").output
    box = PostcardBox(Folder(tmp_path / "state").postcards)
    assert box.next.picture.is_file()
    for odd in (tmp_path, tmp_path / "none.png", "/dev/zero"):
        refused = run("add", "--from", "Marta", "--text", "x", "--picture", str(odd))
        assert isinstance(refused.exception, ConfigurationError)
    assert "1 postcards of Marta are deleted" in run("remove", "Marta").output
    assert run("refuse").exit_code == 0
    assert not box.allowed
