"""The journey over any weeks: uneven, with gaps, with two sessions a day."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from games.journey.garden import PLANTS, garden_of, offered_plants
from games.journey.journey import SessionWalked, journey_on
from games.journey.novelty import choice_of_games, novelty_of
from games.journey.scene_walk import scene_named, scene_variant
from games.journey.way import VIEWPOINTS, DayWalked, Way, last_viewpoint, way_of
from games.scenes.scene import SCENES, GameScene, Region

MONDAY = date(2026, 3, 2)
OWN = frozenset({"volo", "raccolto", "onda", "orto"})

any_days = st.lists(
    st.builds(
        DayWalked,
        st.dates(MONDAY, MONDAY + timedelta(days=180)),
        st.integers(min_value=1, max_value=7),
    ),
    max_size=60,
)
gaps = st.lists(st.sampled_from([0, 1, 1, 1, 2, 2, 3, 9, 40]), min_size=1, max_size=60)
"""Days from a session to the next one; 0: a second one on the same day."""


def played(gaps, *, per_week=5, seed="P-001", start=MONDAY):
    """All sessions, each with the journey's own scene and no choice."""
    sessions, day = [], start
    for gap in gaps:
        day += timedelta(days=gap)
        journey = journey_on(sessions, today=day, per_week=per_week, seed=seed, at_hand=OWN)
        sessions.append(SessionWalked(day, per_week, journey.scene))
    return sessions


@given(any_days, st.randoms())
def test_the_way_is_the_same_whatever_order_the_days_come_in(days, rng):
    shuffled = [*days, *days]
    rng.shuffle(shuffled)
    one_plan_a_day = {walked.day: walked for walked in days}
    again = [one_plan_a_day[walked.day] for walked in shuffled]
    assert way_of(again) == way_of(one_plan_a_day.values())


@given(any_days, st.integers(0, 60))
def test_another_day_never_leads_back_and_absence_takes_nothing(days, cut):
    ordered = sorted({walked.day: walked for walked in days}.values(), key=lambda w: w.day)
    earlier, later = way_of(ordered[:cut]), way_of(ordered)
    assert later.travelled >= earlier.travelled
    assert later.stops >= earlier.stops
    assert set(earlier.regions) <= set(later.regions)


@given(st.integers(1, 7), st.integers(1, 14))
def test_a_week_as_planned_is_a_stage_and_more_than_planned_is_no_more(per_week, weeks):
    planned = [
        DayWalked(MONDAY + timedelta(weeks=w, days=d), per_week)
        for w in range(weeks)
        for d in range(per_week)
    ]
    every = [
        DayWalked(MONDAY + timedelta(weeks=w, days=d), per_week)
        for w in range(weeks)
        for d in range(7)
    ]
    assert way_of(planned).travelled == weeks
    assert way_of(every).travelled == weeks


def test_twelve_stages_lead_through_three_regions_and_then_home():
    def at(stage):
        return Way(0, Fraction(stage))

    assert [at(n).region for n in (0, 3, 4, 7, 8, 11, 12, 30)] == [
        *[Region.HILLS] * 2, *[Region.VILLAGES] * 2, *[Region.COAST] * 4,
    ]  # fmt: skip
    assert [at(n).home for n in (0, 11, 12, 30)] == [False, False, True, True]
    assert [n for n in range(14) if at(n).viewpoint] == [4, 8, 12]


def test_each_week_has_one_novelty_of_its_own_and_a_new_plant_is_among_those_to_choose():
    ways = [Way(0, Fraction(stage)) for stage in range(13)]
    told = [novelty_of(way).told for way in ways]
    assert len({t.it for t in told}) == len({t.en for t in told}) == 13
    for way in ways[:-1]:
        offered = offered_plants("P-001", 5, way.week)
        assert len(set(offered)) == 3
        if novelty_of(way).kind == "plant":
            assert PLANTS[offered[0]].name.it in novelty_of(way).told.it


@given(gaps, st.integers(1, 7), st.text(max_size=3))
def test_no_scene_comes_twice_in_seven_sessions(gaps, per_week, seed):
    scenes = [s.scene for s in played(gaps, per_week=per_week, seed=seed)]
    for n in range(len(scenes)):
        window = scenes[n : n + 7]
        assert len(set(window)) == len(window)


