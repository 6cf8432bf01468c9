"""What is installed is what `pyproject.toml` asks for, from no place that only one machine knows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==([^\s;]+)", text, re.MULTILINE)
    return {canonicalize_name(project): version for project, version in pins}


def groups(*names: str) -> list[str]:
    return [line for name in names for line in PROJECT["dependency-groups"][name] if isinstance(line, str)]


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run.txt", PROJECT["project"]["dependencies"]),
        ("build.txt", groups("build")),
        ("dev.txt", PROJECT["project"]["dependencies"] + groups("bench", "build", "lint", "test")),
    ],
)
def test_lock_satisfies_the_metadata(lock: str, wanted: list[str]) -> None:
    versions = locked(lock)
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in requirements/{lock}: make lock"
        assert requirement.specifier.contains(version), f"{requirement} but {version} in {lock}: make lock"


@pytest.mark.parametrize("lock", ["run.txt", "build.txt", "dev.txt"])
def test_lock_has_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if "==" in entry]
    assert entries
    for entry in entries:
        assert "--hash=sha256:" in entry
    assert not re.search(r"://|--index|--find-links", text)


def test_builders_are_the_locked_ones() -> None:
    assert PROJECT["build-system"]["requires"] == [r for r in groups("build") if r.startswith("hatchling")]
