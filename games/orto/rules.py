"""Orto's rules: decide at rest, move as prescribed.

A card shows a plant; at rest the beds light in turn, and starting to rise chooses the one that is
lit (`choosing`). One normal repetition then plants it, whichever bed it is: a wrong one grows, too.
The ornament is the tempo, as in the games of reaching: a plant with more blossoms.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from games.rules.control import Invitation
from games.rules.play_choice import PlayChoice
from games.rules.progress import Cue, GamePhase
from games.rules.reach import ReachStage
from games.rules.reach_game import ReachGame

from .cards import LEVELS, Card, Species, beds_of, dealt
from .choosing import BedChoice

if TYPE_CHECKING:
    from games.rules.control import Input
    from games.rules.progress import GameEvent, TrialOutcome
    from games.rules.reach_game import ReachTurn
    from games.rules.setting import Setting

__all__ = ["OrtoState", "Planted", "start", "step"]

EASE_S = 0.06
LOOKS_AGAIN = 2
"""After so many rounds of the light a card that was turned over is shown once more."""
SPROUT = 0.45
"""How far a plant has grown whose repetition was not complete."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One plant in a bed; it never shrinks.

    Attributes:
        bed: where it grows.
        grown: 1: the whole plant, less: a sprout, 0: a seed in the earth.
        rich: it has more blossoms: the ornament.
        tick: when it was planted.
    """

    bed: int
    grown: float
    rich: bool
    tick: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrtoState(ReachGame):
    """All there is to Orto at one instant.

    Attributes:
        beds: the plant of each bed, from left to right.
        card: of the repetition at hand.
        choosing: which bed is lit, or was chosen.
        choices: made so far.
        plants: in the order in which they were planted.
        height: where the watering can is drawn, eased from the control's position.
        card_ns: for so long the card has lain on the table.
    """

    beds: tuple[Species, ...]
    card: Card
    choosing: BedChoice
    choices: tuple[PlayChoice, ...] = ()
    plants: tuple[Planted, ...] = ()
    height: float = 0.0
    card_ns: int = 0

    @property
    def chooses(self) -> bool:
        """Whether a bed may be chosen now."""
        ready = self.reach.stage is ReachStage.REST and not self.reach.void
        return ready and self.progress.phase is GamePhase.PLAY

    @property
    def card_shown(self) -> bool:
        """Whether the card's picture is seen: it stays, is still fresh, or is seen once more."""
        shown_s = LEVELS[self.setting.choice_level - 1].shown_s
        if shown_s is None:
            return True
        fresh = self.card_ns < shown_s * 1e9 and bool(self.card.shows)
        return fresh or (self.chooses and self.choosing.rounds >= LOOKS_AGAIN)

    @property
    def bed(self) -> int:
        """The bed that this repetition plants: the chosen one, or the next in turn."""
        lit = self.choosing.lit
        return self.choosing.first if lit is None else lit

    @property
    def elsewhere(self) -> bool:
        """Whether a bed was chosen that the card does not mean."""
        chosen = self.choosing.chosen
        return chosen is not None and not self.card.meant(chosen)

    @property
    def growing(self) -> float:
        """How much of the plant at hand has come up, on the way back: 0 to 1."""
        if self.reach.stage is not ReachStage.BACK or not self.reach.held_long(self.asked):
            return 0.0
        return self.reach.progress(self.control, self.asked)

    @property
    def invites(self) -> Invitation:
        """At rest until the bed that is meant is lit; then the repetition."""
        if not self.chooses:
            rests = self.progress.phase is not GamePhase.PLAY
            return Invitation() if rests else self.reach.invites(self.control, self.asked)
        lit = self.choosing.lit
        if lit is None or not self.card.meant(lit):
            return Invitation()
        return self.reach.invites(self.control, self.asked)


def start(setting: Setting) -> OrtoState:
    """Before the first sample."""
    beds = beds_of(setting.seed, setting.choice_level)
    card, choosing = _turn_of(setting, 1)
    return OrtoState.begun(setting, beds=beds, card=card, choosing=choosing)


def step(state: OrtoState, given: Input) -> tuple[OrtoState, tuple[GameEvent, ...]]:
    """One fixed step."""
    turn = state.turn(given)
    moved, events = turn.of(state), turn.events
    if turn.outcome is not None:
        moved = _planted(moved, state, turn.outcome)
        events = (*_cue(moved, "planted"), *events)
    elif turn.turned:
        events = (*_cue(moved, "watered"), *events)
    elif _dropped(state, turn):
        moved = replace(moved, choosing=replace(BedChoice(state.choosing.beds), first=state.bed))
    else:
        moved, more = _chosen(moved, state)
        events = (*more, *events)
    height = moved.eased_towards(state.height, EASE_S)
    return replace(moved, height=height), events


def _turn_of(setting: Setting, number: int) -> tuple[Card, BedChoice]:
    """The card and the light of a repetition."""
    beds = LEVELS[setting.choice_level - 1].beds
    card = dealt(setting.seed, setting.choice_level, number, setting.repetitions)
    first = random.Random(f"light {setting.seed} {number}").randrange(beds)
    return card, BedChoice(beds, first)


def _chosen(moved: OrtoState, before: OrtoState) -> tuple[OrtoState, tuple[GameEvent, ...]]:
    """A step of choosing: the light moves on, or the rise has taken a bed."""
    way_up = moved.reach.stage is ReachStage.OUT and not moved.reach.void
    if moved.progress.phase is not GamePhase.PLAY or not (moved.chooses or way_up):
        return moved, ()
    dt_ns = moved.setting.step_ns
    choosing = before.choosing.moved(moved.control, dt_ns)
    moved = replace(moved, choosing=choosing, card_ns=before.card_ns + dt_ns)
    if choosing.chosen is not None and before.choosing.chosen is None:
        return moved, _cue(moved, "elsewhere" if moved.elsewhere else "chosen")
    if choosing.lit is not None and choosing.lit != before.choosing.lit:
        return moved, _cue(moved, f"lit{choosing.lit + 1}")
    return moved, ()


def _dropped(before: OrtoState, turn: ReachTurn) -> bool:
    """Whether a movement came to nothing: it was an attempt, or something cut it off."""
    rests = turn.reach.stage is ReachStage.REST
    return rests and before.reach.stage is not ReachStage.REST


def _planted(moved: OrtoState, before: OrtoState, outcome: TrialOutcome) -> OrtoState:
    """The plant of a repetition that is over, what was chosen, and the next card."""
    grown = 1.0 if outcome.success else 0.0 if outcome.flagged else SPROUT
    plant = Planted(before.bed, grown, outcome.ornament, before.tick)
    choices, chosen = before.choices, before.choosing.chosen
    if chosen is not None:
        made = PlayChoice(
            number=outcome.number,
            level=before.setting.choice_level,
            right=before.card.meant(chosen),
            decided_s=before.choosing.decided_s or 0.0,
        )
        choices = (*choices, made)
    card, choosing = _turn_of(before.setting, moved.asked.number)
    return replace(
        moved,
        plants=(*before.plants, plant),
        choices=choices,
        card=card,
        choosing=choosing,
        card_ns=0,
    )


def _cue(state: OrtoState, name: str) -> tuple[GameEvent, ...]:
    return (Cue(name, state.control.t_ns),)
