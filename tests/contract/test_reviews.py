"""What a review sees of a pull request, what it says there, and what it leaves alone: on every forge the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.github import reviews as github_reviews
from gapkeeper.adapters.gitlab import reviews as gitlab_reviews
from gapkeeper.errors import NotAuthorisedError, NotFoundError, RefusedError, RejectedError, UnavailableError
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.pulls import COMMENT_START, Conclusion, Verdict

if TYPE_CHECKING:
    from gapkeeper.ports import Reviews
    from review_counterparts import Forge

OURS = f"{COMMENT_START}1 -->\n\nReadiness: 70 %"
RED = Verdict(Conclusion.FAILURE, "Readiness: 70 % of 80 %", "**70 %**")
GREEN = Verdict(Conclusion.SUCCESS, "Readiness: 80 % of 80 %", "**80 %**")
NEUTRAL = Verdict(Conclusion.NEUTRAL, "Readiness: 80 %", "**80 %**")
STATES = {
    "github": {"failure": "failure", "success": "success", "neutral": "success"},
    "github-app": {"failure": "failure", "success": "success", "neutral": "neutral"},
    "gitlab": {"failure": "failed", "success": "success", "neutral": "success"},
}


@pytest.fixture
def number(forge: Forge) -> int:
    return forge.propose()


@pytest.fixture
def reviews(forge: Forge) -> Reviews:
    return forge.open()


class TestPull:
    def test_is_read(self, forge: Forge, reviews: Reviews, number: int) -> None:
        pull = reviews.pull(number)
        assert (pull.number, pull.open, pull.fork, pull.base) == (number, True, False, "main")
        assert pull.head == forge.head()
        assert re.fullmatch(rf"refs/(pull|merge-requests)/{number}/head", pull.head_ref)
        assert pull.url.endswith(f"/{number}")

    def test_that_moves_is_another_one(self, forge: Forge, reviews: Reviews, number: int) -> None:
        before = reviews.pull(number)
        assert replace(before, head=forge.move()) == reviews.pull(number)

    def test_that_was_closed_is_not_open(self, forge: Forge, reviews: Reviews, number: int) -> None:
        forge.leave(number)
        assert not reviews.pull(number).open

    def test_that_comes_from_another_project_is_a_fork(self, forge: Forge, reviews: Reviews, number: int) -> None:
        head = forge.head()
        forge.come_from_a_fork(number)
        assert (reviews.pull(number).fork, reviews.pull(number).head) == (True, head)

    def test_that_is_not_there_is_not_found(self, reviews: Reviews) -> None:
        with pytest.raises(NotFoundError, match=r"[#!]99") as caught:
            reviews.pull(99)
        assert "an issue is no" in (caught.value.hint or "")
        with pytest.raises(NotFoundError):
            reviews.comments(99)


class TestOpenPulls:
    def test_are_none_where_nothing_is_proposed(self, reviews: Reviews) -> None:
        assert reviews.open_pulls() == ()

    def test_are_all_that_are_open_as_each_of_them_is_read(self, forge: Forge, reviews: Reviews) -> None:
        first, closed, last = (forge.propose(branch) for branch in ("first", "closed", "last"))
        forge.leave(closed)
        assert reviews.open_pulls() == (reviews.pull(first), reviews.pull(last))
        forge.move("last")
        assert reviews.open_pulls()[1] == reviews.pull(last)

    def test_are_read_from_all_pages(
        self, forge: Forge, reviews: Reviews, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(gitlab_reviews if name == "gitlab" else github_reviews, "PAGE", 2)
        numbers = [forge.propose(f"topic-{k}") for k in range(5)]
        assert [pull.number for pull in reviews.open_pulls()] == numbers

    def test_that_come_from_a_fork_say_so(self, forge: Forge, reviews: Reviews, number: int) -> None:
        forge.come_from_a_fork(number)
        assert reviews.open_pulls() == (reviews.pull(number),)
        assert reviews.open_pulls()[0].fork

    @pytest.mark.parametrize("answer", [{}, "none", [1], [{}], [None], [{"number": "one", "iid": "one"}]])
    def test_are_never_read_from_an_answer_that_is_no_list_of_them(
        self, forge: Forge, reviews: Reviews, answer: object
    ) -> None:
        forge.propose()
        forge.list_instead(answer)
        with pytest.raises(UnavailableError, match=r"no list|no pull request|not a list"):
            reviews.open_pulls()

    def test_are_asked_for_again_at_no_cost_where_nothing_changed(
        self, forge: Forge, reviews: Reviews, number: int
    ) -> None:
        reviews.open_pulls()
        with forge.watched() as log:
            assert [pull.number for pull in reviews.open_pulls()] == [number]
        assert [seen.status for seen in log] == [304]


class TestComments:
    def test_of_ours_is_found_among_those_of_people(self, forge: Forge, reviews: Reviews, number: int) -> None:
        for k in range(75):
            forge.say("Rosa", number, f"Before {k}")
        reviews.post_comment(number, OURS)
        for k in range(75):
            forge.say("Piet", number, f"After {k}")
        (ours,) = reviews.comments(number)
        assert ours.body == OURS
        assert forge.talk(number)[75] == (forge.us, OURS)

    def test_of_others_are_not_ours_whatever_they_quote(self, forge: Forge, reviews: Reviews, number: int) -> None:
        forge.say("Mallory", number, OURS)
        assert reviews.comments(number) == ()

    def test_of_ours_with_a_marker_further_down_are_something_else(
        self, forge: Forge, reviews: Reviews, number: int
    ) -> None:
        for body in (f"See below\n\n{OURS}", f"> {OURS}", f"<!-- gapkeeper: close -->\n{OURS}"):
            forge.say(forge.us, number, body)
        assert reviews.comments(number) == ()

    def test_are_listed_the_oldest_first(self, reviews: Reviews, number: int) -> None:
        for k in range(3):
            reviews.post_comment(number, f"{OURS} {k}")
        assert [one.body[-1] for one in reviews.comments(number)] == ["0", "1", "2"]

    def test_are_edited_in_their_place(self, forge: Forge, reviews: Reviews, number: int) -> None:
        reviews.post_comment(number, OURS)
        (before,) = reviews.comments(number)
        reviews.edit_comment(number, before.id, f"{OURS} and more")
        assert forge.talk(number) == [(forge.us, f"{OURS} and more")]
        assert reviews.comments(number) == (replace(before, body=f"{OURS} and more"),)

    def test_are_deleted_and_others_stay(self, forge: Forge, reviews: Reviews, number: int) -> None:
        reviews.post_comment(number, OURS)
        forge.say("Rosa", number, "Mine")
        (ours,) = reviews.comments(number)
        reviews.delete_comment(number, ours.id)
        assert forge.talk(number) == [("Rosa", "Mine")]

    def test_that_somebody_deleted_meanwhile_cannot_be_edited_and_stay_deleted(
        self, forge: Forge, reviews: Reviews, number: int
    ) -> None:
        reviews.post_comment(number, OURS)
        (ours,) = reviews.comments(number)
        forge.silence(number)
        with pytest.raises(NotFoundError):
            reviews.edit_comment(number, ours.id, "Again")
        reviews.delete_comment(number, ours.id)
        assert forge.talk(number) == []
        assert reviews.comments(number) == ()

    def test_that_are_too_long_are_never_sent(self, forge: Forge, reviews: Reviews, number: int) -> None:
        limit = reviews.capabilities.body_limit
        with forge.watched() as log, pytest.raises(RejectedError, match="1 more than"):
            reviews.post_comment(number, "x" * (limit + 1))
        assert log == []
        reviews.post_comment(number, COMMENT_START.ljust(limit, "x"))
        (ours,) = reviews.comments(number)
        with pytest.raises(RejectedError, match="1 more than"):
            reviews.edit_comment(number, ours.id, "x" * (limit + 1))


class TestVerdict:
    @pytest.mark.parametrize("verdict", [RED, GREEN, NEUTRAL], ids=lambda verdict: verdict.conclusion)
    def test_is_set(self, forge: Forge, reviews: Reviews, number: int, verdict: Verdict, name: str) -> None:
        pull = reviews.pull(number)
        assert not reviews.has_verdict(pull, verdict)
        reviews.set_verdict(pull, verdict)
        assert forge.verdicts(pull.head) == [(STATES[name][verdict.conclusion], verdict.title)]
        assert reviews.has_verdict(pull, verdict)

    def test_is_known_after_a_start_without_a_write(self, forge: Forge, reviews: Reviews, number: int) -> None:
        pull = reviews.pull(number)
        reviews.set_verdict(pull, RED)
        with forge.watched() as log:
            assert forge.open().has_verdict(pull, RED)
        assert [seen.name for seen in log if seen.writes and not seen.name.endswith("access_tokens")] == []

    def test_is_changed(self, forge: Forge, reviews: Reviews, number: int, name: str) -> None:
        pull = reviews.pull(number)
        for verdict in (RED, GREEN, RED):
            reviews.set_verdict(pull, verdict)
            assert reviews.has_verdict(pull, verdict)
            assert not any(reviews.has_verdict(pull, other) for other in {RED, GREEN, NEUTRAL} - {verdict})
        assert forge.verdicts(pull.head)[-1] == (STATES[name]["failure"], RED.title)

    def test_of_another_commit_says_nothing_of_this_one(self, forge: Forge, reviews: Reviews, number: int) -> None:
        reviews.set_verdict(reviews.pull(number), GREEN)
        forge.move()
        assert not reviews.has_verdict(reviews.pull(number), GREEN)

    def test_that_is_long_is_cut_between_words_and_known_again(
        self, forge: Forge, reviews: Reviews, number: int
    ) -> None:
        verdict = replace(GREEN, title="Readiness " * 50)
        pull = reviews.pull(number)
        reviews.set_verdict(pull, verdict)
        (said,) = forge.verdicts(pull.head)
        assert re.fullmatch(r"(Readiness )+Readiness…", said.title)
        assert reviews.has_verdict(pull, verdict)

    def test_may_have_many_notes_at_lines(self, forge: Forge, reviews: Reviews, number: int) -> None:
        notes = tuple(Diagnostic("docs/a.md", k, 1, "item-stale", Severity.WARNING, f"{k}") for k in range(120))
        verdict = replace(RED, annotations=notes)
        pull = reviews.pull(number)
        reviews.set_verdict(pull, verdict)
        assert len(forge.verdicts(pull.head)) == 1
        assert reviews.has_verdict(pull, verdict)

    def test_without_a_title_is_never_sent(self, forge: Forge, reviews: Reviews, number: int) -> None:
        pull = reviews.pull(number)
        with pytest.raises(RejectedError, match="empty"):
            reviews.set_verdict(pull, replace(GREEN, title=" "))
        assert forge.verdicts(pull.head) == []


class TestPermissions:
    def test_that_are_missing_are_named(self, forge: Forge, number: int) -> None:
        pull = forge.open().pull(number)
        reviews = forge.open_without_permission()
        with pytest.raises(NotAuthorisedError) as raised:
            reviews.set_verdict(pull, GREEN)
        assert forge.wrote in (raised.value.hint or "")
        with pytest.raises(NotAuthorisedError):
            reviews.post_comment(number, OURS)
        assert (forge.talk(number), forge.verdicts(pull.head)) == ([], [])

    def test_what_was_opened_to_be_read_writes_nothing(self, forge: Forge, number: int) -> None:
        reviews = forge.open(read_only=True)
        pull = reviews.pull(number)
        assert (reviews.comments(number), reviews.has_verdict(pull, GREEN)) == ((), False)
        for write in (
            lambda: reviews.post_comment(number, OURS),
            lambda: reviews.edit_comment(number, 1, OURS),
            lambda: reviews.delete_comment(number, 1),
            lambda: reviews.set_verdict(pull, GREEN),
        ):
            with pytest.raises(RefusedError):
                write()
        assert (forge.talk(number), forge.verdicts(pull.head)) == ([], [])
