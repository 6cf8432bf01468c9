"""Markdown of an issue or a comment, as a terminal shows it: what a reader of the web page reads, and no markup.

Hidden comments are left out, entities and escapes are read, and every piece is safe for a terminal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyromark

from gapkeeper.patterns import lazy
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say, text_of, width_of, wrap
from gapkeeper.reporting.table import Column, fields, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
_COMMENT = lazy(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TONES = {"Heading": Tone.STRONG, "Strong": Tone.STRONG, "Strikethrough": Tone.FAINT}
_DEEPEST = 40  # cells of margin: what is nested deeper is shown there


def markdown_lines(text: str, look: Look, *, indent: int = 0) -> list[Line]:
    """The text in paragraphs, lists and tables, wrapped to the terminal; no empty line at either end."""
    writer = _Writer(look, indent)
    for event in pyromark.events(text, options=_OPTIONS):
        writer.take(event)
    lines = writer.lines
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _name_and_value(event: Any) -> tuple[str, Any]:  # noqa: ANN401 - pyromark's events are names, or one name with a value
    return (event, None) if isinstance(event, str) else next(iter(event.items()))


class _Writer:
    """Takes events and grows lines: the inline pieces of a block are gathered until it ends."""

    def __init__(self, look: Look, indent: int) -> None:
        self.lines: list[Line] = []
        self._look = look
        self._margins = [indent]
        self._pieces: list[Piece] = []
        self._tones = [Tone.PLAIN]
        self._bullet: str | None = None  # of an item whose first line is still to come
        self._counters: list[int | None] = []  # of the lists around: the next number, or None
        self._raw: list[str] | None = None  # lines of code or HTML, taken as they are
        self._rows: list[list[Line]] = []
        self._links: list[tuple[int, str]] = []  # where its text began, and where it leads

    def take(self, event: Any) -> None:  # noqa: ANN401 - as above
        name, value = _name_and_value(event)
        if name == "Start":
            tag, details = _name_and_value(value)
            self._STARTS.get(tag, _Writer._inline_start)(self, tag, details)
        elif name == "End":
            tag, details = _name_and_value(value)
            self._ENDS.get(tag, _Writer._inline_end)(self, tag, details)
        elif name in self._EVENTS:
            self._EVENTS[name](self, value)

    # --- Inline ---

    def _text(self, text: str) -> None:
        if self._raw is not None:
            self._raw.append(text)
        else:
            self._pieces.append(say(text, self._tones[-1]))

    def _code(self, text: str) -> None:
        self._pieces.append(say(text, Tone.INFO))

    def _soft_break(self, _: None) -> None:
        self._pieces.append(Piece(" "))

    def _hard_break(self, _: None) -> None:
        self._flush()

    def _task(self, done: bool) -> None:  # noqa: FBT001 - as all handlers: the event's value
        self._pieces.append(say("[x] " if done else "[ ] ", Tone.FAINT))

    def _inline_start(self, tag: str, _: object) -> None:
        self._tones.append(_TONES.get(tag, self._tones[-1]))

    def _inline_end(self, _tag: str, _: object) -> None:
        self._tones.pop()

    def _link_start(self, _tag: str, details: Mapping[str, str]) -> None:
        self._links.append((len(self._pieces), details["dest_url"]))

    def _link_end(self, _tag: str, _: object) -> None:
        start, address = self._links.pop()
        shown = text_of(tuple(self._pieces[start:]))
        if address and address.removeprefix("mailto:") not in shown:
            self._pieces.append(say(f" ({address})" if shown else address, Tone.FAINT))

    # --- Blocks ---

    @property
    def _margin(self) -> int:
        return min(self._margins[-1], _DEEPEST)

    def _flush(self) -> None:
        """End the line that is being gathered. A bullet alone waits for its text."""
        if self._pieces:
            self._emit()

    def _emit(self) -> None:
        indent = hang = self._margin
        pieces = line(*self._pieces)
        if self._bullet is not None:
            indent = max(0, hang - len(self._bullet))
            pieces = line(say(self._bullet, Tone.FAINT), *pieces)
        self.lines += wrap(pieces, self._look, indent=indent, hang=hang)
        self._pieces, self._bullet = [], None

    def _gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append(())

    def _block_start(self, tag: str, _: object) -> None:
        self._flush()
        self._tones.append(_TONES.get(tag, self._tones[-1]))

    def _block_end(self, _tag: str, _: object) -> None:
        self._flush()
        self._tones.pop()
        if not self._counters:
            self._gap()

    def _rule(self, _: None) -> None:
        self.lines.append((Piece(" " * self._margin), say("---", Tone.FAINT)))
        self._gap()

    def _quote_start(self, _tag: str, _: object) -> None:
        self._flush()
        self._margins.append(self._margins[-1] + 2)

    def _quote_end(self, _tag: str, _: object) -> None:
        self._flush()
        self._margins.pop()

    def _list_start(self, _tag: str, first: int | None) -> None:
        self._flush()
        self._counters.append(first)

    def _list_end(self, _tag: str, _: object) -> None:
        self._counters.pop()
        if not self._counters:
            self._gap()

    def _item_start(self, _tag: str, _: object) -> None:
        self._flush()
        number = self._counters[-1]
        bullet = "- " if number is None else f"{number}. "
        if number is not None:
            self._counters[-1] = number + 1
        self._bullet = (self._bullet or "") + bullet  # an item may begin with a list
        self._margins.append(self._margins[-1] + len(bullet))

    def _end_item_line(self) -> None:
        if self._pieces or self._bullet is not None:
            self._emit()

    def _item_end(self, _tag: str, _: object) -> None:
        self._end_item_line()
        self._margins.pop()

    def _raw_start(self, _tag: str, _: object) -> None:
        self._end_item_line()
        self._raw = []

    def _code_end(self, _tag: str, _: object) -> None:
        self._show_raw("".join(self._raw or ()), Tone.INFO, 2)

    def _html_end(self, _tag: str, _: object) -> None:
        shown = _COMMENT.sub("", "".join(self._raw or ()))
        self._show_raw(shown if shown.strip() else "", Tone.PLAIN, 0)

    def _show_raw(self, text: str, tone: Tone, deeper: int) -> None:
        margin = Piece(" " * (self._margin + deeper))
        self.lines += [(margin, say(row, tone)) if row.strip() else () for row in text.splitlines()]
        self._raw = None
        self._gap()

    # --- Tables ---

    def _table_start(self, _tag: str, _: object) -> None:
        self._end_item_line()
        self._rows = []

    def _row_start(self, _tag: str, _: object) -> None:
        self._rows.append([])

    def _cell_end(self, _tag: str, _: object) -> None:
        self._rows[-1].append(line(*self._pieces))
        self._pieces = []

    def _table_end(self, _tag: str, _: object) -> None:
        head, *rows = self._rows
        if len(head) == 2:  # names and values, as in an issue of ours
            self.lines += fields([(text_of(name), value) for name, value in rows], self._look, indent=self._margin)
        else:
            columns = [Column(text_of(title), least=min(12, max(1, width_of(title)))) for title in head]
            self.lines += table(columns, rows, self._look, indent=self._margin)
        self._gap()

    def _nothing(self, _tag: str, _: object) -> None:
        pass

    _EVENTS: Mapping[str, Callable[[_Writer, Any], None]] = {
        "Text": _text,
        "Code": _code,
        "Html": _text,
        "SoftBreak": _soft_break,
        "HardBreak": _hard_break,
        "TaskListMarker": _task,
        "Rule": _rule,
    }
    _STARTS: Mapping[str, Callable[[_Writer, str, Any], None]] = {
        "Paragraph": _block_start,
        "Heading": _block_start,
        "BlockQuote": _quote_start,
        "List": _list_start,
        "Item": _item_start,
        "CodeBlock": _raw_start,
        "HtmlBlock": _raw_start,
        "Table": _table_start,
        "TableHead": _row_start,
        "TableRow": _row_start,
        "TableCell": _nothing,
        "Link": _link_start,
        "Image": _link_start,
    }
    _ENDS: Mapping[str, Callable[[_Writer, str, Any], None]] = {
        "Paragraph": _block_end,
        "Heading": _block_end,
        "BlockQuote": _quote_end,
        "List": _list_end,
        "Item": _item_end,
        "CodeBlock": _code_end,
        "HtmlBlock": _html_end,
        "Table": _table_end,
        "TableHead": _nothing,
        "TableRow": _nothing,
        "TableCell": _cell_end,
        "Link": _link_end,
        "Image": _link_end,
    }
