"""A clinic's plans as the page's editor has them: the same deeds as on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from games.figures.vector_drawing import exercise_svg
from therapy.exercises.library import EXERCISES
from therapy.wording import WordedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analytics.monitoring.figures import PatientFigures
    from ripresa.session.plan_folder import PlanFolder
    from therapy.plan.plan import Plan
    from therapy.templates.plan_draft import PlanDraft

    from .draft_folder import DraftFolder

__all__ = ["ClinicPlans", "SigningDesk"]


class SigningDesk(Protocol):
    """Writes down what was signed and sent; `CareDesk` does."""

    def sign(
        self, plan: Plan, by: str, *, template: str | None = None, cleared: Sequence[str] = ()
    ) -> None:
        """Write down who answers for a version."""
        ...

    def publish(self, plan: Plan, site: str) -> None:
        """Send a version to its patient's home."""
        ...


class ClinicPlans:
    """What `dashboards.plans.plan_desk.PlanDesk` asks for.

    Args:
        figures: gives a patient's figures; None of whom nothing is known or used.
        plans: every version at hand.
        drafts: what is being written.
        desk: writes signatures and publications.
        site_of: tells a patient's site.
    """

    def __init__(
        self,
        figures: Callable[[str], PatientFigures | None],
        plans: PlanFolder,
        drafts: DraftFolder,
        desk: SigningDesk,
        site_of: Callable[[str], str | None],
    ) -> None:
        self.figures = figures
        self.draft = drafts.draft
        self.discard = drafts.discard
        self.kept = plans.versions
        self._plans = plans
        self._drafts = drafts
        self._desk = desk
        self._site_of = site_of

    def keep(self, draft: PlanDraft) -> None:
        """Keep a draft in place of the one before; of whoever was erased meanwhile nothing stays.

        Raises:
            StoreError: it cannot be written.
        """
        self._drafts.keep(draft)
        if self.figures(draft.patient) is None:
            self._drafts.discard(draft.patient)

    def sign(self, plan: Plan, by: str, template: str | None, cleared: Sequence[str]) -> None:
        """Keep a plan as a version, and write down who answers for it.

        Raises:
            ConfigurationError: the version is there with other content, or is signed.
            StoreBusy, StoreError: it cannot be written now.
        """
        self._plans.add(plan)
        self._desk.sign(plan, by, template=template, cleared=cleared)

    def publish(self, plan: Plan) -> None:
        """Send a version to its patient's home.

        Raises:
            ConfigurationError: it does not follow the one before, or nobody is enrolled.
            StoreBusy, StoreError: it cannot be written now.
        """
        site = self._site_of(plan.patient)
        if site is None:
            raise WordedError(
                f"nessuna casa di {plan.patient} è registrata: 'ripresa clinic enrol' la registra",
                f"no home of {plan.patient} is enrolled: 'ripresa clinic enrol' lets one in",
            )
        self._desk.publish(plan, site)

    def drawing(self, exercise: str, posture: str, *, moving: bool = False) -> str | None:
        """An exercise's drawing as SVG, standing or moving; None where there is none."""
        known = EXERCISES.get(exercise)
        if known is None or posture not in known.postures:
            return None
        return exercise_svg(exercise, posture, known.name.en, known.tempo if moving else None)
