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
        # Otherwise blame runs what the repository's configuration names, on the file as it is, too.
        settings = git_command.without_filters(folder) if revision is None else {}
        answer = git_command.run(
            folder, "blame", "--no-textconv", "--porcelain", lines, *at, "--", place.path, settings=settings
        )
    except DocumentsError:  # there is no git
        return None
    if answer.returncode != 0 or answer.stdout.startswith(_NOT_COMMITTED):
        return None
    names = [text for text in answer.stdout.splitlines() if text.startswith(b"author ")]
    return os.fsdecode(names[0].removeprefix(b"author ")) if names else None
