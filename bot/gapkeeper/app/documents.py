"""Documents as a run that may write to them needs them: what they say, and their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.reading import read_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.model.documents import Document
    from gapkeeper.model.register import Register
    from gapkeeper.model.rules import ReadingRules
    from gapkeeper.ports import DocumentSource
    from gapkeeper.reading import Corpus, Reader


@dataclass(frozen=True, slots=True)
class Documents:
    """What was read, at once: spans of the corpus point into these bytes, whatever happens to the files."""

    corpus: Corpus
    data: Mapping[str, bytes]  # by path

    @property
    def register(self) -> Register:
        """What the documents say together."""
        return self.corpus.register


def read_documents(source: DocumentSource, rules: ReadingRules, reader: Reader | None = None) -> Documents:
    """Read all documents of a source, and keep their bytes; ``reader`` as for `read_corpus`."""
    data: dict[str, bytes] = {}

    def kept() -> Iterator[Document]:
        for document in source.documents():
            if document.data is not None:
                data[document.path] = document.data
            yield document

    corpus = read_corpus(
        kept(),
        rules,
        revision=source.revision,
        exists=source.exists,
        commit_dates=source.commit_dates,
        reader=reader,
    )
    return Documents(corpus, data)
