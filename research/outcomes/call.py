"""A call for a challenge: who needs what, for whom, what may go wrong, and what is the least.

A call is a TOML file. Its gates are asked one after the other: on the *bench* (recordings and
simulations), *supervised* (with a clinician beside the patient), at *home*. Each names the least
figures and how well each topic must stand (`dimensions.Standing`).
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from research.challenges.dimensions import TOPICS, Standing
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GATES", "Call", "Gate", "LeastFigure", "call_toml", "read_call"]

GATES = ("bench", "supervised", "home")
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,80}$")]
USUAL_TOPICS: dict[str, dict[str, Standing]] = {
    "bench": {},
    "supervised": {"safety": Standing.DECLARED, "regulation": Standing.DECLARED},
    "home": {
        "robustness": Standing.HERE,
        "handling": Standing.ELSEWHERE,
        "accessibility": Standing.ELSEWHERE,
        "effect": Standing.ELSEWHERE,
        "energy": Standing.DECLARED,
        "cost": Standing.DECLARED,
    },
}
"""What a new call asks for; whoever calls changes it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LeastFigure(_Frozen):
    """The least that a figure must come to.

    Attributes:
        figure: its key in the result's means.
    """

    figure: Key
    at_most: float | None = Field(default=None, allow_inf_nan=False)
    at_least: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_bound(self) -> LeastFigure:
        if self.at_most is None and self.at_least is None:
            raise ValueError("say at_most or at_least")
        return self


class Gate(_Frozen):
    """What one gate asks.

    Attributes:
        figures: the least of each.
        topics: by topic, how well it must stand.
        unanswered_percent: of the cases, at most.
    """

    figures: tuple[LeastFigure, ...] = ()
    topics: dict[str, Standing] = Field(default_factory=dict)
    unanswered_percent: float = Field(default=0.0, ge=0, le=100)

    @model_validator(mode="after")
    def _known_topics(self) -> Gate:
        known = [topic.key for topic in TOPICS]
        for key in self.topics:
            if key not in known:
                raise ValueError(f"no topic {key!r}; there are: {', '.join(known)}")
        return self


class Call(_Frozen):
    """A call.

    Attributes:
        need: what is missing today.
        people: who it is for.
        harm: what may go wrong, and to whom.
        owner: who answers for it; an office, not a person's address.
        challenge: its entries are scored on.
        kind: what is looked for.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")]
    need: Told
    people: Told
    harm: Told
    owner: Told
    challenge: Annotated[str, StringConstraints(pattern=r"^[a-z-]{3,40}$")]
    kind: Literal["algorithm", "wearable", "game"]
    bench: Gate
    supervised: Gate = Gate()
    home: Gate = Gate()

    @model_validator(mode="after")
    def _something_to_reach(self) -> Call:
        if not self.bench.figures:
            raise ValueError("bench: name the least of one figure at least")
        return self

    def gate(self, name: str) -> Gate:
        """The gate of that name."""
        gate: Gate = getattr(self, name)
        return gate


def read_call(path: Path) -> Call:
    """Read and check a call.

    Raises:
        ConfigurationError: it cannot be read or is none; says where and what.
    """
    try:
        held: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise ConfigurationError(f"{path}: {e.strerror}; `challenge call new` writes one") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ConfigurationError(f"{path} is no TOML: {e}") from e
    try:
        return Call.model_validate(held)
    except ValidationError as e:
        first = e.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the call"
        raise ConfigurationError(f"{path}: {where}: {first['msg']}") from e


def call_toml(call: Call) -> str:
    """A call as the file that `read_call` reads."""
    lines = ["# `ripresa challenge call check FILE` tells what is wrong with it.", ""]
    fields = ("name", "need", "people", "harm", "owner", "challenge", "kind")
    lines += [f"{field} = {_toml(getattr(call, field))}" for field in fields]
    for name in GATES:
        lines += _gate_toml(name, call.gate(name))
    return "\n".join(lines) + "\n"


def _gate_toml(name: str, gate: Gate) -> list[str]:
    lines = ["", f"[{name}]", f"unanswered_percent = {gate.unanswered_percent}"]
    for least in gate.figures:
        lines += ["", f"[[{name}.figures]]", f"figure = {_toml(least.figure)}"]
        bounds = {"at_most": least.at_most, "at_least": least.at_least}
        lines += [f"{bound} = {value}" for bound, value in bounds.items() if value is not None]
    if gate.topics:
        lines += ["", f"[{name}.topics]"]
        lines += [f"{key} = {_toml(standing.value)}" for key, standing in gate.topics.items()]
    return lines


def _toml(text: str) -> str:
    """A basic string; what may not stand in one is written as its number."""
    held = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in held) + '"'
