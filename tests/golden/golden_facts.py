"""Compares the facts that a case expects with the register that was read (README.md has the format)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from golden_cases import GoldenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from golden_cases import Line

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Area, CriticalPath, Gate, Readiness
    from gapkeeper.model.register import DocumentInfo, Register

T = TypeVar("T")
#: Facts by the name that a line gives them: how each is found in what was read.
Facts: TypeAlias = "Mapping[str, Callable[[T], object]]"

_CELLS = re.compile(r"(?<!\\)\|")
_NAMED = re.compile(r"(\+?[^:]+?): *(.*)", re.DOTALL)

ITEM: Facts[Item] = {
    "id": lambda i: i.id,
    "kind": lambda i: i.kind,
    "owner": lambda i: i.owner,
    "priority": lambda i: i.priority,
    "category": lambda i: i.category,
    "estimate": lambda i: i.estimate,
    "status text": lambda i: _plain(i.status_text),
    "blocks": lambda i: frozenset(i.blocks),
    "blocks text": lambda i: _plain(i.blocks_text),
    "depends_on": lambda i: frozenset(i.depends_on),
    "resolves": lambda i: frozenset(i.resolves),
    "resolved by": lambda i: i.resolved_by,
    "at": lambda i: i.source,
    "said": lambda i: i.status_source,
    "issue": lambda i: i.issue_link,
    "ignored": lambda i: i.ignored,
    "statements": lambda i: frozenset(f"{s.path}:{s.line} {s.rank.word}" for s in i.statements),
}
GATE: Facts[Gate] = {
    "blockers": lambda g: g.blockers,
    "status text": lambda g: _plain(g.status_text),
    "at": lambda g: g.source,
}
READINESS: Facts[Readiness] = {
    "stated": lambda r: r.stated,
    "derived": lambda r: r.derived,
    "title": lambda r: r.title,
    "at": lambda r: r.source,
    "posted": lambda r: r.posted,
    "scaled": lambda r: r.scaled,
    "areas": lambda r: [area.name for area in r.areas],
}
AREA: Facts[Area] = {
    "weight": lambda a: a.weight,
    "score": lambda a: a.score,
    "weighted": lambda a: a.weighted,
    "computed": lambda a: a.computed,
    "derived": lambda a: a.derived,
    "items": lambda a: frozenset(a.items),
}
PATH: Facts[CriticalPath] = {
    "assumed": lambda p: [step.key for step in p.steps if step.assumed],
    "unknown": lambda p: p.unknown,
}
DOCUMENT: Facts[DocumentInfo] = {
    "date": lambda d: d.date,
    "statements": lambda d: d.items,
    "error": lambda d: d.error,
}


@dataclass(slots=True)
class Comparison:
    """A register, and what the expectation has named of it so far."""

    register: Register
    items: set[str] = field(default_factory=set)
    edges: set[tuple[str, str, str]] = field(default_factory=set)
    diagnostics: set[Diagnostic] = field(default_factory=set)
    readiness: Readiness | None = None  # the one that `area` lines speak of
    no_items: bool = False
    all_edges: bool = False
    any_diagnostics: bool = False

    def unnamed(self) -> list[str]:
        """What was read, should be named, and is not."""
        wrong = [] if self.items or self.no_items else ["a case without items has to say `no items`"]
        wrong += [f"too many items: {write_item(i)}" for i in self.register.items if i.key not in self.items]
        if self.all_edges:
            extra = (e for e in self.register.edges if (e.start, e.type, e.end) not in self.edges)
            wrong += [f"too many edges: {e.start} {e.type} {e.end} ({e.source})" for e in extra]
        if not self.any_diagnostics:
            more = (d for d in self.register.diagnostics if d not in self.diagnostics)
            wrong += [f"too many diagnostics: {d} ({d.severity})" for d in more]
        return wrong


def compare(expected: Sequence[Line], register: Register, file: str = "") -> list[str]:
    """Every difference, one a line, each with the place of the expectation; empty where all facts hold.

    `GoldenError` where a line says nothing that can be compared.
    """
    comparison = Comparison(register)
    wrong: list[str] = []
    for line in expected:
        try:
            differences = _judge(line.text, comparison)
        except ValueError as error:
            raise GoldenError(f"{file}:{line.number}: {error}") from error
        wrong += [f"{file}:{line.number}: {line.text}\n    {what}" for what in differences]
    return wrong + comparison.unnamed()


def _judge(text: str, comparison: Comparison) -> list[str]:
    for pattern, judge in _LINES:
        if match := re.fullmatch(pattern, text):
            return judge(match, comparison)
    raise ValueError(f"a line that says nothing: {text!r}")


def _nothing(match: re.Match[str], comparison: Comparison) -> list[str]:
    register, what = comparison.register, match["what"]
    comparison.no_items |= what == "items"
    comparison.all_edges |= what in {"edges", "other edges"}
    there: Mapping[str, Sequence[str]] = {
        "gates": [gate.name for gate in register.gates],
        "readiness": [r.title for r in register.readiness],
        "score": [r.title for r in register.readiness if r.computed is not None],
        "path": [step.key for step in register.critical_path.steps],
    }
    return [f"found {', '.join(there[what])}"] if there.get(what) else []


def _no_diagnostic(match: re.Match[str], comparison: Comparison) -> list[str]:
    return [f"found {d}" for d in comparison.register.diagnostics if d.code == match["code"]]


def _any_diagnostics(_match: re.Match[str], comparison: Comparison) -> list[str]:
    comparison.any_diagnostics = True
    return []


def _edge(match: re.Match[str], comparison: Comparison) -> list[str]:
    edge = (match["start"], match["type"], match["end"])
    edges = comparison.register.edges
    places = [str(e.source) for e in edges if (e.start, e.type, e.end) == edge]
    if match["no"]:
        return [f"found at {', '.join(places)}"] if places else []
    comparison.edges.add(edge)
    if not places:
        return [f"not found; edges: {', '.join(f'{e.start} {e.type} {e.end}' for e in edges) or 'none'}"]
    return [f"found at {', '.join(places)}"] if match["at"] and match["at"] not in places else []


def _diagnostic(match: re.Match[str], comparison: Comparison) -> list[str]:
    path, line, code, severity, words = match.group("path", "line", "code", "severity", "more")
    there = {
        d
        for d in comparison.register.diagnostics
        if (d.path, d.code, d.severity) == (path, code, severity)
        and line in {None, str(d.line)}
        and (words or "").casefold() in d.message.casefold()
    }
    comparison.diagnostics |= there
    if there:
        return []
    near = [f"{d} ({d.severity})" for d in comparison.register.diagnostics if d.code == code]
    return ["".join(["not found", *(f"; but {one}" for one in near)])]


def _path(match: re.Match[str], comparison: Comparison) -> list[str]:
    path = comparison.register.critical_path
    keys = ", ".join(step.key for step in path.steps) or "none"
    wrong = [] if keys == match["steps"] else [f"found {keys}"]
    if match["gate"] and match["gate"] != (path.gate or "none"):
        wrong.append(f"it ends in {path.gate}")
    least, most = match["least"], match["most"] or match["least"]
    if least and (float(least), float(most)) != path.days:
        wrong.append(f"found {path.days[0]:g} to {path.days[1]:g} days")
    return wrong + _named(_cells(match["more"]), path, PATH)


def _gate(match: re.Match[str], comparison: Comparison) -> list[str]:
    gates = comparison.register.gates
    gate = next((g for g in gates if g.name == match["name"]), None)
    if gate is None:
        return [f"no such gate; found: {', '.join(g.name for g in gates) or 'none'}"]
    return _positional(_cells(match["more"]), gate, {"status": lambda g: g.status, "title": lambda g: g.title}, GATE)


def _readiness(match: re.Match[str], comparison: Comparison) -> list[str]:
    """Judges by the score that fits best; `area` lines speak of it from here on."""
    comparison.readiness, best = None, ["no readiness was found"]
    for one in comparison.register.readiness:
        computed = [] if _same(match["name"], one.computed) else [f"found {_write(one.computed)} ({one.source})"]
        wrong = computed + _named(_cells(match["more"]), one, READINESS)
        if comparison.readiness is None or len(wrong) < len(best):
            comparison.readiness, best = one, wrong
    return best


def _area(match: re.Match[str], comparison: Comparison) -> list[str]:
    areas = () if comparison.readiness is None else comparison.readiness.areas
    area = next((a for a in areas if a.name == match["name"]), None)
    if area is None:
        return [f"no such area; found: {', '.join(a.name for a in areas) or 'none'}"]
    return _named(_cells(match["more"]), area, AREA)


def _document(match: re.Match[str], comparison: Comparison) -> list[str]:
    document = next((d for d in comparison.register.documents if d.path == match["name"]), None)
    return ["no such document"] if document is None else _named(_cells(match["more"]), document, DOCUMENT)


def _register(match: re.Match[str], comparison: Comparison) -> list[str]:
    path = comparison.register.registers.get(match["kind"])
    return [] if path == match["path"] else [f"found {path}"]


def _item(match: re.Match[str], comparison: Comparison) -> list[str]:
    item = next((i for i in comparison.register.items if i.key == match["name"]), None)
    if item is None:
        return ["no such item"]
    comparison.items.add(item.key)
    cells = _cells(match["more"])
    state = bool(cells) and cells[0] in {"open", "closed"}
    first: Facts[Item] = {"status": lambda i: i.state if state else i.status, "title": lambda i: i.title}
    return _positional(cells, item, first, {**ITEM, **{f"+{n}": _description(n) for n, _ in item.description}})


def _description(name: str) -> Callable[[Item], object]:
    return lambda item: _plain(dict(item.description)[name])


_REST = r"(?: \| (?P<more>.+))?"
_NAME = r"(?P<name>[^|]+?)"
_DIAGNOSTIC = r"diagnostic (?P<path>\S+?)(:(?P<line>\d+))? (?P<code>[a-z-]+) (?P<severity>error|warning|note)"
_EDGE = r"(?P<no>no )?edge (?P<start>.+) (?P<type>blocks|depends_on|resolves) (?P<end>.+?)( \| at: (?P<at>\S+))?"
_PATH = r"path (?P<steps>.+?)( -> (?P<gate>.+?))?(: (?P<least>[\d.]+)( to (?P<most>[\d.]+))? days?)?"
#: Every line that an expectation can have, and what judges it.
_LINES: tuple[tuple[str, Callable[[re.Match[str], Comparison], list[str]]], ...] = (
    (r"no (?P<what>items|edges|other edges|gates|readiness|score|path)", _nothing),
    (r"no diagnostic (?P<code>[a-z-]+)", _no_diagnostic),
    (r"diagnostics: any", _any_diagnostics),
    (_DIAGNOSTIC + _REST, _diagnostic),
    (_EDGE, _edge),
    (_PATH + _REST, _path),
    (f"gate {_NAME}{_REST}", _gate),
    (f"readiness {_NAME}{_REST}", _readiness),
    (f"area {_NAME}{_REST}", _area),
    (f"document {_NAME}{_REST}", _document),
    (r"register (?P<kind>\S+) (?P<path>\S+)", _register),
    (_NAME + _REST.removesuffix("?"), _item),
)


def _cells(text: str | None) -> list[str]:
    return [] if text is None else [cell.strip().replace("\\|", "|") for cell in _CELLS.split(text)]


def _positional(cells: list[str], thing: T, first: Facts[T], facts: Facts[T]) -> list[str]:
    """Judges the cells that say what they are by their place, then those that name it."""
    wrong: list[str] = []
    rest = list(cells)
    for name, get in first.items():
        if not rest or _fact_name(rest[0], facts) is not None:
            break
        value = rest.pop(0)
        if value and not _same(value, get(thing)):
            wrong.append(f"{name}: found {_write(get(thing))}")
    return wrong + _named(rest, thing, facts)


def _named(cells: list[str], thing: T, facts: Facts[T]) -> list[str]:
    wrong: list[str] = []
    for cell in cells:
        name = _fact_name(cell, facts)
        if name is None:
            raise ValueError(f"{cell!r} is no fact; facts are {', '.join(facts)}")
        value = "yes" if cell == name else cell.removeprefix(f"{name}:").strip()
        actual = facts[name](thing) if name in facts else None
        if not _same(value, actual):
            wrong.append(f"{name}: found {_write(actual)}")
    return wrong


def _fact_name(cell: str, facts: Facts[T]) -> str | None:
    if cell in facts:  # a flag: `posted`
        return cell
    match = _NAMED.fullmatch(cell)
    return match[1] if match and (match[1] in facts or match[1].startswith("+")) else None


def _same(value: str, actual: object) -> bool:
    if isinstance(actual, float) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return round(actual, len(value.partition(".")[2])) == float(value)
    if isinstance(actual, frozenset):
        return value == "none" if not actual else set(value.split(", ")) == actual
    return value == _write(actual)


def _write(value: object) -> str:
    """A value as golden documents write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", (), [], frozenset()):
        return "none"
    if isinstance(value, frozenset):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain(text: str | None) -> str | None:
    """Text without emphasis, as people compare it."""
    return text if text is None else re.sub(r"\s+", " ", re.sub(r"\*\*|__|~~|\*", "", text)).strip()


