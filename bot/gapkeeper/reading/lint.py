"""What documents get wrong together: contradictions, ranges, references, links, dates."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from gapkeeper.model.edits import Edit
from gapkeeper.model.status import Rank, State
from gapkeeper.patterns import lazy
from gapkeeper.reading.codes import excerpt, finding, listed
from gapkeeper.reading.ids import fragment_id, numbers
from gapkeeper.reading.likeness import unlike

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item, Losing
    from gapkeeper.reading.facts import DocumentFacts, LinkFact, MentionFact
    from gapkeeper.reading.ids import Ids
    from gapkeeper.reading.scope import Lookup

_NO_HEADING = lazy(r"top|L\d+(?:C\d+)?(?:-L\d+(?:C\d+)?)?")  # the page's top, and lines of the file
_NAMED = 5  # IDs that a message lists
_GRACE_DAYS = 1  # a commit's day is UTC, a document's is its author's


def contradictions(items: Mapping[str, Item]) -> Iterator[Diagnostic]:
    """`stale`, `conflict` and `title-conflict`."""
    for item in items.values():
        for losing in item.losing:
            yield _losing(item, losing)
        if item.path is None:
            yield from _title_conflicts(item)


def _losing(item: Item, losing: Losing) -> Diagnostic:
    statement = losing.statement
    status = statement.status
    if status is None:
        msg = "a losing statement has a status"
        raise ValueError(msg)
    both_open = item.state is State.OPEN and status.status.state is State.OPEN
    if item.resolved_by:
        source = f" ({item.status_source})" if item.status_source else ""
        other = f"{item.resolved_by} resolves it and is resolved{source}"
    else:
        other = f"{item.status.words} in {item.status_source or 'another place'}, which counts"
    remedy = (
        "Bring this place up to date" if losing.reason == "stale" else "Decide which is right, and change the other"
    )
    message = f"{item.key} is {status.status.words} here, but {other}. {remedy}."
    return finding(losing.reason, statement.path, status.line, 1, message, note=both_open)


def _title_conflicts(item: Item) -> Iterator[Diagnostic]:
    seen: set[str] = {item.title}
    for statement in item.statements:
        title = statement.title
        if title is None or statement.rank > Rank.ROW or statement.title_guessed or title.text in seen:
            continue
        seen.add(title.text)
        if statement.rank is Rank.HEADING and statement.path == item.source.path:
            continue  # two headings of one document: `duplicate-definition` says so
        if unlike(item.title, title.text) and not _words(item.title) & _words(title.text):
            message = (
                f'{item.id} is "{excerpt(title.text)}" here, but "{excerpt(item.title)}" in {item.source}. '
                "If they are two things, give one of them another ID; if not, use one title."
            )
            yield finding("title-conflict", statement.path, title.line, 1, message)


def _words(title: str) -> set[str]:
    """The beginnings of a title's words; those of three letters or less are whole."""
    return {word[:5] for word in re.findall(r"[^\W_]{3,}", title.casefold())}


def references(
    facts: Sequence[DocumentFacts], lookup: Lookup, ids: Ids, families: frozenset[str]
) -> Iterator[Diagnostic]:
    """`range-gap` and `undefined-reference`: once for each ID or range in each document."""
    for document in facts:
        for mention in document.mentions:
            if ids.kind(mention.reference.id) in families:
                yield from _reference(document.path, mention, lookup)


def _reference(path: str, mention: MentionFact, lookup: Lookup) -> Iterator[Diagnostic]:
    reference = mention.reference
    if reference.last is not None:
        yield from _range(path, mention, lookup)
    elif reference.id not in lookup:
        message = f"no document defines {reference.id}. Define it, or correct the ID."
        yield finding("undefined-reference", path, mention.line, mention.column, message)


