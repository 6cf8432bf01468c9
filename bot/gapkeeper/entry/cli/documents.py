"""Reading the documents, for every command that does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper import wiring
from gapkeeper.entry.cli.terminal import show

if TYPE_CHECKING:
    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.register import Register
    from gapkeeper.ports import DocumentSource
    from gapkeeper.settings.load import Settings

UNREADABLE = 65  # EX_DATAERR of sysexits.h


@dataclass(frozen=True, slots=True)
class Read:
    """A folder that was read, and what it was read with."""

    folder: Path
    settings: Settings
    source: DocumentSource
    register: Register


def read(path: str, rev: str | None = None, settings: Settings | None = None) -> Read:
    """Read the register of a folder, or of a revision of it."""
    folder = Path(path)
    settings = wiring.load_settings(folder) if settings is None else settings
    source = wiring.document_source(settings, folder, rev)
    register = wiring.read_register(settings, source)
    warn_of_nothing(path, register)
    return Read(folder, settings, source, register)


def warn_of_nothing(path: str, register: Register) -> None:
    """Say that there is nothing to read, where there is not: no command does what somebody wants then."""
    if not register.documents:
        warn(f"no planning documents in {path}", "[documents] include and exclude say which files are read")


def finish(register: Register, code: int = 0) -> int:
    """The exit code of a command that read these documents: 65 where one could not be read."""
    broken = [document for document in register.documents if document.error is not None]
    for document in broken:
        warn(f"{document.path} was not read: {document.error}", None, word="error")
    return UNREADABLE if broken else code


def warn(message: str, hint: str | None, word: str = "warning") -> None:
    """Say something about what was read, and in a second line what to do."""
    from gapkeeper.reporting.complaint import error_lines  # noqa: PLC0415 - start-up

    show(lambda look: error_lines(message, hint, look, word=word), error=True)


def for_ci(read_: Read) -> tuple[Diagnostic, ...]:
    """Findings as forges want them: paths from the current folder, columns in UTF-16 code units.

    CI runs in the root of the repository, and what is read may be a folder of it.
    """
    wanted = {found.path for found in read_.register.diagnostics}
    lines = {d.path: d.data.splitlines() for d in read_.source.documents() if d.path in wanted and d.data is not None}
    here, folder = Path.cwd(), read_.folder.resolve()
    prefix = f"{folder.relative_to(here).as_posix()}/" if folder != here and folder.is_relative_to(here) else ""
    return tuple(
        replace(found, path=prefix + found.path, column=_utf16_column(lines.get(found.path, []), found))
        for found in read_.register.diagnostics
    )


def _utf16_column(lines: list[bytes], found: Diagnostic) -> int:
    """A column in bytes as a column in UTF-16 code units; bytes' own lines end as those of CommonMark do."""
    if found.line > len(lines):
        return found.column
    before = lines[found.line - 1][: found.column - 1].decode("utf-8", "replace")
    return len(before.encode("utf-16-le")) // 2 + 1
