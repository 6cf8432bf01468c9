"""Findings for CI: workflow commands of GitHub Actions, and the code quality report of GitLab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gapkeeper import escaping
from gapkeeper.model.diagnostics import Severity
from gapkeeper.reporting.findings import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.diagnostics import Diagnostic

# https://docs.github.com/actions/reference/workflow-commands-for-github-actions
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def github_annotations(diagnostics: Iterable[Diagnostic]) -> str:
    """One workflow command a finding: GitHub shows it at its line."""
    return "".join(f"{_command(found)}\n" for found in diagnostics)


def _command(found: Diagnostic) -> str:
    properties = {"file": found.path, "line": found.line, "col": found.column, "title": found.code}
    where = ",".join(f"{name}={escaping.actions_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {where}::{escaping.actions_message(found.message)}"


def gitlab_code_quality(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """The report that a job hands over as `artifacts: reports: codequality`."""
    return [
        {
            "description": found.message,
            "check_name": found.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[found.severity],
            "location": {"path": found.path, "lines": {"begin": found.line}},
        }
        for found, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
    ]
