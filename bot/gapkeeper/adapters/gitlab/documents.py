"""Folders and files of a project's commits through GitLab's API."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from gapkeeper.adapters.forge.documents import FOLDER
from gapkeeper.adapters.git_files import Blob, file_mode
from gapkeeper.adapters.gitlab.expecting import expected
from gapkeeper.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.gitlab.session import Session

FOR_EVER = dt.timedelta(days=3650)  # what is named by its content never changes


class File(NamedTuple):
    """A file as a commit has it."""

    blob: str
    last_commit: str  # that changed it


class GitLabObjects:
    """What a project's git holds, by the names of commits and blobs; each is asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._folders: dict[tuple[str, str], Mapping[str, Blob] | None] = {}

    def folder(self, root: str, path: str = "") -> Mapping[str, Blob] | None:
        """What a folder of a commit holds, by name; None where there is no such folder."""
        if (root, path) not in self._folders:
            self._folders[root, path] = self._folder(root, path)
        return self._folders[root, path]

    def _folder(self, commit: str, path: str) -> Mapping[str, Blob] | None:
        asked = {"ref": commit, "per_page": 100, "pagination": "keyset", **({"path": path} if path else {})}
        found: dict[str, Blob] = {}
        try:
            for page in self._session.client.pages(self._session.path("/repository/tree"), asked, within=FOR_EVER):
                with expected("a folder"):
                    found |= {str(one["name"]): Blob(file_mode(str(one["mode"])), str(one["id"])) for one in page.data}
        except NotFoundError:
            if self._is_listed(commit, path):
                raise  # it is there and cannot be read, which is not the same as a folder without documents
            return None
        return found or None  # git keeps no empty folders: older versions answer so where there is none

    def _is_listed(self, commit: str, path: str) -> bool:
        if not path:
            return True
        above, _, name = path.rpartition("/")
        entry = (self.folder(commit, above) or {}).get(name)
        return entry is not None and entry.mode == FOLDER

    def blob(self, name: str) -> bytes:
        """The bytes of a file."""
        data = self._session.client.get(self._session.path(f"/repository/blobs/{name}"), within=FOR_EVER).data
        with expected("a file"):
            return base64.b64decode(data["content"])

    def file(self, commit: str, path: str) -> File | None:
        """A file of a commit; None where there is none."""
        address = self._session.path(f"/repository/files/{quote(path, safe='')}")
        try:
            data = self._session.client.get(address, {"ref": commit}, within=FOR_EVER).data
        except NotFoundError:
            return None
        with expected("a file"):
            return File(str(data["blob_id"]), str(data["last_commit_id"]))
