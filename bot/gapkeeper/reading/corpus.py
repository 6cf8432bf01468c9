"""Documents that were read together, and the same with one of them changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.reading.parser import TOO_DENSE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping

    from gapkeeper.model.documents import Document
    from gapkeeper.model.register import Register
    from gapkeeper.reading.facts import DocumentFacts
    from gapkeeper.reading.reader import Reader

    CommitDates = Callable[[Collection[str]], Mapping[str, dt.date]]


@dataclass(frozen=True)
class Corpus:
    """The facts of all documents, and the register that they make; the bytes are not kept."""

    reader: Reader
    facts: Mapping[str, DocumentFacts]  # by path
    unread: Mapping[str, str]  # path -> why
    revision: str | None = None
    exists: Callable[[str], bool] | None = None
    commit_dates: CommitDates | None = None

    @cached_property
    def register(self) -> Register:
        """What all documents say together."""
        return self.reader.resolve(
            tuple(self.facts.values()),
            unread=self.unread,
            revision=self.revision,
            exists=self.exists,
            commit_dates=self.commit_dates,
        )

    def replaced(self, document: Document) -> Corpus:
        """The same with other bytes for one document; the other ones are not read again."""
        facts = self.reader.facts(document)
        if facts is None:
            unread = {**self.unread, document.path: document.error or TOO_DENSE}
            return replace(self, facts={k: v for k, v in self.facts.items() if k != document.path}, unread=unread)
        return replace(self, facts={**self.facts, document.path: facts})

    def committed(self, paths: Collection[str], day: dt.date) -> Corpus:
        """The same as it reads once some documents are committed on a day."""
        before = self.commit_dates

        def dates(asked: Collection[str]) -> Mapping[str, dt.date]:
            known = dict(before(asked)) if before is not None else {}
            return known | {path: day for path in asked if path in paths}

        return replace(self, commit_dates=dates)
