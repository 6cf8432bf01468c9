"""The repository that commands are tried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harbours import GAPS, LATER, Harbour, Port, forget_the_environment

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]) -> Harbour:
    forget_the_environment(monkeypatch)
    made = Harbour(tmp_path, capsys)
    made.write("docs/LATER.md", LATER)
    made.write("docs/gaps.md", GAPS)
    made.git("init", "-qb", "main")
    made.commit("Plan the summer")
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture(params=["worktree", "commit", "pull-request"])
def mode(request: pytest.FixtureRequest) -> str:
    """How changes reach the documents; a test that is about some of the ways names them itself."""
    return str(request.param)


@pytest.fixture
def port(harbour: Harbour, mode: str) -> Port:
    return Port(harbour, mode)
