"""What an exercise and its figures are called: in the reader's language, with a side or none."""

import pytest

from analytics.exercise.observing import observation_of
from dashboards.views.figure_words import measure_told
from dashboards.views.words import called_words, observable_words, percent, whole
from telemetry.messages.results import Measure
from therapy.exercises.library import EXERCISES
from therapy.exercises.observable import TABLE, Observable


def seen(row):
    placements = tuple(site if site == "sternum" else f"{site}-right" for site in row.sites)
    streams = {placement: f"S{n}" for n, placement in enumerate(placements)}
    return observation_of(
        Observable(row=row, placements=placements),
        streams,
        fallback="S0",
        posture=min(row.postures),
    )


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.exercise} {'+'.join(row.sites)}")
def test_what_is_seen_and_why_not_is_told_in_italian_too(row):
    observation = seen(row)
    for told in (observation.what, observation.not_observable):
        if told is not None:
            assert observable_words(told).it != told
            assert observable_words(told).en == told


OF_BOTH = {
    "seated-march",
    "sit-to-stand",
    "toe-heel-raise",
    "heel-raise",
    "bridge",
    "balance-stance",
    "balance-semi-tandem",
    "balance-tandem",
    "walk",
    "chair-stand-30s",
    "five-stands",
    "five-sits",
}


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda known: known.id)
def test_a_side_is_named_where_one_limb_moves_and_nowhere_else(exercise):
    called = called_words(exercise.id, "right")
    sided = exercise.id not in OF_BOTH
    assert called.it == exercise.name.it + (", destra" if sided else "")
    assert called.en == exercise.name.en + (", right" if sided else "")


@pytest.mark.parametrize(
    ("measure", "it", "en"),
    [
        (("sway RMS", 0.135, "m/s²", 0.13, 0.14), "(RMS): 0,14 m/s² (95 %: 0,13-0,14)", None),
        (("steps", 107.4, "1/min", None, None), "passi: 107,4 al minuto", "steps: 107.4 a minute"),
        (("stands in 30 s", 12.0, "", None, None), "alzate in 30 s: 12", "stands in 30 s: 12"),
        (("lean", 10.0, "°", None, None), "busto: 10°", "lean: 10°"),
        (("walking", 40.0, "min", None, None), "cammino: 40 min", "walking: 40 min"),
    ],
)
def test_a_measure_is_read_with_its_unit_and_band(measure, it, en):
    name, value, unit, low, high = measure
    told = measure_told(Measure(name=name, value=value, unit=unit, low=low, high=high))
    assert told.it.endswith(it)
    assert en is None or told.en.endswith(en)


def test_shares_are_rounded_as_the_pages_script_does():
    """`Math.round` takes halves up, as of doses of forty repetitions."""
    assert [percent(n / 40) for n in (0, 1, 3, 33, 39, 40)] == [0, 3, 8, 83, 98, 100]
    assert [whole(value) for value in (0.49, 0.5, 1.5, 2.5, 12.5)] == [0, 1, 2, 3, 13]
