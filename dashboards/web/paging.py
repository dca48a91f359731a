"""Lists by cursor: where the next part begins, as a text that nobody need understand."""

import base64
import binascii
import json
from typing import Final

from dashboards.access.refused import Refused
from therapy.wording import Wording

__all__ = ["LARGEST_CURSOR", "MOST", "USUAL", "cursor_of", "read_cursor"]

USUAL: Final = 50
"""So many lines where nobody says how many."""
MOST: Final = 200
LARGEST_CURSOR: Final = 300


def cursor_of(*place: str | int) -> str:
    """The place of the last line that was given."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type[str | int]) -> tuple[str | int, ...]:
    """The place that a cursor says.

    Raises:
        Refused: 422, it is none that was given here.
    """
    try:
        body = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = json.loads(body)
    except (binascii.Error, ValueError, RecursionError) as e:
        raise _unread() from e
    if not isinstance(place, list) or tuple(type(one) for one in place) != kinds:
        raise _unread()
    return tuple(place)


def _unread() -> Refused:
    return Refused(
        422,
        Wording(
            "questo non è un posto della lista: ricominci senza 'after'",
            "this is no place in the list: begin again without 'after'",
        ),
    )
