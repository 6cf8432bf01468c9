"""Escaped text does nothing and says the same, whatever it was: judged by renderers and patterns that are not ours."""

from __future__ import annotations

import csv
import io
import re
import time
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forge_oracle import QUICK_ACTION, RENDERERS, TASK_ITEM, read, references, references_in_plain_text
from gapkeeper import escaping
from gitlab_counterpart import quick_actions
from hostile_text import FRAGMENTS, texts

GUARD = "\u200b"
_MARKS = re.compile(r"[`\s\u200b]+")
_BOXES = re.compile(r"\[(?:\s+|[xX])\]|[☐☑]")


def said(text: str) -> str:
    """What a text says: boxes alike, and without code marks, spaces and what we put in."""
    return _MARKS.sub("", _BOXES.sub("□", text))


def attributes(markdown: str) -> None:
    """What holds of every piece of Markdown that we make, read as source."""
    assert "<!" not in markdown
    assert QUICK_ACTION.search(markdown) is None
    assert quick_actions.split(markdown)[1] == []  # whichever of GitLab's versions reads it
    assert TASK_ITEM.search(markdown) is None
    assert unseen(markdown.replace(GUARD, "")) == []


def unseen(text: str) -> list[str]:
    """Characters that nobody sees or that are none; joiners where they belong are not meant."""
    categories = {"Cc", "Cs", "Zl", "Zp"}
    bidirectional = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    named = set("\u200b\u200e\u200f\u2060\u061c\ufeff\xad\u034f\u180e\u3164")
    return [
        c
        for c in text
        if (unicodedata.category(c) in categories and c != "\n")
        or unicodedata.bidirectional(c) in bidirectional
        or c in named
        or "\U000e0000" <= c <= "\U000e0fff"
    ]


def inert(markdown: str, text: str, *, tags: set[str]) -> None:
    """Rendered by either renderer, the text is there, and nothing else."""
    attributes(markdown)
    for render in RENDERERS:
        page = read(render(markdown))
        assert set(page.tags) <= tags, (render.__name__, page.tags)
        assert page.comments == []
        assert references(page) == [], render.__name__
        assert all(link.startswith(("http://", "https://", "mailto:", "xmpp:")) for link in page.links)
        assert not any(re.search(r"/(issues|pull|merge_requests)/", link) for link in page.links)
        assert said(page.visible) == said(escaping.clean_text(text)), render.__name__


# --- Cleaning ---------------------------------------------------------------------------------------


@given(texts)
def test_cleaned_text_hides_nothing(text: str) -> None:
    assert unseen(escaping.clean_text(text)) == []
    escaping.clean_text(text).encode("utf-8")


@given(texts)
def test_cleaning_keeps_every_letter(text: str) -> None:
    def seen(value: str) -> list[str]:
        return [c for c in value if unicodedata.category(c)[0] in "LNPS" and c not in "\u3164\uffa0\u115f\u1160�"]

    kept = [c for c in seen(escaping.clean_text(text)) if not "␀" <= c <= "␡"]
    assert kept == [c for c in seen(text) if not "␀" <= c <= "␡"]


@given(texts)
def test_a_clean_line_is_one_line_and_stays_as_it_is(text: str) -> None:
    line = escaping.clean_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert "  " not in line
    assert escaping.clean_line(line) == line


# --- Markdown ---------------------------------------------------------------------------------------


@given(texts)
@example("`a`https://github.com/o/r/issues/3")
@example("text\n===")
def test_inline_is_one_paragraph_of_plain_text(text: str) -> None:
    inert(escaping.inline(text), text, tags={"p", "a", "code"})


@given(texts)
@example("===")
@example("/close")
def test_inline_may_stand_in_a_list_in_a_quote_and_after_text(text: str) -> None:
    markdown = escaping.inline(text)
    for before, tags in (("- ", {"ul", "li"}), ("> ", {"blockquote"}), ("1. ", {"ol", "li"}), ("before\n", set())):
        for render in RENDERERS:
            page = read(render(before + markdown))
            assert set(page.tags) <= {"p", "a", "code"} | tags, (before, page.tags)
            assert said(page.visible) == said(before.strip("- >1.\n") + escaping.clean_text(text))
            assert references(page) == []


