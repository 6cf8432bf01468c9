"""Branches, read and moved one at a time; a move says where the branch has to be."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters import git_command
from gapkeeper.errors import DocumentsError, StaleDocumentsError

if TYPE_CHECKING:
    from pathlib import Path

HEADS = "refs/heads/"
WHY = "commit: by gapkeeper"  # in git's log of a branch


class Ref(NamedTuple):
    """A branch as it is."""

    tip: str
    symbolic: bool
    checked_out: str | None = (
        None  # the work tree that it is checked out in, or the bare repository that has it as its head
    )


def ref(folder: Path, name: str) -> Ref | None:
    """A branch, by its full name; None where there is none."""
    form = "--format=%(refname)%00%(objectname)%00%(symref)%00%(worktreepath)%00"
    answer = git_command.output(folder, "for-each-ref", form, "--", name)
    for line in re.findall(rb"([^\0]*)\0([^\0]*)\0([^\0]*)\0([^\0]*)\0\n", answer):
        found, tip, symbolic, checked_out = (os.fsdecode(part) for part in line)
        if found == name:
            return Ref(tip, bool(symbolic), checked_out or None)
    return None


def move_ref(folder: Path, name: str, *, new: str | None, old: str | None, why: str) -> None:
    """Make, move or delete a branch that is still where it was; None: it is not there.

    Raises:
        StaleDocumentsError: It was moved meanwhile.
        DocumentsError: Git cannot move it.
    """
    none = "0" * len(new or old or "")
    change = [name, new, old or none] if new else ["-d", name, old or none]
    answer = git_command.run(folder, "update-ref", "--no-deref", "-m", why, *change)
    if answer.returncode == 0:
        return
    present = ref(folder, name)
    if (None if present is None else present.tip) != old:
        raise StaleDocumentsError(f"the branch {short(name)} was moved meanwhile", hint="Run again: it is read anew.")
    said = os.fsdecode(answer.stderr).strip().partition("\n")[0].removeprefix("fatal: ").removesuffix(".")
    hint = "Another git may be at work there, or a branch of a similar name be in the way; see to it, and run again."
    if f"{name}.lock" in said:
        hint = "Another git is at work there, or was killed and left that file; where none is, delete it. Run again."
    raise DocumentsError(f"the branch {short(name)} cannot be moved: {said}", hint=hint)


def short(name: str) -> str:
    """A branch as people name it."""
    return name.removeprefix(HEADS)
