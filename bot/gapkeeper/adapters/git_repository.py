"""A local repository as the port `Repository`: commits on the branch that is checked out, and a branch of our own.

Only git's plumbing is used, so that nothing runs that the repository's configuration names: no hooks, no filters, no
signing. Branches stay local; who wants them elsewhere pushes them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.adapters import files, git_commit
from gapkeeper.adapters.git import RevisionDocuments, is_ancestor, resolve
from gapkeeper.adapters.git_command import Blobs
from gapkeeper.adapters.git_files import LineEnds, blob_id
from gapkeeper.adapters.git_ground import look
from gapkeeper.adapters.git_objects import Objects, Tree, commit_object, read_commit, with_trailer
from gapkeeper.adapters.git_proposals import LocalProposals, View
from gapkeeper.adapters.git_refs import HEADS, WHY, move_ref, ref
from gapkeeper.adapters.git_state import Head, head, layout
from gapkeeper.errors import DocumentsError, StaleDocumentsError
from gapkeeper.model.delivery import Branch
from gapkeeper.model.edits import DocumentEdit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from gapkeeper.adapters.delivery_records import DeliveryRecords
    from gapkeeper.adapters.git_files import Blob
    from gapkeeper.adapters.git_refs import Ref
    from gapkeeper.adapters.git_state import Layout
    from gapkeeper.model.delivery import Proposal, ProposalText
    from gapkeeper.ports import Clock


class GitRepository:
    """A repository with a work tree, or a bare one; paths are relative to the folder, which may be below its top.

    Every method that writes raises `RefusedError` where the records were opened to be read.
    """

    def __init__(  # noqa: PLR0913 - where, what, and what is remembered, each by name
        self,
        folder: Path,
        revision: str | None,
        records: DeliveryRecords,
        *,
        include: Iterable[str],
        exclude: Iterable[str],
        clock: Clock,
    ) -> None:
        """Everything is read from one commit, and made on it.

        Args:
            folder: Where the paths of documents start.
            revision: The commit; None: that which is checked out.
            records: What is remembered between runs.
            include: Patterns of documents, gitignore-style.
            exclude: Patterns of what is none.
            clock: Dates our commits.
        """
        self._folder = folder.resolve()
        self._revision = revision
        self._records = records
        self._patterns = (tuple(include), tuple(exclude))
        self._clock = clock
        self._base: str | None = None
        self._at: Head | None = None

    @property
    def base(self) -> str:
        """The newest commit of the base branch, as it was when it was first asked for.

        Raises `DocumentsError` where there is no repository, no such commit, or no commit yet.
        """
        if self._base is None:
            self._base = resolve(self._folder, self._revision) if self._revision else self._head.commit
        if self._base is None:
            raise DocumentsError("there is no commit in this repository yet", hint="Commit the documents first.")
        return self._base

    def documents(self) -> RevisionDocuments:
        """The documents of that commit."""
        return RevisionDocuments(self._folder, self.base, *self._patterns)

    def recover(self) -> str | None:
        """Put in order what a former run and people left: to be called before a run that writes is planned.

        A commit that was broken off is completed, or given up where people went on without it. Proposals that people
        merged or declined are recorded as such, and the branch of one that was withdrawn is taken away. Returns what
        became of the commit, for people; None: there was none.
        """
        self._records.require_writer()
        try:
            self._layout  # noqa: B018 - there may be no repository, and then there is nothing to put in order
        except DocumentsError:
            return None
        done = None if self._layout.bare else git_commit.recover(self._layout, self._records)
        self._base = self._at = None
        if self._head.commit is not None:
            self._proposals.settle(self._view)
            for left in self._proposals.left_branches():
                self.delete_branch(left.branch, was=left.head)
        return done

    # --- The base branch ----------------------------------------------------------------------------

    def obstacle(self, paths: Collection[str]) -> str | None:
        """Why nothing can be committed to these documents on the base branch now; None where it can. For people."""
        general, of_files = self._obstacles(paths)
        return general or next(iter(of_files.values()), None)

    def obstacles(self, paths: Collection[str]) -> Mapping[str, str]:
        """The same for each document; one that is not named can be committed to."""
        general, of_files = self._obstacles(paths)
        return of_files if general is None else dict.fromkeys(paths, general)

    def _obstacles(self, paths: Collection[str]) -> tuple[str | None, Mapping[str, str]]:
        try:
            base = self.base
        except DocumentsError as error:
            return error.line, {}
        if self._records.intent(self._layout.git_folder) is not None:
            return "a run was broken off while it committed; the next `gapkeeper sync` completes that first", {}
        with Blobs(self._folder) as blobs:
            ground = look(self._layout, base, paths, blobs)
        return ground.obstacle, ground.obstacles

    def commit(self, edits: Sequence[DocumentEdit], message: str) -> str:
        """One commit on the branch that is checked out; its name.

        It changes these documents and nothing else: whatever else people staged or changed stays as it is.

        Raises:
            StaleDocumentsError: The branch or a document has moved since it was read; nothing was changed.
            DocumentsError: It cannot be committed; nothing was changed.
        """
        self._records.require_writer()
        if not edits:
            return self.base
        with Blobs(self._folder) as blobs:
            ground = look(self._layout, self.base, [edit.path for edit in edits], blobs)
            if self._revision is None and ground.head.commit != self.base:
                raise StaleDocumentsError("the branch was moved since it was read", hint="Run again: it is read anew.")
            obstacle = ground.obstacle or next(iter(ground.obstacles.values()), None)
            if obstacle is not None or ground.head.branch is None:
                raise DocumentsError(obstacle or "no branch is checked out")
            commit, edits = self._stored(blobs, edits, message)
        if self._layout.bare:
            move_ref(self._folder, ground.head.branch, new=commit, old=self.base, why=WHY)
        else:
            changes = tuple(ground.files[edit.path].change(edit, self._layout.prefix) for edit in edits)
            intent = git_commit.Intent(ground.head.branch, self.base, commit, changes)
            data = {blob_id(text, commit): text for edit in edits for text in (edit.old, edit.new)}
            git_commit.make(self._layout, self._records, intent, data)
        if self._revision is None:
            self._base, self._at = commit, Head(commit, ground.head.branch)
        return commit

    def _stored(self, blobs: Blobs, edits: Sequence[DocumentEdit], message: str) -> tuple[str, Sequence[DocumentEdit]]:
        """Store a commit on the base with these edits, that no branch leads to yet; and the edits as they are in it."""
        objects = Objects(self.base)
        tree = Tree(blobs, read_commit(blobs, self.base).tree)
        edits = [_as_committed(edit, tree.file(self._layout.prefix + edit.path)) for edit in edits]
        root = tree.edited({self._layout.prefix + edit.path: edit.new for edit in edits}, objects)
        commit = objects.add(b"commit", commit_object(root, self.base, with_trailer(message), self._clock()))
        objects.store(self._folder)
        return commit, edits

    # --- A branch of ours ---------------------------------------------------------------------------

    def branch(self, name: str) -> Branch | None:
        """A branch of ours, as it is now. A commit that a person put on it, amended or rebased makes it theirs."""
        found = ref(self._folder, HEADS + name)
        if found is None:
            return None
        with Blobs(self._folder) as blobs:
            commit = read_commit(blobs, found.tip)
        if commit.ours:
            return Branch(found.tip, commit.parents[0], ours=True)
        return Branch(found.tip, None, ours=is_ancestor(self._folder, found.tip, self.base) is True)

    def branch_obstacle(self, name: str) -> str | None:
        """Why the branch cannot be made or moved now; None where it can. For people."""
        return _obstacle_of(name, ref(self._folder, HEADS + name))

    def set_branch(self, name: str, edits: Sequence[DocumentEdit], message: str, *, was: str | None) -> str:
        """Make the branch one commit on ``base`` with these edits; its name. ``was`` is the tip that it must have.

        The same edits on the same base, made again, are the same commit: nothing moves.

        Raises:
            StaleDocumentsError: Its tip is another one, or a document is not what was read.
            DocumentsError: It is checked out somewhere, or cannot be moved.
        """
        self._records.require_writer()
        self._proposals.settle(self._view)
        self._require(name, ref(self._folder, HEADS + name), was)
        with Blobs(self._folder) as blobs:
            made, _ = self._stored(blobs, edits, message)
            same = was is not None and read_commit(blobs, was) == read_commit(blobs, made)  # but for the time
        tip = was if was is not None and same else made
        if tip != was:
            move_ref(self._folder, HEADS + name, new=tip, old=was, why=WHY)
        self._proposals.moved(name, tip)
        return tip

    def delete_branch(self, name: str, *, was: str) -> None:
        """Take the branch away, where its tip is still this commit; one that is gone already stays so.

        Raises:
            StaleDocumentsError: Its tip is another one.
            DocumentsError: It is checked out somewhere, or cannot be deleted.
        """
        self._records.require_writer()
        self._proposals.settle(self._view)
        found = ref(self._folder, HEADS + name)
        if found is not None:
            self._require(name, found, was)
            move_ref(self._folder, HEADS + name, new=None, old=was, why=WHY)

    def _require(self, name: str, found: Ref | None, was: str | None) -> None:
        if (None if found is None else found.tip) != was:
            raise StaleDocumentsError(f"the branch {name} was moved meanwhile", hint="Run again: it is read anew.")
        obstacle = _obstacle_of(name, found)
        if obstacle is not None:
            raise DocumentsError(obstacle)

    # --- Proposals ----------------------------------------------------------------------------------

    def proposals(self, branch: str) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from the branch, the newest first, as people left it."""
        return self._proposals.of(branch, self._view)

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        """Open a proposal to merge the branch into the base branch.

        Raises `RejectedError` where there is no such branch, or one is open already.
        """
        self._proposals.settle(self._view)
        return self._proposals.propose(branch, text)

    def update_proposal(self, number: int, text: ProposalText) -> None:
        """Change what an open proposal says. `NotFoundError`; `ConflictError` where it is not open any more."""
        self._proposals.settle(self._view)
        self._proposals.update(number, text)

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open proposal that has become empty, and say why; its branch is deleted after that.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It is not open any more.
            DocumentsError: A person has its branch checked out, and looks at it: seen from there it is always empty.
        """
        self._proposals.settle(self._view)
        obstacle = self.branch_obstacle(self._proposals.branch(number))
        if obstacle is not None:
            raise DocumentsError(obstacle)
        self._proposals.withdraw(number, reason)

    @property
    def _head(self) -> Head:
        """What was checked out when it was first asked for."""
        if self._at is None:
            self._at = head(self._folder)
        return self._at

    @property
    def _view(self) -> View:
        """From the base, and from what is checked out where that is another commit."""
        return View(tuple(dict.fromkeys((self.base, self._head.commit or self.base))), self._head.branch)

    @cached_property
    def _layout(self) -> Layout:
        return layout(self._folder)

    @cached_property
    def _proposals(self) -> LocalProposals:
        return LocalProposals(self._folder, self._layout.common_folder, self._records)


def _as_committed(edit: DocumentEdit, file: Blob | None) -> DocumentEdit:
    """An edit of a file of the work tree, where git may have changed its line ends, as an edit of what is committed."""
    for ends in LineEnds:
        if file is not None and blob_id(ends.of(edit.old), file.id) == file.id:
            return DocumentEdit(edit.path, ends.of(edit.old), ends.of(edit.new))
    raise files.changed(edit.path)


def _obstacle_of(name: str, found: Ref | None) -> str | None:
    if found is not None and found.checked_out is not None:
        return f"the branch {name} is checked out in {found.checked_out}; switch to another one there"
    if found is not None and found.symbolic:
        return f"the branch {name} is another name of a branch; delete it: `git symbolic-ref --delete`"
    return None
