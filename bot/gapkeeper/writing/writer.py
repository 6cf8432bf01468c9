"""Writes statuses into documents, one item after the other; each edit is proven before it is kept."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from gapkeeper.model.documents import Document
from gapkeeper.model.edits import DocumentEdit, Unwritten, Written
from gapkeeper.model.status import Rank
from gapkeeper.reading.lint import day_of
from gapkeeper.writing.attempts import attempts, dropped
from gapkeeper.writing.dress import undisturbed
from gapkeeper.writing.manner import Manner
from gapkeeper.writing.page import Page
from gapkeeper.writing.proof import Claim, objection
from gapkeeper.writing.splice import Misfit, apply, line_changes
from gapkeeper.writing.words import language_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from gapkeeper.model.edits import Edit, LineChange
    from gapkeeper.model.items import Item
    from gapkeeper.model.status import Status
    from gapkeeper.reading import Corpus

_MOST_ATTEMPTS = 36  # ways that are tried for one item; more than any real document has needed


class Writer:
    """Writes statuses; what was written stays, and later writes work on the newest bytes.

    Args:
        corpus: the documents as they were read.
        load: the bytes of a document, as they were read; None where there are none.
        today: the day that is written beside a status where a date has to decide, and on which the documents
            will be committed.
    """

    def __init__(self, corpus: Corpus, load: Callable[[str], bytes | None], *, today: dt.date) -> None:
        self._dates = _Dates(corpus)
        self._exists = None if corpus.exists is None else cache(corpus.exists)  # each proof asks for every link
        self._corpus = corpus
        self._load = load
        self._today = today
        self._old: dict[str, bytes] = {}
        self._new: dict[str, bytes] = {}
        self._languages: tuple[str | None] | None = None

    @property
    def corpus(self) -> Corpus:
        """The documents as they read after everything that was written."""
        return self._corpus

    def edits(self) -> tuple[DocumentEdit, ...]:
        """Every document that was changed, as it was and as it shall be; sorted by path."""
        changed = sorted(self._new, key=lambda path: path.encode("utf-8", "surrogateescape"))
        return tuple(DocumentEdit(path, self._old[path], self._new[path]) for path in changed)

    def write(self, key: str, status: Status, *, everywhere: bool = False) -> Written | Unwritten:
        """Make the documents say that an item has a status.

        The edits go to the item's home; where nothing there can be made to count, to the document whose word
        counts now. With ``everywhere``, other documents that say another status are edited as well, as far as they
        can be.
        """
        written = self._write(key, status)
        if isinstance(written, Unwritten) or not everywhere:
            return written
        return replace(written, lines=(*written.lines, *self._elsewhere(key, status)))

    def _elsewhere(self, key: str, status: Status) -> Iterator[LineChange]:
        item = self._item(key)
        others = {losing.statement.path for losing in item.losing if losing.field == "status"} if item else set()
        for path in sorted(others):
            item = self._item(key)
            written = None if item is None else self._write_in(path, item, status, [])
            yield from () if written is None else written.lines

    def _item(self, key: str) -> Item | None:
        return next((found for found in self._corpus.register.items if found.key == key), None)

    def _write(self, key: str, status: Status) -> Written | Unwritten:
        item = self._item(key)
        if item is None:
            return Unwritten(key, f"No document defines {key}.")
        if item.status is status:
            return Written(key, status, ())
        objections: list[str] = []
        for path in self._documents(item):
            written = self._write_in(path, item, status, objections)
            if written is not None:
                return written
        return Unwritten(key, _reason(item, status, objections))

    def _documents(self, item: Item) -> Iterator[str]:
        yield item.home.path
        said = item.status_statement
        if said is not None and said.path != item.home.path and said.rank <= Rank.LIST:
            yield said.path

    def _write_in(self, path: str, item: Item, status: Status, objections: list[str]) -> Written | None:
        data = self._new.get(path) or self._load(path)
        facts = self._corpus.facts.get(path)
        if data is None or facts is None:
            objections.append(f"{path} could not be read")
            return None
        page = Page.of(path, data, facts, self._corpus.reader)
        tried: set[bytes] = set()
        for edits in attempts(page, Manner(page, self._language), item, status, self._today):
            try:
                new = apply(data, edits)
                lines = line_changes(path, data, edits, page.encoding)
            except Misfit:
                continue
            if new in tried or new == data:
                continue
            tried.add(new)
            claim = Claim(item.key, status, path, dropped(page, edits))
            found = self._prove(Document(path, new), claim)
            if not isinstance(found, str) and not self._undisturbed(page, new, edits, found):
                found = "a link or emphasis beside it would break"
            if isinstance(found, str):
                objections.append(found)
            else:
                self._keep(path, data, new, found)
                return Written(item.key, status, lines)
            if len(tried) >= _MOST_ATTEMPTS:
                break
        return None

    def _language(self) -> str | None:
        """The language of the status words of all documents."""
        if self._languages is None:
            read = self._corpus.reader.vocabulary.read
            statuses = (s for f in self._corpus.facts.values() for x in f.statements for s in x.statuses)
            words = [s.text[found.start : found.end] for s in statuses if (found := read(s.text)).known]
            self._languages = (language_of(words, ()),)
        return self._languages[0]

    def _prove(self, document: Document, claim: Claim) -> Corpus | str:
        """The corpus with a document changed, or what speaks against it: as it is, and once it is committed."""
        before = self._corpus.register
        after = replace(self._corpus.replaced(document), commit_dates=self._dates, exists=self._exists)
        against = objection(before, after.register, claim)
        if against is None and self._dates.known and self._moves(after, document.path):
            committed = after.committed({*self._new, document.path}, self._today)
            against = objection(before, committed.register, claim)
            against = against and f"once it is committed, {against}"
        return after if against is None else against

    @staticmethod
    def _undisturbed(page: Page, new: bytes, edits: Sequence[Edit], corpus: Corpus) -> bool:
        after = Page.of(page.path, new, corpus.facts[page.path], corpus.reader)
        return undisturbed((page.data, page.blocks), (new, after.blocks), edits)

    def _moves(self, corpus: Corpus, path: str) -> bool:
        """Whether a commit of today changes the day of one of the documents that were edited."""
        paths = {*self._new, path}
        known = self._dates(paths)
        return any(
            day_of(corpus.facts[p], known.get(p))[0] != day_of(corpus.facts[p], self._today)[0]
            for p in paths
            if p in corpus.facts
        )

    def _keep(self, path: str, data: bytes, new: bytes, corpus: Corpus) -> None:
        self._old.setdefault(path, data)
        self._new[path] = new
        if self._new[path] == self._old[path]:
            del self._new[path], self._old[path]
        self._corpus = corpus


class _Dates:
    """The days of last commits, asked for once: git is slow, and a proof asks each time."""

    def __init__(self, corpus: Corpus) -> None:
        self._ask = corpus.commit_dates
        self._paths = tuple(corpus.facts)
        self._answers: Mapping[str, dt.date] | None = None
        self._has_history = corpus.revision is not None

    @property
    def known(self) -> bool:
        """Whether the documents are under version control."""
        return self._has_history or bool(self._all)

    @property
    def _all(self) -> Mapping[str, dt.date]:
        if self._answers is None:
            self._answers = {} if self._ask is None else dict(self._ask(self._paths))
        return self._answers

    def __call__(self, paths: Collection[str]) -> Mapping[str, dt.date]:
        return {path: self._all[path] for path in paths if path in self._all}


def _reason(item: Item, status: Status, objections: list[str]) -> str:
    """Why nothing could be written, and what to do."""
    place = item.status_source if item.status_source is not None else item.source
    why = f": {objections[0]}" if objections else ": there is no place in it for a status"
    return f"{item.key} cannot be made {status.words} in {item.home.path}{why}. Change it by hand, at {place}."
