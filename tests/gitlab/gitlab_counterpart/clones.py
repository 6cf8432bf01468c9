"""Documents on GitLab: pushed by people, and carried to a bare repository, since this GitLab serves no git."""

from __future__ import annotations

import subprocess
import zlib
from typing import TYPE_CHECKING

from gitlab_counterpart.repository import FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gitlab_counterpart.gitlab import GitLab

#: When people write documents, in seconds since 1970: the same files make the same commit every time.
WRITTEN = 1_772_539_200


def push(gitlab: GitLab, files: Mapping[str, str | bytes | None], message: str = "Write", *, to: str = "main") -> str:
    """One commit on a branch; None takes a file away. The commit's name."""
    repository = gitlab.project.repository
    parent = repository.find(to)
    assert parent is not None, to
    there = dict(parent.files)
    for path, text in files.items():
        there.pop(path, None)
        if text is not None:
            there[path] = FILE, repository.store("blob", text.encode() if isinstance(text, str) else text)
    who = (gitlab.owner, f"{gitlab.owner}@harbour.test")
    made = repository.commit(there, (parent.id,), message, who, WRITTEN)
    repository.branches[to] = made.id
    return made.id


def fetch(gitlab: GitLab, repository: Path, branch: str = "main") -> str:
    """Bring a branch with all its commits, under the very same names, into a repository on disk; its tip."""
    for name, (kind, content) in gitlab.project.repository.objects.items():
        path = repository / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))
    tip = gitlab.project.repository.branches[branch]
    subprocess.run(["git", "-C", repository, "update-ref", f"refs/heads/{branch}", tip], check=True)
    return tip
