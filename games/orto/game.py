"""Orto as the frame finds it."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

from games.engine.game import Game, GameLine, drawn_by
from games.rules.reach import ReachStage

from .cards import NAMES, Species
from .colours import ROLES, roles_in
from .rules import start, step

if TYPE_CHECKING:
    from .rules import OrtoState

__all__ = ["GAME"]


def line_of(state: OrtoState) -> GameLine:
    """What is said: the card while a bed is to be chosen, then the repetition."""
    if not state.chooses:
        if state.reach.stage is ReachStage.BACK or state.invites.level <= 0:
            return GameLine("back", by_ear=("back",))
        key = "elsewhere" if state.elsewhere else "out"
        return GameLine(key, by_ear=(key,))
    card = _card_line(state)
    rule = ("rule.elsewhere" if state.card.elsewhere else "rule.same",)
    spoken = ((rule if state.card.new_rule else ()) + (card,)) if state.card_shown else ()
    lit = state.choosing.lit
    if not state.choosing.at_rest and lit is None:
        return GameLine("rest", by_ear=("rest",))
    # By ear every light has its name; before the first one there is the card alone.
    named = () if lit is None else (f"bed.{state.beds[lit]}",)
    first = state.choosing.rounds == 0 and lit in (None, state.choosing.first)
    return GameLine(card, spoken, (*spoken, *named) if first or not named else named)


def _card_line(state: OrtoState) -> str:
    card, beds = state.card, state.beds
    if not state.card_shown:
        return "recall" if card.shows else "second"
    if len(card.shows) == 2 and card.shows[0] != card.shows[1]:
        return f"pair.{beds[card.shows[0]]}.{beds[card.shows[1]]}"
    return f"{'not' if card.elsewhere else 'card'}.{beds[card.bed]}"


def _texts() -> dict[str, dict[str, str]]:
    texts = {
        "title": {"it": "Orto", "en": "Orto"},
        "goal": {
            "it": "Aspetti la luce sull'aiuola della carta, poi salga e scenda piano.",
            "en": "Wait for the light on the card's bed, then rise and come down slowly.",
        },
        "out": {"it": "Salga con calma", "en": "Rise gently"},
        "back": {"it": "Scenda piano: cresce", "en": "Come down slowly: it grows"},
        "slower": {"it": "Più piano: c'è tempo", "en": "Slower: there is time"},
        "elsewhere": {"it": "Cresce anche qui", "en": "It grows here, too"},
        "rest": {"it": "Giù a riposo: si accende un'aiuola", "en": "Down to rest: a bed lights up"},
        "recall": {"it": "Salga alla luce della Sua aiuola", "en": "Rise as your bed lights up"},
        "second": {"it": "E ora la seconda carta", "en": "And now the second card"},
        "rule.elsewhere": {
            "it": "Nuova regola: un'aiuola diversa dalla carta",
            "en": "A new rule: any bed but the card's",
        },
        "rule.same": {
            "it": "Di nuovo l'aiuola della carta",
            "en": "The card's own bed again",
        },
    }
    for kind, name in NAMES.items():
        texts[f"card.{kind}"] = {"it": f"Pianti: {name.it}", "en": f"Plant: {name.en}"}
        texts[f"not.{kind}"] = {"it": f"Non qui: {name.it}", "en": f"Not here: {name.en}"}
        texts[f"bed.{kind}"] = {"it": name.it, "en": name.en}
    for one, other in permutations(Species, 2):
        a, b = NAMES[one], NAMES[other]
        texts[f"pair.{one}.{other}"] = {
            "it": f"Prima {a.it}, poi {b.it}",
            "en": f"First {a.en}, then {b.en}",
        }
    return texts


def _choices(state: Any) -> Any:
    return state.choices


GAME = Game(
    name="orto",
    start=start,
    step=step,
    invites=lambda state: state.invites,
    screen=drawn_by("games.orto.screen", "OrtoScreen"),
    texts=_texts(),
    sounds={
        "lit1": "bed1",
        "lit2": "bed2",
        "lit3": "bed3",
        "chosen": "pluck",
        "elsewhere": "pluck",
        "watered": "breeze",
        "planted": "chime",
    },
    roles=ROLES,
    portrait="watered",
    line=line_of,
    choices=_choices,
    roles_in=roles_in,
)
