"""The register: all items of a repository at one revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import CriticalPath, Gate, Readiness
    from gapkeeper.model.spans import Place


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` says that item `start` is tied to item `end`. Kept as stated, not mirrored."""

    start: str
    end: str
    type: str  # "blocks" | "depends_on" | "resolves"
    source: Place


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document that was read, or could not be."""

    path: str
    date: dt.date | None
    items: int  # statements that it makes
    error: str | None = None  # why it could not be read


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that the documents say, resolved; the only input of planning from their side."""

    revision: str | None  # commit; None where the folder is read as it is
    items: tuple[Item, ...]  # sorted by key
    gates: tuple[Gate, ...]
    readiness: tuple[Readiness, ...]  # the posted one first
    edges: tuple[Edge, ...]
    diagnostics: tuple[Diagnostic, ...]  # sorted
    documents: tuple[DocumentInfo, ...]  # sorted by path
    critical_path: CriticalPath
    registers: Mapping[str, str]  # kind -> the document that defines most of its items
    rules_digest: str  # of the rules it was read with

    def item(self, key: str) -> Item | None:
        """The item with this key, or with this ID where only one has it (any case)."""
        wanted = key.casefold()
        exact = [i for i in self.items if i.key.casefold() == wanted]
        if exact:
            return exact[0]
        by_id = [i for i in self.items if i.id.casefold() == wanted]
        return by_id[0] if len(by_id) == 1 else None
