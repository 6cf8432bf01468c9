"""Statuses written into documents from a small grammar: exactly that item changes, and back is back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import event, given
from hypothesis import strategies as st

from gapkeeper.model.documents import Document
from gapkeeper.model.edits import Written
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.status import Status
from gapkeeper.reading import read_corpus
from gapkeeper.writing import Writer
from written import check_bytes, check_register

if TYPE_CHECKING:
    from gapkeeper.reading import Corpus

TODAY = dt.date(2026, 11, 24)
RULES = ReadingRules()

WORDS = (
    *("Open", "Pending", "Not Started", "In Progress", "Blocked", "Deferred", "Done", "Resolved", "Cancelled"),
    *("OPEN", "done", "IN_PROGRESS", "Offen", "Erledigt", "En cours", "Résolu", "W trakcie", "完了", "進行中"),
    *(
        "✅",
        "⏳",
        "🔒 Blocked",
        "✅ **Done**",
        "**Done** (2026-01-09)",
        "Blocked (needs oil)",
        "Partial (3/5)",
        "~~Open~~ Done",
    ),
    *("Done ([#12](https://example.org/12))", "Open · [design](design.md)", "[Open](plan.md)", "Provisional", "-", ""),
    *("âœ… Done", "Open \\| late", "`Done`", "_Open_", "Done?", "80% done"),
)
MARKERS = (
    *(
        "",
        " ✅ RESOLVED",
        " (Done)",
        " (HIGH → DONE)",
        " — **OPEN**",
        " [BLOCKED]",
        " (In Progress, 2026-01-02)",
        " ✅",
    ),
    *(" DONE", " (HIGH)", " (waits)", " ❌"),
)
TITLES = (
    "Oil the ramp",
    "Paint the `hull | deck`",
    "Check **the** horn",
    "Buy:",
    "Größe prüfen",
    "~~Old~~ new plan",
    "Open the gate",
)
FIELDS = ("Owner", "Due", "Priority", "Closed", "Notes")


class Plan(NamedTuple):
    """A document, and what it is made of."""

    text: str
    newline: str
    bom: bool

    @property
    def data(self) -> bytes:
        return (b"\xef\xbb\xbf" if self.bom else b"") + self.text.replace("\n", self.newline).encode()


def table(ids: list[str]) -> st.SearchStrategy[str]:
    def build(parts: tuple[list[tuple[str, str]], str, bool]) -> str:
        cells, style, with_status = parts
        rows = [
            ["ID", "Item", "Status"],
            ["---", "---", "---"],
            *([i, t, w] for i, (t, w) in zip(ids, cells, strict=True)),
        ]
        if not with_status:
            rows = [row[:2] for row in rows]
        if style == "straight":
            widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
            rows = [
                [cell.ljust(width, "-" if cell == "---" else " ") for cell, width in zip(r, widths, strict=True)]
                for r in rows
            ]
        bar = "|" if style == "tight" else " | "
        lines = [
            bar.join(row) if style == "bare" else f"{bar.strip()}{bar[2:]}{bar.join(row)}{bar[:-2]}{bar.strip()}"
            for row in rows
        ]
        return "\n".join(lines) + "\n\n"

    cells = st.lists(
        st.tuples(st.sampled_from(TITLES).map(lambda t: t.replace("|", "\\|")), st.sampled_from(WORDS)),
        min_size=len(ids),
        max_size=len(ids),
    )
    return st.tuples(cells, st.sampled_from(["straight", "loose", "tight"]), st.booleans()).map(build)


def heading(id_: str) -> st.SearchStrategy[str]:
    fields = st.lists(
        st.tuples(st.sampled_from(FIELDS), st.sampled_from(["Mira", "May", "High", "2026-03-01", ""])), max_size=3
    )
    titled = st.tuples(st.sampled_from(TITLES), st.sampled_from(MARKERS)).map(
        lambda parts: f"### {id_}: {''.join(parts)}\n\n"
    )
    forms = st.sampled_from(["| **{}** | {} |\n", "**{}:** {}  \n", "- **{}:** {}\n", ""])
    status = st.one_of(st.none(), st.sampled_from(WORDS))
    return st.tuples(titled, forms, fields, status).map(lambda parts: _heading(*parts))


def _heading(title: str, form: str, fields: list[tuple[str, str]], status: str | None) -> str:
    pairs = list(dict(fields).items())
    if status is not None:
        pairs.insert(len(pairs) // 2, ("Status", status))
    head = "| Field | Value |\n|---|---|\n" if form.startswith("|") and pairs else ""
    return title + head + "".join(form.format(*pair) for pair in pairs) + "\n"


def entry(id_: str) -> st.SearchStrategy[str]:
    return st.tuples(
        st.sampled_from(["- [ ] ", "- [x] ", "- ", "* [X] ", "1. ", "- ✅ ", "- ⏳ "]),
        st.sampled_from(["**{}**", "{}", "~~{}~~", "`{}`"]),
        st.sampled_from([": ", ": Blocked - ", ": Done - ", " - "]),
        st.sampled_from(TITLES),
        st.sampled_from([*MARKERS, " (Owner: Mira, Due: May)"]),
        st.sampled_from(["", "  - Owner: Mira\n", "  - **Status:** Open\n", "  and so on\n"]),
    ).map(lambda p: f"{p[0]}{p[1].format(id_)}{p[2]}{p[3]}{p[4]}\n{p[5]}")


def entries(ids: list[str]) -> st.SearchStrategy[str]:
    return st.tuples(*map(entry, ids)).map(lambda parts: "".join(parts) + "\n")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A document of a few blocks; an item can be spoken of in several."""
    blocks = ["# Ferry\n\n", draw(st.sampled_from(["", "", "Updated: 2026-03-01\n\n", "Updated: 2026-06-01\n\n"]))]
    for _ in range(draw(st.integers(1, 4))):
        ids = draw(st.lists(st.sampled_from([f"ACTION-{n}" for n in range(1, 6)]), min_size=1, max_size=3, unique=True))
        kind = draw(st.sampled_from(["table", "heading", "entries", "section"]))
        if kind == "section":
            blocks.append(
                draw(st.sampled_from(["## Done\n\n", "## Deck\n\n**Status:** 3 items pending\n\n", "## Deck\n\n"]))
            )
        elif kind == "heading":
            blocks.append(draw(heading(ids[0])))
        else:
            blocks.append(draw(table(ids) if kind == "table" else entries(ids)))
    text = "".join(blocks)
    text = text.rstrip("\n") if draw(st.booleans()) else text
    return Plan(text, draw(st.sampled_from(["\n", "\r\n", "\r"])), draw(st.booleans()))


