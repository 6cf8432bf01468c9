"""Every case that writes statuses: the lines that change, and every other byte as it was."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from golden_cases import FOLDER, Case, GoldenError, Line, load_cases

from gapkeeper.model.edits import Unwritten, Written
from gapkeeper.model.status import Status
from gapkeeper.reading import read_corpus
from gapkeeper.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = dt.date(2026, 11, 24)
_STATUS = re.compile(rf"(?P<key>\S.*) (?P<status>{'|'.join(Status)})$")
_CHANGE = re.compile(r"(?P<path>\S+):(?P<line>\d+) (?P<sign>[-+]) (?P<text>.*)$")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


class Step(NamedTuple):
    """One status to write, and what is expected of it."""

    line: int
    key: str
    status: Status
    changes: list[str]  # `plan.md:3 - text`, `plan.md:3 + text`
    refused: str | None  # words of the reason


def _steps(case: Case, lines: list[Line]) -> Iterator[Step]:
    step: Step | None = None
    for line in lines:
        if begins := _STATUS.fullmatch(line.text):
            if step is not None:
                yield step
            step = Step(line.number, begins["key"], Status(begins["status"]), [], None)
        elif step is None:
            raise GoldenError(f"{case.file}:{line.number}: a change before the first status")
        elif line.text.startswith("refused:"):
            step = step._replace(refused=line.text.removeprefix("refused:").strip())
        elif line.text != "nothing":
            if _CHANGE.fullmatch(line.text) is None:
                raise GoldenError(f"{case.file}:{line.number}: not a change: {line.text!r}")
            step.changes.append(line.text)
    if step is not None:
        yield step


def _shown(result: Written | Unwritten) -> list[str]:
    if isinstance(result, Unwritten):
        return [f"refused: {result.reason}"]
    return [
        f"{change.path}:{change.line} {sign} {text}"
        for change in result.lines
        for sign, text in (("-", change.before), ("+", change.after))
        if text is not None
    ]


def _patched(data: bytes, changes: list[str], path: str) -> bytes:
    """The document with the listed lines changed and added: computed from the case alone."""
    lines = _LINE.findall(data)
    found = [m for m in map(_CHANGE.fullmatch, changes) if m and m["path"] == path]
    replaced = {int(m["line"]) for m in found if m["sign"] == "-"}
    encoding = "utf-8" if _is_utf8(data) else "cp1252"
    for match in found:
        number, text = int(match["line"]), match["text"].encode(encoding)
        if match["sign"] == "-":
            assert lines[number - 1].rstrip(b"\r\n") == text, lines[number - 1]
        elif number in replaced:
            lines[number - 1] = text + _line_end(lines[number - 1])
        else:
            lines.insert(number - 1, text + _line_end(lines[number - 2]))
    return b"".join(lines)


def _line_end(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _disagreement(writer: Writer, step: Step, case: Case) -> list[str]:
    """What was written instead; empty where it is what the case says."""
    result = writer.write(step.key, step.status)
    place = f"{case.file}:{step.line}: {step.key} {step.status}"
    if step.refused is not None:
        agrees = isinstance(result, Unwritten) and step.refused in result.reason
    else:
        agrees = isinstance(result, Written) and _shown(result) == step.changes
    return [] if agrees else [f"{place}: the writer gave", *_shown(result)]


_BLOCKS = [
    pytest.param(case, block, id=f"{case.name}-{index}")
    for case in load_cases()
    for index, block in enumerate(case.writes, 1)
]


@pytest.mark.parametrize(("case", "block"), _BLOCKS)
def test_statuses_are_written_as_the_case_says(case: Case, block: list[Line]) -> None:
    old = {document.path: document.data for document in case.documents if document.data is not None}
    around = case.repository
    corpus = read_corpus(case.documents, case.rules, commit_dates=None if around is None else around.commit_dates)
    writer = Writer(corpus, old.get, today=TODAY)
    new = dict(old)
    wrong: list[str] = []
    for step in _steps(case, block):
        disagreement = _disagreement(writer, step, case)
        wrong += disagreement
        if disagreement or step.refused is not None:
            continue
        new = {path: _patched(data, step.changes, path) for path, data in new.items()}
        item = writer.corpus.register.item(step.key)
        assert item is not None
        assert item.status is step.status
        assert {edit.path: edit.new for edit in writer.edits()} == {p: d for p, d in new.items() if d != old[p]}
        assert all(edit.old == old[edit.path] for edit in writer.edits())
    if wrong:
        pytest.fail("\n".join([f"{FOLDER.name}/{case.file}:{case.line}: {case.title}", *wrong]), pytrace=False)
