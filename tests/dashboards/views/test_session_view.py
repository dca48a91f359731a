"""What a page says of a session: from live messages, from results, and from both."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dashboards
from analytics.calibration.finding import WORDS, CalibrationFinding
from dashboards.live.live_session import LiveSession
from dashboards.views.figure_words import calibration_note, reading_words
from dashboards.views.session_view import session_view
from telemetry.messages import events as ev
from telemetry.messages.results import ItemResult, Measure, RangeOfMotion, Repetition, SessionResult
from therapy.plan.plan import CheckIn
from therapy.plan.plan_file import sample_plan
from therapy.session.alignment_words import sensor_silent
from therapy.session.questions import check_in, check_out
from therapy_builders import item
from therapy_builders import plan as asked_plan


@pytest.fixture
def plan():
    return sample_plan()


def abduction(view):
    return next(item for item in view.items if item.item == "abduction")


def test_nothing_is_shown_before_the_opening_is_known(pretend):
    assert session_view(pretend.script()[1:]) is None


def test_results_that_count_replace_what_was_counted_live(pretend, plan):
    live = LiveSession(pretend.session)
    live.set_plan(plan)
    live.add_events(pretend.script()[:6])
    for n in range(1, 8):
        live.hear(pretend.repetition(n))
    before = live.state().session
    assert (abduction(before).done, before.provisional) == (7, True)
    live.set_results(pretend.results())
    after = live.state().session
    assert (abduction(after).done, after.provisional) == (20, False)
    assert abduction(after).range_of_motion.median_deg == 142.0


def test_a_provisional_result_never_wins_over_one_that_counts(pretend, plan):
    final, late = pretend.results(median=140)[0], pretend.results(median=90, provisional=True)[0]
    view = session_view(pretend.script(), [final, late], plan)
    assert abduction(view).range_of_motion.median_deg == 140
    assert not view.provisional


def test_the_plan_says_what_was_asked_and_lists_what_was_not_begun(pretend, plan):
    view = session_view(pretend.script(), pretend.results(), plan)
    assert abduction(view).prescribed == 20
    not_begun = {item.item for item in view.items if item.state == "to do"}
    assert "forward-raise" in not_begun
    assert "abduction" not in not_begun


def test_an_item_that_is_not_due_that_day_is_not_listed(pretend, plan):
    """2026-09-21 is a Monday; the row is asked for on Tuesday, Thursday and Saturday."""
    view = session_view(pretend.script(), (), plan)
    assert "row" not in {item.item for item in view.items}
    assert "external-rotation" in {item.item for item in view.items}


def test_what_cannot_be_seen_says_why_in_both_languages(pretend, plan):
    view = session_view(pretend.script(exercise="pendulum"), (), plan)
    item = next(i for i in view.items if i.item == "pendulum")
    assert item.range_of_motion is None
    assert "gravity" in item.not_observable.en
    assert "gravità" in item.not_observable.it


def test_what_the_gate_tells_beside_a_figure_is_on_the_view(pretend, plan):
    found, _ = pretend.results()
    item = abduction(session_view(pretend.script(), [pretend.gated(found)], plan))
    assert item.active_peak.model_dump() == {
        "reading": {
            "it": "168°, da 20° (95 %: 161-175°)",
            "en": "168°, from 20° (95 %: 161-175°)",
        },
        "peak_deg": 168.2,
        "start_deg": 20.4,
        "band_low_deg": 161.0,
        "band_high_deg": 175.0,
    }
    assert item.beside.model_dump() == {
        "count_low": 19,
        "count_high": 21,
        "attempts": 2,
        "other_s": 25.0,
        "alike": 0.91,
        "alike_reading": {
            "it": "somiglianza fra le ripetizioni: 91 %",
            "en": "repetitions resemble each other: 91 %",
        },
        "judged": False,
        "received": True,
    }
    assert item.repetitions[0].technical == ("gap",)


def test_an_item_of_which_no_sample_came_is_not_told_as_nothing_done(pretend, plan):
    found, adherence = pretend.results()
    lost = [i.model_copy(update={"repetitions": ()}) for i in found.items]
    view = session_view(
        pretend.script(), [found.model_copy(update={"items": tuple(lost)}), adherence], plan
    )
    assert not abduction(view).beside.received


def test_why_a_figure_is_withheld_is_told_as_the_gate_told_it(pretend, plan):
    found, _ = pretend.results()
    item = abduction(session_view(pretend.script(), [pretend.refused(found)], plan))
    assert (item.range_of_motion, item.active_peak, item.peaks) == (None, None, None)
    assert item.not_observable.it == "sensore messo storto"
    assert item.not_observable.en == "sensor worn askew"


def test_the_observable_is_named_in_both_languages(pretend, plan):
    what = abduction(session_view(pretend.script(), pretend.results(), plan)).range_of_motion.what
    assert what.en == pretend.what
    assert what.it == "elevazione dell'avambraccio, gomito teso"


def test_without_a_plan_nothing_is_prescribed(pretend):
    view = session_view(pretend.script(), pretend.results())
    assert abduction(view).prescribed is None
    assert view.dose_so_far is None


def test_the_dose_so_far_is_capped_per_item_and_averaged_over_items(pretend, plan):
    view = session_view(pretend.script(), pretend.results(), plan)
    due = [item for item in view.items if item.prescribed]
    assert view.dose_so_far == pytest.approx(1 / len(due))


def test_pain_before_and_after_come_from_the_checks(pretend):
    view = session_view(pretend.script())
    assert (view.pain_before, view.pain_after, view.effort) == (3, 2, 3.0)


def test_phases_follow_the_events(pretend):
    events = pretend.script()
    phases = [session_view(events[: n + 1]).phase for n in range(len(events))]
    assert phases == [
        "check-in",
        "check-in",
        "check-in",
        "calibration",
        "exercise",
        "exercise",
        "between",
        "check-out",
        "check-out",
        "closed",
    ]


def test_a_lost_live_message_does_not_lower_the_count(pretend, plan):
    live = LiveSession(pretend.session)
    live.set_plan(plan)
    live.add_events(pretend.script()[:6])
    for n in (1, 2, 5):
        live.hear(pretend.repetition(n))
    assert abduction(live.state().session).done == 5


@given(order=st.permutations(range(10)), twice=st.sets(st.integers(0, 9)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_events_in_any_order_and_repeated_give_the_same_view(pretend, order, twice):
    events = pretend.script()
    live = LiveSession(pretend.session)
    live.add_events([events[n] for n in order] + [events[n] for n in twice])
    assert live.state().session == session_view(events)
    assert live.complete


def in_order(pretend, *bodies):
    """The script's opening, then these events."""
    first = pretend.script()[0]
    return [first] + [
        kind(session=first.session, number=n + 1, t_ns=first.t_ns + n * 10**9, **body)
        for n, (kind, body) in enumerate(bodies)
    ]


