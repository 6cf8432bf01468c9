"""Every finding is explained, and what the explanation shows is what happens."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from explanation_pages import FOLDER, Example, Files, page

from gapkeeper.model.diagnostics import Severity
from gapkeeper.reading.codes import CODES, excerpt, finding
from mending import mended

READING = FOLDER.parent
INDEX = Path(__file__).parents[2] / "docs" / "diagnostics.md"
EXAMPLES = [(name, example) for name in CODES for example in page(name).examples]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CODES)
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("name", CODES)
def test_a_page_says_what_the_table_of_codes_says(name: str) -> None:
    code, shown = CODES[name], page(name)
    assert (shown.heading, shown.summary) == (name, code.summary)
    assert (shown.severity, shown.note) == (code.severity, code.note)
    assert [example.title for example in shown.examples] == ["Wrong"] + ["Wrong, as a note"] * bool(code.note)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {e.title}" for name, e in EXAMPLES])
def test_the_wrong_text_gives_the_finding_and_the_mended_text_does_not(name: str, example: Example) -> None:
    severity = Severity.NOTE if example.title == "Wrong, as a note" else CODES[name].severity
    assert {(found.code, found.severity) for found in example.wrong.diagnostics()} == {(name, severity)}
    assert example.mended.diagnostics() == ()


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {e.title}" for name, e in EXAMPLES])
def test_edits_take_away_the_findings_that_carry_them(name: str, example: Example) -> None:
    found = example.wrong.diagnostics()
    after = Files(mended(example.wrong.data, found), example.wrong.committed).diagnostics()
    assert after == tuple(one for one in found if one.edit is None), name


def test_every_code_that_reading_can_emit_is_in_the_table() -> None:
    emitted = {code for path in sorted(READING.glob("*.py")) for code in _emitted(path)}
    assert emitted == set(CODES)


def _emitted(path: Path) -> set[str]:
    """The codes that a module names where it makes a finding."""
    codes: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Diagnostic", "finding"}:
            argument = node.args[3 if node.func.id == "Diagnostic" else 0]
            if isinstance(argument, ast.Constant):
                codes.add(str(argument.value))
            elif ast.unparse(argument) == "losing.reason":
                codes |= {"conflict", "stale"}
            else:
                assert path.name == "codes.py", f"{path.name}:{node.lineno}: a code that nobody can look up"
    return codes


def test_the_index_names_every_code_as_the_table_does() -> None:
    rows = re.findall(
        r"^\| \[`([\w-]+)`\]\((\S+)\) \| (\w+)(?:, (note))? \| (.+) \|$", INDEX.read_text("utf-8"), re.MULTILINE
    )
    assert rows == [
        (
            name,
            f"../bot/gapkeeper/reading/explanations/{name}.md",
            code.severity,
            "note" * bool(code.note),
            code.summary,
        )
        for name, code in CODES.items()
    ]


def test_a_finding_has_the_severity_of_its_code_or_is_a_note() -> None:
    assert finding("stale", "a.md", 1, 1, "x").severity is Severity.WARNING
    assert finding("stale", "a.md", 1, 1, "x", note=True).severity is Severity.NOTE
    with pytest.raises(KeyError):
        finding("no-such-code", "a.md", 1, 1, "x")


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt("as\n  it is") == "as it is"
    assert excerpt("x" * 80) == "x" * 80
    assert excerpt("x" * 81) == "x" * 79 + "…"
