"""The one place that says who may do what.

A role allows actions; a site allows patients. What is not allowed is refused. Whoever asks for a
patient of another site is answered as if there were none of that pseudonym.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .principal import Action, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .principal import Principal

__all__ = ["PUBLIC", "TOKEN_SCOPES", "may"]

PUBLIC: Final = frozenset({Action.OPEN_PAGE, Action.SIGN_IN, Action.ANSWER_SURVEY})
"""Anybody's: the page's own files, which hold nothing of anyone, the way in, a survey by a code."""

_LOOKING: Final = frozenset(
    {
        Action.SEE_WORKLIST,
        Action.SEE_PATIENT,
        Action.SEE_SESSION,
        Action.SEE_OPERATION,
        Action.READ_DESCRIPTION,
    }
)

_ALLOWED: Final[Mapping[Role, frozenset[Action]]] = {
    Role.PHYSIOTHERAPIST: _LOOKING
    | {Action.WATCH_LIVE, Action.ACKNOWLEDGE, Action.TREAT, Action.ISSUE_SURVEY}
    | {Action.EDIT_PLAN, Action.SIGN_PLAN, Action.SEND_PLAN},
    Role.RESEARCHER: _LOOKING,
    # Who keeps the machine running need not read about anybody's pain.
    Role.ADMIN: frozenset({Action.SEE_OPERATION, Action.READ_DESCRIPTION}),
}

TOKEN_SCOPES: Final = _LOOKING | {Action.WATCH_LIVE}
"""What a token may be for: a program reads; whoever answers for a deed signs in."""


def may(
    principal: Principal, action: Action, site: str | None = None, patient: str | None = None
) -> bool:
    """Whether somebody may do something.

    Args:
        principal: who.
        action: what.
        site: of the patient; None where none is known, or nobody is meant.
        patient: about whom; None: about nobody in particular. Of a patient whose site is not
            known only those may ask whose are all sites.
    """
    if action in PUBLIC:
        return True
    if action is Action.OWN_SESSION:
        return bool(principal.name) and principal.scope is None
    if principal.scope is not None and action not in principal.scope:
        return False
    if principal.scope is None and not any(action in _ALLOWED[role] for role in principal.roles):
        return False
    if patient is None and site is None:
        return True
    return principal.everywhere or site in principal.sites
