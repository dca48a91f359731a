"""One form of address and one use of capitals in everything that a patient reads."""

import importlib
import re
from collections.abc import Mapping

from games.engine.game import game_named, games_at_hand
from games.ui.texts import FRAME
from therapy.exercises.library import EXERCISES
from therapy.wording import Wording

TABLES = (
    "games.persuasion.prompts",
    "games.persuasion.questionnaire",
    "games.persuasion.reminders",
    "games.session.session_texts",
    "games.session.trouble_screen",
    "games.ui.texts",
    "ripresa.home.not_ready",
    "therapy.plan.body_part",
    "therapy.session.alignment_words",
    "therapy.session.questions",
    "therapy.session.safety",
    "therapy.session.screens",
)
INFORMAL = (
    "salta", "chiudi", "premi", "tieni", "fai", "vai", "scegli", "guarda", "tuo", "tua", "tuoi",
    "tue", "tu", "ti", "puoi", "vuoi", "hai", "sei",
)  # fmt: skip
"""How one speaks to a friend."""
COURTEOUS = re.compile(r"\b(?:suo|sua|suoi|sue|lei|l'aiuta)\b")
"""Of the person, always with a capital."""


def texts_in(value):
    """Every text of two languages in a table, however it is nested."""
    match value:
        case Wording(it=it, en=en):
            yield it, en
        case {"it": str(it), "en": str(en)}:
            yield it, en
        case Mapping():
            for part in value.values():
                yield from texts_in(part)
        case tuple() | list():
            for part in value:
                yield from texts_in(part)


def all_texts():
    for name in TABLES:
        for key, value in vars(importlib.import_module(name)).items():
            if key not in ("EXERCISES", "FORBIDDEN"):
                yield from texts_in(value)
    for game in games_at_hand():
        yield from texts_in(game_named(game).texts)
    for exercise in EXERCISES.values():
        yield from texts_in((exercise.name, exercise.cue, exercise.mistake))


ALL = sorted(set(all_texts()))


def test_the_tables_are_read():
    assert len(ALL) > 200
    assert FRAME["unwell"]["it"] in {it for it, _ in ALL}


def test_a_person_is_addressed_one_way_and_with_a_capital():
    for it, en in ALL:
        assert en.strip(), it
        assert not [w for w in INFORMAL if re.search(rf"\b{w}\b", it.lower())], it
        assert not COURTEOUS.search(it), it


def test_nobody_is_promised_what_others_may_not_do():
    for it, en in ALL:
        assert not re.search(r"leggerà|saprà|chiamerà", it), it
        assert not re.search(r"will (read|know|call)", en), en


def test_a_line_on_a_game_begins_with_a_capital():
    for told in FRAME.values():
        for text in told.values():
            assert text[0].isupper() or text[0] == "{", text
