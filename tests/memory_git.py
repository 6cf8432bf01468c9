"""Version control in memory, as the ports `Repository` and `WorkTree` see it: one folder, its branch, and ours."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.errors import StaleDocumentsError
from gapkeeper.model.delivery import Branch, ProposalState
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from gapkeeper.adapters.sqlite_tracker.tracker import SqliteTracker
    from gapkeeper.model.delivery import Proposal, ProposalText
    from gapkeeper.model.edits import DocumentEdit
    from two_sides import Files

TODAY = dt.date(2026, 11, 24)
_PLACE = Path("/nowhere/.git")
_ALIKE = 0.5  # from this share of lines on, git takes a file for a renamed one


@dataclass(frozen=True)
class Commit:
    name: str
    files: Mapping[str, bytes]
    parents: tuple[str, ...]
    ours: bool


@dataclass
class MemoryGit:
    """The files of a folder, and commits on two branches."""

    files: Files
    commits: dict[str, Commit] = field(default_factory=dict)
    head: str = ""
    ours: str | None = None

    def __post_init__(self) -> None:
        self.head = self.add(self.files, ())

    @property
    def committed(self) -> Files:
        return dict(self.commits[self.head].files)

    def add(self, files: Mapping[str, bytes], parents: tuple[str, ...], *, ours: bool = False) -> str:
        """Store a commit; ours are the same where they hold the same."""
        text = repr((sorted(files.items()), parents, ours, None if ours else len(self.commits)))
        name = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.commits[name] = Commit(name, dict(files), parents, ours)
        return name

    def ancestors(self, name: str | None) -> set[str]:
        """A commit and all before it."""
        found: set[str] = set()
        ahead = [] if name is None else [name]
        while ahead:
            if (one := ahead.pop()) not in found:
                found.add(one)
                ahead += self.commits[one].parents
        return found

    def beyond(self, tip: str, base: str) -> list[Commit]:
        """What a branch has and the base has not, the newest first."""
        before, found, at = self.ancestors(base), list[Commit](), tip
        while at not in before:
            found.append(self.commits[at])
            at = self.commits[at].parents[0]
        return found

    def landed(self, proposed: str, tip: str, base: str) -> bool:
        """Whether everything from a proposed commit up to a tip is in the base, also as other commits."""
        left = self.beyond(tip, base)
        names = [commit.name for commit in left]
        if proposed in names:
            left = left[: names.index(proposed) + 1]
        known = [self._patch(self.commits[name]) for name in self.ancestors(base) - self.ancestors(tip)]
        return all(self._patch(commit) in known for commit in left)

    def _patch(self, commit: Commit) -> dict[str, tuple[bytes | None, bytes | None]]:
        before = self.commits[commit.parents[0]].files if commit.parents else {}
        both = {path: (before.get(path), commit.files.get(path)) for path in before.keys() | commit.files.keys()}
        return {path: (old, new) for path, (old, new) in both.items() if old != new}

    def merge(self, how: str) -> bool:
        """Take our branch into the one that is checked out; False where nothing can be merged without a quarrel."""
        head, tip = self.head, self.ours
        beyond = self.beyond(tip, head) if tip else []
        if not beyond or tip is None or self.files != self.committed:
            return False
        fork = self.commits[beyond[-1].parents[0]].files
        changed = {path: data for path, data in self.commits[tip].files.items() if fork.get(path) != data}
        if any(self.committed.get(path) != fork.get(path) for path in changed):
            return False
        if how == "ff" and head in self.ancestors(tip):
            self.head = tip
        else:
            self.head = self.add(self.committed | changed, (head,) if how == "squash" else (head, tip))
        self.files = self.committed
        return True

    def renamed(self, since: str) -> Mapping[str, str]:
        """Files that were renamed since a commit: path then, by path now."""
        before, now = self.commits[since].files, self.committed
        left, new = before.keys() - now.keys(), now.keys() - before.keys()
        found: dict[str, str] = {}
        for path in sorted(new):
            alike = {then: _likeness(before[then], now[path]) for then in sorted(left - set(found.values()))}
            best = max(alike, key=lambda then: alike[then], default=None)
            if best is not None and alike[best] >= _ALIKE:
                found[path] = best
        return found


def _likeness(one: bytes, other: bytes) -> float:
    return difflib.SequenceMatcher(None, one.splitlines(), other.splitlines()).ratio()


@dataclass(frozen=True)
class MemorySource:
    """Documents of the folder or of a commit."""

    files: Mapping[str, bytes]
    revision: str | None

    def documents(self) -> Iterable[Document]:
        return [Document(path, self.files[path]) for path in sorted(self.files, key=str.encode)]

    def exists(self, path: str) -> bool:
        return path in self.files

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:
        return dict.fromkeys(paths, TODAY)


@dataclass(frozen=True)
class MemoryWorkTree:
    """The port `WorkTree`."""

    git: MemoryGit
    records: SqliteTracker

    def obstacle(self, path: str, data: bytes) -> str | None:
        if self.git.files.get(path) != data:
            return f"{path} was changed since it was read"
        committed = self.git.committed.get(path)
        if committed in {None, data} or self.records.own_edits.are_ours(path, data):
            return None
        return f"{path} has changes that nobody committed"

    def obstacles(self, edits: Sequence[DocumentEdit]) -> dict[str, str]:
        found = {edit.path: self.obstacle(edit.path, edit.old) for edit in edits}
        return {path: why for path, why in found.items() if why is not None}

    def write(self, edits: Sequence[DocumentEdit]) -> None:
        if any(self.git.files.get(edit.path) != edit.old for edit in edits):
            raise StaleDocumentsError("changed")
        written = {edit.path: edit.new for edit in edits}
        self.records.own_edits.remember(written)
        self.git.files |= written


class MemoryRepository:
    """The port `Repository`, for one run."""

    def __init__(self, git: MemoryGit, records: SqliteTracker) -> None:
        self._git = git
        self._records = records
        self.base = git.head

    def documents(self) -> MemorySource:
        return MemorySource(self._git.commits[self.base].files, self.base)

    def obstacle(self, paths: Collection[str]) -> str | None:
        return next(iter(self.obstacles(paths).values()), None)

    def obstacles(self, paths: Collection[str]) -> dict[str, str]:
        committed = self._git.commits[self.base].files
        changed = [path for path in paths if committed.get(path) != self._git.files.get(path)]
        return {path: f"{path} has changes that nobody committed" for path in changed}

    def commit(self, edits: Sequence[DocumentEdit], message: str) -> str:
        assert message.endswith("\n")
        assert self.obstacles([edit.path for edit in edits]) == {}
        files = self._edited(edits)
        self._git.files.update({edit.path: edit.new for edit in edits})
        self._git.head = self.base = self._git.add(files, (self.base,), ours=True)
        return self.base

    def _edited(self, edits: Sequence[DocumentEdit]) -> Files:
        files = dict(self._git.commits[self.base].files)
        for edit in edits:
            if files.get(edit.path) != edit.old:
                raise StaleDocumentsError("changed")
            files[edit.path] = edit.new
        return files

    def branch(self, name: str) -> Branch | None:
        assert name
        tip = self._git.ours
        if tip is None:
            return None
        beyond = self._git.beyond(tip, self.base)
        parent = beyond[-1].parents[0] if beyond else None
        return Branch(tip, parent, ours=all(commit.ours for commit in beyond))

    def set_branch(self, name: str, edits: Sequence[DocumentEdit], message: str, *, was: str | None) -> str:
        assert name
        assert message
        self.settle()
        if self._git.ours != was:
            raise StaleDocumentsError("moved")
        self._git.ours = tip = self._git.add(self._edited(edits), (self.base,), ours=True)
        for one in self._records.deliveries.proposals(_PLACE):
            if one.state is ProposalState.OPEN and one.head != tip:
                self._records.deliveries.update(one.number, head=tip)
        return tip

    def delete_branch(self, name: str, *, was: str) -> None:
        assert name
        self.settle()
        if self._git.ours not in {None, was}:
            raise StaleDocumentsError("moved")
        self._git.ours = None

    # --- Proposals ----------------------------------------------------------------------------------

    def proposals(self, branch: str) -> tuple[Proposal, ...]:
        recorded = self._records.deliveries.proposals(_PLACE)
        return tuple(self._as_it_is(one) for one in recorded if one.branch == branch)

    def settle(self) -> None:
        """Record what people made of proposals."""
        for recorded in self._records.deliveries.proposals(_PLACE):
            found = self._as_it_is(recorded)
            if found.state is not recorded.state:
                self._records.deliveries.close(found.number, found.state, head=found.head, by_actor=False)

    def _as_it_is(self, recorded: Proposal) -> Proposal:
        if recorded.state is not ProposalState.OPEN:
            return recorded
        tip = self._git.ours
        if tip is not None and not self._git.landed(recorded.head, tip, self.base):
            return dataclasses.replace(recorded, head=tip)
        merged = self._git.landed(recorded.head, recorded.head, self.base)
        return dataclasses.replace(recorded, state=ProposalState.MERGED if merged else ProposalState.DECLINED)

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        self.settle()
        return self._records.deliveries.propose(_PLACE, branch, text, head=self._git.ours or "")

    def update_proposal(self, number: int, text: ProposalText) -> None:
        self.settle()
        self._records.deliveries.update(number, text=text)

    def withdraw(self, number: int, reason: str) -> None:
        self.settle()
        self._records.deliveries.close(number, ProposalState.WITHDRAWN, by_actor=True, reason=reason)
