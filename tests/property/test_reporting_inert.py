"""Whatever documents say: what we print moves no cursor, fits the terminal, and stays valid."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from builders import FORGE, register
from forge_oracle import QUICK_ACTION, RENDERERS, TASK_ITEM, read, references, references_in_plain_text
from gapkeeper.model.history import ReadinessHistory
from gapkeeper.model.pulls import COMMENT_START
from gapkeeper.model.readiness import CriticalPath, PathStep
from gapkeeper.model.review import OnMerge
from gapkeeper.model.status import Status
from gapkeeper.planning.places import Places
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.findings import finding_lines
from gapkeeper.reporting.graph_drawn import dot, mermaid, path_mermaid
from gapkeeper.reporting.graph_text import graph_lines
from gapkeeper.reporting.history_text import history_lines, history_summary
from gapkeeper.reporting.item_csv import items_csv
from gapkeeper.reporting.item_list import item_lines
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.register_json import register_json
from gapkeeper.reporting.review_comment import Review, review_comment
from gapkeeper.reporting.score_text import score_lines
from gapkeeper.reporting.style import Line, Look, line, render, text_of, wrap
from gapkeeper.reporting.table import Column, table
from gapkeeper.reporting.verdict import Rules, verdict
from gapkeeper.reporting.why import explain
from gapkeeper.reporting.why_text import why_lines
from histories import gate, point
from hostile_text import texts
from samples import hostile

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

LOOKS = st.builds(
    Look, width=st.none() | st.integers(20, 120), colour=st.booleans(), unicode=st.booleans(), log=st.booleans()
)
TEXT = st.text(max_size=60) | st.sampled_from(["\x1b[2J", "\u202ex", "::error::x", "##[group]", "a" * 200, "漢" * 90])
OUR_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def screens(text: str, look: Look) -> list[Line]:
    register = hostile(text)
    (item,) = register.items
    history = ReadinessHistory(text, (point(3, 1.0), point(4, 2.0, gate(Status.RESOLVED, text), **{text: 1})))
    return [
        *item_lines(register.items, look),
        *finding_lines(register.diagnostics, look),
        *score_lines(register, compare(register, register), look, base=text),
        *graph_lines(register, look),
        *why_lines(explain(register, item), register, look),
        *history_lines(history, look),
        history_summary(history),
    ]


@given(TEXT, LOOKS)
def test_no_text_reaches_a_terminal_as_a_command(text: str, look: Look) -> None:
    shown = OUR_COLOUR.sub("", render(screens(text, look), look))
    bad = {c for c in shown if c != "\n" and unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"}}
    assert not bad
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(TEXT, st.integers(20, 120))
def test_a_log_has_no_line_that_its_runner_obeys(text: str, width: int) -> None:
    for look in (Look(log=True), Look(width=width, log=True)):
        for shown in render(screens(text, look), look).splitlines():
            assert not shown.lstrip().startswith("::")
            assert "##[" not in shown


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=4), st.integers(20, 120))
def test_an_aligned_table_fits_and_a_stacked_one_breaks_only_at_words(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    columns = (Column("A", least=3), Column("B", least=3, elide="left"), Column("C", least=3, number=True))
    for shown in table(columns, [tuple(line(cell) for cell in row) for row in rows], Look(width=width)):
        assert cell_len(text_of(shown).rstrip(" ")) <= width


@given(TEXT, st.integers(20, 120), st.integers(0, 8))
def test_wrapping_loses_nothing(text: str, width: int, hang: int) -> None:
    pieces = line(text)
    lines = wrap(pieces, Look(width=width), hang=hang)
    joined = text_of(lines[0]) + "".join(text_of(more)[hang:] for more in lines[1:])
    assert joined == text_of(pieces)


@given(TEXT)
def test_files_for_programs_are_well_formed(text: str) -> None:
    register = hostile(text)
    assert json.loads(json_text(register_json(register)))["items"][0]["title"] == text
    header, row = csv.reader(io.StringIO(items_csv(register.items), newline=""))
    assert len(header) == len(row)
    assert all(
        len(re.findall('(?<!\\\\)"', shown.replace("\\\\", ""))) % 2 == 0 for shown in dot(register).splitlines()
    )
    assert all(shown.count('"') in {0, 2} for shown in mermaid(register).splitlines())
    boxes = [shown for shown in path_mermaid(register).splitlines() if shown.startswith("  n")]
    assert len(boxes) == 3
    assert all(re.fullmatch(r'  n\d(\["|\{\{")[^"`%<>{}\[\]]*("\]|"\}\}):::[a-z_]+', shown) for shown in boxes[:2])
    assert boxes[2] == "  n0 ==> n1"


DRAWN = replace(FORGE, mermaid_limit=2_000)
MERGE = OnMerge(closes=(("LATER-001", 12),), reopens=(("LATER-002", 13),), opens=("LATER-003",), orphans=(("X", 14),))
TAGS = {
    "details", "summary", "sub",  # as HTML, in our own words
    "a", "blockquote", "code", "h3", "li", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
KEYS = st.sampled_from(["LATER-001", "{}.md#ISSUE-001"])


def trap(text: str, key: str, status: Status) -> Register:
    """A register with this text everywhere, whose one item has this key and status."""
    made = hostile(text)
    (one,), (gate_,), (score,) = made.items, made.gates, made.readiness
    return replace(
        made,
        items=(replace(one, key=key.format(text), status=status, depends_on=(text,)),),
        gates=(replace(gate_, blockers=(key.format(text),)),),
        readiness=(replace(score, areas=(replace(score.areas[0], items=(key.format(text),)),)),),
        critical_path=CriticalPath((PathStep(key.format(text), text, None),), text),
    )


@st.composite
def reviews(draw: st.DrawFn) -> Review:
    """A review of documents with some text everywhere, on one side or on both."""
    text, key = draw(texts), draw(KEYS)
    sides = [trap(text, key, status) for status in (Status.PENDING, Status.RESOLVED)]
    sides += [trap(draw(texts), key, Status.BLOCKED), register()]
    before, after = draw(st.sampled_from(sides)), draw(st.sampled_from(sides))
    show = Places(draw(st.sampled_from([None, "https://h/o/r/blob/{revision}/{path}#L{line}"])), "c0ffee").show
    touched = draw(st.sampled_from([(), (f"{text}.md",)]))
    return Review(compare(before, after), text or "main", touched=touched, notes=(text,), show=show)


@given(reviews())
def test_the_comment_on_a_pull_request_does_nothing(review: Review) -> None:
    comment = review_comment(review, DRAWN)
    assert comment.startswith(COMMENT_START)
    assert comment.count(COMMENT_START) == 1
    assert QUICK_ACTION.search(comment) is None
    assert TASK_ITEM.search(comment) is None
    fences = re.findall("^ {0,3}(?:```[^`\n]*|~~~.*)$", comment, re.MULTILINE)  # with a tick behind it, it opens none
    assert fences in ([], ["```mermaid", "```"])
    for rendered in RENDERERS:
        page = read(rendered(comment))
        assert set(page.tags) <= TAGS, page.tags
        assert page.tags.count("pre") == len(fences) // 2
        assert len(page.comments) == 1
        assert references(page) == []
        assert all(re.match("https?://|mailto:|xmpp:", link) for link in page.links)
        assert "The settings of that branch hold" in page.visible.splitlines()[-1]


@given(texts)
def test_the_only_references_in_the_comment_are_what_a_merge_does(text: str) -> None:
    after = trap(text, "LATER-001", Status.RESOLVED)
    comment = review_comment(Review(compare(register(), after), "main", MERGE, ("a.md",)), DRAWN)
    for rendered in RENDERERS:
        assert re.findall("#([0-9]+)", "".join(read(rendered(comment)).runs)) == ["12", "13", "14"]


@given(texts)
def test_the_title_of_a_verdict_refers_to_nothing(text: str) -> None:
    for before in (register(), trap(text, "LATER-001", Status.PENDING)):
        said = verdict(compare(before, trap(text, "LATER-001", Status.RESOLVED)), Rules(no_new_errors=True), "")
        assert references_in_plain_text(said.title) == []