def test_what_keys_told_is_reported_and_never_counted_as_done(pretend, plan):
    events = in_order(
        pretend,
        (
            ev.ExerciseStarted,
            {"item": "abduction", "exercise": "arm-abduction", "side": "right", "spans": {}},
        ),
        (ev.ExerciseReported, {"item": "abduction", "amount": 12, "unit": "repetitions"}),
    )
    view = session_view(events, plan=plan)
    item = next(i for i in view.items if i.item == "abduction")
    assert (item.done, item.reported, item.range_of_motion) == (0, 12, None)
    assert (view.events[-1].value, view.events[-1].detail) == (12, "repetitions")
    untold = next(i for i in view.items if i.item == "forward-raise")
    assert untold.reported is None


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("finding", list(CalibrationFinding))
def test_a_failed_calibration_is_told_in_both_languages_whichever_was_recorded(language, finding):
    known = WORDS[finding]
    note = calibration_note(known.text(language)[:200], "wrist-left", passed=False)
    assert (note.it, note.en) == (known.it, known.en)


def test_a_silent_sensor_is_told_with_its_place(pretend):
    note = sensor_silent("thigh-right").it
    failed = {"placement": "thigh-right", "level": "gravity", "passed": False, "note": note}
    suspected = {"placement": "thigh-right"}
    view = session_view(
        in_order(pretend, (ev.SegmentCalibrated, failed), (ev.SuspectedFall, suspected))
    )
    calibrated, fall = view.events[1:]
    assert (calibrated.value, calibrated.detail) == (False, "gravity")
    assert calibrated.note.en == sensor_silent("thigh-right").en
    assert calibrated.place == fall.place
    assert fall.place.it == "alla coscia destra"


def test_a_note_that_is_none_of_ours_is_shown_only_where_a_calibration_failed():
    assert calibration_note("slipped", "hand-left", passed=False).it == "slipped"
    assert calibration_note("Misurato.", "hand-left", passed=True) is None


def knee(pretend, *, peak_deg):
    """The result of a knee extension of 60 degrees."""
    repetition = Repetition(
        number=1,
        start_index=0,
        peak_index=120,
        end_index=230,
        start_s=0.0,
        end_s=3.8,
        range_deg=60.0,
        peak_deg=peak_deg,
        up_s=1.6,
        hold_s=0.6,
        down_s=1.6,
    )
    item = ItemResult(
        item="knee",
        exercise="knee-extension",
        side="right",
        stream="01J00000000000000000000000",
        rate_hz=60,
        repetitions=(repetition,),
        range_of_motion=RangeOfMotion(what="knee flexion", median_deg=60, p10_deg=60, p90_deg=60),
        measures=(Measure(name="active extension deficit", value=25.0, unit="°"),),
    )
    return SessionResult(
        session=pretend.session, core_version="2", plan_version=1, provisional=False, items=(item,)
    )


