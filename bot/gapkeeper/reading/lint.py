"""What documents get wrong together: contradictions, ranges, references, links, dates."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gapkeeper.model.diagnostics import Diagnostic, Edit, Severity
from gapkeeper.model.status import Rank, State
from gapkeeper.reading.ids import fragment_id, numbers
from gapkeeper.reading.likeness import unlike

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gapkeeper.model.items import Item, Losing
    from gapkeeper.reading.facts import DocumentFacts, LinkFact, MentionFact
    from gapkeeper.reading.ids import Ids
    from gapkeeper.reading.scope import Lookup

_NO_HEADING = re.compile(r"top|L\d+(?:C\d+)?(?:-L\d+(?:C\d+)?)?")  # the page's top, and lines of the file
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
    severity = Severity.NOTE if both_open else Severity.ERROR if losing.reason == "conflict" else Severity.WARNING
    source = f" ({item.status_source})" if item.status_source else ""
    if item.resolved_by:
        word = f"{item.resolved_by} is resolved and resolves it{source}"
    else:
        word = f"what counts says {item.status.words}{source}"
    message = f"{item.key} is {status.status.words} here, but {word}."
    remedy = (
        " Bring this place up to date." if losing.reason == "stale" else " Decide which is right, and change the other."
    )
    return Diagnostic(statement.path, status.line, 1, losing.reason, severity, message + remedy)


def _title_conflicts(item: Item) -> Iterator[Diagnostic]:
    seen: set[str] = {item.title}
    for statement in item.statements:
        title = statement.title
        if title is None or statement.rank > Rank.ROW or statement.title_guessed or title.text in seen:
            continue
        seen.add(title.text)
        if unlike(item.title, title.text) and not _words(item.title) & _words(title.text):
            message = (
                f'{item.id} is "{title.text}" here and "{item.title}" in {item.source}. '
                "If these are two things, give one another ID; else use one title."
            )
            yield Diagnostic(statement.path, title.line, 1, "title-conflict", Severity.WARNING, message)


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
        message = f"{reference.id} is defined nowhere. Define it, or correct the ID."
        yield Diagnostic(path, mention.line, mention.column, "undefined-reference", Severity.WARNING, message)


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
    text = f"{first} through {last}"
    if not known:
        message = f"{text}: none of them is defined. Correct the range, or define them."
        yield Diagnostic(path, mention.line, mention.column, "undefined-reference", Severity.WARNING, message)
        return
    named = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    verb = "are" if len(missing) > 1 else "is"
    message = f"{text} names {high - low + 1} items, but {named} {verb} not defined. Name the ranges that exist."
    yield Diagnostic(path, mention.line, mention.column, "range-gap", Severity.WARNING, message)


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
    target = unquote(target.partition("?")[0])
    if target.startswith("/") or "\\" in target:
        return
    path = document.path if not target else posixpath.normpath(posixpath.join(posixpath.dirname(document.path), target))
    if path.startswith("..") or "\0" in path:
        return  # outside of the folder that is read: nobody can tell
    if path not in by_path:
        if target and exists is not None and not exists(path):
            message = f"{link.url} leads to {path}, which is not there. Correct the link, or remove it."
            yield _finding(document.path, link, Severity.WARNING, message)
        return
    if fragment:
        yield from _anchor(document.path, link, unquote(fragment), by_path[path])


def _anchor(path: str, link: LinkFact, fragment: str, target: DocumentFacts) -> Iterator[Diagnostic]:
    if fragment.lower() in target.anchors or fragment in target.anchors or _NO_HEADING.fullmatch(fragment):
        return
    id_ = fragment_id(fragment)
    real = next((anchor for i, anchor in target.anchor_of if i == id_), None) if id_ else None
    if real is not None:
        message = f"#{fragment} is no anchor of {target.path}, though {id_} is defined there. Its anchor is #{real}."
        edit = None
        if link.span is not None:
            new = link.url.partition("#")[0] + "#" + real
            edit = Edit(link.span, link.url.encode("utf-8"), new.encode("utf-8"))
        yield _finding(path, link, Severity.NOTE, message, edit)
    else:
        message = f"#{fragment} is no anchor of {target.path}. Correct the link, or remove its fragment."
        yield _finding(path, link, Severity.WARNING, message)


def _finding(path: str, link: LinkFact, severity: Severity, message: str, edit: Edit | None = None) -> Diagnostic:
    return Diagnostic(path, link.line, link.column, "broken-link", severity, message, edit)


def day_of(facts: DocumentFacts, committed: dt.date | None) -> tuple[dt.date | None, Diagnostic | None]:
    """The day of a document: `Updated:`, else `Date:`, else its last commit, else `Created:`.

    A document dated after its own commit counts as undated.
    """
    dates = facts.dates
    stated = dates.updated or dates.dated
    if stated is not None and committed is not None and (stated - committed).days > _GRACE_DAYS:
        message = (
            f"the document is dated {stated}, but its last commit is of {committed}; it counts as undated. "
            "Correct the date."
        )
        found = Diagnostic(facts.path, dates.line, 1, "future-date", Severity.WARNING, message)
        return committed, found
    return stated or committed or dates.created, None
