"""What one document says of gates: rows, headings with a status, and lists of what a gate waits for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Rank, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Entry, Heading, Paragraph, Table
from gapkeeper.reading.dates import find_date
from gapkeeper.reading.entries import is_condition
from gapkeeper.reading.fields import is_field_table, line_status
from gapkeeper.reading.gate_blockers import CONTINUED, PARENTHESES, Blocker, find_blockers, says_waiting
from gapkeeper.reading.gate_names import WAITING_FOR, cell_name, kind_of_header, leading_name, may_name_gate, names_in
from gapkeeper.reading.headings import read_title
from gapkeeper.reading.ids import squeeze
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.marks import EMOJI, strip_emoji
from gapkeeper.reading.values import joined, read_status, stated

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapkeeper.model.items import StatedStatus
    from gapkeeper.reading.blocks import Block, Inline
    from gapkeeper.reading.values import Context

_BEFORE = lazy(rf"(?:\s|[\[(*]|[{EMOJI}][\ufe0f\u200d]*|\d+(?:\.\d+)*[.)]\s)*")
_OLD_STATUS = lazy(r"(?:previous|prior|old|last|former|original) ")
_TITLES = frozenset(
    {"name", "title", "gate", "description", "what", "goal", "milestone", "scope", "deliverable", "focus", "phase name"}
    | {"action", "task", "item"}
)
_TITLE_MARKS = lazy(r"^\((?P<inner>[^()]+)\)\s*(?:status)?\W*$|\s+status\s*$|\s*\((?:new|updated)\)\s*$", re.IGNORECASE)
_SEPARATOR = lazy(r"\s*[:：–—|-]?\s*")
_LABEL = lazy(r"\W*(?P<label>[^\W\d_][^:：|]{1,40}?)\s*[:：]\s*(?P<value>.*)", re.DOTALL)
_TEXT = (Paragraph, Entry)  # a union would be made anew for each block


class GateStatement(NamedTuple):
    """What one place in one document says of one gate."""

    path: str
    name: str  # "Phase 26"
    title: str  # "Cutover"; empty where none is written
    rank: Rank  # heading, row, or list: what stands under `remains blocked until:`
    status: Status | None  # None: it only says what the gate waits for
    status_text: str
    date: dt.date | None  # a date in the status dates the statement
    qualified: bool  # `Complete (local)`
    blockers: tuple[Blocker, ...]
    line: int
    column: int


@dataclass(slots=True)
class _Gate:
    """A gate whose statement is being read."""

    name: str
    title: str
    rank: Rank
    place: int  # byte offset
    only_blockers: bool = False  # the heading says what a gate waits for, and is not the gate's own
    statuses: list[StatedStatus] = field(default_factory=list)
    heading: tuple[Inline, int] | None = None  # and the character at which its title begins
    blockers: list[Blocker] = field(default_factory=list)
    lists_blockers: bool = False

    def wait_for(self, blockers: Sequence[Blocker]) -> None:
        self.lists_blockers = True
        self.blockers += blockers


def find_gates(blocks: Sequence[Block], context: Context) -> tuple[GateStatement, ...]:
    """What one document says of gates, in order."""
    return tuple(_Walk(context).run(blocks))


class _Walk:
    """One pass over the blocks of a document."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.found: list[GateStatement] = []
        self.gate: _Gate | None = None  # whose heading was the last one
        self.until: _Gate | None = None  # whose conditions the list entries at hand are

    def run(self, blocks: Sequence[Block]) -> list[GateStatement]:
        for block in blocks:
            if isinstance(block, _TEXT):
                lines = block.lines
                # Most blocks of most documents stand under no gate, and go on here at once.
                if self.gate is None and self.until is None and not (lines and lines[-1].text.endswith((":", "："))):
                    continue
                self._text(block)
                continue
            self._close_until()
            if isinstance(block, Heading):
                self._close_gate()
                if may_name_gate(block.inline.text):
                    self._heading(block)
            elif isinstance(block, Table):
                self._table(block)
        self._close_until()
        self._close_gate()
        return sorted(self.found, key=lambda s: (s.line, s.column))

    def _text(self, block: Paragraph | Entry) -> None:
        """A list entry is a condition where the list stands under `until:`; every other line may say something."""
        if self.until is not None and (block.depth or isinstance(block, Entry)):
            for line in block.lines:
                self.until.wait_for(find_blockers(self.context, line))
            return
        self._close_until()
        self._lines(block.lines)

    def _heading(self, block: Heading) -> None:
        text = joined(block.inline)
        start = _BEFORE.match(text).end()  # type: ignore[union-attr]  # it matches the empty text
        name = leading_name(text, start)
        if name is None:
            waiting = WAITING_FOR.match(text, start)
            name = leading_name(text, waiting.end()) if waiting else None
            if name is not None:
                self.gate = _Gate(name.name, "", Rank.HEADING, block.start, only_blockers=True)
            return
        self.gate = _Gate(name.name, "", Rank.HEADING, block.start)
        self.gate.heading = (block.inline, _after_separator(text, name.end))

    def _table(self, table: Table) -> None:
        kind = kind_of_header(_first_header(table)) if table.head else None
        if kind is not None:
            rows = list(self._rows(table))
            if len({row.name for row in rows}) == len(rows):  # else the rows are no gates, but things in them
                self.found += rows
            return
        if self.gate is None:
            return
        if is_field_table(self.context, table):
            self._field_table(self.gate, table)
            return
        columns = [i for i, cell in enumerate(table.head) if says_waiting(self.context, cell.text)]
        if columns:
            cells = [row.cells[i] for row in table.rows for i in columns if i < len(row.cells)]
            self.gate.wait_for([b for cell in cells for b in find_blockers(self.context, cell)])

    def _field_table(self, gate: _Gate, table: Table) -> None:
        waiting, scope = False, ""
        for row in table.rows:
            if len(row.cells) < 2:
                continue
            name, value = row.cells[0], row.cells[1]
            continued = name.text[:1] in CONTINUED or self._begins_with_id(name)
            if not continued:
                waiting = says_waiting(self.context, name.text)
                inner = PARENTHESES.search(name.text)
                scope = inner[1] if inner else ""
                if self.context.vocabulary.field(name.text) == "status":
                    self._add_status(gate, read_status(self.context, value, StatusForm.FIELD))
            if waiting:
                further = PARENTHESES.search(value.text) if continued else None
                beside = scope or (further[1] if further else "")
                gate.wait_for([*find_blockers(self.context, name, beside), *find_blockers(self.context, value, scope)])

    def _add_status(self, gate: _Gate, status: StatedStatus | None) -> None:
        if status is not None and not gate.only_blockers:
            gate.statuses.append(status)

    def _lines(self, lines: Sequence[Inline]) -> None:
        """The lines of a paragraph or entry: a status, what the gate waits for, or the head of a list of conditions."""
        for line in lines:
            text = line.text
            if ":" not in text and "：" not in text:
                continue
            if self.gate is not None and (label := _LABEL.match(text)) and label["value"]:
                if self.context.vocabulary.field(label["label"]) == "status":
                    self._add_status(self.gate, line_status(self.context, line))
                elif says_waiting(self.context, label["label"]):
                    self.gate.wait_for(find_blockers(self.context, line))
            if line is lines[-1] and text.endswith((":", "：")) and is_condition(text[-24:]):
                self._open_until(line, text)

    def _open_until(self, line: Inline, text: str) -> None:
        """`Phase 26 remains blocked until:` names its gate; `Blocked until:` speaks of the heading's."""
        name = next(names_in(text), None)
        if name is None and self.gate is None:
            return
        self.until = _Gate(name.name if name else self.gate.name, "", Rank.LIST, line.start)  # type: ignore[union-attr]  # as above
        self.until.lists_blockers = True
        reading = self.context.vocabulary.read(text)
        if reading.known and reading.status is Status.BLOCKED:
            said = squeeze(text).rstrip(" :：")
            self.until.statuses = [stated(self.context, reading, StatusForm.LINE, line.span, said)]

    def _close_until(self) -> None:
        if self.until is not None and self.until.blockers:
            self._keep(self.until)
        self.until = None

    def _close_gate(self) -> None:
        """A heading is a gate where a status or blockers stand under it; its markers alone make it none."""
        gate, self.gate = self.gate, None
        if gate is not None and (gate.statuses or gate.lists_blockers):
            self._keep(gate)

    def _keep(self, gate: _Gate) -> None:
        source, statuses = self.context.source, gate.statuses
        if gate.heading is not None:  # read only now: most headings of phases are no gates
            titled = read_title(self.context, *gate.heading)
            gate.title, statuses = _title(titled.title), [*statuses, *titled.statuses]
        status = next(iter(statuses), None)
        self.found.append(
            GateStatement(
                path=source.path,
                name=gate.name,
                title=gate.title,
                rank=gate.rank,
                status=status.status if status else None,
                status_text=status.text if status else "",
                date=status.date if status else None,
                qualified=status is not None and self._is_qualified(status.text),
                blockers=tuple(dict.fromkeys(gate.blockers)),
                line=source.line(gate.place),
                column=source.column(gate.place),
            )
        )

    def _rows(self, table: Table) -> Iterator[GateStatement]:
        """The gates of a table whose first column is `Phase`, `Gate` or `Milestone` and that has a status."""
        header = [cell.text for cell in table.head]
        key = 1 if _counts_rows(header[0]) else 0
        status = self._status_column(header)
        if status is None:
            return
        waiting = [i for i, text in enumerate(header) if says_waiting(self.context, text)]
        title = next((i for i, text in enumerate(header) if i != key and normalise(text) in _TITLES), None)
        for row in table.rows:
            text = strip_emoji(row.cells[key].text).strip()
            name = cell_name(text, header[key])
            said = read_status(self.context, row.cells[status], StatusForm.CELL)
            if name is None or (said is not None and re.fullmatch(r"[\d\s/%.,]+", said.text)):
                continue
            gate = _Gate(name.name, _title(text[_after_separator(text, name.end) :]), Rank.ROW, row.start)
            if title is not None:
                gate.title = _title(row.cells[title].text)
            self._add_status(gate, said)
            for index in waiting:
                gate.wait_for(find_blockers(self.context, row.cells[index]))
            if said is not None or waiting:
                self._keep(gate)
                yield self.found.pop()

    def _status_column(self, header: Sequence[str]) -> int | None:
        names = [normalise(text) for text in header]
        known = [
            i for i, text in enumerate(header) if self.context.vocabulary.field(text) == "status" and names[i] != "done"
        ]
        others = [i for i, name in enumerate(names) if name.endswith("status") and not _OLD_STATUS.match(name)]
        return next(iter([*known, *others]), None)

    def _begins_with_id(self, name: Inline) -> bool:
        mentions = self.context.ids.scan(name.text)
        return bool(mentions) and mentions[0].start == 0

    def _is_qualified(self, status: str) -> bool:
        """`Complete (local)`: parentheses that hold more than a status, a date or a count."""
        return any(
            self.context.vocabulary.remainder(inner) and find_date(inner) is None
            for inner in PARENTHESES.findall(status)
        )


def _first_header(table: Table) -> str:
    """The first column's name, where that one does more than count the rows."""
    text = table.head[0].text
    return table.head[1].text if len(table.head) > 1 and _counts_rows(text) else text


def _counts_rows(header: str) -> bool:
    return header.strip(" *.").casefold() in {"", "#", "no", "nr", "rank"}


def _after_separator(text: str, end: int) -> int:
    match = _SEPARATOR.match(text, end)
    return match.end() if match else end


def _title(text: str) -> str:
    """`(Cutover) Status` is titled Cutover."""
    plain = squeeze(strip_emoji(text))
    match = _TITLE_MARKS.search(plain)
    if match is None:
        return plain
    return match["inner"].strip() if match["inner"] else plain[: match.start()].strip()
