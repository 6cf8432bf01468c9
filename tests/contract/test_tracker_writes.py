"""What a write changes, what it leaves alone, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tracker_counterparts import create, create_planned, kind_of_links

from gapkeeper.errors import NotAuthorisedError, NotFoundError, RejectedError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Label, Reason, Role
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from tracker_counterparts import Counterpart

    from gapkeeper.ports import Tracker

MANAGED = "gapkeeper"
TEXT = "Zürich — „Wörter“ 漢字 🚢 e\u0301\n\n| a | b |\n|---|---|\n\n<details>&amp; \\ % _ ' \"</details>\n\ttab"


class TestCreate:
    def test_returns_the_issue_as_it_is_stored(self, counterpart: Counterpart, tracker: Tracker) -> None:
        tracker.create_label(Label("bug", "ff0000"))
        issue = create_planned(counterpart, "LATER-001: Größe 🚢", TEXT, ["bug", MANAGED])
        assert issue == tracker.issue(issue.number)
        assert (issue.title, issue.body) == ("LATER-001: Größe 🚢", TEXT)
        assert (issue.state, issue.reason) == (State.OPEN, None)
        assert issue.labels == {"bug", MANAGED}
        assert issue.milestone == "Phase 1"
        assert issue.assignees == {counterpart.assignee}
        assert issue.links == frozenset()
        assert not issue.locked
        assert issue.updated_at is not None
        assert str(issue.number) in issue.url

    def test_numbers_rise(self, tracker: Tracker) -> None:
        first, second = create(tracker).number, create(tracker).number
        assert 0 < first < second

    def test_makes_labels_that_nobody_made(self, tracker: Tracker) -> None:
        assert create(tracker, labels=["kind: later"]).labels == {"kind: later"}
        assert "kind: later" in tracker.snapshot(MANAGED, everything=False).labels

    def test_uses_a_label_that_is_there_in_another_case(self, tracker: Tracker) -> None:
        tracker.create_label(Label("Über: XL", "ff0000"))
        assert create(tracker, labels=["ÜBER: xl"]).labels == {"Über: XL"}
        assert set(tracker.snapshot(MANAGED, everything=False).labels) == {"Über: XL"}


class TestLabelsAndMilestones:
    def test_a_label_that_is_there_stays_as_it_is(self, tracker: Tracker) -> None:
        tracker.create_label(Label("Bug", "ff0000", "Broken"))
        tracker.create_label(Label("bug", "00ff00", "Other"))
        assert tracker.snapshot(MANAGED, everything=False).labels == {"Bug": Label("Bug", "ff0000", "Broken")}

    def test_a_milestone_that_is_there_stays_one(self, tracker: Tracker) -> None:
        tracker.create_milestone("Phase 1")
        tracker.create_milestone("Phase 1")
        assert tracker.snapshot(MANAGED, everything=False).milestones == {"Phase 1"}


class TestLimits:
    def test_text_as_long_as_allowed_is_taken(self, tracker: Tracker) -> None:
        limits = tracker.capabilities
        title, body = "ü" * limits.title_limit, "漢" * limits.body_limit
        label = Label("l" * limits.label_limit, "ff0000", "d" * limits.label_description_limit)
        tracker.create_label(label)
        issue = create(tracker, title, body, [label.name])
        assert (issue.title, issue.body, issue.labels) == (title, body, frozenset({label.name}))
        assert tracker.snapshot(MANAGED, everything=False).labels[label.name] == label
        tracker.comment(issue.number, body)

    @pytest.mark.parametrize("what", ["title_limit", "body_limit", "label_limit"])
    def test_a_longer_one_is_rejected_with_the_limit_and_nothing_is_made(self, tracker: Tracker, what: str) -> None:
        limit = getattr(tracker.capabilities, what)
        text = "x" * (limit + 1)
        values = {"title_limit": {"title": text}, "body_limit": {"body": text}, "label_limit": {"labels": [text]}}
        with pytest.raises(RejectedError, match=f"{limit:,}"):
            create(tracker, **values[what])
        snapshot = tracker.snapshot(MANAGED, everything=True)
        assert snapshot.others == ()
        assert text not in snapshot.labels

    def test_a_longer_label_or_comment_is_rejected(self, tracker: Tracker) -> None:
        limits = tracker.capabilities
        number = create(tracker).number
        for write in (
            lambda: tracker.create_label(Label("l" * (limits.label_limit + 1), "ff0000")),
            lambda: tracker.create_label(Label("bug", "ff0000", "d" * (limits.label_description_limit + 1))),
            lambda: tracker.comment(number, "x" * (limits.body_limit + 1)),
            lambda: tracker.update_issue(number, IssueUpdate(title="x" * (limits.title_limit + 1))),
            lambda: tracker.update_issue(number, IssueUpdate(body="x" * (limits.body_limit + 1))),
        ):
            with pytest.raises(RejectedError, match="1 more than"):
                write()
        assert tracker.snapshot(MANAGED, everything=False).labels == {}
        assert (tracker.issue(number).title, tracker.issue(number).body) == ("A title", "")

    def test_nothing_is_rejected_as_text(self, tracker: Tracker) -> None:
        number = create(tracker).number
        for write in (
            lambda: create(tracker, ""),
            lambda: create(tracker, " \n"),
            lambda: tracker.update_issue(number, IssueUpdate(title="")),
            lambda: tracker.comment(number, " "),
            lambda: tracker.create_label(Label("", "ff0000")),
        ):
            with pytest.raises(RejectedError, match="empty"):
                write()

    def test_a_colour_that_is_none_is_rejected(self, tracker: Tracker) -> None:
        with pytest.raises(RejectedError, match="#ff0000"):
            tracker.create_label(Label("bug", "#ff0000"))

    def test_a_milestone_that_nobody_made_is_rejected(self, tracker: Tracker) -> None:
        with pytest.raises(RejectedError, match="Phase 1"):
            tracker.create_issue("A title", "", frozenset(), milestone="Phase 1", assignees=frozenset())
        number = create(tracker).number
        with pytest.raises(RejectedError, match="Phase 1"):
            tracker.update_issue(number, IssueUpdate(milestone="Phase 1"))


class TestUpdate:
    def test_changes_everything_in_one_step(self, counterpart: Counterpart, tracker: Tracker) -> None:
        tracker.create_milestone("Phase 1")
        before = create(tracker, "Old", "Old text", ["status: open", "bug"])
        update = IssueUpdate(
            title="New",
            body=TEXT,
            state=State.CLOSED,
            reason=Reason.COMPLETED,
            add_labels=frozenset({"status: resolved"}),
            remove_labels=frozenset({"status: open"}),
            milestone="Phase 1",
            assignees=frozenset({counterpart.assignee}),
        )
        after = tracker.update_issue(before.number, update)
        assert after == tracker.issue(before.number)
        assert (after.title, after.body) == ("New", TEXT)
        assert (after.state, after.reason) == (State.CLOSED, Reason.COMPLETED)
        assert after.labels == {"status: resolved", "bug"}
        assert (after.milestone, after.assignees) == ("Phase 1", frozenset({counterpart.assignee}))
        assert before.updated_at is not None
        assert after.updated_at is not None
        assert after.updated_at >= before.updated_at

    def test_leaves_alone_what_it_does_not_name(self, counterpart: Counterpart, tracker: Tracker) -> None:
        before = create_planned(counterpart, "Title", "Text", ["bug", "wontfix"])
        after = tracker.update_issue(before.number, IssueUpdate(add_labels=frozenset({MANAGED})))
        assert after.labels == {"bug", "wontfix", MANAGED}
        for part in ("title", "body", "state", "reason", "milestone", "assignees", "author", "state_actor"):
            assert getattr(after, part) == getattr(before, part)

    @pytest.mark.needs("others")
    def test_leaves_labels_alone_that_a_person_added_meanwhile(
        self, counterpart: Counterpart, tracker: Tracker
    ) -> None:
        before = create(tracker, labels=["status: open"])
        person = counterpart.open_as("Rosa", Role.WRITE)
        person.update_issue(before.number, IssueUpdate(add_labels=frozenset({"needs talk"})))
        update = IssueUpdate(add_labels=frozenset({"status: blocked"}), remove_labels=frozenset({"status: open"}))
        assert tracker.update_issue(before.number, update).labels == {"needs talk", "status: blocked"}

    def test_labels_are_the_same_in_any_case(self, tracker: Tracker) -> None:
        number = create(tracker, labels=["Bug", "Later"]).number
        update = IssueUpdate(add_labels=frozenset({"bug"}), remove_labels=frozenset({"LATER", "never was"}))
        assert tracker.update_issue(number, update).labels == {"Bug"}

    def test_a_label_both_added_and_removed_is_there(self, tracker: Tracker) -> None:
        number = create(tracker, labels=["a"]).number
        update = IssueUpdate(add_labels=frozenset({"a", "b"}), remove_labels=frozenset({"a", "b"}))
        assert tracker.update_issue(number, update).labels == {"a", "b"}

    def test_a_rejected_part_leaves_the_whole_undone(self, tracker: Tracker) -> None:
        before = create(tracker, "Old", "Old text", ["bug"])
        update = IssueUpdate(
            title="New",
            state=State.CLOSED,
            add_labels=frozenset({"fine", "x" * (tracker.capabilities.label_limit + 1)}),
            remove_labels=frozenset({"bug"}),
        )
        with pytest.raises(RejectedError):
            tracker.update_issue(before.number, update)
        assert tracker.issue(before.number) == before

    def test_assignees_are_set_and_cleared(self, counterpart: Counterpart, tracker: Tracker) -> None:
        number = create(tracker).number
        someone = IssueUpdate(assignees=frozenset({counterpart.assignee}))
        assert tracker.update_issue(number, someone).assignees == {counterpart.assignee}
        assert tracker.update_issue(number, IssueUpdate(assignees=frozenset())).assignees == frozenset()

    def test_of_an_issue_that_never_was_is_not_found(self, tracker: Tracker) -> None:
        with pytest.raises(NotFoundError, match="#4711"):
            tracker.update_issue(4711, IssueUpdate(title="Other"))

    @pytest.mark.needs("record")
    def test_without_effect_leaves_no_trace(self, counterpart: Counterpart, tracker: Tracker) -> None:
        tracker.create_label(Label("bug", "ff0000"))
        first = create_planned(counterpart, "Title", "Text", ["bug"]).number
        second, kind = create(tracker).number, kind_of_links(tracker)
        tracker.update_issue(first, IssueUpdate(state=State.CLOSED, reason=Reason.NOT_PLANNED))
        tracker.add_link(first, kind, second)
        issue, before = tracker.issue(first), counterpart.record()
        same = IssueUpdate(
            title="Title",
            body="Text",
            state=State.CLOSED,
            add_labels=frozenset({"BUG"}),
            remove_labels=frozenset({"never was"}),
            milestone="Phase 1",
            assignees=frozenset({counterpart.assignee}),
        )
        assert tracker.update_issue(first, same) == issue
        assert tracker.update_issue(first, IssueUpdate()) == issue
        assert tracker.update_issue(second, IssueUpdate(state=State.OPEN)) == tracker.issue(second)
        tracker.create_label(Label("Bug", "00ff00"))
        tracker.create_milestone("Phase 1")
        tracker.add_link(first, kind, second)
        if kind == "blocked_by":  # the other way round they are not tied
            tracker.remove_link(second, kind, first)
        assert counterpart.record() == before
        assert tracker.issue(first) == issue

    @pytest.mark.needs("record")
    def test_with_effect_leaves_one(self, counterpart: Counterpart, tracker: Tracker) -> None:
        number = create(tracker).number
        before = counterpart.record()
        tracker.update_issue(number, IssueUpdate(title="Other"))
        assert counterpart.record() != before


class TestState:
    def test_closed_without_a_reason_is_completed(self, tracker: Tracker) -> None:
        number = create(tracker).number
        assert tracker.update_issue(number, IssueUpdate(state=State.CLOSED)).reason is Reason.COMPLETED

    @pytest.mark.parametrize(
        "reason",
        [
            Reason.COMPLETED,
            pytest.param(Reason.NOT_PLANNED, marks=pytest.mark.needs("not-planned")),
            pytest.param(Reason.DUPLICATE, marks=pytest.mark.needs("duplicate")),
        ],
    )
    def test_a_reason_is_kept_and_cleared_by_reopening(self, tracker: Tracker, reason: Reason) -> None:
        number = create(tracker).number
        closed = tracker.update_issue(number, IssueUpdate(state=State.CLOSED, reason=reason))
        assert (closed.state, closed.reason) == (State.CLOSED, reason)
        assert tracker.update_issue(number, IssueUpdate(body="Edited")).reason is reason
        opened = tracker.update_issue(number, IssueUpdate(state=State.OPEN))
        assert (opened.state, opened.reason) == (State.OPEN, None)


class TestComments:
    def test_an_issue_that_never_was_is_not_found(self, tracker: Tracker) -> None:
        with pytest.raises(NotFoundError, match="#4711"):
            tracker.comment(4711, "Text")

    @pytest.mark.needs("lock", "others")
    def test_a_locked_issue_takes_those_of_people_who_may_write(
        self, counterpart: Counterpart, tracker: Tracker
    ) -> None:
        number = create(tracker).number
        counterpart.lock(number)
        assert tracker.issue(number).locked
        tracker.comment(number, "From us")
        counterpart.open_as("Rosa", Role.WRITE).comment(number, "From a maintainer")
        with pytest.raises(NotAuthorisedError, match="locked"):
            counterpart.open_as("Piet", Role.READ).comment(number, "From a reader")


@pytest.mark.needs("links")
class TestLinks:
    def test_are_tied_and_untied(self, tracker: Tracker) -> None:
        kind = kind_of_links(tracker)
        first, second, third = (create(tracker, labels=[MANAGED]).number for _ in range(3))
        tracker.add_link(first, kind, second)
        tracker.add_link(first, kind, third)
        assert tracker.issue(first).links == {(kind, second), (kind, third)}
        assert tracker.issue(second).links == (frozenset() if kind == "blocked_by" else {(kind, first)})
        assert tracker.snapshot(MANAGED, everything=False).issues[0].links == tracker.issue(first).links
        tracker.remove_link(first, kind, second)
        assert tracker.issue(first).links == {(kind, third)}

    def test_twice_is_once(self, tracker: Tracker) -> None:
        kind = kind_of_links(tracker)
        first, second = create(tracker).number, create(tracker).number
        tracker.add_link(first, kind, second)
        tracker.add_link(first, kind, second)
        tracker.remove_link(first, kind, second)
        tracker.remove_link(first, kind, second)
        assert tracker.issue(first).links == frozenset()

    def test_of_an_unknown_kind_or_to_itself_are_rejected(self, tracker: Tracker) -> None:
        first, second = create(tracker).number, create(tracker).number
        with pytest.raises(RejectedError, match="resembles"):
            tracker.add_link(first, "resembles", second)
        with pytest.raises(RejectedError, match="itself"):
            tracker.add_link(first, kind_of_links(tracker), first)

    def test_to_an_issue_that_never_was_is_not_found(self, tracker: Tracker) -> None:
        number = create(tracker).number
        with pytest.raises(NotFoundError, match="#4711"):
            tracker.add_link(number, kind_of_links(tracker), 4711)

    @pytest.mark.needs("delete")
    def test_end_with_the_issue(self, counterpart: Counterpart, tracker: Tracker) -> None:
        kind = kind_of_links(tracker)
        first, second = create(tracker).number, create(tracker).number
        tracker.add_link(first, kind, second)
        counterpart.delete(second)
        assert tracker.issue(first).links == frozenset()


def test_a_run_holds_the_tracker_and_writes_to_it(counterpart: Counterpart, tracker: Tracker) -> None:
    with tracker.lock():
        number = create(tracker).number
        assert counterpart.open_reader().issue(number).number == number  # to look is always allowed
    with tracker.lock():
        assert create(tracker).number > number
