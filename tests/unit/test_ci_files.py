"""What CI runs: the files that `gapkeeper init --ci` writes, and the promises that they make."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gapkeeper import __version__
from gapkeeper.entry.cli import ci_files
from gapkeeper.entry.cli.app import COMMANDS
from gapkeeper.entry.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Callable

    Invoke = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
EXAMPLES = {"github": "github.yml", "gitlab": "gitlab-ci.yml"}
FORGES = sorted(ci_files.FILES)


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> Invoke:
    """Runs `gapkeeper init` and returns its exit code, output and complaints."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["init", *(str(argument) for argument in arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def actions(text: str) -> list[str]:
    return re.findall(r"uses: (\S+@.*)", text)


@pytest.mark.parametrize("forge", FORGES)
def test_the_example_is_what_init_writes(forge: str) -> None:
    """Otherwise: gapkeeper init --ci github --stdout > examples/workflows/github.yml."""
    assert (ROOT / "examples" / "workflows" / EXAMPLES[forge]).read_text("utf-8") == ci_files.text(forge)


@pytest.mark.parametrize("forge", FORGES)
def test_it_is_written_where_the_forge_looks(invoke: Invoke, tmp_path: Path, forge: str) -> None:
    code, out, err = invoke("--ci", forge, tmp_path)
    assert (code, err) == (0, "")
    file = ci_files.FILES[forge]
    assert (tmp_path / file.path).read_text("utf-8") == ci_files.text(forge)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [Path(file.path).name]
    assert out.splitlines() == [f"wrote {tmp_path / file.path}", *(f"  {step}" for step in file.needs)]


@pytest.mark.parametrize("forge", FORGES)
def test_one_that_is_there_stays(invoke: Invoke, tmp_path: Path, forge: str) -> None:
    path = tmp_path / ci_files.FILES[forge].path
    path.parent.mkdir(parents=True)
    path.write_text("mine", "utf-8")
    code, _, err = invoke("--ci", forge, tmp_path)
    assert code == 65
    assert "--force replaces it" in err
    assert path.read_text("utf-8") == "mine"
    assert invoke("--ci", forge, tmp_path, "--force")[0] == 0
    assert path.read_text("utf-8") == ci_files.text(forge)


def test_two_files_are_not_written_at_once(invoke: Invoke, tmp_path: Path) -> None:
    code, _, err = invoke("--ci", "github", "--service", tmp_path)
    assert code == 64
    assert "two files" in err
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_printed(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("--ci", "gitlab", tmp_path, "--stdout") == (0, ci_files.text("gitlab"), "")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(invoke: Invoke, tmp_path: Path) -> None:
    code, _, err = invoke("--ci", "github", tmp_path / "nowhere")
    assert code == 64
    assert "there is no folder" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("forge", FORGES)
def test_the_version_that_wrote_it_is_installed(forge: str) -> None:
    installed = re.findall(r"pip install (\S+)", ci_files.text(forge))
    assert installed
    assert set(installed) == {f"gapkeeper=={__version__}"}
    assert "@VERSION@" not in ci_files.text(forge)


@pytest.mark.parametrize("forge", FORGES)
def test_every_command_is_one_of_ours(forge: str) -> None:
    called = re.findall(r"^\s*-(?: run:)? gapkeeper (\w+)", ci_files.text(forge), re.MULTILINE)
    assert sorted(called) == ["comment", "sync"]
    assert set(called) <= set(COMMANDS)


@pytest.mark.parametrize("path", [".github/workflows/ci.yml", "examples/workflows/github.yml"])
def test_actions_are_pinned_to_a_commit(path: str) -> None:
    used = actions((ROOT / path).read_text("utf-8"))
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


class TestOfGitHub:
    workflow: dict[Any, Any] = yaml.safe_load(ci_files.text("github"))

    def test_each_job_may_do_what_it_needs_and_no_more(self) -> None:
        assert self.workflow["permissions"] == {}
        jobs = self.workflow["jobs"]
        assert jobs["sync"]["permissions"] == {"issues": "write", "contents": "write", "pull-requests": "write"}
        assert jobs["comment"]["permissions"] == {
            "contents": "read",
            "issues": "read",
            "pull-requests": "write",
            "statuses": "write",
        }

    def test_one_sync_runs_at_a_time_and_is_not_cut_off(self) -> None:
        assert self.workflow["jobs"]["sync"]["concurrency"] == {"group": "gapkeeper-sync", "cancel-in-progress": False}

    def test_events_set_off_one_job_each(self) -> None:
        events = self.workflow[True]  # `on`, as YAML 1.1 reads it
        assert set(events) == {"push", "issues", "schedule", "workflow_dispatch", "pull_request"}
        conditions = {name: job["if"] for name, job in self.workflow["jobs"].items()}
        assert conditions == {
            "sync": "github.event_name != 'pull_request'",
            "comment": "github.event_name == 'pull_request'",
        }

    def test_nothing_that_strangers_write_becomes_a_command(self) -> None:
        runs = [step["run"] for job in self.workflow["jobs"].values() for step in job["steps"] if "run" in step]
        assert [run for run in runs if "${{" in run] == []


class TestOfGitLab:
    pipeline: dict[str, Any] = yaml.safe_load(ci_files.text("gitlab"))

    def test_one_sync_runs_at_a_time(self) -> None:
        assert self.pipeline["gapkeeper-sync"]["resource_group"] == "gapkeeper-sync"

    def test_the_whole_history_is_there(self) -> None:
        assert self.pipeline[".gapkeeper"]["variables"] == {"GIT_DEPTH": "0"}

    def test_it_is_named_as_the_hint_takes_it_in(self) -> None:
        file = ci_files.FILES["gitlab"]
        (local,) = yaml.safe_load(next(step for step in file.needs if "include:" in step).partition("yml: ")[2])[
            "include"
        ]
        assert local == {"local": file.path}