@given(gaps, st.text(max_size=3))
def test_no_two_days_of_a_week_share_light_and_weather(gaps, seed):
    sessions = played(gaps, seed=seed)
    by_week = {}
    for s in sessions:
        monday = s.day - timedelta(days=s.day.weekday())
        by_week.setdefault(monday, []).append(s)
    for week in by_week.values():
        if len(week) > 12 and len({s.scene.region for s in week}) == 1:
            continue  # twelve pairs are all there are in one region
        skies = {}
        for s in week[:12]:
            skies.setdefault((s.scene.light, s.scene.weather), set()).add(s.day)
        assert all(len(days) == 1 for days in skies.values())


@given(gaps)
def test_only_regions_that_the_way_has_reached_are_shown(gaps):
    sessions = played(gaps, per_week=3)
    for n, s in enumerate(sessions):
        way = way_of([DayWalked(x.day, x.per_week) for x in sessions[:n]])
        assert s.scene.region in way.regions


def test_the_first_session_looks_as_the_first_game_does_of_itself():
    assert played([0])[0].scene == GameScene()


def test_36_planned_sessions_show_36_scenes():
    gaps = [0, *([2, 2, 3] * 12)[:35]]
    assert len({s.scene for s in played(gaps, per_week=3)}) == 36


def test_the_same_history_gives_the_same_scene_and_another_person_another_walk():
    gaps = [1] * 20
    assert played(gaps) == played(gaps)
    assert [s.scene for s in played(gaps)] != [s.scene for s in played(gaps, seed="P-002")]


def test_a_scenes_record_is_read_back_and_one_of_another_version_is_none():
    assert all(scene_named(scene_variant(scene)) == scene for scene in SCENES)
    for odd in ("", "hills", "hills.dawn", "moon.dawn.clear", "a.b.c.d"):
        assert scene_named(odd) is None


@given(
    st.lists(
        st.tuples(
            st.none() | st.sampled_from(sorted(PLANTS)) | st.just("triffid"), st.integers(1, 12)
        ),
        max_size=50,
    )
)
def test_a_garden_only_grows_by_a_plant_a_session(chosen):
    gardens = [garden_of(chosen[:n], "P-001") for n in range(len(chosen) + 1)]
    for n, garden in enumerate(gardens):
        assert len(garden) == n
        assert set(garden) <= PLANTS.keys()
        assert gardens[-1][:n] == garden


def test_a_session_that_pain_stopped_before_any_game_has_its_stop_and_its_plant():
    day = MONDAY
    hidden = [SessionWalked(day, 3, GameScene())]
    told = [SessionWalked(day, 3, None)]
    later = day + timedelta(days=2)
    one, other = (
        journey_on(s, today=later, per_week=3, seed="P-001", at_hand=OWN) for s in (hidden, told)
    )
    assert (one.before, one.after, one.garden) == (other.before, other.after, other.garden)


def test_games_to_choose_from_grow_from_one_to_two_to_all_at_hand():
    def in_week(week, first="volo", at_hand=OWN):
        return choice_of_games(Way(0, Fraction(week - 1)), at_hand, first)

    assert [in_week(week) for week in (1, 2)] == [("volo",)] * 2
    assert [in_week(week) for week in (3, 4)] == [("volo", "raccolto")] * 2
    assert in_week(5) == ("volo", "raccolto", "onda", "orto")
    assert in_week(12, first="onda") == ("onda", "volo", "raccolto", "orto")
    assert in_week(5, at_hand=OWN - {"orto"}) == ("volo", "raccolto", "onda")
    assert in_week(3, first="orto") == ("orto", "volo")


def test_ornaments_wait_for_the_third_week():
    def in_stage(stage):
        sessions = [SessionWalked(MONDAY + timedelta(weeks=n), 1) for n in range(stage)]
        today = MONDAY + timedelta(weeks=stage)
        return journey_on(sessions, today=today, per_week=1, seed="x", at_hand=OWN)

    assert [in_stage(n).plain for n in (0, 1, 2, 11, 12)] == [True, True, False, False, False]


@given(any_days)
def test_the_last_viewpoint_is_reached_on_the_first_day_on_which_its_stage_is_walked(days):
    found = last_viewpoint(days)
    each = {walked.day: walked for walked in days}
    travelled = way_of(days).travelled
    if found is None:
        assert travelled < VIEWPOINTS[0]
        return
    stage, day = found
    assert stage == max(v for v in VIEWPOINTS if v <= travelled)
    assert way_of(w for w in each.values() if w.day <= day).travelled >= stage
    assert way_of(w for w in each.values() if w.day < day).travelled < stage
