"""Commits, trees and branches of a project through GitHub's API: what git would do, where there is no clone."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from gapkeeper.adapters.forge.documents import FOLDER, file_in
from gapkeeper.adapters.git_files import Blob, blob_id
from gapkeeper.adapters.git_objects import TRAILER
from gapkeeper.errors import ConflictError, DocumentsError, NotFoundError, StaleDocumentsError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json

NAME, EMAIL = "gapkeeper", "gapkeeper@noreply.invalid"  # as in a local repository; the domain is reserved
FOR_EVER = dt.timedelta(days=3650)  # what is named by its content never changes


class Head(NamedTuple):
    """A branch as it is."""

    commit: str
    tree: str
    protected: bool  # nothing is pushed to it
    name: str  # as it is called now: GitHub leads from the former name of a branch to the branch


class Commit(NamedTuple):
    """A commit."""

    tree: str
    parents: tuple[str, ...]
    message: str
    ours: bool  # we made it, and nobody changed it since: who amends or rebases it becomes its committer


class GitData:
    """One project's git. What is named by its content is asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._trees: dict[str, dict[str, Blob]] = {}

    # --- Reading ------------------------------------------------------------------------------------

    def head(self, branch: str) -> Head:
        """A branch of the project.

        Raises `DocumentsError` where there is none, or no commit yet.
        """
        try:
            data = self._get(f"/branches/{quote(branch, safe='/')}")
        except (NotFoundError, ConflictError) as error:
            raise DocumentsError(
                f"{self._session.address.url} has no branch {branch}",
                hint="Name the branch whose documents count: [sync] branch. A new project has none before its first "
                "commit.",
            ) from error
        with _expected("a branch"):
            commit = data["commit"]
            tree = str(commit["commit"]["tree"]["sha"])
            return Head(str(commit["sha"]), tree, bool(data.get("protected")), str(data["name"]))

    def tip(self, branch: str) -> str | None:
        """The commit of a branch; None where there is no such branch."""
        try:
            data = self._get(f"/git/ref/heads/{quote(branch, safe='/')}")
        except (NotFoundError, ConflictError):
            return None
        with _expected("a branch"):
            return str(data["object"]["sha"])

    def beyond(self, base: str, tip: str) -> list[Commit] | None:
        """The commits that a tip has and a base has not, the oldest first.

        None: more than one would read, or the two have nothing in common.
        """
        try:
            data = self._get(f"/compare/{base}...{tip}")
        except NotFoundError:  # both are there: they were asked for a moment ago
            return None
        with _expected("a comparison"):
            commits = [_commit(one["commit"], one["parents"]) for one in data["commits"]]
            return commits if int(data["total_commits"]) == len(commits) else None

    def commit(self, name: str) -> Commit:
        """A commit."""
        data = self._get(f"/git/commits/{name}", within=FOR_EVER)
        with _expected("a commit"):
            return _commit(data, data["parents"])

    def folder(self, root: str, path: str = "") -> Mapping[str, Blob] | None:
        """What a folder below a tree holds, by name; None where there is no such folder."""
        entries = self._folder(root)
        for name in path.split("/") if path else []:
            entry = entries.get(name)
            if entry is None or entry.mode != FOLDER:
                return None
            entries = self._folder(entry.id)
        return entries

    def _folder(self, tree: str) -> Mapping[str, Blob]:
        if tree not in self._trees:
            data = self._get(f"/git/trees/{tree}", within=FOR_EVER)
            with _expected("a tree"):
                if data["truncated"]:
                    raise UnavailableError("a folder of the repository is too large for GitHub's API")
                self._trees[tree] = {str(one["path"]): Blob(str(one["mode"]), str(one["sha"])) for one in data["tree"]}
        return self._trees[tree]

    def blob(self, name: str) -> bytes:
        """The bytes of a file."""
        data = self._get(f"/git/blobs/{name}", within=FOR_EVER)
        with _expected("a file"):
            return base64.b64decode(data["content"])

    # --- Writing ------------------------------------------------------------------------------------

    def made_tree(self, tree: str, files: Mapping[str, tuple[bytes, bytes]]) -> str:
        """Store a tree with other bytes for some files: path -> (what must be there, what shall be).

        Raises `StaleDocumentsError` where something else is there.
        """
        modes = {}
        for path, (old, _) in files.items():
            entry = file_in(self, tree, path)
            if entry is None or entry.id != blob_id(old, entry.id):
                raise StaleDocumentsError(f"{path} was changed since it was read", hint="Run again: it is read anew.")
            modes[path] = entry.mode
        entries = [
            {"path": path, "mode": modes[path], "type": "blob", "sha": self._stored(new)}
            for path, (_, new) in files.items()
        ]
        return self._sha("/git/trees", {"base_tree": tree, "tree": entries})

    def made_commit(self, tree: str, parent: str, message: str, when: dt.datetime) -> str:
        """Store a commit of ours, that no branch leads to yet."""
        who = {"name": NAME, "email": EMAIL, "date": when.strftime("%Y-%m-%dT%H:%M:%SZ")}
        body = {"message": message, "tree": tree, "parents": [parent], "author": who, "committer": who}
        return self._sha("/git/commits", body)

    def make_branch(self, branch: str, commit: str) -> None:
        """Make a branch."""
        self._write("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})

    def move_branch(self, branch: str, commit: str, *, force: bool) -> None:
        """Move a branch; without ``force`` forwards only, else `RejectedError`."""
        self._write("PATCH", f"/git/refs/heads/{quote(branch, safe='/')}", {"sha": commit, "force": force})

    def delete_branch(self, branch: str) -> None:
        """Delete a branch."""
        self._write("DELETE", f"/git/refs/heads/{quote(branch, safe='/')}")

    def _stored(self, data: bytes) -> str:
        return self._sha("/git/blobs", {"content": base64.b64encode(data).decode("ascii"), "encoding": "base64"})

    def _sha(self, path: str, body: Json) -> str:
        data = self._write("POST", path, body)
        with _expected("a name"):
            return str(data["sha"])

    def _get(self, path: str, *, within: dt.timedelta | None = None) -> Json:
        return self._session.client.get(self._session.path(path), within=within).data

    def _write(self, method: str, path: str, body: Json = None) -> Json:
        return self._session.write(method, path, body)


def _commit(data: Json, parents: Json) -> Commit:
    committer, message = data["committer"], str(data["message"])
    named = (committer["name"], committer["email"]) == (NAME, EMAIL)
    return Commit(
        tree=str(data["tree"]["sha"]),
        parents=tuple(str(parent["sha"]) for parent in parents),
        message=message,
        ours=named and message.rstrip().endswith(f"\n{TRAILER}"),
    )


class _expected:  # noqa: N801 - reads as a phrase
    """Whatever an answer lacks inside makes it no answer."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, AttributeError | LookupError | TypeError | ValueError | binascii.Error):
            raise UnavailableError(f"GitHub's answer is not {self._what}", hint="Run again later.") from error
