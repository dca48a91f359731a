"""What stands around a plan is drawn from facts: in any order the same, the later word counts."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_facts import MONDAY, PATIENT, PatientStory, at, days_before, figures, folded, started
from telemetry.messages import care
from telemetry.messages.around import agreements, episode, harm, letters, scores
from therapy_builders import plan

DAY = date(2023, 11, 10)
NAME = "01J0000000000000000000000"


def facts_of_all_kinds(story):
    """Each kind said twice or taken back, at different times."""
    for n in range(2):
        head = {"patient": PATIENT, "t_ns": at(days_before(9 - n)), "by": f"pt-{n}"}
        story.own(letters.MessageWritten(**head, message=f"{NAME}{n}", text=f"{n}"))
        story.own(episode.EpisodeNoted(**head, review=DAY + timedelta(days=n)))
        story.own(episode.SensorsReturned(**head, returned=bool(n)))
        story.own(episode.StandingUnlocked(**head, lifted=bool(n)))
        story.own(episode.HandedOver(**head, to="b", first=DAY))
        story.own(episode.TakenOver(**head))
        event = {"event": f"{NAME}{n}", "day": DAY, "severity": "mild", "relation": "possible"}
        story.own(harm.AdverseEventNoted(**head, **event, what="dizzy"))
        story.own(agreements.ConsentTold(**head, what="motion", given=bool(n), day=DAY))
        carer = {"carer": f"{NAME}{n}", "role": "partner", "agreed": True, "day": DAY}
        story.own(agreements.CarerTold(**head, **carer))
        filled = {"filled": f"{NAME}{n}", "instrument": "own-goal", "day": DAY, "answers": (n,)}
        story.own(scores.QuestionnaireAnswered(**head, **filled))
        story.own(care.Discharged(**head, summary="s"))
    late = {"patient": PATIENT, "t_ns": at(days_before(3)), "by": "pt-3"}
    story.own(letters.MessageWithdrawn(**late, message=f"{NAME}1"))
    story.own(harm.AdverseEventWithdrawn(**late, event=f"{NAME}1", why="not them"))
    story.own(scores.QuestionnaireWithdrawn(**late, filled=f"{NAME}1"))
    story.own(
        letters.MessageTaken(patient=PATIENT, t_ns=late["t_ns"], message=f"{NAME}0", home_ns=5)
    )
    story.session(days_before(4), 20, answers={"fallen": True, "barrier": "time"})
    story.session(days_before(1), 20, answers={"fallen": False, "barrier": None})
    story.session(days_before(1), 20, clock="18:00", answers={"barrier": "pain"})
    return story


@given(st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_any_order_and_repetition_gives_the_same(random):
    story = facts_of_all_kinds(started())
    truth = figures(story).around
    facts = [*story.facts, *random.sample(story.facts, 5)]
    random.shuffle(facts)
    assert folded(facts).figures(PATIENT).around == truth


@given(
    said=st.lists(st.tuples(st.integers(0, 1), st.booleans()), min_size=1, max_size=12),
    random=st.randoms(use_true_random=False),
)
@settings(max_examples=30, deadline=None)
def test_of_what_was_said_at_one_instant_the_later_in_the_journal_counts(said, random):
    """A word and its taking back, or one patient's twice: the arrival decides nothing."""
    story, times, last = started(), (at(days_before(4)), at(days_before(3))), {}
    for n, (when, on) in enumerate(said):
        head = {"patient": PATIENT, "t_ns": times[when], "by": f"pt-{n}"}
        story.own(agreements.ConsentTold(**head, what="motion", given=on, day=DAY))
        story.own(episode.StandingUnlocked(**head, lifted=not on))
        story.own(episode.HandedOver(**head, to=f"b-{n}", first=DAY, lifted=not on))
        carer = {"carer": NAME + "1", "role": "partner", "agreed": True, "day": DAY}
        story.own(agreements.CarerTold(**head, **carer, lifted=not on))
        last[when] = (on, f"pt-{n}")
    facts = [*story.facts]
    random.shuffle(facts)
    around = folded(facts).figures(PATIENT).around
    on, by = last[max(last)]
    assert (around.consents["motion"].given, around.consents["motion"].by) == (on, by)
    assert (around.unlocked.lifted, around.unlocked.by) == (not on, by)
    assert ([c.handed.by for c in around.hand_overs][-1:] == [by]) == on
    assert [(c.lifted, c.by) for c in around.carers] == [(not on, by)]
    assert around == figures(story).around


def test_the_later_word_counts_and_what_was_taken_back_stays_readable():
    around = figures(facts_of_all_kinds(started())).around
    assert [x.state for x in around.letters] == ["delivered", "withdrawn"]
    assert around.episode.review == DAY + timedelta(days=1)
    assert around.consents["motion"].given is True
    assert [(h.event.by, h.withdrawn is None) for h in around.harms] == [
        ("pt-0", True),
        ("pt-1", False),
    ]
    assert [one.answers for one in around.filled] == [(0,)]
    assert [(b.day, b.answer) for b in around.barriers] == [
        (days_before(4), "time"),
        (days_before(1), None),
        (days_before(1), "pain"),
    ]
    assert around.discharged is not None


