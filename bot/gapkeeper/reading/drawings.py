"""Drawings of a critical path: boxes and arrows in a code block under a heading that says so.

A drawing is weaker than any statement: it gives edges and notes, and never an item.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, product
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.register import Edge
from gapkeeper.model.spans import Place
from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import Code, Heading
from gapkeeper.reading.estimates import is_estimate
from gapkeeper.reading.ids import qualifier, squeeze, without_ids
from gapkeeper.reading.sketch import sketch
from gapkeeper.reading.values import resolved_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gapkeeper.model.items import Item, Reference
    from gapkeeper.reading.blocks import Block
    from gapkeeper.reading.ids import Mention
    from gapkeeper.reading.values import Context

    Lookup = Callable[[Reference, str], tuple[str, ...]]

_CRITICAL_PATH = lazy(
    r"critical[\s-]+path|kritische[rnm]?\s+pfad|chemin\s+critique|(?:ruta|camino)\s+crític[ao]|caminho\s+crítico"
    r"|ścieżk[ai]\s+krytyczn|kritieke?\s+pad|クリティカルパス|关键路径|關鍵路徑|주공정|크리티컬\s*패스",
    re.IGNORECASE,
)
_PARALLEL = lazy(r"parall[eè]l|paralelo|równoleg|並行|并行|병렬", re.IGNORECASE)
_LABEL = lazy(r"[\s•*·-]*(?P<label>[^\W\d_][^:：\d]{0,30}?)\s*[:：]\s*(?P<value>.*)$")
_BULLET = lazy(r"[\s•*·☐☑✓✅⏳◻-]*(?:\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s*)?[\[(]?\s*")
_LISTED = lazy(r"[\s,/&+;]*(?:(?:and|und|et|y|e|i|en)\s+)?", re.IGNORECASE)
_PARENTHESES = lazy(r"\(([^()]{1,60})\)")
_GATE = lazy(r"(?:phase|gate|milestone|step|stage|wave)\s+\w", re.IGNORECASE)
_DEADLINE = frozenset({"est", "estimate", "eta", "effort", "duration", "time", "dauer", "durée", "duración"})
_OTHERS = frozenset({"note", "notes", "requires", "needs", "unblocks", "after", "before", "then", "see", "evidence"})
_FURTHEST = 20_000  # bytes from one box to the ID of the next
_MOST_EDGES = 400  # between two boxes: what more items stand in is a heap, and no order
_MOST_STEPS = 1_000_000  # over which edges that go against a field are looked for


class Box(NamedTuple):
    """One box of a drawing."""

    references: tuple[Reference, ...]
    status: str  # the text after `Status:`
    waits_for: tuple[Reference, ...]  # from a status such as `Blocked on ACTION-040`
    estimate: str  # the text after `Est:`
    parallel: bool
    follows: bool  # the drawing leads from the box before to this one
    line: int
    column: int


class Drawing(NamedTuple):
    """The boxes of one drawing, in order."""

    path: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What all drawings say together."""

    edges: tuple[Edge, ...] = ()  # `depends_on`, between keys, without those that a field states
    estimates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # key -> estimate as written
    statuses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # key -> status text, for people


def find_drawings(blocks: Sequence[Block], context: Context) -> tuple[Drawing, ...]:
    """The drawings of one document, in order."""
    drawings: list[Drawing] = []
    above: list[Heading] = []
    for block in blocks:
        if isinstance(block, Heading):
            while above and above[-1].level >= block.level:
                above.pop()
            above.append(block)
        elif isinstance(block, Code) and any(_is_critical_path(h.inline.text) for h in above):
            boxes = tuple(_read_boxes(block, context))
            if any(box.references for box in boxes):
                drawings.append(Drawing(context.source.path, boxes))
    return tuple(drawings)


@lru_cache(maxsize=1024)
def _is_critical_path(heading: str) -> bool:
    return _CRITICAL_PATH.search(heading) is not None


def _read_boxes(block: Code, context: Context) -> Iterator[Box]:
    def names_step(text: str) -> bool:
        start = _after_bullet(text)
        mentions = context.ids.scan(text)
        return (bool(mentions) and mentions[0].start == start) or _GATE.match(text, start) is not None

    data = context.source.data
    fenced = data[block.start : block.start + 3] in {b"```", b"~~~"}
    first = context.source.line(block.start) + fenced
    cursor = block.start
    for drawn in sketch(block.text, names_step):
        reader = _BoxReader(context)
        for _, text in drawn.lines:
            reader.line(text)
        line, column = first + drawn.lines[0][0] if drawn.lines else first, 1
        if reader.references:  # the place of the box is that of its first ID
            found = data.find(reader.references[0].id.encode(), cursor, min(block.end, cursor + _FURTHEST))
            if found >= 0:
                cursor, line, column = found + 1, context.source.line(found), context.source.column(found)
        words = " ".join([*(text for _, text in drawn.lines), *drawn.remarks])
        yield Box(
            references=tuple(dict.fromkeys(reader.references)),
            status=reader.status,
            waits_for=tuple(dict.fromkeys(reader.waits_for)),
            estimate=reader.estimate,
            parallel=drawn.abreast or _PARALLEL.search(words) is not None,
            follows=drawn.follows,
            line=line,
            column=column,
        )


