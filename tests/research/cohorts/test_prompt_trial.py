"""Trials whose truth is known: the effect is found, and dilution, silence and doubt are told."""

from __future__ import annotations

import numpy as np

from research.cohorts.prompt_trial import TrialWeek, trial_effects


def weeks_of(rng, *, persons, weeks=12, effect=0.0, shown=0.7, unknown=0.0, mechanism="praise"):
    """Persons who differ, each week drawn for one of two variants."""
    for person in range(persons):
        usual = rng.uniform(0.2, 0.7)
        for week in range(weeks):
            variant = ("deed", "full")[rng.integers(2)]
            share = usual + effect * (variant == "full") + rng.normal(0, 0.12)
            yield TrialWeek(
                patient=f"p-{person}",
                week=f"2026-W{week + 1:02d}",
                mechanism=mechanism,
                variant=variant,
                shown=(variant,) if rng.random() < shown else (),
                outcome=None if rng.random() < unknown else float(np.clip(share, 0, 1)),
            )


def test_the_effect_that_was_put_in_is_found_within_persons():
    (effect,) = trial_effects(weeks_of(np.random.default_rng(5), persons=30, effect=0.1))
    assert (effect.reference, effect.variant) == ("deed", "full")
    assert effect.low < 0.1 < effect.high
    assert effect.low > 0
    assert effect.high - effect.low < 0.1


def test_the_interval_holds_nothing_in_19_of_20_trials_without_effect():
    held = []
    for seed in range(200):
        (effect,) = trial_effects(weeks_of(np.random.default_rng((3, seed)), persons=12))
        held.append(effect.low <= 0 <= effect.high)
    # Of 200 trials at 95 % fewer than 181 are met twice in a thousand times.
    assert np.mean(held) >= 0.905


def test_weeks_without_exposure_count_where_they_were_drawn_and_are_told():
    rng = np.random.default_rng(1)
    (effect,) = trial_effects(weeks_of(rng, persons=10, shown=0.0, unknown=0.2))
    assert effect.effect is not None
    for arm in effect.arms:
        assert arm.without_exposure == arm.weeks > 0
        assert arm.unknown > 0
    assert sum(arm.weeks + arm.unknown for arm in effect.arms) == 120


def test_variants_that_were_not_drawn_are_counted():
    week = TrialWeek(
        patient="p",
        week="2026-W01",
        mechanism="goal",
        variant="step",
        shown=("own_words", "step"),
        outcome=0.5,
    )
    other = TrialWeek(
        patient="p", week="2026-W02", mechanism="goal", variant="own_words", shown=(), outcome=0.5
    )
    (effect,) = trial_effects([week, other])
    assert [arm.others_shown for arm in effect.arms] == [0, 1]
    assert effect.effect is None
    assert "persons" in effect.note


def test_a_mechanism_of_one_variant_tells_nothing():
    one = TrialWeek(
        patient="p", week="w", mechanism="helper", variant="only", shown=(), outcome=1.0
    )
    assert trial_effects([one]) == []


def test_persons_without_spread_give_no_certainty():
    for low, high in ((1.0, 1.0), (0.5, 1.0)):
        weeks = [
            TrialWeek(
                patient=f"p-{person}",
                week=f"w-{week}",
                mechanism="praise",
                variant=("deed", "full")[week % 2],
                shown=(),
                outcome=(low, high, float("nan"))[week % 2 if week < 4 else 2],
            )
            for person in range(5)
            for week in range(6)
        ]
        (effect,) = trial_effects(weeks)
        assert abs(effect.effect - (high - low)) < 1e-9
        assert (effect.low, effect.high) == (None, None)
        assert "no interval" in effect.note
        assert [(arm.weeks, arm.unknown, arm.mean) for arm in effect.arms] == [
            (10, 5, low),
            (10, 5, high),
        ]