def test_a_fall_locks_standing_until_somebody_unlocks_and_again_once_that_is_taken_back():
    story = started()
    story.session(days_before(4), 20, answers={"fallen": True})
    assert figures(story).around.locked_since_ns == at(days_before(4))
    head = {"patient": PATIENT, "by": "anna"}
    story.own(episode.StandingUnlocked(**head, t_ns=at(days_before(3))))
    assert figures(story).around.locked_since_ns is None
    story.session(days_before(2), 20, answers={"fallen": None})
    assert figures(story).around.locked_since_ns == at(days_before(2))
    story.own(episode.StandingUnlocked(**head, t_ns=at(days_before(1))))
    story.own(episode.StandingUnlocked(**head, t_ns=at(days_before(1), "13:00"), lifted=True))
    assert figures(story).around.locked_since_ns == at(days_before(4))


def test_a_review_is_due_from_its_day_on_and_not_after_discharge():
    story = started()
    head = {"patient": PATIENT, "by": "anna"}
    story.own(episode.EpisodeNoted(**head, t_ns=at(days_before(9)), review=MONDAY))
    assert figures(story, at(MONDAY - timedelta(days=1))).review_due is None
    assert figures(story).review_due == MONDAY
    story.own(care.Discharged(**head, t_ns=at(MONDAY, "08:00")))
    assert figures(story).review_due is None


def test_whoever_stands_in_does_so_from_its_first_day_to_its_last():
    story = PatientStory().enrolled()
    story.own(
        episode.HandedOver(
            patient=PATIENT, t_ns=at(days_before(9)), by="a", to="b", first=DAY, last=MONDAY
        )
    )
    around = figures(story).around
    held = [around.stands_in(DAY + timedelta(days=n)) is not None for n in range(-1, 5)]
    assert held == [False, True, True, True, True, False]


def handed(story, to, first, last, *, t_ns=0, lifted=False):
    head = {"patient": PATIENT, "t_ns": at(days_before(9)) + t_ns, "by": "a"}
    story.own(episode.HandedOver(**head, to=to, first=first, last=last, lifted=lifted))


def test_a_hand_over_for_later_takes_nothing_from_the_one_that_holds():
    story = PatientStory().enrolled()
    later = MONDAY + timedelta(days=20)
    handed(story, "b", DAY, MONDAY)
    story.own(episode.TakenOver(patient=PATIENT, t_ns=at(days_before(2)), by="b"))
    handed(story, "c", later, None, t_ns=10**15)

    def told(day):
        found = figures(story).around.stands_in(day)
        return None if found is None else (found.handed.to, found.taken is not None)

    between = MONDAY + timedelta(days=1)
    assert [told(day) for day in (DAY, MONDAY, between, later)] == [
        ("b", True),
        ("b", True),
        None,
        ("c", False),
    ]
    handed(story, "c", later, None, t_ns=2 * 10**15, lifted=True)
    assert [told(day) for day in (MONDAY, later)] == [("b", True), None]


def test_of_two_who_stand_in_on_a_day_the_last_word_counts_until_it_is_taken_back():
    story = PatientStory().enrolled()
    handed(story, "b", DAY, None)
    handed(story, "c", DAY, MONDAY, t_ns=1)
    assert figures(story).around.stands_in(MONDAY).handed.to == "c"
    handed(story, "c", DAY, MONDAY, t_ns=2, lifted=True)
    assert figures(story).around.stands_in(MONDAY).handed.to == "b"


@pytest.mark.parametrize(
    ("zone", "clock"),
    [("America/New_York", "21:00"), ("Europe/Rome", "02:00"), ("Asia/Tokyo", "12:00")],
)
def test_who_takes_over_takes_what_the_page_shows_on_that_day_in_the_plans_zone(zone, clock):
    story = PatientStory().enrolled()
    there = plan(valid_from="2023-01-01", time_zone=zone)
    story.published(there).answered()
    now_ns = at(MONDAY, clock, ZoneInfo(zone))
    today = figures(story, now_ns).today
    handed(story, "b", today - timedelta(days=3), today)
    handed(story, "c", today + timedelta(days=1), None)
    shown = figures(story, now_ns)
    meant = shown.around.to_take_over(shown.today)
    story.own(episode.TakenOver(patient=PATIENT, t_ns=now_ns, by="b"))
    after = figures(story, now_ns + 10**9)
    taken = [c.handed.to for c in after.around.hand_overs if c.taken is not None]
    assert taken == [meant.handed.to] == ["b"]


def test_an_adverse_event_that_is_written_down_anew_after_it_was_taken_back_stands_again():
    story = started()
    noted = {"event": f"{NAME}0", "day": DAY, "severity": "severe", "relation": "possible"}
    by = {"patient": PATIENT, "by": "pt-1"}
    first = harm.AdverseEventNoted(**by, **noted, t_ns=at(days_before(9)), what="dizzy")
    gone = harm.AdverseEventWithdrawn(
        **by, t_ns=at(days_before(8)), event=f"{NAME}0", why="another person"
    )
    again = first.model_copy(update={"t_ns": at(days_before(7)), "what": "fainted"})
    for told in (first, gone):
        story.own(told)
    (before,) = figures(story).around.harms
    assert before.withdrawn == gone
    story.own(again)
    (after,) = figures(story).around.harms
    assert (after.event.what, after.withdrawn) == ("fainted", None)