class Repository(NamedTuple):
    """Documents and the days of their last commits, where there are any."""

    data: dict[str, bytes]
    days: dict[str, dt.date] | None

    def corpus(self) -> Corpus:
        documents = [Document(path, content) for path, content in self.data.items()]
        if self.days is None:
            return read_corpus(documents, RULES)
        days = self.days
        return read_corpus(documents, RULES, revision="a", commit_dates=lambda paths: {p: days[p] for p in paths})


@st.composite
def repositories(draw: st.DrawFn) -> Repository:
    """One document or two, which may contradict each other."""
    found = draw(st.lists(plans(), min_size=1, max_size=2))
    data = {f"{name}.md": plan.data for name, plan in zip("ab", found, strict=False)}
    day = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    days = draw(st.one_of(st.none(), st.fixed_dictionaries(dict.fromkeys(data, day))))
    return Repository(data, days)


@given(repositories(), st.data())
def test_exactly_that_item_changes_and_back_is_back(repository: Repository, draw: st.DataObject) -> None:
    corpus = repository.corpus()
    before = corpus.register
    if not before.items:
        return
    item = draw.draw(st.sampled_from(before.items))
    status = draw.draw(st.sampled_from(Status))
    writer = Writer(corpus, repository.data.get, today=TODAY)
    result = writer.write(item.key, status)
    event(type(result).__name__)
    if not isinstance(result, Written):
        assert not writer.edits()
        assert result.reason.endswith(".")
        return
    check_bytes(result, writer.edits(), repository.data)
    check_register(before, writer.corpus.register, item, status)
    if repository.days is not None:
        committed = writer.corpus.committed([edit.path for edit in writer.edits()], TODAY)
        check_register(before, committed.register, item, status)

    again = writer.write(item.key, status)
    assert isinstance(again, Written)
    assert not again.lines

    back = writer.write(item.key, item.status)
    event(f"back: {type(back).__name__}")
    if isinstance(back, Written):
        after = writer.corpus.register
        assert [(i.key, i.status, i.title, i.owner) for i in after.items] == [
            (i.key, i.status, i.title, i.owner) for i in before.items
        ]
