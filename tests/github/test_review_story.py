"""`gapkeeper comment` on a pull request of GitHub, from a clone that has fetched nothing of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_bad_days import prove_every_end
from forge_stories import CORPUS, really_written
from github_counterpart import documents
from github_counterpart.accounts import Kind
from github_counterpart.facts import every
from github_counterpart.seed import ELSEWHERE, OWNER, US
from review_story import (
    BETTER,
    DOCUMENTS,
    READINESS,
    bare_of,
    comment,
    prove_one_comment,
    prove_three_items,
    seen,
    set_ref,
    to_comment,
)
from stories import first_sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from github_counterpart.github import GitHub
    from github_counterpart.running import Run, Runner
    from review_story import Files
    from stories import Start


@dataclass(frozen=True)
class OnGitHub:
    """A `review_story.Pulls`."""

    github: GitHub

    def propose(self, files: Files, bare: Path) -> int:
        documents.branch(self.github, "topic", files)
        sent = {"title": "Mend", "head": "topic", "base": "main"}
        number = int(self.github.act(OWNER, "POST", "/pulls", sent)["number"])
        self._fetched(bare, number)
        return number

    def push(self, files: Files, bare: Path, number: int) -> None:
        documents.push(self.github, files, to="topic")
        self._fetched(bare, number)

    def said(self, number: int) -> list[str]:
        return [one["body"] for one in every(self.github, f"/issues/{number}/comments") if one["user"]["login"] == US]

    def verdicts(self) -> list[tuple[str, str]]:
        return [(one["state"], one["description"]) for one in self.github.repository.statuses]

    def _fetched(self, bare: Path, number: int) -> None:
        documents.fetch(self.github, bare, "topic")
        set_ref(bare, f"refs/pull/{number}/head", "topic")


def test_ended_at_any_request_and_run_again(start: Start) -> None:
    print(prove_every_end(start, _to_comment, _seen, least=5, sample=3))  # noqa: T201  shown with -rP


def _to_comment(github: GitHub, folder: Path) -> Runner:
    runner = first_sync(github, folder, DOCUMENTS)
    to_comment(runner, OnGitHub(github))
    return runner


def _seen(github: GitHub) -> list[str]:
    return seen(OnGitHub(github), 6)


def test_one_comment_stays_one(start: Start) -> None:
    with start(partial(first_sync, documents=DOCUMENTS)) as runner:
        runner.to_the_end(runs=1)
        prove_one_comment(runner, OnGitHub(runner.github))


@pytest.mark.skipif(CORPUS is None, reason="GAPKEEPER_CORPUS names no corpus")
def test_three_items_of_a_real_team(start: Start) -> None:
    with start(partial(first_sync, documents=really_written("cutover"))) as runner:
        runner.to_the_end(runs=1)
        prove_three_items(runner, OnGitHub(runner.github))


@dataclass(frozen=True)
class Opened:
    """A pull request that nothing is said on so far, and a clone to say it from."""

    runner: Runner
    pulls: OnGitHub
    number: int

    def comment(self, *more: str) -> Run:
        return comment(self.runner, self.number, *more)

    @property
    def bodies(self) -> list[str]:
        return self.pulls.said(self.number)

    def comments(self) -> list[int]:
        return [int(one["id"]) for one in every(self.pulls.github, f"/issues/{self.number}/comments")]


@pytest.fixture
def opened(start: Start) -> Iterator[Opened]:
    with start(partial(first_sync, documents={**DOCUMENTS, **SETTINGS})) as runner:
        runner.to_the_end(runs=1)
        pulls = OnGitHub(runner.github)
        yield Opened(runner, pulls, pulls.propose(BETTER, bare_of(runner)))


#: No score may fall; a pull request that says otherwise does not decide about itself.
SETTINGS = {"gapkeeper.toml": "[comment]\nno_regression = true\n"}
MORE = f"{DOCUMENTS['docs/LATER.md']}\n### LATER-031: Count the gulls\n\n**Status:** Pending\n"
WORSE = {"docs/READINESS.md": READINESS.replace("80% | 40 |", "60% | 30 |").replace("| | 40 |", "| | 30 |")}


class TestPeople:
    def test_who_delete_the_comment_get_a_new_one(self, opened: Opened) -> None:
        assert opened.comment().code == 0
        before, (first,) = opened.bodies, opened.comments()
        opened.pulls.github.act(OWNER, "DELETE", f"/issues/comments/{first}")
        assert opened.comment().code == 0
        assert opened.bodies == before
        assert opened.comments() != [first]

    def test_who_write_into_the_comment_are_overwritten(self, opened: Opened) -> None:
        assert opened.comment().code == 0
        before, (first,) = opened.bodies, opened.comments()
        told = {"body": before[0].replace("40 %", "99 %")}
        opened.pulls.github.act(OWNER, "PATCH", f"/issues/comments/{first}", told)
        assert opened.comment().code == 0
        assert (opened.bodies, opened.comments()) == (before, [first])

    def test_who_close_it_are_left_alone(self, opened: Opened) -> None:
        opened.pulls.github.act(OWNER, "PATCH", f"/pulls/{opened.number}", {"state": "closed"})
        run = opened.comment()
        assert (run.code, run.requests.writes) == (0, [])
        assert "closed" in run.said


class TestRules:
    def test_of_the_base_hold_whatever_the_pull_request_says(self, opened: Opened) -> None:
        lax = {"gapkeeper.toml": "[comment]\nwhen = 'never'\nstatus = 'never'\n"}
        opened.pulls.push({**WORSE, **lax}, bare_of(opened.runner), opened.number)
        run = opened.comment()
        assert run.code == 0, run.said
        assert opened.pulls.verdicts() == [("failure", "readiness falls from 40 % to 30 %")]
        (body,) = opened.bodies
        assert "changes the configuration" in body

    def test_that_nobody_can_read_in_the_files_that_are_checked_out_do_not_matter(self, opened: Opened) -> None:
        (opened.runner.folder / "gapkeeper.toml").write_text("[comment\n", "utf-8")  # as a fork's is in CI
        run = opened.comment()
        assert run.code == 0, run.said
        assert opened.pulls.verdicts() == [("success", "readiness 50 % (+10)")]

    def test_printed_and_nothing_is_written(self, opened: Opened) -> None:
        run = opened.comment("--print")
        assert (run.code, run.requests.writes) == (0, [])
        assert "40 % → 50 %" in run.said
        assert (opened.bodies, opened.pulls.verdicts()) == ([], [])


class TestBranch:
    def test_that_is_not_synced_has_no_say_over_issues(self, start: Start) -> None:
        settings = {"gapkeeper.toml": "[sync]\nbranch = 'release'\n"}
        with start(partial(first_sync, documents={**DOCUMENTS, **settings})) as runner:
            pulls = OnGitHub(runner.github)
            run = comment(runner, pulls.propose({**BETTER, "docs/LATER.md": MORE}, bare_of(runner)), "--print")
        assert run.code == 0, run.said
        assert "adds LATER-031" in run.said
        assert "On merge" not in run.said


class TestScore:
    def test_of_another_document_than_before_is_told_apart(self, opened: Opened) -> None:
        flattering = READINESS.replace("# Readiness", "# Overall readiness").replace("0% | 0 |", "100% | 50 |", 1)
        files = {"docs/LATER.md": DOCUMENTS["docs/LATER.md"], "docs/READINESS.md": READINESS, "docs/A.md": flattering}
        opened.pulls.push(files, bare_of(opened.runner), opened.number)
        run = opened.comment()
        assert run.code == 0, run.said
        (body,) = opened.bodies
        assert "The score is that of docs/A.md now. docs/READINESS.md, which had it before, states 40 %." in body

    def test_of_a_document_that_moved_is_the_same(self, opened: Opened) -> None:
        files = {"docs/READINESS.md": None, "docs/A.md": READINESS}
        opened.pulls.push(files, bare_of(opened.runner), opened.number)
        assert "had it before" not in opened.comment("--print").said


def test_a_score_table_that_nobody_can_read_any_more_is_named(opened: Opened) -> None:
    broken = READINESS.replace("|---|---|---|---|\n", "")
    opened.pulls.push({"docs/READINESS.md": broken}, bare_of(opened.runner), opened.number)
    assert opened.comment().code == 0
    (body,) = opened.bodies
    assert "No document states a readiness score (it was 40 %)" in body
    assert "docs/READINESS.md stated the score before" in body


def test_a_pull_request_into_another_branch_promises_nothing_of_issues(opened: Opened) -> None:
    github = opened.pulls.github
    main = documents.head(github)
    github.act(OWNER, "POST", "/git/refs", {"ref": "refs/heads/stack", "sha": main})
    documents.fetch(github, bare_of(opened.runner), "stack")
    github.act(OWNER, "PATCH", f"/pulls/{opened.number}", {"base": "stack"})
    assert opened.comment().code == 0
    (body,) = opened.bodies
    assert "LATER-001" in body
    assert "On merge" not in body


class TestFork:
    def test_whose_token_may_write_nothing_is_shown_by_the_job(self, opened: Opened, tmp_path: Path) -> None:
        github = opened.pulls.github
        opened.pulls.push(WORSE, bare_of(opened.runner), opened.number)
        github.repository.forks[opened.number] = github.upstream.look(
            f"/repos/{ELSEWHERE}", at=github.clock.milliseconds
        )
        permissions = {"metadata": "read", "pull_requests": "read", "issues": "read", "statuses": "read"}
        summary = tmp_path / "summary.md"
        opened.runner.token = github.token(US, kind=Kind.FINE_GRAINED, permissions=permissions)
        opened.runner.environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        run = opened.comment()
        assert run.code == 1, run.said  # no status can say that a rule is broken
        assert "40 % → 30 %" in summary.read_text("utf-8")
        assert "summary" in run.said
        assert opened.bodies == []

    def test_in_a_folder_below_the_top_has_its_findings_where_the_files_are(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        github = opened.pulls.github
        lost = BETTER["docs/LATER.md"] + "\nSee LATER-999.\n"
        opened.pulls.push({"docs/LATER.md": lost}, bare_of(opened.runner), opened.number)
        github.repository.forks[opened.number] = github.upstream.look(
            f"/repos/{ELSEWHERE}", at=github.clock.milliseconds
        )
        permissions = {"metadata": "read", "pull_requests": "read", "issues": "read", "statuses": "read"}
        summary = tmp_path / "summary.md"
        opened.runner.token = github.token(US, kind=Kind.FINE_GRAINED, permissions=permissions)
        opened.runner.environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        run = opened.comment("docs")
        assert run.code == 0, run.said
        assert "::warning file=docs/LATER.md," in run.said
        assert re.search(r"/blob/[0-9a-f]{40}/docs/LATER\.md\?", summary.read_text("utf-8"))

    def test_is_what_dependabot_has_too_as_far_as_its_token_goes(self, opened: Opened, tmp_path: Path) -> None:
        permissions = {"metadata": "read", "pull_requests": "read", "issues": "read", "statuses": "read"}
        summary = tmp_path / "summary.md"
        opened.runner.token = opened.pulls.github.token(US, kind=Kind.FINE_GRAINED, permissions=permissions)
        opened.runner.environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "dependabot[bot]",
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        run = opened.comment()
        assert run.code == 0, run.said
        assert "40 % → 50 %" in summary.read_text("utf-8")

    def test_outside_of_a_job_says_what_is_missing(self, opened: Opened) -> None:
        opened.runner.token = opened.pulls.github.token(
            US, kind=Kind.FINE_GRAINED, permissions={"metadata": "read", "pull_requests": "read", "issues": "read"}
        )
        run = opened.comment()
        assert run.code == 77
        assert "pull-requests: write" in run.said or "Pull requests" in run.said
