"""Surveys answered by a code on paper or phone: who has one may answer once, and is nobody.

A code is 60 random bits, kept as its SHA-256 with the survey and the day on which it ends; nothing
says to whom it was given. Answering deletes it in the transaction that keeps the answer, so that
nothing is left that could tell which code an answer came by. Answers and words lie apart from each
other under random names, without times and in no order of arrival.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from ingest.journal.schema import connect, store_errors, transaction
from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import make_private_folder
from therapy.questionnaires.surveys import BY_CODE, LONGEST_WORDS, SURVEYS, is_survey_answer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from telemetry.clock import Clock
    from therapy.questionnaires.surveys import Survey

__all__ = ["MOST_CODES", "USUAL_DAYS", "SurveyCodes"]

APPLICATION_ID: Final = 0x52495053  # "RIPS"
WHAT: Final = "the surveys' file"
PATIENCE_S: Final = 5.0
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is taken for a digit."""
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
LETTERS: Final = 12
MOST_CODES: Final = 200
"""At once."""
USUAL_DAYS: Final = 60
LONGEST_DAYS: Final = 366
DAY_NS: Final = 86_400_000_000_000

_TABLES: Final = (
    """CREATE TABLE code (
        hash BLOB PRIMARY KEY, survey TEXT NOT NULL, ends_ns INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE issued (survey TEXT PRIMARY KEY, codes INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE answer (
        id BLOB PRIMARY KEY, survey TEXT NOT NULL, answers TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE words (
        id TEXT PRIMARY KEY, survey TEXT NOT NULL, words TEXT NOT NULL
    ) WITHOUT ROWID""",
)


class SurveyCodes:
    """One clinic's codes and what was answered by them; a context manager. Any thread may use it.

    Args:
        path: a file, made where there is none.
        clock: ends codes.

    Raises:
        StoreBusy, StoreError: it cannot be opened, or is another program's.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path, self._clock = path, clock
        self._lock = threading.Lock()
        with store_errors(path, WHAT):
            try:
                make_private_folder(path.parent)
            except OSError as e:
                raise StoreError(f"no folder for {path} ({e}): check its rights") from e
            self._db = connect(path, busy_timeout_s=PATIENCE_S)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def issue(self, survey: str, count: int = 1, days: int = USUAL_DAYS) -> list[str]:
        """Make codes of a survey, each for one answer; they are told here and never again.

        Raises:
            ConfigurationError: no such survey by code, or too many codes or days.
            StoreError: they cannot be kept; none was made.
        """
        if survey not in BY_CODE:
            raise ConfigurationError(f"no survey {survey!r} by code: {', '.join(BY_CODE)}")
        if not (1 <= count <= MOST_CODES and 1 <= days <= LONGEST_DAYS):
            raise ConfigurationError(f"1 to {MOST_CODES} codes, for 1 to {LONGEST_DAYS} days")
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(count)]
        # To the day's end: the hour would tell when it was given to whom.
        ends_ns = (self._clock.now_ns() // DAY_NS + days + 1) * DAY_NS
        with self._writing() as db:
            db.execute("DELETE FROM code WHERE ends_ns <= ?", (self._clock.now_ns(),))
            db.executemany(
                "INSERT INTO code VALUES (?, ?, ?)",
                [(_hashed(code), survey, ends_ns) for code in codes],
            )
            db.execute(
                "INSERT INTO issued VALUES (?, ?) "
                "ON CONFLICT (survey) DO UPDATE SET codes = codes + excluded.codes",
                (survey, count),
            )
        return ["-".join(code[n : n + 4] for n in range(0, LETTERS, 4)) for code in codes]

    def opened(self, code: str) -> Survey | None:
        """The survey that a code opens; None: there never was such a code, it was used, or ended.

        Raises:
            StoreError: it cannot be read.
        """
        with self._lock, store_errors(self.path, WHAT):
            found = self._db.execute(_HOLDS, (_hashed(code), self._clock.now_ns())).fetchone()
        return None if found is None else SURVEYS.get(found[0])

    def take(self, code: str, answers: Mapping[str, int | str], words: str = "") -> bool:
        """Keep what was answered, and use up its code; False where the code opens nothing.

        Args:
            code: as it was typed.
            answers: item to mark or option; items may be left out.
            words: one thing to change, in words of one's own; may be empty.

        Raises:
            ConfigurationError: an answer is none of its survey's, or the words are too long; the
                code still holds.
            StoreError: it cannot be kept; the code still holds.
        """
        key, now_ns = _hashed(code), self._clock.now_ns()
        with self._writing() as db:
            found = db.execute(_HOLDS, (key, now_ns)).fetchone()
            if found is None:
                return False
            survey = str(found[0])
            _hold(survey, answers, words)
            db.execute("DELETE FROM code WHERE hash = ?", (key,))
            db.execute(
                "INSERT INTO answer VALUES (?, ?, ?)",
                (secrets.token_bytes(16), survey, json.dumps(dict(answers), sort_keys=True)),
            )
            if words.strip():
                db.execute(
                    "INSERT INTO words VALUES (?, ?, ?)",
                    (secrets.token_hex(8), survey, words.strip()),
                )
        return True

    def issued(self) -> dict[str, int]:
        """Codes that were made, by survey: how many were asked.

        Raises:
            StoreError: it cannot be read.
        """
        with self._lock, store_errors(self.path, WHAT):
            return dict(self._db.execute("SELECT survey, codes FROM issued ORDER BY survey"))

    def answers(self, survey: str) -> list[dict[str, int | str]]:
        """All answers of a survey, in no order.

        Raises:
            StoreError: it cannot be read.
        """
        with self._lock, store_errors(self.path, WHAT):
            rows = self._db.execute("SELECT answers FROM answer WHERE survey = ?", (survey,))
            return [json.loads(answers) for (answers,) in rows]

    def words(self) -> list[tuple[str, str, str]]:
        """Name, survey and text of what was said in words, in no order.

        Raises:
            StoreError: it cannot be read.
        """
        with self._lock, store_errors(self.path, WHAT):
            return self._db.execute("SELECT id, survey, words FROM words ORDER BY id").fetchall()

    def erase_words(self, name: str) -> bool:
        """Delete one text; False where there is none of that name.

        Raises:
            StoreError: it cannot be written.
        """
        with self._writing() as db:
            return bool(db.execute("DELETE FROM words WHERE id = ?", (name,)).rowcount)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, store_errors(self.path, WHAT), transaction(self._db):
            yield self._db

    def _prepare(self) -> None:
        with transaction(self._db):
            if self._db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None:
                for table in _TABLES:
                    self._db.execute(table)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            elif self._db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"{self.path} does not hold Ripresa's surveys: move it away")


_HOLDS: Final = "SELECT survey FROM code WHERE hash = ? AND ends_ns > ?"


def _hashed(code: str) -> bytes:
    """Of a code as somebody types it: small letters, no hyphens, an O for a 0."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum()).translate(MISREAD)
    return hashlib.sha256(plain.encode()).digest()


def _hold(survey: str, answers: Mapping[str, int | str], words: str) -> None:
    for item, answer in answers.items():
        if not is_survey_answer(survey, item, answer):
            # What was sent is not repeated: it may be anything.
            raise ConfigurationError("an answer is none of this survey's: send it from its page")
    if len(words) > LONGEST_WORDS:
        raise ConfigurationError(f"one thing to change has at most {LONGEST_WORDS} letters")
