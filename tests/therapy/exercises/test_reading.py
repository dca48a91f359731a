"""Ranges and counts are written one way: as a goniometer is read, with their doubt."""

import pytest

from therapy.exercises.reading import count_reading, excursion_reading, peak_reading


@pytest.mark.parametrize(
    ("peak", "start", "band", "it", "en"),
    [
        (168.2, 20.4, None, "168°, da 20°", "168°, from 20°"),
        (89.6, -14.8, (81.5, 97.0), "90°, da -15° (95 %: 82-97°)", "90°, from -15° (95 %: 82-97°)"),
    ],
)
def test_a_peak_is_read_with_its_start_in_words(peak, start, band, it, en):
    told = peak_reading(peak, start, band)
    assert (told.it, told.en) == (it, en)


def test_a_start_is_never_written_as_a_range_that_would_read_as_a_deficit():
    assert "-168" not in peak_reading(168, 20).en
    assert "20°-" not in peak_reading(168, 20).it


def test_an_excursion_comes_with_its_band():
    assert excursion_reading(147.4, (140, 155)).it == "escursione 147° (95 %: 140-155°)"
    assert excursion_reading(147.4).en == "excursion 147°"


@pytest.mark.parametrize(
    ("low", "high", "en"),
    [(None, None, "8"), (8, 8, "8"), (7, 9, "8, between 7 and 9"), (8, 10, "8, between 8 and 10")],
)
def test_a_count_that_is_in_doubt_says_between_which_numbers_it_lies(low, high, en):
    assert count_reading(8, low, high).en == en
