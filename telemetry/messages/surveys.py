"""The anonymous questionnaire: its keys, how a home comes by its one credential, its answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from telemetry.identity import Pseudonym

from .bounds import STRICT, Int64
from .notices import Notice

__all__ = ["SurveyIssue", "SurveyKeys", "SurveyNotice", "SurveyRequest", "SurveyTaken"]

OneTimeToken = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""128 random bits; says of an answer that it is the same one again, and nothing else."""
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The random prefix of a prepared message (RFC 9474, section 4.1)."""
BigNumber = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){256,512}$")]
"""As many bytes as an RSA key of 2048 to 4096 bits has."""
DerKey = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){1,1000}$")]
Quarter = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-q[1-4]$")]


class SurveyKeys(Notice):
    """The public key of each survey that credentials are issued for: the same for every home.

    Attributes:
        keys: survey to key, hexadecimal DER (SubjectPublicKeyInfo).
    """

    keys: dict[Quarter, DerKey] = Field(max_length=8)


class SurveyRequest(Notice):
    """A home asks for its credential of a survey; a repeat gets the same answer.

    Attributes:
        blinded: the blinded message (RFC 9474, section 4.2): nobody can tell what it holds.
    """

    patient: Pseudonym
    survey: Quarter
    blinded: BigNumber


class SurveyIssue(Notice):
    """The clinic's answer: a blind signature, from which the home makes its credential."""

    survey: Quarter
    blind_signature: BigNumber


class SurveyNotice(Notice):
    """One anonymous answer to the questionnaire on its way: no name, no time, no order.

    Attributes:
        token: drawn for this answer.
        survey: the quarter of a year that it belongs to, the same for everybody.
        marks: item to mark.
        prefix, signature: the survey's key has signed prefix and token, and never saw them.
    """

    # Nothing may ride along with an anonymous answer.
    model_config = STRICT

    token: OneTimeToken
    survey: Quarter
    marks: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{1,12}$")], Int64] = Field(
        min_length=1, max_length=20
    )
    prefix: Prefix
    signature: BigNumber


class SurveyTaken(Notice):
    """The answer with this token is stored; its home may forget it."""

    token: OneTimeToken
