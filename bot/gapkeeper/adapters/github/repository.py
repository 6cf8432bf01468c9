"""A project on GitHub as the port `Repository`: its base branch, a branch of ours, and pull requests."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.documents import ProjectDocuments
from gapkeeper.adapters.forge.mirror import Mirror
from gapkeeper.adapters.forge.raw import is_issue
from gapkeeper.adapters.git_objects import with_trailer
from gapkeeper.adapters.github.git_data import FOR_EVER, GitData
from gapkeeper.adapters.github.pulls import Pulls
from gapkeeper.errors import ConflictError, DocumentsError, NotFoundError, RejectedError, StaleDocumentsError
from gapkeeper.model.delivery import Branch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from gapkeeper.adapters.github.git_data import Head
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.model.delivery import Proposal, ProposalText
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.ports import Clock, DocumentSource

_AGAIN = "Run again: it is read anew."


class GitHubRepository:
    """The documents of a project, written to through its API.

    Commits are ours by name and by their last line, so that those of people are told from them; GitHub does not sign
    such commits.
    """

    def __init__(  # noqa: PLR0913 - where, what, and what only the edges know, each by name
        self,
        session: Session,
        *,
        branch: str | None,
        prefix: str,
        patterns: tuple[Sequence[str], Sequence[str]],
        clone: Callable[[str], DocumentSource | None],
        clock: Clock,
    ) -> None:
        """Everything is read from one commit, and made on it.

        Args:
            session: The project.
            branch: The base branch; None: the project's default branch.
            prefix: The folder that paths of documents start at, with a slash at its end; empty: the top.
            patterns: Of documents, and of what is none.
            clone: The documents of a commit from a local clone; None where it does not have it.
            clock: Dates our commits.
        """
        self._session = session
        self._branch = branch
        self._prefix = prefix
        self._patterns = patterns
        self._clone = clone
        self._clock = clock
        self._git = GitData(session)
        self._pulls = Pulls(session)

    @property
    def base(self) -> str:
        """The newest commit of the base branch, as it was when it was first asked for.

        Raises `DocumentsError` where there is no such branch, or no commit yet.
        """
        return self._head.commit

    def documents(self) -> DocumentSource:
        """The documents of that commit: from the clone where it has it, else through the API."""
        clone, head = self._clone(self.base), self._head
        return clone or ProjectDocuments(self._git, head.commit, head.tree, self._patterns, self._prefix)

    @cached_property
    def _head(self) -> Head:
        return self._git.head(self._branch or self._session.project.default_branch)

    # --- The base branch ----------------------------------------------------------------------------

    def obstacle(self, paths: Collection[str]) -> str | None:  # noqa: ARG002 - the port's signature
        """Why nothing can be committed on the base branch now; None where it can. For people."""
        if self._head.protected:
            return f'the branch {self._head.name} is protected; use [sync] write_back = "pull-request"'
        return None

    def commit(self, edits: Sequence[DocumentEdit], message: str) -> str:
        """One commit on the base branch; its name.

        Raises:
            StaleDocumentsError: The branch or a document has moved since it was read; nothing was changed.
            DocumentsError: It cannot be committed; nothing was changed.
        """
        self._session.client.require_writer()
        obstacle = self.obstacle(())
        if obstacle is not None:
            raise DocumentsError(obstacle)
        if not edits:
            return self.base
        tree = self._tree(edits)
        made = self._git.made_commit(tree, self.base, with_trailer(message), self._clock())
        try:
            self._git.move_branch(self._head.name, made, force=False)
        except (RejectedError, ConflictError) as error:
            if "fast forward" in error.message or "fast-forward" in error.message:
                raise StaleDocumentsError("the branch was moved since it was read", hint=_AGAIN) from error
            raise DocumentsError(f"{self._head.name} cannot be moved: {error.message}") from error
        self._head = self._head._replace(commit=made, tree=tree)
        return made

    def _tree(self, edits: Sequence[DocumentEdit]) -> str:
        """The tree of the base with these edits."""
        files = {self._prefix + edit.path: (edit.old, edit.new) for edit in edits}
        return self._git.made_tree(self._head.tree, files)

    # --- A branch of ours ---------------------------------------------------------------------------

    def branch(self, name: str) -> Branch | None:
        """A branch of ours, as it is now. A commit that a person put on it, amended or rebased makes it theirs."""
        tip = self._git.tip(name)
        if tip is None:
            return None
        own = self._git.beyond(self.base, tip)
        if not own:
            return Branch(tip, None, ours=own is not None)
        return Branch(tip, next(iter(own[0].parents), None), ours=all(commit.ours for commit in own))

    def set_branch(self, name: str, edits: Sequence[DocumentEdit], message: str, *, was: str | None) -> str:
        """Make the branch one commit on ``base`` with these edits; its name. ``was`` is the tip that it must have.

        The same edits on the same base, made again, are the same commit: nothing moves.

        Raises:
            StaleDocumentsError: Its tip is another one, or a document is not what was read.
            DocumentsError: It cannot be made or moved: a rule of the project protects it.
        """
        self._session.client.require_writer()
        self._require(name, self._git.tip(name), was)
        tree, message = self._tree(edits), with_trailer(message)
        if was is not None:
            there = self._git.commit(was)
            if there.ours and (there.tree, there.parents, there.message.rstrip()) == (
                tree,
                (self.base,),
                message.rstrip(),
            ):
                return was
        made = self._git.made_commit(tree, self.base, message, self._clock())
        with _told(f"the branch {name} cannot be set"):
            if was is None:
                self._git.make_branch(name, made)
            else:
                self._git.move_branch(name, made, force=True)
        return made

    def delete_branch(self, name: str, *, was: str) -> None:
        """Take the branch away, where its tip is still this commit; one that is gone already stays so.

        Raises:
            StaleDocumentsError: Its tip is another one.
            DocumentsError: A rule of the project protects it.
        """
        self._session.client.require_writer()
        tip = self._git.tip(name)
        if tip is not None:
            self._require(name, tip, was)
            with _told(f"the branch {name} cannot be deleted"):
                self._git.delete_branch(name)

    @staticmethod
    def _require(name: str, tip: str | None, was: str | None) -> None:
        if tip != was:
            raise StaleDocumentsError(f"the branch {name} was moved meanwhile", hint=_AGAIN)

    # --- Proposals ----------------------------------------------------------------------------------

    def proposals(self, branch: str) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from the branch, the newest first.

        GitHub lists pull requests among the issues. Where all of these are known, and those of ours are closed and
        as they were when they were last read, nobody is asked.
        """
        mirror = Mirror(self._session.store, self._session.scope)
        coverage = mirror.coverage
        ours = sorted(
            f"#{number} {raw['state']} {raw['updated_at']}"
            for number, raw in mirror.issues.items()
            if not is_issue(raw)
        )
        known = coverage is not None and coverage.everything
        if known and not ours:
            return ()
        same = known and mirror.note("pulls").get("seen") == ours and not any(" open " in one for one in ours)
        found = self._pulls.of(branch, self._is_base, within=FOR_EVER if same else None)
        mirror.set_note("pulls", {"seen": ours})
        return found

    def _is_base(self, name: str) -> bool:
        """Whether a branch is the base branch, which may be set by a name that it had once."""
        if name == (self._branch or self._session.project.default_branch):
            return True  # without asking
        return name == self._head.name

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        """Open a pull request to merge the branch into the base branch.

        Raises `DocumentsError` where GitHub refuses it.
        """
        with _told("no pull request can be opened"):
            return self._pulls.propose(branch, self._head.name, text)

    def update_proposal(self, number: int, text: ProposalText) -> None:
        """Change what an open pull request says. `DocumentsError` where it is not open any more."""
        with _told(f"pull request #{number} cannot be changed"):
            self._pulls.update(number, self._head.name, text)

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open pull request, and say why. `DocumentsError` where it is not open any more."""
        with _told(f"pull request #{number} cannot be closed"):
            self._pulls.withdraw(number, reason)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """What GitHub refuses is told as a failure of documents, and ends no run."""
    try:
        yield
    except (ConflictError, NotFoundError, RejectedError) as error:
        raise DocumentsError(f"{what}: {error.message}", hint=error.hint) from error
