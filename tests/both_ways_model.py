"""What documents and issues should say after a sync, worked out from docs/syncing.md and from nothing of the code.

`Model` remembers, for each item that has an issue, what both sides said when they last agreed or agreed to differ.
`Model.expect` looks at both sides as people left them, and says what one sync makes of them. Where people did so much
at once that the page does not say which issue is whose, it says nothing (`Expected.wild`), and learns what was made of
it: the rules that hold in any case are still checked.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.policy import OnMove, OnRemove, WriteBack
from gapkeeper.model.snapshot import Reason, Role
from gapkeeper.model.status import State, Status
from planning_pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.snapshot import Issue
    from planning_pages import Entry

MANAGED, HOLD = "gapkeeper", "gapkeeper: hold"


class Ident(NamedTuple):
    """What tells items apart: the ID, and the document for those that count in one only."""

    path: str | None
    id: str

    @property
    def kind(self) -> str:
        return self.id.partition("-")[0]


def ident(path: str, id_: str) -> Ident:
    return Ident(path if id_.startswith("ISSUE") else None, id_)


Items = dict[Ident, tuple[str, "Entry"]]  # with the document that the item stands in


def items_of(files: Mapping[str, bytes]) -> Items:
    """Everything that some documents say."""
    found: Items = {}
    for path, data in sorted(files.items()):
        for id_, entry in Page(data).entries().items():
            assert ident(path, id_) not in found
            found[ident(path, id_)] = (path, entry)
    return found


def title_of(name: Ident, entry: Entry) -> str:
    """What an item's issue is called."""
    document = "" if name.path is None else f" ({name.path.rpartition('/')[2]})"
    return f"{name.id}: {entry.title}{document}"


def reason_for(status: Status) -> Reason | None:
    return {Status.RESOLVED: Reason.COMPLETED, Status.CANCELLED: Reason.NOT_PLANNED}.get(status)


def alike(title: str, other: str) -> bool:
    """Titles of one item differ in the version at their end; two items never share the words before it."""
    return re.sub(r" v\d+$", "", title) == re.sub(r" v\d+$", "", other)


@dataclass(frozen=True)
class Known:
    """An item that has an issue, as both sides were when the base moved last."""

    issue: int
    said: Status | None  # None: the item was gone
    showed: Reason | None
    title: str
    former: Status = Status.PENDING  # the last open status
    aliases: frozenset[Ident] = frozenset()


@dataclass(frozen=True)
class Expected:
    """What one sync makes of one item."""

    ident: Ident
    was: Ident  # what it was called before
    known: Known | None = None  # None: it has no issue
    says: Status | None = None
    shows: Reason | None = None
    comments: int | None = 0  # None: perhaps one
    settles: bool = False  # the base becomes what both sides say afterwards
    fresh: bool = False  # an issue is made for it
    alone: bool = False  # its issue stays as it is, to the last byte
    writes: bool = False  # into the documents that count
    proposes: Status | None = None
    waits: bool = False  # cannot be written yet: the run says so, and ends with 5
    restored: bool = False  # its marker was lost, and comes back
    wild: bool = False


class Verdict(NamedTuple):
    """What follows for an item with an issue."""

    says: Status | None
    shows: Reason | None
    comments: int = 0
    settles: bool = False
    writes: bool = False


class Case(NamedTuple):
    """Both sides now and when the base moved last."""

    says: Status | None
    said: Status | None
    shows: Reason | None
    showed: Reason | None
    mover: Role | None
    former: Status
    declined: bool


def verdict(case: Case, policy: SyncPolicy) -> Verdict:
    """The one rule for states."""
    documents_moved, issue_moved = case.says is not case.said, case.shows is not case.showed
    if case.says is None:
        return _absent(case, policy, reopened=issue_moved and case.mover is not Role.BOT)
    if not documents_moved and not issue_moved:
        return Verdict(case.says, case.shows)
    if (case.says.state is State.CLOSED) == (case.shows is not None):
        return Verdict(case.says, case.shows if issue_moved else _reason_kept(case), settles=True)
    if documents_moved and issue_moved:
        return Verdict(case.says, case.shows, comments=1, settles=True)
    if documents_moved:
        return Verdict(case.says, reason_for(case.says), comments=1, settles=True)
    return _issue_moved(case, policy)


def _absent(case: Case, policy: SyncPolicy, *, reopened: bool) -> Verdict:
    nothing = Verdict(None, case.shows)
    if case.shows is not None or case.said is None or reopened or policy.on_remove is OnRemove.IGNORE:
        return nothing
    shown = Reason.NOT_PLANNED if policy.on_remove is OnRemove.CLOSE else None
    return Verdict(None, shown, comments=1, settles=True)


