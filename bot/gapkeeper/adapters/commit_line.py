"""The commits of a first-parent line that touched a planning document, from one run of `git log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from gapkeeper.adapters import git, git_command
from gapkeeper.adapters.commit_days import CommitDays
from gapkeeper.adapters.git_files import Blob
from gapkeeper.adapters.git_log import first_parents, read_log
from gapkeeper.adapters.selection import SIZE_LIMIT, Selection
from gapkeeper.errors import UsageError
from gapkeeper.model.history import PlanningCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gapkeeper.model.documents import Document

_IGNORE = ".gitignore"
_MODES = frozenset(mode.decode("ascii") for mode in git.FILES)
_ANY = Blob("100644", "")


class CommitLine:
    """The first-parent line of a repository, or of a folder below its top: paths are relative to the folder."""

    def __init__(self, folder: Path, revision: str | None, include: Iterable[str], exclude: Iterable[str]) -> None:
        """``revision`` None: what is checked out, which may be nothing yet.

        Raises:
            UsageError: There is no such folder.
            DocumentsError: There is no git, no repository, or no such commit.
        """
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}", hint="Name a folder inside of a repository.")
        self._folder = folder.resolve()
        self._selection = Selection(include, exclude)
        self._blobs = git_command.Blobs(self._folder)
        self._ignore_files: dict[str, bytes | None] = {}  # blob -> its text
        empty = revision is None and _is_empty(self._folder)
        self.revision = None if empty else git.resolve(self._folder, revision or "HEAD")
        self._cut = git.where_history_begins(self._folder)
        self.begins: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._blobs.__exit__()

    @property
    def cut(self) -> frozenset[str]:
        """The commits where a shallow clone's history begins."""
        return frozenset(commit.decode("ascii") for commit in self._cut)

    def commits(self) -> Iterator[PlanningCommit]:
        """The commits, the oldest first: the commit that brought a branch in stands for all of that branch.

        Where the line begins in a shallow clone's first commit, that is one of them.
        """
        if self.revision is None:
            return
        log = read_log(self._folder, self.revision, self._may_count)
        line = first_parents(log, self.revision)
        self.begins = line[0] if line[0] in self.cut else None
        days = CommitDays(log, line, self._cut)
        documents = _Documents(self._chosen)
        for commit in line:
            days.advance(commit)
            if documents.change(log[commit].changes):
                blobs = {path: blob.id for path, blob in documents.selected.items()}
                yield PlanningCommit(commit, git.moment_of(log[commit].time), blobs, dict(days.days(blobs)))

    def documents(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Document]:
        """The document of each path and blob."""
        return git.read_documents(self._blobs, wanted)

    def _may_count(self, path: str) -> bool:
        """Whether a path is a planning document, unless it is ignored; or says what is ignored."""
        return _is_ignore_file(path) or bool(self._chosen({path: _ANY}, [path]))

    def _chosen(self, tree: Mapping[str, Blob], paths: Sequence[str]) -> list[str]:
        """Those of some paths of a tree that are planning documents."""
        asked = set(paths)
        files = {path: tree[path] for path in paths}
        for folder in {path[: path.rfind("/") + 1] for path in paths}:
            names = folder.split("/")[:-1]
            above = ("/".join([*names[:depth], _IGNORE]) for depth in range(len(names) + 1))
            files |= {ignore: tree[ignore] for ignore in above if ignore in tree}
        readable = git.ReadableFiles(git.CommitFiles(files.items()), self._ignore_text)
        return [path for path, _ in self._selection.walk(readable) if path in asked]

    def _ignore_text(self, blob: str) -> bytes | None:
        if blob not in self._ignore_files:
            self._ignore_files[blob] = next(self._blobs.read([blob], SIZE_LIMIT))
        return self._ignore_files[blob]


class _Documents:
    """The planning documents, from one commit to the next."""

    def __init__(self, chosen: Callable[[Mapping[str, Blob], Sequence[str]], list[str]]) -> None:
        self.selected: dict[str, Blob] = {}
        self._tree: dict[str, Blob] = {}  # everything that may count
        self._chosen = chosen

    def change(self, changes: Mapping[str, Blob | None]) -> bool:
        """Go to the next commit; whether that touched a document."""
        before = {path: blob.id for path, blob in self.selected.items()} if changes else {}
        for path, blob in changes.items():
            self._tree.pop(path, None)
            self.selected.pop(path, None)
            if blob is not None and blob.mode in _MODES:
                self._tree[path] = blob
        again = self._tree if any(map(_is_ignore_file, changes)) else [path for path in changes if path in self._tree]
        if again is self._tree:
            self.selected.clear()
        self.selected |= {path: self._tree[path] for path in self._chosen(self._tree, list(again))} if again else {}
        return bool(changes) and before != {path: blob.id for path, blob in self.selected.items()}


def _is_ignore_file(path: str) -> bool:
    return path.rpartition("/")[2] == _IGNORE


def _is_empty(folder: Path) -> bool:
    """Whether a repository has no commit yet where it stands."""
    if git_command.run(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode == 0:
        return False
    answer = git_command.run(folder, "symbolic-ref", "--quiet", "HEAD")
    git_command.refuse_where_git_cannot_work(folder, answer)
    return answer.returncode == 0
