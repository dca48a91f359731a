"""The JSON of what stands around a plan: whoever sees the patient reads, whoever treats writes.

Each answer is all of it as it is then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path

from analytics.monitoring.figures import PatientFigures
from dashboards.access.entrance import Allowed, Asking
from dashboards.access.policy import may
from dashboards.access.principal import Action
from dashboards.access.refused import Refused, no_patient, refused_by
from telemetry.clock import Clock
from telemetry.errors import ConfigurationError
from telemetry.identity import Pseudonym, UlidText, new_ulid
from therapy.wording import Wording

from .around_forms import (
    AdverseForm,
    AdverseWithdrawnForm,
    CarerForm,
    ConsentForm,
    CorrectForm,
    DischargeForm,
    EpisodeForm,
    ExcuseForm,
    FactForm,
    HandOverForm,
    LetterForm,
    QuestionnaireForm,
    QuestionnaireWithdrawnForm,
    ReopenForm,
    SendTakeForm,
    SensorsForm,
    SignedForm,
    TakeForm,
    TakeOverForm,
    UnlockForm,
)
from .around_view import AroundView, around_view
from .take_view import OwnTakesView, own_takes_view
from .treatment_port import TakeSession, TreatmentPort

__all__ = ["AroundPatients", "around_routes"]

_Patient = Annotated[Pseudonym, Path()]
_Treating = Annotated[Asking, Depends(Allowed(Action.TREAT))]


_NO_OWN: Final = Wording(
    "su questo computer non c'è una seduta così: rilegga l'elenco",
    "no such session was held on this machine: read the list again",
)


@dataclass(frozen=True, slots=True)
class AroundPatients:
    """Where it comes from, and who writes it down; `treatment` None: nobody does."""

    figures: Callable[[str], PatientFigures | None]
    clock: Clock
    treatment: TreatmentPort | None = None

    def view(self, patient: str, asking: Asking) -> AroundView:
        """All that stands around a patient's plan.

        Raises:
            Refused: 404, nothing is known of them.
        """
        found = self.figures(patient)
        if found is None:
            raise no_patient(patient)
        writes = self.treatment is not None and may(asking.principal, Action.TREAT)
        if self.treatment is None:
            return around_view(found, may_write=writes)
        return around_view(
            found,
            may_write=writes,
            motion_at_home=self.treatment.motion_at_home(patient),
            plan_at_home=self.treatment.plan_at_home(patient),
        )

    def own_sessions(self, asking: Asking) -> list[TakeSession] | None:
        """What whoever asks may make a take of: no other site's patient's."""
        found = [] if self.treatment is None else self.treatment.own_sessions()
        if found is None:
            return None
        return [one for one in found if not one.known or asking.sees(one.patient)]

    def send_take(self, patient: str, asking: Asking, form: SendTakeForm) -> AroundView:
        """Send a take of a session that is offered.

        Raises:
            Refused: as `do`, or there is no such session.
        """
        wanted = form.session, form.own_item
        offered = self.own_sessions(asking) or ()
        if not any(wanted == (one.session, item) for one in offered for item, _ in one.items):
            raise Refused(409, _NO_OWN)
        return self.do(
            patient,
            asking,
            form,
            lambda t, by: t.send_take(patient, form.item, form.session, form.own_item, by),
        )

    def do(
        self,
        patient: str,
        asking: Asking,
        form: SignedForm,
        deed: Callable[[TreatmentPort, str], object],
    ) -> AroundView:
        """Do something, in the name of whoever has signed in.

        Raises:
            Refused: 404 nothing is known of the patient, 409 it cannot be done, 422 nobody
                says who did it.
        """
        if self.figures(patient) is None:
            raise no_patient(patient)
        if self.treatment is None:
            raise Refused(
                409, Wording("qui non si scrive nulla", "nobody writes anything down here")
            )
        by = asking.principal.name or (form.by or "").strip()
        if not by:
            raise Refused(422, Wording("dica chi è", "say who you are"))
        try:
            deed(self.treatment, by)
        except ConfigurationError as e:
            raise refused_by(409, e) from e
        return self.view(patient, asking)

    def noted(self, patient: str, asking: Asking, form: FactForm) -> AroundView:
        """Write a form down as its record.

        Raises:
            Refused: as `do`.
        """

        def deed(treatment: TreatmentPort, by: str) -> None:
            name, now_ns = new_ulid(self.clock), self.clock.now_ns()
            seen_ms = form.seen_ms if isinstance(form, EpisodeForm) else None
            treatment.note(form.record(patient, now_ns, by, name), seen_ms=seen_ms)

        return self.do(patient, asking, form, deed)


def around_routes(patients: AroundPatients) -> APIRouter:
    """The routes under `/api/patients/PSEUDONYM/around`."""
    router = APIRouter(prefix="/api/patients/{patient}/around", tags=["around the plan"])

    @router.get("")
    def around(
        patient: _Patient, asking: Annotated[Asking, Depends(Allowed(Action.SEE_PATIENT))]
    ) -> AroundView:
        """All that stands around the plan."""
        return patients.view(patient, asking)

    @router.post("/messages")
    def message(patient: _Patient, form: LetterForm, asking: _Treating) -> AroundView:
        """Send a message to the next session."""
        return patients.do(
            patient, asking, form, lambda t, by: t.write_message(patient, form.text, by)
        )

    @router.post("/messages/{message}/withdraw")
    def withdraw(
        patient: _Patient,
        message: Annotated[UlidText, Path()],
        form: SignedForm,
        asking: _Treating,
    ) -> AroundView:
        """Take a message back that was not read yet."""
        return patients.do(
            patient, asking, form, lambda t, by: t.withdraw_message(patient, message, by)
        )

    @router.post("/standing")
    def standing(patient: _Patient, form: UnlockForm, asking: _Treating) -> AroundView:
        """Allow standing exercises again after a fall, or take that back."""
        return patients.do(
            patient,
            asking,
            form,
            lambda t, by: t.unlock_standing(patient, by, lifted=form.lifted, seen_ms=form.seen_ms),
        )

    @router.post("/reopen")
    def reopen(patient: _Patient, form: ReopenForm, asking: _Treating) -> AroundView:
        """Let treatment go on after a discharge."""
        return patients.do(patient, asking, form, lambda t, by: t.reopen(patient, by))

    _take_routes(router, patients)
    _day_routes(router, patients)
    _episode_routes(router, patients)
    _told_routes(router, patients)
    return router


def _take_routes(router: APIRouter, patients: AroundPatients) -> None:
    """The physiotherapist's own repetitions, which go with the plan."""

    @router.get("/own-takes")
    def own_takes(patient: _Patient, asking: _Treating) -> OwnTakesView:
        """The sessions held on the clinic's own machine, of which takes are made."""
        del patient
        return own_takes_view(patients.own_sessions(asking))

    @router.post("/takes")
    def take(patient: _Patient, form: SendTakeForm, asking: _Treating) -> AroundView:
        """Send a take of an exercise with the plan."""
        return patients.send_take(patient, asking, form)

    @router.post("/takes/withdraw")
    def take_withdrawn(patient: _Patient, form: TakeForm, asking: _Treating) -> AroundView:
        """Send the plan without one."""
        return patients.do(
            patient, asking, form, lambda t, by: t.withdraw_take(patient, form.item, by)
        )


