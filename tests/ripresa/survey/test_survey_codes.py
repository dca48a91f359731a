"""Surveys by code: one answer a code, and nothing that says whose it was."""

import contextlib
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from games.persuasion.prompts import Mechanism, trial_unit, variant_of
from ingest.journal.journal import Journal
from ripresa.clinic.clinic import surveys_by_code
from ripresa.home.surveys.session_survey import session_survey
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from ripresa.survey.distributions import SMALLEST_CELL, SurveyReply, distribution
from ripresa.survey.survey_answers import survey_report
from ripresa.survey.survey_codes import SurveyCodes
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError, StoreError
from telemetry.messages.around.agreements import ConsentTold
from telemetry.trouble import TroubleBoard, TroubleKind
from therapy.questionnaires.surveys import BY_CODE, SURVEYS
from therapy_builders import plan

DAY_NS = 86_400_000_000_000


@pytest.fixture
def clock():
    return ManualClock(at(MONDAY))


@pytest.fixture
def codes(tmp_path, clock):
    with SurveyCodes(tmp_path / "clinic" / "surveys.sqlite", clock) as found:
        yield found


@pytest.mark.parametrize("name", BY_CODE)
def test_a_code_is_good_for_one_answer(codes, name):
    (code,) = codes.issue(name)
    assert codes.opened(code).name == name
    assert codes.opened(code).name == name, "looking uses nothing up"
    assert codes.take(code, {"use": 4, "barrier": "other"}, " Fewer cables. ")
    assert codes.opened(code) is None
    assert not codes.take(code, {"use": 1})
    assert codes.answers(name) == [{"use": 4, "barrier": "other"}]
    assert [(s, w) for _, s, w in codes.words()] == [(name, "Fewer cables.")]
    assert codes.issued() == {name: 1}


def test_a_code_is_read_as_people_type_it(codes):
    (code,) = codes.issue("carer")
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert codes.opened(typed).name == "carer"


async def test_a_code_ends_with_its_day_and_counts_as_asked(codes, clock):
    (code,) = codes.issue("discharge", days=2)
    await clock.advance(2 * 86_400)
    assert codes.opened(code) is not None
    await clock.advance(2 * 86_400)
    assert codes.opened(code) is None
    assert not codes.take(code, {"use": 4})
    codes.issue("discharge")
    assert codes.issued() == {"discharge": 2}


@pytest.mark.parametrize(
    ("answers", "words"), [({"use": 6}, ""), ({"burden": 3}, ""), ({"use": 3}, "x" * 301)]
)
def test_what_is_no_answer_is_refused_unrepeated_and_uses_nothing_up(codes, answers, words):
    (code,) = codes.issue("discharge")
    with pytest.raises(ConfigurationError) as refused:
        codes.take(code, answers, words)
    assert "xxx" not in str(refused.value)
    assert codes.opened(code) is not None
    assert codes.answers("discharge") == []


@pytest.mark.parametrize(
    ("survey", "count", "days"), [("session-3", 1, 1), ("carer", 0, 1), ("carer", 1, 0)]
)
def test_codes_are_made_of_surveys_by_code_only_and_in_bounds(codes, survey, count, days):
    with pytest.raises(ConfigurationError):
        codes.issue(survey, count, days)


