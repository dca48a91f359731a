"""Messages between the scorer and an entry's process: whole, in time and of bounded length.

A message is its length, eight bytes, and that many bytes. Whoever waits gives a deadline for the
whole of it, so that one who sends half a message, or reads none, holds nobody up.
"""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

__all__ = ["ChannelError", "EntryChannel"]

_LENGTH = struct.Struct(">Q")
_AT_ONCE = 1 << 20


class ChannelError(Exception):
    """No whole message; the text says why."""


class EntryChannel:
    """One end.

    Args:
        end: a connected stream socket; the channel closes it.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: bytes, *, seconds: float | None = None) -> None:
        """Send one message.

        Raises:
            ChannelError: the other end is gone or does not read it in time.
        """
        deadline = _deadline(seconds)
        view = memoryview(_LENGTH.pack(len(message)) + message)
        try:
            while view:
                self._end.settimeout(_left_s(deadline, seconds))
                view = view[self._end.send(view[:_AT_ONCE]) :]
        except TimeoutError as e:
            raise ChannelError(f"it did not read its inputs within {seconds:g} s") from e
        except OSError as e:
            raise ChannelError("its process ended") from e

    def receive(self, *, seconds: float | None = None, most: int | None = None) -> bytes:
        """Receive one message of at most so many bytes.

        Raises:
            ChannelError: the other end is gone, is late, or has more to say.
        """
        deadline = _deadline(seconds)
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size, deadline, seconds))
        if most is not None and length > most:
            raise ChannelError(f"an answer of {length} bytes; {most} are allowed")
        return self._exactly(length, deadline, seconds)

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def _exactly(self, count: int, deadline: float | None, seconds: float | None) -> bytes:
        held = bytearray()
        try:
            while len(held) < count:
                self._end.settimeout(_left_s(deadline, seconds))
                part = self._end.recv(min(count - len(held), _AT_ONCE))
                if not part:
                    raise ChannelError("its process ended")
                held += part
        except TimeoutError as e:
            raise ChannelError(f"no answer within {seconds:g} s") from e
        except OSError as e:
            raise ChannelError("its process ended") from e
        return bytes(held)


def _deadline(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def _left_s(deadline: float | None, seconds: float | None) -> float | None:
    if deadline is None:
        return None
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError(f"beyond {seconds} s")
    return left_s