@dataclass(slots=True)
class _BoxReader:
    """Takes the lines of one box."""

    context: Context
    references: list[Reference] = field(default_factory=list)
    waits_for: list[Reference] = field(default_factory=list)
    status: str = ""
    estimate: str = ""

    def line(self, text: str) -> None:
        """A line: `Label: value`, or text that may name items."""
        label = _LABEL.match(text)
        if label is None or not self._labelled(label["label"], label["value"].strip()):
            self._plain(text)

    def _labelled(self, label: str, value: str) -> bool:
        """Take a line with a label; False where the label is none that is known."""
        name = label.casefold().strip(" *.")
        meaning = "estimate" if name in _DEADLINE else self.context.vocabulary.field(name)
        if meaning == "status":
            self.status = self.status or squeeze(value)
            self.waits_for += self._waits_for(value)
        elif meaning == "estimate":
            self.estimate = self.estimate or squeeze(value)
        elif meaning == "depends_on":
            self.waits_for += self._references(value, self.context.ids.scan(value))
        else:
            return meaning is not None or name in _OTHERS
        return True

    def _waits_for(self, status: str) -> list[Reference]:
        mentions = self.context.ids.scan(status)
        if not mentions:
            return []
        reading = self.context.vocabulary.read(squeeze(without_ids(status, mentions)))
        return self._references(status, mentions) if reading.known and reading.status is Status.BLOCKED else []

    def _plain(self, text: str) -> None:
        """The IDs that a line begins with; where it begins with none, all that it names."""
        mentions = self.context.ids.scan(text)
        if mentions and mentions[0].start == _after_bullet(text):
            leading = mentions[:1]
            for mention in mentions[1:]:
                if _LISTED.fullmatch(text[leading[-1].end : mention.start]) is None and mention.start > leading[-1].end:
                    break
                leading.append(mention)
            mentions = leading
        self.references += self._references(text, mentions)
        rest = text[mentions[-1].end :] if mentions else text
        if not self.estimate:
            candidates = [*_PARENTHESES.findall(rest), rest]
            self.estimate = next((squeeze(c) for c in candidates if is_estimate(c)), "")

    def _references(self, text: str, mentions: Sequence[Mention]) -> list[Reference]:
        paths = (resolved_path(self.context, qualifier(text, m.end)) if m.last is None else None for m in mentions)
        return [mention.reference(path) for mention, path in zip(mentions, paths, strict=True)]


def _after_bullet(text: str) -> int:
    match = _BULLET.match(text)
    return match.end() if match else 0


def resolve_drawings(facts: Sequence[Drawing], items: Mapping[str, Item], lookup: Lookup) -> Drawn:
    """Edges and notes. ``items`` are resolved: `resolves` has been applied.

    `Status: Blocked on X` is an edge always. Order makes one between neighbouring boxes whose items are
    both open, never from or to a box marked parallel, and never against a field or an earlier edge.
    """
    edges = _Edges(items)
    estimates: dict[str, str] = {}
    statuses: dict[str, str] = {}
    drawings = [[_Found(box, drawing.path, lookup) for box in drawing.boxes] for drawing in facts]
    for found in (found for drawn in drawings for found in drawn):
        for key in found.keys:
            if found.box.estimate:
                estimates.setdefault(key, found.box.estimate)
            if found.box.status:
                statuses.setdefault(key, found.box.status)
        for first, then in product(found.waits_for, found.keys):
            edges.add(first, then, found.place)
    for before, found in (pair for drawn in drawings for pair in pairwise(drawn)):
        pairs = len(before.keys) * len(found.keys)
        if found.box.follows and not (before.box.parallel or found.box.parallel) and pairs <= _MOST_EDGES:
            for first, then in product(before.keys, found.keys):
                if edges.may_follow(first, then):
                    edges.add(first, then, found.place)
    return Drawn(tuple(edges.found), MappingProxyType(estimates), MappingProxyType(statuses))


class _Found:
    """A box, and the items that it names."""

    def __init__(self, box: Box, path: str, lookup: Lookup) -> None:
        self.box = box
        self.place = Place(path, box.line, box.column)
        self.keys = _keys(box.references, path, lookup)
        self.waits_for = _keys(box.waits_for, path, lookup)


def _keys(references: Sequence[Reference], path: str, lookup: Lookup) -> list[str]:
    return list(dict.fromkeys(key for reference in references for key in lookup(reference, path)))


class _Edges:
    """The edges of drawings, and the order that fields state already."""

    def __init__(self, items: Mapping[str, Item]) -> None:
        self.items = items
        self.found: list[Edge] = []
        self.after: dict[str, set[str]] = {}  # item -> those that wait for it
        self.steps = 0
        for item in items.values():
            for first in item.depends_on:
                self.after.setdefault(first, set()).add(item.key)
            for then in item.blocks:
                self.after.setdefault(item.key, set()).add(then)

    def add(self, first: str, then: str, place: Place) -> None:
        """``then`` waits for ``first``, unless a field or an earlier edge says so already."""
        if first != then and then not in self.after.get(first, ()):
            self.after.setdefault(first, set()).add(then)
            self.found.append(Edge(then, first, "depends_on", place))

    def may_follow(self, first: str, then: str) -> bool:
        """Whether both are open, and nothing says that ``first`` waits for ``then``."""
        both_open = self.items[first].state is State.OPEN and self.items[then].state is State.OPEN
        return both_open and not self._leads(then, first)

    def _leads(self, start: str, end: str) -> bool:
        """Whether ``end`` waits for ``start``, over any number of others."""
        seen, waiting = {start}, deque([start])
        while waiting:
            for following in self.after.get(waiting.popleft(), ()):
                self.steps += 1
                if following == end or self.steps > _MOST_STEPS:
                    return True
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return False
