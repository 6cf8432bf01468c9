"""Findings whose place, edit or silence golden documents cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading import read_register
from mending import mended

if TYPE_CHECKING:
    from gapkeeper.model.diagnostics import Diagnostic

LATER = b"# Later\n\n### LATER-001: New boiler\n"
REAL = b"#later-001-new-boiler"


def read(files: dict[str, bytes]) -> tuple[Diagnostic, ...]:
    documents = [Document(path, data) for path, data in files.items()]
    return read_register(documents, ReadingRules(), exists=files.__contains__).diagnostics


@pytest.mark.parametrize(
    "text",
    [
        "See [it](LATER.md#later-001).",
        "See [it](LATER.md#LATER-001).",
        "See [it](<LATER.md#later-001>).",
        "See [LATER.md#later-001](LATER.md#later-001).",
        "See [`](LATER.md#later-001)`](LATER.md#later-001).",
        "See ![LATER.md#later-001](LATER.md#later-001), [![b](LATER.md#later-001)](LATER.md#later-001).",
        "| a | b |\r\n|---|---|\r\n| é [x](LATER.md#later-001) | [y](LATER.md#later-001) |\r\n",
        "\ufeff---\ntitle: x\n---\n[x](./LATER.md#later-001)",
    ],
)
def test_an_edit_replaces_the_url_and_nothing_else(text: str) -> None:
    files = {"LATER.md": LATER, "plan.md": text.encode()}
    findings = read(files)
    assert findings
    assert all(found.edit is not None for found in findings)
    after = mended(files, findings)
    assert read(after) == ()
    changed = after["plan.md"].count(REAL)
    assert changed == len(findings)
    assert len(after["plan.md"]) == len(files["plan.md"]) + changed * (len(REAL) - len(b"#later-001"))


@pytest.mark.parametrize(
    "data",
    [
        b"See [it][1], LATER.md#later-001.\n\n[1]: LATER.md#later-001\n",
        b'See [it](LATER.md#later-001 "LATER.md#later-001").\n',
        b"Caf\xe9 [it](LATER.md#later-001).\n",
    ],
    ids=["reference", "title", "not UTF-8"],
)
def test_a_link_that_cannot_be_edited_with_certainty_has_no_edit(data: bytes) -> None:
    links = [found for found in read({"LATER.md": LATER, "plan.md": data}) if found.code == "broken-link"]
    assert [found.edit for found in links] == [None]


def test_an_anchor_of_an_undefined_id_has_no_edit() -> None:
    (found,) = read({"LATER.md": LATER, "plan.md": b"[x](LATER.md#later-002)"})
    assert (found.severity, found.edit) == ("warning", None)


@pytest.mark.parametrize(
    "link", ["<ann@library.example>", "[up](#top)", "Text[^1]\n\n[^1]: word", "[c](plan.md#L4-L9)"]
)
def test_what_is_no_link_to_a_heading_or_file_is_not_broken(link: str) -> None:
    assert read({"plan.md": link.encode()}) == ()


def test_the_second_id_of_a_line_with_an_invisible_character_is_found() -> None:
    (found,) = read({"plan.md": "- LATER-001: a\n- UTF-\u200b8, then LATER-\u200b002\n".encode()})
    assert (found.code, found.line, found.column) == ("invisible-character", 2, 18)
    assert "LATER-002" in found.message
    assert "U+200B" in found.message


@pytest.mark.parametrize("text", ["A" * 200_000, "A-" * 100_000, "LATER-001 " * 20_000])
def test_an_invisible_character_in_a_long_line_costs_no_more_than_the_line(text: str) -> None:
    assert [found.code for found in read({"plan.md": f"{text}\u200b".encode()})] in ([], ["undefined-reference"])


def test_messages_quote_little_of_a_long_document() -> None:
    long = "x" * 50_000
    later = f"### LATER-001: {long}\n\n**Status:** {long}\n"
    plan = f"| ID | Title |\n|---|---|\n| LATER-001 | {'y' * 50_000} |\n\n[a]({long}) [b](#{long})\n"
    findings = read({"LATER.md": later.encode(), "plan.md": plan.encode()})
    assert {found.code for found in findings} == {"title-conflict", "unknown-status", "broken-link"}
    assert all(len(found.message) < 400 for found in findings)
