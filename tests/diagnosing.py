"""Asking `gapkeeper doctor` in this process, as an operator would."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from gapkeeper.__main__ import main
from repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from _pytest.capture import CaptureFixture

LATER = "# Later\n\n### LATER-001: Mend the pier\n\n**Status:** Pending\n"
_FOREIGN = ("GAPKEEPER_", "GITHUB_", "GITLAB_", "CI_", "HTTP", "http", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True)
class Told:
    """What the doctor said of one thing, of all checks with its name."""

    health: str = "missing"  # the worst
    messages: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((*self.messages, *self.hints))


@dataclass
class Patient:
    """A folder, the settings of its operator, and what the doctor says."""

    folder: Path
    capsys: CaptureFixture[str]
    environment: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def ask(self, *arguments: str, expect: int) -> Mapping[str, Told]:
        """What is said, by the name of the check. Nothing is written into the folder."""
        before = _files(self.folder)
        self.said = self.run(*arguments, "--format", "json", expect=expect)
        assert _files(self.folder) == before
        answer = json.loads(self.said)
        assert answer["healthy"] is (expect == 0)
        found = defaultdict[str, list[dict[str, str]]](list)
        for check in answer["checks"]:
            found[check["name"]].append(check)
        order = ("ok", "note", "wrong")
        told = {
            name: Told(
                max((one["health"] for one in all_), key=order.index),
                tuple(f"{one['repository'] or ''}:{one['message']}".removeprefix(":") for one in all_),
                tuple(one["hint"] for one in all_ if one["hint"]),
            )
            for name, all_ in found.items()
        }
        return defaultdict(Told, told)

    def run(self, *arguments: str, expect: int) -> str:
        """What is printed on the standard output."""
        with pytest.MonkeyPatch.context() as patch:
            for name in os.environ:
                if name.startswith(_FOREIGN):
                    patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            code = main(["doctor", *arguments])
        printed = self.capsys.readouterr()
        assert code == expect, printed.out + printed.err
        return printed.out


def patient(folder: Path, capsys: CaptureFixture[str], **environment: str) -> Patient:
    """One with a repository whose documents are in order."""
    Repository(folder).commit({"docs/LATER.md": LATER})
    return Patient(folder, capsys, environment)


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and when it was changed."""
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*") if not path.is_dir()
    }
