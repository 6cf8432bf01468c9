"""Why a change is made, in one line for people who read a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.policy import OnMove
from gapkeeper.planning.decide import Action
from gapkeeper.planning.situation import Documents, Mover, Observed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.items import Item
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.snapshot import Issue
    from gapkeeper.planning.lost import Lost
    from gapkeeper.planning.marker import Marker
    from gapkeeper.planning.matching import Match
    from gapkeeper.planning.observe import Ours

_DONE = {
    Observed.OPEN: "reopened it",
    Observed.COMPLETED: "closed it as completed",
    Observed.NOT_PLANNED: "closed it as not planned",
    Observed.DUPLICATE: "closed it as a duplicate",
}


def says(item: Item) -> str:
    """What the documents say of an item's status, and where: `LATER.md:61 says "Resolved"`."""
    place = item.status_source or item.source
    if item.resolved_by is not None:
        return f"{item.resolved_by} is resolved and resolves it"
    if item.status_text is None:
        return f"no document says a status, so it is {item.status.words}"
    text = " ".join(item.status_text.split())
    read = "" if text.casefold() == item.status.words else f", read as {item.status.words}"
    return f'{place} says "{text}"{read}'


def moved(issue: Issue) -> str:
    """What somebody did in the tracker: `anna closed it as completed`."""
    name = "somebody" if issue.state_actor is None else issue.state_actor.name
    return f"{name} {_DONE[Observed.of(issue)]}"


def created(match: Match, action: Action, item: Item) -> str:
    """Why an issue is created or adopted."""
    if action is Action.CREATE_AGAIN:
        number = "" if match.former is None else f" #{match.former}"
        return f"its issue{number} was deleted or transferred away"
    if action is Action.CREATE_ANEW and match.ours is not None:
        return f"the ID stood for another item before, #{match.ours.issue.number}, which is closed"
    if action is Action.CREATE_ANEW and match.found is not None:
        return f"#{match.found.number} speaks of it and is closed"
    if action is Action.CREATE_CLOSED:
        return f"backfill: {says(item)}"
    if match.found is not None:
        return f"#{match.found.number} speaks of it"
    return "it has no issue yet"


def renumbered(item: Item, ours: Ours, managed_label: str) -> str:
    """Another ID with the words of one that is gone; people decide what that is."""
    looks = f"{item.id} looks like {ours.marker.key} renumbered (#{ours.issue.number})"
    return f"{looks}; if it is another item, take `{managed_label}` off #{ours.issue.number}"


def restored(item: Item, lost: Lost, *, differs: bool) -> str:
    """The marker is written anew, as nobody can read the old one."""
    apart = f"; the issue is {lost.issue.state}, and {says(item)}: open wins" if differs else ""
    return f"{lost.reason}; the issue is still known by its label, and the marker is restored{apart}"


def updated(action: Action, item: Item, issue: Issue, fields: Iterable[str]) -> str:
    """Why an issue that there is gets a change."""
    told = {
        Action.CLOSE: says(item),
        Action.REOPEN: says(item),
        Action.CORRECT_REASON: says(item),
        Action.UNDO_CLOSE: f"{moved(issue)}; closing is undone here",
        Action.UNDO_REOPEN: f"{moved(issue)}; reopening is undone here",
        Action.WRITE_BACK: f"{moved(issue)}; {says(item)}",
        Action.WRITTEN: moved(issue),
        Action.COMMENT: f"{moved(issue)}; {says(item)}",
        Action.CONFLICT: f"{moved(issue)}, and {says(item)}: open wins",
    }.get(action)
    if told is not None:
        return told
    names = sorted(fields)
    if names == ["links"]:
        return "links that documents ask for"
    if names == ["called"]:
        return "the documents call it otherwise now; the issue keeps the title that a person gave it"
    if names == ["remembered"]:
        return f"{moved(issue)}, and documents agree or do not mind: only remembered"
    return f"changed in the documents: {', '.join(name for name in names if name != 'remembered')}"


def untold(issue: Issue, policy: SyncPolicy, barred: str | None = None) -> str:
    """Why what somebody did in the tracker is not written back; a sentence for a comment.

    ``barred`` is why it will not be, although the policy would have it: `WriteBacks.barred`.
    """
    mover = Mover.of(issue.state_actor)
    observed = Observed.of(issue)
    choice = policy.on_reopen if observed is Observed.OPEN else policy.on_close
    if mover is Mover.BOT:
        return "It was a program, and only what people with write access do reaches the documents."
    if mover is Mover.STRANGER:
        return "Only what people with write access do reaches the documents."
    if observed is Observed.DUPLICATE:
        return "A duplicate says nothing of whether the item is done."
    if choice is OnMove.COMMENT:
        return "The configuration says that the documents are not changed for it."
    if barred is not None:
        return barred
    return "Gapkeeper does not write to the documents here, so they have to be changed by hand."


def reading_change(reason: str, base: Marker, item: Item) -> str:
    """The same words are understood in another way now."""
    was = "absent" if base.state.documents is None else base.state.documents.words
    return f"reading change, {was} to {item.status.words} (the words did not change, the rules did): {reason}"


def absent(base: Marker) -> str:
    """The item is gone."""
    where = f" ({base.document})" if base.document else ""
    was = Documents.of(base.state.documents)
    return f"gone from the documents{where}, and was {was} there"
