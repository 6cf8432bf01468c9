"""Everything that anybody can see of a project, line by line: two runs that say the same did the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitlab_counterpart.seed import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.world import Issue, MergeRequest


def facts(gitlab: GitLab, *, moments: bool = False) -> list[str]:
    """Issues, notes, labels, milestones, links, merge requests, branches, what happened.

    With ``moments`` also when; without, two runs at different times can be compared.
    """
    return [*_issues(gitlab), *_project(gitlab), *_events(gitlab, moments=moments)]


def every(gitlab: GitLab, path: str) -> list[Any]:
    """A whole list below the project."""
    found: list[Any] = []
    join = "&" if "?" in path else "?"
    while True:
        page = gitlab.act(OWNER, "GET", f"{path}{join}per_page=100&page={len(found) // 100 + 1}")
        found += page
        if len(page) < 100:
            return found


def _issues(gitlab: GitLab) -> Iterator[str]:
    for iid, issue in sorted(gitlab.project.issues.items()):
        number = f"#{iid}"
        yield f"{number} {issue.title!r} of {issue.login}"
        yield f"{number} {issue.state}" + (f" by {issue.closed_by}" if issue.closed_by else "")
        yield f"{number} {_surroundings(gitlab, issue)} confidential: {issue.confidential}"
        yield from (f"{number} | {line}" for line in (issue.description or "").splitlines())
        yield from _notes(number, issue)
    for link in gitlab.project.links:
        yield f"#{link.source.iid} {link.type} #{link.target.iid}"


def _project(gitlab: GitLab) -> Iterator[str]:
    project, repository = gitlab.project, gitlab.project.repository
    for label in sorted(project.labels.values(), key=lambda one: one.name):
        yield f"label {label.name} {label.color} {label.description}"
    for milestone in project.milestones.values():
        yield f"milestone {milestone.title} {milestone.state}"
    for request in project.requests.values():
        number = f"merge request !{request.iid}"
        yield f"{number} {request.state}, {request.source} to {request.target}: {request.title!r}"
        yield f"{number} {_surroundings(gitlab, request)}"
        yield from _notes(number, request)
    for name, commit in sorted(repository.branches.items()):
        yield f"branch {name} has {repository.commits[commit].tree}"  # the commit tells when it was made


def _surroundings(gitlab: GitLab, one: Issue | MergeRequest) -> str:
    milestone = gitlab.project.milestones.get(one.milestone or 0)
    title = milestone.title if milestone else None
    return f"{sorted(one.labels)} {sorted(one.assignees)} {title} locked: {one.locked}"


def _notes(number: str, one: Issue | MergeRequest) -> Iterator[str]:
    """GitLab's own notes only say how often somebody did something."""
    yield from (f"{number} {note.login} says {note.body!r}" for note in one.notes if not note.system)


def _events(gitlab: GitLab, *, moments: bool) -> Iterator[str]:
    """In order of issues where moments do not count: which of two issues was made first may differ."""
    names = {label.id: label.name for label in gitlab.project.labels.values()}
    lines = [
        f"#{iid} {event.what} {event.action} by {event.login} {names.get(event.of or 0, '')}"
        + (f" at {event.at}" if moments else "")
        for iid, issue in gitlab.project.issues.items()
        for event in issue.events
    ]
    yield from lines if moments else sorted(lines)
