"""Reads golden documents: Markdown files whose `##` sections are cases (README.md has the format)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import DEFAULT_KINDS, AreaRule, KindRules, ReadingRules, Scope
from gapkeeper.model.status import Status

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping

FOLDER = Path(__file__).parent
_FENCE = re.compile(r"(~{4,})(.*)")
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|[rnt0\\]|\n)")
_ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\", b"\n": b""}


class GoldenError(Exception):
    """A golden document that breaks the format; the message has file and line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an expectation and where it stands."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Repository:
    """What stands around the documents: other files, and the days of last commits."""

    files: frozenset[str]
    commits: Mapping[str, dt.date]

    def exists(self, path: str) -> bool:
        """Whether a file, or a folder with a file in it, is there; `.` always is."""
        path = path.rstrip("/")
        return path in {".", *self.files} or any(name.startswith(f"{path}/") for name in self.files)

    def commit_dates(self, paths: Collection[str]) -> Mapping[str, dt.date]:
        """The day of the last commit of each path that has one."""
        return {path: self.commits[path] for path in paths if path in self.commits}


@dataclass(slots=True)
class Case:
    """One case: documents in, facts out."""

    file: str  # relative to the folder of golden documents
    line: int
    title: str
    documents: list[Document] = field(default_factory=list)
    rules: ReadingRules = field(default_factory=ReadingRules)
    repository: Repository | None = None
    expected: list[Line] = field(default_factory=list)
    writes: list[list[Line]] = field(default_factory=list)  # one list a block: statuses to write, and what changes

    @property
    def name(self) -> str:
        """The name that pytest shows: topic and title without marks."""
        title = re.sub(r"\W+", "-", self.title.replace("`", "").casefold()).strip("-")
        return f"{Path(self.file).stem}-{title}"


def load_cases(folder: Path = FOLDER) -> list[Case]:
    """All cases of all golden documents, sorted by file and place."""
    cases: list[Case] = []
    for path in sorted(folder.glob("*.md")):
        if path.name != "README.md":
            cases.extend(parse_cases(path.read_bytes().decode("utf-8"), path.name))
    return cases


def parse_cases(text: str, file: str) -> Iterator[Case]:
    """The cases of one golden document. `GoldenError` where it breaks the format."""
    case: Case | None = None
    titles: set[str] = set()
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        line, number = lines[index], index + 1
        index += 1
        if fence := _FENCE.match(line):
            try:
                end = lines.index(fence[1], index)
            except ValueError:
                raise GoldenError(f"{file}:{number}: the block does not end: no line {fence[1]}") from None
            if case is None:
                raise GoldenError(f"{file}:{number}: a block before the first case: a case begins with `## `")
            _add_block(case, fence[2].split(), lines[index:end], number)
            index = end + 1
        elif line.startswith("## "):
            if case is not None:
                yield _complete(case)
            case = Case(file, number, line.removeprefix("## ").strip())
            if case.name in titles:
                raise GoldenError(f"{file}:{number}: a second case with this title")
            titles.add(case.name)
    if case is None:
        raise GoldenError(f"{file}:1: no case: a case begins with `## `")
    yield _complete(case)


def _complete(case: Case) -> Case:
    for what, there in (("document", case.documents), ("expectation", case.expected or case.writes)):
        if not there:
            raise GoldenError(f"{case.file}:{case.line}: a case without {what}: {case.title}")
    return case


def _add_block(case: Case, info: list[str], lines: list[str], number: int) -> None:
    text = "".join(f"{line}\n" for line in lines)
    try:
        match info:
            case ["markdown", path]:
                case.documents.append(Document(path, text.encode("utf-8")))
            case ["markdown", path, "escaped"]:
                case.documents.append(Document(path, unescape(text.encode("utf-8"))))
            case ["toml", "settings"]:
                case.rules = reading_rules(tomllib.loads(text))
            case ["toml", "repository"]:
                case.repository = _repository(tomllib.loads(text))
            case ["write"]:
                case.writes.append([Line(n, t) for n, t in enumerate(lines, number + 1) if _says_something(t)])
            case ["expect"]:
                case.expected += [Line(n, t.strip()) for n, t in enumerate(lines, number + 1) if _says_something(t)]
            case _:
                raise GoldenError(f"{case.file}:{number}: no such block: {' '.join(info)!r}")
    except (ValueError, TypeError) as error:  # TOMLDecodeError is a ValueError
        raise GoldenError(f"{case.file}:{number}: {error}") from error


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def unescape(data: bytes) -> bytes:
    r"""Bytes for `\xNN`, `\r`, `\n`, `\t`, `\0` and `\\`; a `\` at the end of a line joins it with the next."""
    return _ESCAPE.sub(
        lambda match: bytes([int(match[1][1:], 16)]) if match[1][:1] == b"x" else _ESCAPES[match[1]], data
    )


def _repository(values: Mapping[str, Any]) -> Repository:
    _known("repository", values, {"files", "last_commit"})
    return Repository(frozenset(values.get("files", ())), values.get("last_commit", {}))


def reading_rules(values: Mapping[str, Any]) -> ReadingRules:
    """Reading rules from the same keys that `gapkeeper.toml` has. `ValueError` for a key that it has not."""
    _known("settings", values, {"documents", "kinds", "status", "readiness"})
    documents, status = values.get("documents", {}), values.get("status", {})
    readiness = values.get("readiness", {})
    _known("documents", documents, {"kinds", "order"})
    _known("status", status, {"words", "languages", "columns"})
    _known("readiness", readiness, {"title", "areas"})
    named = documents.get("kinds", "")
    languages = status.get("languages")
    return ReadingRules(
        kinds=_kinds([] if named == "*" else list(named), values.get("kinds", {})),
        all_kinds=named == "*",
        words={word: Status(value) for word, value in status.get("words", {}).items()},
        languages=None if languages is None else tuple(languages),
        columns=status.get("columns", {}),
        order=tuple(documents.get("order", ())),
        readiness_title=readiness.get("title"),
        areas={name: _area(rule) for name, rule in readiness.get("areas", {}).items()},
    )


def _kinds(named: list[str], tables: Mapping[str, Mapping[str, Any]]) -> tuple[KindRules, ...]:
    defaults = {kind.name: kind for kind in DEFAULT_KINDS}
    kinds: dict[str, KindRules] = {}
    for name in [*(named or defaults), *tables]:
        table = tables.get(name, {})
        _known(f"kinds.{name}", table, {"scope", "pattern", "register"})
        default = defaults.get(name, KindRules(name))
        scope = Scope(table.get("scope", default.scope))
        kinds[name] = KindRules(name, scope, table.get("pattern"), table.get("register"))
    return tuple(kinds.values())


def _area(rule: Mapping[str, Any]) -> AreaRule:
    _known("area", rule, {"kind", "category", "keys"})
    return AreaRule(rule.get("kind"), rule.get("category"), tuple(rule.get("keys", ())))


def _known(where: str, values: Mapping[str, Any], keys: set[str]) -> None:
    if unknown := values.keys() - keys:
        raise ValueError(f"{where}: unknown key {min(unknown)!r}; known are {', '.join(sorted(keys))}")
