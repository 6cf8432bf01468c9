"""What one document says, as small values: the whole of it that the register needs.

Facts depend on the document's path and bytes and on the reading rules alone, so they can be kept
under the digest of those, and a run costs what changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Reference, Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.counts import StatedCount
    from gapkeeper.reading.drawings import Drawing
    from gapkeeper.reading.gates import GateStatement
    from gapkeeper.reading.readiness import ReadinessFact


class MentionFact(NamedTuple):
    """An ID or range of a tracked kind, anywhere in the document."""

    reference: Reference
    line: int
    column: int


class LinkFact(NamedTuple):
    """A relative link."""

    url: str
    line: int
    column: int
    span: Span | None  # of the URL in the document; None where it is not written in one piece


class HeaderDates(NamedTuple):
    """The dates that a document's header block states."""

    updated: dt.date | None = None
    dated: dt.date | None = None
    created: dt.date | None = None
    line: int = 1


class DocumentFacts(NamedTuple):
    """Everything that one document says."""

    path: str
    statements: tuple[Statement, ...]
    shorts: tuple[Statement, ...]  # list entries of no tracked kind: perhaps short forms
    mentions: tuple[MentionFact, ...]
    links: tuple[LinkFact, ...]
    anchors: frozenset[str]
    anchor_of: tuple[tuple[str, str], ...]  # ID in a heading -> its anchor
    dates: HeaderDates
    scores: tuple[ReadinessFact, ...]
    counts: tuple[StatedCount, ...]
    gates: tuple[GateStatement, ...]
    drawings: tuple[Drawing, ...]
    diagnostics: tuple[Diagnostic, ...]  # that need no other document
