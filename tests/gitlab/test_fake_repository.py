"""Branches, commits and files as the fake keeps them."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from asking_gitlab import refusal
from gitlab_counterpart.seed import OWNER, US
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from pathlib import Path

    from asking_gitlab import As, Asking
    from gitlab_counterpart.gitlab import GitLab

LATER = {"action": "update", "file_path": "docs/LATER.md", "content": "# Sooner\n"}


def test_one_commit_has_all_its_edits(gitlab: GitLab, asking: Asking) -> None:
    before = gitlab.project.repository.branches["main"]
    encoded = {"content": base64.b64encode(b"\xff\n").decode(), "encoding": "base64"}
    answer = asking.commit(
        LATER,
        {"action": "create", "file_path": "docs/new.md", **encoded},
        {"action": "move", "file_path": "READ.md", "previous_path": "README.md"},
        {"action": "create", "file_path": "gone.md", "content": ""},
        {"action": "delete", "file_path": "gone.md"},
    )
    assert answer.status_code == 201
    made = answer.json()
    assert made["parent_ids"] == [before]
    assert asking.get("~/repository/branches/main").json()["commit"]["id"] == made["id"]
    paths = {entry["path"] for entry in asking.get("~/repository/tree?recursive=true").json()}
    assert paths == {"docs", "docs/LATER.md", "docs/new.md", "READ.md"}
    assert gitlab.read("docs/new.md") == b"\xff\n"
    assert gitlab.read("READ.md") == b"# Pier\n"


def test_names_of_commits_are_those_that_git_gives(gitlab: GitLab, asking: Asking, tmp_path: Path) -> None:
    asking.commit({"action": "create", "file_path": "a/b/c.md", "content": "c"}, author_name="A", author_email="a@b.c")
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path], check=True)
    for name, (kind, content) in gitlab.project.repository.objects.items():
        told = subprocess.run(
            ["git", "-C", tmp_path, "hash-object", "-w", "-t", kind, "--stdin"],
            input=content, capture_output=True, check=True,
        )  # fmt: skip
        assert told.stdout.decode().strip() == name
    head = gitlab.project.repository.branches["main"]
    subprocess.run(["git", "-C", tmp_path, "fsck", "--strict", head], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({"action": "create", "file_path": "README.md", "content": ""}, "A file with this name already exists"),
        ({"action": "update", "file_path": "none.md", "content": ""}, "A file with this name doesn't exist"),
        ({"action": "delete", "file_path": "none.md"}, "A file with this name doesn't exist"),
        ({"action": "create", "file_path": "../etc", "content": ""}, "Path cannot include directory traversal"),
        ({"action": "remove", "file_path": "README.md"}, "actions[0][action] does not have a valid value"),
        ({"action": "delete"}, "actions[0][file_path] is missing"),
        (
            LATER | {"last_commit_id": "0" * 40},
            "The file has changed since you started editing it: docs/LATER.md",
        ),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_all_others(
    gitlab: GitLab, asking: Asking, action: dict[str, object], told: str
) -> None:
    head = gitlab.project.repository.branches["main"]
    first = {"action": "create", "file_path": "first.md", "content": ""}
    answer = asking.commit(action, first) if "[0]" in told else asking.commit(first, action)
    assert refusal(answer) == (400, told)
    assert gitlab.project.repository.branches["main"] == head


def test_the_last_commit_of_a_file_is_the_one_that_changed_it(gitlab: GitLab, asking: Asking) -> None:
    known = asking.get("~/repository/files/docs%2FLATER.md?ref=main").json()["last_commit_id"]
    head = gitlab.commit({"README.md": b"# Another\n"}, "Elsewhere")
    assert head != known
    assert refusal(asking.commit(LATER | {"last_commit_id": head}))[0] == 400
    made = asking.commit(LATER | {"last_commit_id": known})
    assert (made.status_code, made.json()["stats"]) == (201, {"additions": 1, "deletions": 1, "total": 2})
    assert refusal(asking.commit(LATER | {"last_commit_id": known}))[0] == 400


def test_a_new_branch_begins_at_a_branch_or_at_a_commit(gitlab: GitLab, asking: Asking) -> None:
    start = gitlab.project.repository.branches["main"]
    assert asking.commit(LATER, branch="one", start_branch="main").json()["parent_ids"] == [start]
    gitlab.commit({"README.md": b"# Another\n"}, "Meanwhile")
    assert asking.commit(LATER, branch="two", start_sha=start).json()["parent_ids"] == [start]
    missing = asking.commit(LATER, branch="three")
    assert refusal(missing) == (400, "You can only create or edit files when you are on a branch")
    wrong = asking.commit(LATER, branch="three", start_sha="0" * 40)
    assert refusal(wrong)[1].startswith("Cannot find start_sha")


def test_a_commit_to_start_at_has_its_files_compared_with_the_default_branch(gitlab: GitLab, asking: Asking) -> None:
    asking.post("~/repository/branches", json={"branch": "topic", "ref": "main"})
    start = gitlab.commit({"docs/LATER.md": b"on the topic\n"}, "Change", branch="topic")
    refused = asking.commit(LATER | {"last_commit_id": start}, branch="two", start_sha=start)
    assert "has changed since you started editing" in refusal(refused)[1]
    assert asking.commit(LATER | {"last_commit_id": start}, branch="two", start_branch="topic").status_code == 201


def test_a_branch_that_is_there_is_only_replaced_by_force(gitlab: GitLab, asking: Asking) -> None:
    start = gitlab.project.repository.branches["main"]
    asking.commit(LATER, branch="topic", start_branch="main")
    again = refusal(asking.commit(LATER, branch="topic", start_branch="main"))
    assert again == (
        400, "A branch called 'topic' already exists. Switch to that branch in order to make changes",
    )  # fmt: skip
    forced = asking.commit(LATER, branch="topic", start_branch="main", force=True).json()
    assert forced["parent_ids"] == [start]


def test_a_protected_branch_is_only_pushed_to_by_those_who_may(gitlab: GitLab, asking: Asking) -> None:
    gitlab.protect("ma*")
    shown = asking.get("~/repository/branches/main").json()
    assert (shown["protected"], shown["can_push"]) == (True, False)
    refused = (403, "403 Forbidden - You are not allowed to push into this branch")
    assert refusal(asking.commit(LATER)) == refused
    gitlab.grant(US, Role.MAINTAINER)
    assert asking.commit(LATER).status_code == 201
    levels = asking.get("~/protected_branches").json()[0]
    assert (levels["name"], levels["push_access_levels"][0]["access_level"]) == ("ma*", 40)


def test_whoever_may_not_push_is_told_so(gitlab: GitLab, asking: Asking, asking_as: As) -> None:
    assert refusal(asking_as("Rosa").commit(LATER)) == (403, "403 Forbidden")
    gitlab.project.archived = True
    assert refusal(asking.commit(LATER)) == (403, "403 Forbidden")


def test_push_rules_are_told_as_a_push_would_be(gitlab: GitLab, asking: Asking) -> None:
    gitlab.act(OWNER, "PUT", "/push_rule", {"commit_message_regex": "^PIER-[0-9]+", "branch_name_regex": "^keep/"})
    assert refusal(asking.commit(LATER)) == (400, "Commit message does not follow the pattern '^PIER-[0-9]+'")
    assert asking.commit(LATER, commit_message="PIER-1 Change").status_code == 201
    other = asking.commit(LATER, commit_message="PIER-1 Change", branch="topic", start_branch="main")
    assert refusal(other) == (400, "Branch name 'topic' does not follow the pattern '^keep/'")


def test_branches_are_made_and_deleted(asking: Asking) -> None:
    made = asking.post("~/repository/branches", json={"branch": "keep/one", "ref": "main"})
    assert (made.status_code, made.json()["default"]) == (201, False)
    for branch, ref, told in (
        ("keep/one", "main", "Branch already exists"),
        ("two words", "main", "Branch name is invalid"),
        ("other", "nowhere", "Invalid reference name: nowhere"),
    ):
        assert refusal(asking.post("~/repository/branches", json={"branch": branch, "ref": ref})) == (400, told)
    assert [one["name"] for one in asking.get("~/repository/branches?search=^keep").json()] == ["keep/one"]
    assert asking.get("~/repository/branches/keep%2Fone").status_code == 200
    assert asking.delete("~/repository/branches/keep%2Fone").status_code == 204
    assert refusal(asking.get("~/repository/branches/keep%2Fone")) == (404, "404 Branch Not Found")
    assert refusal(asking.delete("~/repository/branches/main"))[0] == 400


def test_files_come_whole_raw_and_by_their_blob(gitlab: GitLab, asking: Asking) -> None:
    shown = asking.get("~/repository/files/docs%2FLATER.md?ref=main").json()
    assert base64.b64decode(shown["content"]) == gitlab.read("docs/LATER.md")
    assert asking.get("~/repository/files/docs%2FLATER.md/raw").content == b"# Later\n"
    assert asking.get(f"~/repository/blobs/{shown['blob_id']}/raw").content == b"# Later\n"
    assert asking.head("~/repository/files/docs%2FLATER.md?ref=main").headers["x-gitlab-blob-id"] == shown["blob_id"]
    assert refusal(asking.get("~/repository/files/no.md?ref=main")) == (404, "404 File Not Found")
    assert refusal(asking.get("~/repository/tree?path=none")) == (404, "404 Tree Not Found")


def test_a_tree_has_pages_by_key(gitlab: GitLab, asking: Asking) -> None:
    gitlab.commit({f"d/{number:03}.md": b"" for number in range(120)}, "Much")
    answer = asking.get("~/repository/tree?recursive=true&pagination=keyset&per_page=100")
    found: list[Any] = answer.json()
    assert len(found) == 100
    while "next" in answer.links:
        answer = asking.get(answer.links["next"]["url"])
        found += answer.json()
    assert len({entry["path"] for entry in found}) == len(found) == 124


def test_two_commits_are_compared_from_where_they_parted(gitlab: GitLab, asking: Asking) -> None:
    asking.commit(LATER, branch="topic", start_branch="main")
    gitlab.commit({"README.md": b"# Another\n"}, "Meanwhile")
    told = asking.get("~/repository/compare?from=main&to=topic").json()
    assert [diff["new_path"] for diff in told["diffs"]] == ["docs/LATER.md"]
    assert "+# Sooner\n" in told["diffs"][0]["diff"]
    assert len(told["commits"]) == 1
    straight = asking.get("~/repository/compare?from=main&to=topic&straight=true").json()
    assert len(straight["diffs"]) == 2
    base = asking.get("~/repository/merge_base?refs[]=main&refs[]=topic").json()
    assert base["parent_ids"] == []


def test_commits_are_listed_from_the_newest_and_not_counted(gitlab: GitLab, asking: Asking) -> None:
    for number in range(3):
        gitlab.commit({"README.md": str(number).encode()}, f"Commit {number}")
    answer = asking.get("~/repository/commits?per_page=2")
    assert [one["title"] for one in answer.json()] == ["Commit 2", "Commit 1"]
    assert "x-total" not in answer.headers
    assert "last" not in answer.links
    assert [one["title"] for one in asking.get("~/repository/commits?path=docs").json()] == ["Begin"]
    diff = asking.get("~/repository/commits/main/diff").json()
    assert diff[0]["new_path"] == "README.md"
