"""What is said of edits where they are delivered: the commit's message, and the proposal's title and text.

A proposal ends in one hidden line that says which items it is for and what it was made of, so that a later run on any
machine knows whose move was declined, and whether there is anything to renew.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper import escaping
from gapkeeper.model.delivery import ProposalText
from gapkeeper.model.status import State
from gapkeeper.patterns import lazy
from gapkeeper.planning.digests import digest, losing_words
from gapkeeper.planning.marker import inert
from gapkeeper.planning.wording import quoted, short, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change

#: Rows that a proposal's table has before it says how many more there are: a forge takes 65,536 characters.
_MOST_ROWS = 100
_MOST_STALE = 50
_PATH_LIMIT = 120
_SUBJECT_LIMIT = 72  # characters, as git's own tools cut them
_HIDDEN = lazy(r"<!-- gapkeeper: proposal (\{.*\}) -->\s*\Z")
_PERSONS_COMMIT = (
    "**Somebody else committed to this branch, so Gapkeeper does not change it any more.** What it would propose "
    "now is in the table. Merge or close this; what is left is then proposed anew."
)


class Contents(NamedTuple):
    """What a proposal was made of, as its hidden line has it."""

    items: frozenset[str]  # `item_digest` of each
    made_of: str  # digest of the base commit and of all edits


def commit_message(changes: Sequence[Change], *, name_people: bool) -> str:
    """One commit for everything that one run writes; a trailer names each item with its issue.

    Args:
        changes: Those that write to documents.
        name_people: Whether trailers name who closed or reopened the issues.
    """
    lines = [_subject(changes), ""]
    for change in changes:
        status = "" if change.writes is None else change.writes.words
        places = ", ".join(dict.fromkeys(escaping.title(f"{line.path}:{line.line}") for line in change.lines))
        lines.append(f"{escaping.title(change.key)} is {status}: {places}")
    lines.append("")
    lines += [f"Gapkeeper-Item: {escaping.title(change.key)} (#{change.issue})" for change in changes]
    if name_people:
        lines += [_person_trailer(change) for change in changes if change.moved_by]
    return "\n".join(lines) + "\n"


def _subject(changes: Sequence[Change]) -> str:
    closes = {change.writes is not None and change.writes.state is State.CLOSED for change in changes}
    verb = {frozenset({True}): "Close", frozenset({False}): "Reopen"}.get(frozenset(closes), "Update")
    first = escaping.shorten(escaping.title(changes[0].key), _SUBJECT_LIMIT - 40)
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{verb} {first}{more}, as in the tracker"


def _person_trailer(change: Change) -> str:
    closed = change.writes is not None and change.writes.state is State.CLOSED
    return f"{'Closed' if closed else 'Reopened'}-by: {escaping.title(change.moved_by or '')}"


def proposal_text(
    changes: Sequence[Change],
    items: Mapping[str, Item],
    edits: Iterable[DocumentEdit],
    base: str,
    *,
    persons_commit: bool = False,
) -> ProposalText:
    """Title and text of the one proposal for everything that waits.

    Args:
        changes: Those that are proposed, sorted.
        items: By identity, as the documents read once the proposal is merged.
        edits: What is proposed.
        base: The commit that the edits are made on.
        persons_commit: A person committed to the branch, and it is not rebuilt.
    """
    stale = list(_stale(changes, items))
    paragraphs = [
        "People closed or reopened these issues, and this brings the documents in step:",
        "\n".join(
            ["| Item | Issue | Why | Status | Where |", "| --- | --- | --- | --- | --- |", *_rows(changes, items)]
        ),
    ]
    if persons_commit:
        paragraphs.insert(0, _PERSONS_COMMIT)
    if stale:
        more = [f"- {len(stale) - _MOST_STALE} more"] if len(stale) > _MOST_STALE else []
        paragraphs.append("\n".join(["Other places still say something else:", "", *stale[:_MOST_STALE], *more]))
    paragraphs.append(
        "Merge this, and both sides agree. Close it, and both keep what they say until one of them changes: "
        "it is not proposed again."
    )
    contents = {"items": sorted(item_digest(change.identity) for change in changes), "of": made_of(base, edits)}
    hidden = inert(json.dumps(contents, sort_keys=True, separators=(",", ":")))
    return ProposalText(
        title=_subject(changes), body="\n\n".join([*paragraphs, f"<!-- gapkeeper: proposal {hidden} -->"])
    )


def _rows(changes: Sequence[Change], items: Mapping[str, Item]) -> Iterator[str]:
    for change in changes[:_MOST_ROWS]:
        item = items.get(change.identity)
        title = "" if item is None else f" {escaping.cell(escaping.shorten(escaping.clean_line(item.title), 80))}"
        before, after = change.fields.get("status", ("", ""))
        places = ", ".join(dict.fromkeys(_place(line.path, line.line) for line in change.lines))
        why = escaping.cell(change.reason)
        yield f"| {escaping.cell(change.key)}{title} | #{change.issue} | {why} | {before} → {after} | {places} |"
    if len(changes) > _MOST_ROWS:
        yield f"| {len(changes) - _MOST_ROWS} more | | | | |"


def _stale(changes: Iterable[Change], items: Mapping[str, Item]) -> Iterator[str]:
    for change in changes:
        item = items.get(change.identity)
        for losing in () if item is None else item.losing:
            place = _place(losing.statement.path, losing.statement.line)
            yield f"- {place} says {quoted(spoken(losing_words(losing)))} for {short(change.key)}"


def _place(path: str, line: int) -> str:
    return escaping.cell(f"{escaping.shorten(escaping.clean_line(path), _PATH_LIMIT)}:{line}")


def made_of(base: str, edits: Iterable[DocumentEdit]) -> str:
    """Digest of everything that a proposal's commit is made of."""
    return digest(repr((base, [(edit.path, hashlib.sha256(edit.new).hexdigest()) for edit in edits])))


def item_digest(identity: str) -> str:
    """What stands for an item in a proposal's hidden line."""
    return digest(identity)


def read_contents(body: str) -> Contents:
    """What a proposal was made of; nothing where a person took the hidden line away or broke it."""
    match = _HIDDEN.search(body)
    if match is None:
        return Contents(frozenset(), "")
    try:
        values = json.loads(match[1])
        return Contents(frozenset(map(str, values["items"])), str(values["of"]))
    except (ValueError, TypeError, LookupError, RecursionError):
        return Contents(frozenset(), "")
