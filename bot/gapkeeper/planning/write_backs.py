"""What is known of write-backs beyond documents and tracker: what was written, proposed, declined, or is in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.planning.situation import Writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.edits import LineChange


@dataclass(frozen=True, slots=True)
class WriteBacks:
    """What became of the write-backs that a first look at both sides asked for, each by the item's identity.

    A plan is made twice where there are any: the first tells what people did in the tracker, then the edits are made
    and proven, and the second holds everything that follows from them.
    """

    #: The lines of each that the planned register has already.
    written: Mapping[str, tuple[LineChange, ...]] = field(default_factory=lambda: MappingProxyType({}))
    #: The lines of each that are proposed: the documents that count do not have them yet.
    proposed: Mapping[str, tuple[LineChange, ...]] = field(default_factory=lambda: MappingProxyType({}))
    #: Why one will not be written, as a sentence for its comment: it cannot be, or people declined it.
    barred: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Why one cannot be written now; it is tried again in the next run.
    obstacles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, identity: str) -> Writing:
        """What the state rule has to know."""
        if identity in self.written:
            return Writing.WRITTEN
        return Writing.BARRED if identity in self.barred else Writing.POSSIBLE

    def lines(self, identity: str) -> tuple[LineChange, ...]:
        """What is written to the documents for an item."""
        return self.written.get(identity) or self.proposed.get(identity) or ()


NO_WRITE_BACKS = WriteBacks()
