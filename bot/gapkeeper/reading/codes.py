"""Every code of a finding: how bad it is, and what it says, in one place.

Each has a page in `explanations/`, which `gapkeeper check --explain` shows.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.edits import Edit

_MOST = 80  # characters of a document's own words in a message


class Code(NamedTuple):
    """One code. ``note`` says when it is only a note, where that can be."""

    name: str
    severity: Severity
    summary: str
    note: str = ""


_ALL = (
    Code(
        "broken-link",
        Severity.WARNING,
        "A relative link leads to a file or a heading that does not exist.",
        note="where the anchor begins with the ID of an item whose real anchor is known",
    ),
    Code(
        "conflict",
        Severity.ERROR,
        "A newer place contradicts the status that counts.",
        note="where both statuses are open",
    ),
    Code("dependency-cycle", Severity.ERROR, "Items wait for each other in a circle."),
    Code("duplicate-definition", Severity.ERROR, "One document defines the same ID under two headings."),
    Code("encoding", Severity.WARNING, "The file is not UTF-8."),
    Code("future-date", Severity.WARNING, "A document is dated later than its own last commit."),
    Code(
        "gate",
        Severity.ERROR,
        "A gate says that it is complete, but an item that blocks it is open.",
        note="where the gate and what blocks it both carry a qualifier, such as `(local)` and `(prod only)`",
    ),
    Code("invisible-character", Severity.WARNING, "An ID has a character in it that nobody sees, and is not read."),
    Code("mojibake", Severity.WARNING, "Text was opened in the wrong encoding and saved: `âœ…` where ✅ was meant."),
    Code("range-gap", Severity.WARNING, "A range names IDs that no document defines."),
    Code("readiness-arithmetic", Severity.ERROR, "A number in a readiness table is not what the table makes it."),
    Code("readiness-weights", Severity.WARNING, "The weights of a readiness table do not add up to 100 %."),
    Code(
        "stale",
        Severity.WARNING,
        "A place still says a status that is out of date.",
        note="where both statuses are open",
    ),
    Code("summary-count", Severity.NOTE, "A count in a summary differs from what the document holds."),
    Code("title-conflict", Severity.WARNING, "Two places give one ID titles that have nothing in common."),
    Code("undefined-reference", Severity.WARNING, "An ID is mentioned, but no document defines it."),
    Code(
        "unknown-status", Severity.WARNING, "A status is written in words that are not known, so it counts as pending."
    ),
)

#: Every code by its name, sorted.
CODES: Mapping[str, Code] = MappingProxyType({code.name: code for code in _ALL})


def finding(  # noqa: PLR0913  a finding is made of these, and is one line where it is made
    code: str, path: str, line: int, column: int, message: str, *, note: bool = False, edit: Edit | None = None
) -> Diagnostic:
    """A finding with the severity of its code, or as the note that the code can be."""
    return Diagnostic(path, line, column, code, Severity.NOTE if note else CODES[code].severity, message, edit)


def excerpt(text: str) -> str:
    """A document's own words as a message shows them: on one line, and not many of them."""
    words = " ".join(text.split())
    return words if len(words) <= _MOST else f"{words[: _MOST - 1].rstrip()}…"


def listed(names: Sequence[str], most: int) -> str:
    """Names in a message, the first ``most`` of them: `ACTION-1, ACTION-2 and 3 more`."""
    named = list(names) if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