def test_of_many_at_once_with_one_code_one_is_taken(codes):
    (code,) = codes.issue("carer")
    taken = []
    threads = [
        threading.Thread(target=lambda: taken.append(codes.take(code, {"use": 3})))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(taken) == [False] * 7 + [True]
    assert len(codes.answers("carer")) == 1


def test_the_file_tells_no_code_no_time_no_order_and_no_link(codes):
    given_out = codes.issue("discharge", 12)
    for n, code in enumerate(given_out[:10]):
        codes.take(code, {"use": n % 5 + 1}, f"words {n}")
    with sqlite3.connect(codes.path) as db:
        tables = {
            name: db.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - its own tables
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
    db.close()
    assert {name: len(rows) for name, rows in tables.items()} == {
        "code": 2,
        "issued": 1,
        "answer": 10,
        "words": 10,
    }
    stored = codes.path.read_bytes()
    for code in given_out:
        assert code.encode() not in stored
        assert code.replace("-", "").encode() not in stored
    assert {end % DAY_NS for _, _, end in tables["code"]} == {0}
    came = [f"words {n}" for n in range(10)]
    assert [words for *_, words in tables["words"]] != came
    assert not {row[0] for row in tables["answer"]} & {row[0] for row in tables["words"]}
    assert codes.path.stat().st_mode & 0o077 == 0


def test_words_are_erased_by_name_from_the_file_too(codes):
    (code,) = codes.issue("carer")
    codes.take(code, {"use": 3}, "Mrs Quimby was unkind")
    ((name, _, _),) = codes.words()
    assert codes.erase_words(name)
    assert not codes.erase_words(name)
    codes._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Quimby" not in codes.path.read_bytes()


def test_another_programs_file_is_left_alone(tmp_path, clock):
    path = tmp_path / "surveys.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    with pytest.raises(StoreError, match="move it away"):
        SurveyCodes(path, clock)


marks = st.dictionaries(st.sampled_from(["use", "ease"]), st.integers(1, 5))
barriers = st.sampled_from([*SURVEYS["session-3"].items[2].options])
answers = st.one_of(
    st.none(), st.tuples(marks, barriers).map(lambda told: {**told[0], "barrier": told[1]})
)


@given(st.lists(answers, max_size=60))
def test_no_cell_under_five_can_be_read_or_worked_out(told):
    found = distribution("session-3", [SurveyReply(one) for one in told])
    given_answers = [one for one in told if one]
    assert (found.asked, found.answered) == (len(told), len(given_answers))
    if len(given_answers) < SMALLEST_CELL:
        assert found.items is None
        return
    for item, cells in found.items.items():
        truth = {k: sum(str(a.get(item)) == k for a in given_answers) for k in cells}
        hidden = [k for k, n in cells.items() if n is None]
        assert all(truth[k] == n for k, n in cells.items() if n is not None)
        assert all(not 0 < truth[k] < SMALLEST_CELL for k in cells if k not in hidden)
        if len(hidden) == 1:
            assert sum(n > 0 for n in truth.values()) == 1, "no other could be hidden with it"


def asked_at_homes(journal, states):
    """Persons whose third session asked, and what each answered; None: they went away."""
    for n, answer in enumerate(states):
        story = PatientStory(patient=f"p-{n}", home=f"01J00000000000000000000{n:03d}")
        for back in (6, 4, 2):
            story.session(days_before(back), 20)
        appended(journal, story.facts)
        asked = session_survey(journal, f"p-{n}", ManualClock(at(MONDAY)))()
        asked.tell("asked", {})
        if answer is not None:
            asked.tell("answered" if answer else "skipped", answer)


def test_a_report_tells_asked_and_answered_by_survey_and_code(tmp_path, codes):
    states = [{"use": 4, "barrier": "pain"}] * 6 + [{}, None]
    with Journal.open(tmp_path / "journal.sqlite", ManualClock(at(MONDAY))) as journal:
        asked_at_homes(journal, states)
    for code in codes.issue("carer", 7)[:6]:
        codes.take(code, {"use": 2}, "kept apart")
    made = survey_report([tmp_path / "journal.sqlite"], codes)
    told = {d.survey: d for d in made.distributions}
    assert list(told) == ["session-3", "session-12", *BY_CODE]
    assert (told["session-3"].asked, told["session-3"].answered) == (8, 6)
    assert told["session-3"].items["use"]["4"] == 6
    assert told["session-3"].items["barrier"]["pain"] == 6
    assert (told["carer"].asked, told["carer"].answered) == (7, 6)
    assert told["session-12"].items is None
    assert "kept apart" not in repr(made)


def test_a_report_by_seed_tells_a_survey_by_the_variant_that_was_drawn_for_its_week(tmp_path):
    path, plans = tmp_path / "clinic" / "journal.sqlite", PlanFolder(tmp_path / "plans")
    path.parent.mkdir()
    names = [f"p-{n}" for n in range(20)]
    drawn = {n: variant_of(trial_unit("7", n, days_before(2)), Mechanism.PRAISE) for n in names}
    states = [{"use": 5 if variant == "full" else 2} for variant in drawn.values()]
    with Journal.open(path, ManualClock(at(MONDAY))) as journal:
        asked_at_homes(journal, [None, *states[1:-1], None])
    for name in names[1:]:
        plans.add(plan(patient=name, valid_from="2023-01-01"))
    told = {
        d.variant: d
        for d in survey_report([path], seed="7").distributions
        if (d.survey, d.mechanism) == ("session-3", "praise")
    }
    # Who has no plan here belongs to no variant, and who went away was asked.
    mine = {v: [n for n in names[1:] if drawn[n] == v] for v in ("deed", "full")}
    assert {v: d.asked for v, d in told.items()} == {v: len(of) for v, of in mine.items()}
    assert sum(d.answered for d in told.values()) == 18
    for variant, mark in (("full", "5"), ("deed", "2")):
        cells = told[variant].items["use"]
        assert cells[mark] == told[variant].answered
        assert sum(n or 0 for n in cells.values()) == told[variant].answered
    assert not [d for d in survey_report([path]).distributions if d.mechanism]
    other = survey_report([path], seed="8").distributions
    assert [d.asked for d in other if d.mechanism == "praise"] != [d.asked for d in told.values()]


def test_a_person_with_two_boxes_is_one_and_who_withdrew_from_research_is_none(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, ManualClock(at(MONDAY))) as journal:
        asked_at_homes(journal, [{"use": 4}] * 7)
    box = tmp_path / "box" / "journal.sqlite"
    box.parent.mkdir()
    with Journal.open(box, ManualClock(at(MONDAY))) as journal:
        second = PatientStory(patient="p-0", home="01J00000000000000000000900")
        for back in (5, 3, 1):
            second.session(days_before(back), 20)
        appended(journal, second.facts)
        session_survey(journal, "p-0", ManualClock(at(MONDAY)))().tell("answered", {"use": 4})
    made = survey_report([path, box])
    assert (made.distributions[0].asked, made.left_out) == (7, 0)
    with Journal.open(path, ManualClock(at(MONDAY))) as journal:
        story = PatientStory(patient="p-1")
        story.own(
            ConsentTold(
                patient="p-1", t_ns=at(MONDAY), what="research", given=False, day=MONDAY, by="anna"
            )
        )
        appended(journal, story.facts)
    made = survey_report([path, box])
    assert (made.distributions[0].asked, made.left_out) == (6, 1)


def test_a_clinic_starts_without_surveys_where_their_store_is_damaged(tmp_path, clock, caplog):
    folder = Folder(tmp_path).create()
    folder.survey_codes.parent.mkdir(exist_ok=True)
    folder.survey_codes.write_bytes(b"no database at all" * 400)
    board = TroubleBoard()
    with contextlib.ExitStack() as stack:
        assert surveys_by_code(stack, folder, clock, board) is None
    assert "surveys by code are not served" in caplog.text
    (told,) = board.all()
    assert (told.kind, told.subject) == (TroubleKind.SURVEYS_SHUT, folder.survey_codes.name)
    assert not told.grave
