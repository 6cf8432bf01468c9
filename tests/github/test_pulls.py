"""Pull requests, and the branches that they come from and go to."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from asking import error, first_error
from github_counterpart.accounts import Role
from github_counterpart.documents import branch, carry, fetch, head, push, read
from github_counterpart.seed import OWNER, US

if TYPE_CHECKING:
    from pathlib import Path

    from asking import As, Asking
    from github_counterpart.github import GitHub

PULL_ONLY = {"type": "pull_request", "parameters": {"required_approving_review_count": 0}}


def propose(ask: Asking, name: str = "topic") -> Any:  # noqa: ANN401 - JSON
    answer = ask.post("~/pulls", json={"title": "P", "head": name, "base": "main", "body": "Text"})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestPulls:
    def test_need_branches_that_are_there_and_differ(self, github: GitHub, ask: Asking) -> None:
        assert first_error(ask.post("~/pulls", json={"title": "P", "head": "topic", "base": "main"})) == {
            "resource": "PullRequest",
            "code": "invalid",
            "field": "head",
        }
        assert error(ask.get("~/branches/topic")) == (404, "Branch not found")  # and it was not made
        tip = head(github)
        github.act(US, "POST", "/git/refs", {"ref": "refs/heads/topic", "sha": tip})
        told = first_error(ask.post("~/pulls", json={"title": "P", "head": "topic", "base": "main"}))
        assert told["message"] == "No commits between main and topic"
        push(github, {"a.md": "A\n"}, to="topic")
        assert propose(ask)["head"]["sha"] == head(github, "topic")
        told = first_error(ask.post("~/pulls", json={"title": "P", "head": "harbour:topic", "base": "main"}))
        assert told["message"] == "A pull request already exists for harbour:topic."

    def test_follow_their_branch_until_they_are_closed(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        number = propose(ask)["number"]
        second = push(github, {"b.md": "B\n"}, to="topic")
        assert ask.get(f"~/pulls/{number}").json()["head"]["sha"] == second
        assert ask.get("~/pulls").json()[0]["head"]["sha"] == second
        ask.patch(f"~/pulls/{number}", json={"state": "closed"})
        push(github, {"c.md": "C\n"}, to="topic")
        assert ask.get(f"~/pulls/{number}").json()["head"]["sha"] == second

    def test_show_files_and_commits(self, github: GitHub, ask: Asking) -> None:
        push(github, {"a.md": "One\nTwo\n"})
        branch(github, "topic", {"a.md": "One\nThree\n"})
        number = propose(ask)["number"]
        (file,) = ask.get(f"~/pulls/{number}/files").json()
        assert (file["filename"], file["status"], file["additions"], file["deletions"]) == ("a.md", "modified", 1, 1)
        assert len(ask.get(f"~/pulls/{number}/commits").json()) == 1
        pull = ask.get(f"~/pulls/{number}").json()
        assert (pull["commits"], pull["changed_files"], pull["additions"]) == (1, 1, 1)

    def test_in_a_list_lack_what_only_one_alone_has(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        alone = ask.get(f"~/pulls/{propose(ask)['number']}").json()
        (listed,) = ask.get("~/pulls").json()
        assert {"merged", "mergeable", "merged_by", "commits"} <= set(alone) - set(listed)
        assert "merged_at" in listed

    def test_are_found_by_branch_only_with_its_owner(self, github: GitHub, ask: Asking) -> None:
        for name in ("one", "two"):
            branch(github, name, {f"{name}.md": "A\n"})
            propose(ask, name)
        found = ask.get("~/pulls?state=all&head=harbour:one&base=main").json()
        assert [pull["head"]["ref"] for pull in found] == ["one"]
        assert len(ask.get("~/pulls?state=all&head=one").json()) == 2  # GitHub does not look at it

    def test_are_merged_with_what_the_base_got_meanwhile(self, github: GitHub, ask: Asking) -> None:
        push(github, {"a.md": "A\n", "b.md": "B\n", "old.md": "Old\n"})
        branch(github, "topic", {"a.md": "AA\n"})
        number = propose(ask)["number"]
        last = push(github, {"c/d.md": "D\n", "old.md": None}, to="topic")
        base = push(github, {"b.md": "BB\n"})
        merged = ask.put(f"~/pulls/{number}/merge", json={}).json()
        assert merged["merged"] is True
        assert head(github) == merged["sha"]
        parents = github.act(US, "GET", f"/git/commits/{merged['sha']}")["parents"]
        assert [parent["sha"] for parent in parents] == [base, last]
        assert [read(github, path) for path in ("a.md", "b.md", "c/d.md")] == [b"AA\n", b"BB\n", b"D\n"]
        assert ask.get("~/contents/old.md").status_code == 404
        pull = ask.get(f"~/pulls/{number}").json()
        assert (pull["state"], pull["merged"], pull["merge_commit_sha"]) == ("closed", True, merged["sha"])
        assert ask.get(f"~/pulls/{number}/merge").status_code == 204

    def test_squashed_are_one_commit_on_the_base(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        number, base = propose(ask)["number"], head(github)
        sha = ask.put(f"~/pulls/{number}/merge", json={"merge_method": "squash"}).json()["sha"]
        parents = github.act(US, "GET", f"/git/commits/{sha}")["parents"]
        assert [parent["sha"] for parent in parents] == [base]

    def test_that_change_the_same_file_are_not_merged(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"README.md": "Theirs\n"})
        number = propose(ask)["number"]
        push(github, {"README.md": "Ours\n"})
        assert error(ask.put(f"~/pulls/{number}/merge", json={})) == (405, "Pull Request is not mergeable")
        assert read(github, "README.md") == b"Ours\n"

    def test_are_merged_by_those_who_may_write(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        number = propose(ask)["number"]
        assert ask_as("Rosa").put(f"~/pulls/{number}/merge", json={}).status_code == 403
        assert error(ask_as("Rosa").patch(f"~/pulls/{number}", json={"state": "closed"}))[0] == 404

    def test_say_who_closed_them(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        github.grant("Rosa", Role.WRITE)
        branch(github, "topic", {"a.md": "A\n"})
        number = propose(ask)["number"]
        ask_as("Rosa").patch(f"~/pulls/{number}", json={"state": "closed"})
        assert ask.get(f"~/issues/{number}").json()["closed_by"]["login"] == "Rosa"
        assert [event["event"] for event in ask.get(f"~/issues/{number}/events").json()] == ["closed"]
        ask.patch(f"~/pulls/{number}", json={"state": "open"})
        assert ask.get(f"~/pulls/{number}").json()["state"] == "open"

    def test_end_with_their_branch(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        number, tip = propose(ask)["number"], head(github, "topic")
        assert ask.delete("~/git/refs/heads/topic").status_code == 204
        pull = ask.get(f"~/pulls/{number}").json()
        assert (pull["state"], pull["merged"], pull["head"]["sha"]) == ("closed", False, tip)
        told = first_error(ask.patch(f"~/pulls/{number}", json={"state": "open"}))
        assert "has been deleted" in told["message"]

    def test_whose_branch_was_made_anew_are_not_opened_again(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        number = propose(ask)["number"]
        ask.patch(f"~/pulls/{number}", json={"state": "closed"})
        other = branch(github, "other", {"b.md": "B\n"})
        github.act(US, "PATCH", "/git/refs/heads/topic", {"sha": other, "force": True})
        told = first_error(ask.patch(f"~/pulls/{number}", json={"state": "open"}))
        assert "force-pushed" in told["message"]

    def test_of_workflows_need_a_setting(self, github: GitHub, ask_as: As) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        github.repository.may_open_pulls = False
        answer = ask_as("ghs_actions").post("~/pulls", json={"title": "P", "head": "topic", "base": "main"})
        assert error(answer) == (403, "GitHub Actions is not permitted to create or approve pull requests.")

    def test_have_the_limits_of_issues(self, github: GitHub, ask: Asking) -> None:
        branch(github, "topic", {"a.md": "A\n"})
        for sent in ({"title": "x" * 257}, {"title": "P", "body": "x" * 65_537}):
            told = first_error(ask.post("~/pulls", json={"head": "topic", "base": "main", **sent}))
            assert "too long" in told["message"]


class TestBranches:
    def test_move_forward_or_by_force(self, github: GitHub, ask: Asking) -> None:
        old, new = head(github), push(github, {"a.md": "A\n"})
        answer = ask.patch("~/git/refs/heads/main", json={"sha": old})
        assert error(answer) == (422, "Update is not a fast forward")
        assert ask.patch("~/git/refs/heads/main", json={"sha": old, "force": True}).status_code == 200
        assert ask.patch("~/git/refs/heads/main", json={"sha": new}).status_code == 200

    def test_have_refusals_of_their_own(self, github: GitHub, ask: Asking) -> None:
        tip = head(github)
        sent = {"ref": "refs/heads/topic", "sha": tip}
        assert ask.post("~/git/refs", json=sent).status_code == 201
        assert error(ask.post("~/git/refs", json=sent)) == (422, "Reference already exists")
        assert error(ask.post("~/git/refs", json=sent | {"ref": "refs/heads/x", "sha": "0" * 40})) == (
            422,
            "Object does not exist",
        )
        assert error(ask.patch("~/git/refs/heads/never", json={"sha": tip})) == (422, "Reference does not exist")
        assert error(ask.delete("~/git/refs/heads/never")) == (422, "Reference does not exist")
        assert error(ask.get("~/git/ref/heads/never")) == (404, "Not Found")

    def test_are_for_those_who_may_write(self, github: GitHub, ask_as: As) -> None:
        rosa = ask_as("Rosa")
        sent = {"ref": "refs/heads/topic", "sha": head(github)}
        assert error(rosa.post("~/git/refs", json=sent)) == (404, "Not Found")
        assert error(rosa.post("~/git/blobs", json={"content": "A"})) == (404, "Not Found")

    def test_that_are_protected_take_no_push(self, github: GitHub, ask: Asking) -> None:
        commit = branch(github, "topic", {"a.md": "A\n"})
        protection = {
            "required_status_checks": None,
            "enforce_admins": True,
            "required_pull_request_reviews": {"required_approving_review_count": 1},
            "restrictions": None,
        }
        github.act(OWNER, "PUT", "/branches/main/protection", protection)
        assert ask.get("~/branches/main").json()["protected"] is True
        assert error(ask.get("~/branches/main/protection")) == (404, "Not Found")  # for administrators
        status, message = error(ask.patch("~/git/refs/heads/main", json={"sha": commit}))
        assert (status, message) == (422, "Protected branch update failed for refs/heads/main.")
        assert ask.get("~/branches/topic").json()["protected"] is False

    def test_under_a_ruleset_take_no_push_and_say_why(self, github: GitHub, ask: Asking) -> None:
        commit = branch(github, "topic", {"a.md": "A\n"})
        assert ask.get("~/rules/branches/main").json() == []
        github.repository.rules["main"] = [PULL_ONLY]
        assert [rule["type"] for rule in ask.get("~/rules/branches/main").json()] == ["pull_request"]
        assert ask.get("~/branches/main").json()["protected"] is True
        status, message = error(ask.patch("~/git/refs/heads/main", json={"sha": commit}))
        assert status == 422
        assert "Changes must be made through a pull request." in message
        sent = {"message": "Write", "content": "QQ==", "branch": "main"}
        assert ask.put("~/contents/a.md", json=sent).status_code == 409

    def test_a_commit_on_a_branch_over_graphql(self, github: GitHub, ask: Asking) -> None:
        tip = push(github, {"a.md": "A\n", "b.md": "B\n"})
        query = """
            mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }
        """
        sent = {
            "branch": {"repositoryNameWithOwner": "harbour/pier", "branchName": "main"},
            "expectedHeadOid": tip,
            "message": {"headline": "Write"},
            "fileChanges": {"additions": [{"path": "a.md", "contents": "QUEK"}], "deletions": [{"path": "b.md"}]},
        }
        told = ask.post("/graphql", json={"query": query, "variables": {"input": sent}}).json()
        assert told["data"]["createCommitOnBranch"]["commit"]["oid"] == head(github)
        assert read(github, "a.md") == b"AA\n"
        assert ask.get("~/contents/b.md").status_code == 404
        stale = ask.post("/graphql", json={"query": query, "variables": {"input": sent}}).json()
        assert stale["errors"][0]["type"] == "STALE_DATA"
        github.repository.rules["main"] = [PULL_ONLY]
        sent["expectedHeadOid"] = head(github)
        refused = ask.post("/graphql", json={"query": query, "variables": {"input": sent}}).json()
        assert "pull request" in refused["errors"][0]["message"]


class TestStatuses:
    def test_are_set_listed_and_combined(self, github: GitHub, ask: Asking) -> None:
        sha = head(github)
        for state, context in (("pending", "a"), ("success", "a"), ("success", "b")):
            assert ask.post(f"~/statuses/{sha}", json={"state": state, "context": context}).status_code == 201
        states = [(one["context"], one["state"]) for one in ask.get(f"~/commits/{sha}/statuses").json()]
        assert states == [("b", "success"), ("a", "success"), ("a", "pending")]
        combined = ask.get("~/commits/main/status").json()
        assert (combined["state"], combined["total_count"]) == ("success", 2)

    def test_have_limits(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        sha = head(github)
        told = first_error(ask.post(f"~/statuses/{sha}", json={"state": "success", "description": "x" * 141}))
        assert told["message"] == "description is too long (maximum is 140 characters)"
        assert error(ask.post(f"~/statuses/{'0' * 40}", json={"state": "success"}))[0] == 422
        assert ask_as("Rosa").post(f"~/statuses/{sha}", json={"state": "success"}).status_code == 404

    def test_checks_are_for_apps_and_have_fifty_annotations(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        sent = {"name": "readiness", "head_sha": head(github)}
        assert error(ask.post("~/check-runs", json=sent)) == (403, "You must authenticate via a GitHub App.")
        app = ask_as("ghs_actions")
        assert app.post("~/check-runs", json=sent).status_code == 201
        note = {"path": "a.md", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "M"}
        output = {"title": "T", "summary": "S", "annotations": [note] * 51}
        assert app.post("~/check-runs", json=sent | {"output": output}).status_code == 422
        assert "too long" in github.problems.pop()  # GitHub's description says so, too


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    repository = tmp_path / "pier.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True)
    return repository


class TestGit:
    """emulate serves no git: commits are carried between it and a bare repository, under the very same names."""

    def test_commits_are_fetched(self, github: GitHub, ask: Asking, bare: Path) -> None:
        push(github, {"docs/later.md": "# Später\n", "docs/sub/a.md": "A\n"})
        branch(github, "topic", {"docs/later.md": "# Früher\n"})
        ask.put(f"~/pulls/{propose(ask)['number']}/merge", json={})
        tip = fetch(github, bare)
        assert tip == head(github)
        shown = subprocess.run(["git", "-C", bare, "show", "main:docs/later.md"], capture_output=True, check=True)
        assert shown.stdout == "# Früher\n".encode()
        subprocess.run(["git", "-C", bare, "fsck", "--strict"], capture_output=True, check=True)

    def test_commits_are_carried_over(self, github: GitHub, bare: Path, tmp_path: Path) -> None:
        fetch(github, bare)
        work = tmp_path / "work"
        subprocess.run(["git", "clone", "--quiet", bare, work], check=True)
        (work / "docs").mkdir()
        (work / "docs" / "crlf.md").write_bytes(b"# Later\r\n\xff\r\n")
        for command in (("add", "."), ("commit", "--quiet", "-m", "Write\n\nAnd why"), ("push", "--quiet")):
            who = ("-c", "user.name=Rosa", "-c", "user.email=rosa@harbour.test", "-c", "core.autocrlf=false")
            subprocess.run(["git", "-C", work, *who, *command], check=True)
        assert carry(github, bare) == head(github)
        assert read(github, "docs/crlf.md") == b"# Later\r\n\xff\r\n"
