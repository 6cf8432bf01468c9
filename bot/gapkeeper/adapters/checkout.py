"""Which commit a working tree stands on, from git's own files: asking git costs more than reading a small plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")  # SHA-1 or SHA-256
_REFERENCE = re.compile(r"ref: (refs/\S+)")
_STEPS = 5  # git follows as many symbolic references


def head(folder: Path) -> str | None:
    """The commit that HEAD names; None before the first commit, and where `.git` is nothing that git made."""
    git = git_folder(folder / ".git")
    if git is None:
        return None
    pointer = _text(git / "commondir")  # a linked working tree shares the references of its repository
    common = git if pointer is None else git / pointer
    if (common / "reftable").is_dir():
        from gapkeeper.adapters.git import resolve  # noqa: PLC0415  references in git's own binary form

        return resolve(folder, "HEAD")
    text = _text(git / "HEAD")
    for _ in range(_STEPS):
        if text is None or _COMMIT.fullmatch(text):
            return text
        match = _REFERENCE.fullmatch(text)
        if match is None or ".." in match[1]:
            return None
        text = _text(git / match[1]) or _text(common / match[1]) or _packed(common, match[1])
    return None


def git_folder(path: Path) -> Path | None:
    """Git's own folder of a working tree, from its `.git`."""
    if path.is_dir():
        return path
    text = _text(path)  # of a linked working tree or a submodule: `gitdir: PATH`
    return path.parent / text.removeprefix("gitdir: ") if text and text.startswith("gitdir: ") else None


def _packed(git: Path, reference: str) -> str | None:
    lines = (_text(git / "packed-refs") or "").splitlines()
    return next((line.partition(" ")[0] for line in lines if line.partition(" ")[2] == reference), None)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except (OSError, ValueError):
        return None
