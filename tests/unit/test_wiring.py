"""Which adapter stands behind which port."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gapkeeper import wiring
from gapkeeper.adapters.folder import FolderDocuments
from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.errors import NotAuthorisedError, RefusedError, UsageError
from gapkeeper.model.snapshot import Actor, Label, Role
from gapkeeper.settings.operator import load_operator
from repositories import Repository, write

if TYPE_CHECKING:
    from pathlib import Path

BUG = Label("bug", "ff0000")


def test_the_embedded_tracker_has_no_pull_requests(tmp_path: Path) -> None:
    settings = wiring.load_settings(tmp_path)
    with (
        pytest.raises(UsageError, match="has no pull requests") as raised,
        wiring.open_reviews(settings, tmp_path, read_only=True),
    ):
        pass
    assert "score --base" in (raised.value.hint or "")
    assert not (tmp_path / ".gapkeeper").exists()


def test_documents_of_a_folder_or_of_a_revision(tmp_path: Path) -> None:
    Repository(tmp_path).commit({"a.md": "x", "b.txt": "x"})
    write(tmp_path, {"gapkeeper.toml": "[documents]\ninclude = ['*.txt']\n"})
    settings = wiring.load_settings(tmp_path)
    folder = wiring.document_source(settings, tmp_path)
    revision = wiring.document_source(settings, tmp_path, "HEAD")
    assert isinstance(folder, FolderDocuments)
    assert isinstance(revision, RevisionDocuments)
    assert [d.path for d in folder.documents()] == [d.path for d in revision.documents()] == ["b.txt"]


def test_a_register(tmp_path: Path) -> None:
    commit = Repository(tmp_path).commit({"LATER.md": "### LATER-001: x\n\n**Status:** Open\n\n### GAP-1: y\n"})
    write(tmp_path, {"gapkeeper.toml": "[kinds.GAP]\n"})
    settings = wiring.load_settings(tmp_path)
    register = wiring.read_register(settings, wiring.document_source(settings, tmp_path))
    assert [item.key for item in register.items] == ["GAP-1", "LATER-001"]
    assert register.revision == commit


def test_the_embedded_tracker_is_the_default_and_a_reader_cannot_write(tmp_path: Path) -> None:
    settings = wiring.load_settings(tmp_path)
    with wiring.open_reader(settings, tmp_path) as reader:
        assert reader.url == "sqlite:.gapkeeper/tracker.db"
        assert not (tmp_path / ".gapkeeper").exists()
        with pytest.raises(RefusedError):
            reader.create_label(BUG)  # type: ignore[attr-defined]  # what the port does not offer
    with wiring.open_tracker(settings, tmp_path) as tracker:
        tracker.create_label(BUG)
    assert (tmp_path / ".gapkeeper/tracker.db").exists()


def test_a_person_may_play_the_maintainer(tmp_path: Path) -> None:
    settings = wiring.load_settings(tmp_path)
    with wiring.open_tracker(settings, tmp_path, actor=Actor("anna", Role.WRITE)) as tracker:
        issue = tracker.create_issue("x", "", frozenset(), milestone=None, assignees=frozenset())
    assert issue.author == Actor("anna", Role.WRITE)


def test_where_a_path_begins_depends_on_who_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "repository", {"gapkeeper.toml": "[tracker]\nurl = 'sqlite:t.db'\n"})
    here = write(tmp_path / "here", {"x": ""})
    monkeypatch.chdir(here)
    with wiring.open_tracker(wiring.load_settings(folder), folder):
        pass
    assert (folder / "t.db").exists()
    with wiring.open_tracker(wiring.load_settings(folder, overrides={"tracker.url": "sqlite:mine.db"}), folder):
        pass
    assert (here / "mine.db").exists()


@pytest.mark.parametrize("url", ["https://gitlab.example.org/group/sub/plan", "https://github.example.org/o/n"])
def test_a_forge_that_nobody_set_up_is_no_tracker(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GAPKEEPER_GITHUB_URL", "GAPKEEPER_GITLAB_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = wiring.load_settings(tmp_path, overrides={"tracker.url": url})
    for opened in (wiring.open_reader(settings, tmp_path), wiring.open_writer(settings, tmp_path)):
        with pytest.raises(UsageError, match="no tracker that can be used here"), opened:
            pass


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("GAPKEEPER_GITHUB_APP_ID", "GAPKEEPER_GITHUB_APP_PRIVATE_KEY"),
        ("GAPKEEPER_GITHUB_APP_PRIVATE_KEY", "GAPKEEPER_GITHUB_APP_ID"),
    ],
)
def test_half_of_an_app_does_not_act_as_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, missing: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-job")
    monkeypatch.delenv(missing, raising=False)
    monkeypatch.setenv(given, "7")
    settings = wiring.load_settings(tmp_path, overrides={"tracker.url": "github:octo/plan"})
    with pytest.raises(NotAuthorisedError, match=missing), wiring.open_writer(settings, tmp_path):
        pass


def test_a_project_on_github_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GAPKEEPER_GITHUB_TOKEN", "GITHUB_TOKEN", "GAPKEEPER_GITHUB_APP_ID"):
        monkeypatch.delenv(name, raising=False)
    settings = wiring.load_settings(tmp_path, overrides={"tracker.url": "github:octo/plan"})
    for opened in (wiring.open_reader(settings, tmp_path), wiring.open_writer(settings, tmp_path)):
        with pytest.raises(NotAuthorisedError, match="github:octo/plan needs a token") as caught, opened:
            pass
        assert "GAPKEEPER_GITHUB_TOKEN" in str(caught.value.hint)


def test_a_job_of_actions_syncs_its_own_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/plan")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert wiring.tracker_url(wiring.load_settings(tmp_path)).startswith("sqlite:")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert wiring.tracker_url(wiring.load_settings(tmp_path)) == "github:octo/plan"
    named = wiring.load_settings(tmp_path, overrides={"tracker.url": "sqlite:t.db"})
    assert wiring.tracker_url(named) == "sqlite:t.db"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "GAPKEEPER_GITLAB_TOKEN to a project access token"),
        ({"GITLAB_CI": "true", "CI_JOB_TOKEN": "glcbt-1"}, "CI_JOB_TOKEN) may not write issues"),
        ({"GAPKEEPER_GITLAB_TOKEN": "glcbt-64_x"}, "CI_JOB_TOKEN) may not write issues"),
    ],
)
def test_a_project_on_gitlab_needs_a_token_that_is_none_of_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    for name in ("GAPKEEPER_GITLAB_TOKEN", "GAPKEEPER_GITLAB_URL", "CI_JOB_TOKEN", "CI_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = wiring.load_settings(tmp_path, overrides={"tracker.url": "gitlab:group/sub/plan"})
    for opened in (wiring.open_reader(settings, tmp_path), wiring.open_writer(settings, tmp_path)):
        with pytest.raises(NotAuthorisedError, match="gitlab:group/sub/plan") as caught, opened:
            pass
        assert says in str(caught.value.hint)
        assert "glcbt" not in str(caught.value)


def test_a_job_of_gitlab_syncs_its_own_project_on_its_own_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_PROJECT_ID", "42")
    monkeypatch.setenv("CI_SERVER_URL", "https://example.org/gitlab")
    monkeypatch.delenv("CI_PROJECT_PATH", raising=False)
    monkeypatch.delenv("GAPKEEPER_GITLAB_URL", raising=False)
    assert wiring.tracker_url(wiring.load_settings(tmp_path)).startswith("sqlite:")
    assert load_operator().gitlab_url == "https://gitlab.com"
    monkeypatch.setenv("GITLAB_CI", "true")
    assert wiring.tracker_url(wiring.load_settings(tmp_path)) == "gitlab:42"
    assert load_operator().gitlab_url == "https://example.org/gitlab"
    monkeypatch.setenv("CI_PROJECT_PATH", "harbour/north/pier")
    assert wiring.tracker_url(wiring.load_settings(tmp_path)) == "gitlab:harbour/north/pier"


def test_reading_documents_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    write(tmp_path, {"LATER.md": "### LATER-001: x\n"})
    code = f"""
import sys
from pathlib import Path
from gapkeeper import wiring
folder = Path({str(tmp_path)!r})
settings = wiring.load_settings(folder)
wiring.read_register(settings, wiring.document_source(settings, folder))
heavy = ["httpx", "jwt", "pydantic", "pydantic_settings", "sqlite3", "subprocess", "structlog", "starlette", "jinja2"]
print([name for name in heavy if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