def test_a_joint_says_where_its_zero_lies_and_what_its_lag_is(pretend):
    view = session_view(in_order(pretend), [knee(pretend, peak_deg=65.0)])
    (item,) = view.items
    assert "90° less flexion" in item.reading.en
    assert [(m.name.en, m.value) for m in item.measures] == [("active extension deficit", 25.0)]
    assert item.measures[0].name.it == "deficit di estensione attiva"


def test_a_joint_without_a_zero_says_that_only_sizes_are_given(pretend):
    view = session_view(in_order(pretend), [knee(pretend, peak_deg=None)])
    assert "zero is not known" in view.items[0].reading.en
    assert (
        reading_words("arm-abduction", "forearm elevation, elbow straight", zero_known=True) is None
    )


def test_a_heart_rate_without_skin_contact_is_not_shown(pretend):
    def rate(contact, bpm):
        fields = {"wearable": "band", "rate_bpm": bpm, "contact": contact}
        return ev.HeartMeasured, fields

    view = session_view(in_order(pretend, rate(True, 64), rate(False, 72)))
    assert view.heart_bpm is None
    closing = (ev.SessionClosed, {"reason": ev.CloseReason.DONE})
    closed = session_view(in_order(pretend, rate(True, 64), rate(False, None), closing))
    assert closed.heart_bpm == 64


@pytest.mark.parametrize("kept", [True, False, None])
def test_whether_the_homes_clock_was_kept_is_shown(pretend, kept):
    opened, *others = pretend.script()
    opened = opened.model_copy(update={"clock_synchronised": kept})
    assert session_view([opened, *others]).clock_synchronised is kept


def test_an_exercise_that_nothing_tells_of_is_unknown_and_not_nought(pretend, plan):
    events = pretend.script()
    running = next(n for n, e in enumerate(events) if isinstance(e, ev.ExerciseEnded))
    assert abduction(session_view(events[:running], (), plan)).known
    over = session_view(events, (), plan)
    assert not abduction(over).known
    assert over.dose_so_far is None
    (result, *rest) = pretend.results()
    without = result.model_copy(update={"items": ()})
    assert not abduction(session_view(events, [without, *rest], plan)).known
    whole = session_view(events, [result, *rest], plan)
    assert (abduction(whole).known, abduction(whole).done) == (True, 20)
    # What was asked for and never begun was not done: that is known.
    assert all(item.known for item in over.items if item.item != "abduction")


def test_each_question_that_a_plan_can_ask_has_words_in_both_languages():
    texts = (Path(dashboards.__file__).parent / "web/static/scripts/texts.js").read_text("utf-8")
    stop = {"id": "calf", "it": "Il polpaccio è gonfio?", "en": "Is the calf swollen?"}
    asking = dict.fromkeys(CheckIn.model_fields, True)
    items = (
        item(id="a", exercise="arm-abduction"),
        item(id="b", exercise="balance-stance", limit_deg=None),
        item(id="c", exercise="knee-extension", limit_deg=None),
    )
    of = asked_plan(*items, stop_questions=(stop,), check_in=asking)
    asked = [
        *check_in(of, of.items, next_morning=True, barrier=True),
        *check_out(why=True, breathlessness=True, chair_test=True),
    ]
    head = {"session": "01J00000000000000000000001", "t_ns": 1}
    opened = {"patient": "p-1", "site": "s", "plan_version": 1, "day": "2023-11-13"}
    events = [ev.SessionOpened(**head, number=0, **opened, posture="seated", wearables=())]
    for n, question in enumerate(asked):
        answered = {"at": question.at, "question": question.id, "answer": None}
        events.append(ev.CheckAnswered(**head, number=n + 1, **answered))
    story = [e for e in session_view(events, (), of).events if e.type == "check.answered"]
    assert len(story) == len(asked)
    for line, question in zip(story, asked, strict=True):
        if line.asked is None:
            assert f"  question_{question.id}: [" in texts
        else:
            assert (line.asked.it, line.asked.en) == (question.text.it, question.text.en)
    (unknown,) = (e for e in session_view(events).events if e.detail == "stop.calf")
    assert (unknown.asked.it, unknown.asked.en) == (
        "Una domanda di arresto del piano:",
        "A stop question of the plan:",
    )
