"""A sample of any message, made from its model's own schema: what is added there is played, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from pydantic import TypeAdapter

__all__ = ["MessageSamples"]

ULID: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_ITEMS: Final = 3
HEX: Final = "0123456789abcdef"
_PATTERNS: Final = (
    ("{256,512}", 512, HEX),
    ("{64}", 64, HEX),
    ("{32}", 32, HEX),
    ("{16}", 16, HEX),
)


class MessageSamples:
    """Makes bodies that a model takes, mostly: patterns that it does not know it fills with a name.

    Args:
        model: of all messages of a kind.
        dice: decides everything.
    """

    def __init__(self, model: TypeAdapter[Any], dice: random.Random) -> None:
        self._schema = model.json_schema()
        self._dice = dice

    def sample(self, **given: object) -> dict[str, Any]:
        """One of them; `given` replaces fields of it that it has."""
        body: dict[str, Any] = self._made(self._schema)
        return body | {name: value for name, value in given.items() if name in body}

    def _made(self, schema: Mapping[str, Any]) -> Any:
        if "$ref" in schema:
            return self._made(self._schema["$defs"][schema["$ref"].rsplit("/", 1)[1]])
        if either := schema.get("anyOf") or schema.get("oneOf"):
            return self._made(self._dice.choice(either))
        fixed = [schema["const"]] if "const" in schema else schema.get("enum")
        return self._dice.choice(fixed) if fixed else self._of_type(schema)

    def _of_type(self, schema: Mapping[str, Any]) -> Any:
        made: Any = None
        match schema.get("type"):
            case "object":
                made = self._object(schema)
            case "array":
                made = self._list(schema)
            case "string":
                made = self._text(schema)
            case "integer" | "number" as kind:
                low = float(schema.get("minimum", schema.get("exclusiveMinimum", 0)))
                high = float(schema.get("maximum", schema.get("exclusiveMaximum", low + 100)))
                made = self._dice.choice((low, high, self._dice.uniform(low, high)))
                made = int(made) if kind == "integer" else made
            case "boolean":
                made = self._dice.random() < 0.5
        return made

    def _list(self, schema: Mapping[str, Any]) -> list[Any]:
        of = schema.get("items") or {"type": "number"}
        least = int(schema.get("minItems", 0))
        most = min(int(schema.get("maxItems", MOST_ITEMS)), max(MOST_ITEMS, least))
        return [self._made(of) for _ in range(self._dice.randint(least, most))]

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        wanted = set(schema.get("required", ())) | {"type"}
        return {
            name: self._made(of)
            for name, of in schema.get("properties", {}).items()
            if name in wanted or self._dice.random() < 0.5
        }

    def _text(self, schema: Mapping[str, Any]) -> str:
        dice = self._dice
        if schema.get("format") == "date":
            return dice.choice(("2026-11-20", "1970-01-01", "2024-02-29", "9999-12-31"))
        pattern = str(schema.get("pattern", ""))
        for mark, length, letters in _PATTERNS:
            if mark in pattern:
                return "".join(dice.choices(letters, k=length))
        if "-q[1-4]" in pattern:
            return dice.choice(("2026-q4", "2026-q1", "0000-q1"))
        if "26" in pattern or "25" in pattern:
            return "01" + "".join(dice.choices(ULID, k=24))
        return ("x" * int(schema.get("minLength", 1)) + "a")[: schema.get("maxLength", 40)]
