"""Edits on documents that teams really wrote: each stands where it says, and takes its finding away."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading import read_register
from mending import mended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.diagnostics import Diagnostic

CORPUS = os.environ.get("GAPKEEPER_CORPUS")


def _read(files: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    documents = [Document(path, data) for path, data in files.items()]
    return read_register(documents, ReadingRules(all_kinds=True)).diagnostics


@pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")
@pytest.mark.parametrize("name", ["seed", "cutover", "varied"])
def test_edits_take_their_findings_away_and_bring_no_others(name: str) -> None:
    folder = Path(CORPUS or "") / name
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.md"))}
    assert files, folder
    findings = _read(files)
    left = [found for found in findings if found.edit is None]
    after = _read(mended(files, findings))
    assert [(f.path, f.line, f.code, f.message) for f in after] == [(f.path, f.line, f.code, f.message) for f in left]
