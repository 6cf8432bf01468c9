"""A git that strangers keep busy is bounded in time and memory, and none is told a secret."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters import git_command
from gapkeeper.adapters.git_watched import MEMORY, Watch, watched
from gapkeeper.errors import DocumentsError, UnavailableError
from repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BLOB = "0" * 40


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program of some lines of shell in the place of git."""

    def make(lines: str) -> None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/git").write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / "bin/git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")

    return make


def run(folder: Path) -> object:
    return git_command.run(folder, "log")


def fetch(folder: Path) -> object:
    return watched(["git", "version"], str(folder), dict(os.environ), Watch(20, lambda _: None))


def stream(folder: Path) -> object:
    with git_command.Stream(folder, ("ls-tree", "-z", "main")) as fields:
        return list(fields)


def blobs(folder: Path) -> object:
    with git_command.Blobs(folder) as git:
        return list(git.read([BLOB], 10))


@pytest.mark.parametrize("ask", [run, stream, blobs])
def test_a_git_that_is_late_is_ended(
    ask: Callable[[Path], object], fake: Callable[[str], None], tmp_path: Path
) -> None:
    fake("exec sleep 60")
    began = time.monotonic()
    with git_command.deadline(0.2), pytest.raises(UnavailableError, match=r"git took longer than 0\.2 seconds"):
        ask(tmp_path)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("ask", [run, stream, blobs])
def test_none_is_started_when_the_time_is_over(
    ask: Callable[[Path], object], fake: Callable[[str], None], tmp_path: Path
) -> None:
    fake(f"touch {tmp_path}/started")
    with git_command.deadline(0), pytest.raises(UnavailableError):
        ask(tmp_path)
    assert not (tmp_path / "started").exists()


def test_all_gits_of_a_deadline_share_its_time(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    with git_command.deadline(0.3), pytest.raises(UnavailableError):
        all(git_command.output(repository.path, "rev-parse", "--git-dir") for _ in range(10_000))


def test_who_is_done_in_time_is_not_ended_later(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    commit = repository.commit({"a.md": "x" * 100_000})
    with git_command.deadline(60):
        assert blobs(repository.path) == [None]
        assert stream(repository.path)
        git_command.check_deadline()
    assert git_command.output(repository.path, "rev-parse", "main").decode().strip() == commit


@pytest.mark.skipif(sys.platform != "linux", reason="memory of other programs is bounded on Linux alone")
def test_memory_is_bounded_where_time_is_and_nowhere_else(fake: Callable[[str], None], tmp_path: Path) -> None:
    fake("read line; ulimit -d")

    def limit() -> str:
        return git_command.run(tmp_path, "log", data=b"go\n").stdout.decode().strip()

    outside = limit()
    with git_command.deadline(60):
        assert limit() == str(MEMORY // 1024)
    assert limit() == outside != str(MEMORY // 1024)


def test_a_name_without_an_end_is_not_kept(fake: Callable[[str], None], tmp_path: Path) -> None:
    fake("exec yes aaaaaaaaaaaaaaa")
    with pytest.raises(DocumentsError, match="longer than 64 MB"):
        stream(tmp_path)


def test_fields_are_the_same_in_any_pieces(fake: Callable[[str], None], tmp_path: Path) -> None:
    fields = [b"", b"a" * 200_000, b"b", b"", b"c" * 65_536, b"d"]
    (tmp_path / "fields").write_bytes(b"".join(field + b"\0" for field in fields))
    fake(f"exec cat {tmp_path}/fields")
    assert stream(tmp_path) == fields


def test_git_is_told_no_secret(fake: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ["GAPKEEPER_GITHUB_TOKEN", "GAPKEEPER_GITHUB_APP_PRIVATE_KEY", "GAPKEEPER_GITLAB_WEBHOOK_SECRET_FILE"]
    secrets += ["GITHUB_TOKEN", "GH_TOKEN", "CI_JOB_TOKEN", "GITLAB_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    needed = ["HOME", "SSH_AUTH_SOCK", "https_proxy", "GIT_CONFIG_GLOBAL", "GITHUB_ACTIONS"]
    for name in (*secrets, *needed):
        monkeypatch.setenv(name, f"value of {name}")
    fake("env")
    told = git_command.run(tmp_path, "log").stdout.decode()
    assert [name for name in secrets if f"value of {name}" in told] == []
    assert [name for name in needed if f"{name}=value of {name}\n" not in told] == []


@pytest.mark.skipif(os.name == "nt", reason="has no such limit")
@pytest.mark.parametrize("start", [run, stream, fetch])
def test_where_no_more_files_may_be_open_it_is_worth_another_try(
    start: Callable[[Path], object], tmp_path: Path
) -> None:
    import resource  # noqa: PLC0415 - see above

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with (tmp_path / "x").open("w") as next_one:
        number = next_one.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
    try:
        with pytest.raises(UnavailableError, match="no program can be started here: Too many open files"):
            start(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
