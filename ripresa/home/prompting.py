"""What a home remembers for its games, and what its prompts are made of."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Final

from games.persuasion.prompts import ALL
from games.persuasion.session_prompts import session_prompts
from games.session.letter_page import Letter
from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import StoreError
from telemetry.files import write_atomically

from .history import past_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from games.persuasion.prompts import Prompt
    from games.persuasion.session_prompts import Told
    from therapy.wording import Language

    from .home_at_work import HomeAtWork

__all__ = ["TRIAL_SEED", "Levels", "letters_for", "prompts_for"]

log = logging.getLogger(__name__)

TRIAL_SEED: Final = "RIPRESA_TRIAL_SEED"
"""Of the draw of prompts' variants by person and week; a study gives its own to all its homes."""
FIRST_SEED: Final = "1"


class Levels:
    """The difficulty by item id, kept from session to session.

    Args:
        path: a file; damaged or missing, the games begin at their own start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, float]:
        """What was kept; every level between 0 and 1."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(k): min(1.0, max(0.0, float(v))) for k, v in found.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as e:
            log.warning("the games begin at their start: %s cannot be read (%s)", self._path, e)
            return {}

    def save(self, levels: Mapping[str, float]) -> None:
        """Keep the levels; a disk that refuses costs only that."""
        try:
            write_atomically(self._path, json.dumps(dict(levels)))
        except StoreError as e:
            log.warning("the difficulty is not kept: %s", e)


def prompts_for(at_work: HomeAtWork, language: Language) -> Callable[[Told], list[Prompt]]:
    """What to say at the start and the end of the session that is open.

    Raises:
        StoreError: the journal cannot be read.
    """
    plan, journal, clock = at_work.plan, at_work.box.journal, at_work.home.clock
    today = plan.day_of(clock.now_ns())
    versions = PlanFolder(at_work.home.folder.plans).versions(plan.patient)
    past = past_of(journal, versions, today)
    return session_prompts(
        plan,
        os.environ.get(TRIAL_SEED) or FIRST_SEED,
        language,
        done_days=past.days - {today},
        today=today,
        on=frozenset(m for m in ALL if m in plan.persuasion.on),
    )


def letters_for(at_work: HomeAtWork, language: Language) -> Callable[[], list[Letter]]:
    """The therapist's messages that wait, as they come in; none where the plan shows none."""

    def letters() -> list[Letter]:
        if not at_work.plan.persuasion.therapists_message:
            return []
        return [
            Letter(one.message, one.text_it if language == "it" else one.text_en)
            for one in at_work.messages.waiting
        ]

    return letters
