"""Verdicts on GitHub: many notes at lines in one check run, whatever happens on the way; and statuses among others'."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import NotAuthorisedError, RejectedError, UnavailableError
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.pulls import CONTEXT, Conclusion, Verdict
from github_counterpart import faults
from github_counterpart.accounts import Kind, Role
from github_counterpart.seed import OWNER, US, token_of
from review_counterparts import OnGitHub, OnGitHubAsApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.github import GitHub

LEVELS = (Severity.NOTE, Severity.WARNING, Severity.ERROR)
NOTES = tuple(Diagnostic(f"docs/{k}.md", k, k, "item-stale", LEVELS[k % 3], f"Note {k}") for k in range(120))
MANY = Verdict(Conclusion.NEUTRAL, "Readiness: 70 %", "**70 %**", NOTES)
ONE = replace(MANY, annotations=NOTES[:1])
CREATE, UPDATE = "POST /repos/{owner}/{repo}/check-runs", "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}"
LIST = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs"


@pytest.fixture
def app(github: GitHub, tmp_path: Path) -> Iterator[OnGitHubAsApp]:
    made = OnGitHubAsApp(github, tmp_path)
    yield made
    made.close()


@pytest.fixture
def person(github: GitHub, tmp_path: Path) -> Iterator[OnGitHub]:
    made = OnGitHub(github, tmp_path)
    yield made
    made.close()


class TestChecks:
    def test_have_all_notes_in_one_run(self, app: OnGitHubAsApp) -> None:
        number = app.propose()
        reviews = app.open()
        with app.watched() as log:
            reviews.set_verdict(reviews.pull(number), MANY)
        assert [log.count(one) for one in (LIST, CREATE, UPDATE)] == [1, 1, 2]
        (run,) = app.github.repository.checks
        assert (run["name"], run["status"], run["conclusion"]) == (CONTEXT, "completed", "neutral")
        assert (run["title"], run["summary"]) == ("Readiness: 70 %", "**70 %**")
        assert [one["message"] for one in run["annotations"]] == [note.message for note in NOTES]
        assert [one["annotation_level"] for one in run["annotations"][:3]] == ["notice", "warning", "failure"]
        assert run["annotations"][7] == {
            "path": "docs/7.md",
            "start_line": 7,
            "end_line": 7,
            "annotation_level": "warning",
            "title": "item-stale",
            "message": "Note 7",
        }
        assert run["annotations"][0]["start_line"] == 1  # lines are counted from one, wherever a note stands

    def test_of_few_notes_cost_one_request_and_none_where_nothing_changed(self, app: OnGitHubAsApp) -> None:
        reviews = app.open()
        pull = reviews.pull(app.propose())
        with app.watched() as log:
            reviews.set_verdict(pull, ONE)
        assert log.table() == {CREATE: 1}
        with app.watched() as log:
            assert reviews.has_verdict(pull, ONE)
        assert log.table() == {LIST: 1}

    @pytest.mark.parametrize(
        "other",
        [
            replace(MANY, conclusion=Conclusion.SUCCESS),
            replace(MANY, title="Readiness: 71 %"),
            replace(MANY, summary="**71 %**"),
            replace(MANY, annotations=NOTES[1:]),
            replace(MANY, annotations=(replace(NOTES[0], line=9), *NOTES[1:])),
            replace(MANY, annotations=()),
        ],
    )
    def test_that_say_something_else_are_others(self, app: OnGitHubAsApp, other: Verdict) -> None:
        reviews = app.open()
        pull = reviews.pull(app.propose())
        reviews.set_verdict(pull, MANY)
        assert not reviews.has_verdict(pull, other)

    def test_of_another_app_are_not_ours(self, app: OnGitHubAsApp) -> None:
        reviews = app.open()
        pull = reviews.pull(app.propose())
        reviews.set_verdict(pull, ONE)
        ours = app.github.repository.checks[0]
        copied = {"name": CONTEXT, "head_sha": pull.head, "external_id": ours["external_id"], "conclusion": "neutral"}
        answer = app.github.attempt("ghs_actions", "POST", "/repos/harbour/pier/check-runs", copied)
        assert answer.status == 201
        assert reviews.has_verdict(pull, ONE)
        ours["slug"] = "somebody-else"
        assert not reviews.has_verdict(pull, ONE)

    def test_that_were_begun_for_another_verdict_are_left(self, app: OnGitHubAsApp) -> None:
        reviews = app.open()
        pull = reviews.pull(app.propose())
        app.github.trouble = faults.Once(faults.cut(done=False), UPDATE)
        with pytest.raises(UnavailableError):
            reviews.set_verdict(pull, MANY)
        other = replace(MANY, title="Readiness: 71 %")
        app.github.trouble = faults.no_trouble
        reviews.set_verdict(pull, other)
        assert reviews.has_verdict(pull, other)
        assert [len(one["annotations"]) for one in app.github.repository.checks] == [50, 120]

    def test_hold_names_that_are_no_text(self, app: OnGitHubAsApp) -> None:
        reviews = app.open()
        pull = reviews.pull(app.propose())
        odd = replace(NOTES[0], path="docs/\udcff.md", message="\udcff" + "x" * 70_000)
        reviews.set_verdict(pull, replace(ONE, annotations=(odd,)))
        (note,) = app.github.repository.checks[0]["annotations"]
        assert note["path"] == "docs/?.md"
        assert len(note["message"].encode()) < 65_536

    def test_with_a_summary_that_is_too_long_are_never_sent(self, app: OnGitHubAsApp) -> None:
        reviews = app.open()
        pull = reviews.pull(app.propose())
        with pytest.raises(RejectedError, match="1 more than"):
            reviews.set_verdict(pull, replace(ONE, summary="x" * 65_536))
        reviews.set_verdict(pull, replace(ONE, summary="x" * 65_535))


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_ended_at_any_request_and_run_again_it_is_one_complete_check(
    make_github: MakeGitHub, tmp_path: Path, *, done: bool
) -> None:
    reached = 0
    for k in range(1, 30):
        folder = tmp_path / str(k)
        folder.mkdir()
        app = OnGitHubAsApp(make_github(), folder)
        number = app.propose()
        app.github.trouble = trouble = faults.Once(faults.cut(done=done), k=k)
        try:
            _review(app, number)
        except UnavailableError:
            reached = k
        app.github.trouble = faults.no_trouble
        _review(app, number)
        app.close()
        (run,) = app.github.repository.checks
        assert (run["status"], [one["message"] for one in run["annotations"]]) == (
            "completed",
            [note.message for note in NOTES],
        )
        if trouble.met < k:
            break
    assert reached >= 8


def _review(app: OnGitHubAsApp, number: int) -> None:
    """What a run does."""
    reviews = app.open()
    pull = reviews.pull(number)
    if not reviews.has_verdict(pull, MANY):
        reviews.set_verdict(pull, MANY)


class TestStatuses:
    def test_are_found_among_those_of_others(self, person: OnGitHub) -> None:
        reviews = person.open()
        pull = reviews.pull(person.propose())
        reviews.set_verdict(pull, MANY)
        for k in range(120):
            person.github.act(US, "POST", f"/statuses/{pull.head}", {"state": "pending", "context": f"ci/{k}"})
        assert reviews.has_verdict(pull, MANY)

    def test_that_somebody_else_set_over_ours_count(self, person: OnGitHub) -> None:
        reviews = person.open()
        pull = reviews.pull(person.propose())
        reviews.set_verdict(pull, MANY)
        person.github.act(OWNER, "POST", f"/statuses/{pull.head}", {"state": "success", "context": CONTEXT})
        assert not reviews.has_verdict(pull, MANY)

    def test_lead_to_the_pull_request(self, person: OnGitHub) -> None:
        reviews = person.open()
        pull = reviews.pull(person.propose())
        reviews.set_verdict(pull, MANY)
        assert person.github.repository.statuses[0]["target_url"] == pull.url


def test_a_pull_request_whose_repository_is_gone_is_a_forks(person: OnGitHub) -> None:
    number = person.propose()
    person.github.repository.forks[number] = None
    assert person.open().pull(number).fork


class TestPermissions:
    def test_of_a_workflow_that_may_only_read(self, person: OnGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
        number = person.propose()
        granted = {"metadata": "read", "pull_requests": "read", "issues": "read", "contents": "read"}
        monkeypatch.setattr(person.github.tokens["ghs_actions"], "permissions", granted)
        reviews = person.open_as("ghs_actions")
        pull = reviews.pull(number)
        with pytest.raises(NotAuthorisedError, match="`pull-requests: write` in its `permissions:`"):
            reviews.post_comment(number, "Hello")
        with pytest.raises(NotAuthorisedError, match="`statuses: write` in its `permissions:`"):
            reviews.set_verdict(pull, ONE)

    def test_of_pull_requests_alone_suffice_to_comment(self, person: OnGitHub) -> None:
        number = person.propose()
        permissions = {"metadata": "read", "pull_requests": "write"}
        token = person.github.token(US, kind=Kind.FINE_GRAINED, permissions=permissions)
        reviews = person.open_as(token)
        reviews.post_comment(number, "Hello")
        assert person.talk(number) == [(US, "Hello")]

    def test_of_somebody_who_may_not_write(self, person: OnGitHub) -> None:
        number = person.propose()
        person.github.grant("Rosa", Role.READ)
        reviews = person.open_as(token_of("Rosa"))
        with pytest.raises(NotAuthorisedError, match="role Write"):
            reviews.set_verdict(reviews.pull(number), ONE)

    def test_of_an_app_are_no_more_than_a_review_needs(self, app: OnGitHubAsApp) -> None:
        app.open().pull(app.propose())
        (bought,) = (token for token in app.github.tokens.values() if token.kind is Kind.INSTALLATION)
        assert bought.permissions == {
            "metadata": "read",
            "issues": "write",
            "pull_requests": "write",
            "checks": "write",
        }
        app.open(read_only=True).pull(1)
        assert set(list(app.github.tokens.values())[-1].permissions.values()) == {"read"}
