"""What the plan editor needs of the clinic behind it, and a stand-in for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analytics.monitoring.figures import PatientFigures
    from therapy.plan.plan import Plan
    from therapy.templates.plan_draft import PlanDraft

__all__ = ["MemoryPlanDesk", "PlanDesk"]


class PlanDesk(Protocol):
    """The clinic's plans, drafts and signatures; called from the server's worker threads."""

    def figures(self, patient: str) -> PatientFigures | None:
        """A patient's figures, with every version and how far it has come; None: nobody's."""
        ...

    def kept(self, patient: str) -> Sequence[Plan]:
        """Every version at hand, whether or not it was ever sent, in order."""
        ...

    def draft(self, patient: str) -> PlanDraft | None:
        """The draft; None where nobody writes one."""
        ...

    def keep(self, draft: PlanDraft) -> None:
        """Keep a draft in place of the one before.

        Raises:
            StoreError: it cannot be written.
        """
        ...

    def discard(self, patient: str) -> None:
        """Throw the draft away."""
        ...

    def sign(self, plan: Plan, by: str, template: str | None, cleared: Sequence[str]) -> None:
        """Keep a plan as a version, and write down who answers for it.

        Raises:
            ConfigurationError: the version is there with other content, or is signed.
            StoreBusy, StoreError: it cannot be written now.
        """
        ...

    def publish(self, plan: Plan) -> None:
        """Send a version to its patient's home.

        Raises:
            ConfigurationError: it does not follow the one before, or nobody is enrolled.
            StoreBusy, StoreError: it cannot be written now.
        """
        ...

    def drawing(self, exercise: str, posture: str, *, moving: bool = False) -> str | None:
        """An exercise's drawing as SVG, standing or moving; None where there is none."""
        ...


@dataclass
class MemoryPlanDesk:
    """A `PlanDesk` in memory.

    Attributes:
        told: gives a patient's figures.
        plans: every version at hand, by patient.
        signed, sent: what was, in order.
    """

    told: Callable[[str], PatientFigures | None]
    plans: Mapping[str, list[Plan]] = field(default_factory=dict)
    drafts: dict[str, PlanDraft] = field(default_factory=dict)
    signed: list[tuple[Plan, str, str | None, tuple[str, ...]]] = field(default_factory=list)
    sent: list[Plan] = field(default_factory=list)

    def figures(self, patient: str) -> PatientFigures | None:
        """As `told` gives them."""
        return self.told(patient)

    def kept(self, patient: str) -> Sequence[Plan]:
        """Those given, and those signed."""
        own = [plan for plan, *_ in self.signed if plan.patient == patient]
        return [*self.plans.get(patient, []), *own]

    def draft(self, patient: str) -> PlanDraft | None:
        """As it was kept."""
        return self.drafts.get(patient)

    def keep(self, draft: PlanDraft) -> None:
        """In memory."""
        self.drafts[draft.patient] = draft

    def discard(self, patient: str) -> None:
        """From memory."""
        self.drafts.pop(patient, None)

    def sign(self, plan: Plan, by: str, template: str | None, cleared: Sequence[str]) -> None:
        """Note it."""
        self.signed.append((plan, by, template, tuple(cleared)))

    def publish(self, plan: Plan) -> None:
        """Note it."""
        self.sent.append(plan)

    def drawing(self, exercise: str, posture: str, *, moving: bool = False) -> str | None:
        """An empty picture."""
        del exercise, posture, moving
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
