"""What the pages show is true: the configuration loads, the exit codes are ours, and links lead somewhere."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from gapkeeper import errors, wiring
from gapkeeper.adapters import sqlite_tracker
from gapkeeper.adapters.github import reader as github
from gapkeeper.adapters.gitlab import reader as gitlab
from gapkeeper.model.snapshot import Capabilities

ROOT = Path(__file__).parents[2]
PAGES = sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("page", PAGES)
def test_pages_link_to_what_is_there(page: str) -> None:
    text = re.sub(r"`[^`]*`", "", (ROOT / page).read_text("utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page} links to {target}"


def test_shown_configuration_loads(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "gapkeeper.toml").write_text(shown, "utf-8")
    repository = wiring.load_settings(tmp_path).repository
    assert repository.readiness.fail_under == 80
    assert repository.owners == {"Infrastructure": "octocat"}
    assert repository.kinds["TECHDEBT"].labels == ("debt",)


def test_exit_codes_of_errors_are_explained() -> None:
    table = (ROOT / "README.md").read_text("utf-8").split("## Exit codes")[1].split("\n## ")[0]
    explained = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    raised = {
        e.exit_code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.GapkeeperError)
    }
    assert raised | {0, 1, 2} == explained


def test_architecture_page_names_every_folder_and_no_other() -> None:
    package = ROOT / "bot" / "gapkeeper"
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page.split("## The folders")[1].split("```")[0], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([\w./]+)`", row)}
    folders = {p.name for p in package.iterdir() if p.is_dir() and p.name != "__pycache__"}
    modules = {p.name for p in package.glob("*.py") if not p.name.startswith("__")}
    assert named == {f"{name}/" for name in folders} | modules


FORGES = {
    "embedded": sqlite_tracker.CAPABILITIES,
    "GitHub": github.CAPABILITIES,
    "GitHub, older server": github.WITHOUT_LINKS,
    "GitLab Premium": gitlab.CAPABILITIES,
    "GitLab Free": gitlab.ON_FREE,
}
#: What each capability is called on the page. Paces are settings, and said where those are.
SHOWN = {
    "title_limit": "characters of a title",
    "body_limit": "characters of a text or comment",
    "label_limit": "characters of a label",
    "label_description_limit": "characters of a label's description",
    "page_size": "issues that one request lists",
    "mermaid_limit": "characters of a drawing that is shown at once",
    "summary_limit": "characters of a check's summary",
    "reasons": "reasons for closing",
    "links": "how issues are tied",
    "confidential": "confidential issues",
    "quick_actions": "obeys lines of text",
    "forge": "creates send mail, and many ask first",
}
NOT_SHOWN = {"name", "seconds_a_write", "creates_an_hour"}


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(one).replace("_", " ") for one in value)) or "as text"
    raise AssertionError(value)


def test_the_table_of_forges_is_what_adapters_say() -> None:
    assert {field.name for field in dataclasses.fields(Capabilities)} == {*SHOWN, *NOT_SHOWN}
    page = (ROOT / "docs" / "forges.md").read_text("utf-8")
    made = [f"| | {' | '.join(FORGES)} |", "|---" * (len(FORGES) + 1) + "|"]
    for name, words in SHOWN.items():
        made.append(f"| {words} | {' | '.join(shown(getattr(one, name)) for one in FORGES.values())} |")
    table = re.findall(r"^\|.*$", page.split("What a forge can do and hold:")[1].split("##")[0], re.MULTILINE)
    assert table == made, "\n".join(made)
