"""The example's story comes true, and its documents get the findings that they were written for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
GAPKEEPER = Path(sys.executable).parent / "gapkeeper"


def test_story_comes_true(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "demo.py", tmp_path / "harbour"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_finds_what_is_wrong_on_purpose() -> None:
    done = subprocess.run(
        [GAPKEEPER, "check", EXAMPLES / "harbour", "--format", "json"], check=False, capture_output=True, text=True
    )
    found = {(d["path"], d["line"], d["code"]) for d in json.loads(done.stdout)["diagnostics"]}
    assert done.returncode == 1
    assert {
        ("docs/readiness.md", 13, "readiness-arithmetic"),
        ("docs/checkpoint.md", 34, "stale"),
        ("docs/checkpoint.md", 14, "broken-link"),
        ("docs/GATES.md", 9, "range-gap"),
    } <= found
    assert {"mojibake", "summary-count"} <= {code for _, _, code in found}
