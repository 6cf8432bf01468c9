"""Box-and-arrow drawings of a critical path, in code blocks under a heading that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gapkeeper.model.items import Item, Reference
    from gapkeeper.model.register import Edge
    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.values import Context

    Lookup = Callable[[Reference, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a drawing."""

    references: tuple[Reference, ...]
    status: str  # the text after `Status:`
    blocked_on: tuple[Reference, ...]  # from a status such as `Blocked on ACTION-040`
    estimate: str  # the text after `Est:`
    parallel: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes of one drawing, in order."""

    path: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What all drawings say together: weaker than any statement."""

    edges: tuple[Edge, ...] = ()  # `depends_on`, between keys, without those that a field states
    estimates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # key -> estimate as written
    statuses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # key -> status text, for people


def find_drawings(blocks: Sequence[Block], context: Context) -> tuple[Drawing, ...]:
    """The drawings of one document, in order."""
    return ()


def resolve_drawings(facts: Sequence[Drawing], items: Mapping[str, Item], lookup: Lookup) -> Drawn:
    """Edges and notes. ``items`` are resolved: `resolves` has been applied."""
    return Drawn()
