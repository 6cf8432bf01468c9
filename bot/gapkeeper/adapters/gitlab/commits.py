"""Commits and branches of a project through GitLab's API."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from gapkeeper.adapters.git_files import blob_id
from gapkeeper.adapters.git_objects import TRAILER
from gapkeeper.adapters.gitlab.expecting import expected
from gapkeeper.errors import NotFoundError, StaleDocumentsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.gitlab.documents import GitLabObjects
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json

NAME = "gapkeeper"  # the author of our commits; address and committer stay the account's, so that push rules hold


class Head(NamedTuple):
    """A branch as it is."""

    commit: str
    protected: bool  # nothing is pushed to it
    may_push: bool  # whether our account may, as far as GitLab says


class Commit(NamedTuple):
    """A commit."""

    id: str
    parents: tuple[str, ...]
    message: str
    ours: bool  # we made it, and nobody changed it since


class Comparison(NamedTuple):
    """What one commit has beyond another."""

    commits: tuple[Commit, ...]
    paths: frozenset[str]  # of the files that differ

    @property
    def parent(self) -> str | None:
        """The commit that the first of these was made on."""
        own = {commit.id for commit in self.commits}
        return next((parent for commit in self.commits for parent in commit.parents if parent not in own), None)


class Commits:
    """One project's branches."""

    def __init__(self, session: Session, objects: GitLabObjects) -> None:
        self._session = session
        self._objects = objects

    # --- Reading ------------------------------------------------------------------------------------

    def head(self, branch: str) -> Head | None:
        """A branch; None where there is none."""
        try:
            data = self._session.client.get(self._session.path(self._rest(branch))).data
        except NotFoundError:
            return None
        with expected("a branch"):
            return Head(str(data["commit"]["id"]), bool(data.get("protected")), data.get("can_push") is not False)

    def beyond(self, base: str, tip: str) -> Comparison:
        """The commits that a tip has and a base has not."""
        data = self._session.client.get(self._session.path("/repository/compare"), {"from": base, "to": tip}).data
        with expected("a comparison"):
            return Comparison(
                tuple(_commit(one) for one in data["commits"]),
                frozenset(str(one[side]) for one in data["diffs"] for side in ("old_path", "new_path")),
            )

    # --- Writing ------------------------------------------------------------------------------------

    def actions(self, commit: str, files: Mapping[str, tuple[bytes, bytes]]) -> list[Json]:
        """What is to be done to files of a commit: path -> (what must be there, what shall be).

        Each names the commit that changed the file last, so that GitLab refuses to write over a newer one.

        Raises `StaleDocumentsError` where something else is there.
        """
        return [
            {
                "action": "update",
                "file_path": path,
                "content": base64.b64encode(new).decode("ascii"),
                "encoding": "base64",
                "last_commit_id": self._last_commit(commit, path, old),
            }
            for path, (old, new) in files.items()
        ]

    def _last_commit(self, commit: str, path: str, old: bytes) -> str:
        file = self._objects.file(commit, path)
        if file is None or file.blob != blob_id(old, file.blob):
            raise StaleDocumentsError(f"{path} was changed since it was read", hint="Run again: it is read anew.")
        return file.last_commit

    def has(self, commit: str, files: Mapping[str, tuple[bytes, bytes]]) -> bool:
        """Whether the files of a commit are as they shall be."""
        return all(
            (file := self._objects.file(commit, path)) is not None and file.blob == blob_id(new, file.blob)
            for path, (_, new) in files.items()
        )

    def add(self, branch: str, message: str, actions: list[Json]) -> str:
        """Put a commit on a branch, whatever is there now; its name."""
        return self._made({"branch": branch, "commit_message": message, "author_name": NAME, "actions": actions})

    def start(self, branch: str, message: str, actions: list[Json], *, on: str, anew: bool) -> str:
        """Make a branch of one commit on another; its name. ``anew``: in the place of what the branch has.

        What the files were is certain by that commit. GitLab would compare the last commit of each with the one that
        changed it on the default branch, since no branch is named to start at.
        """
        actions = [{key: value for key, value in one.items() if key != "last_commit_id"} for one in actions]
        body = {"branch": branch, "commit_message": message, "author_name": NAME, "actions": actions, "start_sha": on}
        return self._made({**body, "force": True} if anew else body)

    def _made(self, body: Json) -> str:
        data = self._session.write("POST", "/repository/commits", body)
        with expected("a commit"):
            return str(data["id"])

    def delete(self, branch: str) -> None:
        """Delete a branch."""
        self._session.write("DELETE", self._rest(branch))

    @staticmethod
    def _rest(branch: str) -> str:
        return f"/repository/branches/{quote(branch, safe='')}"


def _commit(data: Json) -> Commit:
    """A commit. GitLab dates author and committer alike; who amends or rebases a commit leaves the author's date."""
    message = str(data["message"])
    as_made = str(data["author_name"]) == NAME and data["authored_date"] == data["committed_date"]
    return Commit(
        id=str(data["id"]),
        parents=tuple(str(parent) for parent in data["parent_ids"]),
        message=message,
        ours=as_made and message.rstrip().endswith(f"\n{TRAILER}"),
    )
