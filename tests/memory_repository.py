"""A repository in memory, as a forge would keep one: commits by name, branches, proposals, and people who use them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from builders import NOW
from gapkeeper.errors import StaleDocumentsError
from gapkeeper.model.delivery import Branch, Proposal, ProposalState
from gapkeeper.model.documents import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from gapkeeper.model.delivery import ProposalText
    from gapkeeper.model.edits import DocumentEdit


@dataclass(frozen=True)
class MemoryDocuments:
    """The documents of one commit."""

    files: Mapping[str, bytes]
    revision: str | None = None

    def documents(self) -> Iterator[Document]:
        for path in sorted(self.files):
            yield Document(path, self.files[path])

    def exists(self, path: str) -> bool:
        return path in self.files

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:  # noqa: ARG002 - the port's signature
        return {}


@dataclass
class _Commit:
    files: dict[str, bytes]
    parent: str | None
    ours: bool


@dataclass
class MemoryRepository:
    """The port `Repository`; what people do stands below it. ``log`` has every write of ours."""

    files: dict[str, bytes]
    now: dt.datetime = NOW
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._names = (f"commit{number}" for number in count(1))
        self._commits: dict[str, _Commit] = {}
        self._branches: dict[str, str] = {}
        self._proposals: list[Proposal] = []
        self._base = self._add(self.files, None, ours=False)

    def _add(self, files: Mapping[str, bytes], parent: str | None, *, ours: bool) -> str:
        name = next(self._names)
        self._commits[name] = _Commit(dict(files), parent, ours)
        return name

    # --- The port -----------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        return self._base

    def documents(self) -> MemoryDocuments:
        return MemoryDocuments(self._commits[self._base].files, self._base)

    def obstacle(self, paths: Collection[str]) -> str | None:  # noqa: ARG002 - the port's signature
        return None

    def commit(self, edits: Sequence[DocumentEdit], message: str) -> str:  # noqa: ARG002 - the port's signature
        self.log.append("commit")
        self._base = self._add(self._edited(edits), self._base, ours=True)
        return self._base

    def branch(self, name: str) -> Branch | None:
        tip = self._branches.get(name)
        if tip is None:
            return None
        own, commit = [], tip
        while commit is not None and commit not in self._history(self._base):
            own.append(self._commits[commit])
            commit = self._commits[commit].parent  # type: ignore[assignment] # None at the first one
        return Branch(tip, own[-1].parent if own else None, ours=all(one.ours for one in own))

    def set_branch(self, name: str, edits: Sequence[DocumentEdit], message: str, *, was: str | None) -> str:  # noqa: ARG002
        if self._branches.get(name) != was:
            raise StaleDocumentsError("the branch has moved")
        self.log.append("branch")
        self._branches[name] = self._add(self._edited(edits), self._base, ours=True)
        return self._branches[name]

    def delete_branch(self, name: str, *, was: str) -> None:
        self.log.append("delete branch")
        if self._branches.get(name) == was:
            del self._branches[name]

    def proposals(self, branch: str) -> tuple[Proposal, ...]:
        heads = (replace(one, head=self._branches.get(branch, "")) for one in self._proposals if one.branch == branch)
        return tuple(reversed(list(heads)))

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        self.log.append("propose")
        self._proposals.append(Proposal(len(self._proposals) + 1, branch, text.title, text.body))
        return self._proposals[-1]

    def update_proposal(self, number: int, text: ProposalText) -> None:
        self.log.append("update proposal")
        told = replace(self._proposals[number - 1], title=text.title, body=text.body, astray=False)
        self._proposals[number - 1] = told

    def withdraw(self, number: int, reason: str) -> None:  # noqa: ARG002 - the port's signature
        self.log.append("withdraw")
        self._close(number, ProposalState.WITHDRAWN)

    # --- People -------------------------------------------------------------------------------------

    def lead_astray(self, number: int) -> None:
        """The base is another branch by now, with the same commit."""
        self._proposals[number - 1] = replace(self._proposals[number - 1], astray=True)

    def merge(self, number: int) -> None:
        branch = self._proposals[number - 1].branch
        self._base = self._branches.pop(branch)
        self._close(number, ProposalState.MERGED)

    def decline(self, number: int) -> None:
        self._close(number, ProposalState.DECLINED)

    def push(self, files: Mapping[str, bytes]) -> None:
        """A person's commit on the base branch."""
        self._base = self._add({**self._commits[self._base].files, **files}, self._base, ours=False)

    def push_to(self, branch: str) -> None:
        """A person's commit on another branch."""
        tip = self._branches[branch]
        self._branches[branch] = self._add(self._commits[tip].files, tip, ours=False)

    def at(self, branch: str) -> dict[str, bytes]:
        return self._commits[self._branches[branch]].files

    def _close(self, number: int, state: ProposalState) -> None:
        self._proposals[number - 1] = replace(self._proposals[number - 1], state=state, closed_at=self.now)

    def _edited(self, edits: Sequence[DocumentEdit]) -> dict[str, bytes]:
        files = dict(self._commits[self._base].files)
        for edit in edits:
            if files.get(edit.path) != edit.old:
                raise StaleDocumentsError(f"{edit.path} has moved")
            files[edit.path] = edit.new
        return files

    def _history(self, commit: str | None) -> set[str]:
        found: set[str] = set()
        while commit is not None:
            found.add(commit)
            commit = self._commits[commit].parent
        return found
