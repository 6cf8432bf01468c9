"""Findings as SARIF 2.1.0, for code scanning and for editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gapkeeper.model.diagnostics import Severity
from gapkeeper.reporting.findings import fingerprints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.edits import Edit

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means: a sentence, and the whole page in Markdown."""

    summary: str
    page: str


def sarif(
    diagnostics: Sequence[Diagnostic],
    explanations: Mapping[str, Explanation],
    *,
    version: str,
    information_uri: str | None = None,
) -> dict[str, Any]:
    """One run. Columns are UTF-16 code units, as the standard's default has them."""
    codes = sorted({found.code for found in diagnostics})
    driver: dict[str, Any] = {
        "name": "gapkeeper",
        "semanticVersion": version,
        "rules": [_rule(code, explanations.get(code)) for code in codes],
    }
    if information_uri is not None:
        driver["informationUri"] = information_uri
    results = [
        _result(found, codes.index(found.code), fingerprint)
        for found, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
    ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}],
    }


def _rule(code: str, explanation: Explanation | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code, "name": "".join(word.capitalize() for word in code.split("-"))}
    if explanation is not None:
        rule["shortDescription"] = {"text": explanation.summary}
        rule["help"] = {"text": explanation.page, "markdown": explanation.page}
    return rule


def _result(found: Diagnostic, index: int, fingerprint: str) -> dict[str, Any]:
    location = {"uri": quote(found.path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": "%SRCROOT%"}
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": found.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {"startLine": found.line, "startColumn": found.column},
                }
            }
        ],
        "partialFingerprints": {"gapkeeper/v1": fingerprint},
    }
    if found.edit is not None:
        result["fixes"] = [_fix(found.code, found.edit, location)]
    return result


def _fix(code: str, edit: Edit, location: dict[str, str]) -> dict[str, Any]:
    """The edit that mends a finding; offsets are in bytes, so that it fits any encoding."""
    return {
        "description": {"text": f"Mend {code}"},
        "artifactChanges": [
            {
                "artifactLocation": location,
                "replacements": [
                    {
                        "deletedRegion": {
                            "byteOffset": edit.span.start,
                            "byteLength": edit.span.end - edit.span.start,
                        },
                        "insertedContent": {"text": edit.new.decode("utf-8", "replace")},
                    }
                ],
            }
        ],
    }
