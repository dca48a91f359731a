"""A home's postcards: who may send, what came, what was seen; nothing without both consents.

The person allows postcards at all, each sender agrees that their name, words and pictures are kept
here. Whoever takes a consent back takes what hung on it along, files and all. Nothing of this
leaves the box, and nothing of the therapy enters it.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from games.postcards.picture import redrawn
from games.postcards.postcard import MOST_LETTERS, MOST_NAME, Postcard, plain_words
from telemetry.errors import StoreError
from telemetry.files import make_private_folder, write_atomically
from telemetry.identity import UlidText
from telemetry.messages.newer import first_problem
from therapy.wording import WordedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MOST_CARDS", "MOST_SENDERS", "KeptCard", "PostcardBox"]

log = logging.getLogger(__name__)

MOST_SENDERS: Final = 3
MOST_CARDS: Final = 60
LIST: Final = "postcards.json"
LOCK: Final = "lock"


class KeptCard(BaseModel):
    """One card.

    Attributes:
        seen: in how many sessions it was looked at.
        hidden: the person does not wish to see it again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    card: UlidText
    sender: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    text: Annotated[str, Field(min_length=1, max_length=MOST_LETTERS)]
    picture: bool = False
    seen: int = Field(default=0, ge=0)
    hidden: bool = False


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    allowed: bool = False
    senders: tuple[Annotated[str, Field(max_length=MOST_NAME)], ...] = Field(
        default=(), max_length=MOST_SENDERS
    )
    cards: tuple[KeptCard, ...] = Field(default=(), max_length=MOST_CARDS)


