"""All documents to one register: the entry to reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.register import DocumentInfo, Register
from gapkeeper.model.status import Rank
from gapkeeper.reading import lint
from gapkeeper.reading.corpus import Corpus
from gapkeeper.reading.counts import resolve_counts
from gapkeeper.reading.critical_path import resolve_critical_path
from gapkeeper.reading.document import read_document
from gapkeeper.reading.drawings import resolve_drawings
from gapkeeper.reading.gates import resolve_gates
from gapkeeper.reading.ids import Ids
from gapkeeper.reading.items import merge, with_edges
from gapkeeper.reading.parser import TOO_DENSE, TooDenseError
from gapkeeper.reading.precedence import Precedence, find_registers
from gapkeeper.reading.readiness import resolve_readiness
from gapkeeper.reading.scope import Lookup, group
from gapkeeper.reading.vocabulary import Vocabulary

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.documents import Document
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.reading.corpus import CommitDates
    from gapkeeper.reading.facts import DocumentFacts


class Reader:
    """Reads documents under one set of rules, and remembers what the words mean."""

    def __init__(self, rules: ReadingRules) -> None:
        self.rules = rules
        self.ids = Ids(rules)
        self.vocabulary = Vocabulary.of(rules)

    def facts(self, document: Document) -> DocumentFacts | None:
        """What one document says; None where it could not be read. Depends on its path and bytes alone."""
        if document.data is None:
            return None
        try:
            return read_document(document.path, document.data, self.vocabulary, self.ids)
        except TooDenseError:
            return None

    def resolve(
        self,
        facts: Sequence[DocumentFacts],
        *,
        unread: Mapping[str, str] | None = None,
        revision: str | None = None,
        exists: Callable[[str], bool] | None = None,
        commit_dates: CommitDates | None = None,
    ) -> Register:
        """The register that the facts of all documents make; ``unread`` names documents and why."""
        facts = sorted(facts, key=lambda f: f.path.encode("utf-8", "surrogateescape"))
        groups = group(facts, self.ids, self.rules)
        lookup = Lookup(groups)
        dates, diagnostics = _days(facts, commit_dates)
        registers = find_registers(((g.kind, s) for g in groups for s in g.statements), self.rules)
        precedence = Precedence(registers, dates, {path: i for i, path in enumerate(self.rules.order)})
        merged = merge(groups, precedence, lookup)
        items = merged.items
        drawn = resolve_drawings([d for f in facts for d in f.drawings], items, lookup)
        with_edges(items, drawn.edges)
        edges = tuple(sorted({*merged.edges, *drawn.edges}, key=lambda e: (e.start, e.end, e.type, e.source)))
        gates, gate_findings = resolve_gates([g for f in facts for g in f.gates], items, self.rules, dates, lookup)
        scores, score_findings = resolve_readiness([s for f in facts for s in f.scores], items, self.rules, dates)
        path, cycles = resolve_critical_path(items, edges, gates, drawn.estimates)
        counted = resolve_counts([c for f in facts for c in f.counts], items, self.vocabulary)
        families = frozenset(g.kind for g in groups) | {kind.name for kind in self.rules.kinds}
        diagnostics += [d for f in facts for d in f.diagnostics]
        diagnostics += [*gate_findings, *score_findings, *cycles, *counted, *lint.contradictions(items)]
        diagnostics += [*lint.references(facts, lookup, self.ids, families), *lint.links(facts, exists)]
        return Register(
            revision=revision,
            items=tuple(items[key] for key in sorted(items)),
            gates=gates,
            readiness=scores,
            edges=edges,
            diagnostics=tuple(sorted(diagnostics, key=lambda d: d.order)),
            documents=_documents(facts, dates, unread or {}),
            critical_path=path,
            registers=registers,
            rules_digest=self.rules.digest(),
        )


def read_corpus(  # noqa: PLR0913 - what is read, and what only the edges know, each by name
    documents: Iterable[Document],
    rules: ReadingRules,
    *,
    revision: str | None = None,
    exists: Callable[[str], bool] | None = None,
    commit_dates: CommitDates | None = None,
    reader: Reader | None = None,
) -> Corpus:
    """Read documents, one at a time.

    Args:
        documents: paths and bytes; each is dropped as soon as it has been read.
        rules: what is tracked, and what words mean.
        revision: the commit that the documents are of.
        exists: whether a file or folder is there, for the check of links; without it, only links
            between documents are checked.
        commit_dates: the day of the last commit of each of some paths.
        reader: one of these rules, which may know documents already; None: one is made.
    """
    reader = reader or Reader(rules)
    facts: dict[str, DocumentFacts] = {}
    unread: dict[str, str] = {}
    for document in documents:
        found = reader.facts(document)
        if found is None:
            unread[document.path] = document.error or TOO_DENSE
        else:
            facts[document.path] = found
    return Corpus(reader, facts, unread, revision, exists, commit_dates)


def read_register(
    documents: Iterable[Document],
    rules: ReadingRules,
    *,
    revision: str | None = None,
    exists: Callable[[str], bool] | None = None,
    commit_dates: CommitDates | None = None,
) -> Register:
    """Read documents, one at a time, into a register; the arguments are those of `read_corpus`."""
    return read_corpus(documents, rules, revision=revision, exists=exists, commit_dates=commit_dates).register


def _days(
    facts: Sequence[DocumentFacts], commit_dates: CommitDates | None
) -> tuple[dict[str, dt.date | None], list[Diagnostic]]:
    """The day of every document, and those that are dated after their own commit."""
    speaking = [f.path for f in facts if f.statements or f.scores or f.gates]
    committed = commit_dates(speaking) if commit_dates is not None and speaking else {}
    dates: dict[str, dt.date | None] = {}
    diagnostics: list[Diagnostic] = []
    for document in facts:
        dates[document.path], finding = lint.day_of(document, committed.get(document.path))
        if finding is not None:
            diagnostics.append(finding)
    return dates, diagnostics


def _documents(
    facts: Sequence[DocumentFacts], dates: Mapping[str, dt.date | None], unread: Mapping[str, str]
) -> tuple[DocumentInfo, ...]:
    read = [DocumentInfo(f.path, dates[f.path], sum(1 for s in f.statements if s.rank < Rank.SECTION)) for f in facts]
    failed = [DocumentInfo(path, None, 0, error) for path, error in unread.items()]
    return tuple(sorted([*read, *failed], key=lambda d: d.path.encode("utf-8", "surrogateescape")))
