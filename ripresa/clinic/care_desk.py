"""What somebody at the clinic does of a patient, held to what is known and written down."""

from __future__ import annotations

import contextlib
import difflib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analytics.monitoring.day import AHEAD, EARLIEST
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent, consent_states
from ripresa.care.care_journal import care_record, fold_journal
from ripresa.platform.configuration import audit_key_at_hand
from telemetry.messages.care import (
    DaysExcused,
    Discharged,
    DoneCorrected,
    Enrolled,
    PlanPublished,
    PlanSigned,
    SessionDayCorrected,
    TreatmentPaused,
)
from telemetry.messages.notices import MOST_TAKES, PlanNotice
from therapy.plan.plan import plan_in_force
from therapy.plan.succession import why_not_after
from therapy.wording import WordedError, Wording

from .around.new_box import told_to_new_box
from .around.told_days import hold_excused
from .outbox import Outbox, OutboxLetter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from analytics.monitoring.day import SetAside
    from analytics.monitoring.figures import PatientFigures
    from analytics.monitoring.fold import Fold
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from telemetry.messages.care import CareRecord
    from therapy.plan.plan import Plan

__all__ = ["CareDesk"]


class CareDesk:
    """One clinic's desk; make it with `at`.

    Args:
        journal: the clinic's; the clinic may run meanwhile.
        folder: its state.
        clock: stamps what is written.
        folded: the facts as of now, where a running clinic keeps them; None: they are read from
            the whole journal.
    """

    def __init__(
        self,
        journal: Journal,
        folder: Folder,
        clock: Clock,
        folded: Callable[[], Fold] | None = None,
    ) -> None:
        self._journal = journal
        self._folded = folded
        self._folder = folder
        self._outbox = Outbox(folder.outbox)
        self._clock = clock

    @classmethod
    @contextlib.contextmanager
    def at(cls, folder: Folder, clock: Clock) -> Iterator[CareDesk]:
        """The desk of the clinic whose state lies in a folder.

        Raises:
            StoreError: its journal cannot be used.
        """
        journal = Journal.open(folder.clinic_journal, clock)
        try:
            yield cls(journal, folder, clock)
        finally:
            journal.close()

    def may_enrol(self, patient: str, compose: Path = Path()) -> None:
        """Hold a pseudonym against those that were erased: nothing of one is ever stored again.

        Args:
            patient: the pseudonym.
            compose: where docker-compose.yml lies: the key of erasures may lie beside it. None
                is made where there is none; then nobody can tell, and each record is held anyhow.

        Raises:
            ConfigurationError: it was erased.
        """
        key = audit_key_at_hand(self._folder, compose)
        if key is None or not key.is_file():
            return
        if Consent(self._journal, AuditKey.at(key)).erased(patient):
            raise WordedError(
                f"i dati di {patient!r} sono stati cancellati, e sotto quello pseudonimo non si "
                "conserva più nulla: iscriva la persona con un altro",
                f"the data of {patient!r} was erased, and nothing is stored under that pseudonym "
                "any more: enrol the person under another one",
            )

    def enrol(self, patient: str, site: str) -> None:
        """Write down that a patient's home was let in, and tell it what holds of the person.

        What was sent to them goes to the site where they are by now.

        Raises:
            StoreError: the journal cannot be written, or nothing be sent.
        """
        self._write(Enrolled(patient=patient, t_ns=self._clock.now_ns(), site=site))
        facts = self._fold().facts(patient)
        around = None if facts is None else facts.around()
        asked = consent_states(self._journal, patient)
        self._outbox.follow(patient, site)
        for letter in told_to_new_box(self._clock, site, patient, around, asked):
            self._outbox.post(letter)

    def discharge(self, patient: str, by: str, *, summary: str = "", keeps_doing: str = "") -> None:
        """Write down that a patient is no longer treated here, and what they go on doing.

        Raises:
            ConfigurationError: nobody of that pseudonym is known.
        """
        self._known(patient)
        self._write(
            Discharged(
                patient=patient,
                t_ns=self._clock.now_ns(),
                by=by,
                summary=summary,
                keeps_doing=keeps_doing,
            )
        )

    def pause(
        self, patient: str, since: date, by: str, *, why: str = "", resumed: bool = False
    ) -> None:
        """Write down that treatment rests from a day on, or goes on again.

        Raises:
            ConfigurationError: nobody of that pseudonym is known.
        """
        self._known(patient)
        self._write(
            TreatmentPaused(
                patient=patient,
                t_ns=self._clock.now_ns(),
                since=since,
                by=by,
                why=why,
                resumed=resumed,
            )
        )

    def sign(
        self, plan: Plan, by: str, *, template: str | None = None, cleared: Sequence[str] = ()
    ) -> None:
        """Write down who answers for a version.

        Args:
            plan: the version.
            by: who.
            template: that it was started from.
            cleared: what was ticked before it was signed.

        Raises:
            ConfigurationError: somebody has signed it already.
        """
        facts = self._fold().facts(plan.patient)
        known = None if facts is None else facts.signed().get(plan.version)
        if known is not None:
            raise WordedError(
                f"la versione {plan.version} del piano di {plan.patient} è firmata da {known.by}",
                f"version {plan.version} of {plan.patient}'s plan was signed by {known.by}",
            )
        self._write(
            PlanSigned(
                patient=plan.patient,
                t_ns=self._clock.now_ns(),
                version=plan.version,
                digest=plan.digest(),
                by=by,
                template=template,
                cleared=tuple(cleared),
            )
        )

    def publish(self, plan: Plan, site: str) -> None:
        """Send a version of a plan to its patient's home.

        Raises:
            ConfigurationError: nobody of that pseudonym is enrolled at the site, the version does
                not follow the one that was published before, or it was published otherwise.
        """
        fold = self._fold()
        self._enrolled(fold, plan.patient, site)
        facts = fold.facts(plan.patient)
        sent = {} if facts is None else facts.published()
        body = plan.model_dump(mode="json")
        known = sent.get(plan.version)
        if known is not None and known.plan != body:
            raise WordedError(
                f"la versione {plan.version} del piano di {plan.patient} è già partita con altro "
                "contenuto: dia alla nuova un numero più alto",
                f"plan {plan.patient} version {plan.version} was published with other content: "
                "give the new one a higher version",
            )
        before = max((v for v in sent if v != plan.version), default=None)
        figures = fold.figures(plan.patient)
        views = () if figures is None else figures.versions
        refused = {v.plan.version for v in views if v.state == "refused" and v.effective is None}
        if before is not None:
            began = max((v for v in sent if v not in refused), default=None)
            first = None if began is None else str(sent[began].plan.get("valid_from", ""))
            # One that was sent goes once more, but never in the place of a newer one on its way.
            why = why_not_after(plan, before, None if known is not None else first)
            if why is not None:
                raise WordedError(why.it, why.en)
        now_ns = self._clock.now_ns()
        if known is None:
            self._write(
                PlanPublished(
                    patient=plan.patient, t_ns=now_ns, site=site, version=plan.version, plan=body
                )
            )
        self._send(fold, plan.patient, site, plan.version, body)

    def send_again(self, patient: str, version: int, site: str) -> None:
        """Send a version that was published once more, with the takes that go with it now.

        Raises:
            ConfigurationError: it was not published.
        """
        fold = self._fold()
        facts = fold.facts(patient)
        sent = {} if facts is None else facts.published()
        if version not in sent:
            raise WordedError(
                f"la versione {version} del piano di {patient} non è partita",
                f"version {version} of {patient}'s plan was not published",
            )
        self._send(fold, patient, site, version, sent[version].plan)

    def _send(
        self, fold: Fold, patient: str, site: str, version: int, body: dict[str, Any]
    ) -> None:
        facts = fold.facts(patient)
        takes = {} if facts is None else facts.around().takes
        exercises = {item.get("exercise") for item in body.get("items", ())}
        curves = [t.curve for e, t in takes.items() if e in exercises and t.curve is not None]
        notice = PlanNotice(
            patient=patient, version=version, plan=body, takes=tuple(curves[:MOST_TAKES])
        )
        self._outbox.post(
            OutboxLetter(site=site, patient=patient, what="plan", id=str(version), notice=notice)
        )

    def excuse(
        self,
        patient: str,
        first: date,
        last: date,
        *,
        by: str,
        why: Literal["illness", "holiday", "appointment", "technical", "other"] = "other",
        lifted: bool = False,
    ) -> None:
        """Excuse days, or take that back.

        Raises:
            ConfigurationError: nobody of that pseudonym is known, or the days are in no order or go
                on for too long.
        """
        figures = self._known(patient).figures(patient)
        today = first if figures is None else figures.today
        hold_excused(first, last, today, lifted=lifted)
        self._write(
            DaysExcused(
                patient=patient,
                t_ns=self._clock.now_ns(),
                first=first,
                last=last,
                by=by,
                why=why,
                lifted=lifted,
            )
        )

    def correct(
        self, patient: str, day: date, item: str, amount: float | None, *, by: str, note: str = ""
    ) -> None:
        """Say how much of an item was done on a day; None takes an earlier correction back.

        Raises:
            ConfigurationError: nobody of that pseudonym is known, no plan that was in force on that
                day has the item, or the amount cannot be.
        """
        fold = self._known(patient)
        figures = fold.figures(patient)
        items = {i.id for v in (figures.versions if figures else ()) for i in v.plan.items}
        if item not in items:
            known = ", ".join(sorted(items)) or "-"
            raise WordedError(
                f"nessun piano di {patient} ha una voce {item!r}: ci sono {known}",
                f"no plan of {patient} has an item {item!r}: it is {known}",
            )
        asked = _asked_on(figures, day) if figures else []
        if amount is not None and all(item not in {i.id for i in one.items} for one in asked):
            # It would stand in the list and change no figure, or make a day of nothing one of some.
            raise WordedError(
                f"il {day} nessun piano in vigore chiedeva {item!r}: non c'è nulla da correggere",
                f"on {day} no plan in force asked for {item!r}: there is nothing to correct",
            )
        if amount is not None and not 0 <= amount <= 10_000:
            raise WordedError(
                f"{amount:g} non può essere stato fatto: dia da 0 a 10000",
                f"{amount:g} cannot have been done: give 0 to 10000",
            )
        self._write(
            DoneCorrected(
                patient=patient,
                t_ns=self._clock.now_ns(),
                day=day,
                item=item,
                amount=amount,
                by=by,
                note=note,
            )
        )

    def set_aside(self) -> list[tuple[str, SetAside]]:
        """By patient: sessions on a day that cannot be, which count nowhere."""
        fold = self._fold()
        return [(f.patient, told) for f in fold.all_figures() for told in f.set_aside]

    def set_day(
        self, patient: str, session: str, day: date | None, *, by: str, note: str = ""
    ) -> None:
        """Say on which day a session was; None takes an earlier word back.

        Raises:
            ConfigurationError: nobody of that pseudonym, no such session of theirs, or a day
                that cannot be.
        """
        facts = self._known(patient).facts(patient)
        files = [f for f in (facts.sessions.values() if facts else ()) if f.session == session]
        if not files:
            raise WordedError(
                f"{patient} non ha una sessione {session}: 'ripresa clinic days' mostra quelle "
                "messe da parte",
                f"{patient} has no session {session}: 'ripresa clinic days' shows those set aside",
            )
        today = datetime.fromtimestamp(self._clock.now_ns() / 1e9, UTC).date()
        if day is not None and not EARLIEST <= day <= today + AHEAD:
            raise WordedError(
                f"{day} non può essere il suo giorno: ne dia uno tra {EARLIEST} e {today}",
                f"{day} cannot be its day: give one between {EARLIEST} and {today}",
            )
        for file in files:
            self._write(
                SessionDayCorrected(
                    patient=patient,
                    t_ns=self._clock.now_ns(),
                    home=file.home,
                    session=session,
                    day=day,
                    by=by,
                    note=note,
                )
            )

    def _write(self, record: CareRecord) -> None:
        self._journal.append_now([care_record(record)])

    def _fold(self) -> Fold:
        if self._folded is not None:
            return self._folded()
        return fold_journal(self._journal, lambda _patient, _version: None, self._clock.now_ns())

    def _known(self, patient: str) -> Fold:
        fold = self._fold()
        if fold.facts(patient) is None:
            raise _nobody(patient, fold.patients(), Wording("noto qui", "known here"))
        return fold

    def _enrolled(self, fold: Fold, patient: str, site: str) -> None:
        """Hold a patient and a site against who is enrolled, or has sent records.

        Raises:
            ConfigurationError: nobody of that pseudonym is, or at another site.
        """
        sites = {home.patient: home.site for home in self._journal.homes() if home.patient}
        for name in fold.patients():
            facts = fold.facts(name)
            word = None if facts is None else facts.enrolment
            if isinstance(word, Enrolled):
                sites[name] = word.site
            elif isinstance(word, Discharged):
                sites.pop(name, None)
        if patient not in sites:
            raise _nobody(patient, sorted(sites), Wording("iscritto", "enrolled"))
        if sites[patient] != site:
            raise WordedError(
                f"{patient} è iscritto alla sede {sites[patient]!r}, non {site!r}: "
                f"pubblichi con --site {sites[patient]}",
                f"{patient} is enrolled at site {sites[patient]!r}, not {site!r}: "
                f"publish with --site {sites[patient]}",
            )


def _asked_on(figures: PatientFigures, day: date) -> list[Plan]:
    """The version in force on a day; where none was known to be, those that a home may have had."""
    known = plan_in_force(figures.plans, day)
    if known is not None:
        return [known]
    sent = (v for v in figures.versions if v.published is not None and v.published <= day)
    return [v.plan for v in sent if v.effective is None and v.state != "refused"]


def _nobody(patient: str, known: list[str], what: Wording) -> WordedError:
    near = difflib.get_close_matches(patient, known, n=1)
    meant = Wording(
        "'ripresa clinic enrol' iscrive una casa", "'ripresa clinic enrol' lets a home in"
    )
    if near:
        meant = Wording(f"intendeva {near[0]}?", f"did you mean {near[0]}?")
    return WordedError(
        f"nessuno è {what.it} come {patient!r}: {meant.it}",
        f"nobody is {what.en} as {patient!r}: {meant.en}",
    )
