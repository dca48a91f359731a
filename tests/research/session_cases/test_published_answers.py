"""What an entry publishes is taken as it is meant, or not at all."""

from types import SimpleNamespace

import pytest

from research.session_cases.published import Published


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"range_deg": 90.0, "low_deg": 95.0, "high_deg": 85.0}, "down to"),
        ({"range_deg": 90.0, "low_deg": None, "high_deg": 85.0}, "both ends"),
        ({"range_deg": "wide", "low_deg": 1.0, "high_deg": 2.0}, "wide"),
    ],
)
def test_a_band_that_is_none_is_refused(answer, told):
    with pytest.raises(ValueError, match=told):
        Published.read(SimpleNamespace(**answer, count=1))