def _reason_kept(case: Case) -> Reason | None:
    """Resolved that was cancelled, or the other way round, is closed for another reason; a person's reason stays."""
    if case.says is Status.RESOLVED and case.shows is Reason.NOT_PLANNED and case.said in {Status.CANCELLED, None}:
        return Reason.COMPLETED
    if case.says is Status.CANCELLED and case.shows is Reason.COMPLETED and case.said is Status.RESOLVED:
        return Reason.NOT_PLANNED
    return case.shows


def _issue_moved(case: Case, policy: SyncPolicy) -> Verdict:
    assert case.says is not None
    choice = policy.on_reopen if case.shows is None else policy.on_close
    told = Verdict(case.says, case.shows, comments=1, settles=True)
    if choice is OnMove.IGNORE:
        return told._replace(comments=0)
    if case.mover not in {Role.WRITE, Role.SELF} or case.shows is Reason.DUPLICATE:
        return told
    if choice is OnMove.UNDO:
        return told._replace(shows=reason_for(case.says))
    if choice is OnMove.COMMENT or policy.write_back is WriteBack.OFF or case.declined:
        return told
    closed = Status.CANCELLED if case.shows is Reason.NOT_PLANNED else Status.RESOLVED
    return Verdict(case.former if case.shows is None else closed, case.shows, settles=True, writes=True)


class Sides(NamedTuple):
    """Both sides as people left them."""

    items: Items  # of the folder
    committed: Items  # of the newest commit
    issues: Mapping[int, Issue]
    dirty: frozenset[str]  # documents that cannot be written to for changes that nobody committed
    branch_is_theirs: bool
    proposal_is_open: bool


