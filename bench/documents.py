"""What is measured: the corpus where there is one, else as many documents of our own making."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bench.generate import DOCUMENTS, plans
from gapkeeper.model.documents import Document
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading import read_register

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.register import Register


CORPUS = "the corpus"


def corpus() -> tuple[str, list[Document]]:
    """What to read, and what to call it: `cutover` in GAPKEEPER_CORPUS, else documents like it."""
    folder = os.environ.get("GAPKEEPER_CORPUS")
    if not folder:
        return "generated documents", plans(DOCUMENTS)
    root = Path(folder) / "cutover"
    paths = sorted(p for p in root.rglob("*.md") if p.is_file())
    return CORPUS, [Document(p.relative_to(root).as_posix(), p.read_bytes()) for p in paths]


def read(documents: Iterable[Document]) -> Register:
    """Register and diagnostics, with the rules of a repository without configuration."""
    return read_register(documents, ReadingRules())


def size(documents: Iterable[Document]) -> int:
    """Their bytes."""
    return sum(len(document.data or b"") for document in documents)
