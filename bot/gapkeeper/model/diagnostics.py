"""What documents get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.edits import Edit


class Severity(StrEnum):
    """How bad a finding is; `check` fails on errors, with `--strict` on warnings too."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``code`` is stable and has a page of explanation."""

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    edit: Edit | None = None

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The order in which findings are listed."""
        return (self.path, self.line, self.column, self.code, self.message)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code}: {self.message}"
