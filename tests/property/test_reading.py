"""Any bytes are read, and every span says what it claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import KindRules, ReadingRules
from gapkeeper.reading import Reader, read_register

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

RULES = ReadingRules()
ANY_KIND = ReadingRules(kinds=(KindRules("TD", pattern=r"TD_\d+"),), all_kinds=True)

FRAGMENTS = (
    *("ACTION-1", "LATER-001", "ISSUE-002", "ACTION-1 through ACTION-9", "LATER-001-003", "TD_07"),
    *("# ", "## ", "### ", "- ", "- [ ] ", "- [x] ", "1. ", "> ", "    ", "  - "),
    *("| ID | Item | Status |\n|----|------|--------|\n", "| ", " |\n", "|", "| Field | Value |\n|---|---|\n"),
    *("**Status:** ", "Status: ", "**", "~~", "`", "```\n", "~~~\n", ": ", " — ", "(", ")", "[", "](x.md#later-001)"),
    *("Done", "Open", "Blocked on ACTION-1", "80 %", "3/5", "✅", "⏳", "âœ…", "ğŸ”’", "RESOLVED", "until:\n"),
    *("<table><tr><th>ID</th></tr><tr><td>ACTION-3</td></tr>", "</table>", "<!-- gapkeeper: ignore -->", "<!--", "-->"),
    *("\n", "\n\n", "\r\n", "\r", "\u2028", "\t", "\x00", "\u200b", "\u202e"),
    *("&amp;", "\\|", "\\", "é", "完了", "---\n", "Phase 26", "## Critical path\n", "┌──┐\n│ ACTION-1 │\n"),
    "| Area | Weight | Score |\n|---|---|---|\n| A | 50% | 10% |\n",
)
documents = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(lambda parts: "".join(parts).encode()),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=5)), max_size=30).map(
        lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
    ),
)


def read(data: bytes, rules: ReadingRules) -> Register:
    return read_register([Document("a.md", data), Document("b/c.md", data)], rules, exists=lambda _: False)


@given(documents)
def test_any_bytes_are_read(data: bytes) -> None:
    for rules in (RULES, ANY_KIND):
        register = read(data, rules)
        lines = data.count(b"\n") + data.count(b"\r") + 1
        for finding in register.diagnostics:
            assert 1 <= finding.line <= lines
            assert finding.column >= 1
        for item in register.items:
            assert 1 <= item.source.line <= lines


@given(documents)
def test_reading_twice_gives_the_same(data: bytes) -> None:
    assert read(data, RULES) == read(data, RULES)


@given(documents)
def test_spans_lie_in_the_document_and_say_what_they_claim(data: bytes) -> None:
    facts = Reader(RULES).facts(Document("a.md", data))
    assert facts is not None
    for statement in facts.statements:
        assert 0 <= statement.span.start <= statement.span.end <= len(data)
        for status in statement.statuses:
            assert 0 <= status.span.start <= status.span.end <= len(data)
        if data.isascii() and statement.title is not None:
            written = statement.title.span.of(data).decode()
            for word in statement.title.text.replace("`", " ").split():
                assert word.strip("*_~&<>|\\;") in written.replace("&amp;", "&").replace("\\", "") or "&" in written


@given(st.sampled_from(("Done", "✅ **Complete**", "Not started", "🔒 Blocked", "In Progress (3/5)")))
def test_the_span_of_a_status_is_the_cell_it_was_read_from(words: str) -> None:
    data = f"| ID | Item | Status |\n|----|------|--------|\n| ACTION-1 | Paint |  {words}   |\n".encode()
    facts = Reader(RULES).facts(Document("a.md", data))
    assert facts is not None
    (statement,) = facts.statements
    assert statement.status is not None
    assert statement.status.span.of(data).decode() == words
