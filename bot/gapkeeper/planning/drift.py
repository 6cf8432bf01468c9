"""What moved since the last sync, told from the same matches and changes as the plan: there is no second truth.

The base is what the marker holds. A state that differs from it has moved; so has what a change of the
plan brings along. What a person changed for good (a title, a label, an assignee) stays different from
the base for as long as it stands: both sides have agreed to differ.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from gapkeeper.model.drift import Difference, Drift, Step
from gapkeeper.model.plan import Op
from gapkeeper.model.status import State
from gapkeeper.planning.situation import Observed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.drafting import Draft
    from gapkeeper.planning.marker import Marker
    from gapkeeper.planning.matching import Match

#: Fields of a change that are the documents' own, beside those that are told from the base.
_OF_DOCUMENTS = ("document", "id", "title", "called", "milestone", "assignees")


def drift_of(one: Match, draft: Draft | None) -> Drift | None:
    """What moved on one issue that there is or was; None: nothing, and both sides agree."""
    key, number = _named(one)
    if one.ours is None:
        found = Drift(key, number, tracker=tuple(_lost(one, draft)), differs=tuple(_released(one)))
    elif one.lost is not None:
        gone = "removed" if one.lost.damaged is None else "damaged"
        found = Drift(key, number, tracker=(Step("marker", None, gone),))
    else:
        issue, base = one.ours.issue, one.ours.marker
        # An item that is gone, and for which nothing is done: that was settled before.
        settled = one.item is None and draft is None
        documents = () if settled else tuple(_of_documents(one.item, base, draft))
        tracker = () if settled else tuple(_of_tracker(issue, base))
        differs = () if documents or tracker else tuple(_state_apart(one.item, issue))
        found = Drift(key, number, documents, tracker, (*differs, *_kept_by_people(issue, base)))
    return found if found.moved or found.differs else None


def _named(one: Match) -> tuple[str, int | None]:
    if one.ours is not None:
        return (one.ours.marker.key if one.item is None else one.item.key), one.ours.issue.number
    number = one.former if one.released is None else one.released.issue.number
    return ("" if one.item is None else one.item.key), number


# --- Documents --------------------------------------------------------------------------------------


def _of_documents(item: Item | None, base: Marker, draft: Draft | None) -> Iterator[Step]:
    was = base.state.documents
    if item is None:
        if was is not None:
            yield Step("item", was.words, None)
        return
    fields = {} if draft is None else draft.change.fields
    if item.status is not was:
        place = item.status_source or item.source
        yield Step("status", "absent" if was is None else was.words, item.status.words, place=place)
    for name in _OF_DOCUMENTS:
        if name in fields:
            old, new = fields[name]
            yield Step("title" if name == "called" else name, _text(old), _text(new))
    if "body" in fields:
        yield from _of_text(*map(str, fields["body"]))
    elif "links" in fields:  # another item says so: with text of its own, a row tells
        old, new = fields["links"]
        yield Step("waits for", _ends(old), _ends(new))


def _of_text(old: str, new: str) -> Iterator[Step]:
    """Which rows of our table say something else; where none does, it is the text below."""
    before, after = _rows(old), _rows(new)
    names = [name for name in (*before, *(name for name in after if name not in before)) if name != "Status"]
    steps = [Step(name.lower(), before.get(name), after.get(name)) for name in names]
    moved = [step for step in steps if step.was != step.now]
    yield from moved
    if not moved and before.get("Status") == after.get("Status"):
        yield Step("what other statements say", None, None)


def _rows(managed: str) -> Mapping[str, str]:
    rows = (_ROW.fullmatch(line) for line in managed.splitlines())
    return {_plain(row[1]): _plain(row[2]) for row in rows if row is not None and row[1] not in {"Field", "---"}}


_ROW = re.compile(r"\| (.+?) \| (.*?) \|")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def _plain(cell: str) -> str:
    """A cell's text as people see it."""
    return unescape(_ESCAPE.sub(r"\1", cell)).replace("\u200b", "")


def _text(value: object) -> str | None:
    if isinstance(value, tuple | frozenset):
        return ", ".join(sorted(map(str, value))) or None
    return None if value is None else str(value)


def _ends(value: object) -> str | None:
    """The ends of links without the kinds: `LATER//LATER-001` is LATER-001."""
    names = value if isinstance(value, tuple) else ()
    return ", ".join(str(name).partition("/")[2].lstrip("/") for name in names) or None


# --- Tracker ----------------------------------------------------------------------------------------


def _of_tracker(issue: Issue, base: Marker) -> Iterator[Step]:
    known, now = Observed.of_state(base.state.tracker), Observed.of(issue)
    if known is not now:
        yield Step("state", known.value, now.value, by=None if issue.state_actor is None else issue.state_actor.name)


def _lost(one: Match, draft: Draft | None) -> Iterator[Step]:
    """An issue that was deleted or transferred away; told until there is another one."""
    if one.gone and draft is not None and draft.change.op is Op.CREATE:
        yield Step("issue", None if one.former is None else f"#{one.former}", None)


# --- Agreed to differ -------------------------------------------------------------------------------


def _state_apart(item: Item | None, issue: Issue) -> Iterator[Difference]:
    if item is None:
        if issue.state is State.OPEN:
            yield Difference("state", None, "open")
    elif item.status.state is not issue.state:
        yield Difference("state", item.status.words, Observed.of(issue).value)


def _released(one: Match) -> Iterator[Difference]:
    if one.released is not None and one.item is not None:
        yield Difference("release", one.item.status.words, Observed.of(one.released.issue).value)


def _kept_by_people(issue: Issue, base: Marker) -> Iterator[Difference]:
    """What people changed, and no sync changes back."""
    if issue.title not in {base.title.tracker, base.documents_title}:
        yield Difference("title", base.documents_title, issue.title)
    present = {name.casefold() for name in issue.labels}
    for name in base.added_labels:
        if name.casefold() not in present:
            yield Difference("label", name, None)
    milestone, assignees = base.milestone, base.assignees
    if milestone.documents is not None and issue.milestone != milestone.tracker:
        yield Difference("milestone", milestone.documents, issue.milestone)
    now = tuple(sorted(issue.assignees))
    if assignees.documents and now != assignees.tracker:
        yield Difference("assignees", ", ".join(assignees.documents), ", ".join(now) or None)
