"""What a merge would do to the issues: what only the head's plan does."""

from __future__ import annotations

from gapkeeper.model.plan import Change, IssueUpdate, Op, Plan
from gapkeeper.model.review import OnMerge
from gapkeeper.model.status import State
from gapkeeper.planning.on_merge import on_merge


def plan(*changes: Change) -> Plan:
    return Plan("memory", None, changes)


def change(op: Op, key: str, issue: int | None = None, *, held: str | None = None, identity: str = "") -> Change:
    return Change(op, key, "", identity=identity or f"42/{key}", issue=issue, held=held)


def test_what_both_plans_hold_is_left_out() -> None:
    base = plan(change(Op.CLOSE, "LATER-1", 11), change(Op.CREATE, "LATER-3"))
    head = plan(change(Op.CLOSE, "LATER-1", 11), change(Op.CLOSE, "LATER-2", 12), change(Op.CREATE, "LATER-3"))
    assert on_merge(base, head) == OnMerge(closes=(("LATER-2", 12),))


def test_the_same_plan_twice_does_nothing() -> None:
    both = plan(change(Op.CREATE, "LATER-1"), change(Op.ORPHAN, "LATER-2", 12))
    assert not on_merge(both, both)


def test_what_only_the_base_would_do_is_not_said() -> None:
    assert not on_merge(plan(change(Op.CLOSE, "LATER-1", 11)), plan())


def test_each_operation_has_its_place_and_others_have_none() -> None:
    head = plan(
        change(Op.LABEL, "kind: later"),
        change(Op.CREATE, "LATER-1"),
        change(Op.ADOPT, "LATER-2", 12),
        change(Op.DUPLICATE, "LATER-3", 13),
        change(Op.UPDATE, "LATER-4", 14),
        change(Op.CLOSE, "LATER-5", 15),
        change(Op.REOPEN, "LATER-6", 16),
        change(Op.ORPHAN, "LATER-7", 17),
        change(Op.CONFLICT, "LATER-8", 18),
        change(Op.COMMENT, "LATER-9", 19),
    )
    assert on_merge(plan(), head) == OnMerge(
        closes=(("LATER-5", 15),),
        reopens=(("LATER-6", 16),),
        opens=("LATER-1", "LATER-2"),
        orphans=(("LATER-7", 17),),
    )


def test_an_issue_that_is_closed_at_once_is_not_opened() -> None:
    closed = Change(Op.CREATE, "LATER-1", "", identity="42/LATER-1", then=IssueUpdate(state=State.CLOSED))
    assert not on_merge(plan(), plan(closed))
    assert on_merge(plan(closed), plan(change(Op.CREATE, "LATER-1"))).opens == ("LATER-1",)


def test_held_changes_of_the_head_are_left_out() -> None:
    assert not on_merge(plan(), plan(change(Op.CLOSE, "LATER-1", 11, held="--accept-reading")))


def test_a_change_that_only_the_base_holds_back_is_this_pull_requests_doing() -> None:
    base = plan(change(Op.CLOSE, "LATER-1", 11, held="--accept-reading"))
    assert on_merge(base, plan(change(Op.CLOSE, "LATER-1", 11))).closes == (("LATER-1", 11),)


def test_another_issue_of_the_same_item_is_another_change() -> None:
    base = plan(change(Op.CLOSE, "LATER-1", 11))
    assert on_merge(base, plan(change(Op.CLOSE, "LATER-1", 12))).closes == (("LATER-1", 12),)


def test_items_of_one_key_and_another_identity_are_told_apart() -> None:
    base = plan(change(Op.CREATE, "ISSUE-1", identity="42/a.md#ISSUE-1"))
    assert on_merge(base, plan(change(Op.CREATE, "ISSUE-1", identity="42/b.md#ISSUE-1"))).opens == ("ISSUE-1",)


def test_everything_is_sorted_by_key_whatever_the_plans_order() -> None:
    head = plan(
        change(Op.CREATE, "LATER-9"),
        change(Op.ADOPT, "LATER-1", 4),
        change(Op.CLOSE, "LATER-8", 1),
        change(Op.CLOSE, "LATER-2", 30),
        change(Op.CLOSE, "LATER-2", 7),
    )
    merge = on_merge(plan(), head)
    assert merge.opens == ("LATER-1", "LATER-9")
    assert merge.closes == (("LATER-2", 7), ("LATER-2", 30), ("LATER-8", 1))
