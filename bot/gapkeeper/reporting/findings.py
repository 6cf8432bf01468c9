"""Findings as text, one a line, in the form that editors and CI logs know: path:line:column: code: message."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.model.diagnostics import Severity
from gapkeeper.patterns import lazy
from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.diagnostics import Diagnostic

_PLACES = lazy(r"(?<=:)\d+\b|(?<=\bline )\d+|(?<!\d)\d+(?= (?:places|lines)\b)")
SEVERITY_TONES = {Severity.ERROR: Tone.ALARM, Severity.WARNING: Tone.CARE, Severity.NOTE: Tone.INFO}


def finding_lines(diagnostics: Iterable[Diagnostic], look: Look) -> list[Line]:
    """One finding a line; on a terminal long ones are wrapped and indented."""
    lines: list[Line] = []
    for found in diagnostics:
        lines += wrap(
            line(
                say(found.path, Tone.STRONG),
                say(f":{found.line}:{found.column}: ", Tone.FAINT),
                say(found.code, SEVERITY_TONES[found.severity]),
                f": {found.message}",
            ),
            look,
            hang=4,
        )
    return lines


def identity(found: Diagnostic) -> tuple[str, str, str]:
    """What a finding is, wherever it stands: path, code, and its message without lines and counts of places."""
    return (found.path, found.code, _PLACES.sub("", found.message))


def fingerprints(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """A name for each finding that a line inserted above it, or in a document that it names, does not change.

    Findings of one identity are counted.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    names = []
    for found in diagnostics:
        path, code, message = name = identity(found)
        seen[name] += 1
        text = f"{code}\0{path}\0{message}\0{seen[name]}"
        names.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    return names


def severities(diagnostics: Iterable[Diagnostic]) -> Line:
    """How many findings of each severity: 3 errors, 12 warnings."""
    counts = Counter(found.severity for found in diagnostics)
    parts: list[Line] = [
        line(say(count(counts[severity], severity.value), SEVERITY_TONES[severity]))
        for severity in Severity
        if counts[severity]
    ]
    if not parts:
        return line(say("no findings", Tone.GOOD))
    return tuple(piece for i, part in enumerate(parts) for piece in (line(", ") if i else ()) + part)


def findings_summary(diagnostics: Sequence[Diagnostic], documents: int) -> Line:
    """The last line of a check."""
    return (*severities(diagnostics), *line(f" in {count(documents, 'document')}"))
