"""After the last card: what was measured, a page an exercise and its repetitions beside it."""

import pygame
import pytest

from games.look import Look
from games.session.measured_pages import measured_pages
from games.session.page import Leave, SeeMeasured
from games.session.session_texts import SESSION
from journals import session_result
from session_stage import Stage, seated_raise
from telemetry.messages.results import ActivePeak, Attempt, DoubtNote, OtherMovement

pytestmark = pytest.mark.slow

REFUSED = DoubtNote(kind="unlike", it="il sensore è lento", en="the sensor is loose")


def measured(**more):
    (item,) = session_result().items
    return session_result(items=(item.model_copy(update=more),))


def words(pages):
    return "\n".join(f"{p.title} {p.text} {' '.join(p.lines)}" for p in pages)


def test_an_exercise_has_its_peak_with_its_start_and_its_band_and_each_repetition():
    peak = ActivePeak(what="x", peak_deg=168, start_deg=20, band_low_deg=158, band_high_deg=178)
    pages = measured_pages(measured(active_peak=peak), "en")
    assert "168°, from 20° (95 %: 158-178°)" in pages[0].spoken
    assert "1: excursion 90°" in words(pages[1:])
    assert "168°, da 20° (95 %: 158-178°)" in words(
        measured_pages(measured(active_peak=peak), "it")
    )


@pytest.mark.parametrize(("language", "why"), [("it", REFUSED.it), ("en", REFUSED.en)])
def test_what_is_not_observable_stands_with_why_in_plain_words(language, why):
    refused = {"range_of_motion": None, "not_observable": REFUSED.en, "doubts": (REFUSED,)}
    page = measured_pages(measured(**refused), language)[0]
    assert any(why in line for line in page.lines)
    assert why in page.spoken


def test_a_counts_doubt_attempts_and_other_movement_stand_beside_it():
    beside = {
        "count_low": 1,
        "count_high": 4,
        "attempts": (Attempt(start_s=1, end_s=2),),
        "other_movement": (OtherMovement(start_s=3, end_s=8),),
    }
    told = words(measured_pages(measured(**beside), "en"))
    assert "2, between 1 and 4" in told
    assert "Attempts that stayed far behind: 1" in told
    assert "Other movement: 5 s" in told


def test_every_page_leads_on_and_each_may_be_left():
    many = tuple(session_result().items[0].repetitions[0] for _ in range(9))
    pages = measured_pages(measured(repetitions=many), "en")
    assert len(pages) == 4
    onward = [c.asks for p in pages for c in p.choices if isinstance(c.asks, SeeMeasured)]
    assert onward == [SeeMeasured(1), SeeMeasured(2), SeeMeasured(3)]
    assert all(page.last and isinstance(page.choices[-1].asks, Leave) for page in pages)
    assert len({page.title for page in pages}) == 4


@pytest.mark.usefixtures("undrawn")
def test_the_last_card_offers_what_was_measured_once_it_is_known_and_asks_nothing_more():
    found, seen = [], []
    look = Look(language="en", audio_only=True, voice=False)
    stage = Stage(
        seated_raise(), look, screens={"found": lambda: found[0] if found else None}, assess=False
    )

    def press(kind):
        if kind != "Closed":
            return [pygame.K_RETURN]
        page = stage.screens.page
        seen.append(page.title)
        if len(seen) == 1:
            assert [type(c.asks) for c in page.choices] == [Leave]
            found.append(session_result())
            return []
        at = [type(c.asks) for c in page.choices]
        if SeeMeasured in at:
            return [pygame.K_ESCAPE, (pygame.K_1, pygame.K_2)[at.index(SeeMeasured)]]
        return [pygame.K_RETURN]

    stage.run(press)
    stage.window.close()
    assert seen[0] == SESSION["done"]["en"]
    assert seen[-2:] == ["Arm abduction, right (1 of 2)", "Arm abduction, right (2 of 2)"]
    assert stage.view.refused == []
