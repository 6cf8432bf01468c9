"""What is wrong with one document alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.status import Rank
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import inlines
from gapkeeper.reading.codes import excerpt, finding
from gapkeeper.reading.ids import INVISIBLE
from gapkeeper.reading.values import Offsets, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Statement
    from gapkeeper.model.spans import Span
    from gapkeeper.reading.blocks import Blocks
    from gapkeeper.reading.source import Source
    from gapkeeper.reading.values import Context

_HIDDEN = lazy(f"[{INVISIBLE}]")
_TOKEN = lazy(rf"[\w{INVISIBLE}-]+")


def find_own(
    context: Context, suspects: list[int], parsed: Blocks, statements: Sequence[Statement]
) -> Iterator[Diagnostic]:
    """What is wrong with this document alone."""
    source = context.source
    if source.encoding != "utf-8":
        at = _first_not_utf8(source.data)
        message = "this is not UTF-8, so the whole file is read as Windows-1252. Save it as UTF-8."
        yield finding("encoding", source.path, source.line(at), source.column(at), message)
    if suspects:
        at = suspects[0]
        yield finding("mojibake", source.path, source.line(at), source.column(at), _garbled(source, suspects))
    yield from _duplicate_definitions(source, statements)
    yield from _unknown_statuses(source, statements)
    yield from _hidden_characters(context, parsed)


def _garbled(source: Source, suspects: Sequence[int]) -> str:
    lines = len({source.line(at) for at in suspects})
    places = f"{len(suspects)} places" if len(suspects) > 1 else "one place"
    where = f"{places} on {lines} lines" if lines > 1 else places
    verb = "are" if len(suspects) > 1 else "is"
    return (
        f"{where} {verb} garbled: the text was opened in the wrong encoding and saved. "
        "Restore the file, or mend it with `ftfy`."
    )


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
            yield finding("duplicate-definition", source.path, statement.line, column, message)


def _unknown_statuses(source: Source, statements: Sequence[Statement]) -> Iterator[Diagnostic]:
    seen: set[Span] = set()
    for statement in statements:
        status = statement.status
        if status is None or status.known or status.span in seen:
            continue
        seen.add(status.span)
        message = (
            f'the status "{excerpt(status.text)}" of {statement.id} is not known, and counts as pending. '
            "Use a known word, or add yours to [status] words in the configuration."
        )
        column = source.column(status.span.start)
        yield finding("unknown-status", source.path, status.line, column, message)


def _hidden_characters(context: Context, parsed: Blocks) -> Iterator[Diagnostic]:
    """An ID with a character in it that nobody sees is no ID; say so."""
    source, ids = context.source, context.ids
    if source.text.isascii() or _HIDDEN.search(source.text) is None:
        return
    for block in parsed.blocks:
        for inline in inlines(block):
            text = joined(inline)
            if _HIDDEN.search(text) is None:
                continue
            offsets = Offsets(context, inline)
            for token in _TOKEN.finditer(text):
                hidden = _HIDDEN.search(token.group())
                shown = _HIDDEN.sub("", token.group())
                if hidden is None or ids.kind(shown) is None or [m.id for m in ids.scan(shown)] != [shown]:
                    continue
                message = (
                    f"{shown} has an invisible character in it (U+{ord(hidden.group()):04X}), "
                    "so it is not read as an ID. Type it anew."
                )
                at = offsets.at(token.start())
                yield finding("invisible-character", source.path, source.line(at), source.column(at), message)
