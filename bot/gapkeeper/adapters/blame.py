"""Who committed a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gapkeeper.adapters import git_command
from gapkeeper.errors import DocumentsError

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.model.spans import Place

_NOT_COMMITTED = b"0" * 40


def author(folder: Path, place: Place, revision: str | None) -> str | None:
    """The author of the line at a place, as the revision has it, or the folder as it is.

    None where the line is not committed, or git cannot tell.
    """
    at = () if revision is None else (revision,)
    lines = f"-L{place.line},{place.line}"
    try:
        # Without --no-textconv, blame runs what the repository's configuration names.
        answer = git_command.run(folder, "blame", "--no-textconv", "--porcelain", lines, *at, "--", place.path)
    except DocumentsError:  # there is no git
        return None
    if answer.returncode != 0 or answer.stdout.startswith(_NOT_COMMITTED):
        return None
    names = [text for text in answer.stdout.splitlines() if text.startswith(b"author ")]
    return os.fsdecode(names[0].removeprefix(b"author ")) if names else None
