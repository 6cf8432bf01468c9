"""The two ends of a pull request in this clone: its head, and the commit that it is compared with."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command, git_remote
from gapkeeper.adapters.git_fetch import ALL, Fetching
from gapkeeper.adapters.git_range import is_shallow, merge_base
from gapkeeper.errors import DocumentsError, StaleDocumentsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from gapkeeper.adapters.git_remote import Remote
    from gapkeeper.model.pulls import PullRequest

_DEPTHS = (50, 500, ALL)  # commits, for a shallow clone
_NAME = re.compile(r"(?!-)(?!.*(?:\.\.|@\{|//))[^\s~^:?*\[\\\x00-\x20\x7f]+")  # what git takes for a reference
_MORE = "Give it all: `fetch-depth: 0` for actions/checkout, GIT_DEPTH: 0 on GitLab, `git fetch --unshallow` by hand."


class Ends(NamedTuple):
    """The commits of a pull request."""

    head: str
    base: str | None  # the merge base; where there is none the newest of the base branch, if that is there
    why: str | None = None  # why it is not the merge base, for people


def bring(folder: Path, pull: PullRequest) -> Ends:
    """Find both ends, and fetch what this clone lacks of them.

    Objects and references of our own (`refs/gapkeeper/pull/N/`) are all that is added to the repository.

    Raises:
        StaleDocumentsError: The head moved since the forge named it.
        UnavailableError: The remote does not answer.
        DocumentsError: The head is nowhere to be had.
    """
    for name in (pull.base, pull.head_ref):
        if not _NAME.fullmatch(name):
            raise DocumentsError(f"{name!r} is no name of a branch", hint="The forge says that; see the pull request.")
    there_now = git_remote.newest(folder, pull.base)
    tip = there_now or _known(folder, pull.base)
    present = _present(folder, [commit for commit in (pull.head, tip) if commit])
    if pull.head in present and (tip is None or tip in present):
        common = None if tip is None else merge_base(folder, tip, pull.head)
        if tip is None or common is not None or not is_shallow(folder):
            return _ends(pull, tip, common, shallow=False)
    remote = git_remote.remote_of(folder)
    if remote is not None:
        names = {"head": pull.head_ref} | ({"base": f"refs/heads/{pull.base}"} if there_now else {})
        return _fetch(folder, pull, remote, names, tip)
    if pull.head not in present:
        hint = "It has no remote that it could be fetched from: git remote add origin URL."
        raise DocumentsError(f"this clone does not have {pull.head[:10]}, the head of {pull.url}", hint=hint)
    return _ends(pull, tip, None, shallow=True)


def _fetch(folder: Path, pull: PullRequest, remote: Remote, names: Mapping[str, str], tip: str | None) -> Ends:
    with Fetching(folder, remote, like=pull.head) as fetching:
        for depth in _DEPTHS if fetching.shallow else (None,):
            arrived = fetching.fetch(names, depth)
            if arrived["head"] != pull.head:
                raise StaleDocumentsError(f"{pull.url} was pushed to meanwhile", hint="Run again: it is read anew.")
            tip = arrived.get("base", tip)
            common = None if tip is None else fetching.merge_base(tip, pull.head)
            if tip is None or common is not None:
                break
        fetching.keep({f"refs/gapkeeper/pull/{pull.number}/{name}": commit for name, commit in arrived.items()})
        return _ends(pull, tip, common, shallow=fetching.shallow)


def _ends(pull: PullRequest, tip: str | None, common: str | None, *, shallow: bool) -> Ends:
    if common is not None:
        return Ends(pull.head, common)
    if tip is None:
        return Ends(pull.head, None, f"There is no branch {pull.base}, neither at the remote nor in this clone.")
    compared = f"The newest commit of {pull.base} is compared, which may be newer than what the branch began with"
    if shallow:
        return Ends(pull.head, tip, f"{compared}: this clone does not have the history up to there. {_MORE}")
    return Ends(pull.head, tip, f"{compared}: the two have no commit in common.")


def _known(folder: Path, branch: str) -> str | None:
    """The newest commit of a branch as it was last fetched, or of the local one."""
    names = (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")
    answer = git_command.output(folder, "for-each-ref", "--format=%(objectname) %(refname)", "--", *names)
    found = {name: commit for commit, _, name in (line.partition(" ") for line in os.fsdecode(answer).splitlines())}
    return next((found[name] for name in names if name in found), None)


def _present(folder: Path, commits: Collection[str]) -> frozenset[str]:
    """Which of the commits this clone has."""
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    answer = git_command.output(folder, "cat-file", "--batch-check=%(objectname) %(objecttype)", data=asked)
    return frozenset(re.findall(r"^(\w+) commit$", answer.decode("ascii", "replace"), re.MULTILINE))