def _write_facts(thing: T, facts: Facts[T], *names: str) -> list[str]:
    """Facts as a line would name them, without those that are none."""
    pairs = ((name, _write(facts[name](thing))) for name in names or facts)
    return [f"{name}: {value}" for name, value in pairs if value not in {"none", "no"}]


def write_item(item: Item) -> str:
    """An item as a golden document would expect it."""
    return " | ".join([item.key, item.status.value, item.title, *_write_facts(item, ITEM)])


def describe(register: Register) -> str:
    """Everything that was read, in the words of golden documents: for the failure message."""
    lines = [write_item(item) for item in register.items]
    lines += [f"edge {e.start} {e.type} {e.end} | at: {e.source}" for e in register.edges]
    lines += [" | ".join([f"gate {g.name}", g.status.value, g.title, *_write_facts(g, GATE)]) for g in register.gates]
    for one in register.readiness:
        lines.append(" | ".join([f"readiness {_write(one.computed)}", *_write_facts(one, READINESS)]))
        lines += [" | ".join([f"area {a.name}", *_write_facts(a, AREA)]) for a in one.areas]
    path = register.critical_path
    keys = ", ".join(step.key for step in path.steps) or "none"
    days = f"{path.days[0]:g} to {path.days[1]:g} days"
    lines.append(" | ".join([f"path {keys} -> {path.gate or 'none'}: {days}", *_write_facts(path, PATH)]))
    lines += [" | ".join([f"document {d.path}", *_write_facts(d, DOCUMENT)]) for d in register.documents]
    lines += [f"register {kind} {where}" for kind, where in sorted(register.registers.items())]
    lines += [f"diagnostic {d.path}:{d.line} {d.code} {d.severity} | {d.message}" for d in register.diagnostics]
    return "\n".join(lines)
