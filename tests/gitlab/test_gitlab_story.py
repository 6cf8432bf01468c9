"""What people see of a project on GitLab: issues from documents, a merge request from what they close."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from forge_stories import LATER
from gitlab_counterpart import clones
from gitlab_counterpart.seed import OWNER, US
from gitlab_counterpart.world import Role
from gitlab_stories import first_sync, pulled

if TYPE_CHECKING:
    from pathlib import Path

    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.running import Runner
    from gitlab_stories import Start

begun = partial(first_sync, documents={"docs/LATER.md": LATER})
ITEMS, LINKS = 5, 3
BRANCH = "gapkeeper/docs"


def merge_requests(gitlab: GitLab) -> list[Any]:
    found: list[Any] = gitlab.act(OWNER, "GET", "/merge_requests?state=all")
    return found


def only(gitlab: GitLab) -> Any:  # noqa: ANN401 - JSON
    (found,) = merge_requests(gitlab)
    return found


def change(gitlab: GitLab, login: str, number: int, event: str = "close") -> None:
    gitlab.act(login, "PUT", f"/issues/{number}", {"state_event": event})


def closed_by(runner: Runner, login: str = "Rosa", number: int = 1, role: Role = Role.DEVELOPER) -> GitLab:
    """Somebody with a role closes an issue, and the next sync sees it."""
    runner.gitlab.grant(login, role)
    change(runner.gitlab, login, number)
    synced(runner)
    return runner.gitlab


def decided(gitlab: GitLab, number: int, event: str = "close") -> None:
    gitlab.act(OWNER, "PUT", f"/merge_requests/{number}", {"state_event": event})


def merged(runner: Runner, number: int) -> None:
    runner.gitlab.act(OWNER, "PUT", f"/merge_requests/{number}/merge", {})
    pulled(runner)


def changed(gitlab: GitLab, number: int) -> list[str]:
    """The lines that a merge request takes away and brings."""
    (file,) = gitlab.act(OWNER, "GET", f"/merge_requests/{number}/diffs")
    return [line for line in file["diff"].splitlines() if line.startswith(("-", "+"))]


def notes(gitlab: GitLab, where: str) -> list[str]:
    return [note["body"] for note in gitlab.act(OWNER, "GET", f"{where}/notes") if not note["system"]]


def synced(runner: Runner) -> Runner:
    runner.to_the_end(runs=1)
    return runner


def quiet(runner: Runner) -> None:
    """A further sync writes nothing."""
    run = runner.run()
    assert run.code == 0, run.said
    assert run.requests.writes == []


class TestRequests:
    def test_of_the_first_sync_are_one_for_each_thing_it_makes_and_few_more(self, start: Start) -> None:
        with start(begun) as runner:
            seen = runner.run().requests
            labels = len(runner.gitlab.project.labels)
            assert len(seen.writes) == ITEMS + labels + LINKS

    def test_of_the_next_are_one_page_of_reads(self, start: Start) -> None:
        with start(begun) as runner:
            synced(runner)
            (one,) = runner.run().requests
            assert one.name == "GET /projects/{id}/issues"

    def test_of_three_changes_are_three_updates_and_notes_and_few_reads(self, start: Start) -> None:
        with start(begun) as runner:
            synced(runner)
            text = LATER.replace("**Status:** Pending", "**Status:** ✅ Resolved")
            clones.push(runner.gitlab, {"docs/LATER.md": text})
            pulled(runner)
            seen = runner.run().requests
            assert seen.count("PUT /projects/{id}/issues/{issue_iid}") == 3
            assert seen.count("POST /projects/{id}/issues/{issue_iid}/notes") <= 3
            assert len(seen.reads) <= 2

    def test_of_a_plan_are_reads(self, start: Start) -> None:
        with start(begun) as runner:
            run = runner.run("plan", *runner.arguments[1:3])
            assert run.code == 0, run.said
            assert run.requests.writes == []


class TestWriteBack:
    def test_a_close_becomes_a_merge_request_of_one_line(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            request = only(gitlab)
            told = (request["source_branch"], request["target_branch"], request["state"])
            assert told == (BRANCH, "main", "opened")
            assert "Rosa" in request["description"]
            before, after = changed(gitlab, request["iid"])
            assert before == "-**Status:** Pending"
            assert after.startswith("+**Status:**")
            quiet(runner)

    def test_merged_nothing_remains_to_do(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            merged(runner, only(gitlab)["iid"])
            assert BRANCH not in gitlab.project.repository.branches
            synced(runner)
            run = runner.run("plan", *runner.arguments[1:3], "--detailed-exitcode")
            assert run.code == 0, run.said
            assert gitlab.act(OWNER, "GET", "/issues/1")["state"] == "closed"

    def test_a_second_close_goes_into_the_same_merge_request(self, start: Start) -> None:
        with start(begun) as runner:
            closed_by(synced(runner))
            gitlab = closed_by(runner, "Ann", 3)
            request = only(gitlab)
            assert len(changed(gitlab, request["iid"])) == 4
            words = request["description"].replace("`", " ").replace("@", " ").replace(",", " ").split()
            assert {"Rosa", "Ann"} <= set(words)
            assert len(gitlab.act(OWNER, "GET", f"/merge_requests/{request['iid']}/commits")) == 1

    def test_a_close_by_somebody_who_may_not_write_gets_a_note(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner), "Piet", role=Role.REPORTER)
            assert merge_requests(gitlab) == []
            (note,) = notes(gitlab, "/issues/1")
            assert "Piet" in note
            assert gitlab.read("docs/LATER.md").decode() == LATER

    def test_on_a_newer_base_it_is_the_same_merge_request(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            base = clones.push(gitlab, {"docs/OTHER.md": "# Other\n"})
            pulled(runner)
            synced(runner)
            (commit,) = gitlab.act(OWNER, "GET", f"/merge_requests/{only(gitlab)['iid']}/commits")
            assert commit["parent_ids"] == [base]
            quiet(runner)

    def test_declined_it_is_not_proposed_again(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            decided(gitlab, 1)
            synced(runner)
            assert only(gitlab)["state"] == "closed"
            assert gitlab.read("docs/LATER.md").decode() == LATER
            quiet(runner)

    def test_a_persons_commit_on_the_branch_stays(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            theirs = clones.push(gitlab, {"docs/OTHER.md": "# Other\n"}, "And this", to=BRANCH)
            closed_by(runner, "Ann", 3)
            assert gitlab.project.repository.branches[BRANCH] == theirs
            assert "Somebody else committed to this branch" in only(gitlab)["description"]
            quiet(runner)

    def test_emptied_it_is_withdrawn_with_a_note(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            change(gitlab, "Rosa", 1, "reopen")
            synced(runner)
            assert only(gitlab)["state"] == "closed"
            assert BRANCH not in gitlab.project.repository.branches
            (note,) = notes(gitlab, "/merge_requests/1")
            assert note.startswith("Nothing is left to propose")
            change(gitlab, "Rosa", 1)  # and what was withdrawn was not declined
            synced(runner)
            assert sorted(one["state"] for one in merge_requests(gitlab)) == ["closed", "opened"]

    def test_approvals_stay_where_nothing_is_new(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = closed_by(synced(runner))
            gitlab.project.approvals = 1
            gitlab.act("Rosa", "POST", "/merge_requests/1/approve")
            quiet(runner)
            assert gitlab.act(OWNER, "GET", "/merge_requests/1/approvals")["approvals_left"] == 0
            merged(runner, 1)
            synced(runner)
            quiet(runner)

    def test_what_a_rule_refuses_is_told_and_the_next_sync_tries_again(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = synced(runner).gitlab
            gitlab.project.push_rule = {"commit_message_regex": "^PIER-"}
            gitlab.grant("Rosa", Role.DEVELOPER)
            change(gitlab, "Rosa", 1)
            clones.push(gitlab, {"docs/LATER.md": f"{LATER}\n### LATER-006: Buy a winch\n\n**Status:** Pending\n"})
            pulled(runner)
            run = runner.run()
            assert run.code != 0
            assert "does not follow the pattern" in run.said
            assert "Push rules" in run.said
            assert merge_requests(gitlab) == []
            assert len(gitlab.project.issues) == ITEMS + 1  # issues are synced all the same
            gitlab.project.push_rule = None
            synced(runner)
            assert only(gitlab)["state"] == "opened"

    def test_issues_are_synced_while_the_repository_is_switched_off(self, start: Start) -> None:
        with start(begun) as runner:
            gitlab = synced(runner).gitlab
            gitlab.grant("Rosa", Role.DEVELOPER)
            change(gitlab, "Rosa", 1)
            clones.push(gitlab, {"docs/LATER.md": f"{LATER}\n### LATER-006: Buy a winch\n\n**Status:** Pending\n"})
            pulled(runner)
            gitlab.project.features["repository"] = "disabled"
            run = runner.run()
            assert "has its repository switched off" in run.said
            assert len(gitlab.project.issues) == ITEMS + 1
            gitlab.project.features["repository"] = "enabled"
            synced(runner)
            assert only(gitlab)["state"] == "opened"

    def test_titles_run_no_command(self, start: Start) -> None:
        text = LATER.replace("Mend the pier", "/close /label ~urgent").replace("buoys", "buoys\r/assign @Mallory")
        with start(partial(first_sync, documents={"docs/LATER.md": text})) as runner:
            gitlab = closed_by(synced(runner))
            closed_by(runner, "Ann", 2)
            assert only(gitlab)["state"] == "opened"
            assert (only(gitlab)["labels"], only(gitlab)["assignees"]) == ([], [])


COMMITS = {"docs/LATER.md": LATER, "gapkeeper.toml": '[sync]\nwrite_back = "commit"\n'}


def committing(gitlab: GitLab, folder: Path) -> Runner:
    """Where the operator lets commits be made on the base branch itself."""
    runner = first_sync(gitlab, folder, COMMITS)
    runner.environment["GAPKEEPER_WRITE_BACK_ALLOWED"] = '["commit"]'
    return synced(runner)


class TestCommit:
    def test_a_close_is_one_commit_on_the_base_branch(self, start: Start) -> None:
        with start(committing) as runner:
            gitlab = closed_by(runner)
            assert merge_requests(gitlab) == []
            commit, *_ = gitlab.act(OWNER, "GET", "/repository/commits?ref_name=main")
            assert (commit["author_name"], commit["committer_email"]) == ("gapkeeper", f"{US}@example.com")
            pulled(runner)
            quiet(runner)

    def test_on_a_protected_branch_is_not_made_and_the_way_out_is_told(self, start: Start) -> None:
        with start(committing) as runner:
            gitlab = runner.gitlab
            gitlab.protect("main")
            gitlab.grant("Rosa", Role.DEVELOPER)
            change(gitlab, "Rosa", 1)
            run = runner.run()
            assert "protected" in run.said
            assert "pull-request" in run.said
            assert run.requests.count("POST /projects/{id}/repository/commits") == 0
            assert gitlab.read("docs/LATER.md").decode() == LATER
