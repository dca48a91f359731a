"""Who asks: what a person or a program may do, and of which sites."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["ANYBODY", "EVERY_SITE", "NOBODY", "Action", "Principal", "Role"]

EVERY_SITE: Final = "+"
"""Stands for all sites, as in an MQTT topic."""


class Action(StrEnum):
    """What can be asked for; every route declares one."""

    OPEN_PAGE = "open-page"
    SIGN_IN = "sign-in"
    OWN_SESSION = "own-session"
    SEE_WORKLIST = "see-worklist"
    SEE_PATIENT = "see-patient"
    SEE_SESSION = "see-session"
    WATCH_LIVE = "watch-live"
    ACKNOWLEDGE = "acknowledge"
    EDIT_PLAN = "edit-plan"
    SIGN_PLAN = "sign-plan"
    SEND_PLAN = "send-plan"
    TREAT = "treat"
    ISSUE_SURVEY = "issue-survey"
    ANSWER_SURVEY = "answer-survey"
    SEE_OPERATION = "see-operation"
    READ_DESCRIPTION = "read-description"


class Role(StrEnum):
    """What somebody is at the clinic; one may be several."""

    PHYSIOTHERAPIST = "physiotherapist"
    RESEARCHER = "researcher"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody, or a program, that asks.

    Attributes:
        name: the account's, or `token:` and the token's; empty where nobody signed in.
        roles: of the account.
        sites: whose patients; `EVERY_SITE` among them: all.
        scope: the actions that a token is for; None: whatever the roles allow.
    """

    name: str = ""
    roles: frozenset[Role] = frozenset()
    sites: frozenset[str] = frozenset()
    scope: frozenset[Action] | None = None

    @property
    def everywhere(self) -> bool:
        """Whether the patients of all sites are theirs."""
        return EVERY_SITE in self.sites


NOBODY: Final = Principal()
"""Has not signed in."""

ANYBODY: Final = Principal(roles=frozenset(Role), sites=frozenset({EVERY_SITE}))
"""Whoever sits at this machine, where there are no users."""