def _range(path: str, mention: MentionFact, lookup: Lookup) -> Iterator[Diagnostic]:
    first, last = mention.reference.id, mention.reference.last
    bounds = numbers(mention.reference)
    if last is None or bounds is None:
        return
    prefix, low, high, width = bounds
    known = set(lookup.range_ids(first, last))
    missing = [i for i in (f"{prefix}{n:0{width}}" for n in range(low, min(high, low + 999) + 1)) if i not in known]
    if not missing:
        return
    if not known:
        message = f"no document defines any of {first} through {last}. Define them, or correct the range."
        yield finding("undefined-reference", path, mention.line, mention.column, message)
        return
    verb, them = ("are", "them") if len(missing) > 1 else ("is", "it")
    message = (
        f"{first} through {last} names {high - low + 1} items, but {listed(missing, _NAMED)} {verb} not defined. "
        f"Define {them}, or name only what exists."
    )
    yield finding("range-gap", path, mention.line, mention.column, message)


def links(facts: Sequence[DocumentFacts], exists: Callable[[str], bool] | None) -> Iterator[Diagnostic]:
    """`broken-link`: a relative link to a file or anchor that is not there."""
    by_path = {document.path: document for document in facts}
    for document in facts:
        for link in document.links:
            yield from _link(document, link, by_path, exists)


def _link(
    document: DocumentFacts,
    link: LinkFact,
    by_path: Mapping[str, DocumentFacts],
    exists: Callable[[str], bool] | None,
) -> Iterator[Diagnostic]:
    target, _, fragment = link.url.partition("#")
    target = _unquoted(target.partition("?")[0])
    if target.startswith("/") or "\\" in target:
        return
    path = document.path if not target else posixpath.normpath(posixpath.join(posixpath.dirname(document.path), target))
    if path.startswith("..") or "\0" in path:
        return  # outside of the folder that is read: nobody can tell
    if path not in by_path:
        if target and exists is not None and not exists(path):
            message = f"the link leads to {excerpt(path)}, which does not exist. Correct the link, or remove it."
            yield finding("broken-link", document.path, link.line, link.column, message)
        return
    if fragment:
        yield from _anchor(document.path, link, _unquoted(fragment), by_path[path])


def _unquoted(url: str) -> str:
    """A part of an address with its escapes undone."""
    if "%" not in url:
        return url
    from urllib.parse import unquote  # noqa: PLC0415  costs half of Python's own start, and is rarely needed

    return unquote(url)


def _anchor(path: str, link: LinkFact, fragment: str, target: DocumentFacts) -> Iterator[Diagnostic]:
    if fragment.lower() in target.anchors or fragment in target.anchors or _NO_HEADING.fullmatch(fragment):
        return
    id_ = fragment_id(fragment)
    real = next((anchor for i, anchor in target.anchor_of if i == id_), None) if id_ else None
    message = f"{target.path} has no heading with the anchor #{excerpt(fragment)}."
    if real is None:
        message += " Correct the anchor, or leave it out."
        yield finding("broken-link", path, link.line, link.column, message)
        return
    message += f" That of {id_} is #{excerpt(real)}."
    edit = None
    if link.span is not None:
        new = f"{link.url.partition('#')[0]}#{real}"
        edit = Edit(link.span, link.url.encode("utf-8"), new.encode("utf-8"))
    yield finding("broken-link", path, link.line, link.column, message, note=True, edit=edit)


def day_of(facts: DocumentFacts, committed: dt.date | None) -> tuple[dt.date | None, Diagnostic | None]:
    """The day of a document: `Updated:`, else `Date:`, else its last commit, else `Created:`.

    The date of a document that is dated after its own commit does not count.
    """
    dates = facts.dates
    stated = dates.updated or dates.dated
    if stated is not None and committed is not None and (stated - committed).days > _GRACE_DAYS:
        message = (
            f"the document is dated {stated}, but its last commit is of {committed}, and that day counts instead. "
            "Correct the date."
        )
        return committed, finding("future-date", facts.path, dates.line, 1, message)
    return stated or committed or dates.created, None
