"""On what an entry is judged: topics of the four dimensions, and what stands behind each.

For every topic one of four holds, from the strongest to the weakest: it was *measured here*, by a
figure with its population; *measured elsewhere*, on people that the challenger names, with
evidence; it is *declared*; or it is *missing*. Nothing is added up over topics: no one score would
tell that what harms is pleasant to use.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .challenge import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .challenge import Declaration, Entry, Figure

__all__ = ["TOPICS", "Standing", "Topic", "TopicStanding", "standings", "standings_json"]


class Standing(enum.StrEnum):
    """What stands behind a topic; the stronger comes first."""

    HERE = "measured here"
    ELSEWHERE = "measured elsewhere"
    DECLARED = "declared"
    MISSING = "missing"

    def reaches(self, least: Standing) -> bool:
        """Whether it is at least as strong."""
        order = list(Standing)
        return order.index(self) <= order.index(least)


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that a dimension asks.

    Attributes:
        key: as a call and a declaration name it.
        question: in words.
        measured: whether figures of its section speak of it, unless they name another topic.
    """

    section: Section
    key: str
    question: str
    measured: bool = False


TOPICS: tuple[Topic, ...] = (
    Topic(Section.DESIGN, "function", "does what it is for, on cases with known truth", True),
    Topic(Section.DESIGN, "robustness", "bears losses, faults and wrong inputs"),
    Topic(Section.DESIGN, "handling", "comfort, donning time and faults in the hands of patients"),
    Topic(
        Section.WELL_BEING,
        "accessibility",
        "can be used with impaired sight, hearing, memory or hands",
        True,
    ),
    Topic(
        Section.WELL_BEING,
        "experience",
        "motivation, burden, trust and enjoyment over weeks of use",
    ),
    Topic(Section.CLINICAL, "agreement", "agrees with a reference", True),
    Topic(Section.CLINICAL, "safety", "asks for nothing beyond what is prescribed, stops for pain"),
    Topic(Section.CLINICAL, "effect", "function, pain, adherence or quality of life"),
    Topic(Section.SUSTAINABILITY, "energy", "battery, energy, life span, repair", True),
    Topic(Section.SUSTAINABILITY, "cost", "cost of purchase and of care"),
    Topic(
        Section.SUSTAINABILITY,
        "regulation",
        "intended purpose, conformity assessment, data protection impact assessment",
    ),
)


@dataclass(frozen=True, slots=True)
class TopicStanding:
    """What stands behind one topic of one entry.

    Attributes:
        told: figures with their populations, or what was declared.
    """

    topic: Topic
    standing: Standing
    told: tuple[str, ...] = ()


def standings(entry: Entry, figures: Sequence[Figure]) -> list[TopicStanding]:
    """What stands behind each topic, in their order."""
    own = [f for f in figures if f.entry == entry.name]
    return [_standing(topic, own, entry.declarations) for topic in TOPICS]


def standings_json(entry: Entry, figures: Sequence[Figure]) -> dict[str, list[dict[str, Any]]]:
    """The same by section's name, for a result."""
    told: dict[str, list[dict[str, Any]]] = {section.value: [] for section in Section}
    for standing in standings(entry, figures):
        told[standing.topic.section.value].append(
            {
                "topic": standing.topic.key,
                "question": standing.topic.question,
                "standing": standing.standing.value,
                "told": list(standing.told),
            }
        )
    return told


def _standing(
    topic: Topic, figures: Sequence[Figure], declarations: Sequence[Declaration]
) -> TopicStanding:
    measured = [f for f in figures if _speaks_of(f, topic)]
    said = [d for d in declarations if getattr(d, "topic", "") == topic.key]
    elsewhere = [d for d in said if getattr(d, "people", "") and d.evidence]
    people = sorted({f.population for f in measured})
    told = [f"{sum(f.population == p for f in measured)} figures, {p}" for p in people]
    told += [f"{d.statement} (on {d.people}; {d.evidence})" for d in elsewhere]
    told += [
        d.statement + (f" ({d.evidence})" if d.evidence else "") for d in said if d not in elsewhere
    ]
    if measured:
        standing = Standing.HERE
    elif elsewhere:
        standing = Standing.ELSEWHERE
    else:
        standing = Standing.DECLARED if said else Standing.MISSING
    return TopicStanding(topic, standing, tuple(told))


def _speaks_of(figure: Figure, topic: Topic) -> bool:
    if figure.topic:
        return figure.topic == topic.key
    return topic.measured and figure.section is topic.section
