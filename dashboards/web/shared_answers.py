"""Answers that many pages ask for again and again: made once for all who see the same patients."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pydantic import BaseModel
    from starlette.requests import Request

    from dashboards.access.principal import Principal

__all__ = ["SharedAnswers", "sight_of"]

MOST_KEPT: Final = 64


def sight_of(principal: Principal) -> Hashable:
    """Whose patients somebody sees, and what of them: two of the same sight get the same answer."""
    return principal.roles, principal.sites, principal.scope


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: Hashable
    body: bytes
    etag: str


class SharedAnswers:
    """The newest answer of each kind, as it is sent; from any thread.

    Whoever has it already (`If-None-Match`) is told so in a few bytes. Who may ask is settled
    before: nothing is sent here that was not let pass.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def answer(
        self, request: Request, key: Hashable, stamp: Hashable, make: Callable[[], BaseModel]
    ) -> Response:
        """An answer, made anew only where `stamp` is another than that of the one that is kept.

        Args:
            request: what is asked.
            key: what the answer depends on: what is wished for, and whose patients are seen.
            stamp: differs where the answer may.
            make: makes it.
        """
        with self._lock:
            kept = self._kept.get(key)
        if kept is None or kept.stamp != stamp:
            body = make().model_dump_json().encode()
            etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
            kept = _Kept(stamp, body, etag)
            with self._lock:
                self._kept[key] = kept
                self._kept.move_to_end(key)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
        told = {"ETag": kept.etag}
        if request.headers.get("if-none-match") == kept.etag:
            return Response(status_code=304, headers=told)
        return Response(kept.body, media_type="application/json", headers=told)