@given(texts, texts)
def test_inline_may_stand_beside_inline(first: str, second: str) -> None:
    inert(f"{escaping.inline(first)} {escaping.inline(second)}", f"{first}\n{second}", tags={"p", "a", "code"})


@given(texts)
def test_a_cell_stays_one_cell(text: str) -> None:
    markdown = f"| Field | Value |\n| --- | --- |\n| {escaping.cell(text)} | end |\n| next | row |"
    attributes(markdown)
    for render in RENDERERS:
        page = read(render(markdown))
        assert len(page.cells) == 4, page.cells
        assert [cell.strip() for cell in page.cells[1:]] == ["end", "next", "row"]
        assert said(page.cells[0]) == said(escaping.clean_text(text))
        assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "a", "code"}
        assert references(page) == []


@given(texts)
def test_a_block_is_paragraphs(text: str) -> None:
    inert(escaping.block(text), text, tags={"p", "br", "a", "code"})


@given(texts)
def test_a_code_span_is_code(text: str) -> None:
    inert(escaping.code(text), text, tags={"p", "code", "a"})


@given(texts, st.sampled_from(["", "text"]))
def test_a_code_block_is_not_left(text: str, language: str) -> None:
    markdown = f"before\n\n{escaping.fenced(text, language)}\n\nafter"
    assert re.search("^<!", markdown, re.MULTILINE) is None
    for render in RENDERERS:
        page = read(render(markdown))
        assert page.tags == ["p", "pre", "code", "p"]
        assert page.visible.startswith("before")
        assert page.visible.rstrip().endswith("after")
        assert re.sub(r"\s", "", page.visible) == re.sub(r"\s", "", f"before{escaping.clean_text(text)}after")


@given(texts)
def test_a_link_has_one_target_and_its_text(text: str) -> None:
    markdown = escaping.link(text or "x", "https://example.org/docs/ä (1).md#L3")
    attributes(markdown)
    for render in RENDERERS:
        page = read(render(markdown))
        assert page.links == ["https://example.org/docs/%C3%A4%20%281%29.md#L3"]
        assert set(page.tags) <= {"p", "a", "code"}
        assert said(page.visible) == said(escaping.clean_text(text or "x"))


@given(texts)
def test_a_link_goes_to_the_web_or_nowhere(address: str) -> None:
    for render in RENDERERS:
        assert read(render(escaping.link("here", f"javascript:{address}"))).links == []
        page = read(render(escaping.link("here", f"https://h/{address}")))
        assert len(page.links) == 1
        assert page.links[0].startswith("https://h/")
        assert page.visible.strip() == "here"


# --- Titles -----------------------------------------------------------------------------------------


@given(texts)
def test_a_title_refers_to_nothing_and_reads_the_same(text: str) -> None:
    title = escaping.title(text)
    assert references_in_plain_text(title) == []
    assert title.replace(GUARD, "") == escaping.clean_line(text)


# --- Machines ---------------------------------------------------------------------------------------


@given(texts)
def test_a_terminal_gets_no_controls(text: str) -> None:
    assert unseen(escaping.terminal(text)) == []