def _day_routes(router: APIRouter, patients: AroundPatients) -> None:
    """What the clinician says of days."""

    @router.post("/excused")
    def excused(patient: _Patient, form: ExcuseForm, asking: _Treating) -> AroundView:
        """Excuse days, or take that back."""
        return patients.noted(patient, asking, form)

    @router.post("/corrected")
    def corrected(patient: _Patient, form: CorrectForm, asking: _Treating) -> AroundView:
        """Say how much of an item was done on a day, or take that back."""
        return patients.noted(patient, asking, form)


def _episode_routes(router: APIRouter, patients: AroundPatients) -> None:
    """What treatment is for, how it ends, who answers for it."""

    @router.post("/episode")
    def episode(patient: _Patient, form: EpisodeForm, asking: _Treating) -> AroundView:
        """Note referral, precautions, review date."""
        return patients.noted(patient, asking, form)

    @router.post("/discharge")
    def discharge(patient: _Patient, form: DischargeForm, asking: _Treating) -> AroundView:
        """End treatment, with a summary."""
        return patients.noted(patient, asking, form)

    @router.post("/sensors")
    def sensors(patient: _Patient, form: SensorsForm, asking: _Treating) -> AroundView:
        """Note that the wearables came back, or did not."""
        return patients.noted(patient, asking, form)

    @router.post("/hand-over")
    def hand_over(patient: _Patient, form: HandOverForm, asking: _Treating) -> AroundView:
        """Say who stands in, or take that back."""
        return patients.noted(patient, asking, form)

    @router.post("/take-over")
    def take_over(patient: _Patient, form: TakeOverForm, asking: _Treating) -> AroundView:
        """Take over what was handed over."""
        return patients.noted(patient, asking, form)


def _told_routes(router: APIRouter, patients: AroundPatients) -> None:
    """What happened to the person, what they agreed to, what they answered."""

    @router.post("/adverse")
    def adverse(patient: _Patient, form: AdverseForm, asking: _Treating) -> AroundView:
        """Note an adverse event."""
        return patients.noted(patient, asking, form)

    @router.post("/adverse/withdraw")
    def adverse_withdrawn(
        patient: _Patient, form: AdverseWithdrawnForm, asking: _Treating
    ) -> AroundView:
        """Take an adverse event back."""
        return patients.noted(patient, asking, form)

    @router.post("/carer")
    def carer(patient: _Patient, form: CarerForm, asking: _Treating) -> AroundView:
        """Note who helps at home, and whether they agreed."""
        return patients.noted(patient, asking, form)

    @router.post("/consent")
    def consent(patient: _Patient, form: ConsentForm, asking: _Treating) -> AroundView:
        """Note a consent that was given or withdrawn."""
        return patients.noted(patient, asking, form)

    @router.post("/questionnaire")
    def questionnaire(patient: _Patient, form: QuestionnaireForm, asking: _Treating) -> AroundView:
        """Note the answers of a questionnaire."""
        return patients.noted(patient, asking, form)

    @router.post("/questionnaire/withdraw")
    def questionnaire_withdrawn(
        patient: _Patient, form: QuestionnaireWithdrawnForm, asking: _Treating
    ) -> AroundView:
        """Take a questionnaire back."""
        return patients.noted(patient, asking, form)
