"""A project on GitLab as the port `Repository`: its base branch, a branch of ours, and merge requests."""

from __future__ import annotations

import contextlib
import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.documents import ProjectDocuments
from gapkeeper.adapters.forge.mirror import Mirror, age
from gapkeeper.adapters.git_objects import with_trailer
from gapkeeper.adapters.gitlab.commits import Commits
from gapkeeper.adapters.gitlab.documents import GitLabObjects
from gapkeeper.adapters.gitlab.merge_requests import MergeRequests
from gapkeeper.adapters.gitlab.refusals import AGAIN, told
from gapkeeper.errors import DocumentsError, NoRepositoryError, NotAuthorisedError, StaleDocumentsError
from gapkeeper.model.delivery import Branch, ProposalState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from gapkeeper.adapters.gitlab.commits import Head
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.model.delivery import Proposal, ProposalText
    from gapkeeper.model.edits import DocumentEdit
    from gapkeeper.ports import DocumentSource

#: For so long it is believed that no merge request is open, where nothing depends on it.
_BELIEVED = dt.timedelta(hours=1)


class GitLabRepository:
    """The documents of a project, written to through its API.

    Commits are ours by their author's name and by their last line; GitLab makes them in the name of the token's
    account, whose role and push rules hold.
    """

    def __init__(
        self,
        session: Session,
        *,
        branch: str | None,
        prefix: str,
        patterns: tuple[Sequence[str], Sequence[str]],
        clone: Callable[[str], DocumentSource | None],
    ) -> None:
        """Everything is read from one commit, and made on it.

        Args:
            session: The project.
            branch: The base branch; None: the project's default branch.
            prefix: The folder that paths of documents start at, with a slash at its end; empty: the top.
            patterns: Of documents, and of what is none.
            clone: The documents of a commit from a local clone; None where it does not have it.
        """
        self._session = session
        self._branch = branch
        self._prefix = prefix
        self._patterns = patterns
        self._clone = clone
        self._objects = GitLabObjects(session)
        self._commits = Commits(session, self._objects)
        self._merge_requests = MergeRequests(session)

    @property
    def base(self) -> str:
        """The newest commit of the base branch, as it was when it was first asked for.

        Raises `DocumentsError` where there is no such branch, or no commit yet.
        """
        return self._head.commit

    def documents(self) -> DocumentSource:
        """The documents of that commit: from the clone where it has it, else through the API."""
        clone = self._clone(self.base)
        return clone or ProjectDocuments(self._objects, self.base, self.base, self._patterns, self._prefix)

    @cached_property
    def _head(self) -> Head:
        if self._branch is None:  # the default branch may be another one since we were told
            self._session.look_again()
        with self._switched_on():
            head = self._head_of_base()
            if head is None and self._branch is None:
                self._session.ask_again()
                head = self._head_of_base()
        if head is None:
            raise DocumentsError(
                f"{self._session.address.url} has no branch {self._base_branch}".rstrip(),
                hint="Name the branch whose documents count: [sync] branch. A new project has none before its first "
                "commit.",
            )
        return head

    def _head_of_base(self) -> Head | None:
        return self._commits.head(self._base_branch) if self._base_branch else None

    @contextlib.contextmanager
    def _switched_on(self) -> Iterator[None]:
        """Say of what fails inside that the repository is switched off, where it is: `NoRepositoryError`."""
        if not self._session.project.has_repository and not self._session.ask_again().has_repository:
            raise self._switched_off()
        try:
            yield
        except NotAuthorisedError as error:
            if self._session.ask_again().has_repository:
                raise
            raise self._switched_off() from error

    def _switched_off(self) -> NoRepositoryError:
        return NoRepositoryError(
            f"{self._session.address.url} has its repository switched off",
            hint='Switch it on (Settings, General, Visibility), or write nothing back: [sync] write_back = "off".',
        )

    @property
    def _base_branch(self) -> str:
        return self._branch or self._session.project.default_branch

    # --- The base branch ----------------------------------------------------------------------------

    def obstacle(self, paths: Collection[str]) -> str | None:  # noqa: ARG002 - the port's signature
        """Why nothing can be committed on the base branch now; None where it can. For people."""
        if self._head.protected:
            return f'the branch {self._base_branch} is protected; use [sync] write_back = "pull-request"'
        if not self._head.may_push:
            return f"the token's account may not push to {self._base_branch}; it needs the role Developer"
        return None

    def commit(self, edits: Sequence[DocumentEdit], message: str) -> str:
        """One commit on the base branch; its name.

        GitLab puts it on whatever the branch has at that moment, but over no document that was changed meanwhile.

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
        actions = self._commits.actions(self.base, self._files(edits))
        self._require_tip(self._base_branch, self.base)
        with told(f"{self._base_branch} cannot be committed to"):
            made = self._commits.add(self._base_branch, with_trailer(message), actions)
        self._head = self._head._replace(commit=made)
        return made

    def _files(self, edits: Sequence[DocumentEdit]) -> Mapping[str, tuple[bytes, bytes]]:
        return {self._prefix + edit.path: (edit.old, edit.new) for edit in edits}

    # --- A branch of ours ---------------------------------------------------------------------------

    def branch(self, name: str) -> Branch | None:
        """A branch of ours, as it is now. A commit that a person put on it, amended or rebased makes it theirs."""
        head = self._commits.head(name)
        if head is None:
            return None
        own = self._commits.beyond(self.base, head.commit)
        return Branch(head.commit, own.parent, ours=all(commit.ours for commit in own.commits))

    def set_branch(self, name: str, edits: Sequence[DocumentEdit], message: str, *, was: str | None) -> str:
        """Make the branch one commit on ``base`` with these edits; its name. ``was`` is the tip that it must have.

        The same edits on the same base, made again, are the same commit: nothing moves.

        Raises:
            StaleDocumentsError: Its tip is another one, or a document is not what was read.
            DocumentsError: It cannot be made or moved: a rule of the project protects it.
        """
        self._session.client.require_writer()
        self._require_tip(name, was)
        message, files = with_trailer(message), self._files(edits)
        actions = self._commits.actions(self.base, files)
        if was is not None:
            if self._is_made(was, message, files):
                return was
            self._require_unprotected(name, self._require_tip(name, was))  # just before it is moved by force
        with told(f"the branch {name} cannot be set"):
            return self._commits.start(name, message, actions, on=self.base, anew=was is not None)

    def _is_made(self, tip: str, message: str, files: Mapping[str, tuple[bytes, bytes]]) -> bool:
        """Whether a commit is the one that would be made."""
        own = self._commits.beyond(self.base, tip)
        if len(own.commits) != 1 or own.paths != frozenset(files):
            return False
        (there,) = own.commits
        same = there.ours and (there.parents, there.message.rstrip()) == ((self.base,), message.rstrip())
        return same and self._commits.has(tip, files)

    def delete_branch(self, name: str, *, was: str) -> None:
        """Take the branch away, where its tip is still this commit; one that is gone already stays so.

        Raises:
            StaleDocumentsError: Its tip is another one.
            DocumentsError: A rule of the project protects it.
        """
        self._session.client.require_writer()
        if self._commits.head(name) is not None:
            self._require_unprotected(name, self._require_tip(name, was))
            with told(f"the branch {name} cannot be deleted"):
                self._commits.delete(name)

    def _require_tip(self, name: str, was: str | None) -> Head | None:
        """The branch, whose tip has to be this commit."""
        head = self._commits.head(name)
        if (None if head is None else head.commit) != was:
            raise StaleDocumentsError(f"the branch {name} was moved meanwhile", hint=AGAIN)
        return head

    @staticmethod
    def _require_unprotected(name: str, head: Head | None) -> None:
        if head is not None and head.protected:
            raise DocumentsError(
                f"the branch {name} is protected, and not pushed to",
                hint="Let the pattern that protects it leave it out: Settings, Repository, Protected branches.",
            )

    # --- Proposals ----------------------------------------------------------------------------------

    def proposals(self, branch: str) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from the branch, the newest first."""
        with self._switched_on():
            if self._branch is None:
                self._session.look_again()
            found = self._merge_requests.of(branch, self._base_branch)
        is_open = any(one.state is ProposalState.OPEN for one in found)
        self._note_that_none_is_open(branch, None if is_open else self._session.client.now.isoformat())
        return found

    def nothing_open(self, branch: str) -> bool:
        """Whether no proposal was open less than an hour ago, without asking.

        GitLab does not list merge requests among the issues, as GitHub does; a run that has nothing to do should cost
        one request and not two. What another machine opened meanwhile is seen an hour later, or by the next run that
        has something to propose.
        """
        note = Mirror(self._session.store, self._session.scope).note(self._note_of(branch))
        passed = age(str(note.get("none_open_at")), self._session.client.now)
        return passed is not None and passed < _BELIEVED

    def _note_that_none_is_open(self, branch: str, when: str | None) -> None:
        note = {"none_open_at": when}
        Mirror(self._session.store, self._session.scope).set_note(self._note_of(branch), note)

    def _note_of(self, branch: str) -> str:
        return f"merge requests from {branch} into {self._base_branch}"

    def propose(self, branch: str, text: ProposalText) -> Proposal:
        """Open a merge request into the base branch; where one was opened meanwhile, there is no second one.

        Raises `DocumentsError` where GitLab refuses it.
        """
        self._session.client.require_writer()
        self._note_that_none_is_open(branch, None)
        with told("no merge request can be opened"):
            return self._merge_requests.propose(branch, self._base_branch, text)

    def update_proposal(self, number: int, text: ProposalText) -> None:
        """Change what an open merge request says. `DocumentsError` where it is not open any more."""
        with told(f"merge request !{number} cannot be changed"):
            self._merge_requests.update(number, self._base_branch, text)

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open merge request, and say why. `DocumentsError` where it is not open any more."""
        with told(f"merge request !{number} cannot be closed"):
            self._merge_requests.withdraw(number, reason)
