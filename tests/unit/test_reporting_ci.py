from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.reporting.annotations import github_annotations, gitlab_code_quality
from gapkeeper.reporting.badge import badge_shields, badge_svg
from gapkeeper.reporting.findings import fingerprints
from gapkeeper.reporting.sarif import Explanation, sarif
from samples import DIAGNOSTICS, HOSTILE

SCHEMA = json.loads((Path(__file__).parent.parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
PAGES = {"stale": Explanation("A row that is out of date.", "# stale\n\nA row that is out of date.\n")}
ODD = Diagnostic("docs/ä b\udcff.md", 1, 1, "stale", Severity.NOTE, HOSTILE)


@pytest.mark.parametrize("diagnostics", [(), DIAGNOSTICS, (*DIAGNOSTICS, ODD)])
def test_sarif_is_valid(diagnostics: tuple[Diagnostic, ...]) -> None:
    log = sarif(diagnostics, PAGES, version="1.2.3")
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    assert len(log["runs"][0]["results"]) == len(diagnostics)


def test_the_schema_refuses_what_is_not_sarif() -> None:
    log = sarif(DIAGNOSTICS, PAGES, version="1.2.3")
    log["runs"][0]["results"][0]["level"] = "terrible"
    assert not jsonschema.Draft4Validator(SCHEMA).is_valid(log)


def test_a_sarif_result_points_to_its_rule_place_and_mend() -> None:
    run = sarif(DIAGNOSTICS, PAGES, version="1.2.3")["runs"][0]
    rules, result = run["tool"]["driver"]["rules"], run["results"][1]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "stale"
    assert rules[result["ruleIndex"]]["help"]["text"] == PAGES["stale"].page
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "docs/gaps.md"
    assert place["region"] == {"startLine": 65, "startColumn": 24}
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {
        "deletedRegion": {"byteOffset": 10, "byteLength": 7},
        "insertedContent": {"text": "Resolved"},
    }
    assert [result["level"] for result in run["results"]] == ["warning", "warning", "error", "note"]


def test_a_fingerprint_outlives_moved_lines() -> None:
    (before,) = fingerprints(
        [Diagnostic("a.md", 7, 1, "stale", Severity.WARNING, "LATER-1 is open here, b.md:9 says so")]
    )
    (after,) = fingerprints(
        [Diagnostic("a.md", 8, 1, "stale", Severity.WARNING, "LATER-1 is open here, b.md:10 says so")]
    )
    (other,) = fingerprints(
        [Diagnostic("a.md", 7, 1, "stale", Severity.WARNING, "LATER-2 is open here, b.md:9 says so")]
    )
    assert before == after != other


def test_findings_that_say_the_same_have_fingerprints_of_their_own() -> None:
    assert len(set(fingerprints([ODD, ODD, ODD]))) == 3


def test_a_path_is_an_address_in_sarif() -> None:
    (result,) = sarif((ODD,), {}, version="1")["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "docs/%C3%A4%20b%FF.md"


def test_github_annotations() -> None:
    warning, error = github_annotations(DIAGNOSTICS).splitlines()[1:3]
    assert warning.startswith("::warning file=docs/gaps.md,line=65,col=24,title=stale::says pending; docs/LATER.md:24")
    assert error == (
        "::error file=docs/gaps.md,line=210,col=7,title=readiness-arithmetic::the rows sum to 109, not to 98.2"
    )


def test_an_annotation_is_one_line_and_one_command() -> None:
    odd = Diagnostic("a,b:c%.md", 1, 1, "stale", Severity.WARNING, "100 %\n::error::pwned")
    assert github_annotations([odd]) == (
        "::warning file=a%2Cb%3Ac%25.md,line=1,col=1,title=stale::100 %25%0A::error::pwned\n"
    )


def test_gitlab_code_quality() -> None:
    report = gitlab_code_quality(DIAGNOSTICS)
    assert report[2] == {
        "description": "the rows sum to 109, not to 98.2",
        "check_name": "readiness-arithmetic",
        "fingerprint": report[2]["fingerprint"],
        "severity": "major",
        "location": {"path": "docs/gaps.md", "lines": {"begin": 210}},
    }
    assert [entry["severity"] for entry in report] == ["minor", "minor", "major", "info"]


def test_a_fingerprint_survives_a_line_above_and_is_its_own() -> None:
    first = DIAGNOSTICS[0]
    twice = gitlab_code_quality([first, replace(first, line=40)])
    moved = gitlab_code_quality([replace(first, line=13), replace(first, line=41)])
    assert [entry["fingerprint"] for entry in twice] == [entry["fingerprint"] for entry in moved]
    assert len({entry["fingerprint"] for entry in twice}) == 2


@pytest.mark.parametrize(
    ("score", "text", "colour"),
    [
        (None, "unknown", "#57606a"),
        (0.0, "0 %", "#cf222e"),
        (39.99, "39.99 %", "#cf222e"),
        (44.75, "44.75 %", "#9a6700"),
        (80.0, "80 %", "#1a7f37"),
    ],
)
def test_a_badge_is_xml_that_names_the_score(score: float | None, text: str, colour: str) -> None:
    root = ET.fromstring(badge_svg(score))  # noqa: S314 - our own output
    assert root.get("aria-label") == f"readiness: {text}"
    assert colour in badge_svg(score)


@pytest.mark.parametrize(
    ("score", "message", "colour"),
    [
        (None, "unknown", "lightgrey"),
        (39.99, "39.99 %", "cf222e"),
        (44.754, "44.75 %", "9a6700"),
        (100, "100 %", "1a7f37"),
    ],
)
def test_shields_gets_what_its_endpoint_badge_asks_for(score: float | None, message: str, colour: str) -> None:
    assert badge_shields(score) == {"schemaVersion": 1, "label": "readiness", "message": message, "color": colour}
