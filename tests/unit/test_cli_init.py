"""`gapkeeper init`: what it finds, and that it changes nothing."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import pytest

from gapkeeper import wiring
from gapkeeper.entry.cli.run import run
from gapkeeper.settings.repository import RepositorySettings
from gapkeeper.settings.service_file import load_service
from repositories import Repository, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Invoke = Callable[..., tuple[int, str, str]]

LATER = """\
# Later

### LATER-001: PostgreSQL

**Status:** Open

### LATER-002: Backups

**Status:** Open
"""
GAPS = """\
# Gaps

| ID | Title | Status |
|----|-------|--------|
| GAP-01 | No alerts | Open |
| GAP-02 | No restore | Open |
| LATER-002 | Backups | Done |
"""


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Runs `gapkeeper init` and returns its exit code, output and complaints."""
    for name in list(os.environ):
        if name.startswith("GAPKEEPER_"):
            monkeypatch.delenv(name)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["init", *(str(argument) for argument in arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_it_writes_what_it_found_and_sets_nothing(invoke: Invoke, tmp_path: Path) -> None:
    write(tmp_path, {"docs/LATER.md": LATER, "gaps.md": GAPS, "README.md": "# Hello\n"})
    code, out, err = invoke(tmp_path)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"wrote {tmp_path / 'gapkeeper.toml'}"
    text = (tmp_path / "gapkeeper.toml").read_text(encoding="utf-8")
    for fact in (
        "# Found here: 3 documents, 4 items.",
        "#   LATER: 2 items, in docs/LATER.md",
        "# Other kinds, which are not tracked:",
        "#   GAP: 2 items, in gaps.md",
        '# To track them: [documents] kinds = ["LATER", "ACTION", "ISSUE", "GAP"]',
    ):
        assert fact in text.splitlines()
    settings = wiring.load_settings(tmp_path)
    assert settings.repository == RepositorySettings()
    assert {settings.origin(("sync", key)) for key in ("on_close", "backfill")} == {"default"}


def test_on_standard_output_nothing_is_written(invoke: Invoke, tmp_path: Path) -> None:
    write(tmp_path, {"gapkeeper.toml": "[sync]\nbackfill = true\n"})
    code, out, err = invoke(tmp_path, "--stdout")
    assert (code, err) == (0, "")
    assert tomllib.loads(out)["sync"] == {}
    assert (tmp_path / "gapkeeper.toml").read_text() == "[sync]\nbackfill = true\n"


@pytest.mark.parametrize("there", ["[sync]\nbackfill = true\n", "broken"])
def test_nothing_is_overwritten_unless_forced(invoke: Invoke, tmp_path: Path, there: str) -> None:
    write(tmp_path, {"gapkeeper.toml": there})
    code, out, err = invoke(tmp_path)
    assert (code, out) == (65, "")
    assert err.startswith("error: there is a configuration already: gapkeeper.toml\n")
    assert "--force" in err
    assert (tmp_path / "gapkeeper.toml").read_text() == there
    code, _, _ = invoke(tmp_path, "--force")
    assert code == 0
    assert wiring.load_settings(tmp_path).repository == RepositorySettings()
    assert [path.name for path in tmp_path.iterdir()] == ["gapkeeper.toml"]


@pytest.mark.parametrize("name", ["pyproject.toml", ".github/gapkeeper.toml", ".gitlab/gapkeeper.toml"])
def test_no_second_configuration_is_made_even_by_force(invoke: Invoke, tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: "[tool.gapkeeper]\n" if name == "pyproject.toml" else ""})
    code, _, err = invoke(tmp_path, "--force")
    assert code == 65
    assert f"there is a configuration already: {name}" in err
    assert not (tmp_path / "gapkeeper.toml").exists()


def test_a_link_is_replaced_and_not_written_through(invoke: Invoke, tmp_path: Path) -> None:
    folder = write(tmp_path / "folder", {"x.md": "x"})
    write(tmp_path, {"outside.toml": "precious"})
    (folder / "gapkeeper.toml").symlink_to(tmp_path / "outside.toml")
    assert invoke(folder)[0] == 65
    assert invoke(folder, "--force")[0] == 0
    assert (tmp_path / "outside.toml").read_text() == "precious"
    assert not (folder / "gapkeeper.toml").is_symlink()


def test_a_folder_that_cannot_be_written_to(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.open", full)
    code, _, err = invoke(tmp_path)
    assert code == 74
    assert "gapkeeper.toml cannot be written: No space left on device" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "tracker"),
    [
        ("https://github.com/octo/plan.git", "github:octo/plan"),
        ("https://user:hunter2@github.com/octo/plan", "github:octo/plan"),
        ("git@github.com:octo/plan.git", "github:octo/plan"),
        ("ssh://git@gitlab.com:22/group/sub/plan.git", "gitlab:group/sub/plan"),
        ("https://gitlab.example.org/group/plan/", "gitlab:group/plan"),
        ("https://notgithub.com.evil.example/a/b", None),
        ("/srv/git/plan.git", None),
        ("https://example.org/a\x1b/b", None),
    ],
)
def test_the_remote_is_suggested_and_not_used(invoke: Invoke, tmp_path: Path, url: str, tracker: str | None) -> None:
    repository = Repository(tmp_path)
    repository.git("config", "remote.origin.url", url)
    code, out, _ = invoke(tmp_path, "--stdout")
    assert code == 0
    assert "hunter2" not in out
    assert wiring.suggested_tracker(tmp_path) == tracker
    if tracker:
        assert f"# The git remote is {tracker}. A tracker is used only where it is named" in out
    else:
        assert "git remote" not in out
    assert tomllib.loads(out)["tracker"] == {}


def test_names_of_documents_stay_in_their_comment(invoke: Invoke, tmp_path: Path) -> None:
    write(tmp_path, {"x\n[sync]\nbackfill = true\n# \x1b\u202e.md": LATER})
    code, out, _ = invoke(tmp_path, "--stdout")
    assert code == 0
    assert tomllib.loads(out)["sync"] == {}
    assert "#   LATER: 2 items, in x\\u000a[sync]\\u000abackfill = true\\u000a# \\u001b\\u202e.md" in out.splitlines()


def test_an_empty_folder(invoke: Invoke, tmp_path: Path) -> None:
    code, out, _ = invoke(tmp_path, "--stdout")
    assert code == 0
    assert "# Found here: 0 documents, 0 items." in out.splitlines()


def test_no_such_folder(invoke: Invoke, tmp_path: Path) -> None:
    code, _, err = invoke(tmp_path / "nowhere")
    assert code == 64
    assert err.startswith("error: there is no folder")


def test_it_writes_the_file_of_the_service_where_that_is_asked_for(invoke: Invoke, tmp_path: Path) -> None:
    code, out, err = invoke("--service", tmp_path)
    assert (code, err) == (0, "")
    (file,) = tmp_path.iterdir()
    assert out.startswith(f"wrote {file}\n  Name your repositories")
    assert [one.name for one in load_service(file, {}).repositories] == ["octocat/harbour"]
    file.write_text("mine", "utf-8")
    code, _, err = invoke("--service", tmp_path)
    assert (code, file.read_text("utf-8")) == (65, "mine")
    assert "--force replaces it" in err