class PostcardBox:
    """The postcards of one home; each look reads what is kept now, by whatever program.

    Args:
        folder: made with the first word that is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def allowed(self) -> bool:
        """Whether the person lets postcards come."""
        return self._load().allowed

    @property
    def senders(self) -> tuple[str, ...]:
        """Who agreed to be kept here."""
        return self._load().senders

    @property
    def cards(self) -> tuple[KeptCard, ...]:
        """All cards, oldest first; none where the person allows none."""
        kept = self._load()
        return kept.cards if kept.allowed else ()

    @property
    def next(self) -> Postcard | None:
        """The card of a session: the oldest that was not seen, else the one seen least."""
        shown = [card for card in self.cards if not card.hidden]
        if not shown:
            return None
        card = min(shown, key=lambda c: c.seen)
        picture = self._picture(card.card) if card.picture else None
        return Postcard(card.card, card.sender, card.text, picture)

    def keeps(self, card: str) -> bool:
        """Whether a card may be shown still."""
        return any(c.card == card and not c.hidden for c in self.cards)

    def allow(self) -> None:
        """The person lets postcards come.

        Raises:
            StoreError: it cannot be written.
        """
        with self._changing() as kept:
            self._keep(kept.model_copy(update={"allowed": True}))

    def refuse(self) -> int:
        """The person wants none any more: cards, pictures and senders go.

        Returns:
            How many cards are gone.

        Raises:
            StoreError: a file cannot be written or deleted.
        """
        with self._changing() as kept:
            self._keep(_Kept())
        return len(kept.cards)

    def add(
        self, card: str, sender: str, text: str, picture: bytes | None = None, *, agreed: bool
    ) -> None:
        """Keep a card.

        Args:
            card: its ULID.
            sender: as the person calls them.
            text: what it says.
            picture: of a file, as it came; it is kept redrawn.
            agreed: the sender agrees to be kept here; not asked again of one who did.

        Raises:
            ConfigurationError: a consent is missing, there are three senders already, the box is
                full, the words are too long, or the picture cannot be taken.
            StoreError: it cannot be written.
        """
        name = plain_words(sender, MOST_NAME, "il nome", "the name")
        words = plain_words(text, MOST_LETTERS, "la cartolina", "the postcard")
        _hold(self._load(), name, agreed=agreed)
        drawn = None if picture is None else redrawn(picture)
        made = KeptCard(card=card, sender=name, text=words, picture=drawn is not None)
        with self._changing() as kept:
            # Redrawing takes a while, and a consent may have been taken back in it.
            _hold(kept, name, agreed=agreed)
            if drawn is not None:
                write_atomically(self._picture(card), drawn)
            senders = tuple(dict.fromkeys((*kept.senders, name)))
            self._keep(_Kept(allowed=True, senders=senders, cards=(*kept.cards, made)))

    def remove(self, sender: str) -> int:
        """A sender takes their consent back: their name, cards and pictures go.

        Returns:
            How many cards are gone.

        Raises:
            ConfigurationError: nobody of that name sends.
            StoreError: a file cannot be written or deleted.
        """
        with self._changing() as kept:
            if sender not in kept.senders:
                known = ", ".join(kept.senders) or "-"
                raise WordedError(
                    f"nessuno scrive come {sender!r}: ci sono {known}",
                    f"nobody sends as {sender!r}: there are {known}",
                )
            left = tuple(c for c in kept.cards if c.sender != sender)
            senders = tuple(s for s in kept.senders if s != sender)
            self._keep(kept.model_copy(update={"senders": senders, "cards": left}))
        return len(kept.cards) - len(left)

    def note_seen(self, card: str) -> None:
        """It was looked at in a session; a disk that refuses costs only that."""
        self._note(card, seen=1)

    def hide(self, card: str) -> None:
        """The person does not wish to see it again; a disk that refuses costs only that."""
        self._note(card, hidden=True)

    def _note(self, card: str, *, seen: int = 0, hidden: bool = False) -> None:
        try:
            with self._changing() as kept:
                cards = tuple(
                    c.model_copy(update={"seen": c.seen + seen, "hidden": c.hidden or hidden})
                    if c.card == card
                    else c
                    for c in kept.cards
                )
                self._keep(kept.model_copy(update={"cards": cards}))
        except StoreError as e:
            log.warning("what became of a postcard is not kept: %s", e)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[_Kept]:
        """What is kept, while nobody else changes it: a session and a command may meet here."""
        try:
            make_private_folder(self._folder)
            handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as e:
            raise StoreError(
                f"{self._folder} cannot be written ({e.strerror}): check its rights"
            ) from e
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield self._load()
        finally:
            os.close(handle)

    def _keep(self, kept: _Kept) -> None:
        """Write the list; a picture that no card names goes."""
        write_atomically(self._folder / LIST, kept.model_dump_json())
        named = {card.card for card in kept.cards if card.picture}
        for path in self._folder.glob("*.jpg"):
            if path.stem not in named:
                try:
                    path.unlink(missing_ok=True)
                except OSError as e:
                    raise StoreError(
                        f"{path} could not be deleted ({e.strerror}): delete it by hand"
                    ) from e

    def _picture(self, card: str) -> Path:
        return self._folder / f"{card}.jpg"

    def _load(self) -> _Kept:
        path = self._folder / LIST
        try:
            return _Kept.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return _Kept()
        except (OSError, ValidationError) as e:
            why = first_problem(e) if isinstance(e, ValidationError) else e.strerror
            log.warning("no postcards are shown: %s cannot be read (%s)", path.name, why)
            return _Kept()


def _hold(kept: _Kept, name: str, *, agreed: bool) -> None:
    """Hold a card's sender against both consents and the bounds.

    Raises:
        ConfigurationError: what is missing, and what to do.
    """
    if not kept.allowed:
        raise WordedError(
            "la persona non ha detto di volere cartoline: prima 'ripresa home postcards allow'",
            "the person has not said that postcards may come: first 'ripresa home postcards allow'",
        )
    if name not in kept.senders and len(kept.senders) >= MOST_SENDERS:
        raise WordedError(
            f"scrivono già in {MOST_SENDERS}: {', '.join(kept.senders)}",
            f"{MOST_SENDERS} send already: {', '.join(kept.senders)}",
        )
    if name not in kept.senders and not agreed:
        raise WordedError(
            f"{name} non ha ancora accettato che nome, parole e immagini restino qui: "
            "lo chieda, poi aggiunga --agreed",
            f"{name} has not agreed yet that name, words and pictures are kept here: ask, "
            "then add --agreed",
        )
    if len(kept.cards) >= MOST_CARDS:
        raise WordedError(
            f"ci sono già {MOST_CARDS} cartoline: 'ripresa home postcards remove' ne toglie",
            f"there are {MOST_CARDS} postcards already: 'ripresa home postcards remove' takes "
            "some away",
        )