@dataclass
class Model:
    """What is known of all items, and what people did to issues that both sides do not show."""

    policy: SyncPolicy
    known: dict[Ident, Known] = field(default_factory=dict)
    history: dict[Ident, set[int]] = field(default_factory=dict)  # issues of other items that had this identity before
    damaged: dict[int, str] = field(default_factory=dict)  # issues without a marker that can be read -> how
    lost: dict[int, Ident] = field(default_factory=dict)  # whose they were
    restored: set[int] = field(default_factory=set)  # those that got their marker back once
    proposed: set[Ident] = field(default_factory=set)  # what the open proposal holds
    declined: set[Ident] = field(default_factory=set)
    dropped: set[Ident] = field(default_factory=set)  # proposed on a branch that somebody deleted

    def ident_of(self, issue: int) -> Ident | None:
        return next((name for name, known in self.known.items() if known.issue == issue), None)

    def moved(self, issue: int) -> None:
        """Somebody closed or reopened an issue: what was declined before is decided anew."""
        self.declined = {name for name in self.declined if name != self.ident_of(issue)}

    def expect(self, sides: Sides) -> list[Expected]:
        """What a sync makes of both sides."""
        self.known = {name: known for name, known in self.known.items() if known.issue in sides.issues}
        pairs, wild = self._pairs(sides)
        found = []
        for name, (path, entry) in sides.items.items():
            was, proposed = pairs.get(name, (name, False))
            one = Expected(name, was, self.known.get(was), entry.status)
            if name in wild or self._another_is_lost(one, sides) or self._is_spoken_of(one, sides):
                found.append(dataclasses.replace(one, wild=True))
            elif proposed:
                found.append(dataclasses.replace(one, alone=True, shows=self._shown(one, sides)))
            else:
                found.append(self._item(one, path, entry, sides))
        taken = {one.was for one in found}
        for name, known in self.known.items():
            if name not in taken:
                one = Expected(name, name, known)
                found.append(dataclasses.replace(one, wild=True) if name in wild else self._gone(one, sides))
        return self._delivered(found, sides)

    # --- One item -----------------------------------------------------------------------------------

    def _item(self, one: Expected, path: str, entry: Entry, sides: Sides) -> Expected:
        if one.known is None:
            return self._new(one, entry)
        if (left := self._left_alone(one, sides)) is not None:
            return left
        if one.known.issue in self.damaged:
            return self._restored(one, sides)
        issue = sides.issues[one.known.issue]
        if issue.reason is not None and entry.status.state is State.OPEN and not alike(entry.title, one.known.title):
            return dataclasses.replace(one, fresh=True, settles=True)
        case = Case(
            says=entry.status,
            said=one.known.said,
            shows=issue.reason,
            showed=one.known.showed,
            mover=None if issue.state_actor is None else issue.state_actor.role,
            former=one.known.former,
            declined=one.ident in self.declined | self.dropped,
        )
        follows = verdict(case, self.policy)
        done = dataclasses.replace(
            one, says=follows.says, shows=follows.shows, comments=follows.comments, settles=follows.settles
        )
        return self._written(done, path, entry, sides) if follows.writes else done

    def _written(self, one: Expected, path: str, entry: Entry, sides: Sides) -> Expected:
        """The way to the documents."""
        waiting = dataclasses.replace(one, says=entry.status, settles=False)
        if self.policy.write_back is WriteBack.PULL_REQUEST:
            at_base = sides.committed.get(one.ident)
            if at_base is None:
                return dataclasses.replace(waiting, waits=True, alone=True)
            assert one.says is not None
            apart = at_base[1].status.state is not one.says.state
            return dataclasses.replace(waiting, proposes=one.says if apart else None)
        if path in sides.dirty:
            return dataclasses.replace(waiting, waits=True, alone=True)
        return dataclasses.replace(one, writes=True)

    def _new(self, one: Expected, entry: Entry) -> Expected:
        if entry.status.state is State.CLOSED and not self.policy.backfill:
            return one
        return dataclasses.replace(one, fresh=True, settles=True, shows=reason_for(entry.status))

    def _gone(self, one: Expected, sides: Sides) -> Expected:
        assert one.known is not None
        if (left := self._left_alone(one, sides)) is not None:
            return left
        if one.known.issue in self.damaged:
            return dataclasses.replace(one, wild=True)
        issue = sides.issues[one.known.issue]
        mover = None if issue.state_actor is None else issue.state_actor.role
        known = one.known
        case = Case(None, known.said, issue.reason, known.showed, mover, known.former, declined=False)
        follows = verdict(case, self.policy)
        return dataclasses.replace(one, shows=follows.shows, comments=follows.comments, settles=follows.settles)

    def _restored(self, one: Expected, sides: Sides) -> Expected:
        """The marker comes back, with one comment; nobody knows what was agreed before."""
        assert one.known is not None
        issue = sides.issues[one.known.issue]
        if one.was != one.ident or not (self.damaged[issue.number] == "edited" or _names(issue.title, one.ident)):
            return dataclasses.replace(one, wild=True)
        older = [sides.issues[n] for n in self.history.get(one.ident, ()) if n in sides.issues]
        known_by_title = self.damaged[issue.number] != "edited"
        if older and (known_by_title or issue.reason is Reason.DUPLICATE or any(o.reason is None for o in older)):
            return dataclasses.replace(one, wild=True)  # an older one of the same name may be taken for it
        told_before = issue.number in self.restored  # of the same damage nobody is told twice
        comments = None if told_before else 1
        return dataclasses.replace(one, shows=issue.reason, comments=comments, settles=True, restored=True)

    def _left_alone(self, one: Expected, sides: Sides) -> Expected | None:
        assert one.known is not None
        labels = {name.casefold() for name in sides.issues[one.known.issue].labels}
        if MANAGED in labels and HOLD not in labels:
            return None
        if one.known.issue in self.damaged:
            return dataclasses.replace(one, wild=True)
        return dataclasses.replace(one, alone=True, shows=self._shown(one, sides))

    @staticmethod
    def _shown(one: Expected, sides: Sides) -> Reason | None:
        return None if one.known is None else sides.issues[one.known.issue].reason

    # --- Which issue is whose -----------------------------------------------------------------------

    def _pairs(self, sides: Sides) -> tuple[dict[Ident, tuple[Ident, bool]], set[Ident]]:
        """What items without an issue were called before, if they were; and those of which nobody can tell."""
        gone = {name: known for name, known in self.known.items() if name not in sides.items}
        new = {name: entry for name, (_, entry) in sides.items.items() if name not in self.known}
        paths = {path for path, _ in sides.items.values()}
        same: list[tuple[Ident, Ident]] = []
        renumbered: list[tuple[Ident, Ident]] = []
        wild: set[Ident] = set()
        for now, entry in new.items():
            for then, known in gone.items():
                if now.kind != then.kind:
                    continue
                words = entry.title.casefold() == known.title.casefold()
                renamed = then.path != now.path and then.path not in paths
                # A closed item has no issue: it may have been there before the other one was gone.
                unsure = known.said is None and entry.status.state is State.CLOSED
                was_so_before = now in known.aliases and (now.id == then.id or words)
                if was_so_before or (now.id == then.id and alike(entry.title, known.title) and not unsure):
                    same.append((now, then))
                elif words and now.path == then.path and not unsure and not self._finished(known, sides):
                    renumbered.append((now, then))
                elif renamed and (now.id == then.id or words):
                    wild |= {now, then}
        wild |= _shared([*same, *renumbered])
        found = {now: (then, False) for now, then in same}
        found |= {now: (then, not self.policy.accept_renumbering) for now, then in renumbered if now not in found}
        damaged = {name for name, known in gone.items() if known.issue in self.damaged}
        wild |= damaged | {now for now, (then, _) in found.items() if then in damaged}
        return found, wild | self._moved_where_a_marker_is_gone(gone, sides)

    def _moved_where_a_marker_is_gone(self, gone: Mapping[Ident, Known], sides: Sides) -> set[Ident]:
        """An item whose ID stands now in another document, where the issue that had it says no more whose it is."""
        cut = {name for name, known in self.known.items() if self.damaged.get(known.issue) == "removed"}
        return {
            name
            for now in cut & sides.items.keys()
            for then, known in gone.items()
            if now.id == then.id and alike(sides.items[now][1].title, known.title)
            for name in (now, then)
        }

    def _finished(self, known: Known, sides: Sides) -> bool:
        issue = sides.issues[known.issue]
        released = MANAGED not in {name.casefold() for name in issue.labels}
        over = issue.reason is not None and (known.said is None or known.said.state is State.CLOSED)
        return released or over

    def _another_is_lost(self, one: Expected, sides: Sides) -> bool:
        """Whether there is an issue without a marker that was this item's, and another one that stands for it now."""
        mine = None if one.known is None else one.known.issue
        return any(self.lost[n] == one.ident and n != mine for n in self.lost.keys() & sides.issues.keys())

    def _is_spoken_of(self, one: Expected, sides: Sides) -> bool:
        """Whether an issue that we lost sight of may be taken for a new item's: its title begins with the ID."""
        if one.known is not None:
            return False
        if any(number in sides.issues for number in self.history.get(one.ident, ())):
            return True
        mine = {known.issue for known in self.known.values()} - self.damaged.keys()
        old = {number for numbers in self.history.values() for number in numbers}
        others = (issue for number, issue in sides.issues.items() if number not in mine | old)
        return any(issue.title.startswith(one.ident.id) for issue in others)

    # --- After all items ----------------------------------------------------------------------------

    def _delivered(self, found: list[Expected], sides: Sides) -> list[Expected]:
        """Where people committed to our branch and no proposal is open, nothing can be proposed."""
        if not sides.branch_is_theirs or sides.proposal_is_open:
            return found
        return [
            dataclasses.replace(one, waits=True, alone=True, proposes=None) if one.proposes else one for one in found
        ]

    def learn(self, expected: list[Expected], sides: Sides, made: Mapping[Ident, Known]) -> None:
        """The base that is known from now on. ``made`` is what markers say now."""
        known = dict(self.known)
        for one in expected:
            if one.wild:
                for name in {one.ident, one.was}:
                    known.pop(name, None)
                    if name in made:
                        known[name] = made[name]
            elif one.fresh:
                if one.known is not None:
                    self.history.setdefault(one.ident, set()).add(one.known.issue)
                    known.pop(one.was, None)
                known[one.ident] = self._processed(one, made[one.ident], sides)
            elif one.known is not None and not one.alone:
                known.pop(one.was, None)
                known[one.ident] = self._processed(one, one.known, sides)
        self.known = known
        whole = {one.issue for one in made.values()}
        self.restored |= self.damaged.keys() & whole
        self.damaged = {number: how for number, how in self.damaged.items() if number not in whole}
        self.lost = {number: name for number, name in self.lost.items() if number in self.damaged}
        self.proposed = {one.ident for one in expected if one.proposes}
        self.declined |= self.dropped
        self.dropped = set()

    @staticmethod
    def _processed(one: Expected, known: Known, sides: Sides) -> Known:
        if one.was != one.ident:
            known = dataclasses.replace(known, aliases=known.aliases - {one.ident} | {one.was})
        if one.ident in sides.items:
            known = dataclasses.replace(known, title=sides.items[one.ident][1].title)
        if one.settles:
            known = dataclasses.replace(known, said=one.says, showed=one.shows)
            if one.says is not None and one.says.state is State.OPEN:
                known = dataclasses.replace(known, former=one.says)
        return known


def _names(title: str, name: Ident) -> bool:
    """Whether a title tells the item: its ID, and its document where another one may have that ID too."""
    return title.startswith(f"{name.id}:") and (name.path is None or f"({name.path.rpartition('/')[2]})" in title)


def _shared(pairs: list[tuple[Ident, Ident]]) -> set[Ident]:
    """Those that are in more than one pair, with their partners."""
    found: set[Ident] = set()
    for now, then in pairs:
        both = [pair for pair in pairs if pair[0] == now or pair[1] == then]
        if len(both) > 1:
            found |= {name for pair in both for name in pair}
    return found
