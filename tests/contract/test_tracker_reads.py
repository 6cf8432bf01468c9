"""What a snapshot holds, and who is believed to have done what."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from tracker_counterparts import create, create_planned

from gapkeeper.errors import NotFoundError, RefusedError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Label, Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import END_LINE, Marker, Pair, TrackerState, hidden_key_line, write_marker
from gapkeeper.ports import Tracker, TrackerReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker_counterparts import Counterpart

MANAGED = "gapkeeper"
KEY = "close-0123456789abcdef"


def managed_body(identity: str) -> str:
    marker = Marker(identity, "LATER-001", Pair(None, TrackerState.OPEN), Pair("A title", "A title"))
    return f"Written above.\n\n{write_marker(marker)}\nText.\n{END_LINE}\n"


class TestSnapshot:
    def test_of_an_empty_tracker(self, tracker: Tracker) -> None:
        snapshot = tracker.snapshot(MANAGED, everything=True)
        assert snapshot.issues == ()
        assert snapshot.others == ()
        assert snapshot.account
        assert snapshot.taken_at is not None

    def test_the_namespace_is_one_for_all_who_ask(self, counterpart: Counterpart, tracker: Tracker) -> None:
        namespace = tracker.snapshot(MANAGED, everything=False).namespace
        assert namespace
        assert counterpart.open_reader().snapshot(MANAGED, everything=True).namespace == namespace

    def test_is_complete_over_pages_and_states(self, tracker: Tracker) -> None:
        size = tracker.capabilities.page_size + 3
        made = [create(tracker, f"Issue {n}", labels=[MANAGED]).number for n in range(size)]
        for number in made[::2]:
            tracker.update_issue(number, IssueUpdate(state=State.CLOSED, reason=Reason.COMPLETED))
        snapshot = tracker.snapshot(MANAGED, everything=False)
        assert [issue.number for issue in snapshot.issues] == made
        assert [issue.title for issue in snapshot.issues] == [f"Issue {n}" for n in range(size)]
        assert [issue.state for issue in snapshot.issues[:3]] == [State.CLOSED, State.OPEN, State.CLOSED]
        assert [issue.reason for issue in snapshot.issues[:3]] == [Reason.COMPLETED, None, Reason.COMPLETED]

    def test_holds_what_has_the_label_in_any_case_or_a_marker(self, tracker: Tracker) -> None:
        labelled = create(tracker, labels=["GapKeeper"]).number
        marked = create(tracker, body=managed_body("1/LATER//LATER-001")).number
        neither = create(tracker, body="gapkeeper, in words", labels=["bug"]).number
        some = tracker.snapshot(MANAGED, everything=False)
        assert [issue.number for issue in some.issues] == [labelled, marked]
        assert some.others is None
        assert tracker.snapshot(MANAGED.upper(), everything=False).issues == some.issues
        everything = tracker.snapshot(MANAGED, everything=True)
        assert everything.issues == some.issues
        assert everything.others is not None
        assert [issue.number for issue in everything.others] == [neither]

    def test_shows_each_issue_as_asking_for_it_alone_does(self, counterpart: Counterpart, tracker: Tracker) -> None:
        first = create_planned(counterpart, "One", "Text", [MANAGED, "bug"]).number
        second = create(tracker, "Two", "", [MANAGED]).number
        tracker.update_issue(second, IssueUpdate(state=State.CLOSED))
        snapshot = tracker.snapshot(MANAGED, everything=False)
        assert snapshot.issues == (tracker.issue(first), tracker.issue(second))

    def test_has_labels_and_milestones_of_the_project(self, tracker: Tracker) -> None:
        tracker.create_label(Label("kind: later", "1d76db", "An item of kind LATER"))
        tracker.create_milestone("Phase 1")
        snapshot = tracker.snapshot(MANAGED, everything=False)
        assert snapshot.labels["kind: later"] == Label("kind: later", "1d76db", "An item of kind LATER")
        assert snapshot.milestones == {"Phase 1"}


class TestStateActor:
    def test_is_nobody_on_a_new_issue(self, tracker: Tracker) -> None:
        assert create(tracker).state_actor is None

    def test_is_ourselves_after_our_own_close(self, tracker: Tracker) -> None:
        number = create(tracker).number
        closed = tracker.update_issue(number, IssueUpdate(state=State.CLOSED))
        assert closed.state_actor is not None
        assert closed.state_actor.role is Role.SELF
        assert closed.state_actor.name == tracker.snapshot(MANAGED, everything=False).account

    @pytest.mark.needs("others")
    @pytest.mark.parametrize("role", [Role.WRITE, Role.READ, Role.BOT])
    def test_is_whoever_closed_it_with_their_role(self, counterpart: Counterpart, tracker: Tracker, role: Role) -> None:
        number = create(tracker, labels=[MANAGED]).number
        counterpart.open_as("Rosa", role).update_issue(number, IssueUpdate(state=State.CLOSED))
        assert tracker.issue(number).state_actor == Actor("Rosa", role)
        assert tracker.snapshot(MANAGED, everything=False).issues[0].state_actor == Actor("Rosa", role)

    @pytest.mark.needs("others")
    def test_is_the_last_one_who_moved_the_state(self, counterpart: Counterpart, tracker: Tracker) -> None:
        number = create(tracker).number
        counterpart.open_as("Rosa", Role.WRITE).update_issue(number, IssueUpdate(state=State.CLOSED))
        counterpart.open_as("Piet", Role.READ).update_issue(number, IssueUpdate(state=State.OPEN))
        counterpart.open_as("Ann", Role.WRITE).update_issue(number, IssueUpdate(title="Another title"))
        counterpart.open_as("Ann", Role.WRITE).comment(number, "Reopened, I see.")
        assert tracker.issue(number).state_actor == Actor("Piet", Role.READ)


class TestAuthor:
    def test_is_our_account(self, tracker: Tracker) -> None:
        assert create(tracker).author == Actor(tracker.snapshot(MANAGED, everything=False).account, Role.SELF)

    @pytest.mark.needs("others")
    @pytest.mark.parametrize("role", [Role.WRITE, Role.READ, Role.BOT])
    def test_is_whoever_wrote_it_with_their_role(self, counterpart: Counterpart, tracker: Tracker, role: Role) -> None:
        number = create(counterpart.open_as("Rosa", role)).number
        assert tracker.issue(number).author == Actor("Rosa", role)


class TestFindByIdentity:
    def test_finds_the_oldest(self, tracker: Tracker) -> None:
        create(tracker, body=managed_body("1/LATER//LATER-002"))
        oldest = create(tracker, body=managed_body("1/LATER//LATER-001"))
        create(tracker, body=managed_body("1/LATER//LATER-001"))
        found = tracker.find_by_identity("1/LATER//LATER-001")
        assert found is not None
        assert found.number == oldest.number

    def test_finds_a_closed_one(self, tracker: Tracker) -> None:
        number = create(tracker, body=managed_body("1/LATER//LATER-001")).number
        tracker.update_issue(number, IssueUpdate(state=State.CLOSED))
        assert tracker.find_by_identity("1/LATER//LATER-001") == tracker.issue(number)

    @pytest.mark.parametrize("identity", ["1/LATER//LATER-00", "LATER-001", "2/LATER//LATER-001", ""])
    def test_finds_nothing_by_a_part_or_another(self, tracker: Tracker, identity: str) -> None:
        create(tracker, body=managed_body("1/LATER//LATER-001"))
        assert tracker.find_by_identity(identity) is None

    @pytest.mark.needs("others")
    @pytest.mark.parametrize("role", [Role.READ, Role.BOT])
    def test_does_not_believe_a_stranger(self, counterpart: Counterpart, tracker: Tracker, role: Role) -> None:
        create(counterpart.open_as("Mallory", role), body=managed_body("1/LATER//LATER-001"))
        assert tracker.find_by_identity("1/LATER//LATER-001") is None
        ours = create(tracker, body=managed_body("1/LATER//LATER-001"))
        assert tracker.find_by_identity("1/LATER//LATER-001") == ours


class TestHasComment:
    def test_finds_our_comment_by_its_hidden_key(self, tracker: Tracker) -> None:
        number = create(tracker).number
        assert not tracker.has_comment(number, KEY)
        tracker.comment(number, f"Closed, since it is done.\n\n{hidden_key_line(KEY)}")
        tracker.comment(number, "Another one.")
        assert tracker.has_comment(number, KEY)
        assert not tracker.has_comment(number, "close-fedcba9876543210")
        assert not tracker.has_comment(create(tracker).number, KEY)

    def test_does_not_take_the_body_for_a_comment(self, tracker: Tracker) -> None:
        number = create(tracker, body=f"Text\n{hidden_key_line(KEY)}").number
        assert not tracker.has_comment(number, KEY)

    @pytest.mark.needs("others")
    @pytest.mark.parametrize("role", [Role.WRITE, Role.READ, Role.BOT])
    def test_does_not_count_what_others_write(self, counterpart: Counterpart, tracker: Tracker, role: Role) -> None:
        number = create(tracker).number
        counterpart.open_as("Mallory", role).comment(number, f"Closed.\n\n{hidden_key_line(KEY)}")
        assert not tracker.has_comment(number, KEY)


@pytest.mark.needs("delete")
class TestDeleted:
    def test_is_not_found(self, counterpart: Counterpart, tracker: Tracker) -> None:
        kept, deleted = create(tracker, labels=[MANAGED]).number, create(tracker, labels=[MANAGED]).number
        tracker.comment(deleted, f"Text\n{hidden_key_line(KEY)}")
        counterpart.delete(deleted)
        assert [issue.number for issue in tracker.snapshot(MANAGED, everything=True).issues] == [kept]
        for ask in (
            lambda: tracker.issue(deleted),
            lambda: tracker.has_comment(deleted, KEY),
            lambda: tracker.update_issue(deleted, IssueUpdate(title="Other")),
            lambda: tracker.comment(deleted, "Text"),
            lambda: tracker.add_link(kept, "blocked_by", deleted),
            lambda: tracker.add_link(deleted, "blocked_by", kept),
            lambda: tracker.remove_link(deleted, "blocked_by", kept),
        ):
            with pytest.raises(NotFoundError, match=f"#{deleted}"):
                ask()

    def test_leaves_its_number_unused(self, counterpart: Counterpart, tracker: Tracker) -> None:
        number = create(tracker).number
        counterpart.delete(number)
        assert create(tracker).number > number

    def test_is_not_found_by_identity(self, counterpart: Counterpart, tracker: Tracker) -> None:
        number = create(tracker, body=managed_body("1/LATER//LATER-001")).number
        counterpart.delete(number)
        assert tracker.find_by_identity("1/LATER//LATER-001") is None


def test_an_issue_that_never_was_is_not_found(tracker: Tracker) -> None:
    with pytest.raises(NotFoundError, match="#4711"):
        tracker.issue(4711)


WRITES = {
    "lock": lambda tracker, _: tracker.lock().__enter__(),
    "create_label": lambda tracker, _: tracker.create_label(Label("bug", "ff0000")),
    "create_milestone": lambda tracker, _: tracker.create_milestone("Phase 1"),
    "create_issue": lambda tracker, _: create(tracker),
    "update_issue": lambda tracker, number: tracker.update_issue(number, IssueUpdate(title="Other")),
    "comment": lambda tracker, number: tracker.comment(number, "Text"),
    "add_link": lambda tracker, number: tracker.add_link(number, "blocked_by", number - 1),
    "remove_link": lambda tracker, number: tracker.remove_link(number, "blocked_by", number - 1),
}


class TestReader:
    def test_every_write_of_the_protocol_is_tried(self) -> None:
        methods = {name for name in vars(Tracker) if not name.startswith("_")}
        assert set(WRITES) == methods - set(vars(TrackerReader)) - {"close"}

    @pytest.mark.needs("record")
    @pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
    def test_refuses_to_write(
        self, counterpart: Counterpart, tracker: Tracker, write: Callable[[Tracker, int], object]
    ) -> None:
        create(tracker)
        number = create(tracker).number
        reader = counterpart.open_reader()
        before = counterpart.record()
        with pytest.raises(RefusedError, match="opened to be read"):
            write(cast("Tracker", reader), number)  # the type checker would not
        assert counterpart.record() == before

    @pytest.mark.needs("record")
    def test_reads_all_and_leaves_no_trace(self, counterpart: Counterpart, tracker: Tracker) -> None:
        issue = create(tracker, body=managed_body("1/LATER//LATER-001"), labels=[MANAGED])
        tracker.comment(issue.number, f"Text\n{hidden_key_line(KEY)}")
        issue = tracker.issue(issue.number)
        before = counterpart.record()
        reader = counterpart.open_reader()
        assert reader.url == tracker.url
        assert reader.capabilities == tracker.capabilities
        assert reader.snapshot(MANAGED, everything=True).issues == (issue,)
        assert reader.issue(issue.number) == issue
        assert reader.find_by_identity("1/LATER//LATER-001") == issue
        assert reader.has_comment(issue.number, KEY)
        assert counterpart.record() == before
