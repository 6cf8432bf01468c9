"""Reading a corpus, against parsers that only parse the same bytes."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import cmarkgfm
import mistune
from markdown_it import MarkdownIt

from bench import memory
from bench.documents import CORPUS, corpus, read
from bench.measure import Result, ratio, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "markdown-it-py"
TIME, MEMORY = 1 / 3, 4


def results() -> Iterator[Result]:
    """Under a third of markdown-it-py's time, in under four times the documents' bytes."""
    name, documents = corpus()
    texts = [(document.data or b"").decode("utf-8", "replace") for document in documents]
    markdown_it = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parse_mistune = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])
    ours = f"reading {name} ({len(documents)} documents)"
    seconds = take_turns(
        {
            ours: lambda: read(documents),
            BASE: lambda: [markdown_it.parse(text) for text in texts],
            "mistune": lambda: [parse_mistune(text) for text in texts],
            "cmarkgfm, to HTML": lambda: [cmarkgfm.github_flavored_markdown_to_html(text) for text in texts],
        },
        repetitions=7,
    )
    yield ratio(seconds, ours, BASE, budget=TIME)
    yield ratio(seconds, ours, "mistune")
    yield ratio(seconds, ours, "cmarkgfm, to HTML")

    peaks = memory.measure(documents)
    # The budget is for documents as teams write them: ours hold an item in every second line, and little prose.
    budget = MEMORY if name == CORPUS else None
    yield Result("its memory", "bytes of the documents", statistics.median(peaks), budget, min(peaks), max(peaks))
