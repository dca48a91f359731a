"""What a plan comes to in a week."""

from hypothesis import given
from hypothesis import strategies as st

from therapy.plan.week_work import week_of_work
from therapy_builders import item, plan


def test_a_week_counts_each_item_on_its_days():
    found = week_of_work(
        plan(
            item(schedule={"times_per_week": 3}),
            item(id="march", exercise="seated-march", limit_deg=None, placements=[],
                 dose={"sets": 2, "minutes": 5}, schedule={"weekdays": ["mon", "thu"]}),
            item(id="stance", exercise="balance-stance", limit_deg=None, placements=[],
                 dose={"sets": 3, "holds": 1}, schedule={"times_per_week": 1}),
            limits={"rest_s": 60},
        )
    )  # fmt: skip
    assert (found.days, found.repetitions, found.holds) == (3, 60, 3)
    # 20 abductions of 3-1-3 s and a pause, three times; 10 min and a pause, twice; three stances
    # of 24 s, whose hold no cap shortens, and two pauses.
    assert found.minutes == 3 * (20 * 7 / 60 + 1) + 2 * (10 + 1) + (3 * 24 / 60 + 2)


@given(st.integers(1, 7), st.integers(1, 20), st.integers(1, 200))
def test_more_is_never_less(times, sets, repetitions):
    def of(times, sets, repetitions):
        dose = {"sets": sets, "repetitions": repetitions}
        return week_of_work(plan(item(schedule={"times_per_week": times}, dose=dose)))

    found = of(times, sets, repetitions)
    assert found.repetitions == times * sets * repetitions
    more = of(min(7, times + 1), min(20, sets + 1), repetitions)
    assert more.minutes >= found.minutes
    assert more.repetitions >= found.repetitions
