"""A home's box of messages: each is shown until it was read, and once."""

from hypothesis import given
from hypothesis import strategies as st

from ripresa.home.letters.message_box import MessageBox
from telemetry.messages.events import PromptShown
from telemetry.messages.notices import MOST_EARLIER, LetterText, TherapistMessage

SESSION = "01J00000000000000000000009"


def name(n):
    return f"01J000000000000000000000{n:02d}"


def notice(*numbers):
    letters = [LetterText(message=name(n), text_it=f"{n}", text_en=f"{n}") for n in numbers]
    return TherapistMessage(**letters[-1].model_dump(), earlier=tuple(letters[:-1]))


def read(*numbers):
    return [
        PromptShown(
            session=SESSION,
            number=n,
            t_ns=n,
            mechanism="therapists_message",
            variant="quote",
            language="it",
            message=name(n),
        )
        for n in numbers
    ]


def waiting(box):
    return [int(one.text_it) for one in box.waiting]


def test_what_was_read_stays_read_though_the_notice_comes_with_every_connection(tmp_path):
    box = MessageBox(tmp_path / "message.json")
    box.take(notice(1, 2))
    box.note_read(read(1))
    again = MessageBox(tmp_path / "message.json")
    again.take(notice(1, 2))
    assert waiting(again) == [2]


def test_what_was_taken_back_is_not_shown(tmp_path):
    box = MessageBox(tmp_path / "message.json")
    box.take(notice(1, 2))
    box.take(notice(2))
    assert waiting(box) == [2]
    box.take(TherapistMessage(message=name(3), text_it="", text_en=""))
    assert waiting(box) == []


def test_a_damaged_box_is_empty_until_the_notice_comes_again(tmp_path, caplog):
    (tmp_path / "message.json").write_text("{ rubbish Maria Rossi")
    box = MessageBox(tmp_path / "message.json")
    assert waiting(box) == []
    assert "come again" in caplog.text
    assert "Maria" not in caplog.text
    box.take(notice(1))
    assert waiting(box) == [1]


@given(
    steps=st.lists(
        st.one_of(
            st.sets(st.integers(1, 12), min_size=1, max_size=1 + MOST_EARLIER),
            st.integers(1, 12),
        ),
        max_size=20,
    )
)
def test_whatever_comes_and_is_read_in_whatever_order_nothing_unread_is_lost(
    steps, tmp_path_factory
):
    path = tmp_path_factory.mktemp("box") / "message.json"
    box, sent, gone = MessageBox(path), [], set()
    for step in steps:
        if isinstance(step, int):
            box.note_read(read(step))
            gone.add(step)
        else:
            sent = sorted(step)
            box.take(notice(*sent))
    assert waiting(box) == [n for n in sent if n not in gone]
    assert MessageBox(path).waiting == box.waiting