@given(st.lists(texts, min_size=1, max_size=4))
def test_csv_comes_back_and_is_no_formula(row: list[str]) -> None:
    cells = [escaping.csv_cell(text) for text in row]
    assert not any(cell.lstrip(" '\"\t\r\n").startswith(("=", "+", "-", "@")) and cell[0] != "'" for cell in cells)
    out = io.StringIO(newline="")
    csv.writer(out).writerow([*cells, "end"])
    assert list(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [[*cells, "end"]]


@given(texts)
def test_xml_parses_and_reads_the_same(text: str) -> None:
    escaped = escaping.xml_text(text)
    element = ET.fromstring(f"<text title=\"{escaped}\" other='{escaped}'>{escaped}</text>")  # noqa: S314 -- our own
    clean = escaping.clean_text(text)
    assert (element.text or "") == clean
    assert element.get("title") == element.get("other") == clean.replace("\n", " ")
    assert list(element) == []


@given(texts)
def test_a_mermaid_label_has_no_syntax_and_reads_the_same(text: str) -> None:
    label = escaping.mermaid_label(text)
    bare = re.sub(r"#[0-9]+;", " ", label)
    assert not re.search(r"[\n\"'`#;<>&%{}\[\]()|\\@:~^=*_!$+?]|--|//", bare)
    assert re.sub(r"#([0-9]+);", lambda match: chr(int(match[1])), label) == escaping.clean_line(text)


@given(texts)
def test_a_log_line_is_no_command(text: str) -> None:
    for line in (escaping.log_line(text), escaping.log_line(f"::{text}"), escaping.log_line(f" ::add-mask::{text}")):
        assert len(line.splitlines()) <= 1
        assert not line.strip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


@given(texts, texts)
def test_a_workflow_command_has_its_properties_and_its_message(name: str, message: str) -> None:
    command = f"::error file={escaping.actions_property(name)},line=1::{escaping.actions_message(message)}"
    assert len(command.splitlines()) == 1
    head, _, rest = command.removeprefix("::").partition("::")
    properties = dict(part.split("=", 1) for part in head.removeprefix("error ").split(","))
    unescape = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}

    def decoded(text: str) -> str:
        return re.sub("%0D|%0A|%3A|%2C|%25", lambda match: unescape[match[0]], text).replace(GUARD, "")

    assert decoded(properties["file"]) == escaping.clean_text(name)
    assert properties["line"] == "1"
    assert decoded(rest) == escaping.clean_text(message)
    assert "##[" not in command


# --- Cutting ----------------------------------------------------------------------------------------


@given(texts, st.integers(0, 40))
def test_shortened_text_fits_and_begins_the_text(text: str, limit: int) -> None:
    short = escaping.shorten(text, limit)
    assert len(short) <= limit
    assert short == text or not short or (short.endswith("…") and text.startswith(short[:-1]))


@given(texts.filter(lambda text: "`" not in text and "://" not in text), st.integers(1, 60))
def test_shortened_markdown_has_no_broken_escape(text: str, limit: int) -> None:
    whole = escaping.inline(text)
    short = escaping.shorten(whole, limit)
    for render in RENDERERS:
        page = read(render(short))
        assert set(page.tags) <= {"p", "a"}
        begun = _MARKS.sub("", page.visible).removesuffix("…")
        assert _MARKS.sub("", read(render(whole)).visible).startswith(begun)


@given(texts, st.integers(1, 30))
def test_a_shortened_title_is_still_inert(text: str, limit: int) -> None:
    assert references_in_plain_text(escaping.shorten(escaping.title(text), limit)) == []


# --- Time -------------------------------------------------------------------------------------------

_SURFACES = (
    escaping.title, escaping.inline, escaping.cell, escaping.block, escaping.code, escaping.fenced, escaping.terminal,
    escaping.csv_cell, escaping.xml_text, escaping.mermaid_label, escaping.log_line, escaping.actions_property,
)  # fmt: skip


@pytest.mark.parametrize("surface", _SURFACES, ids=lambda function: function.__name__)
def test_time_is_linear_in_the_text(surface) -> None:  # noqa: ANN001 -- any function of the table above
    """Ten times the text may cost thirty times as much: a quadratic step would cost a hundred times."""

    def seconds(text: str) -> float:
        start = time.process_time()
        surface(text)
        return time.process_time() - start

    ladder = "".join("`" * n + " " for n in range(1, 120))
    slow = []
    for fragment in (*FRAGMENTS, ladder, "\u200d\u200d", "\ufe0f\ufe0f", "a:", "[a", "&#", "https://a", "))((", "\\`"):
        few = fragment * max(1, 1_000 // len(fragment))
        many = few * 10
        if seconds(many) > 0.02 and min(seconds(many) for _ in range(3)) > 30 * min(seconds(few) for _ in range(3)):
            slow.append(fragment)
    assert slow == []


@given(texts)
@example("/close")
@example("a\n \u200b> /close\r/label ~a\n\n\t/due today")
@example("a/b\n/1\n//x")
def test_what_people_wrote_is_no_command_in_our_name(text: str) -> None:
    sent = escaping.without_commands(text)
    assert QUICK_ACTION.search(sent) is None
    assert sent.replace("&#47;", "/") == text.replace("&#47;", "/")
