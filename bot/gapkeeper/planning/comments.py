"""The comments that go with a change: what happened, which statement says so, and how to change it.

Each takes the hidden key that ends it (see `marker.comment_key`), so that a repeated run finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.status import State, Status
from gapkeeper.planning.marker import TrackerState, hidden_key_line
from gapkeeper.planning.wording import carried_back, person, quoted, short, spoken

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.planning.wording import Telling

_DONE_TO_IT = {
    TrackerState.OPEN: "reopened this issue",
    TrackerState.COMPLETED: "closed this issue as completed",
    TrackerState.NOT_PLANNED: "closed this issue as not planned",
    TrackerState.DUPLICATE: "closed this issue as a duplicate",
    TrackerState.CLOSED: "closed this issue",
}


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody did to an issue in the tracker."""

    to: TrackerState
    actor: str | None = None  # None: nobody knows who


def close_comment(item: Item, telling: Telling, key: str, *, written_by: str | None = None) -> str:
    """The documents closed an item. ``written_by``: who committed the statement, where that is known."""
    how = "not planned" if item.status is Status.CANCELLED else "completed"
    return _comment(
        key,
        f"Closed as {how}: {_statement(item, telling, written_by)}",
        f"To open it again, change {_there(item, telling)}, or reopen this issue. {carried_back(telling.policy)}",
    )


def reopen_comment(item: Item, telling: Telling, key: str, *, written_by: str | None = None) -> str:
    """The documents opened an item again."""
    return _comment(
        key,
        f"Reopened: {_statement(item, telling, written_by)}",
        f"To close it, change {_there(item, telling)}, or close this issue. {carried_back(telling.policy)}",
    )


def conflict_comment(item: Item, telling: Telling, key: str, move: Move) -> str:
    """Both sides moved, and apart: open wins, and the next move of either side decides."""
    return _comment(
        key,
        f"The documents and this issue were changed to different things. {person(move.actor)} "
        f"{_DONE_TO_IT[move.to]}, and {_statement(item, telling)}",
        "Nothing was closed or written back. The next change of either side decides: change "
        f"{_there(item, telling)}, or {'close' if move.to is TrackerState.OPEN else 'reopen'} this issue.",
    )


def orphan_comment(item_key: str, telling: Telling, key: str, *, closed: bool = False) -> str:
    """The item is gone from the documents. ``closed``: and the issue is closed for it (`on_remove = "close"`)."""
    name = short(item_key)
    commit = telling.places.at_commit.strip()
    gone = f"{f'{commit}, no' if commit else 'no'} planning document speaks of {name} any more."
    back = f"If it should stay, write {name} into a document again, and "
    return _comment(
        key,
        f"Closed as not planned: {gone}" if closed else gone[0].upper() + gone[1:],
        f"{back}this issue is reopened."
        if closed
        else f"If it is done or dropped, close this issue. {back}the label comes off.",
        "If its document is no longer read, look at `include` and `exclude` in the configuration.",
    )


def duplicate_comment(item_key: str, kept: int, key: str) -> str:
    """Two issues of one item: the one with the lowest number stays."""
    return _comment(
        key,
        f"Closed as a duplicate of #{kept}, which stands for {short(item_key)} as well and is older.",
        f"What people wrote here stays. Go on in #{kept}.",
    )


def moved_on_tracker_comment(item: Item, telling: Telling, key: str, move: Move, why: str) -> str:
    """Somebody closed or reopened the issue, and it is not written back. ``why``: one sentence, plain text."""
    other = "open" if move.to is TrackerState.OPEN else "closed"
    return _comment(
        key,
        f"{person(move.actor)} {_DONE_TO_IT[move.to]}; the documents were not changed. {escaping.inline(why)}",
        f"They still differ: {_statement(item, telling)} If it should be {other}, change {_there(item, telling)}.",
    )


def undo_comment(item: Item, telling: Telling, key: str, move: Move) -> str:
    """`on_close = "undo"` or `on_reopen = "undo"`: the issue is put back."""
    back = "Closed again" if move.to is TrackerState.OPEN else "Reopened"
    return _comment(
        key,
        f"{back}: {person(move.actor)} {_DONE_TO_IT[move.to]}, but {_statement(item, telling)}",
        f"Here the documents decide. Change {_there(item, telling)}.",
    )


def restored_comment(item: Item, telling: Telling, key: str, differing: State | None) -> str:
    """The marker was damaged or removed, and there is a new one.

    ``differing`` is the issue's state where the documents say something else.
    """
    back = (
        f"The hidden note that ties this issue to {short(item.key)} was damaged or removed. It is back, and what "
        "people wrote here is kept."
    )
    if differing is None:
        return _comment(key, back)
    other = "close" if differing is State.OPEN else "reopen"
    return _comment(
        key,
        back,
        f"What was agreed before is not known any more: this issue is {differing.value}, but "
        f"{_statement(item, telling)} Nothing was closed or written back. Change {_there(item, telling)}, or {other} "
        "this issue.",
    )


def adopted_apart_comment(item: Item, telling: Telling, key: str) -> str:
    """A person's open issue was adopted although the documents say that the item is closed."""
    return _comment(
        key,
        f"This issue now stands for {short(item.key)}. It is open, but {_statement(item, telling)}",
        f"It stays open. Close it if the documents are right; else change {_there(item, telling)}.",
    )


def _comment(key: str, *paragraphs: str) -> str:
    return "\n\n".join((*paragraphs, hidden_key_line(key)))


def _statement(item: Item, telling: Telling, written_by: str | None = None) -> str:
    """`docs/gaps.md:65` says “Done” for ACTION-040, read as resolved, at commit `1f2e3d4c5b`, written by Ada."""
    name = short(item.key)
    place = _status_place(item, telling)
    read_as = ""
    if item.resolved_by is not None:
        said = f"{short(item.resolved_by)}, which is resolved, resolves {name} (see {place})"
    elif item.status_text is None:
        said = f"no document says a status for {name} (see {place})"
        read_as = f", which counts as {item.status.words},"
    else:
        words = spoken(item.status_text)
        said = f"{place} says {quoted(words)} for {name}"
        if words.casefold() != item.status.words:
            read_as = f", read as {item.status.words},"
    author = f", written by {person(written_by)}" if written_by else ""
    end = f"{telling.places.at_commit}{author}"
    return f"{said}{read_as if end else read_as.rstrip(',')}{end}."


def _status_place(item: Item, telling: Telling) -> str:
    source = item.status_source or item.source
    return telling.places.show(source.path, source.line)


def _there(item: Item, telling: Telling) -> str:
    """Where a person has to write."""
    return f"the status at {_status_place(item, telling)}"
