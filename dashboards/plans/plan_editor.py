"""What somebody does with a draft: start it, change it, sign it, send what was signed.

Two people may write one patient's draft. Each change names the draft's revision that was seen, and
a draft the newest version of the plan: what somebody else did meanwhile is said, and nothing of it
is overwritten.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from telemetry.errors import ConfigurationError, RipresaError
from therapy.plan.succession import earliest_start
from therapy.templates.catalogue import template_named
from therapy.templates.plan_draft import PlanDraft, empty_body, template_body, version_body
from therapy.wording import WordedError, Wording

from .draft_view import (
    EditorView,
    draft_view,
    editor_view,
    last_began,
    newest_sent,
    newest_version,
    out_of_turn,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from analytics.monitoring.figures import PatientFigures
    from telemetry.body import Side
    from telemetry.clock import Clock
    from therapy.plan.plan import Plan
    from therapy.templates.template import PlanTemplate

    from .plan_desk import PlanDesk

__all__ = ["PlanEditError", "PlanEditor"]


class PlanEditError(RipresaError):
    """What was asked for does not fit what is: `wordings` say why; `unknown`: there is none."""

    def __init__(self, *wordings: Wording, unknown: bool = False) -> None:
        self.wordings = wordings
        self.unknown = unknown
        super().__init__("; ".join(one.en for one in wordings))


class PlanEditor:
    """Everybody's drafts; may be used from several threads.

    Args:
        desk: the clinic's plans and drafts.
        clock: stamps drafts.
    """

    def __init__(self, desk: PlanDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._lock = threading.Lock()

    def view(self, patient: str) -> EditorView:
        """The plan as it is edited.

        Raises:
            PlanEditError: nothing is known of the patient.
        """
        return self._view(self._figures(patient))

    def drawing(self, exercise: str, posture: str, *, moving: bool = False) -> str | None:
        """An exercise's drawing as SVG, standing or moving; None where there is none."""
        return self._desk.drawing(exercise, posture, moving=moving)

    def start_template(self, patient: str, template: str, side: Side, by: str) -> EditorView:
        """Start a draft from a template.

        Raises:
            PlanEditError: nothing is known of patient or template, or there is a draft.
        """
        try:
            found = template_named(template)
        except ConfigurationError as e:
            raise PlanEditError(Wording(f"nessun modello {template}", str(e))) from e
        figures = self._figures(patient)
        before = newest_sent(figures)
        body = template_body(found, side, self._first(figures), before)
        return self._start(patient, body, by, template=found.id, cleared_before=_cleared(figures))

    def start_version(self, patient: str, version: int, by: str) -> EditorView:
        """Start a draft that changes a version; what its template asks for is asked for again.

        Raises:
            PlanEditError: nothing is known of the patient or version, or there is a draft.
        """
        figures = self._figures(patient)
        plan = self._plan(figures, version)
        signed = (view.template for view in figures.versions if view.plan.version == version)
        body = version_body(plan, self._first(figures))
        return self._start(
            patient,
            body,
            by,
            template=next(signed, None),
            cleared_before=_cleared(figures),
        )

    def start_empty(self, patient: str, by: str) -> EditorView:
        """Start a draft from nothing.

        Raises:
            PlanEditError: nothing is known of the patient, or there is a draft.
        """
        figures = self._figures(patient)
        before = newest_sent(figures)
        body = empty_body(self._first(figures), before)
        return self._start(patient, body, by, cleared_before=_cleared(figures))

    def change(
        self, patient: str, revision: int, body: dict[str, Any], cleared: Sequence[str], by: str
    ) -> EditorView:
        """Put what was written in place of the revision that was seen.

        Raises:
            PlanEditError: nothing is known of the patient, or the draft is another by now.
            StoreError: it cannot be written.
        """
        figures = self._figures(patient)
        with self._lock:
            draft = self._seen(patient, revision)
            told = {"body": body, "cleared": _still_cleared(draft, body, cleared)}
            self._keep(_with(draft, **told, by=by, saved_ns=self._clock.now_ns()))
        return self._view(figures)

    def look_again(self, patient: str, revision: int, newest: int, by: str) -> EditorView:
        """Say that the version that came meanwhile was seen: the draft goes on beside it.

        Raises:
            PlanEditError: nothing is known of the patient, or there is yet another by now.
        """
        figures = self._figures(patient)
        with self._lock:
            draft = self._seen(patient, revision)
            if newest != newest_version(figures, self._desk.kept(patient)):
                raise PlanEditError(_CHANGED)
            body = dict(draft.body)
            first = self._first(figures).isoformat()
            if str(body.get("valid_from", "")) < first:
                body["valid_from"] = first
            told = {"based_on": newest, "body": body, "by": by}
            told["cleared_before"] = _cleared(figures)
            self._keep(_with(draft, **told, saved_ns=self._clock.now_ns()))
        return self._view(figures)

    def discard(self, patient: str, revision: int) -> EditorView:
        """Throw the revision away that was seen.

        Raises:
            PlanEditError: nothing is known of the patient, or the draft is another by now.
        """
        figures = self._figures(patient)
        with self._lock:
            self._seen(patient, revision)
            self._desk.discard(patient)
        return self._view(figures)

    def sign(self, patient: str, revision: int, by: str) -> EditorView:
        """Make the revision that was seen a version, and answer for it.

        Raises:
            PlanEditError: it cannot be signed, and why; nothing was.
            StoreBusy, StoreError: it cannot be written now.
        """
        with self._lock:
            figures = self._figures(patient)
            draft = self._seen(patient, revision)
            kept = self._desk.kept(patient)
            template = _template(draft)
            shown = draft_view(draft, figures, kept, template)
            if why := shown.why_not():
                raise PlanEditError(*why)
            plan = draft.plan(shown.newest + 1)
            cleared = [one.id for one in draft.clearances(template)]
            try:
                self._desk.sign(plan, by, draft.template, cleared)
            except ConfigurationError as e:
                raise PlanEditError(_CHANGED) from e
            self._desk.discard(patient)
        return self.view(patient)

    def publish(self, patient: str, version: int) -> EditorView:
        """Send a version that somebody has signed to the patient's home.

        Raises:
            PlanEditError: there is none, nobody has signed it, or it cannot be sent any more.
            StoreBusy, StoreError: it cannot be written now.
        """
        with self._lock:
            figures = self._figures(patient)
            plan = self._plan(figures, version)
            views = [view for view in figures.versions if view.plan.version == version]
            if not views or views[0].signed_by is None:
                raise PlanEditError(
                    Wording(
                        f"La versione {version} non è firmata", f"Version {version} is not signed"
                    )
                )
            if why := out_of_turn(plan, figures):
                raise PlanEditError(why)
            try:
                self._desk.publish(plan)
            except ConfigurationError as e:
                told = e.wording if isinstance(e, WordedError) else Wording(_NOT_SENT, str(e))
                raise PlanEditError(told) from e
        return self.view(patient)

    def _figures(self, patient: str) -> PatientFigures:
        figures = self._desk.figures(patient)
        if figures is None:
            raise PlanEditError(
                Wording(f"nessun paziente {patient} qui", f"no patient {patient} in this journal"),
                unknown=True,
            )
        return figures

    def _view(self, figures: PatientFigures) -> EditorView:
        draft = self._desk.draft(figures.patient)
        kept = self._desk.kept(figures.patient)
        return editor_view(figures, kept, draft, None if draft is None else _template(draft))

    def _first(self, figures: PatientFigures) -> date:
        return earliest_start(figures.today, last_began(figures))

    def _plan(self, figures: PatientFigures, version: int) -> Plan:
        sent = [view.plan for view in figures.versions]
        for plan in (*sent, *self._desk.kept(figures.patient)):
            if plan.version == version:
                return plan
        raise PlanEditError(
            Wording(f"Non c'è una versione {version}", f"There is no version {version}"),
            unknown=True,
        )

    def _start(
        self,
        patient: str,
        body: dict[str, Any],
        by: str,
        *,
        cleared_before: tuple[str, ...],
        template: str | None = None,
    ) -> EditorView:
        figures = self._figures(patient)
        with self._lock:
            if self._desk.draft(patient) is not None:
                raise PlanEditError(
                    Wording(
                        "C'è già una bozza: la apra, o la butti via",
                        "There is a draft already: open it, or throw it away",
                    )
                )
            self._desk.keep(
                PlanDraft(
                    patient=patient,
                    revision=1,
                    template=template,
                    cleared_before=cleared_before,
                    based_on=newest_version(figures, self._desk.kept(patient)),
                    body=body,
                    saved_ns=self._clock.now_ns(),
                    by=by,
                )
            )
        return self._view(figures)

    def _seen(self, patient: str, revision: int) -> PlanDraft:
        """The draft, if it is the one that was seen.

        Raises:
            PlanEditError: it is another, or there is none any more.
        """
        draft = self._desk.draft(patient)
        if draft is None or draft.revision != revision:
            raise PlanEditError(_CHANGED)
        return draft

    def _keep(self, draft: PlanDraft) -> None:
        self._desk.keep(_with(draft, revision=draft.revision + 1))


