"""Statuses written into documents that teams really wrote: each item's changed to each other, and read again.

The checks here know nothing of the writer's own proof. How many are tried: every one where much is generated
(`make test-all`), else a sample that is the same each time.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.edits import Written
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.status import Status
from gapkeeper.reading import read_corpus
from gapkeeper.writing import Writer
from written import check_bytes, check_register

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.register import Register
    from gapkeeper.reading import Corpus

CORPUS = os.environ.get("GAPKEEPER_CORPUS")
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
TODAY = dt.date(2026, 11, 24)
COMMITTED = dt.date(2026, 2, 1)  # the last commit of every document
MOST_REFUSED = 0.01  # of what is tried

DEFAULT, EVERY_KIND = ReadingRules(), ReadingRules(all_kinds=True)


def _read(name: str, rules: ReadingRules) -> tuple[Corpus, dict[str, bytes]]:
    folder = Path(CORPUS or "") / name
    data = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.md"))}
    assert data, folder

    def commit_dates(paths: Collection[str]) -> Mapping[str, dt.date]:
        return dict.fromkeys(paths, COMMITTED)

    documents = [Document(path, content) for path, content in data.items()]
    return read_corpus(documents, rules, revision="a", commit_dates=commit_dates), data


def _cases(register: Register, step: int) -> Iterator[tuple[Item, Status]]:
    pairs = [(item, status) for item in register.items for status in Status if status is not item.status]
    yield from pairs[step // 2 :: step]


@pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")
@pytest.mark.parametrize(
    ("name", "rules", "step"),
    [
        pytest.param("seed", DEFAULT, 1, id="seed"),
        pytest.param("seed", EVERY_KIND, 1, id="seed-every-kind"),
        pytest.param("cutover", DEFAULT, 1 if THOROUGH else 9, id="cutover"),
        pytest.param("cutover", EVERY_KIND, 5 if THOROUGH else 61, id="cutover-every-kind"),
        pytest.param("varied", EVERY_KIND, 1 if THOROUGH else 19, id="varied-every-kind"),
    ],
)
def test_each_status_can_be_written_and_changes_nothing_else(name: str, rules: ReadingRules, step: int) -> None:
    corpus, data = _read(name, rules)
    before = corpus.register
    tried, refused = 0, Counter[str]()
    for item, status in _cases(before, step):
        tried += 1
        writer = Writer(corpus, data.get, today=TODAY)
        result = writer.write(item.key, status)
        if not isinstance(result, Written):
            assert not writer.edits()
            refused[f"{item.key} {status}: {result.reason}"] += 1
            continue
        check_bytes(result, writer.edits(), data)
        check_register(before, writer.corpus.register, item, status)
        paths = [edit.path for edit in writer.edits()]
        check_register(before, writer.corpus.committed(paths, TODAY).register, item, status)
    count = f"{name}: {tried} tried, {tried - sum(refused.values())} written, {sum(refused.values())} refused"
    print("\n".join([count, *sorted(refused)]))  # noqa: T201  shown with -rP
    assert tried >= 30
    assert sum(refused.values()) <= tried * MOST_REFUSED, "\n".join(sorted(refused))
