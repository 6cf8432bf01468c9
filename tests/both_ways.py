"""People on both sides, syncs between, and everything that has to hold after each: for a state machine and for stories.

world = World(MemoryPlace(DOCUMENTS, SyncPolicy(write_back=WriteBack.WORKTREE)))
world.sync()
world.close("LATER-001")
world.sync()
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from both_ways_checks import Check, Look, Written
from both_ways_model import MANAGED, Ident, Model, Sides, ident, items_of, title_of
from builders import ANNA, ME
from ferry_line import SECTIONS, TITLES, Form, Section
from gapkeeper.model.delivery import ProposalState
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.snapshot import Reason, Role
from gapkeeper.model.status import State, Status
from gapkeeper.planning.marker import Marker, read_marker
from planning_pages import Page

if TYPE_CHECKING:
    from both_ways_model import Expected, Items
    from gapkeeper.model.snapshot import Actor, Issue
    from planning_pages import Entry
    from two_sides import Place, Ran

DAMAGES = ("edited", "cut", "endless", "removed", "doubled")


class Attic(NamedTuple):
    """An item that somebody took out of a document."""

    path: str
    section: Section
    entry: Entry


class World:
    """A place, what people know of it, and what they wrote."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.policy = place.policy
        self.model = Model(place.policy)
        self.sections: dict[str, tuple[Section, ...]] = dict(SECTIONS)
        self.attic: list[Attic] = []
        self._ids = itertools.count(50)
        self._counter = itertools.count(1)
        self._titles = list(TITLES)
        self._ours: dict[str, set[bytes]] = defaultdict(set)  # what syncs left in files
        self.written: dict[int, Written] = defaultdict(Written)  # by issue
        self._theirs = False  # somebody committed to our branch
        self._merged = False  # somebody merged it since the last sync
        self.syncs = 0

    # --- Looking ------------------------------------------------------------------------------------

    def items(self) -> Items:
        """Everything that the documents of the folder say."""
        return items_of(self.place.files)

    def names(self) -> list[Ident]:
        return sorted(self.items(), key=str)

    def issues(self) -> dict[int, Issue]:
        with self.place.acting(ME) as tracker:
            taken = tracker.snapshot(MANAGED, everything=True)
        return {issue.number: issue for issue in (*taken.issues, *(taken.others or ()))}

    def look(self) -> Look:
        issues = self.issues()
        with self.place.acting(ME) as tracker:
            comments = {n: tuple((c.author.name, c.body) for c in tracker.comments(n)) for n in issues}
            events = len(tracker.events())
            proposals = tracker.deliveries.all()
        place = self.place
        return Look(place.files, place.committed, place.tips(), place.proposed(), issues, comments, events, proposals)

    def number(self, id_: str, path: str | None = None) -> int:
        """The issue of an item."""
        return self.model.known[Ident(path, id_)].issue

    # --- People at the documents --------------------------------------------------------------------

    def _edit(self, path: str) -> Page:
        return Page(self.place.files[path])

    def _find(self, name: Ident | str) -> tuple[Ident, str, Entry]:
        name = Ident(None, name) if isinstance(name, str) else name
        path, entry = self.items()[name]
        return name, path, entry

    def language(self, path: str, entry: Entry) -> str:
        return next(section.language for section in self.sections[path] if section.anchor == entry.section)

    def restate(self, name: Ident | str, status: Status, choice: int = 0) -> None:
        name, path, entry = self._find(name)
        page = self._edit(path)
        page.restate(name.id, status, self.language(path, entry), choice=choice)
        self.place.put(path, page.data)

    def restate_section(self, status: Status) -> None:
        for path, sections in self.sections.items():
            for section in sections:
                if section.form is Form.PLAIN:
                    page = self._edit(path)
                    page.restate_section(section.anchor, status)
                    self.place.put(path, page.data)

    def retitle(self, name: Ident | str, *, unlike: bool = False) -> None:
        name, path, entry = self._find(name)
        if unlike and not self._titles:
            return
        like = f"{re.sub(r' v[0-9]+$', '', entry.title)} v{next(self._counter)}"
        page = self._edit(path)
        page.rewrite(name.id, self._titles.pop() if unlike else like)
        self.place.put(path, page.data)

    def renumber(self, name: Ident | str) -> None:
        name, path, _ = self._find(name)
        page = self._edit(path)
        page.rewrite(name.id, f"{name.kind}-{next(self._ids):03}")
        self.place.put(path, page.data)

    def reown(self, name: Ident | str, owner: str) -> None:
        name, path, entry = self._find(name)
        page = self._edit(path)
        if page.own(name.id, owner, self.language(path, entry)):
            self.place.put(path, page.data)

    def note(self, path: str, before: int) -> None:
        page = self._edit(path)
        page.note(f"Somebody noted this, {next(self._counter)}.", before=before)
        self.place.put(path, page.data)

    def places_for(self, kind: str) -> list[tuple[str, Section]]:
        """Where an item of a kind can stand: what counts in one document only has to be defined by a heading."""
        headed = {Form.TABLE, Form.LINES, Form.MARKED}
        every = [(path, section) for path, sections in sorted(self.sections.items()) for section in sections]
        return [(path, section) for path, section in every if kind != "ISSUE" or section.form in headed]

    def add(self, path: str, section: Section, id_: str, title: str, status: Status) -> bool:
        """Write an item; False where its ID is taken."""
        if ident(path, id_) in self.items():
            return False
        page = self._edit(path)
        page.add(section, id_, title, status, "Crew")
        self.place.put(path, page.data)
        return True

    def add_new(self, at: int, kind: str, status: Status) -> None:
        places = self.places_for(kind)
        if self._titles:
            path, section = places[at % len(places)]
            self.add(path, section, f"{kind}-{next(self._ids):03}", self._titles.pop(), status)

    def remove(self, name: Ident | str) -> None:
        name, path, entry = self._find(name)
        page = self._edit(path)
        page.remove(name.id)
        self.place.put(path, page.data)
        section = next(section for section in self.sections[path] if section.anchor == entry.section)
        self.attic.append(Attic(path, section, entry))

    def bring_back(self, at: int = -1, status: Status | None = None, *, unlike: bool = False) -> None:
        """Write something again that was taken out; ``unlike``: another thing under its ID."""
        if not self.attic or (unlike and not self._titles):
            return
        path, section, entry = self.attic.pop(at % len(self.attic))
        if path in self.sections:
            title = self._titles.pop() if unlike else entry.title
            self.add(path, section, entry.id, title, status or entry.status)

    def move(self, name: Ident | str, at: int) -> None:
        """To a section of another document."""
        name, path, entry = self._find(name)
        places = [(there, section) for there, section in self.places_for(name.kind) if there != path]
        there, section = places[at % len(places)]
        if ident(there, name.id) in self.items() and name.path is not None:
            return
        page = self._edit(path)
        page.remove(name.id)
        self.place.put(path, page.data)
        page = self._edit(there)
        page.add(section, name.id, entry.title, entry.status, entry.owner)
        self.place.put(there, page.data)

    def rename_document(self, at: int) -> None:
        path = sorted(self.sections)[at % len(self.sections)]
        there = re.sub(r"(-\d+)?\.md$", f"-{next(self._counter)}.md", path)
        data = self.place.files[path]
        self.place.put(path, None)
        self.place.put(there, data)
        self.sections[there] = self.sections.pop(path)

    def commit(self) -> None:
        self.place.commit()

    # --- People at the tracker ----------------------------------------------------------------------

    def _issue(self, which: int | str) -> Issue:
        return self.issues()[self.number(which) if isinstance(which, str) else which]

    def update(self, which: int | str, update: IssueUpdate, by: Actor = ANNA) -> None:
        with self.place.acting(by) as tracker:
            tracker.update_issue(self._issue(which).number, update)

    def close(self, which: int | str, reason: Reason = Reason.COMPLETED, by: Actor = ANNA) -> None:
        issue = self._issue(which)
        self.update(issue.number, IssueUpdate(state=State.CLOSED, reason=reason), by)
        if issue.reason is not reason:
            self.model.moved(issue.number)

    def reopen(self, which: int | str, by: Actor = ANNA) -> None:
        issue = self._issue(which)
        self.update(issue.number, IssueUpdate(state=State.OPEN), by)
        if issue.reason is not None:
            self.model.moved(issue.number)

    def rename(self, which: int | str, *, keeps_id: bool = True) -> None:
        issue = self._issue(which)
        name = self.model.ident_of(issue.number)
        start = f"{name.id}: " if keeps_id and name is not None else ""
        title = f"{start}What a person calls it, {next(self._counter)}"
        self.update(issue.number, IssueUpdate(title=title))
        self.written[issue.number].title = title

    def label(self, which: int | str, name: str = "mine") -> None:
        """Put an own label on, or take it off again."""
        number = self._issue(which).number
        on = name not in self.written[number].labels
        names = frozenset({name})
        self.update(number, IssueUpdate(add_labels=names) if on else IssueUpdate(remove_labels=names))
        self.written[number].labels ^= names

    def take_kind_off(self, which: int | str) -> None:
        """Take a label of ours off that never changes."""
        issue = self._issue(which)
        kinds = frozenset(name for name in issue.labels if name.startswith("kind: "))
        if kinds and issue.number not in self.model.damaged:
            self.update(issue.number, IssueUpdate(remove_labels=kinds))
            self.written[issue.number].kind_is_off = True

    def toggle(self, which: int | str, name: str) -> None:
        """Release an issue or put it on hold, or the other way round."""
        issue = self._issue(which)
        names = frozenset({name})
        on = name not in issue.labels
        if issue.number in self.model.damaged:
            self.written[issue.number].given_up = True
        self.update(issue.number, IssueUpdate(add_labels=names) if on else IssueUpdate(remove_labels=names))

    def lock(self, which: int | str) -> None:
        issue = self._issue(which)
        with self.place.acting(ANNA) as tracker:
            tracker.set_locked(issue.number, locked=not issue.locked)

    def write(self, which: int | str, *, above: bool = False) -> None:
        issue = self._issue(which)
        text = f"What a person wrote, {next(self._counter)}."
        body = f"{text}\n\n{issue.body}" if above else f"{issue.body}\n\n{text}"
        self.update(issue.number, IssueUpdate(body=body))
        self.written[issue.number].texts.append(text)

    def comment(self, which: int | str, by: Actor = ANNA) -> None:
        issue = self._issue(which)
        if issue.locked and by.role is not Role.WRITE:
            return
        text = f"What a person thinks, {next(self._counter)}."
        with self.place.acting(by) as tracker:
            tracker.comment(issue.number, text)
        self.written[issue.number].comments.append((by.name, text))

    def delete(self, which: int | str) -> None:
        number = self._issue(which).number
        with self.place.acting(ANNA) as tracker:
            tracker.delete_issue(number)
        self.written.pop(number, None)

    def damage(self, which: int | str, how: str) -> None:
        """Break or remove a marker, and no word of a person's."""
        issue = self._issue(which)
        lines = issue.body.split("\n")
        ours = [at for at, text in enumerate(lines) if text.startswith("<!-- gapkeeper: ")]
        if not isinstance(read_marker(issue.body), Marker) or len(ours) != 2:
            return
        first, last = ours
        match how:
            case "edited":
                lines[first] = lines[first].replace('"identity"', '"x":1,"identity"')
            case "cut":
                del lines[first]
            case "endless":
                del lines[last]
            case "removed":
                del lines[first : last + 1]
            case _:
                lines.insert(last, lines[first])
        self.update(issue.number, IssueUpdate(body="\n".join(lines)))
        self.model.damaged[issue.number] = "removed" if how in {"cut", "removed"} else "edited"
        self.written[issue.number].kind_is_off = False
        if (name := self.model.ident_of(issue.number)) is not None:
            self.model.lost[issue.number] = name
        if MANAGED not in issue.labels:
            self.written[issue.number].given_up = True

    # --- People at proposals ------------------------------------------------------------------------

    def open_proposal(self) -> int | None:
        with self.place.acting(ME) as tracker:
            return next((p.number for p in tracker.deliveries.all() if p.state is ProposalState.OPEN), None)

    def merge(self, how: str = "merge", *, delete: bool = False) -> None:
        if self.place.merge(how):
            self.model.proposed = set()
            self._theirs &= how == "squash"
            self._merged = not self._theirs  # what others added to it, squashed with ours, is not known again
            if delete:
                self.place.delete_branch()
                self._theirs = False

    def decline(self) -> None:
        number = self.open_proposal()
        if number is not None:
            with self.place.acting(ANNA) as tracker:
                tracker.decline_proposal(number)
            self.model.declined |= self.model.proposed
            self.model.proposed = set()

    def delete_branch(self) -> None:
        self.place.delete_branch()
        self.model.dropped |= self.model.proposed
        self.model.proposed = set()
        self._theirs = False

    def commit_on_branch(self) -> None:
        files = self.place.proposed()
        if files and self.model.proposed:
            path = min(files)
            page = Page(files[path])
            page.note(f"Somebody added this to the proposal, {next(self._counter)}.", before=9)
            self.place.commit_on_branch(path, page.data)
            self._theirs = True

    # --- Syncs --------------------------------------------------------------------------------------

    def sync(self) -> list[Expected]:
        """One sync, everything that has to hold after it, and another one that has nothing to do."""
        before = self.look()
        sides = self._sides(before)
        expected = self.model.expect(sides)
        ran = self.place.sync()
        after = self.look()
        self.syncs += 1
        for path, data in after.files.items():
            if data != before.files.get(path):
                self._ours[path].add(data)
        check = Check(self, expected, before, after, sides)
        check.everything(ran)
        self.model.learn(expected, sides, check.made())
        self._titles_that_stand(expected, after)
        self._theirs &= after.tips[1] is not None
        self._merged = False
        for number, issue in after.issues.items():
            self.written[number].check(issue, after.comments[number])
        self._nothing_left(after, ran, expected)
        return expected

    def _sides(self, look: Look) -> Sides:
        worktree = self.policy.write_back is WriteBack.WORKTREE
        changed = {path for path, data in look.files.items() if look.committed.get(path) != data}
        ours = {path for path in changed if look.files[path] in self._ours[path]}
        untracked = {path for path in changed if path not in look.committed}
        return Sides(
            items_of(look.files),
            items_of(look.committed),
            look.issues,
            frozenset(changed - ours - untracked if worktree else changed),
            branch_is_theirs=self._theirs,
            proposal_is_open=any(p.state is ProposalState.OPEN for p in look.proposals)
            and look.tips[1] is not None
            and not self._merged,
        )

    def _titles_that_stand(self, expected: list[Expected], after: Look) -> None:
        """Where a marker was lost nobody can tell who changed a title: it is taken for a person's."""
        items = items_of(after.files)
        for one in expected:
            known = self.model.known.get(one.ident)
            if known is not None and one.ident in items and (one.restored or one.wild):
                title = after.issues[known.issue].title
                if title != title_of(one.ident, items[one.ident][1]):
                    self.written[known.issue].title = title

    def _nothing_left(self, after: Look, ran: Ran, expected: list[Expected]) -> None:
        """A further sync plans nothing but what waits for a person, and writes nothing."""
        waits = any(one.waits or one.wild for one in expected)
        planned = self.place.plan()
        left = [one for one in planned if one.held is None and not (one.obstacle and waits)]
        assert left == [], f"a further sync would go on: {left}"
        again = self.place.sync()
        assert again.exit_code == ran.exit_code
        assert self.look() == after, "a further sync wrote something"
