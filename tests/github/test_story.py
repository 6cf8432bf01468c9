"""What people see of a project on GitHub: issues from documents, a pull request from what they close."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from forge_stories import LATER
from github_counterpart.accounts import Role
from github_counterpart.documents import push, read
from github_counterpart.seed import OWNER
from stories import first_sync, pulled

if TYPE_CHECKING:
    from github_counterpart.github import GitHub
    from github_counterpart.running import Runner
    from stories import Start

begun = partial(first_sync, documents={"docs/LATER.md": LATER})
ITEMS, LINKS = 5, 3


def pulls(github: GitHub) -> list[Any]:
    found: list[Any] = github.act(OWNER, "GET", "/pulls?state=all")
    return found


def close(github: GitHub, login: str, number: int) -> None:
    github.act(login, "PATCH", f"/issues/{number}", {"state": "closed"})


def changed(github: GitHub, number: int) -> list[str]:
    """The lines that a pull request takes away and brings."""
    (file,) = github.act(OWNER, "GET", f"/pulls/{number}/files")
    return [line for line in file["patch"].splitlines() if line.startswith(("-", "+"))]


def synced(runner: Runner) -> Runner:
    runner.to_the_end(runs=1)
    return runner


class TestRequests:
    def test_of_the_first_sync_are_one_for_each_thing_it_makes_and_few_more(self, start: Start) -> None:
        with start(begun) as runner:
            seen = runner.run().requests
            labels = len(runner.github.act(OWNER, "GET", "/labels"))
            assert len(seen.writes) == ITEMS + labels + LINKS
            assert len(seen) <= ITEMS + 3 + 1 + labels + LINKS

    def test_of_the_next_are_one_and_its_answer_is_304(self, start: Start) -> None:
        with start(begun) as runner:
            synced(runner)
            (only,) = runner.run().requests
            assert (only.method, only.status, only.conditional) == ("GET", 304, True)

    def test_of_three_changes_are_three_updates_and_comments_and_two_reads(self, start: Start) -> None:
        with start(begun) as runner:
            synced(runner)
            text = LATER.replace("**Status:** Pending", "**Status:** ✅ Resolved")
            push(runner.github, {"docs/LATER.md": text})
            pulled(runner)
            seen = runner.run().requests
            assert seen.count("PATCH /repos/{owner}/{repo}/issues/{issue_number}") == 3
            assert seen.count("POST /repos/{owner}/{repo}/issues/{issue_number}/comments") <= 3
            assert len(seen.reads) <= 2

    def test_of_a_plan_are_reads(self, start: Start) -> None:
        with start(begun) as runner:
            run = runner.run("plan", *runner.arguments[1:3])
            assert run.code == 0, run.said
            assert len(run.requests.writes) == 0


class TestWriteBack:
    def test_a_close_becomes_a_pull_request_of_one_line(self, start: Start) -> None:
        with start(begun) as runner:
            github = synced(runner).github
            github.grant("Rosa", Role.WRITE)
            close(github, "Rosa", 1)
            synced(runner)
            (pull,) = pulls(github)
            assert (pull["head"]["ref"], pull["base"]["ref"], pull["state"]) == ("gapkeeper/docs", "main", "open")
            assert "Rosa" in pull["body"]
            before, after = changed(github, pull["number"])
            assert before == "-**Status:** Pending"
            assert after.startswith("+**Status:**")
            assert pull["html_url"] in runner.run().said  # while it waits, people are led to it

    def test_merged_nothing_remains_to_do(self, start: Start) -> None:
        with start(begun) as runner:
            github = synced(runner).github
            github.grant("Rosa", Role.WRITE)
            close(github, "Rosa", 1)
            synced(runner)
            github.act(OWNER, "PUT", f"/pulls/{pulls(github)[0]['number']}/merge", {})
            pulled(runner)
            synced(runner)
            run = runner.run("plan", *runner.arguments[1:3], "--detailed-exitcode")
            assert run.code == 0, run.said
            assert github.act(OWNER, "GET", "/issues/1")["state"] == "closed"
            assert len(run.requests) == 1

    def test_a_second_close_goes_into_the_same_pull_request(self, start: Start) -> None:
        with start(begun) as runner:
            github = synced(runner).github
            for login, number in (("Rosa", 1), ("Ann", 3)):
                github.grant(login, Role.WRITE)
                close(github, login, number)
                synced(runner)
            (pull,) = pulls(github)
            assert len(changed(github, pull["number"])) == 4
            assert {"Rosa", "Ann"} <= set(pull["body"].replace("`", " ").replace("@", " ").replace(",", " ").split())

    def test_a_close_by_somebody_who_may_not_write_gets_a_comment(self, start: Start) -> None:
        with start(begun) as runner:
            github = synced(runner).github
            github.grant("Piet", Role.TRIAGE)
            close(github, "Piet", 1)
            synced(runner)
            assert pulls(github) == []
            (comment,) = github.act(OWNER, "GET", "/issues/1/comments")
            assert "Piet" in comment["body"]
            assert read(github, "docs/LATER.md").decode() == LATER
