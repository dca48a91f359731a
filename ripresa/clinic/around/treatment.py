"""What a clinic does around a plan: written down, told to the home, and noted in the audit log.

The page and the command line do it here. What only needs to be known is a care record; a message
and the unlocking of standing go to the home as well.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, Literal

from ingest.rights.audit import AuditKey
from ingest.rights.consent import ConsentState, set_consent
from ripresa.access.access_audit import deed_writer
from ripresa.care.clinic_store import ClinicStore
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.outbox import Outbox, OutboxLetter
from ripresa.platform.configuration import audit_key_at_hand
from ripresa.recordings.take_of_session import curve_of
from telemetry.identity import new_ulid
from telemetry.messages.around.agreements import ConsentTold
from telemetry.messages.around.episode import StandingUnlocked
from telemetry.messages.around.letters import LETTER_LENGTH, MessageWithdrawn, MessageWritten
from telemetry.messages.around.take_curve import TakeRecorded
from telemetry.messages.care import DaysExcused, Discharged, DoneCorrected
from telemetry.messages.notices import MOST_EARLIER, Command, LetterText, TherapistMessage
from therapy.wording import WordedError

from .holding import hold_to_seen, hold_to_what_is
from .own_takes import OwnTakes
from .told_days import hold_in_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analytics.monitoring.around.around import Around
    from analytics.monitoring.fold import Fold
    from dashboards.around.treatment_port import TakeSession
    from games.rules.take import Take
    from ingest.journal.journal import Journal
    from ripresa.care.care_journal import JournalCareRecord
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from telemetry.messages.care import CareRecord

__all__ = ["Treatment", "standing_command"]

MOST_WAITING: Final = 1 + MOST_EARLIER
"""Messages that wait to be read: one more is refused until one was read or taken back."""
MOST_NAME: Final = 60
"""Letters of who did it."""


class Treatment:
    """One clinic's; may be used from several threads.

    Args:
        care: the figures, kept up with the journal.
        journal: the clinic's.
        folder: its state.
        clock: stamps what is written.
        audit: notes in the audit log who did what to whom.
    """

    def __init__(
        self,
        care: JournalCareRecord,
        journal: Journal,
        folder: Folder,
        clock: Clock,
        audit: Callable[[str, str, str], None] = lambda _by, _action, _patient: None,
    ) -> None:
        self._care = care
        self._journal = journal
        self._folder = folder
        self._outbox = Outbox(folder.outbox)
        self._clock = clock
        self._audit = audit
        self._own = OwnTakes(folder, self.knows)

    @classmethod
    @contextlib.contextmanager
    def at(cls, folder: Folder, clock: Clock) -> Iterator[Treatment]:
        """That of the clinic whose state lies in a folder; the clinic may run meanwhile.

        Raises:
            StoreError: its journal cannot be used.
            ConfigurationError: nor its audit key.
        """
        with ClinicStore(folder, clock) as store:
            key = AuditKey.at(audit_key_at_hand(folder) or folder.audit_key)
            audit = deed_writer(store.journal, key, clock)
            yield cls(store.care(), store.journal, folder, clock, audit)

    def knows(self, patient: str) -> bool:
        """Whether somebody of that pseudonym is treated here, with a home to tell."""
        return not self._care.barred(patient) and bool(self._sites(patient))

    def write_message(self, patient: str, text: str, by: str) -> None:
        """Send a message to the patient's next session; those that wait to be read stay.

        Raises:
            ConfigurationError: nobody of that pseudonym is treated here, it says nothing, or too
                many wait already.
            StoreError: it cannot be written down or sent.
        """
        with self._about(patient, by) as (_, around):
            self._site(patient)
            waiting = [x for x in around.letters if x.state in ("sent", "delivered")]
            if len(waiting) >= MOST_WAITING:
                raise WordedError(
                    f"{len(waiting)} messaggi aspettano di essere letti: prima ne ritiri uno",
                    f"{len(waiting)} messages wait to be read: take one back first",
                )
            if not 1 <= len(text.strip()) <= LETTER_LENGTH:
                raise WordedError(
                    f"un messaggio ha da 1 a {LETTER_LENGTH} lettere",
                    f"a message has 1 to {LETTER_LENGTH} letters",
                )
            written = MessageWritten(
                patient=patient,
                t_ns=self._clock.now_ns(),
                message=new_ulid(self._clock),
                text=text.strip(),
                by=by,
            )
            self._care.note([written])
            self._send([*(x.written for x in waiting), written])

    def withdraw_message(self, patient: str, message: str, by: str) -> None:
        """Take a message back that was not read yet.

        Raises:
            ConfigurationError: there is none, or it was read.
            StoreError: it cannot be written down or sent.
        """
        with self._about(patient, by) as (_, around):
            waiting = [x for x in around.letters if x.state in ("sent", "delivered")]
            if all(x.written.message != message for x in waiting):
                raise WordedError(
                    "nessun messaggio così aspetta di essere letto: rilegga l'elenco",
                    "no message that waits to be read: read the list again",
                )
            self._care.note(
                [
                    MessageWithdrawn(
                        patient=patient, t_ns=self._clock.now_ns(), message=message, by=by
                    )
                ]
            )
            left = [x.written for x in waiting if x.written.message != message]
            self._send(left, patient)

    def discharge(self, patient: str, by: str) -> None:
        """End a treatment; messages that were not read yet are taken back with it.

        Raises:
            ConfigurationError: nobody of that pseudonym is known.
            StoreError: it cannot be written down or sent.
        """
        with self._about(patient, by) as (fold, around):
            desk = CareDesk(self._journal, self._folder, self._clock, lambda: fold)
            desk.discharge(patient, by)
            self._withdraw_all(patient, around, by)

    def _withdraw_all(self, patient: str, around: Around, by: str) -> None:
        """What was written in one treatment is not read in the next."""
        waiting = [x for x in around.letters if x.state in ("sent", "delivered")]
        if not waiting:
            return
        now_ns = self._clock.now_ns()
        self._care.note(
            [
                MessageWithdrawn(patient=patient, t_ns=now_ns, message=x.written.message, by=by)
                for x in waiting
            ]
        )
        self._send([], patient)

    def unlock_standing(
        self, patient: str, by: str, *, lifted: bool = False, seen_ms: float | None = None
    ) -> int:
        """Allow standing exercises again after a fall, or take that back; returns when.

        What the patient tells after this moment locks them again, and so does what they told before
        and nobody here had heard of. Where nothing is known to lock them, all that was before does
        not.

        Args:
            patient: whose.
            by: who decides.
            lifted: take it back.
            seen_ms: the last fall that whoever decides had before them; None: the last one known.

        Raises:
            ConfigurationError: nobody of that pseudonym is known.
            StoreError: it cannot be written down or sent.
        """
        with self._about(patient, by) as (_, around):
            t_ns, covers_ns = self._clock.now_ns(), None if lifted else around.last_lock_ns
            if seen_ms is not None and covers_ns is not None and covers_ns / 1e6 > seen_ms:
                raise WordedError(
                    "intanto si sa di un'altra caduta: rilegga la pagina",
                    "another fall is known by now: read the page again",
                )
            self._audit(by, "lock standing" if lifted else "unlock standing", patient)
            told = {"patient": patient, "t_ns": t_ns, "by": by, "lifted": lifted}
            self._care.note([StandingUnlocked(**told, covers_ns=covers_ns)])
            for site in self._sites(patient):
                what: Literal["lock", "unlock"] = "lock" if lifted else "unlock"
                self._outbox.post(
                    standing_command(
                        self._clock, site, patient, what, t_ns=t_ns, by=by, covers_ns=covers_ns
                    )
                )
            return t_ns

    def record_take(self, patient: str, item: str, take: Take | None, by: str) -> str:
        """Let a take of an item's exercise go with the plan, or no take (None).

        Returns:
            The exercise.

        Raises:
            ConfigurationError: nobody of that pseudonym is treated here, no plan was sent to them,
                or the newest has no such item.
            StoreError: it cannot be written down or sent.
        """
        with self._about(patient, by) as (fold, _):
            figures = fold.figures(patient)
            sent = [v for v in (figures.versions if figures else ()) if v.published is not None]
            if not sent:
                raise WordedError(
                    f"a {patient!r} non è stato inviato alcun piano: prima ne pubblichi uno",
                    f"no plan was sent to {patient!r}: publish one first",
                )
            plan = max((v.plan for v in sent), key=lambda p: p.version)
            exercise = {i.id: i.exercise for i in plan.items}.get(item)
            if exercise is None:
                known = ", ".join(i.id for i in plan.items)
                raise WordedError(
                    f"la versione {plan.version} non ha {item!r}: ha {known}",
                    f"version {plan.version} has no {item!r}: it has {known}",
                )
            self._care.note(
                [
                    TakeRecorded(
                        patient=patient,
                        t_ns=self._clock.now_ns(),
                        exercise=exercise,
                        version=plan.version,
                        curve=None if take is None else curve_of(take, exercise),
                        by=by,
                    )
                ]
            )
        with self._about(patient, by) as (fold, _):
            desk = CareDesk(self._journal, self._folder, self._clock, lambda: fold)
            # Another version may have been published meanwhile.
            facts = fold.facts(patient)
            newest = max(facts.published(), default=plan.version) if facts else plan.version
            desk.send_again(patient, newest, self._site(patient))
        return exercise

    def own_sessions(self) -> list[TakeSession] | None:
        """The newest sessions held on this machine; None: they cannot be read now."""
        return self._own.sessions()

    def send_take(self, patient: str, item: str, session: str, own_item: str, by: str) -> None:
        """Send the repetitions of a session held on this machine with the plan.

        Raises:
            ConfigurationError: as `record_take`, or the session holds no movement of `own_item`.
            StoreError: it cannot be read, written down or sent.
        """
        self.record_take(patient, item, self._own.take(session, own_item), by)

    def withdraw_take(self, patient: str, item: str, by: str) -> None:
        """Send the plan without a take of an item's exercise.

        Raises:
            ConfigurationError, StoreError: as `record_take`.
        """
        self.record_take(patient, item, None, by)

    def reopen(self, patient: str, by: str) -> None:
        """Let treatment go on after a discharge, at the site where it was.

        Raises:
            ConfigurationError: nobody of that pseudonym was discharged.
            StoreError: it cannot be written down.
        """
        with self._about(patient, by) as (fold, around):
            if around.discharged is None:
                raise WordedError(
                    "la cura continua: nessuno è stato dimesso",
                    "treatment goes on: nobody was discharged",
                )
            desk = CareDesk(self._journal, self._folder, self._clock, lambda: fold)
            desk.enrol(patient, self._site(patient))
            self._audit(by, "treatment reopened", patient)

    def note(self, record: CareRecord, *, seen_ms: float | None = None) -> None:
        """Write down what only needs to be known.

        Args:
            record: what.
            seen_ms: when that was noted which it takes the place of; None: whatever there is.

        Raises:
            ConfigurationError: nobody of that pseudonym is known, it is about what there is not, or
                would take the place of what its writer has not seen.
            StoreError: it cannot be written down.
        """
        with self._about(record.patient) as (fold, around):
            hold_in_time(record, fold.figures(record.patient), around)
            desk = CareDesk(self._journal, self._folder, self._clock, lambda: fold)
            match record:
                case DaysExcused():
                    desk.excuse(
                        record.patient,
                        record.first,
                        record.last,
                        by=record.by,
                        why=record.why,
                        lifted=record.lifted,
                    )
                case DoneCorrected():
                    desk.correct(
                        record.patient,
                        record.day,
                        record.item,
                        record.amount,
                        by=record.by,
                        note=record.note,
                    )
                case Discharged():
                    desk.discharge(
                        record.patient,
                        record.by,
                        summary=record.summary,
                        keeps_doing=record.keeps_doing,
                    )
                    self._withdraw_all(record.patient, around, record.by)
                case ConsentTold(what="motion"):
                    self._take_motion(record, fold)
                case _:
                    hold_to_what_is(record, around)
                    hold_to_seen(record, around, seen_ms)
                    self._care.note([record])

    def motion_at_home(self, patient: str) -> Literal["", "waiting", "done"]:
        """Whether the home has done what it was last told of raw motion; empty: never told."""
        return self._at_home(patient, "command-motion")

    def plan_at_home(self, patient: str) -> Literal["", "waiting", "done"]:
        """Whether the home has the plan, and its takes, as last sent; empty: none was."""
        return self._at_home(patient, "plan")

    def _at_home(self, patient: str, kind: str) -> Literal["", "waiting", "done"]:
        found = [x for x in self._outbox.letters(patient) if x.kind == kind]
        if not found:
            return ""
        # A home does a command; a plan it takes, and says so of the letter as it was last sent.
        there = "taken" if found[0].what == "plan" else "done"
        return "done" if found[0].answer == there else "waiting"

    def _take_motion(self, told: ConsentTold, fold: Fold) -> None:
        """Bar raw motion here before it is written down and the home is told, or let it in last."""
        if told.given:
            self._care.note([told])
        set_consent(
            self._journal,
            AuditKey.at(audit_key_at_hand(self._folder) or self._folder.audit_key),
            told.patient,
            ConsentState.NO_MOTION,
            on=not told.given,
            actor=told.by,
            now_ns=self._clock.now_ns(),
            ground="consent to raw motion",
        )
        if not told.given:
            self._care.note([told])
        figures = fold.figures(told.patient)
        if figures is None or not figures.site:
            return
        command = Command(
            command=new_ulid(self._clock),
            what="send motion" if told.given else "keep motion",
            patient=told.patient,
        )
        self._outbox.post(
            OutboxLetter(
                site=figures.site,
                patient=told.patient,
                what="command",
                id=command.command,
                notice=command,
            )
        )

    @contextlib.contextmanager
    def _about(self, patient: str, by: str = "-") -> Iterator[tuple[Fold, Around]]:
        if not 1 <= len(by) <= MOST_NAME:
            raise WordedError(
                f"chi l'ha fatto ha da 1 a {MOST_NAME} lettere",
                f"who did it has 1 to {MOST_NAME} letters",
            )
        with self._care.held() as fold:
            facts = fold.facts(patient)
            if facts is None or self._care.barred(patient):
                raise WordedError(
                    f"qui nessuno è noto come {patient!r}",
                    f"nobody is known here as {patient!r}",
                )
            yield fold, facts.around()

    def _send(self, written: list[MessageWritten], patient: str = "") -> None:
        """Let the home have these messages, in place of all that it was sent before."""
        letters = [LetterText(message=w.message, text_it=w.text, text_en=w.text) for w in written]
        if not letters:
            # Something must say that there is nothing: a home that is away keeps what it had.
            letters = [LetterText(message=new_ulid(self._clock), text_it="", text_en="")]
        newest = letters.pop()
        named = written[-1].patient if written else patient
        notice = TherapistMessage(
            message=newest.message,
            text_it=newest.text_it,
            text_en=newest.text_en,
            earlier=tuple(letters),
        )
        for site in self._sites(named):
            self._outbox.post(
                OutboxLetter(
                    site=site, patient=named, what="message", id=newest.message, notice=notice
                )
            )

    def _site(self, patient: str) -> str:
        """Where a patient's home is.

        Raises:
            ConfigurationError: no home of theirs was ever let in.
        """
        sites = self._sites(patient)
        if not sites:
            raise WordedError(
                f"di {patient!r} non è nota alcuna casa: nessuno leggerebbe",
                f"no home of {patient!r} is known: nobody would read it",
            )
        return sites[0]

    def _sites(self, patient: str) -> list[str]:
        figures = self._care.figures(patient)
        return [figures.site] if figures is not None and figures.site else []


def standing_command(
    clock: Clock,
    site: str,
    patient: str,
    what: Literal["lock", "unlock"],
    *,
    t_ns: int,
    by: str,
    covers_ns: int | None = None,
) -> OutboxLetter:
    """The letter that tells a home of an unlocking, or that it was taken back."""
    value: dict[str, str | int | None] = {"t_ns": t_ns, "actor": by}
    if covers_ns is not None:
        value["covers_ns"] = covers_ns
    command = Command(command=new_ulid(clock), what=what, patient=patient, value=value)
    return OutboxLetter(
        site=site, patient=patient, what="command", id=command.command, notice=command
    )
