"""Whether a clone is behind is asked of its remote, and nothing else happens there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.git_remote import newest
from gapkeeper.errors import UnavailableError
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def remote(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "remote")
    made.commit({"a.md": "x"})
    return made


@pytest.fixture
def clone(remote: Repository, tmp_path: Path) -> Repository:
    remote.git("clone", "--quiet", str(remote.path), str(tmp_path / "clone"))
    return Repository.at(tmp_path / "clone")


def test_tells_what_others_pushed_since(remote: Repository, clone: Repository) -> None:
    assert newest(clone.path, "main") == clone.git("rev-parse", "HEAD")
    pushed = remote.commit({"a.md": "y"})
    assert newest(clone.path, "main") == pushed
    assert clone.git("rev-parse", "origin/main") != pushed  # nothing was fetched


def test_of_a_branch_that_is_not_there_is_nothing(clone: Repository) -> None:
    assert newest(clone.path, "release") is None
    assert newest(clone.path, "*") is None


def test_without_a_remote_there_is_nothing_to_ask(remote: Repository) -> None:
    assert newest(remote.path, "main") is None


def test_a_remote_may_be_named_from_the_repository(remote: Repository, clone: Repository) -> None:
    clone.git("remote", "set-url", "origin", "../remote")
    assert newest(clone.path, "main") == remote.git("rev-parse", "HEAD")


@pytest.mark.parametrize("url", ["ext::touch harm", "--upload-pack=touch harm", "https://user:hunter2@127.0.0.1:1/x"])
def test_one_that_does_not_answer_is_an_error_and_runs_nothing(clone: Repository, url: str) -> None:
    clone.git("config", "remote.origin.url", url)
    with pytest.raises(UnavailableError, match="cannot be asked") as caught:
        newest(clone.path, "main")
    assert "hunter2" not in str(caught.value)
    assert not list(clone.path.rglob("harm"))


def test_nothing_that_the_repository_names_is_run(clone: Repository, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/harm\n")
    program.chmod(0o755)
    for key in ("core.sshCommand", "credential.helper", "core.fsmonitor", "remote.origin.uploadpack"):
        clone.git("config", key, str(program))
    clone.git("config", "remote.origin.url", "ssh://127.0.0.1:1/x")
    with pytest.raises(UnavailableError):
        newest(clone.path, "main")
    assert not (tmp_path / "harm").exists()
