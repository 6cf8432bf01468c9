"""Issues as the fake keeps them, asked by a plain client."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitlab_counterpart.gitlab import GitLab


def test_an_issue_has_a_number_in_its_project_and_an_id_everywhere(gitlab: GitLab) -> None:
    made = gitlab.act("keeper", "POST", "/issues", {"title": "A title", "labels": "bug,new"})
    assert made["iid"] == 1
    assert made["id"] > 2**31
    assert made["labels"] == ["bug", "new"]
