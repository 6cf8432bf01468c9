"""An issue of any item says what the documents say and does nothing: no mention, no link back, no second marker."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from builders import FORGE, NAMESPACE, item, register, statement
from forge_oracle import QUICK_ACTION, RENDERERS, TASK_ITEM, read, references, references_in_plain_text
from gapkeeper.escaping import clean_line
from gapkeeper.model.items import FieldText, Item, Losing, References
from gapkeeper.model.policy import LabelRules, SyncPolicy
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank, Status
from gapkeeper.planning.body import compose_body, split_body
from gapkeeper.planning.comments import (
    Move,
    adopted_apart_comment,
    close_comment,
    conflict_comment,
    moved_on_tracker_comment,
    orphan_comment,
    reopen_comment,
    restored_comment,
    undo_comment,
)
from gapkeeper.planning.issue import IssueRenderer
from gapkeeper.planning.marker import END_LINE, Marker, Pair, TrackerState, carries_key, comment_key, read_marker
from gitlab_counterpart import quick_actions
from hostile_text import texts

fields = st.none() | texts
keys = st.lists(st.sampled_from(["ACTION-040", "docs/@a #1.md#ISSUE-001"]), max_size=2, unique=True).map(tuple)
TAGS = {"table", "thead", "tbody", "tr", "th", "td", "p", "a", "code", "strong", "ul", "li", "sub"}


@st.composite
def hostile_items(draw: st.DrawFn) -> Item:
    wanted = item(
        "ISSUE-001",
        draw(texts),
        draw(st.sampled_from(Status)),
        path=draw(texts.filter(bool)),
        scoped=True,
        line=draw(st.integers(1, 99)),
        status_text=draw(texts) or "words",
        owner=draw(fields),
        priority=draw(fields),
        category=draw(fields),
        estimate=draw(fields),
        blocks=draw(keys),
        blocks_text=draw(texts),
        depends_on=draw(keys),
        description=tuple(draw(st.lists(st.tuples(texts, texts), max_size=2))),
        resolved_by=draw(st.none() | st.just("docs/@a #1.md#ISSUE-001")),
    )
    other = statement("ISSUE-001", path=draw(texts), line=7, rank=Rank.ROW, status_text=draw(texts))
    other = replace(other, title=FieldText(draw(texts), Span(0, 1), 7))
    home = replace(wanted.home, depends_on=References(text=draw(texts)))
    field = draw(st.sampled_from(["status", "title"]))
    return replace(wanted, statements=(home, other), losing=(Losing(other, field, "conflict"),))


policies = st.builds(
    SyncPolicy,
    labels=st.just(LabelRules(owner="o: {value}", category="{value}", extra=MappingProxyType({"ISSUE": ("{title}",)}))),
    document_url=st.sampled_from([None, "https://h/o/r/blob/{revision}/{path}#L{line}"]),
)


def inert(markdown: str, comments: int) -> None:
    assert QUICK_ACTION.search(markdown) is None
    assert quick_actions.split(markdown)[1] == []  # whichever of GitLab's versions reads it
    assert TASK_ITEM.search(markdown) is None
    for render in RENDERERS:
        page = read(render(markdown))
        assert set(page.tags) <= TAGS, page.tags
        assert len(page.comments) == comments
        assert references(page) == []
        assert all(re.match("https?://|mailto:|xmpp:", link) for link in page.links)


@given(hostile_items(), policies)
def test_the_body(wanted: Item, policy: SyncPolicy) -> None:
    renderer = IssueRenderer(register(wanted), policy, FORGE, NAMESPACE)
    desired = renderer.desired(wanted)
    marker = Marker(desired.identity, desired.key, Pair(wanted.status, TrackerState.OPEN), Pair(desired.title, "x"))
    body = compose_body("above", marker, renderer.body(wanted), FORGE) + "\nbelow"
    assert read_marker(body) == marker
    assert split_body(body)[::2] == ("above\n\n", "\nbelow")
    inert(body, comments=2)
    rows = [line for line in body.split("\n") if line.startswith("|")]
    for render in RENDERERS:
        assert len(read(render(body)).cells) == 2 * (len(rows) - 2)


@given(hostile_items(), policies)
def test_title_and_labels(wanted: Item, policy: SyncPolicy) -> None:
    renderer = IssueRenderer(register(wanted), policy, FORGE, NAMESPACE)
    desired = renderer.desired(wanted)
    assert references_in_plain_text(desired.title) == []
    assert desired.title.startswith("ISSUE-001")
    assert len(desired.title) <= FORGE.title_limit
    for name in desired.labels:
        assert 0 < len(name) <= FORGE.label_limit
        assert name == clean_line(name)
        assert "," not in name
        assert renderer.labels.labels[name].name == name


@given(hostile_items(), policies, texts, st.sampled_from(TrackerState))
def test_comments(wanted: Item, policy: SyncPolicy, words: str, state: TrackerState) -> None:
    telling = IssueRenderer(register(wanted), policy, FORGE, NAMESPACE).telling
    key = comment_key("close", words, 1)
    move = Move(state, words)
    for comment in (
        close_comment(wanted, telling, key, written_by=words),
        reopen_comment(wanted, telling, key),
        conflict_comment(wanted, telling, key, move),
        orphan_comment(words, telling, key),
        moved_on_tracker_comment(wanted, telling, key, move, words),
        undo_comment(wanted, telling, key, move),
        adopted_apart_comment(wanted, telling, key),
        restored_comment(wanted, telling, key, state.state),
    ):
        assert carries_key(comment, key)
        assert END_LINE not in comment
        inert(comment, comments=1)
