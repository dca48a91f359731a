"""Answers that let a session go on: what a healthy person in a demo or a test says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .questions import ASSURING

if TYPE_CHECKING:
    from .questions import Answer, Question

__all__ = ["healthy_answer"]


def healthy_answer(question: Question) -> Answer:
    """No to every trouble, little pain, light effort; the first of any choices."""
    match question.kind:
        case "yes or no":
            return question.id in ASSURING
        case "pain":
            return 1
        case "effort" | "breathlessness":
            return 2
        case "choice":
            return question.choices[0]