_NOT_SENT = (
    "Non si può inviare: nessuna casa di questo paziente è iscritta qui, o questa versione è già "
    "partita con altro contenuto"
)
_CHANGED = Wording(
    "Qualcun altro ha cambiato questa bozza, o l'ha firmata: riapra la pagina",
    "Somebody else has changed this draft, or signed it: open the page anew",
)


def _cleared(figures: PatientFigures) -> tuple[str, ...]:
    """What was ticked about the person for any version so far, whichever a draft begins from.

    A version that came by file, or an older one that is taken up again, tells of no ticks.
    """
    ticked = (one for view in figures.versions for one in view.cleared)
    return tuple(dict.fromkeys(ticked))


def _still_cleared(
    draft: PlanDraft, body: dict[str, Any], cleared: Sequence[str]
) -> tuple[str, ...]:
    """The ticks that hold for what is written now.

    One that was shown for fewer exercises than it would stand for is to be given again: nobody has
    cleared what came in afterwards.
    """
    template = _template(draft)
    shown = {one.id: set(one.exercises) for one in draft.clearances(template)}
    asked = _with(draft, body=body).clearances(template)
    return tuple(
        one.id
        for one in asked
        if one.id in cleared and one.id in shown and set(one.exercises) <= shown[one.id]
    )


def _with(draft: PlanDraft, **changed: Any) -> PlanDraft:
    return draft.model_copy(update=changed)


def _template(draft: PlanDraft) -> PlanTemplate | None:
    """What the draft was started from; one that this version does not have counts as none."""
    if draft.template is None:
        return None
    try:
        return template_named(draft.template)
    except ConfigurationError:
        return None
