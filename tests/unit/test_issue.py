"""What the documents ask of an issue: title, state, links, milestone, assignee, and when its body is due."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from builders import EMBEDDED, FORGE, NAMESPACE, item, register, statement
from gapkeeper.model.items import Item, Losing, References
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.readiness import Gate
from gapkeeper.model.snapshot import Capabilities, Reason
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.planning.digests import content_digest, statement_digest
from gapkeeper.planning.issue import LINK_LIMIT, DesiredIssue, IssueRenderer
from gapkeeper.planning.title import issue_title


def desired(
    wanted: Item,
    *others: Item,
    policy: SyncPolicy | None = None,
    capabilities: Capabilities = EMBEDDED,
    gates: tuple[Gate, ...] = (),
) -> DesiredIssue:
    renderer = IssueRenderer(register(wanted, *others, gates=gates), policy or SyncPolicy(), capabilities, NAMESPACE)
    return renderer.desired(wanted)


# --- Title ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        (item(), "LATER-001: PostgreSQL provisioning"),
        (item(title="Remove `npm run d1`"), "LATER-001: Remove `npm run d1`"),
        (item(title=""), "LATER-001"),
        (
            item("ISSUE-001", "D1 scripts", path="docs/gaps_after_infra.md", scoped=True),
            "ISSUE-001: D1 scripts (gaps_after_infra.md)",
        ),
        (item(title="two\nlines  and @team"), "LATER-001: two lines and @\u200bteam"),
    ],
)
def test_title(wanted: Item, title: str) -> None:
    assert issue_title(wanted, 256) == title


def test_a_long_title_loses_its_end_and_keeps_id_and_document() -> None:
    wanted = item("ISSUE-001", "word " * 100, path="docs/gaps.md", scoped=True)
    title = issue_title(wanted, 60)
    assert len(title) <= 60
    assert title.startswith("ISSUE-001: word word")
    assert title.endswith("wor… (gaps.md)")


def test_a_document_name_as_long_as_a_title_does_not_crash() -> None:
    assert len(issue_title(item("ISSUE-001", "x", path=f"{'n' * 300}.md", scoped=True), 256)) <= 256


# --- State, identity, people ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (Status.RESOLVED, State.CLOSED, Reason.COMPLETED),
        (Status.CANCELLED, State.CLOSED, Reason.NOT_PLANNED),
        (Status.DEFERRED, State.OPEN, None),
        (Status.PENDING, State.OPEN, None),
    ],
)
def test_state(status: Status, state: State, reason: Reason | None) -> None:
    wanted = desired(item(status=status))
    assert (wanted.state, wanted.reason) == (state, reason)


def test_identity() -> None:
    assert desired(item("ISSUE-001", path="docs/new.md", scoped=True)).identity == "42/ISSUE/docs/new.md/ISSUE-001"


def test_assignees_and_milestones_only_on_request() -> None:
    gates = (
        Gate("Phase 26", "Cutover", Status.BLOCKED, "Blocked", ("LATER-001",), Place("plan.md", 3)),
        Gate("Phase 27", "After", Status.PENDING, "Pending", ("LATER-001",), Place("plan.md", 4)),
    )
    wanted = item(owner="Infrastructure")
    plain = desired(wanted, gates=gates)
    assert (plain.assignees, plain.milestone) == (frozenset(), None)
    policy = SyncPolicy(owners=MappingProxyType({"Infrastructure": "anna"}), milestones=True)
    asked = desired(wanted, policy=policy, gates=gates)
    assert (asked.assignees, asked.milestone) == ({"anna"}, "Phase 26")


# --- Links ------------------------------------------------------------------------------------------


def test_whichever_side_says_it_the_one_that_waits_is_blocked() -> None:
    first = item("ACTION-040", blocks=("ACTION-039",))
    second = item("ACTION-038", depends_on=("ACTION-040",))
    third = item("ACTION-039")
    for waiting in (second, third):
        wanted = desired(waiting, *(i for i in (first, second, third) if i is not waiting))
        assert wanted.links == {("blocked_by", "42/ACTION//ACTION-040")}
    assert desired(first, second, third).links == frozenset()


def test_no_links_where_the_tracker_has_none_nor_to_itself_nor_to_what_is_not_there() -> None:
    waiting = item(depends_on=("LATER-001", "LATER-002", "LATER-404"))
    other = item("LATER-002")
    assert desired(waiting, other).links == {("blocked_by", "42/LATER//LATER-002")}
    assert desired(waiting, other, capabilities=Capabilities("none", links=frozenset())).links == frozenset()


def test_no_more_links_than_a_forge_takes() -> None:
    others = [item(f"LATER-{n:03}") for n in range(2, 100)]
    wanted = desired(item(depends_on=tuple(i.key for i in others)), *others, capabilities=FORGE)
    assert len(wanted.links) == LINK_LIMIT


# --- Digests ----------------------------------------------------------------------------------------


def test_a_row_inserted_above_changes_no_digest() -> None:
    before, after = item(line=10), item(line=11)
    assert content_digest(before) == content_digest(after)
    assert statement_digest(before) == statement_digest(after)


def test_another_mention_changes_no_digest() -> None:
    before = item()
    mention = statement("LATER-001", path="NOW.md", line=4, rank=Rank.ROW)
    after = replace(before, statements=(*before.statements, mention))
    assert content_digest(before) == content_digest(after)


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.BLOCKED},
        {"status_text": "waiting"},
        {"owner": "Anna"},
        {"priority": "P0"},
        {"category": "DNS"},
        {"estimate": "2 days"},
        {"blocks_text": "everything"},
        {"blocks": ("LATER-002",)},
        {"depends_on": ("LATER-002",)},
        {"resolves": ("LATER-002",)},
        {"resolved_by": "ACTION-1"},
        {"description": (("Evidence", "seen"),)},
        {"losing": (Losing(statement("LATER-001", Status.RESOLVED, line=9), "status", "conflict"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_said_changes_the_content_digest(change: dict[str, object]) -> None:
    assert content_digest(replace(item(), **change)) != content_digest(item())


def test_text_of_a_relation_counts() -> None:
    before = item()
    home = replace(before.home, depends_on=References(text="RISK-3 and a decision"))
    assert content_digest(replace(before, statements=(home,))) != content_digest(before)


def test_the_words_of_the_status_make_the_statement_digest() -> None:
    assert statement_digest(item(status=Status.RESOLVED, status_text="x")) == statement_digest(item(status_text="x"))
    assert statement_digest(item(status_text="Done")) != statement_digest(item(status_text="Open"))
    assert statement_digest(replace(item(), resolved_by="ACTION-1")) != statement_digest(item())


def test_digests_take_any_text() -> None:
    assert content_digest(item(status_text="\ud800", owner="\x00")) != content_digest(item(status_text="\ud801"))
