"""python-gitlab, which is somebody else's, finds in the fake what it finds in GitLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import gitlab as python_gitlab
from gitlab_counterpart.seed import SUB_GROUP_PATH, US, Seed, token_of
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitlab.v4.objects import Project

    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab


@pytest.fixture
def there(make_gitlab: MakeGitLab) -> GitLab:
    return make_gitlab(Seed(path=SUB_GROUP_PATH, visibility="private"), root="/gitlab")


@pytest.fixture
def client(there: GitLab) -> Iterator[python_gitlab.Gitlab]:
    with python_gitlab.Gitlab(there.url, private_token=token_of(US)) as one:
        yield one


@pytest.fixture
def project(client: python_gitlab.Gitlab) -> Project:
    return client.projects.get(SUB_GROUP_PATH)


def test_it_knows_who_it_is(client: python_gitlab.Gitlab, there: GitLab) -> None:
    client.auth()
    assert client.user is not None
    assert client.user.username == US
    assert client.version() == (there.version, "0ab1c2d3e4f")
    assert client.personal_access_tokens.get("self").scopes == ["api"]


def test_issues_are_made_changed_listed_and_linked(project: Project, there: GitLab) -> None:
    stone = project.milestones.create({"title": "Phase 1"})
    for number in range(25):
        project.issues.create({"title": f"Title {number}", "labels": ["bug", "later"], "milestone_id": stone.id})
    assert len(project.issues.list(iterator=True, labels=["bug"], state="all")) == 25
    keyset = project.issues.list(iterator=True, pagination="keyset", order_by="updated_at", sort="asc", per_page=10)
    assert [one.iid for one in keyset] == list(range(1, 26))
    issue = project.issues.get(3)
    issue.state_event = "close"
    issue.add_labels = ["done"]
    issue.save()
    assert (issue.state, issue.labels, issue.milestone["title"]) == ("closed", ["bug", "done", "later"], "Phase 1")
    (event,) = issue.resourcestateevents.list(get_all=True)
    assert (event.state, event.user["username"]) == ("closed", US)
    source, target = issue.links.create(
        {"target_project_id": there.project.id, "target_issue_iid": 4, "link_type": "blocks"}
    )
    assert (source.iid, target.iid) == (3, 4)
    (link,) = project.issues.get(4).links.list(get_all=True)
    assert link.link_type == "is_blocked_by"
    link.delete()


def test_notes_labels_and_members(client: python_gitlab.Gitlab, project: Project, there: GitLab) -> None:
    label = project.labels.create({"name": "bug", "color": "#ff0000"})
    label.new_name = "fault"
    label.save()
    assert project.labels.get("fault").id == label.id
    issue = project.issues.create({"title": "T"})
    note = issue.notes.create({"body": "Hello"})
    note.body = "Good bye"
    note.save()
    assert [one.body for one in issue.notes.list(get_all=True)] == ["Good bye"]
    there.grant("Rosa", Role.REPORTER)
    (rosa,) = client.users.list(username="Rosa", get_all=True)
    assert project.members_all.get(rosa.id).access_level == python_gitlab.const.AccessLevel.REPORTER


def test_one_commit_and_one_merge_request(project: Project) -> None:
    actions = [{"action": "update", "file_path": "docs/LATER.md", "content": "# Sooner\n"}]
    made = project.commits.create(
        {"branch": "topic", "start_branch": "main", "commit_message": "Hurry", "actions": actions}
    )
    assert project.branches.get("topic").commit["id"] == made.id
    assert project.files.get("docs/LATER.md", ref="topic").decode() == b"# Sooner\n"
    assert project.files.raw("docs/LATER.md", ref="main") == b"# Later\n"
    assert {one["path"] for one in project.repository_tree(recursive=True, get_all=True)} >= {"docs/LATER.md"}
    assert len(project.repository_compare("main", "topic")["diffs"]) == 1
    request = project.mergerequests.create({"title": "T", "source_branch": "topic", "target_branch": "main"})
    assert [one.id for one in request.commits()] == [made.id]
    request.merge(should_remove_source_branch=True)
    assert (request.state, [one.name for one in project.branches.list(get_all=True)]) == ("merged", ["main"])


def test_refusals_have_their_words(client: python_gitlab.Gitlab, project: Project, there: GitLab) -> None:
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Project Not Found"):
        client.projects.get("harbour/never-was")
    project.labels.create({"name": "bug", "color": "#ff0000"})
    with pytest.raises(python_gitlab.GitlabCreateError, match="409: Label already exists"):
        project.labels.create({"name": "bug", "color": "#ff0000"})
    with pytest.raises(python_gitlab.GitlabCreateError, match="is too long"):
        project.issues.create({"title": "x" * 256})
    there.tokens[token_of(US)].expires = there.clock.seconds
    with pytest.raises(python_gitlab.GitlabAuthenticationError, match="invalid_token"):
        project.issues.list(get_all=True)


def test_a_former_path_is_followed_by_those_who_read(client: python_gitlab.Gitlab, there: GitLab) -> None:
    there.rename("harbour/quay")
    assert client.projects.get(SUB_GROUP_PATH).path_with_namespace == "harbour/quay"
    lazy = client.projects.get(SUB_GROUP_PATH, lazy=True)
    with pytest.raises(python_gitlab.GitlabCreateError, match="Non GET methods"):
        lazy.issues.create({"title": "T"})
