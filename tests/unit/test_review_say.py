"""One comment on a pull request, whatever happened to it; and nothing is opened to write where nothing differs."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from builders import FORGE
from gapkeeper.app.review import Done, Said, is_red, say
from gapkeeper.errors import ConflictError, NotFoundError, RejectedError
from gapkeeper.model.pulls import COMMENT_START, Conclusion, PostedComment, PullRequest, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.ports import Reviews

PULL = PullRequest(7, open=True, head="a1", base="main", head_ref="refs/pull/7/head", fork=False, url="memory:7")
BODY = f"{COMMENT_START}1 -->\n### Readiness 48.6 %\n\nMore."
GREEN = Verdict(Conclusion.SUCCESS, "readiness 48.6 %", "")
RED = Verdict(Conclusion.FAILURE, "readiness falls", "")


class Memory:
    """One pull request in memory, as `Reviews` shows it, with a list of what was written."""

    def __init__(self, *comments: str, verdict: Verdict | None = None) -> None:
        self.now = PULL
        self.there = dict(enumerate(comments, 1))
        self.set = verdict
        self.writes: list[str] = []
        self.opened = 0
        self.no_place = False  # for a verdict
        self.meanwhile: Callable[[], object] = lambda: None  # what others do after we have read

    @property
    def capabilities(self) -> Capabilities:
        return FORGE

    def pull(self, number: int) -> PullRequest:
        assert number == PULL.number
        return self.now

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        assert number == PULL.number
        return tuple(PostedComment(id_, body) for id_, body in sorted(self.there.items()))

    def post_comment(self, number: int, body: str) -> None:
        assert number == PULL.number
        self.writes.append("post")
        self.there[max(self.there, default=10) + 1] = body

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        assert number == PULL.number
        if comment not in self.there:
            raise NotFoundError(f"comment {comment} is gone")
        self.writes.append(f"edit {comment}")
        self.there[comment] = body

    def delete_comment(self, number: int, comment: int) -> None:
        assert number == PULL.number
        self.writes.append(f"delete {comment}")
        self.there.pop(comment, None)

    def has_verdict(self, pull: PullRequest, verdict: Verdict) -> bool:
        assert pull == PULL
        return self.set == verdict

    def set_verdict(self, pull: PullRequest, verdict: Verdict) -> None:
        assert pull == PULL
        if self.no_place:
            raise RejectedError("there is no pipeline to put it in")
        self.writes.append(f"set {verdict.conclusion}")
        self.set = verdict

    @contextlib.contextmanager
    def open(self) -> Iterator[Reviews]:
        self.opened += 1
        self.meanwhile()
        yield self

    def say(self, body: str | None = BODY, verdict: Verdict | None = None, *, new: bool = True) -> Said:
        return say(PULL, body, verdict, self, self.open, new=new)


def test_it_is_posted_once_and_then_left_alone() -> None:
    memory = Memory()
    assert memory.say(verdict=GREEN) == Said(Done.POSTED, Done.POSTED)
    assert memory.writes == ["post", "set success"]
    assert memory.say(verdict=GREEN) == Said(Done.KEPT, Done.KEPT)
    assert memory.opened == 1
    assert list(memory.there.values()) == [BODY]


def test_one_that_is_not_wanted_is_kept_true_where_it_is_and_not_posted_elsewhere() -> None:
    silent = Memory()
    assert silent.say(new=False) == Said(Done.NONE, Done.NONE)
    assert silent.opened == 0
    assert Memory(f"{COMMENT_START}1 -->\nold").say(new=False).comment is Done.EDITED


def test_it_is_edited_in_place_where_something_is_new() -> None:
    memory = Memory(f"{COMMENT_START}1 -->\nold", verdict=GREEN)
    said = memory.say(verdict=GREEN)
    assert said == Said(Done.EDITED, Done.KEPT)
    assert said.wrote
    assert memory.writes == ["edit 1"]
    assert memory.there == {1: BODY}


@pytest.mark.parametrize("kept", [BODY, BODY.replace("\n", "\r\n"), f"{BODY}\n", BODY.rstrip() + " \r\n\n"])
def test_what_forges_do_to_line_ends_and_to_space_at_the_end_is_no_difference(kept: str) -> None:
    memory = Memory(kept)
    said = memory.say()
    assert said == Said(Done.KEPT, Done.NONE)
    assert not said.wrote
    assert memory.opened == 0


def test_a_space_within_is_one() -> None:
    assert Memory(BODY.replace("\n\n", "\n \n")).say().comment is Done.EDITED


def test_one_that_people_deleted_is_posted_again() -> None:
    memory = Memory()
    memory.say()
    memory.there.clear()
    assert memory.say().comment is Done.POSTED
    assert list(memory.there.values()) == [BODY]


def test_one_that_is_deleted_between_reading_and_editing_is_posted_again() -> None:
    memory = Memory("old")
    memory.meanwhile = memory.there.clear
    assert memory.say().comment is Done.POSTED
    assert list(memory.there.values()) == [BODY]


def test_of_several_the_oldest_is_edited_and_the_others_are_deleted() -> None:
    memory = Memory("old", BODY, "older")
    assert memory.say().comment is Done.EDITED
    assert memory.there == {1: BODY}
    assert memory.writes == ["edit 1", "delete 2", "delete 3"]


def test_of_several_the_others_are_deleted_though_the_oldest_says_it_already() -> None:
    memory = Memory(BODY, BODY)
    assert memory.say().comment is Done.KEPT
    assert memory.there == {1: BODY}


def test_where_the_oldest_of_several_is_deleted_meanwhile_there_is_one_still() -> None:
    memory = Memory("old", "other")
    memory.meanwhile = lambda: memory.there.pop(1)
    assert memory.say().comment is Done.POSTED
    assert list(memory.there.values()) == [BODY]


@pytest.mark.parametrize("now", [replace(PULL, head="b2"), replace(PULL, open=False)])
def test_nothing_is_written_where_it_was_pushed_to_or_closed_meanwhile(now: PullRequest) -> None:
    memory = Memory("old", "other")
    memory.now = now
    with pytest.raises(ConflictError) as caught:
        memory.say(verdict=RED)
    assert ("closed" in caught.value.message) is not now.open
    assert memory.writes == []
    assert memory.there == {1: "old", 2: "other"}


def test_a_base_that_was_renamed_meanwhile_is_no_reason_to_stop() -> None:
    memory = Memory()
    memory.now = replace(PULL, base="trunk")
    assert memory.say().comment is Done.POSTED


def test_where_no_status_is_possible_it_still_comments_and_says_why() -> None:
    memory = Memory()
    memory.no_place = True
    said = memory.say(verdict=RED)
    assert said.comment is Done.POSTED
    assert said.verdict is Done.IMPOSSIBLE
    assert "there is no pipeline" in (said.why or "")
    assert list(memory.there.values()) == [BODY]


def test_a_status_alone() -> None:
    memory = Memory("what people left of an older comment")
    assert memory.say(None, GREEN) == Said(Done.NONE, Done.POSTED)
    assert memory.writes == ["set success"]


def test_a_status_that_differs_is_set_again_and_the_comment_kept() -> None:
    memory = Memory(BODY, verdict=GREEN)
    assert memory.say(verdict=RED) == Said(Done.KEPT, Done.POSTED)
    assert memory.writes == ["set failure"]


def test_nothing_wanted_is_nothing_done() -> None:
    memory = Memory("old", "other")
    said = memory.say(None)
    assert said == Said(Done.NONE, Done.NONE)
    assert not said.wrote
    assert memory.opened == 0


@pytest.mark.parametrize(("verdict", "red"), [(None, False), (GREEN, False), (RED, True)])
def test_red_is_a_failure_alone(verdict: Verdict | None, red: bool) -> None:  # noqa: FBT001 - a table of them
    assert is_red(verdict) is red
