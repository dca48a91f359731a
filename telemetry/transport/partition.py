"""Which of several clinics that share one broker takes a patient's home.

A home has a hash of its site and patient, FNV-1a of 32 bits over one and the other: what a broker
that sorts messages computes as well (NATS' `partition(N,1,2)` over the topic's second and third
part). Partition K of N holds whose hash is K modulo N. Nothing of it depends on the home's ULID, so
a home that lost its journal stays where it was.

N doubles: partition K of N is what partitions K and K + N of 2 N are together, so that a clinic
which grows is cut in two and nothing moves between the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telemetry.errors import ConfigurationError, DecodeError

from .topics import parse_topic

__all__ = ["PARTITIONS", "SORTED", "Partition", "hash_of"]

PARTITIONS: Final = (1, 2, 4, 8, 16, 32, 64)
"""How many there may be."""
SORTED: Final = "part"
"""The first part of a topic to which a broker that sorts has added, one level each, which partition
of 2, 4, 8, 16, 32 and 64 it is for: one filter is enough, however many there are."""

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
"""FNV-1a of 32 bits (IETF draft-eastlake-fnv)."""


def hash_of(site: str, patient: str) -> int:
    """FNV-1a, 32 bits, of a patient's home."""
    hashed = _OFFSET
    for byte in f"{site}{patient}".encode():
        hashed = ((hashed ^ byte) * _PRIME) & _MASK
    return hashed


@dataclass(frozen=True, slots=True)
class Partition:
    """One of `of` clinics: the `index`-th, counted from 0.

    Attributes:
        index: 0 to `of` - 1.
        of: a power of two up to 64.
        sorted_by_broker: records come to topics that begin with their partition, see `filters`.

    Raises:
        ConfigurationError: there is no such partition.
    """

    index: int = 0
    of: int = 1
    sorted_by_broker: bool = False

    def __post_init__(self) -> None:
        if self.of not in PARTITIONS:
            raise ConfigurationError(
                f"{self.of} partitions: it is 1, 2, 4, 8, 16, 32 or 64, for a clinic that grows is "
                "cut in two"
            )
        if not 0 <= self.index < self.of:
            raise ConfigurationError(
                f"partition {self.index} of {self.of}: they are counted from 0 to {self.of - 1}"
            )

    @classmethod
    def parse(cls, text: str, *, sorted_by_broker: bool = False) -> Partition:
        """Read `K/N`.

        Raises:
            ConfigurationError: it is none.
        """
        index, slash, of = text.partition("/")
        if not (slash and index.isascii() and of.isascii() and index.isdigit() and of.isdigit()):
            raise ConfigurationError(f"partition {text!r}: write K/N, as 0/4 for the first of four")
        return cls(int(index), int(of), sorted_by_broker)

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    @property
    def is_whole(self) -> bool:
        """Whether it is the only one."""
        return self.of == 1

    def holds(self, site: str, patient: str) -> bool:
        """Whether this patient's home is its."""
        return hash_of(site, patient) % self.of == self.index

    def takes(self, topic: str) -> bool:
        """Whether a message to this topic is for it: of its patients; what is nobody's, the first.

        Nobody's are gateways, surveys, and what is no topic of ours.
        """
        try:
            values = parse_topic(topic).values
        except DecodeError:
            return self.index == 0
        if "patient" not in values:
            return self.index == 0
        return self.holds(values["site"], values["patient"])

    def halves(self) -> tuple[Partition, Partition]:
        """What it is cut into when their number doubles.

        Raises:
            ConfigurationError: there are 64 already.
        """
        low = Partition(self.index, 2 * self.of, self.sorted_by_broker)
        return low, Partition(self.index + self.of, 2 * self.of, self.sorted_by_broker)

    def filters(self, topic_filter: str) -> tuple[str, ...]:
        """What to subscribe to for a filter over all patients.

        A broker that sorts delivers records, which are all but a little of what homes send, under
        a topic of their partition, so that each is sent its own only. What is not sorted, by a
        broker that was thought to as well, comes to every partition, and `takes` leaves out what
        is another's.
        """
        if not self.sorted_by_broker or topic_filter.rpartition("/")[2] != "record":
            return (topic_filter,)
        levels = (str(self.index) if n == self.of else "+" for n in PARTITIONS[1:])
        return topic_filter, "/".join((SORTED, *levels, topic_filter))

    @staticmethod
    def sorted_topic(topic: str) -> str:
        """The topic of a record as a broker that sorts delivers it; `deploy/region` says how.

        Raises:
            DecodeError: none of ours.
            KeyError: no patient's.
        """
        values = parse_topic(topic).values
        hashed = hash_of(values["site"], values["patient"])
        return "/".join((SORTED, *(str(hashed % n) for n in PARTITIONS[1:]), topic))

    @staticmethod
    def own_topic(topic: str) -> str:
        """The topic as its home wrote it."""
        if not topic.startswith(f"{SORTED}/"):
            return topic
        return topic.split("/", len(PARTITIONS))[-1]
