"""Reads the pages that explain findings, so that tests can hold them to what they show.

A page has a heading (the code), a summary, a line that states the severity, and then sections. A
section `Wrong` (or `Wrong, as a note`) and the next one, `Mended`, show documents in fences. The
info string of a fence is `markdown PATH`, and after a comma what the text cannot show. A document
that `Mended` does not repeat is as it was.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading import codes, read_register

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from gapkeeper.model.diagnostics import Diagnostic

FOLDER = Path(codes.__file__).parent / "explanations"
_FENCE = re.compile(r"^```markdown ([^\s,]+)(?:, ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SEVERITY = re.compile(r"\*\*Severity:\*\* (\w+)(?:; a note (.+))?\.")


@dataclass(slots=True)
class Files:
    """The files of an example, and the days on which they were committed."""

    data: dict[str, bytes] = field(default_factory=dict)
    committed: dict[str, dt.date] = field(default_factory=dict)

    def __or__(self, other: Files) -> Files:
        return Files(self.data | other.data, self.committed | other.committed)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What reading them finds."""

        def commit_dates(paths: Collection[str]) -> Mapping[str, dt.date]:
            return {path: day for path, day in self.committed.items() if path in paths}

        documents = [Document(path, data) for path, data in self.data.items()]
        exists = self.data.__contains__
        return read_register(documents, ReadingRules(), exists=exists, commit_dates=commit_dates).diagnostics


@dataclass(frozen=True, slots=True)
class Example:
    """What is wrong, and the same mended."""

    title: str
    wrong: Files
    mended: Files


@dataclass(frozen=True, slots=True)
class Page:
    """One page, taken apart."""

    heading: str
    summary: str
    severity: str
    note: str
    examples: tuple[Example, ...]


def page(name: str) -> Page:
    """The page of a code."""
    start, *sections = _sections((FOLDER / f"{name}.md").read_text("utf-8"))
    heading, summary, severity, why = start.strip().split("\n\n", 3)
    stated = _SEVERITY.fullmatch(severity)
    assert stated is not None, f"{name}: {severity}"
    assert why
    return Page(heading.removeprefix("# "), summary, stated[1], stated[2] or "", tuple(_examples(sections)))


def _sections(text: str) -> list[str]:
    """A page, parted before every `## ` that is not in a fence."""
    sections, fenced = [""], False
    for line in text.splitlines(keepends=True):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            sections.append("")
        sections[-1] += line
    return sections


def _examples(sections: list[str]) -> Iterator[Example]:
    for section, after in zip(sections, [*sections[1:], ""], strict=True):
        title = section.partition("\n")[0].removeprefix("## ")
        if title.startswith("Wrong"):
            assert after.startswith("## Mended\n"), title
            wrong = _files(_FENCE.findall(section))
            yield Example(title, wrong, wrong | _files(_FENCE.findall(after)))


def _files(fences: Iterable[tuple[str, str, str]]) -> Files:
    files = Files()
    for path, remark, text in fences:
        word, _, value = remark.rpartition(" ")
        encoding = "utf-8"
        match word:
            case "":
                pass
            case "saved as":
                encoding = value
            case "committed":
                files.committed[path] = dt.date.fromisoformat(value)
            case "with":
                text = text.replace(value, chr(int(value.removeprefix(r"\u"), 16)))  # noqa: PLW2901  as it is meant
            case _:
                raise AssertionError(remark)
        files.data[path] = text.encode(encoding)
    return files
