"""Issues as GitHub shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer, Problem
from github_counterpart.polish import ISSUE_IDS

if TYPE_CHECKING:
    from github_counterpart.call import Call


def every_issue(call: Call) -> list[dict[str, Any]]:
    """All issues and pull requests that are there, as emulate has them, by number."""
    known = _known(call)
    return [known[number] for number in sorted(known) if call.repository.there(number)]


def _known(call: Call) -> dict[int, dict[str, Any]]:
    """Remembered, since reading all of them for each request would take longer than everything else."""
    repository = call.repository
    if repository.issues is None:
        found = call.every("/issues?state=all&sort=created&direction=asc")
        pulls = [_as_issue(pull) for pull in call.every("/pulls?state=all")]
        repository.issues = {issue["number"]: issue for issue in (*found, *pulls)}
    else:
        for number in repository.stale:
            issue = call.look(f"/issues/{number}")
            pull = None if issue else call.look(f"/pulls/{number}")
            if issue or pull:
                repository.issues[number] = issue or _as_issue(pull)
    repository.stale.clear()
    return repository.issues


def raw_issue(call: Call, number: int | None = None) -> dict[str, Any]:
    """One issue or pull request as emulate has it; `Problem` where it is gone."""
    number = call.number if number is None else number
    repository = call.repository
    if not repository.has_issues:
        raise Problem(410, "Issues has been disabled in this repository.")
    if number in repository.deleted:
        raise Problem(410, "This issue was deleted")
    if number in repository.transferred:
        place = repository.transferred[number]
        problem = Problem(301, "Moved Permanently", headers={"location": place})
        problem.answer.body["url"] = place
        raise problem
    return _known(call).get(number) or call.found()


def shown(call: Call, raw: dict[str, Any], *, listed: bool = False) -> dict[str, Any]:
    """An issue as it is answered."""
    repository, number = call.repository, raw["number"]
    issue = dict(raw)
    issue["id"] = raw["id"] + ISSUE_IDS
    issue["author_association"] = call.github.association(repository, raw["user"]["login"])
    if number in repository.duplicates and issue["state"] == "closed":
        issue["state_reason"] = "duplicate"
    if f"issue {number}" in repository.by_app:
        issue["performed_via_github_app"] = call.github.seed.integration(call.github.url)
    issue["type"] = None
    issue["sub_issues_summary"] = {"total": 0, "completed": 0, "percent_completed": 0}
    if call.github.dependencies:
        issue["issue_dependencies_summary"] = _dependencies(call, number)
    if listed and not call.github.closers_in_lists:
        del issue["closed_by"]
    return issue


def answered(call: Call, number: int, status: int = 200) -> Answer:
    """An issue as it is now."""
    return Answer(status, shown(call, raw_issue(call, number)))


def _dependencies(call: Call, number: int) -> dict[str, int]:
    repository = call.repository
    blockers, blocking = repository.blockers(number), repository.blocking(number)
    linked = {*blockers, *blocking}
    open_ = {issue["number"] for issue in every_issue(call) if issue["state"] == "open"} if linked else set()
    return {
        "blocked_by": len(open_ & set(blockers)),
        "blocking": len(open_ & set(blocking)),
        "total_blocked_by": len(blockers),
        "total_blocking": len(blocking),
    }


def _as_issue(pull: dict[str, Any]) -> dict[str, Any]:
    """A pull request in the list of issues."""
    url = pull["issue_url"]
    return {
        "url": url,
        "repository_url": url.rpartition("/issues/")[0],
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": pull["html_url"],
        **{
            key: pull[key]
            for key in ("id", "node_id", "number", "title", "user", "labels", "state", "locked", "assignee")
        },
        **{key: pull[key] for key in ("assignees", "milestone", "comments", "created_at", "updated_at", "closed_at")},
        "state_reason": None,
        "active_lock_reason": None,
        "draft": pull["draft"],
        "pull_request": {
            "url": pull["url"],
            **{key: pull[key] for key in ("html_url", "diff_url", "patch_url", "merged_at")},
        },
        "body": pull["body"],
        "closed_by": None,
        "reactions": {"url": f"{url}/reactions", "total_count": 0}
        | dict.fromkeys(("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"), 0),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
    }
