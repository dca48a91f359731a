"""Whatever is told of a patient, in whatever order: the same figures, and no past day is moved."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.monitoring.plan_versions import day_at
from clinic_facts import PATIENT, PatientStory, at, folded
from telemetry.messages import care
from wild_clinic import CLOCKS, ZONES, any_plan, wild_clinic

pytestmark = pytest.mark.slow

NS_PER_DAY = 86_400_000_000_000
seeds = st.integers(0, 1 << 32)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_any_order_of_whatever_happens_gives_the_same_figures(seed):
    random = Random(seed)
    wild = wild_clinic(random)
    truth = folded(wild.facts, wild.now_ns).figures(PATIENT)
    facts = [*wild.facts, *random.sample(wild.facts, 5)]
    random.shuffle(facts)
    fold = folded([])
    for fact in facts:
        if random.random() < 0.08:
            fold.look(wild.now_ns - random.randrange(-2, 26) * NS_PER_DAY)
        fold.take(fact)
    fold.look(wild.now_ns)
    assert fold.figures(PATIENT) == truth


@given(seeds, st.sampled_from(ZONES), st.sampled_from(CLOCKS), st.integers(0, 23))
@settings(max_examples=20, deadline=None)
def test_publishing_in_whatever_zone_moves_no_past_day(seed, zone, clock, ago):
    random = Random(seed)
    wild = wild_clinic(random, versions=2)
    clinic = PatientStory(facts=list(wild.facts), _count=10_000)
    # An answer tells that the home is there, too: that is known before.
    clinic.own(care.HomeHeard(patient=PATIENT, t_ns=wild.now_ns))
    before = folded(clinic.facts, wild.now_ns).figures(PATIENT)
    sent_ns = at(before.today, clock, ZoneInfo(zone)) - ago * NS_PER_DAY
    of = any_plan(random, 3, before.today)
    head = {"patient": PATIENT, "t_ns": sent_ns, "version": 3}
    clinic.own(care.PlanPublished(**head, site="clinic", plan=of.model_dump(mode="json")))
    home_ns = sent_ns + random.randint(-5, 5) * NS_PER_DAY
    clinic.own(care.PlanAnswered(**head, state="taken", home_ns=home_ns))
    after = folded(clinic.facts, wild.now_ns).figures(PATIENT)
    past = [d for d in before.days if d < day_at(before.versions, sent_ns)]
    assert [after.days.get(d) for d in past] == [before.days[d] for d in past]
