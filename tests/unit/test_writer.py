"""The writer as others use it: what it keeps, what it refuses, and what it asks for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.model.documents import Document
from gapkeeper.model.edits import DocumentEdit, Unwritten, Written
from gapkeeper.model.rules import KindRules, ReadingRules
from gapkeeper.model.status import Status
from gapkeeper.reading import read_corpus
from gapkeeper.writing import Writer
from gapkeeper.writing.cells import width

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

TODAY = dt.date(2026, 11, 24)
A = b"- [ ] ACTION-1: Oil the ramp\n- [ ] ACTION-2: Paint the hull\n"
B = b"### ISSUE-1: The ramp is stuck\n\n**Status:** Open\n"


def writer(**documents: bytes) -> Writer:
    data = {f"{name}.md": content for name, content in documents.items()}
    corpus = read_corpus([Document(path, content) for path, content in data.items()], ReadingRules())
    return Writer(corpus, data.get, today=TODAY)


def test_what_was_written_stays_and_edits_are_told_by_path() -> None:
    one = writer(b=B, a=A)
    one.write("ISSUE-1", Status.RESOLVED)
    one.write("ACTION-2", Status.RESOLVED)
    one.write("ACTION-1", Status.BLOCKED)
    assert one.edits() == (
        DocumentEdit("a.md", A, b"- [ ] ACTION-1: Oil the ramp (Blocked)\n- [x] ACTION-2: Paint the hull\n"),
        DocumentEdit("b.md", B, b"### ISSUE-1: The ramp is stuck\n\n**Status:** Resolved\n"),
    )
    assert [item.status for item in one.corpus.register.items] == [Status.BLOCKED, Status.RESOLVED, Status.RESOLVED]


def test_a_document_that_is_as_it_was_is_no_edit() -> None:
    one = writer(a=A)
    one.write("ACTION-1", Status.RESOLVED)
    one.write("ACTION-1", Status.PENDING)
    assert one.edits() == ()


def test_the_corpus_before_is_left_as_it_was() -> None:
    one = writer(a=A)
    before = one.corpus
    one.write("ACTION-1", Status.RESOLVED)
    item = before.register.item("ACTION-1")
    assert item is not None
    assert item.status is Status.PENDING


def test_what_the_documents_say_already_is_written_without_a_line() -> None:
    assert writer(a=A).write("ACTION-1", Status.PENDING) == Written("ACTION-1", Status.PENDING, ())


def test_what_nobody_defines_is_not_written() -> None:
    assert writer(a=A).write("ACTION-9", Status.RESOLVED) == Unwritten("ACTION-9", "No document defines ACTION-9.")


def test_a_document_whose_bytes_are_gone_is_not_written() -> None:
    corpus = read_corpus([Document("a.md", A)], ReadingRules())
    result = Writer(corpus, lambda _: None, today=TODAY).write("ACTION-1", Status.RESOLVED)
    assert result == Unwritten(
        "ACTION-1",
        "ACTION-1 cannot be made resolved in a.md: a.md could not be read. Change it by hand, at a.md:1.",
    )


def test_days_of_commits_and_targets_of_links_are_asked_for_once() -> None:
    asked: list[Collection[str]] = []
    looked: list[str] = []

    def exists(path: str) -> bool:
        looked.append(path)
        return True

    def commit_dates(paths: Collection[str]) -> Mapping[str, dt.date]:
        asked.append(tuple(paths))
        return dict.fromkeys(paths, dt.date(2026, 1, 1))

    data = A + b"\n[the chart](chart.png)\n"
    corpus = read_corpus([Document("a.md", data)], ReadingRules(), commit_dates=commit_dates, exists=exists)
    assert corpus.register.documents[0].date == dt.date(2026, 1, 1)
    asked.clear()
    looked.clear()
    one = Writer(corpus, {"a.md": data}.get, today=TODAY)
    for status in (Status.RESOLVED, Status.BLOCKED, Status.CANCELLED):
        assert isinstance(one.write("ACTION-1", status), Written)
    assert asked == [("a.md",)]
    assert looked == ["chart.png"]


TITLED = (
    b"| ID | Item | Status |\n|---|---|---|\n| LATER-1 | Oil the ramp | Open |\n| LATER-2 | Paint the hull | Open |\n"
)
UNTITLED = b"| ID | Status |\n|---|---|\n| LATER-1 | Open |\n| LATER-2 | Done |\n"


def test_without_history_no_commit_is_thought_of() -> None:
    """The same documents, whose days come from commits: writing to a.md would make it the later one for LATER-2."""
    rules = ReadingRules(kinds=(KindRules("LATER", register="c.md"),))
    data = {"a.md": TITLED, "b.md": UNTITLED}

    def commit_dates(paths: Collection[str]) -> Mapping[str, dt.date]:
        days = {"a.md": dt.date(2026, 1, 1), "b.md": dt.date(2026, 2, 1)}
        return {path: days[path] for path in paths}

    documents = [Document(path, content) for path, content in data.items()]
    without = Writer(read_corpus(documents, rules), data.get, today=TODAY).write("LATER-1", Status.RESOLVED)
    assert isinstance(without, Written)
    assert [line.path for line in without.lines] == ["a.md"]
    corpus = read_corpus(documents, rules, revision="c0ffee", commit_dates=commit_dates)
    committed = Writer(corpus, data.get, today=TODAY).write("LATER-1", Status.RESOLVED)
    assert isinstance(committed, Written)
    assert [line.path for line in committed.lines] == ["b.md"]


def test_the_language_of_the_other_documents_counts_where_one_does_not_tell() -> None:
    german = b"| ID | Aufgabe | Status |\n|---|---|---|\n| LATER-1 | Rampe | Offen |\n"
    one = writer(a=A, b=german)
    result = one.write("ACTION-1", Status.BLOCKED)
    assert isinstance(result, Written)
    assert result.lines[0].after == "- [ ] ACTION-1: Oil the ramp (Blockiert)"


def test_a_link_or_emphasis_that_would_break_is_not_written() -> None:
    broken = b"### ACTION-1: Oil the ramp\n\n**Status:** Open, *see below\nand there*\n"
    result = writer(a=broken).write("ACTION-1", Status.RESOLVED)
    assert isinstance(result, Unwritten)
    assert "emphasis" in result.reason


def test_an_emoji_takes_two_places_and_what_joins_none() -> None:
    assert width("✅ Done") == 7
    assert width("⚠️") == 1
    assert width("完了") == 4
    assert width("e\u0301") == 1
