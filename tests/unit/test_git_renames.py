"""What git says of documents that were renamed, and that a sync listens to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gapkeeper.__main__ import main
from gapkeeper.adapters.git import renames
from repositories import Repository, write

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture

LINES = "".join(f"- line {number}\n" for number in range(20))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_between_two_commits(repository: Repository) -> None:
    before = repository.commit({"docs/a.md": LINES, "gone.md": "gone\n" * 9})
    repository.git("mv", "docs/a.md", "docs/new name\tä.md")
    (repository.path / "gone.md").unlink()
    after = repository.commit({"docs/new name\tä.md": f"{LINES}- and more\n", "made.md": "made\n" * 9})
    assert renames(repository.path, before, after) == {"docs/new name\tä.md": "docs/a.md"}
    assert renames(repository.path / "docs", before, after) == {"new name\tä.md": "a.md"}
    assert renames(repository.path, before, before) == {}


def test_up_to_what_is_staged(repository: Repository) -> None:
    before = repository.commit({"a.md": LINES})
    (repository.path / "a.md").rename(repository.path / "b.md")
    assert renames(repository.path, before, None) == {}
    repository.git("add", "--all")
    assert renames(repository.path, before, None) == {"b.md": "a.md"}


def test_a_persons_own_settings_do_not_matter(repository: Repository) -> None:
    before = repository.commit({"a.md": LINES})
    repository.git("mv", "a.md", "b.md")
    repository.git("config", "diff.renames", "false")
    repository.git("config", "diff.noprefix", "true")
    assert renames(repository.path, before, repository.commit({})) == {"b.md": "a.md"}


def test_no_filter_of_the_repository_is_run(repository: Repository, tmp_path: Path) -> None:
    before = repository.commit({"a.md": LINES})
    repository.git("mv", "a.md", "b.md")
    write(repository.path, {".git/info/attributes": "*.md filter=evil diff=evil\n", "b.md": f"{LINES}x"})
    for name in ("filter.evil.clean", "diff.evil.textconv", "diff.evil.command", "diff.external"):
        repository.git("config", name, f"touch {tmp_path / 'ran'}; cat")
    assert renames(repository.path, before, None) == {"b.md": "a.md"}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("revision", ["0" * 40, "--output=stolen", "no\0name", ""])
def test_what_git_cannot_tell_is_nothing(repository: Repository, revision: str) -> None:
    after = repository.commit({"a.md": LINES})
    assert renames(repository.path, revision, after) == {}
    assert renames(repository.path, revision, None) == {}
    assert not (repository.path / "stolen").exists()


def test_without_git_there_are_none(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    before = repository.commit({"a.md": LINES})
    monkeypatch.setenv("PATH", "")
    assert renames(repository.path, before, None) == {}


def gap(title: str, status: str = "Open") -> str:
    return f"# Gaps\n\n### ISSUE-001: {title}\n\n**Status:** {status}\n\n{LINES}"


@pytest.mark.parametrize("rev", [[], ["--rev", "HEAD"]])
def test_a_document_that_is_renamed_with_its_title_keeps_its_issue(
    repository: Repository, capsys: CaptureFixture[str], rev: list[str]
) -> None:
    folder = str(repository.path)
    repository.commit({"gaps_a.md": gap("Mend the pier"), "gaps_z.md": gap("Buoys"), ".gitignore": ".gapkeeper\n"})
    assert main(["sync", folder, *rev]) == 0
    repository.git("mv", "gaps_a.md", "gaps_b.md")
    repository.commit({"gaps_b.md": gap("Something else")})
    capsys.readouterr()
    assert main(["plan", folder, *rev, "--format", "json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert (change["op"], change["issue"], change["key"]) == ("update", 1, "gaps_b.md#ISSUE-001")
    assert change["fields"]["document"] == ["gaps_a.md", "gaps_b.md"]
    assert main(["sync", folder, *rev]) == 0
    capsys.readouterr()
    assert main(["plan", folder, *rev]) == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_a_renumbering_waits_for_its_option(repository: Repository, capsys: CaptureFixture[str]) -> None:
    folder = str(repository.path)
    write(repository.path, {"LATER.md": "# Later\n\n### LATER-003: Mend the pier\n\n**Status:** Open\n"})
    assert main(["sync", folder]) == 0
    write(repository.path, {"LATER.md": "# Later\n\n### LATER-013: Mend the pier\n\n**Status:** Open\n"})
    capsys.readouterr()
    assert main(["plan", folder]) == 0
    assert "waits for --accept-renumbering" in capsys.readouterr().out
    assert main(["plan", folder, "--accept-renumbering"]) == 0
    said = capsys.readouterr().out
    assert "id: LATER-003 → LATER-013" in said or "id: LATER-003 -> LATER-013" in said
    command = next(line for line in said.splitlines() if line.startswith("Apply with:"))
    assert "--accept-renumbering" in command
    assert main(command.removeprefix("Apply with: gapkeeper ").split()) == 0
    capsys.readouterr()
    assert main(["plan", folder]) == 0
    assert "Nothing to do" in capsys.readouterr().out
