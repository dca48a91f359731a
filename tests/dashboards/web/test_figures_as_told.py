"""Every figure on a patient's and a session's page is one that the interface told."""

import json
import re

import httpx
import pytest

from dashboards.web.serving import serve
from paged_clinic import PagedClinic, first_of_all, opened, sized

pytestmark = pytest.mark.slow

NUMBER = re.compile(r"\d+(?:\.\d+)?")
# No figures of the patient: scales of drawings, days and times of day (which a browser writes in
# its own way), and forms.
SHOWN = """(() => {
  document.querySelectorAll('details').forEach(d => d.open = true);
  const apart = 'svg text, time, .date, .when, .same-day, form, select, option, script, style, ' +
    '.curve-place, .calendar, .card-story, .line';
  const found = [];
  const walk = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement, textContent } = walk.currentNode;
    if (!parentElement.closest(apart) && /\\d/.test(textContent)) found.push(textContent.trim());
  }
  return JSON.stringify([...new Set(found)]);
})()"""
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
DATES = re.compile(
    rf"(?:\w+day, )?(?:{MONTH}) \d{{1,2}}(?:, \d{{4}})?"
    r"|\d{1,2}:\d{2}|\d+ (?:days?|weeks?|min)(?: ago)?|10th|90th|p10–p90|95 %|80 %"
)


def told_numbers(value, found):
    """Every number in an answer, also within its words, and how many there are of each thing."""
    if isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int | float):
        found.add(float(value))
    elif isinstance(value, str):
        found.update(map(float, NUMBER.findall(value)))
    elif isinstance(value, list):
        found.add(float(len(value)))
        for one in value:
            told_numbers(one, found)
        spans = [one for one in value if isinstance(one, dict) and "end_s" in one]
        found.update(one["end_s"] - one["start_s"] for one in spans if one["end_s"] is not None)
    elif isinstance(value, dict):
        for one in value.values():
            told_numbers(one, found)
    return found


def unexplained(texts, answer):
    """What is shown and was not told: neither itself, nor rounded, nor as a share in per cent."""
    told = told_numbers(answer, set())
    left = []
    for text in texts:
        plain = DATES.sub(" ", re.sub(r"(?<=\d),(?=\d{3})", "", text))
        for token in NUMBER.findall(plain):
            digits = len(token.partition(".")[2])
            half = 0.5 * 10**-digits + 1e-9
            near = (min(abs(abs(x) - float(token)), abs(100 * x - float(token))) for x in told)
            if min(near) > half:
                left.append((token, text))
    return left


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    found = PagedClinic(tmp_path_factory.mktemp("clinic") / "c")
    yield found
    found.journal.close()


async def shown_and_told(clinic, chromium, address, path):
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        await opened(chromium, f"{page.url}{address}")
        shown = json.loads(await chromium.ask(SHOWN))
        async with httpx.AsyncClient(base_url=page.url) as asking:
            return shown, (await asking.get(path)).json()


async def test_a_patients_page_shows_no_figure_that_was_not_told(clinic, chromium):
    for line in clinic.care.worklist()[:2]:
        address = f"patient/{line.patient}?lang=en"
        shown, told = await shown_and_told(
            clinic, chromium, address, f"/api/patients/{line.patient}"
        )
        assert len(shown) > 3
        assert unexplained(shown, told) == []


async def test_a_sessions_page_shows_no_figure_that_was_not_told(clinic, chromium):
    patient, _ = first_of_all(clinic)
    for one in clinic.journal.newest_sessions(patient=patient, limit=1):
        query = f"home={one.home}"
        shown, told = await shown_and_told(
            clinic,
            chromium,
            f"session/{one.session}?{query}&lang=en",
            f"/api/sessions/{one.session}?{query}",
        )
        assert len(shown) > 3
        assert unexplained(shown, told) == []


async def test_each_repetition_stands_in_the_table_as_it_was_told(clinic, chromium):
    patient, one = first_of_all(clinic)
    query = f"home={one.home}"
    async with serve(clinic.app(), port=0) as page:
        await opened(chromium, f"{page.url}session/{one.session}?{query}&lang=en")
        rows = json.loads(
            await chromium.ask(
                "JSON.stringify([...document.querySelectorAll('.card-movement details')]"
                ".filter(d => !d.closest('.curve-place'))"
                ".map(d => [...d.querySelectorAll('tbody tr')].map(r => "
                "[...r.cells].slice(0, 5).map(c => c.textContent))))"
            )
        )
        async with httpx.AsyncClient(base_url=page.url) as asking:
            told = (await asking.get(f"/api/sessions/{one.session}?{query}")).json()
    items = [i for i in told["items"] if i["repetitions"]]
    assert items
    assert [[cells(r) for r in i["repetitions"]] for i in items] == rows
    assert told["patient"] == patient


def cells(r):
    def degrees(name):
        value, low, high = (r[f"{name}{end}"] for end in ("_deg", "_low_deg", "_high_deg"))
        band = "" if low is None or high is None else f" ({low:.0f}–{high:.0f})"
        return "–" if value is None else f"{value:.1f}°{band}"

    start = "–" if r["start_deg"] is None else f"{r['start_deg']:.1f}°"
    lasted = "–" if r["start_s"] is None else f"{r['end_s'] - r['start_s']:.1f} s"
    return [str(r["number"]), degrees("peak"), start, degrees("range"), lasted]


def test_a_figure_that_nobody_told_is_found():
    told = {"done": 19, "range": 83.46, "share": 0.5, "spans": [{"start_s": 1.0, "end_s": 3.5}]}
    assert unexplained(["19 of 50 %", "83°", "83.5°", "2.5 s", "on May 4, 2026"], told) == []
    assert unexplained(["20 done"], told) == [("20", "20 done")]
    assert unexplained(["83.4°"], told) == [("83.4", "83.4°")]
