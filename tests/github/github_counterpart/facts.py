"""Everything that anybody can see of a repository, line by line: two runs that say the same did the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.seed import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_counterpart.github import GitHub


def facts(github: GitHub, *, moments: bool = False) -> list[str]:
    """Issues, comments, labels, milestones, links, pull requests, branches, what happened.

    With ``moments`` also when; without, two runs at different times can be compared.
    """
    return [*_issues(github), *_project(github), *_events(github, moments=moments)]


def every(github: GitHub, path: str) -> list[Any]:
    """A whole list below the repository."""
    found: list[Any] = []
    join = "&" if "?" in path else "?"
    while True:
        page = github.act(OWNER, "GET", f"{path}{join}per_page=100&page={len(found) // 100 + 1}")
        found += page
        if len(page) < 100:
            return found


def _issues(github: GitHub) -> Iterator[str]:
    for issue in every(github, "/issues?state=all&direction=asc"):
        number = f"#{issue['number']}"
        yield f"{number} {issue['title']!r} of {issue['user']['login']}"
        closed = f" by {issue['closed_by']['login']}" if issue["closed_by"] else ""
        yield f"{number} {issue['state']} {issue['state_reason']}{closed}"
        labels = sorted(label["name"] for label in issue["labels"])
        people = sorted(person["login"] for person in issue["assignees"])
        milestone = issue["milestone"] and issue["milestone"]["title"]
        yield f"{number} {labels} {people} {milestone} locked: {issue['locked']}"
        yield from (f"{number} | {line}" for line in (issue["body"] or "").splitlines())
        if issue["comments"]:
            for comment in every(github, f"/issues/{issue['number']}/comments"):
                yield f"{number} {comment['user']['login']} says {comment['body']!r}"
        if github.dependencies and "pull_request" not in issue:
            blockers = sorted(github.repository.blockers(issue["number"]))
            yield from (f"{number} blocked by #{other}" for other in blockers)


def _project(github: GitHub) -> Iterator[str]:
    for label in every(github, "/labels"):
        yield f"label {label['name']} {label['color']} {label['description']}"
    for milestone in every(github, "/milestones?state=all"):
        yield f"milestone {milestone['title']} {milestone['state']}"
    for pull in every(github, "/pulls?state=all&direction=asc"):
        ends = f"{pull['head']['ref']} to {pull['base']['ref']}, merged: {pull['merged_at'] is not None}"
        yield f"pull request #{pull['number']} {pull['state']}, {ends}"
    for branch in every(github, "/branches"):
        tree = github.act(OWNER, "GET", f"/git/commits/{branch['commit']['sha']}")["tree"]["sha"]
        yield f"branch {branch['name']} has {tree}"  # the commit tells when it was made, the tree does not


def _events(github: GitHub, *, moments: bool) -> Iterator[str]:
    """In order of issues where moments do not count: which of two issues was made first may differ."""
    lines = [
        f"#{one.number} {one.event} by {one.login} {one.details.get('label', {}).get('name', '')}"
        + (f" at {one.at}" if moments else "")
        for one in github.repository.events
    ]
    yield from lines if moments else sorted(lines)
