"""Dancers as scenes see them, and the cast: how many of them a scene wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from installation.core.records import Fields, WireError, record
from installation.interface.body import Body


def _check_dancer(fields: Fields) -> None:
    if not isinstance(fields["body"], Body):
        raise WireError("a dancer whose body is no Body")


@record("Dancer", _check_dancer)
@dataclass(frozen=True, slots=True)
class Dancer:
    """One body that the network moves, at one time."""

    id: int
    """Identity; only ever grows, never used twice, and never a visitor's."""
    partner: int
    """The id of the visitor whom the dancer answers; 0 without one."""
    body: Body
    """In the room, as a visitor's is."""
    voice: int = 0
    """0 the first dancer of a visitor; from 1 on further ones, who vary it or follow in canon."""
    slot: int = 1
    """Stable number 1..N for controllers over OSC; freed when the dancer leaves."""


def check_dancers(fields: Fields) -> None:
    """Raise WireError unless the field `dancers` holds dancers only."""
    if not all(isinstance(dancer, Dancer) for dancer in fields["dancers"]):
        raise WireError("dancers that are no Dancer")


def _check_dance(fields: Fields) -> None:
    check_dancers(fields)
    if not all(isinstance(body, Body) for body in fields["visitors"].values()):
        raise WireError("a dance whose visitors have no body")


@record("Dance", _check_dance)
@dataclass(frozen=True, slots=True)
class Dance:
    """The dancers' worker's answer."""

    dancers: tuple[Dancer, ...] = ()
    """By slot."""
    visitors: Mapping[int, Body] = field(default_factory=dict)
    """Visitors' bodies by id, completed, and as they are expected to be when the picture is seen."""


@record("Cast")
@dataclass(frozen=True, slots=True)
class Cast:
    """How many dancers a scene wants."""

    each: int = 0
    """For each visitor."""
    alone: int = 0
    """While there are no visitors."""
    canon: float = 0.0
    """Beats by which each further voice follows the one before; 0 for independent voices."""
    most: int = 8
    """At a time, all together."""

    @property
    def wanted(self) -> bool:
        """Whether any dancers are wanted."""
        return self.most > 0 and (self.each > 0 or self.alone > 0)


def larger(one: Cast, other: Cast) -> Cast:
    """The cast that serves two scenes during the change from one to the other."""
    many = max((one, other), key=lambda cast: (cast.most * cast.wanted, cast.each, cast.alone))
    return Cast(max(one.each, other.each), max(one.alone, other.alone), many.canon, many.most)
