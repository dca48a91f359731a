"""CBOR from strangers: plain values only, bounded in depth, or an error that can be printed.

The decoder knows more than this system uses, and each of it is a way to hurt: shared references
make lists that hold themselves, big integers and fractions grow without end, an indefinite
length hides how much is to come. Typed arrays (RFC 8746) come as tags and stay bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

import cbor2

from telemetry.errors import DecodeError
from telemetry.printable import printable, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAX_DEPTH", "read_cbor"]

MAX_DEPTH: Final = 8

# Every tag that the decoder would turn into something else than a tag.
_BUILT_IN: Final = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100),
    *(256, 258, 260, 261, 1004, 43000, 55799),
)


def _refuse(_decoder: Any) -> NoReturn:
    raise ValueError("a tag that has no place here")


_REFUSED: Final[Mapping[int, Any]] = dict.fromkeys(_BUILT_IN, _refuse)


def read_cbor(payload: bytes, what: str) -> dict[str, Any]:
    """The map that `payload` is; tags that the decoder does not know stay `cbor2.CBORTag`.

    Raises:
        DecodeError: not CBOR, not a map, too deep, of indefinite length, with a key twice, or
            with a tag that makes anything but plain values.
    """
    try:
        body = cbor2.loads(
            payload,
            semantic_decoders=_REFUSED,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            strict_hashable_types=True,
        )
    except Exception as e:  # cbor2 lets several kinds through, RecursionError among them
        raise DecodeError(what, f"not CBOR ({printable(str(e)) or type(e).__name__})") from e
    if not isinstance(body, dict):
        raise DecodeError(what, f"{shown(body)}, not a map")
    return body
