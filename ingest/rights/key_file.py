"""The one place where a pseudonym meets a person: a file apart from everything else.

Lines of `pseudonym<TAB>whatever the clinic knows the person by`. It lies where the clinic keeps
such things, never under `RIPRESA_HOME`, never in a back-up of it; no other part of Ripresa
reads it. Losing it makes the data anonymous for good; its owner alone may read it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError
from telemetry.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KeyFile"]

# Without letters and digits that are mistaken for each other when they are read out.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class KeyFile:
    """Who is behind a pseudonym.

    Args:
        path: the file; made with the first entry.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, person: str) -> str:
        """Give a person a fresh pseudonym, which tells nothing of the person.

        Raises:
            ConfigurationError: nobody is named, the person has one already, or the file cannot
                be written.
        """
        person = " ".join(person.split())
        known = self._read()
        if not person:
            raise ConfigurationError("a pseudonym for nobody: give what the clinic knows them by")
        if person in known.values():
            raise ConfigurationError(f"that person has a pseudonym already, see {self._path}")
        pseudonym = "p-" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        if pseudonym in known:
            return self.add(person)
        self._write(known | {pseudonym: person})
        return pseudonym

    def person(self, pseudonym: str) -> str | None:
        """Who is behind a pseudonym; None where the file does not tell."""
        return self._read().get(pseudonym)

    def forget(self, pseudonym: str) -> bool:
        """Take a pseudonym out; False where it is not there.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        known = self._read()
        if known.pop(pseudonym, None) is None:
            return False
        self._write(known)
        return True

    def _read(self) -> dict[str, str]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as e:
            raise ConfigurationError(f"key file {self._path} cannot be read ({e})") from e
        pairs = (line.partition("\t") for line in text.splitlines() if line.strip())
        return {pseudonym: person for pseudonym, _, person in pairs}

    def _write(self, known: dict[str, str]) -> None:
        text = "".join(f"{key}\t{person}\n" for key, person in known.items())
        write_atomically(self._path, text)
