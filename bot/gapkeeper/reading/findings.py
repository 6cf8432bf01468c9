"""What is wrong with one document alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.status import Rank
from gapkeeper.reading.blocks import inlines
from gapkeeper.reading.ids import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.items import Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.blocks import Blocks
    from gapkeeper.reading.source import Source

_HIDDEN = re.compile(f"[{INVISIBLE}]")


def find_own(
    source: Source, suspects: list[int], parsed: Blocks, statements: Sequence[Statement]
) -> Iterator[Diagnostic]:
    """What is wrong with this document alone."""
    path = source.path
    if source.encoding != "utf-8":
        at = _first_not_utf8(source.data)
        message = "is not UTF-8; read as Windows-1252. Save it as UTF-8."
        yield Diagnostic(path, source.line(at), source.column(at), "encoding", Severity.WARNING, message)
    if suspects:
        lines = len({source.line(at) for at in suspects})
        message = (
            f"text was decoded with the wrong code page and saved again: {len(suspects)} places on {lines} lines; "
            "read as it was meant, where no byte is lost. Restore the file, or mend it with `ftfy`."
        )
        at = suspects[0]
        yield Diagnostic(path, source.line(at), source.column(at), "mojibake", Severity.WARNING, message)
    yield from _duplicate_definitions(source, statements)
    yield from _unknown_statuses(source, statements)
    yield from _hidden_characters(source, parsed)


def _first_not_utf8(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _duplicate_definitions(source: Source, statements: Sequence[Statement]) -> Iterator[Diagnostic]:
    first: dict[str, Statement] = {}
    for statement in statements:
        if statement.rank is not Rank.HEADING:
            continue
        old = first.setdefault(statement.id, statement)
        if old is not statement:
            message = (
                f"{statement.id} is defined here and on line {old.line}. Give one of them another ID, or merge them."
            )
            column = source.column(statement.span.start)
            yield Diagnostic(source.path, statement.line, column, "duplicate-definition", Severity.ERROR, message)


def _unknown_statuses(source: Source, statements: Sequence[Statement]) -> Iterator[Diagnostic]:
    seen: set[Span] = set()
    for statement in statements:
        status = statement.status
        if status is None or status.known or status.span in seen:
            continue
        seen.add(status.span)
        text = " ".join(status.text.split())[:80]
        message = (
            f'no rule knows the status "{text}" of {statement.id}; it counts as pending. '
            "Use a known word, or add it to [status] words."
        )
        column = source.column(status.span.start)
        yield Diagnostic(source.path, status.line, column, "unknown-status", Severity.WARNING, message)


def _hidden_characters(source: Source, parsed: Blocks) -> Iterator[Diagnostic]:
    """An ID with a character in it that nobody sees is no ID; say so."""
    if source.text.isascii() or _HIDDEN.search(source.text) is None:
        return
    for block in parsed.blocks:
        for inline in inlines(block):
            text = "".join(p.text for p in inline.pieces)
            match = re.search(rf"[A-Z][A-Z0-9{INVISIBLE}-]*-[\d{INVISIBLE}]*\d", text) if _HIDDEN.search(text) else None
            if match and _HIDDEN.search(match.group()):
                shown = _HIDDEN.sub("", match.group())
                message = (
                    f"{shown} is written with an invisible character in it, so it is not read as an ID. Type it anew."
                )
                line, column = source.line(inline.start), source.column(inline.start)
                yield Diagnostic(source.path, line, column, "invisible-character", Severity.WARNING, message)
