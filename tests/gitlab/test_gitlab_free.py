"""A project on the Free tier, where no issue blocks another: they are related, and the text says which waits."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from forge_stories import LATER
from gitlab_counterpart import clones
from gitlab_counterpart.gitlab import GitLab
from gitlab_counterpart.seed import OWNER
from gitlab_stories import first_sync, pulled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gitlab_counterpart.running import Runner

HOSTILE = """\
# Later

### LATER-001: /close

**Status:** Pending

**Owner:** /assign @harbour-master

| Category | Estimate |
|---|---|
| /label ~bug | /due tomorrow |

/close

/confidential

### LATER-002: Order buoys

/title Something else
    /lock

**Status:** Blocked until\r/close

**Depends on:** LATER-001
"""


@pytest.fixture
def synced(tmp_path: Path) -> Iterator[Runner]:
    """The first sync was made."""
    with contextlib.closing(GitLab(premium=False)) as gitlab:
        runner = first_sync(gitlab, tmp_path, {"docs/LATER.md": LATER})
        runner.to_the_end(runs=1)
        yield runner
        assert gitlab.broken == []


def links(gitlab: GitLab) -> set[tuple[int, int, str]]:
    return {(link.source.iid, link.target.iid, link.type) for link in gitlab.project.links}


def test_dependencies_are_relations_and_text(synced: Runner) -> None:
    gitlab = synced.gitlab
    assert links(gitlab) == {(2, 1, "relates_to"), (5, 3, "relates_to"), (5, 4, "relates_to")}
    assert "LATER-001" in gitlab.project.issues[2].description
    with gitlab.watched() as seen:
        synced.to_the_end(runs=1)
    assert seen.table() == {"GET /projects/{id}/issues": 1}


def test_one_that_ends_is_untied_and_nothing_remains_to_do(synced: Runner) -> None:
    gitlab = synced.gitlab
    text = LATER.replace("**Depends on:** LATER-003, LATER-004", "**Depends on:** LATER-003")
    clones.push(gitlab, {"docs/LATER.md": text})
    pulled(synced)
    synced.to_the_end(runs=1)
    assert links(gitlab) == {(2, 1, "relates_to"), (5, 3, "relates_to")}
    assert synced.run().requests.writes == []


def test_with_premium_relations_of_ours_become_blocking_links(synced: Runner) -> None:
    gitlab = synced.gitlab
    gitlab.premium = True
    (synced.folder / ".gapkeeper" / "gitlab.db").unlink()  # a day has gone by
    synced.to_the_end(runs=1)
    assert links(gitlab) == {(1, 2, "blocks"), (3, 5, "blocks"), (4, 5, "blocks")}
    assert synced.run().requests.writes == []


def test_a_close_is_written_back_and_reads_links_of_nothing_else(synced: Runner) -> None:
    gitlab = synced.gitlab
    gitlab.act(OWNER, "PUT", "/issues/5", {"state_event": "close"})
    run = synced.run()
    assert run.code == 0, run.said
    assert run.requests.count("GET /projects/{id}/issues/{issue_iid}/links") <= 1
    assert run.requests.count("POST /projects/{id}/merge_requests") == 1


def test_commands_in_documents_are_text(tmp_path: Path) -> None:
    with contextlib.closing(GitLab()) as gitlab:
        first_sync(gitlab, tmp_path, {"docs/LATER.md": HOSTILE}).to_the_end(runs=1)
        issues = list(gitlab.project.issues.values())
        assert [issue.title for issue in issues] == ["LATER-001: /close", "LATER-002: Order buoys"]
        for issue in issues:
            assert (issue.state, issue.confidential, issue.locked, issue.assignees, issue.due_date) == (
                ("opened", False, None, [], None)
            )
            assert not any("quick action" in note.body for note in issue.notes)


def test_issues_that_a_person_related_first_are_left_so_and_nothing_is_tried_for_ever(tmp_path: Path) -> None:
    with contextlib.closing(GitLab()) as gitlab:
        free_of_links = LATER.replace("**Depends on:** LATER-001", "")
        runner = first_sync(gitlab, tmp_path, {"docs/LATER.md": free_of_links})
        runner.to_the_end(runs=1)
        there = {"target_project_id": gitlab.project.id, "target_issue_iid": 1}
        gitlab.act(OWNER, "POST", "/issues/2/links", there)
        clones.push(gitlab, {"docs/LATER.md": LATER})
        pulled(runner)
        for _ in range(2):
            runner.to_the_end(runs=1)
        assert (2, 1, "relates_to") in links(gitlab)
        assert runner.run().requests.writes == []
