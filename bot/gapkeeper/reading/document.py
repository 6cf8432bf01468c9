"""One document: bytes to facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.spans import Span
from gapkeeper.patterns import lazy
from gapkeeper.reading import mojibake
from gapkeeper.reading.anchors import find_anchors
from gapkeeper.reading.blocks import CODE, Heading, inlines
from gapkeeper.reading.counts import find_counts
from gapkeeper.reading.drawings import find_drawings
from gapkeeper.reading.facts import DocumentFacts, LinkFact, MentionFact
from gapkeeper.reading.findings import find_own
from gapkeeper.reading.gates import find_gates
from gapkeeper.reading.header import find_dates
from gapkeeper.reading.headings import leading_id
from gapkeeper.reading.legends import find_legend
from gapkeeper.reading.parser import parse
from gapkeeper.reading.readiness import find_readiness
from gapkeeper.reading.source import decode
from gapkeeper.reading.statements import MOST_RANGES, Found, Places, Walk, within
from gapkeeper.reading.values import Context, Offsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.items import Reference
    from gapkeeper.reading.blocks import Block, Blocks, Inline, Link
    from gapkeeper.reading.ids import Ids
    from gapkeeper.reading.source import Source
    from gapkeeper.reading.vocabulary import Vocabulary

_ANY_ID = lazy(rb"[A-Z][0-9]*-\d")  # a cheap look for what may be an ID; `2026-01` is none


class Parsed(NamedTuple):
    """A document as it is read: what reading it needs at hand, and its blocks."""

    context: Context
    parsed: Blocks
    suspects: list[int]  # where text may have been decoded wrongly


def parse_document(path: str, data: bytes, vocabulary: Vocabulary, ids: Ids) -> Parsed:
    """The blocks of a document, in the bytes as they are."""
    source = decode(path, data)
    suspects = mojibake.suspects(data)
    context = Context(source, vocabulary, ids, mend=bool(suspects))
    parsed = parse(source, mend=bool(suspects))
    context.legend = find_legend(source, parsed.blocks, vocabulary)
    return Parsed(context, parsed, suspects)


def read_document(path: str, data: bytes, vocabulary: Vocabulary, ids: Ids) -> DocumentFacts:
    """Everything that one document says: what is wrong becomes a diagnostic.

    Raises `TooDenseError` where it is a bomb.
    """
    context, parsed, suspects = parse_document(path, data, vocabulary, ids)
    places = Places([m.start() for m in _ANY_ID.finditer(data)], [m.start() for m in ids.tracked.finditer(data)])
    found = Found()
    if places.tracked or ids.has_patterns:
        found = Walk(context, parsed.blocks, places).run()
    anchors = find_anchors(parsed.blocks, data)
    return DocumentFacts(
        path=path,
        statements=tuple(found.statements),
        shorts=tuple(found.shorts),
        mentions=tuple(_mentions(context, parsed.blocks, places)),
        links=tuple(_links(context, parsed)),
        anchors=frozenset(anchors),
        anchor_of=tuple(_anchors_of_ids(context, parsed.blocks, anchors)),
        dates=find_dates(parsed.blocks, context),
        scores=find_readiness(parsed.blocks, context),
        counts=find_counts(parsed.blocks, context) if found.statements else (),
        gates=find_gates(parsed.blocks, context),
        drawings=find_drawings(parsed.blocks, context) if places.tracked or ids.has_patterns else (),
        diagnostics=tuple(find_own(context, suspects, parsed, found.statements)),
    )


def _mentions(context: Context, blocks: list[Block], places: Places) -> Iterator[MentionFact]:
    """Every ID of a tracked kind, once a document: the first place of each ID and each range."""
    seen: set[Reference] = set()
    source = context.source
    ranges = 0
    for block in blocks:
        if not context.ids.has_patterns and not within(places.tracked, block):
            continue
        for inline in inlines(block):
            offsets = Offsets(context, inline)
            for mention in context.ids.scan(_without_code(inline)):
                reference = mention.reference()
                if reference in seen or context.ids.kind(mention.id) is None:
                    continue
                seen.add(reference)
                ranges += reference.last is not None
                if reference.last is None or ranges <= MOST_RANGES:
                    offset = offsets.at(mention.start)
                    yield MentionFact(reference, source.line(offset), source.column(offset))


def _without_code(inline: Inline) -> str:
    """The joined text with code blanked: an ID in a code span shows how IDs are written, and names none."""
    pieces = inline.pieces
    if len(pieces) == 1 and not pieces[0].marks & CODE:
        return pieces[0].text
    return "".join([" " * len(p.text) if p.marks & CODE else p.text for p in pieces])


def _links(context: Context, parsed: Blocks) -> Iterator[LinkFact]:
    """Relative links. `[^1]` is a footnote, whatever CommonMark makes of its text."""
    source = context.source
    for link in parsed.links:
        if not link.url or "://" in link.url or link.url.startswith(("mailto:", "//", "tel:", "data:")):
            continue
        if not source.data.startswith(b"[^", link.start):
            yield LinkFact(link.url, source.line(link.start), source.column(link.start), _url_span(source, link))


def _url_span(source: Source, link: Link) -> Span | None:
    """The bytes of a link's URL: `[text](url)`, `[text](<url>)`. None for every other form.

    A URL can stand in the link's text as well, so it is looked for at the end. What is not UTF-8 has
    none: an edit would have to speak Windows-1252.
    """
    if source.encoding != "utf-8":
        return None
    url = link.url.encode("utf-8")
    for before, after in ((b"](", b")"), (b"](<", b">)")):
        if source.data.endswith(before + url + after, link.start, link.end):
            end = link.end - len(after)
            return Span(end - len(url), end)
    return None


def _anchors_of_ids(context: Context, blocks: list[Block], anchors: list[str]) -> Iterator[tuple[str, str]]:
    """The anchor of every heading that begins with an ID."""
    headings = (block for block in blocks if isinstance(block, Heading))
    for heading, anchor in zip(headings, anchors, strict=False):
        found = leading_id(context, heading.inline)
        if found is not None:
            yield found[0].id, anchor
